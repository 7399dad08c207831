//! What a message says.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{Stamp, UserId};

/// Longest text of a message, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// What an entry says, told apart by its `type`. Types this server does not know pass through intact.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Content {
    /// `type: "text"`: words.
    Text(Text),
    /// `type: "system"`: something that happened to the chat, written by the server.
    System(SystemEvent),
    /// `type: "bundle"`: several messages forwarded as one, put together by the server.
    Bundle(Bundle),
    /// Anything else.
    Other(Opaque),
}

/// Words: any Unicode, kept unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = |schema: &mut Schema| add_type(schema, "text"))]
pub struct Text {
    /// 1 to 16,384 bytes of UTF-8.
    pub text: String,
}

/// Something that happened to the chat, shown between its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schemars(transform = |schema: &mut Schema| add_type(schema, "system"))]
pub enum SystemEvent {
    /// The chat was made.
    Created {
        /// Who made it.
        actor: UserId,
    },
    /// People were added.
    Added {
        /// Who added them.
        actor: UserId,
        /// Who was added.
        users: Vec<UserId>,
    },
    /// Somebody was removed.
    Removed {
        /// Who removed them.
        actor: UserId,
        /// Who was removed.
        users: Vec<UserId>,
    },
    /// Somebody left by themselves.
    Left {
        /// Who left.
        actor: UserId,
    },
    /// The chat was given another title.
    Renamed {
        /// Who renamed it.
        actor: UserId,
        /// The new title.
        title: String,
    },
    /// A message was pinned.
    Pinned {
        /// Who pinned it.
        actor: UserId,
        /// The message.
        stamp: Stamp,
    },
    /// Messages disappear after another time from now on, or stay.
    Expiry {
        /// Who decided it.
        actor: UserId,
        /// The time, in seconds; absent when messages stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expire_after_s: Option<u32>,
    },
}

/// Several messages forwarded as one: a snapshot that later changes of the messages do not touch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = |schema: &mut Schema| add_type(schema, "bundle"))]
pub struct Bundle {
    /// Title of the group they were said in; absent for a direct chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The messages in their order: 1 to 100, at most 48 KiB in all.
    pub items: Vec<BundleItem>,
}

/// One message of a [`Bundle`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BundleItem {
    /// Who wrote it.
    pub sender: UserId,
    /// The name they showed when it was forwarded.
    pub name: String,
    /// Where it stood; also the time it was written at.
    pub stamp: Stamp,
    /// What it said.
    pub content: Content,
}

/// Content of a type this server does not know: kept and delivered as it came.
///
/// Bounds on the wire: depth 8, 256 values, 16 KiB.
#[derive(Debug, Clone, PartialEq)]
pub struct Opaque {
    /// Its `type`: 1 to 64 characters.
    pub kind: String,
    /// All other fields.
    pub fields: Map<String, Value>,
}

impl JsonSchema for Opaque {
    fn schema_name() -> Cow<'static, str> {
        "Opaque".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Content of a type this server does not know: kept and delivered as it came. At most depth 8, 256 values, 16 KiB.",
            "properties": { "type": { "type": "string", "description": "Any other type: 1 to 64 characters." } },
            "required": ["type"],
            "additionalProperties": true,
        })
    }
}

/// Adds the `type` that [`Content`] writes beside the fields to their schema.
fn add_type(schema: &mut Schema, kind: &str) {
    let add = |object: &mut Map<String, Value>| {
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.shift_insert(0, "type".to_owned(), serde_json::json!({ "const": kind }));
        }
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.insert(0, "type".into());
        }
    };
    let object = schema.ensure_object();
    match object.get_mut("oneOf") {
        Some(Value::Array(variants)) => variants
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(add),
        _ => add(object),
    }
}

impl Content {
    /// A text message.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text { text: text.into() })
    }

    /// About how many bytes it takes in an answer; what is bounded as a whole counts with its bound.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.text.len(),
            Self::System(_) => 64,
            Self::Bundle(_) => 48 * 1024,
            Self::Other(_) => Opaque::MAX_BYTES,
        }
    }

    /// Why this content may not be sent, if it may not: the field and the reason.
    #[must_use]
    pub fn refusal(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Text(text) if text.text.trim().is_empty() => Some(("content.text", "is empty")),
            Self::Text(text) if text.text.len() > MAX_TEXT_BYTES => {
                Some(("content.text", "is longer than 16384 bytes"))
            }
            Self::Text(_) => None,
            Self::System(_) => Some(("content.type", "system entries are written by the server")),
            Self::Bundle(_) => Some(("content.type", "bundles are made by message.forward")),
            Self::Other(other) => other.refusal(),
        }
    }
}

