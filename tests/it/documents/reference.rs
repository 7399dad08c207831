//! Reference tables in the documents.

use curlew::{
    config::Config,
    protocol::{CloseCode, ErrorCode},
    store::keys::{Holds, TABLE},
};
use serde_json::Value;

use super::{
    derived_part,
    schema::{Field, Schemas, alternatives, doc, fields, plain, reference},
};

const PROTOCOL: &str = "docs/protocol.md";

#[test]
fn the_tables_of_methods_types_and_pushes_say_what_the_rust_types_say() {
    let schemas = Schemas::collect();
    derived_part(PROTOCOL, "methods", &methods(&schemas));
    derived_part(PROTOCOL, "pushes", &pushes(&schemas));
    derived_part(PROTOCOL, "types", &types(&schemas));
    derived_part(PROTOCOL, "errors", &errors(&schemas));
    derived_part(PROTOCOL, "close codes", &close_codes());
    derived_part(PROTOCOL, "limits", &limits());
}

#[test]
fn the_table_of_keys_says_what_the_store_builds() {
    let mut table = "| key | holds | content and rule |\n|---|---|---|\n".to_owned();
    for row in TABLE {
        let holds = match row.holds {
            Holds::String => "string",
            Holds::SortedSet => "sorted set",
            Holds::Set => "set",
        };
        table += &format!("| `{}` | {holds} | {} |\n", row.shape, row.about);
    }
    derived_part("docs/storage.md", "keys", &table);
}

fn methods(schemas: &Schemas) -> String {
    let mut text = String::new();
    for (method, params, ok) in &schemas.methods {
        let open = if method.is_open() {
            " *Open before authentication.*"
        } else {
            ""
        };
        let about = doc(&schemas.types[params]).replace(" Open before authentication.", "");
        text += &format!(
            "#### `{}`\n\n{about}{open}\n\n{}\n{}\n",
            method.wire(),
            side("params", params, schemas),
            side("ok", ok, schemas),
        );
    }
    text
}

/// One side of a method: its fields, or the name of a type described elsewhere.
fn side(title: &str, name: &str, schemas: &Schemas) -> String {
    let schema = &schemas.types[name];
    let own = schemas
        .methods
        .iter()
        .filter(|(_, params, ok)| params == name || ok == name)
        .count()
        == 1;
    match fields(schema) {
        fields if fields.is_empty() => format!("`{title}`: `{{}}`\n"),
        _ if !own || is_shared(name, schemas) => format!("`{title}`: {}\n", link(name)),
        fields if title == "params" => format!("`params` ({name}):\n\n{}", table(&fields)),
        fields => format!("`{title}` ({name}): {}\n\n{}", doc(schema), table(&fields)),
    }
}

/// Whether a type also stands inside other types, and so among the types that several methods share.
fn is_shared(name: &str, schemas: &Schemas) -> bool {
    let pointer = format!("\"#/$defs/{name}\"");
    schemas
        .types
        .values()
        .chain(&schemas.pushes)
        .any(|schema| schema.to_string().contains(&pointer))
}

fn types(schemas: &Schemas) -> String {
    let mut text = String::new();
    for (name, schema) in &schemas.types {
        let sides = schemas
            .methods
            .iter()
            .filter(|(_, params, ok)| params == name || ok == name)
            .count();
        if name == "ErrorCode"
            || (sides == 1 && !is_shared(name, schemas))
            || fields(schema).is_empty() && alternatives(schema).is_empty()
        {
            continue;
        }
        text += &format!("#### {name}\n\n{}\n\n{}\n", doc(schema), body(schema));
    }
    text
}

fn body(schema: &Value) -> String {
    let parts = alternatives(schema);
    if parts.is_empty() {
        return table(&fields(schema));
    }
    parts
        .iter()
        .map(|part| format!("- {}: {}\n", variant(part), doc(part)))
        .collect()
}

/// One alternative on one line: its value, or its fields.
fn variant(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    let own: Vec<String> = fields(schema)
        .iter()
        .map(|field| match field.schema.get("const") {
            Some(value) => format!("`{}: {value}`", field.name),
            None => format!("`{}` {}", field.name, kind(field.schema)),
        })
        .collect();
    match (reference(schema), own.is_empty()) {
        (Some(name), true) => link(name),
        (Some(name), false) => format!("{} with the fields of {}", own.join(", "), link(name)),
        _ => own.join(", "),
    }
}

fn pushes(schemas: &Schemas) -> String {
    schemas
        .pushes
        .iter()
        .map(|push| {
            let name = push["properties"]["push"]["const"]
                .as_str()
                .unwrap_or_default();
            let data = &push["properties"]["data"];
            format!(
                "#### Push `{name}`\n\n{}\n\n{}\n",
                doc(push),
                table(&fields(data))
            )
        })
        .collect()
}

fn table(fields: &[Field]) -> String {
    let mut text = "| field | type | |\n|---|---|---|\n".to_owned();
    for field in fields {
        let optional = if field.required { "" } else { "?" };
        text += &format!(
            "| `{}{optional}` | {} | {} |\n",
            field.name,
            kind(field.schema),
            doc(field.schema)
        );
    }
    text
}

fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return link(name);
    }
    if let Some(part) = alternatives(schema).first() {
        return kind(part);
    }
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    let format = schema["format"].as_str().unwrap_or_default();
    match plain(schema) {
        Some("string") if format.ends_with(" id") => format.replace("epoch id", "epoch"),
        Some("integer") if schema["maximum"] == 9_007_199_254_740_991_u64 => "stamp".to_owned(),
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some(name) => name.to_owned(),
        None => "anything".to_owned(),
    }
}

fn link(name: &str) -> String {
    match name {
        "ErrorCode" => "[error code](#errors)".to_owned(),
        _ => format!("[{name}](#{})", name.to_lowercase()),
    }
}

fn errors(schemas: &Schemas) -> String {
    let codes = &schemas.types["ErrorCode"];
    let mut text = "| code | `retry` | meaning |\n|---|---|---|\n".to_owned();
    for (code, part) in ErrorCode::ALL.iter().zip(alternatives(codes)) {
        let (name, retry) = code.wire();
        assert_eq!(
            part["const"], name,
            "codes are listed in the order of their declaration"
        );
        let retry = serde_json::to_value(retry).unwrap();
        text += &format!(
            "| `{name}` | {} | {} |\n",
            retry.as_str().unwrap_or_default(),
            doc(part)
        );
    }
    text
}

fn close_codes() -> String {
    let mut text = "| code | name | what the client should do |\n|---|---|---|\n".to_owned();
    for code in CloseCode::ALL {
        let (number, name, advice) = code.wire();
        text += &format!("| {number} | `{name}` | {advice} |\n");
    }
    text
}

/// Settings that clients feel, with their defaults.
fn limits() -> String {
    let schema = schemars::schema_for!(Config).to_value();
    let defaults = serde_json::to_value(Config::default()).unwrap();
    let mut text = "| setting | default | |\n|---|---|---|\n".to_owned();
    for (section, name) in [("gateway", "GatewayConfig"), ("limits", "LimitsConfig")] {
        for field in fields(&schema["$defs"][name]) {
            let default = defaults[section][field.name].to_string().replace('"', "");
            text += &format!(
                "| `{section}.{}` | {default} | {} |\n",
                field.name,
                doc(field.schema)
            );
        }
    }
    text
}
