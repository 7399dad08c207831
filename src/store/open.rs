//! Opens the store that the configuration names.

use std::sync::Arc;
#[cfg(feature = "redis")]
use std::time::Duration;

use super::{Engine, Store, StoreError, moving::refuse_unfinished};
use crate::{
    clock::Clock,
    config::{ServerConfig, StoreConfig},
};

/// How long a store may take to answer at the start.
#[cfg(feature = "redis")]
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the store that `store.url` names. Blocks while an embedded store is read: meant for the start.
///
/// # Errors
///
/// [`StoreError::Unsafe`] when there is no such kind of store here, when its settings would lose data, when it
/// is an unfinished copy, or when another process uses its directory; [`StoreError::Unavailable`] when it does not answer.
pub async fn open(
    server: &ServerConfig,
    store: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Engine>, StoreError> {
    let engine: Arc<dyn Engine> = open_whole(server, store, clock).await?;
    refuse_unfinished(engine.as_ref()).await?;
    Ok(engine)
}

/// Opens the store that `store.url` names for whoever moves or verifies it: also when it is an unfinished copy.
///
/// # Errors
///
/// As [`open`].
pub async fn open_whole(
    server: &ServerConfig,
    store: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Store>, StoreError> {
    match store.url.scheme() {
        #[cfg(feature = "embedded")]
        "embedded" => embedded(server, store, clock),
        #[cfg(feature = "redis")]
        "redis" | "rediss" => connect(store, clock).await,
        #[cfg(feature = "redis")]
        "pika" | "redis+cas" | "rediss+cas" => connect_plain(store, clock).await,
        _ => Err(StoreError::Unsafe(
            "store.url must be embedded: or begin with redis://, rediss:// or pika://, \
             and this program must have been built with that store"
                .to_owned(),
        )),
    }
}

#[cfg(feature = "embedded")]
fn embedded(
    server: &ServerConfig,
    store: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Store>, StoreError> {
    use super::embedded::{EmbeddedEngine, EmbeddedOptions};

    let options = EmbeddedOptions {
        prefix: store.prefix.clone(),
        level: store.level,
        cache_bytes: u64::from(store.cache_mib) << 20,
        ..EmbeddedOptions::new(&server.data_dir)
    };
    Ok(Arc::new(EmbeddedEngine::open(options, clock)?))
}

#[cfg(feature = "redis")]
async fn connect(store: &StoreConfig, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, StoreError> {
    use super::kv::KvEngine;

    Ok(Arc::new(KvEngine::connect(options(store), clock).await?))
}

#[cfg(feature = "redis")]
async fn connect_plain(
    store: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Store>, StoreError> {
    use super::{helping::HelpingEngine, kv::PlainStore};

    let plain = PlainStore::connect(options(store), Arc::clone(&clock)).await?;
    Ok(Arc::new(HelpingEngine::over(Arc::new(plain), clock)))
}

#[cfg(feature = "redis")]
fn options(store: &StoreConfig) -> super::kv::KvOptions {
    super::kv::KvOptions {
        url: store.url.expose().to_owned(),
        prefix: store.prefix.clone(),
        level: store.level,
        allow_unsafe: store.allow_unsafe,
        connect_timeout: CONNECT_TIMEOUT,
    }
}
