//! Reads keys: the way back from what `keys.rs` builds.

use crate::store::keys::{KeyShape, TABLE};

/// A key that was recognised.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// Its row in the table of keys.
    pub shape: &'static KeyShape,
    /// What stands where the shape has angle brackets, in order.
    pub parts: Vec<&'a str>,
}

/// The shape of `key`; `None` when it is none that this version writes.
#[must_use]
pub fn recognise(key: &str) -> Option<Named<'_>> {
    TABLE.iter().find_map(|shape| {
        let parts = parts(shape.shape, key)?;
        Some(Named { shape, parts })
    })
}

/// What stands in `key` where `shape` has angle brackets; never empty, and nothing that delimits keys.
fn parts<'a>(mut shape: &str, mut key: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    while let Some((literal, rest)) = shape.split_once('<') {
        let (_, after) = rest.split_once('>')?;
        key = key.strip_prefix(literal)?;
        let end = key.find([':', '{', '}']).unwrap_or(key.len());
        let (part, behind) = key.split_at(end);
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        (shape, key) = (after, behind);
    }
    (shape == key).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ChatId, UserId},
        store::keys,
    };

    #[test]
    fn every_key_is_recognised_as_what_it_is() {
        for row in TABLE {
            let key = row.shape.replace(['<', '>'], "");
            let named = recognise(&key).unwrap_or_else(|| panic!("{key}"));
            assert_eq!(named.shape.shape, row.shape);
        }
        let (chat, user) = (ChatId::from_bytes(b"chat"), UserId::from_bytes(b"user"));
        let key = keys::own(&chat, &user);
        let named = recognise(&key).unwrap();
        assert_eq!(named.parts, [chat.as_str(), user.as_str()]);
    }

    #[test]
    fn what_nobody_builds_is_not_recognised() {
        for key in [
            "",
            "{c:}:head",
            "{c:a}",
            "{c:a}:head:x",
            "tok:",
            "name:a:b",
            "x{u:a}",
        ] {
            assert!(recognise(key).is_none(), "{key}");
        }
    }
}
