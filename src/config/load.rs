//! How a configuration comes together: defaults, file, environment, command line; the later one wins.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    Config, ConfigError, Origin,
    known::{Known, Setting},
};

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
    ///
    /// # Panics
    ///
    /// Never: every value was read alone before all are read together.
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
        assert_eq!(config.auth.session_life, Duration::from_mins(90));
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
            let path = file.path().to_owned();
            let prefix = path.display().to_string();
            let told = Config::load(&Sources {
                file: Some(path),
                ..Sources::default()
            });
            let told = told.unwrap_err().to_string();
            assert!(told.starts_with(&prefix), "{told}");
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
