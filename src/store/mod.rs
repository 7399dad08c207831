//! Everything Curlew remembers, as keys in a key-value store.
//!
//! Two halves. An [`Engine`] runs commands on keys: there is one per kind of store (`embedded`, `kv`), and
//! `conformance/` holds all of them to one contract. The concerns (timelines, accounts, …) are written once
//! over any engine and know the keys, the records and the order of steps.
//!
//! Layer: store. Knows keys and records; does not know sessions, permissions or envelopes.
//! Key shapes: `keys.rs`. Why one engine trait below many concerns: `docs/decisions/0001-engine.md`.

pub mod accounts;
pub mod chats;
pub mod codes;
pub mod conformance;
pub mod drafts;
pub mod due;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod engine;
mod error;
pub mod helping;
pub mod hides;
mod index;
pub mod intents;
pub mod interests;
pub mod keys;
#[cfg(feature = "redis")]
pub mod kv;
pub mod messages;
pub mod moving;
mod open;
pub mod reads;
pub mod receipts;
mod recent;
pub mod record;
#[cfg(test)]
pub(crate) mod reference;
pub mod retention;
mod rising;
pub mod rosters;
pub mod rows;
pub mod secrets;
pub mod sessions;
#[cfg(test)]
mod shelf;
pub mod threads;
pub mod timelines;
pub mod verify;
pub mod walk;

pub use accounts::Accounts;
pub use codes::Codes;
pub use engine::Engine;
pub use error::StoreError;
pub use index::Seek;
pub use open::{open, open_for_hints, open_whole};
pub use secrets::Secrets;
pub use sessions::Sessions;
pub use walk::{Store, Walk};
