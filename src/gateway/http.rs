//! What is answered over HTTP: the upgrade to a WebSocket, health, metrics, and the web client.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::{
    Extension, Router,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;

use super::{
    Gateway,
    doors::Doors,
    origin::{Origins, client_address, is_trusted},
    pages, pump,
};
use crate::config::Config;

/// Read buffer of one connection, in bytes; allocated when it opens and kept.
const READ_BUFFER: usize = 1024;
/// Bytes gathered before they are written without waiting for more.
const WRITE_BUFFER: usize = 16 * 1024;
/// What may be buffered for one write: the largest reply there is fits.
const MOST_WRITE_BUFFER: usize = 16 * 1024 * 1024;

/// Both ends of a socket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// The other end.
    pub(super) peer: IpAddr,
    /// This end.
    pub(super) local: IpAddr,
}

/// Everything that is answered over HTTP.
#[derive(Clone)]
pub struct Site(Arc<Shared>);

struct Shared {
    gateway: Arc<Gateway>,
    doors: Arc<Doors>,
    origins: Origins,
    proxies: Vec<IpNet>,
    metrics: PrometheusHandle,
    metrics_here: bool,
    ready: AtomicBool,
    open: AtomicBool,
}

impl Site {
    /// The site of a gateway that listens at `listen`.
    #[must_use]
    pub fn new(
        gateway: Arc<Gateway>,
        config: &Config,
        listen: std::net::SocketAddr,
        metrics: PrometheusHandle,
    ) -> Self {
        let limits = &config.limits;
        Self(Arc::new(Shared {
            doors: Doors::new(limits.connections, limits.connections_per_address),
            origins: Origins::of(&config.server, listen),
            proxies: config.server.trusted_proxies.clone(),
            metrics_here: config.server.metrics_listen.is_none(),
            ready: AtomicBool::new(false),
            open: AtomicBool::new(true),
            gateway,
            metrics,
        }))
    }

    /// Says whether requests can be served: the store answers and its clock agrees.
    pub fn set_ready(&self, ready: bool) {
        if self.0.ready.swap(ready, Relaxed) != ready {
            tracing::info!(ready, "readiness changed");
        }
    }

    /// Refuses new connections from now on.
    pub fn close(&self) {
        self.0.open.store(false, Relaxed);
    }

    /// The routes of the main address.
    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/v1/ws", get(web_socket))
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics_for_loopback))
            .fallback(pages::page)
            .with_state(self.clone())
    }

    /// The routes of the separate address for metrics.
    pub(super) fn metrics_router(&self) -> Router {
        Router::new()
            .route("/metrics", get(metrics))
            .with_state(self.clone())
    }

    pub(super) fn doors(&self) -> &Arc<Doors> {
        &self.0.doors
    }

    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        is_trusted(&self.0.proxies, peer)
    }
}

/// The checks that cost nothing come first: nothing is done for a page that may not be here.
async fn web_socket(
    State(Site(site)): State<Site>,
    Extension(ends): Extension<Ends>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !site.origins.allow(&headers, ends.local) {
        tracing::info!(peer = %ends.peer, "foreign origin refused");
        return StatusCode::FORBIDDEN.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let address = client_address(&headers, ends.peer, &site.proxies);
    let behind_proxy = is_trusted(&site.proxies, ends.peer);
    let pass = behind_proxy.then(|| site.doors.enter_behind_proxy(address));
    if matches!(pass, Some(None)) || !site.open.load(Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let gateway = Arc::clone(&site.gateway);
    let frame = gateway.house.session.frame.bytes;
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MOST_WRITE_BUFFER)
        .max_message_size(frame)
        .max_frame_size(frame)
        .on_upgrade(move |socket| {
            // A task of its own: the one that upgraded keeps room for the upgrade as long as it lives.
            tokio::spawn(async move {
                let connection = gateway.open(address);
                pump::serve(Box::new(socket), connection, gateway).await;
                drop(pass);
            });
            std::future::ready(())
        })
}

async fn ready(State(Site(site)): State<Site>) -> Response {
    if site.ready.load(Relaxed) && site.open.load(Relaxed) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

/// Whoever comes through a proxy comes from loopback too, so a forwarded request is none of it.
async fn metrics_for_loopback(
    State(Site(site)): State<Site>,
    Extension(ends): Extension<Ends>,
    headers: HeaderMap,
) -> Response {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    if site.metrics_here && ends.peer.to_canonical().is_loopback() && !forwarded {
        site.numbers().into_response()
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

async fn metrics(State(Site(site)): State<Site>) -> String {
    site.numbers()
}

impl Shared {
    fn numbers(&self) -> String {
        self.gateway.count_hints();
        self.metrics.render()
    }
}
