//! Params: raw until their method is known.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::Format;
use crate::protocol::{ErrorCode, WireError};

/// Longest explanation of a mistake in the params, in bytes: it may quote what the client sent.
const MESSAGE_BYTES: usize = 200;

/// The params of a request, as they came. Their depth and lengths were measured with the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawParams {
    format: Format,
    bytes: Bytes,
}

impl RawParams {
    pub(super) fn new(format: Format, bytes: Bytes) -> Self {
        Self { format, bytes }
    }

    /// What a request without params is called with.
    pub(super) fn empty(format: Format) -> Self {
        let nothing: &[u8] = match format {
            Format::Json => b"{}",
            Format::MessagePack => &[0x80],
        };
        Self::new(format, Bytes::from_static(nothing))
    }

    /// How they are written; the reply is written the same way.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads them as the params of one method.
    ///
    /// # Errors
    ///
    /// `bad_request`, naming the field that is missing or of the wrong type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, WireError> {
        if !self.is_object() {
            let fault = WireError::new(ErrorCode::BadRequest, "params must be an object");
            return Err(fault.at("params"));
        }
        let read = match self.format {
            Format::Json => serde_json::from_slice(&self.bytes).ok(),
            Format::MessagePack => rmp_serde::from_slice(&self.bytes).ok(),
        };
        // Read once more to learn where the mistake is: keeping track of it costs, and mistakes are rare.
        read.map_or_else(|| self.decode_tracked(), Ok)
    }

    /// Positional arrays would be read as structs too; on this wire fields have names.
    fn is_object(&self) -> bool {
        match (self.format, self.bytes.first()) {
            (Format::Json, Some(b'{')) => true,
            (Format::MessagePack, Some(marker)) => matches!(marker, 0x80..=0x8f | 0xde | 0xdf),
            _ => false,
        }
    }

    fn decode_tracked<T: DeserializeOwned>(&self) -> Result<T, WireError> {
        match self.format {
            Format::Json => {
                let mut json = serde_json::Deserializer::from_slice(&self.bytes);
                serde_path_to_error::deserialize(&mut json).map_err(|error| mistake(&error))
            }
            Format::MessagePack => {
                let mut packed = rmp_serde::Deserializer::from_read_ref(&self.bytes);
                serde_path_to_error::deserialize(&mut packed).map_err(|error| mistake(&error))
            }
        }
    }
}

fn mistake<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> WireError {
    let reason = error.inner().to_string();
    let path = error.path().to_string();
    let missing = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let field = match (path.as_str(), missing) {
        (".", Some(missing)) => missing.to_owned(),
        (path, Some(missing)) => format!("{path}.{missing}"),
        (path, None) => path.to_owned(),
    };
    let mut message = reason;
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
    let fault = WireError::new(ErrorCode::BadRequest, message);
    if field == "." {
        fault.at("params")
    } else {
        fault.at(field)
    }
}
