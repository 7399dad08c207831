//! Values under the keys: how each is spelled, and the rules of an append.
//!
//! Every value starts with a version. What scripts must read (head, entry header) is short plain text,
//! numbers in full digits; everything else is MessagePack with named fields.

pub mod append;
mod entry;
mod fields;
mod head;
mod invite;
mod session;
mod token;
mod user;
mod versioned;

pub use append::{AppendOutcome, AppendStep, Placed};
pub use entry::EntryRecord;
pub use head::Head;
pub use invite::{CodeUse, InviteRecord, SetupRecord};
pub use session::SessionRecord;
pub use token::TokenRecord;
pub use user::{PasswordHash, UserRecord};
