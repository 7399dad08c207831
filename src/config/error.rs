//! Why a configuration is refused.

use std::{fmt, io, path::PathBuf};

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// `--set` on the command line.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => f.write_str(name),
            Self::CommandLine => f.write_str("--set"),
        }
    }
}

/// Why a configuration is refused. The text names the key and where it stands, for the one who wrote it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// Something is not written as it must be.
    #[error("{origin}: {reason}")]
    Syntax {
        /// Where it stands.
        origin: Origin,
        /// What is wrong.
        reason: String,
    },
    /// There is no such setting.
    #[error("{origin}: there is no setting {key}{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// Where it stands.
        origin: Origin,
        /// What was written.
        key: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A value is not of the setting's type.
    #[error("{origin}: {key}: {reason}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// Which setting.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// A value is out of bounds, or does not agree with another.
    #[error("{key} {reason}")]
    Invalid {
        /// Which setting.
        key: &'static str,
        /// What is wrong, as the rest of a sentence.
        reason: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}
