//! Opens the store that the configuration names.

use std::sync::Arc;
#[cfg(feature = "redis")]
use std::time::Duration;

#[cfg(feature = "redis")]
use super::kv::{KvEngine, KvOptions};
use super::{Engine, Store, StoreError, moving::refuse_unfinished};
#[cfg(feature = "redis")]
use crate::model::Level;
use crate::{
    clock::Clock,
    config::{ServerConfig, StoreConfig, StoreUrl},
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
        _ if store.url.is_redis() => connect(options(store, &store.url), clock).await,
        #[cfg(feature = "redis")]
        "pika" | "redis+cas" | "rediss+cas" => connect_plain(options(store, &store.url), clock).await,
        _ => Err(StoreError::Unsafe(
            "store.url must be embedded: or begin with redis://, redis-cluster://, redis-sentinel:// or pika://, \
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

// On the heap, as all that waits for a network: the state of a client library is large.
#[cfg(feature = "redis")]
async fn connect(options: KvOptions, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(Box::pin(KvEngine::connect(options, clock)).await?))
}

#[cfg(feature = "redis")]
async fn connect_plain(
    options: KvOptions,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Store>, StoreError> {
    use super::{helping::HelpingEngine, kv::PlainStore};

    let plain = Box::pin(PlainStore::connect(options, Arc::clone(&clock))).await?;
    Ok(Arc::new(HelpingEngine::over(Arc::new(plain), clock)))
}

/// Opens the store for leases that `cluster.url` names, when it is another than the data's.
///
/// # Errors
///
/// As [`open`]. Settings that lose data are no fault there.
#[cfg(feature = "redis")]
pub async fn open_for_hints(
    url: &StoreUrl,
    store: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Engine>, StoreError> {
    let options = KvOptions {
        level: Level::Stored,
        only_hints: true,
        ..options(store, url)
    };
    let leases: Arc<dyn Engine> = if url.is_redis() {
        connect(options, clock).await?
    } else {
        connect_plain(options, clock).await?
    };
    Ok(leases)
}

/// There is no such store in this build.
///
/// # Errors
///
/// [`StoreError::Unsafe`], always.
#[cfg(not(feature = "redis"))]
#[allow(clippy::unused_async, reason = "the other build waits for a store")]
pub async fn open_for_hints(
    _: &StoreUrl,
    _: &StoreConfig,
    _: Arc<dyn Clock>,
) -> Result<Arc<dyn Engine>, StoreError> {
    let missing = "cluster.url needs a program that was built with the feature `redis`";
    Err(StoreError::Unsafe(missing.to_owned()))
}

#[cfg(feature = "redis")]
fn options(store: &StoreConfig, url: &StoreUrl) -> KvOptions {
    KvOptions {
        url: url.expose().to_owned(),
        prefix: store.prefix.clone(),
        level: store.level,
        allow_unsafe: store.allow_unsafe,
        only_hints: false,
        connect_timeout: CONNECT_TIMEOUT,
    }
}
