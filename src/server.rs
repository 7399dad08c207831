//! Puts a server together from its configuration, and takes it apart again.

mod patience;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use self::patience::{PATIENCE, patiently};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{sync::mpsc, task::AbortHandle};
use tokio_rustls::TlsAcceptor;

use crate::{
    clock::{Clock, Random, SystemClock, SystemRandomness},
    cluster::{Cluster, ClusterOptions, Delivery},
    config::{Config, ServerConfig},
    gateway::{self, Gateway, Listener, Site},
    service::{self, Service, ServiceError},
    store::{self, Engine, StoreError},
    telemetry,
};

/// How long one attempt to join the other gateways may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How often the store's clock is compared with one's own, and when something was wrong.
const CHECK_PERIOD: Duration = Duration::from_secs(10);
const CHECK_AGAIN: Duration = Duration::from_secs(1);
/// How far the two clocks may be apart, in microseconds.
const CLOCK_TOLERANCE_US: u64 = 2_000_000;
/// How long closed connections are given to say good-bye.
const FAREWELL: Duration = Duration::from_secs(1);
/// Open files beside those of connections: the store's, the program's own.
const OTHER_FILES: u64 = 256;

/// Why a server did not start. The text says what to mend.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("{setting} {path}: {reason}", path = .path.display())]
    Tls {
        /// The setting that names the file.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store was not ready for the service.
    #[error("the service did not start: {0}")]
    Service(#[from] ServiceError),
}

/// Starts servers.
pub struct Server;

/// A server that runs.
pub struct Running {
    address: SocketAddr,
    tls: bool,
    setup: Option<String>,
    public_url: String,
    drain: Duration,
    gateway: Arc<Gateway>,
    site: Site,
    cluster: Arc<Cluster>,
    engine: Arc<dyn Engine>,
    tasks: Vec<AbortHandle>,
}

impl Server {
    /// Starts a server. It serves as long as the runtime lives, or until [`Running::stop`].
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandomness::new());
        let numbers = telemetry::metrics();
        raise_file_limit(u64::from(config.limits.connections));
        // The address first: a second server on the same machine fails before it touches the data.
        let listener = listen(config.server.listen, tls(&config.server)?).await?;
        let address = listened(&listener, config.server.listen)?;
        let Standing {
            engine,
            cluster,
            deliveries,
            service,
            setup,
        } = patiently(patience(&config), async || {
            Box::pin(Standing::on_store(&config, &clock, &random)).await
        })
        .await?;
        let mut tasks = vec![spawn(Arc::clone(&service).do_chores())];
        let parts = gateway::Parts {
            service,
            cluster: Arc::clone(&cluster),
            clock: Arc::clone(&clock),
            random,
        };
        let gateway = Gateway::start(parts, config.clone(), deliveries);
        let site = Site::new(
            Arc::clone(&gateway),
            &config,
            address,
            Arc::new(move || numbers.render()),
        );
        tasks.push(spawn(watch_store(site.clone(), Arc::clone(&engine), clock)));
        if let Some(address) = config.server.metrics_listen {
            let metrics = listen(address, None).await?;
            tasks.push(spawn(metrics.serve_metrics(site.clone())));
        }
        tasks.push(spawn(listener.serve(site.clone())));
        Ok(Running {
            address,
            tls: config.server.tls_cert.is_some(),
            setup,
            public_url: config.server.public_url,
            drain: config.gateway.drain,
            gateway,
            site,
            cluster,
            engine,
            tasks,
        })
    }
}

/// Everything that needs the store.
struct Standing {
    engine: Arc<dyn Engine>,
    cluster: Arc<Cluster>,
    deliveries: mpsc::Receiver<Delivery>,
    service: Arc<Service>,
    setup: Option<String>,
}

impl Standing {
    async fn on_store(
        config: &Config,
        clock: &Arc<dyn Clock>,
        random: &Arc<dyn Random>,
    ) -> Result<Self, StartError> {
        let engine = store::open(&config.server, &config.store, Arc::clone(clock)).await?;
        let others = meeting(config, clock).await?;
        let (cluster, deliveries) =
            Cluster::start(others, Arc::clone(&engine), Arc::clone(random)).await?;
        let service = Service::start(service::Parts {
            engine: Arc::clone(&engine),
            cluster: Arc::clone(&cluster),
            clock: Arc::clone(clock),
            random: Arc::clone(random),
            auth: config.auth.clone(),
            limits: config.limits.clone(),
            retention: config.retention.clone(),
        });
        let service = Arc::new(service.await?);
        let setup = service.setup_code().await?;
        Ok(Self {
            engine,
            cluster,
            deliveries,
            service,
            setup,
        })
    }
}

