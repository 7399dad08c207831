//! What the rules found.

use std::{collections::HashSet, fmt};

use super::history::{Event, Key, What};

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Two different entries, or two places in the order, were seen at one stamp.
    TwoEntriesAtOneStamp { chat: u32, stamp: u64 },
    /// One send stands at two stamps.
    TwoStampsForOneSend {
        chat: u32,
        key: Key,
        stamps: [u64; 2],
    },
    /// An entry does not say what was sent.
    BodyChanged { chat: u32, stamp: u64 },
    /// An entry that nobody sent.
    NeverSent { chat: u32, stamp: u64 },
    /// A send that was refused for good is there.
    FailedButVisible { chat: u32, stamp: u64 },
    /// A page lacks what was acknowledged before it was asked for.
    AckedMissing { user: u32, chat: u32, stamp: u64 },
    /// A page lacks what somebody had seen before it was asked for.
    SeenMissing { user: u32, chat: u32, stamp: u64 },
    /// A page had a newer entry, and then one appeared below it.
    AppearedBelow { user: u32, chat: u32, stamp: u64 },
    /// The entries of a page do not rise, or do not come after its cursor.
    NotRising { user: u32, chat: u32, stamp: u64 },
    /// `prev` is not the entry before.
    BrokenChain { chat: u32, stamp: u64 },
    /// The ordinals are not dense.
    BrokenOrdinals { chat: u32, stamp: u64 },
    /// A send got a stamp below one that was known before it began.
    OutOfRealTime { chat: u32, stamp: u64, known: u64 },
    /// A connection was pushed something new below what it had been pushed.
    PushedBackwards {
        connection: u32,
        chat: u32,
        stamp: u64,
    },
    /// Pushes and gap pulls led somewhere else than a full pull.
    Diverged { user: u32, chat: u32, stamp: u64 },
    /// Somebody saw what came after their leaving.
    Leaked { user: u32, chat: u32 },
    /// A cursor was refused though nothing was lost or trimmed.
    ResetForNothing { user: u32, chat: u32 },
}

/// The least a run must have done to prove anything.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Floor {
    /// Acknowledged sends.
    pub(crate) acked: usize,
    /// Processes killed.
    pub(crate) kills: usize,
    /// Pages read with success.
    pub(crate) pages: usize,
}

/// Numbers, violations, and reasons not to believe the run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Sends acknowledged, each once.
    pub(crate) acked: usize,
    /// Acknowledgements that said `duplicate`.
    pub(crate) duplicates: usize,
    /// Processes killed.
    pub(crate) kills: usize,
    /// Connections beyond the first of each user.
    pub(crate) reconnects: usize,
    /// Pages pulled.
    pub(crate) pages: usize,
    /// Entries pushed.
    pub(crate) pushes: usize,
    /// Gaps that pushes left and pulls healed.
    pub(crate) gaps: usize,
    /// Length of the run, in seconds.
    pub(crate) seconds: u64,
    /// Broken promises; the first few of each rule.
    pub(crate) violations: Vec<Violation>,
    /// Why the run proves nothing.
    pub(crate) refusals: Vec<String>,
}

impl Report {
    /// Violations of each rule that are kept. One would do.
    const KEPT: usize = 5;

    /// The numbers of a history.
    pub(super) fn over(events: &[Event]) -> Self {
        let mut report = Self::default();
        let (mut acked, mut connected) = (HashSet::new(), HashSet::new());
        for event in events {
            match &event.what {
                What::Acked { key, duplicate, .. } => {
                    acked.insert(*key);
                    report.duplicates += usize::from(*duplicate);
                }
                What::Connected { user, .. } => {
                    report.reconnects += usize::from(!connected.insert(*user));
                }
                What::Page { .. } => report.pages += 1,
                What::Pushed { .. } => report.pushes += 1,
                What::Gap { .. } => report.gaps += 1,
                What::Killed { .. } => report.kills += 1,
                _ => {}
            }
        }
        report.acked = acked.len();
        report.seconds = events.last().map_or(0, |event| event.at / 1_000_000);
        report
    }

    pub(super) fn found(&mut self, violation: Violation) {
        let rule = std::mem::discriminant(&violation);
        let same = self
            .violations
            .iter()
            .filter(|v| std::mem::discriminant(*v) == rule);
        if same.count() < Self::KEPT {
            self.violations.push(violation);
        }
    }

    pub(super) fn refuse(&mut self, reason: String) {
        self.refusals.push(reason);
    }

    pub(super) fn refuse_below(&mut self, floor: &Floor) {
        let numbers = [
            (self.acked, floor.acked, "acknowledged sends"),
            (self.kills, floor.kills, "kills"),
            (self.pages, floor.pages.max(1), "pages"),
        ];
        for (is, least, what) in numbers {
            if is < least {
                self.refuse(format!("{is} {what}, at least {least} are needed"));
            }
        }
    }

    /// Whether the run proves the promises.
    pub(crate) fn is_good(&self) -> bool {
        self.violations.is_empty() && self.refusals.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} acked, {} duplicates answered, {} kills, {} reconnects, {} pages, {} pushes, {} gaps healed, {} s",
            self.acked,
            self.duplicates,
            self.kills,
            self.reconnects,
            self.pages,
            self.pushes,
            self.gaps,
            self.seconds
        )
    }
}
