//! Replies and pushes to bytes.

use bytes::Bytes;
use serde::Serialize;

use super::Format;
use crate::protocol::{Push, WireError};

#[derive(Serialize)]
struct Success<'a, T> {
    id: u64,
    ok: &'a T,
}

#[derive(Serialize)]
struct Failure<'a> {
    id: u64,
    error: &'a WireError,
}

/// Encodes the reply to the request `id`.
#[must_use]
pub fn encode_reply<T: Serialize>(
    format: Format,
    id: u64,
    result: Result<&T, &WireError>,
) -> Bytes {
    match result {
        Ok(ok) => encode(format, &Success { id, ok }),
        Err(error) => encode(format, &Failure { id, error }),
    }
}

/// Encodes a push.
#[must_use]
pub fn encode_push(format: Format, push: &Push) -> Bytes {
    encode(format, push)
}

fn encode<T: Serialize>(format: Format, value: &T) -> Bytes {
    match format {
        Format::Json => serde_json::to_vec(value)
            .expect("wire types have text keys and no failing parts")
            .into(),
        Format::MessagePack => rmp_serde::to_vec_named(value)
            .expect("wire types have known lengths and no failing parts")
            .into(),
    }
}