impl Opaque {
    /// Deepest nesting of a value inside the content.
    const MAX_DEPTH: usize = 8;
    /// Most values in all.
    const MAX_NODES: usize = 256;
    /// Most bytes of text in all, names of fields included.
    const MAX_BYTES: usize = 16 * 1024;

    fn refusal(&self) -> Option<(&'static str, &'static str)> {
        if !(1..=64).contains(&self.kind.len()) {
            return Some(("content.type", "must have 1 to 64 bytes"));
        }
        let mut nodes = 0;
        let mut bytes = 0;
        let mut open: Vec<(usize, Option<&str>, &Value)> = self
            .fields
            .iter()
            .map(|(name, value)| (1, Some(name.as_str()), value))
            .collect();
        while let Some((depth, name, value)) = open.pop() {
            nodes += 1;
            bytes += name.map_or(0, str::len) + value.as_str().map_or(1, str::len);
            if depth > Self::MAX_DEPTH {
                return Some(("content", "is nested deeper than 8"));
            }
            match value {
                Value::Array(items) => {
                    open.extend(items.iter().map(|item| (depth + 1, None, item)));
                }
                Value::Object(fields) => open.extend(
                    fields
                        .iter()
                        .map(|(name, item)| (depth + 1, Some(name.as_str()), item)),
                ),
                _ => {}
            }
        }
        if nodes > Self::MAX_NODES {
            return Some(("content", "has more than 256 values"));
        }
        (bytes > Self::MAX_BYTES).then_some(("content", "is longer than 16384 bytes"))
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tagged<'a, T> {
            #[serde(rename = "type")]
            kind: &'static str,
            #[serde(flatten)]
            fields: &'a T,
        }
        match self {
            // Written by hand: `flatten` costs a buffered map on the hottest path there is.
            Self::Text(text) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "text")?;
                map.serialize_entry("text", &text.text)?;
                map.end()
            }
            Self::System(event) => Tagged {
                kind: "system",
                fields: event,
            }
            .serialize(serializer),
            Self::Bundle(bundle) => Tagged {
                kind: "bundle",
                fields: bundle,
            }
            .serialize(serializer),
            Self::Other(other) => {
                let mut map = serializer.serialize_map(Some(other.fields.len() + 1))?;
                map.serialize_entry("type", &other.kind)?;
                for (name, value) in &other.fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not recursive without bound: every frame and record was measured for depth before it comes here.
        let mut fields = Map::<String, Value>::deserialize(deserializer)?;
        let Some(Value::String(kind)) = fields.shift_remove("type") else {
            return Err(D::Error::missing_field("type"));
        };
        match kind.as_str() {
            "text" => match fields.remove("text") {
                Some(Value::String(text)) => Ok(Self::text(text)),
                _ => Err(D::Error::missing_field("text")),
            },
            "system" => SystemEvent::deserialize(Value::Object(fields))
                .map(Self::System)
                .map_err(D::Error::custom),
            "bundle" => Bundle::deserialize(Value::Object(fields))
                .map(Self::Bundle)
                .map_err(D::Error::custom),
            _ => Ok(Self::Other(Opaque { kind, fields })),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn round_trip(wire: &Value) -> Content {
        let content: Content = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(serde_json::to_value(&content).unwrap(), *wire);
        assert_eq!(serde_json::to_string(&content).unwrap(), wire.to_string());
        let packed = rmp_serde::to_vec_named(&content).unwrap();
        assert_eq!(rmp_serde::from_slice::<Content>(&packed).unwrap(), content);
        content
    }

    #[test]
    fn known_and_unknown_types_pass_through_both_formats_unchanged() {
        assert_eq!(
            round_trip(&json!({ "type": "text", "text": "你好" })),
            Content::text("你好")
        );
        round_trip(&json!({ "type": "system", "event": "left", "actor": "u1" }));
        round_trip(
            &json!({ "type": "x.poll", "z": 1, "choices": ["a", { "b": [1, 2.5, null, true] }] }),
        );
    }

    #[test]
    fn content_beyond_its_bounds_is_refused() {
        let deep = (0..9).fold(json!(1), |inner, _| json!([inner]));
        let wide: Vec<u32> = (0..300).collect();
        for (wire, field) in [
            (json!({ "type": "text", "text": " \n" }), "content.text"),
            (
                json!({ "type": "text", "text": "x".repeat(16_385) }),
                "content.text",
            ),
            (
                json!({ "type": "system", "event": "left", "actor": "u1" }),
                "content.type",
            ),
            (json!({ "type": "", "a": 1 }), "content.type"),
            (json!({ "type": "x", "a": deep }), "content"),
            (json!({ "type": "x", "a": wide }), "content"),
            (json!({ "type": "x", "a": "y".repeat(17_000) }), "content"),
        ] {
            let content: Content = serde_json::from_value(wire).unwrap();
            assert_eq!(content.refusal().map(|(field, _)| field), Some(field));
        }
    }
}
