//! The TypeScript types of the web client.

use curlew::protocol::CloseCode;
use serde_json::Value;

use super::{
    derived,
    schema::{Schemas, alternatives, doc, fields, list, plain, reference},
};

const HEAD: &str = "\
/**
 * What the bytes on a connection mean. Made from the Rust types by `make docs`: change those, not this file.
 */
";

#[test]
fn typescript_types_say_what_the_rust_types_say() {
    let schemas = Schemas::collect();
    let mut text = HEAD.to_owned();
    for (name, schema) in &schemas.types {
        text += &format!("\n{}{}", comment(schema, ""), declaration(name, schema));
    }
    text += &format!(
        "\n{}\n{}\n{}",
        methods(&schemas),
        pushes(&schemas),
        close_codes()
    );
    derived("web/sdk/src/protocol.generated.ts", &text);
}

fn declaration(name: &str, schema: &Value) -> String {
    let is_object = plain(schema) == Some("object") && !fields(schema).is_empty();
    if is_object {
        return format!("export interface {name} {}\n", rendered(schema, ""));
    }
    format!("export type {name} ={};\n", union(schema, ""))
}

/// Alternatives below one another, or what stands there alone.
fn union(schema: &Value, indent: &str) -> String {
    let deeper = format!("{indent}    ");
    let parts = alternatives(schema);
    if parts.is_empty() {
        return format!(" {}", rendered(schema, indent));
    }
    parts
        .iter()
        .map(|part| {
            format!(
                "\n{}{deeper}| {}",
                comment(part, &deeper),
                rendered(part, &deeper)
            )
        })
        .collect()
}

fn rendered(schema: &Value, indent: &str) -> String {
    if let Some(name) = reference(schema) {
        return if fields(schema).is_empty() {
            name.to_owned()
        } else {
            format!("({} & {name})", object(schema, indent))
        };
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    let parts = alternatives(schema);
    if !parts.is_empty() {
        let parts: Vec<String> = parts.iter().map(|part| rendered(part, indent)).collect();
        return parts.join(" | ");
    }
    match plain(schema) {
        Some("integer" | "number") => "number".to_owned(),
        Some("array") => format!("{}[]", rendered(&schema["items"], indent)),
        Some("object") => object(schema, indent),
        Some(name) => name.to_owned(),
        None => "unknown".to_owned(),
    }
}

fn object(schema: &Value, indent: &str) -> String {
    let deeper = format!("{indent}    ");
    let mut lines: Vec<String> = fields(schema)
        .iter()
        .map(|field| {
            let optional = if field.required { "" } else { "?" };
            let kind = rendered(field.schema, &deeper);
            format!(
                "{}{deeper}{}{optional}: {kind};\n",
                comment(field.schema, &deeper),
                field.name
            )
        })
        .collect();
    if schema["additionalProperties"] == true {
        lines.push(format!("{deeper}[field: string]: unknown;\n"));
    }
    if lines.is_empty() {
        return "Record<string, never>".to_owned();
    }
    format!("{{\n{}{indent}}}", lines.concat())
}

fn comment(schema: &Value, indent: &str) -> String {
    match doc(schema) {
        text if text.is_empty() => text,
        text => format!("{indent}/** {text} */\n"),
    }
}

fn methods(schemas: &Schemas) -> String {
    let mut text =
        "/** Every method: what it takes and what it answers. */\nexport interface Methods {\n"
            .to_owned();
    for (method, params, ok) in &schemas.methods {
        text += &format!(
            "    \"{}\": {{ params: {params}; ok: {ok} }};\n",
            method.wire()
        );
    }
    text + "}\n"
}

fn pushes(schemas: &Schemas) -> String {
    let all = serde_json::json!({ "oneOf": schemas.pushes });
    assert!(!list(&all, "oneOf").is_empty());
    format!(
        "/** What the server sends unasked. Clients ignore kinds they do not know. */\nexport type Push ={};\n",
        union(&all, "")
    )
}

fn close_codes() -> String {
    let mut text = "/** Why the server closes a connection: WebSocket close codes. */\nexport const CLOSE_CODES = {\n".to_owned();
    for code in CloseCode::ALL {
        let (number, name, advice) = code.wire();
        text += &format!("    /** Do this: {advice}. */\n    {name}: {number},\n");
    }
    text + "} as const;\n"
}
