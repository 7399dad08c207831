//! The rules a configuration must keep, and what to warn of although it keeps them.

use std::time::Duration;

use super::{
    AuthConfig, ClusterConfig, Config, ConfigError, GatewayConfig, LimitsConfig, LogConfig,
    ServerConfig, StoreConfig, web_origin,
};

/// Smallest memory of a password hash that is not for tests, in kibibytes (OWASP, Argon2id).
const ARGON2_MEMORY_KIB: u32 = 19_456;
/// Fewest passes of a password hash that is not for tests.
const ARGON2_PASSES: u32 = 2;

pub(super) type Checked = Result<(), ConfigError>;

impl Config {
    /// Holds every value to its bounds and to what it must agree with.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for the first rule that is broken.
    pub fn validate(&self) -> Checked {
        self.server.validate()?;
        self.store.validate()?;
        self.cluster.validate(&self.store)?;
        self.auth.validate()?;
        self.gateway.validate()?;
        self.limits.validate()?;
        self.retention.validate()?;
        self.log.validate()
    }

    /// What an operator should know although it is allowed: one sentence each, for the log at the start.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let server = &self.server;
        if !server.listen.ip().is_loopback() && server.tls_cert.is_none() {
            warnings.push(format!(
                "server.listen = \"{}\" is reachable from other machines without TLS: passwords and messages can be \
                 read on the way, and browsers refuse notifications and offline use. Set server.tls_cert and \
                 server.tls_key, or listen on 127.0.0.1 behind a reverse proxy",
                server.listen
            ));
        }
        if self.auth.argon2_memory_kib < ARGON2_MEMORY_KIB
            || self.auth.argon2_passes < ARGON2_PASSES
        {
            warnings.push(
                "auth.argon2_memory_kib and auth.argon2_passes are below what protects passwords; for tests only"
                    .to_owned(),
            );
        }
        if self.store.allow_unsafe {
            warnings.push(
                "store.allow_unsafe accepts a store that may lose messages; for tests only"
                    .to_owned(),
            );
        }
        warnings
    }
}

impl ServerConfig {
    fn validate(&self) -> Checked {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            let missing = if self.tls_cert.is_some() {
                "server.tls_key"
            } else {
                "server.tls_cert"
            };
            return invalid(missing, "is missing: certificate and key go together");
        }
        if !self.public_url.is_empty() {
            web_origin::check("server.public_url", &self.public_url)?;
        }
        for listed in &self.origins {
            web_origin::check("server.origins", listed)?;
        }
        require(
            !self.data_dir.as_os_str().is_empty(),
            "server.data_dir",
            "must not be empty",
        )?;
        require(
            self.listen.port() == 0 || self.metrics_listen != Some(self.listen),
            "server.metrics_listen",
            "must be another address than server.listen",
        )
    }
}

impl StoreConfig {
    fn validate(&self) -> Checked {
        match self.url.scheme() {
            "embedded" if self.url.expose() != "embedded:" => invalid(
                "store.url",
                "has nothing after embedded:, the folder is server.data_dir",
            ),
            "embedded" | "pika" | "redis+cas" | "rediss+cas" => Ok(()),
            _ => require(
                self.url.is_redis(),
                "store.url",
                "must begin with embedded:, redis://, redis-cluster://, redis-sentinel:// (rediss… for TLS) or \
                 pika://",
            ),
        }?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":_-".contains(&byte);
        require(
            self.prefix.len() <= 64 && self.prefix.bytes().all(allowed),
            "store.prefix",
            "must be at most 64 letters, digits, colons, underscores and hyphens",
        )?;
        between("store.cache_mib", self.cache_mib, 1, 1024 * 1024)
    }
}

impl ClusterConfig {
    fn validate(&self, store: &StoreConfig) -> Checked {
        require(
            self.url.is_empty() || self.url.is_redis() || self.url.scheme() == "pika",
            "cluster.url",
            "must begin with redis://, redis-cluster:// or redis-sentinel:// (rediss… for TLS), or be empty",
        )?;
        require(
            self.url.is_empty() || store.url.scheme() != "embedded",
            "cluster.url",
            "must be empty with an embedded store: nobody else can use its data",
        )
    }
}

