//! What is derived from the Rust types, and the documents that hold examples of them.
//!
//! Each test renders a file and compares it with the one in the repository; with `CURLEW_BLESS=1` it writes
//! the file instead. `make docs` does that for all of them.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "documents are put together once, and read best in the shape they are written in"
)]

mod config_example;
mod examples;
mod fixtures;
mod links;
mod reference;
mod samples;
mod schema;
mod typescript;

use std::{env, fs, path::PathBuf};

/// Path of a file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Text of a file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Holds the file at `path` to `text`, or writes it when asked to.
fn derived(path: &str, text: &str) {
    if env::var_os("CURLEW_BLESS").is_some() {
        let file = repository(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(file, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(repository(path)).unwrap_or_default();
    let line = kept
        .lines()
        .zip(text.lines())
        .take_while(|(kept, new)| kept == new)
        .count()
        + 1;
    assert!(
        kept == text,
        "{path} is stale from line {line} on: `make docs` mends it"
    );
}

/// Holds the part of the document at `path` between the markers of `name` to `text`.
fn derived_part(path: &str, name: &str, text: &str) {
    let document = read(path);
    let begin = format!("<!-- derived: {name} -->\n");
    let (before, rest) = document
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{path} has no line {begin}"));
    let (_, after) = rest
        .split_once("<!-- end -->")
        .unwrap_or_else(|| panic!("{path}: {name} has no end"));
    derived(
        path,
        &format!("{before}{begin}\n{text}\n<!-- end -->{after}"),
    );
}
