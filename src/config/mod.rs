//! What an operator can set: one type per section, with its defaults and its rules.
//!
//! Order of precedence: defaults, file, environment (`CURLEW__SECTION__KEY`), `--set section.key=value`.
//! `curlew.example.toml` is generated from the doc comments here.
//!
//! Layer: config. Depends on the model only.

mod duration;
mod error;
mod known;
mod load;
mod retention;
mod sections;
mod url;
mod validate;
mod web_origin;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use error::{ConfigError, Origin};
pub use load::Sources;
pub use retention::RetentionConfig;
pub use sections::{
    AuthConfig, ClusterConfig, GatewayConfig, LimitsConfig, LogConfig, LogFormat, Rate,
    RegistrationMode, ServerConfig, StoreConfig,
};
pub use url::StoreUrl;

/// Everything an operator can set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The process itself: where it listens, where it keeps data.
    pub server: ServerConfig,
    /// The key-value store that keeps everything.
    pub store: StoreConfig,
    /// How gateways find and tell each other.
    pub cluster: ClusterConfig,
    /// Accounts and log-in.
    pub auth: AuthConfig,
    /// Connections and their timers.
    pub gateway: GatewayConfig,
    /// What people may do, how much and how often.
    pub limits: LimitsConfig,
    /// How long messages and changes are kept.
    pub retention: RetentionConfig,
    /// What the process writes about itself.
    pub log: LogConfig,
}
