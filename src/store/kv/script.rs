//! Scripts that the store runs as one step.

use bytes::Bytes;
use ring::digest;

use super::command::Command;

/// A script and the hash by which the store knows it.
#[derive(Debug, Clone)]
pub(super) struct Script {
    text: &'static str,
    hash: Bytes,
}

impl Script {
    /// The append of one entry.
    pub(super) fn append() -> Self {
        Self::new(include_str!("append.lua"))
    }

    /// A compare-and-set with the writes that belong to it.
    pub(super) fn commit() -> Self {
        Self::new(include_str!("commit.lua"))
    }

    /// Several writes of one slot.
    pub(super) fn writes() -> Self {
        Self::new(include_str!("bundle.lua"))
    }

    fn new(text: &'static str) -> Self {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        Self {
            text,
            hash: data_encoding::HEXLOWER.encode(hash.as_ref()).into(),
        }
    }

    /// The hash by which the store knows it.
    pub(super) fn hash(&self) -> Bytes {
        self.hash.clone()
    }

    /// The command that makes it known to the store.
    pub(super) fn load(&self) -> Command {
        let text = Bytes::from_static(self.text.as_bytes());
        Command::anywhere("SCRIPT", [Bytes::from_static(b"LOAD"), text])
    }
}
