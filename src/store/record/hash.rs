//! Deterministic ids and request digests.

use ring::digest::{Context, SHA256};

use crate::model::{Id, id::Names};

/// The id that `parts` always give: SHA-256, cut to 128 bits, in 22 characters.
///
/// Each part is hashed with its length, so that no two lists of parts run together.
#[must_use]
pub fn hashed_id<T: Names>(parts: &[&str]) -> Id<T> {
    Id::from_bytes(&hash(parts.iter().map(|part| part.as_bytes())))
}

/// Tells one request from another: 22 characters that differ when any of `parts` does.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&hash(parts.iter().copied()))
}

fn hash<'a>(parts: impl Iterator<Item = &'a [u8]>) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&context.finish().as_ref()[..16]);
    short
}
