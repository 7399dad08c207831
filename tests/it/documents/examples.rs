//! The examples in `docs/protocol.md`.
//!
//! Each begins with ` ```json ` and what it is: `request`, `reply <method>`, `error` or `push`.

use std::collections::BTreeSet;

use curlew::protocol::{MethodName, Push, WireError};
use serde_json::Value;

use super::{
    read,
    samples::{self, Sample},
};

#[test]
fn every_example_of_the_protocol_decodes_as_what_it_is_said_to_be() {
    let document = read("docs/protocol.md");
    let samples = samples::all();
    let mut shown = BTreeSet::new();
    for block in document.split("\n```json").skip(1) {
        let (title, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("\n```").unwrap();
        let frame: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
        shown.insert(
            examine(title.trim(), &frame, &samples)
                .unwrap_or_else(|fault| panic!("{fault} in {text}")),
        );
    }
    for needed in [
        "error",
        "push entry",
        "push change",
        "push resync",
        "push bye",
        "message.send",
        "sync",
    ] {
        assert!(shown.contains(needed), "no example of {needed}");
    }
}

/// Reads a frame as what its title says; answers what it is an example of.
fn examine(title: &str, frame: &Value, samples: &[Sample]) -> Result<String, String> {
    match title.split_once(' ').unwrap_or((title, "")) {
        ("request", _) => {
            let method = frame["method"].as_str().ok_or("no method")?;
            has_only(frame, &["id", "method", "params"])?;
            part(samples, method, "params", &frame["params"])
        }
        ("reply", method) => {
            has_only(frame, &["id", "ok"])?;
            part(samples, method, "ok", &frame["ok"])
        }
        ("error", _) => {
            has_only(frame, &["id", "error"])?;
            let error: WireError =
                serde_json::from_value(frame["error"].clone()).map_err(|e| e.to_string())?;
            same(&serde_json::to_value(error).unwrap(), &frame["error"])?;
            Ok("error".to_owned())
        }
        ("push", _) => {
            has_only(frame, &["push", "data"])?;
            let push: Push = serde_json::from_value(frame.clone()).map_err(|e| e.to_string())?;
            same(&serde_json::to_value(push).unwrap(), frame)?;
            Ok(format!(
                "push {}",
                frame["push"].as_str().unwrap_or_default()
            ))
        }
        _ => Err(format!("```json {title} does not say what the example is")),
    }
}

fn part(samples: &[Sample], method: &str, part: &str, value: &Value) -> Result<String, String> {
    MethodName::parse(method).ok_or(format!("no method {method}"))?;
    let sample = samples
        .iter()
        .find(|sample| sample.group == method && sample.part == part);
    let (again, _) = (sample.ok_or("no sample")?.from_json)(value)?;
    same(&again, value)?;
    Ok(method.to_owned())
}

/// Whether everything the example shows was understood; defaults may have been added.
fn same(understood: &Value, shown: &Value) -> Result<(), String> {
    match (understood, shown) {
        (Value::Object(understood), Value::Object(shown)) => {
            shown.iter().try_for_each(|(name, value)| {
                same(
                    understood
                        .get(name)
                        .ok_or(format!("unknown field {name}"))?,
                    value,
                )
            })
        }
        (Value::Array(understood), Value::Array(shown)) if understood.len() == shown.len() => {
            understood
                .iter()
                .zip(shown)
                .try_for_each(|(understood, shown)| same(understood, shown))
        }
        _ if understood == shown => Ok(()),
        _ => Err(format!("{shown} was understood as {understood}")),
    }
}

fn has_only(frame: &Value, names: &[&str]) -> Result<(), String> {
    let fields = frame.as_object().ok_or("not an object")?;
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("unknown field {name}")),
        None if names.iter().all(|name| fields.contains_key(*name)) => Ok(()),
        None => Err(format!("an envelope has {names:?}")),
    }
}