impl Running {
    /// The address that is listened on, with the port that was really taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client on this machine connects.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The link that makes the administrator's account, as long as there is none.
    #[must_use]
    pub fn setup_link(&self) -> Option<String> {
        let code = self.setup.as_ref()?;
        let base = if self.public_url.is_empty() {
            self.url()
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        };
        Some(format!("{base}/#setup={code}"))
    }

    /// The store, for tests that count its commands.
    #[must_use]
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    /// Stops: no new connections, everybody is told to come back, then all are closed.
    pub async fn stop(self) {
        self.site.close();
        self.tasks.iter().for_each(AbortHandle::abort);
        self.gateway.say_goodbye();
        self.wait_until_empty(self.drain).await;
        self.gateway.close_all();
        self.wait_until_empty(FAREWELL).await;
        if let Err(error) = self.cluster.leave().await {
            tracing::warn!(%error, "lease not given up; it ends by itself");
        }
    }

    async fn wait_until_empty(&self, most: Duration) {
        let empty = async {
            while self.gateway.connections() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Whoever is still here then is closed, or dropped, next.
        let _late = tokio::time::timeout(most, empty).await;
    }
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    tokio::spawn(task).abort_handle()
}

async fn listen(address: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Listener, StartError> {
    let bound = Listener::bind(address, tls).await;
    bound.map_err(|source| StartError::Listen { address, source })
}

fn listened(listener: &Listener, address: SocketAddr) -> Result<SocketAddr, StartError> {
    let taken = listener.address();
    taken.map_err(|source| StartError::Listen { address, source })
}

/// How long to wait for the store. What is wrong with a directory of this machine is not mended by waiting.
fn patience(config: &Config) -> Duration {
    if config.store.url.scheme() == "embedded" {
        Duration::ZERO
    } else {
        PATIENCE
    }
}

/// Where the other gateways are met: at `cluster.url`, or at the store when others can reach it.
async fn meeting(config: &Config, clock: &Arc<dyn Clock>) -> Result<ClusterOptions, StoreError> {
    let (store, cluster) = (&config.store.url, &config.cluster.url);
    let shared = cluster.is_empty() || cluster == store;
    let (url, leases) = if shared {
        let url = (store.scheme() != "embedded").then(|| store.expose().to_owned());
        (url, None)
    } else {
        let leases = store::open_for_hints(cluster, &config.store, Arc::clone(clock)).await?;
        (Some(cluster.expose().to_owned()), Some(leases))
    };
    Ok(ClusterOptions {
        url,
        leases,
        prefix: config.store.prefix.clone(),
        connect_timeout: CONNECT_TIME,
        ..ClusterOptions::default()
    })
}

/// TLS, when both files are given.
fn tls(config: &ServerConfig) -> Result<Option<TlsAcceptor>, StartError> {
    let (Some(cert), Some(key)) = (&config.tls_cert, &config.tls_key) else {
        return Ok(None);
    };
    let fault = |setting, path: &PathBuf, reason: String| StartError::Tls {
        setting,
        path: path.clone(),
        reason,
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| fault("server.tls_cert", cert, error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| fault("server.tls_key", key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut rules = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|rules| rules.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| fault("server.tls_cert", cert, error.to_string()))?;
    rules.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(rules))))
}

/// Each connection is an open file.
fn raise_file_limit(connections: u64) {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) if files < connections.saturating_add(OTHER_FILES) => tracing::info!(
            files,
            limits.connections = connections,
            "the limit of open files allows fewer connections than limits.connections"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open files was not raised"),
    }
}

/// Ready is a gateway whose store answers and whose clock the store's agrees with.
async fn watch_store(site: Site, engine: Arc<dyn Engine>, clock: Arc<dyn Clock>) {
    loop {
        let ready = is_store_well(engine.as_ref(), clock.as_ref()).await;
        site.set_ready(ready);
        tokio::time::sleep(if ready { CHECK_PERIOD } else { CHECK_AGAIN }).await;
    }
}

async fn is_store_well(engine: &dyn Engine, clock: &dyn Clock) -> bool {
    let before = clock.now_us();
    match engine.time_us().await {
        Ok(theirs) => {
            let apart = theirs.abs_diff(before).min(theirs.abs_diff(clock.now_us()));
            if apart > CLOCK_TOLERANCE_US {
                tracing::error!(
                    apart_us = apart,
                    "the store's clock and this machine's disagree"
                );
            }
            apart <= CLOCK_TOLERANCE_US
        }
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            false
        }
    }
}
