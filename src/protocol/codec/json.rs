//! Request envelopes in JSON.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Envelope, FrameFault};

#[derive(Deserialize)]
struct Fields<'a> {
    id: u64,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

pub(super) fn envelope(frame: &[u8], depth: usize) -> Result<Envelope<'_>, FrameFault> {
    if deepest(frame) > depth {
        return Err(FrameFault::TooDeep);
    }
    // A derived struct would also be read from an array of its fields.
    if frame.trim_ascii_start().first() != Some(&b'{') {
        return Err(FrameFault::Malformed);
    }
    let fields: Fields<'_> = serde_json::from_slice(frame).map_err(|_| FrameFault::Malformed)?;
    Ok(Envelope {
        id: fields.id,
        method: fields.method,
        params: fields.params.map(|raw| raw.get().as_bytes()),
    })
}

/// Deepest nesting of arrays and objects. Only brackets outside strings count; whether the rest is JSON at
/// all is for the decoder to say.
fn deepest(frame: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = frame.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}
