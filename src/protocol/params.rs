//! What each method takes and answers.

mod account;
mod chat;
mod message;
mod server;
mod sync;

pub use account::*;
pub use chat::*;
pub use message::*;
pub use server::*;
pub use sync::*;
