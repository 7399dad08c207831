//! Accepts sockets, with TLS or without, and serves HTTP on them.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{
    doors::Pass,
    http::{Ends, Site},
};

/// How long a client may take for a TLS handshake, and for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Most headers of a request, and most bytes of its head.
const MOST_HEADERS: usize = 64;
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// Pause after an accept that failed for want of files or memory.
const BREATH: Duration = Duration::from_millis(100);

/// An address that is listened on.
pub struct Listener {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Takes the address.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    pub async fn bind(address: SocketAddr, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, tls })
    }

    /// The address with the port that was really taken.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves the site until the task is aborted.
    pub async fn serve(self, site: Site) {
        let router = site.router();
        self.accept(site, router).await;
    }

    /// Serves only metrics until the task is aborted.
    pub async fn serve_metrics(self, site: Site) {
        let router = site.metrics_router();
        self.accept(site, router).await;
    }

    async fn accept(self, site: Site, router: Router) {
        loop {
            match self.listener.accept().await {
                Ok((socket, peer)) => self.admit(socket, peer, &site, &router),
                Err(error) if is_of_one_client(&error) => {}
                Err(error) => {
                    // Most likely out of files: there is nothing to do but let others close theirs.
                    tracing::warn!(%error, "socket not accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn admit(&self, socket: TcpStream, peer: SocketAddr, site: &Site, router: &Router) {
        let address = (!site.is_proxy(peer.ip())).then_some(peer.ip());
        let Some(pass) = site.doors().enter(address) else {
            metrics::counter!("curlew_sockets_refused_total").increment(1);
            tokio::spawn(refuse(socket, self.tls.is_some()));
            return;
        };
        let (tls, router) = (self.tls.clone(), router.clone());
        tokio::spawn(async move {
            if let Some((socket, ends)) = open(socket, peer, tls, pass).await {
                serve_http(socket, ends, router).await;
            }
        });
    }
}

/// Errors that concern only the client that is gone already.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// Says that there are too many, when that can be said without a handshake.
async fn refuse(mut socket: TcpStream, tls: bool) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if !tls {
        // Whether it arrives does not matter.
        let _gone = socket.write_all(ANSWER).await;
    }
}

async fn open(
    socket: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    pass: Pass,
) -> Option<(Socket, Ends)> {
    socket.set_nodelay(true).ok()?;
    let ends = Ends {
        peer: peer.ip(),
        local: socket.local_addr().ok()?.ip(),
    };
    let stream = match tls {
        None => Stream::Plain(socket),
        Some(tls) => {
            let shaken = tokio::time::timeout(HEAD_TIME, tls.accept(socket)).await;
            Stream::Tls(Box::new(shaken.ok()?.ok()?))
        }
    };
    Some((
        Socket {
            stream,
            _pass: pass,
        },
        ends,
    ))
}

async fn serve_http(socket: Socket, ends: Ends, router: Router) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ends);
        let answer =
            hyper::service::Service::call(&TowerToHyperService::new(router.clone()), request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEAD_BYTES)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    if let Err(error) = served.await {
        tracing::debug!(peer = %ends.peer, %error, "request not served");
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

/// A socket that is counted as long as it is open.
struct Socket {
    stream: Stream,
    _pass: Pass,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