impl AuthConfig {
    fn validate(&self) -> Checked {
        at_least(
            "auth.session_life",
            self.session_life,
            Duration::from_mins(1),
        )?;
        at_least("auth.invite_life", self.invite_life, Duration::from_mins(1))?;
        between(
            "auth.argon2_memory_kib",
            self.argon2_memory_kib,
            8,
            4 * 1024 * 1024,
        )?;
        between("auth.argon2_passes", self.argon2_passes, 1, 100)?;
        between("auth.argon2_parallel", self.argon2_parallel, 1, 1024)
    }
}

impl GatewayConfig {
    fn validate(&self) -> Checked {
        let shortest = Duration::from_millis(10);
        at_least(
            "gateway.authentication_timeout",
            self.authentication_timeout,
            shortest,
        )?;
        at_least("gateway.ping", self.ping, shortest)?;
        at_least("gateway.pong", self.pong, shortest)?;
        at_least("gateway.write_timeout", self.write_timeout, shortest)?;
        at_least("gateway.position_check", self.position_check, shortest)?;
        between(
            "gateway.frame_bytes",
            self.frame_bytes,
            1024,
            16 * 1024 * 1024,
        )?;
        between(
            "gateway.first_frame_bytes",
            self.first_frame_bytes,
            1024,
            self.frame_bytes,
        )?;
        // Params and content stand three levels deep, and content may have eight of its own.
        between("gateway.frame_depth", self.frame_depth, 12, 100)?;
        between(
            "gateway.outbox_soft_bytes",
            self.outbox_soft_bytes,
            16 * 1024,
            u32::MAX,
        )?;
        between(
            "gateway.outbox_hard_bytes",
            self.outbox_hard_bytes,
            self.outbox_soft_bytes,
            u32::MAX,
        )?;
        between(
            "gateway.requests_in_flight",
            self.requests_in_flight,
            1,
            10_000,
        )
    }
}

impl LimitsConfig {
    fn validate(&self) -> Checked {
        for (key, value) in [
            ("limits.sends_per_second", self.sends_per_second),
            ("limits.sends_burst", self.sends_burst),
            ("limits.changes_per_minute", self.changes_per_minute),
            ("limits.lookups_per_hour", self.lookups_per_hour),
            ("limits.logins_burst", self.logins_burst),
            ("limits.registrations_per_hour", self.registrations_per_hour),
            ("limits.sessions_per_user", self.sessions_per_user),
            (
                "limits.connections_per_address",
                self.connections_per_address,
            ),
            ("limits.connections", self.connections),
            ("limits.chats_per_user", self.chats_per_user),
            ("limits.heavy_reads", self.heavy_reads),
        ] {
            between(key, value, 1, u32::MAX)?;
        }
        require(
            self.logins_per_minute.0.is_finite() && self.logins_per_minute.0 > 0.0,
            "limits.logins_per_minute",
            "must be more than 0",
        )?;
        between("limits.group_members", self.group_members, 2, 1_000_000)?;
        between(
            "limits.write_diffusion_members",
            self.write_diffusion_members,
            2,
            10_000,
        )?;
        between("limits.page", self.page, 1, 1_000)
    }
}

impl LogConfig {
    fn validate(&self) -> Checked {
        require(
            !self.level.trim().is_empty(),
            "log.level",
            "must not be empty",
        )
    }
}

pub(super) fn invalid(key: &'static str, reason: impl Into<String>) -> Checked {
    Err(ConfigError::Invalid {
        key,
        reason: reason.into(),
    })
}

pub(super) fn require(kept: bool, key: &'static str, reason: &str) -> Checked {
    if kept { Ok(()) } else { invalid(key, reason) }
}

fn between(key: &'static str, value: u32, least: u32, most: u32) -> Checked {
    match value {
        _ if value < least => invalid(key, format!("must be at least {least}")),
        _ if value > most => invalid(key, format!("must be at most {most}")),
        _ => Ok(()),
    }
}

