//! How many hints went where, for metrics and for tests that count them.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Hint;

/// Which hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintKind {
    /// [`Hint::Entry`].
    Entry,
    /// [`Hint::Log`].
    Log,
    /// [`Hint::Delivered`].
    Delivered,
    /// [`Hint::Changed`].
    Changed,
    /// [`Hint::Read`].
    Read,
    /// [`Hint::SessionEnded`].
    SessionEnded,
}

impl HintKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Entry,
        Self::Log,
        Self::Delivered,
        Self::Changed,
        Self::Read,
        Self::SessionEnded,
    ];

    /// The kind of `hint`.
    #[must_use]
    pub const fn of(hint: &Hint) -> Self {
        match hint {
            Hint::Entry { .. } => Self::Entry,
            Hint::Log { .. } => Self::Log,
            Hint::Delivered { .. } => Self::Delivered,
            Hint::Changed { .. } => Self::Changed,
            Hint::Read { .. } => Self::Read,
            Hint::SessionEnded { .. } => Self::SessionEnded,
        }
    }

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Log => "log",
            Self::Delivered => "delivered",
            Self::Changed => "changed",
            Self::Read => "read",
            Self::SessionEnded => "session_ended",
        }
    }
}

/// Numbers since the start. Hints to oneself are not counted: they never leave the process.
#[derive(Debug, Default)]
pub struct Counts {
    sent: [AtomicU64; HintKind::ALL.len()],
    received: [AtomicU64; HintKind::ALL.len()],
    dropped: AtomicU64,
    unreadable: AtomicU64,
}

impl Counts {
    /// Hints of this kind that were sent to other gateways, once for each gateway.
    #[must_use]
    pub fn sent(&self, kind: HintKind) -> u64 {
        self.sent[kind as usize].load(Ordering::Relaxed)
    }

    /// Hints of this kind that came from other gateways.
    #[must_use]
    pub fn received(&self, kind: HintKind) -> u64 {
        self.received[kind as usize].load(Ordering::Relaxed)
    }

    /// Hints that were not sent, because too many waited or the store did not answer.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Hints that could not be read, as from a newer gateway.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }
}

#[cfg(feature = "redis")]
impl Counts {
    pub(super) fn count_sent(&self, kind: HintKind) {
        self.sent[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_received(&self, kind: HintKind) {
        self.received[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_dropped(&self, hints: u64) {
        self.dropped.fetch_add(hints, Ordering::Relaxed);
    }

    pub(super) fn count_unreadable(&self) {
        self.unreadable.fetch_add(1, Ordering::Relaxed);
    }
}
