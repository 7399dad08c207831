//! How a configuration comes together: defaults, file, environment, command line; the later one wins.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;
use serde_json::Value as Schema;
use toml::{Table, Value};

use super::{Config, ConfigError, Origin};

/// Every environment variable that is a setting begins with this.
const PREFIX: &str = "CURLEW__";

/// Where settings come from, weakest first. Defaults stand below all of them.
#[derive(Clone, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Environment variables; only those called `CURLEW__SECTION__KEY` are looked at.
    pub env: Vec<(String, String)>,
    /// What stood after `--set` on the command line: `section.key=value`.
    pub sets: Vec<String>,
}

impl Sources {
    /// A file and `--set`s, with the environment of this process.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, sets: Vec<String>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            file,
            env: std::env::vars_os().filter_map(text).collect(),
            sets,
        }
    }

    fn settings(&self, known: &Known) -> Result<Vec<Setting>, ConfigError> {
        let mut settings = match &self.file {
            Some(path) => from_file(path)?,
            None => Vec::new(),
        };
        for (name, value) in &self.env {
            settings.extend(from_variable(known, name, value)?);
        }
        for set in &self.sets {
            settings.push(from_command_line(known, set)?);
        }
        Ok(settings)
    }
}

impl Config {
    /// Puts the configuration together and holds it to its rules.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], whose text names the key, where it stands and what would be right.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let known = Known::settings();
        let mut sections = Table::new();
        for setting in sources.settings(&known)? {
            known.check(&setting)?;
            let section = sections
                .entry(&setting.section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(setting.key, setting.value);
            }
        }
        let config = Self::deserialize(sections).expect("every value was read alone before");
        config.validate()?;
        Ok(config)
    }
}

/// One value for one key, and where it was written.
struct Setting {
    section: String,
    key: String,
    value: Value,
    origin: Origin,
}

impl Setting {
    fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }
}

fn from_file(path: &PathBuf) -> Result<Vec<Setting>, ConfigError> {
    let origin = Origin::File(path.clone());
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::Syntax {
            origin: origin.clone(),
            reason: error.to_string(),
        })?;
    let mut settings = Vec::new();
    for (section, value) in table {
        let Value::Table(keys) = value else {
            return Err(Known::settings().unknown(&section, origin));
        };
        settings.extend(keys.into_iter().map(|(key, value)| Setting {
            section: section.clone(),
            key,
            value,
            origin: origin.clone(),
        }));
    }
    Ok(settings)
}

fn from_variable(known: &Known, name: &str, text: &str) -> Result<Option<Setting>, ConfigError> {
    let Some(path) = name.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let origin = Origin::Variable(name.to_owned());
    let path = path.to_lowercase();
    let Some((section, key)) = path.split_once("__") else {
        return Err(known.unknown(&path, origin));
    };
    known.parse(section, key, text, origin).map(Some)
}

