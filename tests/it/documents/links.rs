//! Links and paths in the documents.

use std::collections::HashMap;

use super::{read, repository};
use crate::layers::tracked;

#[test]
fn links_in_documents_lead_somewhere() {
    let mut faults = Vec::new();
    for document in tracked(&["md"]) {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in links(&read(&document)) {
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = match path {
                "" => document.clone(),
                path => normal(&format!("{folder}/{path}")),
            };
            if !repository(&path).exists() {
                faults.push(format!("{document} links to {path}, which is not there"));
            } else if !anchor.is_empty() && !anchors(&read(&path)).contains(&anchor.to_owned()) {
                faults.push(format!(
                    "{document} links to {path}#{anchor}, which has no such heading"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_named_in_documents_exist() {
    let mut faults = Vec::new();
    for document in tracked(&["md"]) {
        for word in read(&document).split('`').skip(1).step_by(2) {
            let named = ["src/", "tests/", "docs/", ".ci/"]
                .iter()
                .any(|root| word.starts_with(root));
            if named && !word.contains([' ', '*', '<']) && !repository(word).exists() {
                faults.push(format!("{document} names {word}, which is not there"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn tests_named_in_documents_exist() {
    let sources: Vec<String> = tracked(&["rs"]).iter().map(|path| read(path)).collect();
    let mut faults = Vec::new();
    for document in tracked(&["md"]) {
        for word in read(&document).split('`').skip(1).step_by(2) {
            let Some((_, name)) = word.rsplit_once("::") else {
                continue;
            };
            // Names of tests are sentences.
            let is_test = name.matches('_').count() >= 3;
            if is_test
                && !sources
                    .iter()
                    .any(|source| source.contains(&format!("fn {name}(")))
            {
                faults.push(format!(
                    "{document} names the test {word}, which is not there"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Targets of links inside the repository.
fn links(text: &str) -> Vec<String> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://"))
        .map(str::to_owned)
        .collect()
}

/// `a/b/../c` as `a/c`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Anchors that the headings of a document get.
fn anchors(text: &str) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let title = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|one| one.is_alphanumeric() || " -_".contains(*one));
            let slug: String = kept.map(|one| if one == ' ' { '-' } else { one }).collect();
            let count = seen.entry(slug.clone()).or_default();
            *count += 1;
            match *count {
                1 => slug,
                more => format!("{slug}-{}", more - 1),
            }
        })
        .collect()
}
