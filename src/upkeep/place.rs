//! Which store is meant on the command line.

use std::sync::Arc;

use crate::{
    clock::{Clock, SystemClock},
    config::{Config, ServerConfig, StoreConfig},
    store::{self, Store, StoreError},
};

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the {side} store: {source}{hint}")]
pub struct OpenError {
    side: &'static str,
    #[source]
    source: StoreError,
    hint: &'static str,
}

/// A store, as named on the command line; without a URL the configured one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// What it is to the command, for messages.
    pub(super) side: &'static str,
    /// `embedded:<folder>` or a URL as in `store.url`.
    pub(super) url: Option<&'a str>,
    /// What stands before its keys, when a URL is given.
    pub(super) prefix: &'a str,
}

impl Place<'_> {
    /// Opens the store.
    pub(super) async fn open(self, config: &Config) -> Result<Arc<dyn Store>, OpenError> {
        let (server, store) = self.settings(config);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let opened = store::open_whole(&server, &store, clock).await;
        opened.map_err(|source| OpenError {
            side: self.side,
            hint: match store.url.scheme() {
                "embedded" => " (an embedded store belongs to one process: stop the server first)",
                _ => "",
            },
            source,
        })
    }

    fn settings(self, config: &Config) -> (ServerConfig, StoreConfig) {
        let (mut server, mut store) = (config.server.clone(), config.store.clone());
        if let Some(url) = self.url {
            self.prefix.clone_into(&mut store.prefix);
            store.url = url.into();
            if let Some(folder) = url
                .strip_prefix("embedded:")
                .filter(|folder| !folder.is_empty())
            {
                server.data_dir = folder.into();
                store.url = "embedded:".into();
            }
        }
        (server, store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_store_and_no_url_the_configured_one() {
        let config = Config {
            store: StoreConfig {
                prefix: "set:".to_owned(),
                ..StoreConfig::default()
            },
            ..Config::default()
        };
        let settings = |url| {
            let place = Place {
                side: "source",
                url,
                prefix: "given:",
            };
            let (server, store) = place.settings(&config);
            let folder = server.data_dir.display().to_string();
            (store.url.expose().to_owned(), folder, store.prefix)
        };
        for (url, (store, folder, prefix)) in [
            (None, ("embedded:", "./data", "set:")),
            (Some("embedded:"), ("embedded:", "./data", "given:")),
            (Some("embedded:/var/c"), ("embedded:", "/var/c", "given:")),
            (Some("redis://h/1"), ("redis://h/1", "./data", "given:")),
        ] {
            let expected = (store.to_owned(), folder.to_owned(), prefix.to_owned());
            assert_eq!(settings(url), expected, "{url:?}");
        }
    }
}
