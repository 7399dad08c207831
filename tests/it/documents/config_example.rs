//! The example configuration.

use curlew::config::{Config, Sources};
use serde_json::Value;

use super::{
    derived,
    schema::{doc, fields, reference},
};

const HEAD: &str = "\
# Settings of Curlew, each with its default. Made from the code by `make docs`.
#
# Later ones win: defaults, this file (`curlew serve --config FILE`), environment variables
# (`CURLEW__SECTION__KEY`), `--set section.key=value`. Unknown keys are refused.
# Lengths of time are written `500ms`, `5s`, `10m`, `1h 30m`, `90days`.
";

/// Ends the line of a setting that has no default.
const NO_DEFAULT: &str = "  # an example, not set by default";

#[test]
fn the_example_configuration_says_what_the_rust_types_say() {
    derived("curlew.example.toml", &example());
}

#[test]
fn the_example_configuration_holds_the_defaults() {
    assert_eq!(
        load(&uncommented(|line| !line.ends_with(NO_DEFAULT))),
        Config::default()
    );
}

#[test]
fn every_setting_of_the_example_configuration_is_taken() {
    let config = load(&uncommented(|_| true));
    assert!(config.server.tls_cert.is_some() && config.server.metrics_listen.is_some());
}

fn load(text: &str) -> Config {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    Config::load(&Sources {
        file: Some(file.path().to_owned()),
        ..Sources::default()
    })
    .unwrap()
}

/// The example with the lines of settings that `wanted` picks made effective.
fn uncommented(wanted: impl Fn(&str) -> bool) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting)
            if setting.starts_with(|first: char| first.is_ascii_lowercase()) && wanted(line) =>
        {
            format!("{setting}\n")
        }
        _ => format!("{line}\n"),
    };
    example().lines().map(line).collect()
}

fn example() -> String {
    let schema = schemars::schema_for!(Config).to_value();
    let defaults = serde_json::to_value(Config::default()).unwrap();
    let mut text = HEAD.to_owned();
    for section in fields(&schema) {
        let types = &schema["$defs"][reference(section.schema).unwrap()];
        text += &format!("\n# {}\n[{}]\n", doc(section.schema), section.name);
        for field in fields(types) {
            let value = &defaults[section.name][field.name];
            text += &format!(
                "\n{}{}\n",
                comment(&doc(field.schema)),
                setting(field.name, value, field.schema)
            );
        }
    }
    text
}

fn setting(name: &str, value: &Value, schema: &Value) -> String {
    match value {
        Value::Null => format!("#{name} = {}{NO_DEFAULT}", schema["examples"][0]),
        value => format!("#{name} = {value}"),
    }
}

/// `text` as comment lines of at most 110 characters.
fn comment(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split(' ') {
        if lines
            .last()
            .is_some_and(|line| line.chars().count() + word.chars().count() > 108)
        {
            lines.push("#".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