pub(super) fn at_least(key: &'static str, value: Duration, least: Duration) -> Checked {
    if value < least {
        return invalid(key, format!("must be at least {least:?}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::Sources, *};

    fn load(sets: &[&str]) -> Result<Config, ConfigError> {
        Config::load(&Sources {
            sets: sets.iter().map(ToString::to_string).collect(),
            ..Sources::default()
        })
    }

    #[test]
    fn every_rule_names_the_key_that_breaks_it() {
        for (sets, told) in [
            (&["server.tls_cert=c.pem"][..], "server.tls_key is missing"),
            (&["server.tls_key=k.pem"], "server.tls_cert is missing"),
            (&["server.data_dir="], "server.data_dir must not be empty"),
            (
                &["server.metrics_listen=127.0.0.1:8080"],
                "server.metrics_listen must be another",
            ),
            (
                &["store.url=embedded:/data"],
                "store.url has nothing after embedded:",
            ),
            (&["store.url=mysql://x"], "store.url must begin with"),
            (&["store.url="], "store.url must begin with"),
            (&["store.prefix={a}"], "store.prefix must be at most 64"),
            (&["store.cache_mib=0"], "store.cache_mib must be at least 1"),
            (&["cluster.url=embedded:"], "cluster.url must begin with"),
            (
                &["cluster.url=redis://host"],
                "cluster.url must be empty with an embedded store",
            ),
            (
                &["auth.session_life=1s"],
                "auth.session_life must be at least 60s",
            ),
            (
                &["auth.invite_life=1s"],
                "auth.invite_life must be at least 60s",
            ),
            (
                &["auth.argon2_memory_kib=1"],
                "auth.argon2_memory_kib must be at least 8",
            ),
            (
                &["auth.argon2_passes=0"],
                "auth.argon2_passes must be at least 1",
            ),
            (
                &["auth.argon2_parallel=0"],
                "auth.argon2_parallel must be at least 1",
            ),
            (
                &["gateway.authentication_timeout=0s"],
                "gateway.authentication_timeout must be at least 10ms",
            ),
            (&["gateway.ping=0s"], "gateway.ping must"),
            (&["gateway.pong=0s"], "gateway.pong must"),
            (&["gateway.write_timeout=0s"], "gateway.write_timeout must"),
            (
                &["gateway.position_check=0s"],
                "gateway.position_check must",
            ),
            (
                &["gateway.frame_bytes=10"],
                "gateway.frame_bytes must be at least 1024",
            ),
            (
                &["gateway.first_frame_bytes=100000"],
                "gateway.first_frame_bytes must be at most 65536",
            ),
            (
                &["gateway.frame_depth=3"],
                "gateway.frame_depth must be at least 12",
            ),
            (
                &["gateway.outbox_soft_bytes=0"],
                "gateway.outbox_soft_bytes must be at least 16384",
            ),
            (
                &["gateway.outbox_hard_bytes=1"],
                "gateway.outbox_hard_bytes must be at least 262144",
            ),
            (
                &["gateway.requests_in_flight=0"],
                "gateway.requests_in_flight must be at least 1",
            ),
            (
                &["limits.sends_per_second=0"],
                "limits.sends_per_second must be at least 1",
            ),
            (
                &["limits.logins_per_minute=0.0"],
                "limits.logins_per_minute must be more than 0",
            ),
            (
                &["limits.group_members=1"],
                "limits.group_members must be at least 2",
            ),
            (
                &["limits.write_diffusion_members=0"],
                "limits.write_diffusion_members must be at least 2",
            ),
            (&["limits.page=5000"], "limits.page must be at most 1000"),
            (&["log.level= "], "log.level must not be empty"),
        ] {
            let refusal = load(sets).unwrap_err().to_string();
            assert!(refusal.starts_with(told), "{sets:?}: {refusal}");
        }
    }

    #[test]
    fn listening_to_the_world_without_tls_is_warned_of() {
        assert!(load(&[]).unwrap().warnings().is_empty());
        let open = load(&["server.listen=0.0.0.0:8080"]).unwrap().warnings();
        assert!(open[0].contains("without TLS"), "{open:?}");
        let closed = [
            "server.listen=0.0.0.0:443",
            "server.tls_cert=c",
            "server.tls_key=k",
        ];
        assert!(load(&closed).unwrap().warnings().is_empty());
    }

    #[test]
    fn settings_for_tests_are_warned_of() {
        for set in [
            "auth.argon2_memory_kib=64",
            "auth.argon2_passes=1",
            "store.allow_unsafe=true",
        ] {
            let warnings = load(&[set]).unwrap().warnings();
            assert!(warnings[0].ends_with("for tests only"), "{warnings:?}");
        }
    }
}
