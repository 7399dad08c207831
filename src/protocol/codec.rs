//! Bytes to requests, and replies and pushes to bytes.
//!
//! Decoding never trusts what a frame says of itself: depth is measured without recursion before serde sees
//! anything, and nothing is allocated from a declared length. The envelope is decoded first and `params` is
//! kept raw, so a mistake in the params still leaves a request to answer.

mod encode;
mod json;
mod packed;
mod params;

use bytes::Bytes;

pub use encode::{encode_push, encode_reply};
pub use params::RawParams;

use super::{CloseCode, MethodName};

/// Largest request id: exact in a JavaScript number.
const MAX_ID: u64 = (1 << 53) - 1;

/// How a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON, in text frames.
    Json,
    /// MessagePack with named fields, in binary frames.
    MessagePack,
}

/// Bounds of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLimits {
    /// Most bytes.
    pub bytes: usize,
    /// Deepest nesting; the envelope itself is the first level.
    pub depth: usize,
}

/// Why a frame is no request. None of these can be answered: the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// More bytes than allowed.
    #[error("frame is too large")]
    TooLarge,
    /// Nested deeper than allowed.
    #[error("frame is nested too deep")]
    TooDeep,
    /// Not a request envelope.
    #[error("frame is not a request")]
    Malformed,
}

impl FrameFault {
    /// The code to close with.
    #[must_use]
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::TooLarge => CloseCode::TooLarge,
            Self::TooDeep | Self::Malformed => CloseCode::Protocol,
        }
    }
}

/// A request whose params are not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the client, echoed in the reply.
    pub id: u64,
    /// The method, when there is one of that name.
    pub method: Option<MethodName>,
    /// What it is called with.
    pub params: RawParams,
}

/// Decodes the envelope of a request.
///
/// # Errors
///
/// A [`FrameFault`] when no request can be made out; its close code says how the connection ends.
pub fn decode_frame(
    format: Format,
    frame: &Bytes,
    limits: FrameLimits,
) -> Result<Request, FrameFault> {
    if frame.len() > limits.bytes {
        return Err(FrameFault::TooLarge);
    }
    let envelope = match format {
        Format::Json => json::envelope(frame, limits.depth)?,
        Format::MessagePack => packed::envelope(frame, limits.depth)?,
    };
    if envelope.id > MAX_ID {
        return Err(FrameFault::Malformed);
    }
    let params = match envelope.params {
        Some(raw) => RawParams::new(format, frame.slice_ref(raw)),
        None => RawParams::empty(format),
    };
    Ok(Request {
        id: envelope.id,
        method: MethodName::parse(&envelope.method),
        params,
    })
}

/// The parts of a request as they stand in the frame.
struct Envelope<'a> {
    id: u64,
    method: std::borrow::Cow<'a, str>,
    params: Option<&'a [u8]>,
}

#[cfg(test)]
mod tests;
