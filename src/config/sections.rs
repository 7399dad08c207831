//! The sections of the configuration.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StoreUrl;
use crate::model::Level;

/// The process itself: where it listens, where it keeps data. Section `[server]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port to listen on. Port 0 takes any free port and prints it.
    pub listen: SocketAddr,
    /// Address people type, for example `https://chat.example.org`; made from `listen` when empty.
    pub public_url: String,
    /// Folder for the embedded store.
    pub data_dir: PathBuf,
    /// PEM file with the certificate chain; TLS is on when both files are given.
    #[schemars(example = "/etc/curlew/fullchain.pem")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the private key.
    #[schemars(example = "/etc/curlew/privkey.pem")]
    pub tls_key: Option<PathBuf>,
    /// Networks of reverse proxies whose `X-Forwarded-For` is believed, for example `10.0.0.0/8`.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// Further origins that may open a WebSocket from a browser, for example `https://chat.example.org`.
    /// The server's own address is always allowed.
    pub origins: Vec<String>,
    /// Separate address for `/metrics`; without it metrics are answered to loopback only.
    #[schemars(example = "127.0.0.1:9090")]
    pub metrics_listen: Option<SocketAddr>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            data_dir: PathBuf::from("./data"),
            tls_cert: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            origins: Vec::new(),
            metrics_listen: None,
        }
    }
}

/// The key-value store that keeps everything. Section `[store]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `embedded:` for the store inside the process, `redis://user:password@host:6379/0` for one server,
    /// `redis-cluster://host:port,host:port` or `redis-sentinel://host:port,host:port/service`, `rediss…` with TLS,
    /// or `pika://:password@host:9221`.
    pub url: StoreUrl,
    /// Text before every key, so that several servers can share one store: at most 64 letters, digits, `:`, `_`, `-`.
    pub prefix: String,
    /// How firmly a message is kept before it is acknowledged: `stored` survives a kill, `synced` a power cut.
    pub level: Level,
    /// Accepts a store whose settings may lose data. For tests only.
    pub allow_unsafe: bool,
    /// Cache of the embedded store, in mebibytes.
    pub cache_mib: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: "embedded:".into(),
            prefix: String::new(),
            level: Level::Stored,
            allow_unsafe: false,
            cache_mib: 32,
        }
    }
}

/// How gateways find and tell each other. Section `[cluster]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterConfig {
    /// Store for hints between gateways and for their leases, `redis://…`; the data store when empty.
    pub url: StoreUrl,
}

/// Who may register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Everybody.
    #[default]
    Open,
    /// Who has an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// Accounts and log-in. Section `[auth]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Who may register: `open`, `invite` or `closed`.
    pub registration: RegistrationMode,
    /// How long a session lives without being used.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub session_life: Duration,
    /// How long an invitation is good for.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub invite_life: Duration,
    /// Memory of one password hash (Argon2id), in kibibytes; less than 19456 is for tests only.
    pub argon2_memory_kib: u32,
    /// Passes of one password hash; less than 2 is for tests only.
    pub argon2_passes: u32,
    /// Password hashes that may run at once.
    pub argon2_parallel: u32,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            registration: RegistrationMode::Open,
            session_life: Duration::from_hours(90 * 24),
            invite_life: Duration::from_hours(7 * 24),
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
            argon2_parallel: 2,
        }
    }
}

/// Connections and their timers. Section `[gateway]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// How long a new connection may take to authenticate before it is closed.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub authentication_timeout: Duration,
    /// A connection that is silent for longer is pinged.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub ping: Duration,
    /// A connection that does not answer a ping for longer is closed.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub pong: Duration,
    /// How long one write to a client may take before the connection is closed.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub write_timeout: Duration,
    /// How long connections are given to close when the server stops.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub drain: Duration,
    /// How often the newest positions of chats in use are compared with what was pushed.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub position_check: Duration,
    /// Largest accepted client frame, in bytes.
    pub frame_bytes: u32,
    /// Largest accepted client frame before authentication, in bytes.
    pub first_frame_bytes: u32,
    /// Deepest nesting of a client frame.
    pub frame_depth: u32,
    /// Bytes queued for a slow client before pushes that can be pulled again are dropped (`resync`).
    pub outbox_soft_bytes: u32,
    /// Bytes queued for a slow client before it is closed.
    pub outbox_hard_bytes: u32,
    /// Requests of one connection that may be unanswered.
    pub requests_in_flight: u32,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            authentication_timeout: Duration::from_secs(5),
            ping: Duration::from_secs(25),
            pong: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(5),
            position_check: Duration::from_secs(15),
            frame_bytes: 64 * 1024,
            first_frame_bytes: 4 * 1024,
            frame_depth: 16,
            outbox_soft_bytes: 256 * 1024,
            outbox_hard_bytes: 1024 * 1024,
            requests_in_flight: 64,
        }
    }
}

/// What people may do, how much and how often. Section `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Messages one person may send in a second, on the long run.
    pub sends_per_second: u32,
    /// Messages one person may send at once before that limit shows.
    pub sends_burst: u32,
    /// Other changes (chats, members, profile) one person may make in a minute.
    pub changes_per_minute: u32,
    /// People one person may look up by name in an hour.
    pub lookups_per_hour: u32,
    /// Log-in attempts for one account from one network before they are slowed down.
    pub logins_burst: u32,
    /// Log-in attempts per minute after that. May be a fraction: 0.2 is one in five minutes.
    pub logins_per_minute: Rate,
    /// Accounts that may be made from one network in an hour.
    pub registrations_per_hour: u32,
    /// Sessions of one person; the one longest unused ends when there would be more.
    pub sessions_per_user: u32,
    /// Connections from one address.
    pub connections_per_address: u32,
    /// Connections in all.
    pub connections: u32,
    /// Chats of one person.
    pub chats_per_user: u32,
    /// Members of a group.
    pub group_members: u32,
    /// Groups up to this size have their changes copied into each member's change log.
    pub write_diffusion_members: u32,
    /// How long one's own message may be edited after it was sent; `0s` for ever.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub edit_window: Duration,
    /// How long one's own message may be taken back after it was sent; `0s` for ever.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub retract_window: Duration,
    /// Groups up to this size tell who has read a message.
    pub reader_list_members: u32,
    /// Most entries in a page.
    pub page: u32,
    /// Heavy reads (sync, chat lists, long pages) that may run at once.
    pub heavy_reads: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            sends_per_second: 20,
            sends_burst: 60,
            changes_per_minute: 120,
            lookups_per_hour: 100,
            logins_burst: 5,
            logins_per_minute: Rate(0.2),
            registrations_per_hour: 60,
            sessions_per_user: 16,
            connections_per_address: 1_000,
            connections: 1_000_000,
            chats_per_user: 2_000,
            group_members: 10_000,
            write_diffusion_members: 100,
            edit_window: Duration::from_hours(48),
            retract_window: Duration::from_hours(48),
            reader_list_members: 50,
            page: 200,
            heavy_reads: 32,
        }
    }
}

/// Events per unit of time; may be a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Rate(pub f64);

impl Eq for Rate {}

/// What the process writes about itself. Section `[log]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, `trace`, or filters such as `info,curlew::gateway=debug`.
    pub level: String,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line each.
    #[default]
    Text,
    /// One JSON object each.
    Json,
}
