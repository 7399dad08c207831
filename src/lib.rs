//! Curlew: a self-hosted instant-messaging server that keeps everything in a key-value store.
//!
//! The folders are the layers, and dependencies point one way:
//!
//! ```text
//! client ── frames ──▶ gateway ──▶ service ──▶ store ──▶ embedded | kv (Redis protocol)
//!                        │  ▲         │
//!              protocol ◀┘  └ events ─┴──────▶ cluster ──▶ other gateways
//!                        all stand on: model, clock, config
//! ```
//!
//! `docs/architecture.md` walks a message through them; `tests/it/layers.rs` holds the code to it.

pub mod admin;
pub mod bench;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod gateway;
pub mod model;
pub mod protocol;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod upkeep;
