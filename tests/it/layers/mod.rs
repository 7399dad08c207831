//! Holds the code to its layers: dependencies point one way, and each outside library has its homes.

mod lexer;
mod source;

use std::{collections::BTreeSet, fs, process::Command};

use source::Source;

use crate::documents::{read, repository};

/// What each layer may name. A layer may always name itself; a folder that is not here is an error.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &[]),
    ("config", &["model"]),
    ("protocol", &["model", "config"]),
    ("store", &["model", "clock", "config"]),
    ("cluster", &["store", "model", "clock", "config"]),
    ("service", &["store", "cluster", "model", "clock", "config"]),
    (
        "gateway",
        &["service", "protocol", "cluster", "model", "clock", "config"],
    ),
    (
        "admin",
        &["service", "cluster", "store", "config", "model", "clock"],
    ),
    ("upkeep", &["store", "config", "clock"]),
    ("bench", &["protocol", "model", "clock", "config"]),
    ("telemetry", &["config"]),
];

/// Where the layers are put together: these may name everything.
const TOP: &[&str] = &["main", "lib", "server"];

/// Where each outside library may be named: folders or files below `src/`. A library without a row is an
/// error, and so is a row whose library is gone.
const HOMES: &[(&str, &[&str])] = &[
    // Everywhere: the language of types, of errors and of tasks.
    ("async_trait", &[""]),
    ("bytes", &[""]),
    ("data_encoding", &[""]),
    ("futures_util", &[""]),
    ("schemars", &[""]),
    ("serde", &[""]),
    ("serde_json", &[""]),
    ("thiserror", &[""]),
    ("tokio", &[""]),
    ("tracing", &[""]),
    // Each at its layer.
    ("argon2", &["service"]),
    ("axum", &["gateway"]),
    ("clap", &["main.rs", "admin", "bench", "upkeep"]),
    ("dashmap", &["gateway"]),
    ("fjall", &["store/embedded"]),
    ("fred", &["store/kv", "cluster"]),
    ("humantime_serde", &["config"]),
    ("hyper", &["gateway"]),
    ("hyper_util", &["gateway"]),
    ("ipnet", &["config", "gateway"]),
    ("metrics", &["gateway"]),
    ("metrics_exporter_prometheus", &["telemetry.rs", "gateway"]),
    ("mimalloc", &["main.rs"]),
    ("ring", &["clock.rs", "service", "store"]),
    ("rlimit", &["server.rs", "bench"]),
    ("rmp_serde", &["protocol", "store", "cluster", "model"]),
    ("rust_embed", &["gateway"]),
    ("rustls", &["server.rs"]),
    ("rustls_pki_types", &["server.rs"]),
    ("serde_path_to_error", &["protocol"]),
    ("strsim", &["config"]),
    ("tokio_rustls", &["gateway", "server.rs"]),
    ("tokio_tungstenite", &["gateway", "bench"]),
    ("toml", &["config"]),
    ("tracing_subscriber", &["telemetry.rs"]),
];

/// Longest file of code, in lines, and longest function.
const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

#[test]
fn layers_name_only_the_layers_below_them() {
    let mut faults = Vec::new();
    for source in Source::all() {
        let layer = source.layer();
        if TOP.contains(&layer) {
            continue;
        }
        let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            faults.push(format!("src/{}: {layer} has no row in LAYERS", source.path));
            continue;
        };
        for named in source.layers_named() {
            if named != layer && !below.contains(&named.as_str()) {
                faults.push(format!("src/{}: {layer} may not name {named}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn outside_libraries_are_named_in_their_homes_only() {
    let crates = dependencies();
    let mut faults = Vec::new();
    for source in Source::all() {
        for named in source.crates_named(&crates) {
            let homes = homes(named);
            if !homes.iter().any(|home| source.path.starts_with(home)) {
                faults.push(format!(
                    "src/{}: {named} is at home in {homes:?} only",
                    source.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_dependency_has_a_home_and_is_used() {
    let crates = dependencies();
    let sources = Source::all();
    let used: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.crates_named(&crates))
        .collect();
    let mut faults = Vec::new();
    for name in &crates {
        if homes(name).is_empty() {
            faults.push(format!("{name} has no row in HOMES"));
        }
        if !used.contains(name.as_str()) {
            faults.push(format!("{name} is a dependency that nothing uses"));
        }
    }
    for (name, _) in HOMES {
        if !crates.iter().any(|one| one == name) {
            faults.push(format!("{name} has a row in HOMES and is no dependency"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_and_functions_stay_short_enough_to_read() {
    let mut faults = Vec::new();
    for path in tracked(&["rs", "ts", "tsx"]) {
        let lines = read(&path).lines().count();
        if lines > FILE_LINES && !path.ends_with(".generated.ts") {
            faults.push(format!(
                "{path} has {lines} lines, {FILE_LINES} is the most"
            ));
        }
    }
    for source in Source::all() {
        for (name, line, length) in source.functions() {
            if length > FUNCTION_LINES {
                faults.push(format!(
                    "src/{}:{line}: {name} has {length} lines, {FUNCTION_LINES} is the most",
                    source.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_are_named_after_what_they_hold() {
    let empty_words = [
        "util", "utils", "helper", "helpers", "common", "misc", "manager",
    ];
    for path in tracked(&["rs", "ts", "tsx", "py", "mjs"]) {
        let named = path
            .split(['/', '.'])
            .any(|part| empty_words.contains(&part.to_lowercase().as_str()));
        assert!(!named, "{path} says nothing about what it holds");
    }
}

#[test]
fn nothing_names_a_machine_it_was_made_on() {
    let machines = ["/ro\u{6f}t/", "/h\u{6f}me/", "/w\u{6f}rk/", "/Us\u{65}rs/"];
    for path in tracked(&[
        "rs", "ts", "tsx", "py", "mjs", "md", "toml", "json", "yaml", "lock", "html",
    ]) {
        let text = read(&path);
        for machine in machines {
            assert!(
                !text.contains(machine),
                "{path} names a folder below {machine}"
            );
        }
    }
}

#[test]
fn the_lock_of_the_web_packages_names_no_registry() {
    let path = "web/package-lock.json";
    if repository(path).exists() {
        assert!(
            !read(path).contains("\"resolved\": \"http"),
            "{path}: see web/.npmrc"
        );
    }
}

fn homes(name: &str) -> &'static [&'static str] {
    HOMES
        .iter()
        .find(|(one, _)| *one == name)
        .map_or(&[], |(_, homes)| *homes)
}

/// Names of the crate's dependencies, as they are spelled in code.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let names = manifest["dependencies"].as_table().unwrap().keys();
    names.map(|name| name.replace('-', "_")).collect()
}

/// Files that belong to the repository and end in one of `extensions`.
pub(crate) fn tracked(extensions: &[&str]) -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository(""))
        .output()
        .expect("git lists the files of the repository");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let wanted = |path: &&str| {
        extensions
            .iter()
            .any(|extension| path.ends_with(&format!(".{extension}")))
    };
    let files: Vec<String> = listed.lines().filter(wanted).map(str::to_owned).collect();
    assert!(files.len() > 10, "git lists {} files", files.len());
    files
        .into_iter()
        .filter(|path| fs::exists(repository(path)).unwrap_or(false))
        .collect()
}
