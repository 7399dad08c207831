//! Which heads this process knows to be true.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use bytes::Bytes;

use crate::store::{
    recent::Recent,
    record::{Head, digest},
};

/// Heads whose operations this process has seen finished, and when in the order of its own steps.
#[derive(Debug, Default)]
pub(super) struct Applied {
    moments: AtomicU64,
    heads: Recent<String, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    /// Hash of the very bytes.
    raw: String,
    since: u64,
    segment: u64,
}

impl Applied {
    /// Now. What is noted later is not known at this moment.
    pub(super) fn moment(&self) -> u64 {
        self.moments.load(SeqCst)
    }

    /// Notes that everything in `raw` is true.
    pub(super) fn note(&self, key: &str, raw: &Bytes) {
        let Some(head) = Head::decode(raw) else {
            return;
        };
        let known = Known {
            raw: digest(&[raw]),
            since: self.moments.fetch_add(1, SeqCst) + 1,
            segment: head.segment,
        };
        self.heads.note(&key.to_owned(), known);
    }

    /// Whether everything in `raw` was true at `moment`: what was read since then is as new as this head.
    pub(super) fn knows(&self, key: &str, raw: &Bytes, moment: u64) -> bool {
        let known = self.heads.get(&key.to_owned());
        known.is_some_and(|known| known.since <= moment && known.raw == digest(&[raw]))
    }

    /// The segment that takes the next entry, as last seen.
    pub(super) fn segment(&self, key: &str) -> Option<u64> {
        Some(self.heads.get(&key.to_owned())?.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Epoch;

    #[test]
    fn a_head_is_known_from_the_moment_after_it_was_noted() {
        let applied = Applied::default();
        let raw = Head::new(Epoch::from_bytes(b"epoch")).encode();
        let before = applied.moment();
        applied.note("head", &raw);
        assert!(!applied.knows("head", &raw, before));
        assert!(applied.knows("head", &raw, applied.moment()));
        let other = Head::new(Epoch::from_bytes(b"other")).encode();
        assert!(!applied.knows("head", &other, applied.moment()));
        assert_eq!(
            (applied.segment("head"), applied.segment("other")),
            (Some(0), None)
        );
    }
}
