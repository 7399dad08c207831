//! Identifiers: short opaque strings that name one thing each.

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest identifier, in bytes.
const MAX_LEN: usize = 64;

/// What an identifier names: its word in messages and its shortest allowed length.
pub trait Names: 'static {
    /// Word for the thing named, as it stands in error messages and in the schema.
    const WHAT: &'static str;
    /// Shortest allowed length, in characters.
    const MIN_LEN: usize = 1;
}

/// An identifier of one kind of thing: 1 to 64 characters of `A-Z a-z 0-9 _ -`.
///
/// A malformed identifier on the wire reads as [`Id::absent`], which names nothing: whoever asks for it
/// gets the very answer that an unknown one gets, so nothing can be learned from the difference.
pub struct Id<T: Names> {
    text: Arc<str>,
    names: PhantomData<fn() -> T>,
}

impl<T: Names> Id<T> {
    /// Takes `text` when it is well formed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let long_enough = (T::MIN_LEN..=MAX_LEN).contains(&text.len());
        (long_enough && text.bytes().all(is_id_byte)).then(|| Self::of(text))
    }

    /// The identifier that names nothing. No key is ever stored under it.
    #[must_use]
    pub fn absent() -> Self {
        Self::of("")
    }

    /// Whether this is the identifier that names nothing.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.text.is_empty()
    }

    /// Spells `bytes` as an identifier: unpadded URL-safe base64. At most 48 bytes.
    ///
    /// # Panics
    ///
    /// If the spelling would be empty or longer than an identifier may be, which is a mistake in the caller.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let text = data_encoding::BASE64URL_NOPAD.encode(bytes);
        assert!(
            (T::MIN_LEN..=MAX_LEN).contains(&text.len()),
            "identifier made of {} bytes",
            bytes.len()
        );
        Self::of(&text)
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn of(text: &str) -> Self {
        Self {
            text: Arc::from(text),
            names: PhantomData,
        }
    }
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl<T: Names> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self {
            text: Arc::clone(&self.text),
            names: PhantomData,
        }
    }
}

impl<T: Names> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: Names> Eq for Id<T> {}

impl<T: Names> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Names> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T: Names> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T: Names> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T: Names> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", T::WHAT, self.text)
    }
}

impl<T: Names> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T: Names> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::parse(&text).unwrap_or_else(Self::absent))
    }
}

impl<T: Names> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Id", T::WHAT).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": format!("{} id", T::WHAT),
            "pattern": format!("^[A-Za-z0-9_-]{{{},{MAX_LEN}}}$", T::MIN_LEN),
        })
    }
}

/// Declares a kind of thing that identifiers name, and its identifier type.
macro_rules! names {
    ($($(#[$doc:meta])* $id:ident = $kind:ident($what:literal $(, min $min:literal)?);)*) => {$(
        #[doc = concat!("Kind of [`", stringify!($id), "`].")]
        pub enum $kind {}

        impl Names for $kind {
            const WHAT: &'static str = $what;
            $(const MIN_LEN: usize = $min;)?
        }

        $(#[$doc])*
        pub type $id = Id<$kind>;
    )*};
}

names! {
    /// A person or bot.
    UserId = UserKind("user");
    /// A chat: direct, group or channel.
    ChatId = ChatName("chat");
    /// A logged-in device.
    SessionId = SessionKind("session");
    /// Chosen by a client for each thing it makes or changes; sending it again repeats nothing.
    ClientId = ClientKind("client", min 16);
    /// An entry of a timeline: hash of its sender and client id.
    EntryId = EntryName("entry");
    /// A change of a chat: hash of who changed and the client id.
    ChangeId = ChangeKind("change");
    /// One life of a timeline. A timeline made anew has another epoch, so old cursors are noticed.
    Epoch = EpochKind("epoch");
    /// One start of one gateway process.
    Incarnation = IncarnationKind("incarnation");
    /// One unfinished step that touches several chats or users.
    IntentId = IntentKind("intent");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_ids_are_taken_and_others_read_as_absent() {
        for good in ["a", "A-Z_09", &"x".repeat(64)] {
            assert_eq!(
                UserId::parse(good).map(|id| id.to_string()).as_deref(),
                Some(good)
            );
        }
        for bad in ["", "a b", "ä", "a{b}", "a\r\n", &"x".repeat(65)] {
            let read: UserId = serde_json::from_value(bad.into()).unwrap();
            assert!(read.is_absent(), "{bad:?}");
        }
    }

    #[test]
    fn client_ids_have_at_least_sixteen_characters() {
        assert!(ClientId::parse("short").is_none());
        assert!(ClientId::parse("0123456789abcdef").is_some());
    }
}
