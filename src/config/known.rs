//! The settings there are, and how their values are written where there is only text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Schema;
use toml::{Table, Value};

use super::{Config, ConfigError, Origin};

/// One value for one key, and where it was written.
pub(super) struct Setting {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

impl Setting {
    fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

/// How a value is written where there is only text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is; quotes are allowed.
    Text,
    /// As in TOML: numbers, `true`, `false`.
    Bare,
    /// As a TOML array, or with commas between.
    List,
}

/// The settings there are, from the types of the sections.
pub(super) struct Known(BTreeMap<String, Form>);

impl Known {
    pub(super) fn settings() -> Self {
        let schema = schemars::schema_for!(Config).to_value();
        let mut forms = BTreeMap::new();
        for (section, reference) in properties(&schema) {
            for (key, kind) in properties(resolve(&schema, reference)) {
                forms.insert(format!("{section}.{key}"), form(kind));
            }
        }
        Self(forms)
    }

    /// Reads `text` as the value of a setting.
    pub(super) fn parse(
        &self,
        section: &str,
        key: &str,
        text: &str,
        origin: Origin,
    ) -> Result<Setting, ConfigError> {
        let path = format!("{section}.{key}");
        let Some(form) = self.0.get(&path) else {
            return Err(self.unknown(&path, origin));
        };
        let value = read(*form, text).map_err(|error| ConfigError::Value {
            origin: origin.clone(),
            key: path,
            reason: error.message().to_owned(),
        })?;
        Ok(Setting {
            section: section.to_owned(),
            key: key.to_owned(),
            value,
            origin,
        })
    }

    /// Whether there is such a setting and the value is of its type.
    pub(super) fn check(&self, setting: &Setting) -> Result<(), ConfigError> {
        let path = setting.path();
        if !self.0.contains_key(&path) {
            return Err(self.unknown(&path, setting.origin.clone()));
        }
        let alone = Table::from_iter([(setting.key.clone(), setting.value.clone())]);
        let config = Table::from_iter([(setting.section.clone(), Value::Table(alone))]);
        match Config::deserialize(config) {
            Ok(_) => Ok(()),
            Err(error) => Err(ConfigError::Value {
                origin: setting.origin.clone(),
                key: path,
                reason: error.message().to_owned(),
            }),
        }
    }

    pub(super) fn unknown(&self, path: &str, origin: Origin) -> ConfigError {
        ConfigError::Unknown {
            origin,
            key: path.to_owned(),
            nearest: self.nearest(path),
        }
    }

    /// The setting that looks most like `path`: by its whole name, or by its key in another section.
    fn nearest(&self, path: &str) -> Option<String> {
        let wanted = path.rsplit('.').next().unwrap_or(path);
        let likeness = |known: &String| {
            let key = known.rsplit('.').next().unwrap_or(known);
            let whole = strsim::normalized_damerau_levenshtein(path, known);
            whole.max(0.95 * strsim::normalized_damerau_levenshtein(wanted, key))
        };
        self.0
            .keys()
            .map(|known| (likeness(known), known))
            .filter(|(likeness, _)| *likeness >= 0.6)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, known)| known.clone())
    }
}

fn properties(schema: &Schema) -> impl Iterator<Item = (&String, &Schema)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn resolve<'a>(schema: &'a Schema, reference: &'a Schema) -> &'a Schema {
    let pointer = reference["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix('#'));
    pointer
        .and_then(|pointer| schema.pointer(pointer))
        .unwrap_or(reference)
}

fn form(kind: &Schema) -> Form {
    let is = |name: &str| {
        kind["type"] == name
            || kind["type"]
                .as_array()
                .is_some_and(|types| types.iter().any(|kind| kind == name))
    };
    match () {
        () if is("array") => Form::List,
        () if is("integer") || is("number") || is("boolean") => Form::Bare,
        () => Form::Text,
    }
}

fn read(form: Form, text: &str) -> Result<Value, toml::de::Error> {
    match form {
        Form::Bare => toml_value(text),
        Form::Text if text.starts_with(['"', '\'']) => toml_value(text),
        Form::Text => Ok(Value::String(text.to_owned())),
        Form::List if text.starts_with('[') => toml_value(text),
        Form::List => Ok(Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        )),
    }
}

fn toml_value(text: &str) -> Result<Value, toml::de::Error> {
    Value::deserialize(toml::de::ValueDeserializer::parse(text)?)
}
