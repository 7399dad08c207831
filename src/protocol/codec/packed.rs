//! Request envelopes in MessagePack.

use std::borrow::Cow;

use super::{Envelope, FrameFault};

pub(super) fn envelope(frame: &[u8], depth: usize) -> Result<Envelope<'_>, FrameFault> {
    let mut scanner = Scanner { rest: frame };
    let Head::Map(fields) = scanner.head()? else {
        return Err(FrameFault::Malformed);
    };
    let (mut id, mut method, mut params) = (None, None, None);
    let inner = depth.saturating_sub(1);
    for _ in 0..fields {
        let key = scanner.value(inner)?;
        let value = scanner.value(inner)?;
        match text(key) {
            Some("id") => once(&mut id, unsigned(value).ok_or(FrameFault::Malformed)?)?,
            Some("method") => once(&mut method, text(value).ok_or(FrameFault::Malformed)?)?,
            Some("params") => once(&mut params, value)?,
            _ => {}
        }
    }
    if !scanner.rest.is_empty() {
        return Err(FrameFault::Malformed);
    }
    Ok(Envelope {
        id: id.ok_or(FrameFault::Malformed)?,
        method: Cow::Borrowed(method.ok_or(FrameFault::Malformed)?),
        params: params.filter(|raw| *raw != [NIL]),
    })
}

const NIL: u8 = 0xc0;

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), FrameFault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(FrameFault::Malformed),
    }
}

/// What a value starts with.
enum Head<'a> {
    /// A value without others inside: its marker and the bytes after marker and length.
    Leaf(u8, &'a [u8]),
    /// An array of so many values.
    Array(usize),
    /// A map of so many pairs.
    Map(usize),
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// Takes one whole value in which containers are nested at most `depth` deep.
    ///
    /// Not recursive. Every value has at least one byte, so more values announced than bytes left is a lie
    /// and is noticed before anything is made of it.
    fn value(&mut self, depth: usize) -> Result<&'a [u8], FrameFault> {
        let from = self.rest;
        let mut owed = 1;
        let mut open: Vec<usize> = Vec::new();
        while owed > 0 {
            owed -= 1;
            if let Some(inside) = self.head()?.inside() {
                if open.len() == depth {
                    return Err(FrameFault::TooDeep);
                }
                owed += inside;
                if owed > self.rest.len() {
                    return Err(FrameFault::Malformed);
                }
                open.push(inside);
            }
            while let Some(left) = open.last_mut() {
                if *left > 0 {
                    *left -= 1;
                    break;
                }
                open.pop();
            }
        }
        Ok(&from[..from.len() - self.rest.len()])
    }

    fn head(&mut self) -> Result<Head<'a>, FrameFault> {
        let marker = self.take(1)?[0];
        let length = match marker {
            0x80..=0x8f => return Ok(Head::Map(usize::from(marker & 0x0f))),
            0x90..=0x9f => return Ok(Head::Array(usize::from(marker & 0x0f))),
            0xdc => return Ok(Head::Array(self.number(2)?)),
            0xdd => return Ok(Head::Array(self.number(4)?)),
            0xde => return Ok(Head::Map(self.number(2)?)),
            0xdf => return Ok(Head::Map(self.number(4)?)),
            0xa0..=0xbf => usize::from(marker & 0x1f),
            0xc4 | 0xd9 => self.number(1)?,
            0xc5 | 0xda => self.number(2)?,
            0xc6 | 0xdb => self.number(4)?,
            0xc7 => self.number(1)? + 1,
            0xc8 => self.number(2)? + 1,
            0xc9 => self.number(4)? + 1,
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 0,
            0xc1 => return Err(FrameFault::Malformed),
            0xcc | 0xd0 => 1,
            0xcd | 0xd1 | 0xd4 => 2,
            0xd5 => 3,
            0xca | 0xce | 0xd2 => 4,
            0xd6 => 5,
            0xcb | 0xcf | 0xd3 => 8,
            0xd7 => 9,
            0xd8 => 17,
        };
        Ok(Head::Leaf(marker, self.take(length)?))
    }

    /// A length of `width` bytes, big-endian.
    fn number(&mut self, width: usize) -> Result<usize, FrameFault> {
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], FrameFault> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(FrameFault::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl Head<'_> {
    /// How many values are inside, if any can be.
    fn inside(&self) -> Option<usize> {
        match self {
            Self::Leaf(..) => None,
            Self::Array(values) => Some(*values),
            Self::Map(pairs) => Some(pairs.saturating_mul(2)),
        }
    }
}

/// The text of a whole value, when it is one.
fn text(value: &[u8]) -> Option<&str> {
    match (Scanner { rest: value }).head().ok()? {
        Head::Leaf(0xa0..=0xbf | 0xd9..=0xdb, bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The number of a whole value, when it is an integer and not negative.
fn unsigned(value: &[u8]) -> Option<u64> {
    match (Scanner { rest: value }).head().ok()? {
        Head::Leaf(marker @ 0x00..=0x7f, _) => Some(u64::from(marker)),
        Head::Leaf(0xcc..=0xcf, bytes) => Some(big_endian(bytes)),
        Head::Leaf(0xd0..=0xd3, bytes) if bytes[0] < 0x80 => Some(big_endian(bytes)),
        _ => None,
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
