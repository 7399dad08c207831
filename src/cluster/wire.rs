//! Hints on the way between gateways: a version and MessagePack with named fields.

use bytes::Bytes;

use super::Hint;

const VERSION: u8 = 1;

/// Spells `hint`; `None` if it cannot be spelled, which no stored entry leads to.
pub(super) fn encode(hint: &Hint) -> Option<Bytes> {
    let mut bytes = vec![VERSION];
    rmp_serde::encode::write_named(&mut bytes, hint).ok()?;
    Some(bytes.into())
}

/// Reads a hint; `None` when it is of another version.
pub(super) fn decode(bytes: &[u8]) -> Option<Hint> {
    let (version, hint) = bytes.split_first()?;
    (*version == VERSION).then(|| rmp_serde::from_slice(hint).ok())?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        cluster::Origin,
        model::{Change, ChatId, Entry, Epoch, Incarnation, LogEntry, SessionId, Stamp, UserId},
    };

    fn hints() -> Vec<Hint> {
        let user = UserId::parse("user").unwrap();
        let chat = ChatId::parse("chat").unwrap();
        let epoch = Epoch::parse("epoch").unwrap();
        let stamp = Stamp::from_micros(1_763_700_000_000_001);
        let origin = Origin {
            incarnation: Incarnation::parse("one").unwrap(),
            connection: 7,
        };
        let contents = [
            json!({"type": "text", "text": "你好 👋"}),
            json!({"type": "system", "event": "created", "actor": "user", "users": ["user"]}),
            json!({"type": "new", "deep": [{"a": null, "b": [1.5, -3, true]}]}),
        ];
        let mut hints: Vec<_> = contents
            .map(|content| {
                let entry = json!({
                    "stamp": stamp, "prev": 0, "ordinal": 1, "kind": "message", "sender": "user",
                    "revision": 0, "content": content, "mentions": ["user"],
                });
                let entry: Entry = serde_json::from_value(entry).unwrap();
                let (chat, epoch, origin) = (chat.clone(), epoch.clone(), Some(origin.clone()));
                Hint::Entry {
                    chat,
                    epoch,
                    members_version: 3,
                    entry,
                    origin,
                }
            })
            .into();
        let change = Change::Read {
            chat: chat.clone(),
            stamp,
        };
        let entry = LogEntry {
            place: None,
            stamp,
            prev: Stamp::ZERO,
            change,
        };
        hints.push(Hint::Log {
            user: user.clone(),
            epoch,
            entry,
            origin: None,
        });
        hints.push(Hint::Delivered {
            chat: chat.clone(),
            to: user.clone(),
            user: user.clone(),
            stamp,
        });
        hints.push(Hint::Read {
            chat,
            to: vec![user.clone()],
            user: user.clone(),
            stamp,
        });
        hints.push(Hint::SessionEnded {
            user,
            session: SessionId::parse("session").unwrap(),
        });
        hints
    }

    #[test]
    fn hints_are_read_as_they_were_spelled() {
        for hint in hints() {
            assert_eq!(decode(&encode(&hint).unwrap()), Some(hint));
        }
    }

    #[test]
    fn bytes_of_another_version_or_cut_short_are_no_hint() {
        let bytes = encode(&hints()[0]).unwrap();
        let other = [&[VERSION + 1], &bytes[1..]].concat();
        for bad in [&[][..], &bytes[..1], &bytes[..bytes.len() - 1], &other] {
            assert_eq!(decode(bad), None);
        }
    }
}
