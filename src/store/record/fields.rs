//! Plain text fields: words with one space between them, an empty one spelled `-`.

use std::str::{FromStr, SplitAsciiWhitespace};

/// Reads fields one after the other.
pub(super) struct Fields<'a>(SplitAsciiWhitespace<'a>);

impl<'a> Fields<'a> {
    /// The fields of `line`, when it is text of the given version.
    pub(super) fn of_version(line: &'a [u8], version: u32) -> Option<Self> {
        let mut fields = Self(std::str::from_utf8(line).ok()?.split_ascii_whitespace());
        (fields.next::<u32>()? == version).then_some(fields)
    }

    /// The next field.
    pub(super) fn next<T: FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    /// The next field; the inner `None` is `-`.
    #[allow(
        clippy::option_option,
        reason = "the outer one is a fault, the inner one a value"
    )]
    pub(super) fn optional<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.0.next()? {
            "-" => Some(None),
            text => parse(text).map(Some),
        }
    }
}

/// Cuts a value into its line of fields and what follows the first line feed.
pub(super) fn split_line(value: &[u8]) -> Option<(&[u8], usize)> {
    let end = value.iter().position(|byte| *byte == b'\n')?;
    Some((&value[..end], end + 1))
}
