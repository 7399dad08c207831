//! The commands, on an embedded store in a temporary directory.

use std::net::{IpAddr, Ipv4Addr};

use clap::Parser;
use tempfile::TempDir;

use super::*;
use crate::{
    config::{AuthConfig, RegistrationMode, StoreConfig},
    model::Device,
    service::{Credentials, Registration},
};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: AdminCommand,
}

fn command(words: &[&str]) -> AdminCommand {
    let words = std::iter::once(&"admin").chain(words);
    Line::try_parse_from(words).unwrap().command
}

fn config(dir: &TempDir) -> Config {
    Config {
        server: ServerConfig {
            data_dir: dir.path().join("data"),
            ..ServerConfig::default()
        },
        auth: AuthConfig {
            registration: RegistrationMode::Invite,
            argon2_memory_kib: 64,
            argon2_passes: 1,
            ..AuthConfig::default()
        },
        ..Config::default()
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: username.to_owned(),
        password: password.to_owned(),
    }
}

async fn run(service: &Service, words: &[&str], mut input: &[u8]) -> Result<String, AdminError> {
    let server = ServerConfig::default();
    command(words).carry_out(service, &server, &mut input).await
}

async fn register(service: &Service, name: &str, link: &str) -> bool {
    let (_, code) = link.rsplit_once('=').unwrap();
    let registration = Registration {
        credentials: credentials(name, "kestrel-mill-9"),
        display_name: None,
        invite: Some(code.to_owned()),
    };
    let registered = service.register(HOME, registration, Device::default());
    registered.await.unwrap().account.admin
}

async fn knows(service: &Service, name: &str, password: &str) -> bool {
    let credentials = credentials(name, password);
    let in_now = service.log_in(HOME, credentials, Device::default()).await;
    in_now.is_ok()
}

#[tokio::test]
async fn the_links_it_prints_let_people_in() {
    let dir = TempDir::new().unwrap();
    let service = open(&config(&dir)).await.unwrap();
    let setup = run(&service, &["setup-link"], b"").await.unwrap();
    assert!(
        setup.starts_with("http://127.0.0.1:8080/#setup="),
        "{setup}"
    );
    assert!(register(&service, "ada", &setup).await);
    let again = run(&service, &["setup-link"], b"").await;
    assert!(matches!(again, Err(AdminError::SetUp)));
    let invite = run(&service, &["invite"], b"").await.unwrap();
    assert!(
        invite.starts_with("http://127.0.0.1:8080/#invite="),
        "{invite}"
    );
    assert!(!register(&service, "bob", &invite).await);
}

#[tokio::test]
async fn a_reset_password_is_made_up_or_read() {
    let dir = TempDir::new().unwrap();
    let service = open(&config(&dir)).await.unwrap();
    let setup = run(&service, &["setup-link"], b"").await.unwrap();
    register(&service, "ada", &setup).await;
    let said = run(&service, &["reset-password", "ada"], b"")
        .await
        .unwrap();
    let (_, password) = said.rsplit_once(' ').unwrap();
    assert!(knows(&service, "ada", password).await);
    let words = ["reset-password", "ada", "--stdin"];
    let said = run(&service, &words, b" heron-lake-77 \r\n").await.unwrap();
    assert!(!said.contains("heron"));
    assert!(knows(&service, "ada", " heron-lake-77 ").await);
    assert!(!knows(&service, "ada", password).await);
    let empty = run(&service, &words, b"").await;
    assert!(matches!(empty, Err(AdminError::Refused(_))));
    let nobody = run(&service, &["reset-password", "bob"], b"").await;
    assert!(matches!(nobody, Err(AdminError::NoAccount(_))));
}

#[tokio::test]
async fn while_the_server_runs_it_says_to_stop_it_first() {
    let dir = TempDir::new().unwrap();
    let config = config(&dir);
    let server = open(&config).await.unwrap();
    let refused = command(&["invite"]).run(&config).await.unwrap_err();
    assert!(
        refused.to_string().contains("stop the server first"),
        "{refused}"
    );
    drop(server);
    assert!(command(&["invite"]).run(&config).await.is_ok());
}

#[tokio::test]
async fn a_store_of_an_unknown_kind_is_refused() {
    let dir = TempDir::new().unwrap();
    let store = StoreConfig {
        url: "memory:".into(),
        ..StoreConfig::default()
    };
    let config = Config {
        store,
        ..config(&dir)
    };
    let refused = command(&["invite"]).run(&config).await.unwrap_err();
    assert!(refused.to_string().contains("store.url"), "{refused}");
}

#[test]
fn links_lead_to_where_people_reach_the_server() {
    let mut server = ServerConfig::default();
    assert_eq!(address(&server), "http://127.0.0.1:8080");
    server.tls_cert = Some("cert.pem".into());
    server.tls_key = Some("key.pem".into());
    assert_eq!(address(&server), "https://127.0.0.1:8080");
    server.public_url = "https://chat.example.org/".to_owned();
    assert_eq!(address(&server), "https://chat.example.org");
}
