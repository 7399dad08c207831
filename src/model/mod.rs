//! The nouns of Curlew: ids, positions, people, chats, entries and changes.
//!
//! Everything here is plain data and is its own wire form: the protocol carries these types inside its
//! envelopes and the store keeps them inside its records, so there is one spelling of each.
//!
//! Layer: model. Depends on nothing else of this crate.

mod change;
mod chat;
mod content;
mod entry;
pub mod id;
mod level;
mod page;
mod session;
mod stamp;
mod user;

pub use change::{
    Change, ChangePlace, LogEntry, MembershipChange, MembershipEvent, MessageChange, MessageEvent,
};
pub use chat::{Chat, ChatKind, Draft, Member, ReadMark, Role};
pub use content::{Bundle, BundleItem, Content, MAX_TEXT_BYTES, Opaque, SystemEvent, Text};
pub use entry::{Entry, EntryKind, Reaction, Reactor, Replies, Revision, Source};
pub use id::{
    ChangeId, ChatId, ClientId, EntryId, Epoch, Id, Incarnation, IntentId, SessionId, UserId,
};
pub use level::Level;
pub use page::{
    ChatCursor, ChatPage, ChatRow, LogCursor, LogPage, MemberPage, Reset, Synced, SyncedChat,
    TimelinePage, Window,
};
pub use session::{Device, Session};
pub use stamp::Stamp;
pub use user::{Account, User};
