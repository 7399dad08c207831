//! Values under the keys: how each is spelled, and the rules of an append.
//!
//! Every value starts with a version. What scripts must read (head, entry header) is short plain text,
//! numbers in full digits; everything else is MessagePack with named fields.

mod amendment;
pub mod append;
mod chat;
mod draft;
mod drop;
mod entry;
mod fields;
mod hash;
mod head;
mod intent;
mod invite;
mod kept;
mod message;
mod session;
mod token;
mod user;
mod versioned;

pub use amendment::{ReactorRecord, Revisions};
pub use append::{AppendOutcome, AppendStep, Mark, MarkRow, Placed};
pub use chat::{ChangeRecord, ChatInfo, DeliveredRecord, MemberRecord, ReadRecord};
pub use draft::DraftRecord;
pub use drop::DropMark;
pub use entry::EntryRecord;
pub use hash::{digest, hashed_id};
pub use head::Head;
pub use intent::{Intent, Step};
pub use invite::{CodeUse, InviteRecord, SetupRecord};
pub use kept::Kept;
pub use message::{Beside, LogBody, MessageBody, Standing};
pub use session::SessionRecord;
pub use token::TokenRecord;
pub use user::{PasswordHash, UserRecord};
