//! Wire fixtures: one value of everything in both formats, for clients in any language to read.

use std::collections::BTreeSet;

use curlew::protocol::{ErrorCode, MethodName};
use serde_json::{Map, Value, json};

use super::{
    derived, read, repository,
    samples::{self, Sample},
    schema::Schemas,
};

const FOLDER: &str = "tests/fixtures/wire";

#[test]
fn wire_fixtures_say_what_the_rust_types_write() {
    let mut files: Map<String, Value> = Map::new();
    for sample in samples::all() {
        let file = files.entry(sample.group).or_insert_with(|| json!({}));
        file[sample.part] = json!({ "json": sample.json, "msgpack": hex(&sample.packed) });
    }
    for (group, parts) in &files {
        let text = serde_json::to_string_pretty(parts).unwrap() + "\n";
        derived(&format!("{FOLDER}/{group}.json"), &text);
    }
    for file in std::fs::read_dir(repository(FOLDER)).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(
            files.contains_key(name.trim_end_matches(".json")),
            "{FOLDER}/{name} is of no use"
        );
    }
}

#[test]
fn wire_fixtures_are_read_in_both_formats_and_written_again_unchanged() {
    for sample in samples::all() {
        let file: Value =
            serde_json::from_str(&read(&format!("{FOLDER}/{}.json", sample.group))).unwrap();
        let kept = &file[&sample.part];
        let packed = unhex(kept["msgpack"].as_str().unwrap());
        let name = format!("{} {}", sample.group, sample.part);
        for (json, again) in [
            (sample.from_json)(&kept["json"]),
            (sample.from_packed)(&packed),
        ]
        .map(Result::unwrap)
        {
            assert_eq!(json, kept["json"], "{name}");
            assert_eq!(hex(&again), hex(&packed), "{name}");
        }
    }
}

#[test]
fn unknown_fields_are_ignored_in_both_formats() {
    for sample in samples::all() {
        let mut newer = sample.json.clone();
        // Content of unknown types keeps what it does not know; envelopes, params and replies do not.
        newer["x_newer"] = json!({ "deep": [1, "two"] });
        let packed = rmp_serde::to_vec_named(&newer).unwrap();
        for (json, _) in
            [(sample.from_json)(&newer), (sample.from_packed)(&packed)].map(Result::unwrap)
        {
            assert_eq!(json, sample.json, "{} {}", sample.group, sample.part);
        }
    }
}

#[test]
fn params_without_a_required_field_are_refused_by_its_name() {
    let schemas = Schemas::collect();
    for sample in samples::all()
        .iter()
        .filter(|sample| sample.part == "params")
    {
        let (_, params, _) = schemas
            .methods
            .iter()
            .find(|(method, ..)| method.wire() == sample.group)
            .unwrap();
        for required in super::schema::list(&schemas.types[params], "required") {
            let field = required.as_str().unwrap();
            let mut cut = sample.json.clone();
            cut.as_object_mut().unwrap().remove(field);
            let packed = rmp_serde::to_vec_named(&cut).unwrap();
            for refusal in [(sample.from_json)(&cut), (sample.from_packed)(&packed)] {
                let told = refusal.unwrap_err();
                assert!(told.contains(field), "{}: {told}", sample.group);
            }
        }
    }
}

#[test]
fn everything_on_the_wire_has_a_sample() {
    let samples = samples::all();
    let have: BTreeSet<&str> = samples
        .iter()
        .map(|sample: &Sample| sample.group.as_str())
        .collect();
    for method in MethodName::ALL {
        assert!(have.contains(method.wire()), "{}", method.wire());
    }
    for push in Schemas::collect().pushes {
        let kind = push["properties"]["push"]["const"].as_str().unwrap();
        assert!(have.contains(format!("push.{kind}").as_str()), "{kind}");
    }
    assert_eq!(
        samples
            .iter()
            .filter(|sample| sample.group == "errors")
            .count(),
        ErrorCode::ALL.len()
    );
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn unhex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}
