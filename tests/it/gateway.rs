//! The gateway at its sockets: HTTP beside the WebSocket, TLS, slow and silent clients, order.

use std::time::Duration;

use curlew::{
    config::Config,
    protocol::{self as p, Push, ResyncReason},
};
use futures_util::{SinkExt, StreamExt, future::join_all};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest};

use crate::support::{
    Client, Format, Person, Server,
    people::{connect, hello, text_message},
};

/// A whole exchange: what is sent, and everything that comes back.
async fn exchange(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn get(server: &Server, path: &str, header: &str) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{header}\r\n\r\n");
    exchange(server, &request).await
}

#[tokio::test]
async fn health_readiness_and_metrics_are_answered() {
    let server = Server::start().await;
    let _ann = Person::new(&server, "ann").await;
    assert_eq!(server.get("/healthz").await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 200);
    let (status, numbers) = server.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(numbers.contains("curlew_connections 1"), "{numbers}");
    let forwarded = get(&server, "/metrics", "x-forwarded-for: 192.0.2.1").await;
    assert!(
        forwarded.starts_with("HTTP/1.1 404"),
        "a proxy's client is not loopback"
    );
}

#[tokio::test]
async fn pages_come_with_rules_for_the_browser() {
    let server = Server::start().await;
    for path in ["/", "/chat/some", "/assets/absent.js"] {
        let answer = get(&server, path, "accept: */*").await;
        for rule in [
            "content-security-policy: default-src 'self'",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
        ] {
            assert!(answer.contains(rule), "{path} {rule}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_request_head_without_end_is_not_waited_for() {
    let server = Server::start().await;
    let endless = exchange(&server, "GET / HTTP/1.1\r\nhost: here\r\n");
    let ended = tokio::time::timeout(Duration::from_secs(8), endless).await;
    assert!(ended.is_ok(), "the server closes what does not go on");
    let many = "a: b\r\n".repeat(100);
    let answer = get(&server, "/healthz", many.trim_end()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn more_connections_than_an_address_may_have_are_refused() {
    let server = Server::with(&["limits.connections_per_address=2"]).await;
    let first = connect(&server, Format::Json).await;
    let _second = connect(&server, Format::Json).await;
    let refused = Client::connect(&server.url(), Format::Json).await.err();
    assert!(
        matches!(refused, Some(Error::Http(answer)) if answer.status() == 503),
        "the third is one too many"
    );
    drop(first);
    let again = async {
        while Client::connect(&server.url(), Format::Json).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    let let_in = tokio::time::timeout(Duration::from_secs(5), again).await;
    assert!(let_in.is_ok(), "a closed connection makes room");
}

#[tokio::test]
async fn sends_of_one_connection_keep_their_order() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    let sends = (0..50).map(|n| ann.call(text_message(&chat, &n.to_string())));
    let sent: Vec<_> = join_all(sends)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(sent.windows(2).all(|pair| pair[0].stamp < pair[1].stamp));
    let expected: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    assert_eq!(ann.texts(&chat).await, expected);
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_closed_when_it_does_not_answer() {
    let server = Server::with(&[
        "gateway.ping=200ms",
        "gateway.pong=200ms",
        "gateway.authentication_timeout=30s",
    ])
    .await;
    let living = connect(&server, Format::Json).await;
    let request = server.url().into_client_request().unwrap();
    let (mut silent, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    // Not reading is not answering: the ping waits in the socket.
    let alive_for = Duration::from_millis(1_500);
    assert!(
        living.closed_within(alive_for).await.is_none(),
        "it answers its pings"
    );
    let mut heard = Vec::new();
    while let Some(Ok(message)) = silent.next().await {
        heard.push(message);
    }
    assert!(matches!(heard.first(), Some(Message::Ping(_))), "{heard:?}");
    assert!(
        matches!(heard.last(), Some(Message::Close(Some(frame))) if u16::from(frame.code) == 4003),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_slow_client_is_told_to_pull_and_the_others_notice_nothing() {
    let server = Server::with(&[
        "gateway.outbox_soft_bytes=20000",
        "gateway.outbox_hard_bytes=60000",
    ])
    .await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let request = server.url().into_client_request().unwrap();
    let (mut slow, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let greeting = serde_json::json!({ "id": 1, "method": "session.hello",
        "params": hello(&bob.token) });
    slow.send(Message::text(greeting.to_string()))
        .await
        .unwrap();
    let welcome = slow.next().await.unwrap().unwrap();
    assert!(welcome.to_text().unwrap().contains("\"ok\""));
    // Far more than both sockets hold.
    let text = "x".repeat(16_000);
    for n in 0..800 {
        let sent = ann.say(&chat, &format!("{n} {text}")).await;
        assert_eq!(bob.next_message(&chat).await.stamp, sent.stamp);
    }
    let told = async {
        loop {
            let frame = slow
                .next()
                .await
                .expect("the slow one is not closed")
                .unwrap();
            let Message::Text(frame) = frame else {
                continue;
            };
            match serde_json::from_str(&frame).unwrap() {
                Push::Resync { reason, chat } => return (reason, chat),
                Push::Entry { .. }
                | Push::Change { .. }
                | Push::Changed { .. }
                | Push::Delivered { .. }
                | Push::Read { .. } => {}
                Push::Bye { .. } => panic!("it reads again and may stay"),
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(10), told).await;
    assert_eq!(told.expect("a notice to pull"), (ResyncReason::Slow, None));
}

#[tokio::test]
async fn with_a_certificate_everything_is_encrypted() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut config = Config::default();
    config.server.listen.set_port(0);
    config.server.data_dir = folder.path().join("data");
    config.server.tls_cert = Some(cert);
    config.server.tls_key = Some(key);
    let running = curlew::server::Server::start(config).await.unwrap();
    assert!(running.url().starts_with("https://127.0.0.1:"));

    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let rules = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(rules));
    let tcp = TcpStream::connect(running.address()).await.unwrap();
    let name = rustls_pki_types::ServerName::try_from("localhost").unwrap();
    let tls = connector.connect(name, tcp).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async("ws://localhost/v1/ws", tls)
        .await
        .unwrap();
    let ask =
        serde_json::json!({ "id": 1, "method": "server.info", "params": p::GetServerInfo {} });
    socket.send(Message::text(ask.to_string())).await.unwrap();
    let answer = socket.next().await.unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("\"name\":\"curlew\""));
    drop(socket);
    running.stop().await;
}
