//! What the bytes on a connection mean: envelopes, methods, pushes, errors and close codes.
//!
//! A text frame is JSON, a binary frame is MessagePack; both carry the types of this module. Decoding has
//! two steps, the bounded envelope first and then the params of the named method, so an error can name the
//! request it answers.
//!
//! Layer: protocol. Knows the model; does not know sockets, permissions or keys.
//! `docs/protocol.md`, the TypeScript types and the fixtures are derived from here.

mod close;
mod codec;
mod error;
mod method;
mod params;
mod push;

pub use close::CloseCode;
pub use codec::{
    Format, FrameFault, FrameLimits, RawParams, Request, decode_frame, encode_push, encode_reply,
};
pub use error::{ErrorCode, Outcome, Retry, WireError};
pub use method::{Method, MethodName};
pub use params::*;
pub use push::{ByeReason, Push, ResyncReason};
