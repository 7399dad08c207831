//! The schemas of the wire types, from which everything else is rendered.

use curlew::protocol::{MethodName, Push, WireError};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// Every type on the wire.
pub(crate) struct Schemas {
    /// Named types, in the order in which methods mention them.
    pub(crate) types: Map<String, Value>,
    /// Each method with the names of its params and its ok.
    pub(crate) methods: Vec<(MethodName, String, String)>,
    /// Every push: one schema with `push` and `data` each.
    pub(crate) pushes: Vec<Value>,
}

impl Schemas {
    /// Asks every wire type for its schema.
    pub(crate) fn collect() -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let methods = MethodName::ALL
            .iter()
            .map(|method| {
                let [(params, _), (ok, _)] = method.schemas(&mut generator);
                (*method, params, ok)
            })
            .collect();
        generator.subschema_for::<WireError>();
        let push = inline::<Push>(&mut generator);
        Self {
            types: generator.take_definitions(true),
            methods,
            pushes: list(&push, "oneOf").to_vec(),
        }
    }
}

fn inline<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    T::json_schema(generator).to_value()
}

/// The list under `name`, empty when there is none.
pub(crate) fn list<'a>(schema: &'a Value, name: &str) -> &'a [Value] {
    schema[name].as_array().map_or(&[], Vec::as_slice)
}

/// Alternatives of a schema without the one that says "or nothing".
pub(crate) fn alternatives(schema: &Value) -> Vec<&Value> {
    ["oneOf", "anyOf"]
        .iter()
        .flat_map(|name| list(schema, name))
        .filter(|one| one["type"] != "null")
        .collect()
}

/// Name of the type a schema refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Type of a plain value; a value that may also be absent is of the type it has when it is there.
pub(crate) fn plain(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        _ => None,
    }
}

/// One field of an object.
pub(crate) struct Field<'a> {
    /// Its name on the wire.
    pub(crate) name: &'a str,
    /// What it holds.
    pub(crate) schema: &'a Value,
    /// Whether it is always there.
    pub(crate) required: bool,
}

/// Fields of an object, in order.
pub(crate) fn fields(schema: &Value) -> Vec<Field<'_>> {
    let required = list(schema, "required");
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| Field {
            name,
            schema,
            required: required.iter().any(|one| one == name),
        })
        .collect()
}

/// What the doc comment says, without links that mean something in Rust only.
pub(crate) fn doc(schema: &Value) -> String {
    let mut text = schema["description"]
        .as_str()
        .unwrap_or_default()
        .replace('\n', " ");
    while let Some(start) = text.find("[`") {
        let Some(end) = text[start..].find("`]").map(|end| start + end) else {
            break;
        };
        let name = text[start + 1..=end].to_owned();
        let mut rest = text[end + 2..].to_owned();
        if let Some(target) = rest.strip_prefix('(') {
            rest = target
                .split_once(')')
                .map_or_else(String::new, |(_, after)| after.to_owned());
        }
        text = format!("{}{name}{rest}", &text[..start]);
    }
    text
}