fn from_command_line(known: &Known, set: &str) -> Result<Setting, ConfigError> {
    let Some((path, text)) = set.split_once('=') else {
        return Err(ConfigError::Syntax {
            origin: Origin::CommandLine,
            reason: "write section.key=value".to_owned(),
        });
    };
    let path = path.trim();
    match path.split_once('.') {
        Some((section, key)) => known.parse(section, key, text.trim(), Origin::CommandLine),
        None => Err(known.unknown(path, Origin::CommandLine)),
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
struct Known(BTreeMap<String, Form>);

impl Known {
    fn settings() -> Self {
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
    fn parse(
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
    fn check(&self, setting: &Setting) -> Result<(), ConfigError> {
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

    fn unknown(&self, path: &str, origin: Origin) -> ConfigError {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Level;

    fn with_sets(sets: &[&str]) -> Result<Config, ConfigError> {
        Config::load(&Sources {
            sets: sets.iter().map(ToString::to_string).collect(),
            ..Sources::default()
        })
    }

    fn refusal(sets: &[&str]) -> String {
        with_sets(sets).unwrap_err().to_string()
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        assert_eq!(with_sets(&[]).unwrap(), Config::default());
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(
            &file,
            "[limits]\npage = 1\nsends_burst = 1\n[gateway]\nping = \"1s\"\n",
        )
        .unwrap();
        let config = Config::load(&Sources {
            file: Some(file.path().to_owned()),
            env: vec![
                ("CURLEW__LIMITS__PAGE".to_owned(), "2".to_owned()),
                ("CURLEW__LIMITS__SENDS_BURST".to_owned(), "2".to_owned()),
                ("HOME".to_owned(), "/".to_owned()),
            ],
            sets: vec!["limits.sends_burst=3".to_owned()],
        })
        .unwrap();
        assert_eq!(config.gateway.ping, Duration::from_secs(1));
        assert_eq!((config.limits.page, config.limits.sends_burst), (2, 3));
    }

    #[test]
    fn text_is_read_by_the_type_of_its_setting() {
        let config = with_sets(&[
            "server.listen=0.0.0.0:0",
            "server.public_url = \"https://chat.example.org\"",
            "server.origins=https://a.example, https://b.example",
            "server.trusted_proxies=[\"10.0.0.0/8\"]",
            "store.level=synced",
            "store.allow_unsafe=true",
            "limits.logins_per_minute=1",
            "auth.session_life=1h 30m",
            "server.metrics_listen=127.0.0.1:9100",
        ])
        .unwrap();
        assert_eq!(config.server.listen.port(), 0);
        assert_eq!(config.server.public_url, "https://chat.example.org");
        assert_eq!(
            config.server.origins,
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(config.server.trusted_proxies.len(), 1);
        assert_eq!(config.store.level, Level::Synced);
        assert!(config.store.allow_unsafe);
        assert_eq!(config.auth.session_life, Duration::from_secs(5400));
        assert!(config.server.metrics_listen.is_some());
    }

    #[test]
    fn an_unknown_setting_is_refused_with_the_nearest_one_and_where_it_stands() {
        for (set, nearest) in [
            ("server.listn=x", "server.listen"),
            ("sever.listen=x", "server.listen"),
            ("listen=x", "server.listen"),
            ("server.level=synced", "store.level"),
        ] {
            let told = refusal(&[set]);
            assert!(told.starts_with("--set: there is no setting "), "{told}");
            assert!(
                told.ends_with(&format!("did you mean {nearest}?")),
                "{told}"
            );
        }
        assert!(!refusal(&["zebra.quagga=1"]).contains("did you mean"));
    }

    #[test]
    fn unknown_variables_and_keys_of_a_file_name_their_origin() {
        let env = vec![("CURLEW__STORE__URI".to_owned(), "x".to_owned())];
        let told = Config::load(&Sources {
            env,
            ..Sources::default()
        })
        .unwrap_err();
        assert_eq!(
            told.to_string(),
            "CURLEW__STORE__URI: there is no setting store.uri; did you mean store.url?"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in [
            "[store]\nuri = 1\n",
            "url = \"x\"\n",
            "[store\n",
            "[store]\nurl = 7\n",
        ] {
            fs::write(&file, text).unwrap();
            let file = Some(file.path().to_owned());
            let told = Config::load(&Sources {
                file: file.clone(),
                ..Sources::default()
            });
            let told = told.unwrap_err().to_string();
            assert!(
                told.starts_with(&file.unwrap().display().to_string()),
                "{told}"
            );
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused_by_the_name_of_its_key() {
        for (set, key) in [
            ("limits.page=many", "limits.page"),
            ("limits.page=-1", "limits.page"),
            ("store.level=firm", "store.level"),
            ("gateway.ping=soon", "gateway.ping"),
            ("server.listen=here", "server.listen"),
            (
                "server.trusted_proxies=10.0.0.0/99",
                "server.trusted_proxies",
            ),
        ] {
            let told = refusal(&[set]);
            assert!(told.starts_with(&format!("--set: {key}: ")), "{told}");
        }
        assert_eq!(refusal(&["limits.page"]), "--set: write section.key=value");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let file = Some(PathBuf::from("/no/such/file.toml"));
        let told = Config::load(&Sources {
            file,
            ..Sources::default()
        })
        .unwrap_err();
        assert_eq!(told.to_string(), "cannot read /no/such/file.toml");
    }
}
