//! What was found.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::store::engine::Write;

/// Most findings that are listed; more are only counted.
const MOST: usize = 10_000;

/// Declares the kinds of findings with their words.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal;)*) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $word)] $kind,)*
        }

        impl Kind {
            /// Its word in reports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// A key of no shape that this version writes.
    UnknownKey "unknown key";
    /// A key that holds another type than its shape says.
    WrongType "wrong type";
    /// A record that cannot be read.
    Unreadable "unreadable record";
    /// Something of a timeline or chat whose head is gone.
    NoHead "no head";
    /// The head is another than the rows and entries it speaks of.
    WrongHead "wrong head";
    /// A segment that is not the last and has not as many rows as it must.
    SegmentSize "wrong segment size";
    /// A row that is not above the one before it.
    Disorder "rows out of order";
    /// A segment that the index does not list, or not by its first stamp.
    SegmentNotListed "segment not in its index";
    /// A row of an index of segments that leads to none.
    NoSegment "index row without segment";
    /// A row whose entry is gone.
    RowWithoutEntry "row without entry";
    /// A row that stands at another stamp than its entry.
    WrongStamp "row at the wrong stamp";
    /// An entry that no segment lists.
    EntryWithoutRow "entry without row";
    /// An entry that was never part of its timeline, or no longer is.
    OrphanEntry "orphaned entry";
    /// An entry that does not name the one before it.
    BrokenChain "broken chain";
    /// An entry before this one is gone with its row.
    LostEntry "lost entry";
    /// An entry whose ordinal does not follow from the one before it.
    WrongOrdinal "wrong ordinal";
    /// A change that no change segment lists.
    ChangeWithoutRow "change without row";
    /// A row of a change segment whose record is gone.
    RowWithoutChange "row without change";
    /// A change that does not name the one before it.
    BrokenChanges "broken chain of changes";
    /// A message that is missing among its author's own.
    OwnMissing "own message not counted";
    /// A retracted message that is missing among those.
    VoidMissing "retracted message not counted";
    /// A message that is missing among those that speak to somebody.
    MentionMissing "mention not counted";
    /// A row that counts a message which is not there, or is another's.
    Stray "counted for nothing";
    /// A member whom the index does not list.
    MemberNotListed "member not in the index";
    /// Somebody listed who is no member.
    StrangerListed "listed without membership";
    /// The chat counts its members wrongly.
    WrongCount "wrong number of members";
    /// A member whose own list lacks the chat.
    ChatNotListed "chat not in its member's list";
    /// A chat in the list of somebody who is no member.
    ChatListed "chat listed without membership";
    /// A read mark above everything that can be read, or with a wrong ordinal.
    WrongMark "wrong read mark";
    /// A user without the head of a change log.
    NoLog "user without change log";
    /// A user whose name is not claimed.
    NameNotClaimed "name not claimed";
    /// A name that is claimed for nobody, or by somebody of another name.
    NameOfNobody "name of nobody";
    /// A session that the index does not list.
    SessionNotListed "session not in its index";
    /// A token without its session.
    TokenOfNothing "token without session";
    /// An intent that cannot be read.
    BadIntent "unreadable intent";
    /// An intent that nobody has finished for an hour; the next server will.
    Overdue "unfinished step";
}

impl Kind {
    /// Whether it is worth knowing and nothing is wrong.
    #[must_use]
    pub fn is_note(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Overdue)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// Where.
    pub key: String,
    /// More about it, in words.
    pub detail: String,
    /// Whether it can be mended safely.
    pub mendable: bool,
    /// What mends it.
    #[serde(skip)]
    pub(super) mend: Vec<Write>,
}

/// All that was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Keys that were looked at.
    pub keys: u64,
    /// What was found and is still so; at most some thousands.
    pub findings: Vec<Finding>,
    /// What was found and is mended.
    pub mended: Vec<Finding>,
    /// What was found beyond those that are listed.
    pub more: u64,
}

impl Report {
    /// Whether nothing is wrong any more.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.more == 0 && self.findings.iter().all(|finding| finding.kind.is_note())
    }

    /// How many of each kind were found and are still so.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.kind).or_default() += 1;
        }
        counts
    }

    /// Notes something that cannot be mended.
    pub(super) fn add(&mut self, kind: Kind, key: &str, detail: impl Into<String>) {
        self.add_mendable(kind, key, detail, Vec::new());
    }

    /// Notes something that these writes mend.
    pub(super) fn add_mendable(
        &mut self,
        kind: Kind,
        key: &str,
        detail: impl Into<String>,
        mend: Vec<Write>,
    ) {
        let known =
            |finding: &Finding| finding.kind == kind && finding.key == key && finding.mend == mend;
        let detail = detail.into();
        // A walk may meet a key twice.
        if self
            .findings
            .iter()
            .rev()
            .take(MOST / 10)
            .any(|f| known(f) && f.detail == detail)
        {
            return;
        }
        if self.findings.len() >= MOST {
            self.more += 1;
            return;
        }
        self.findings.push(Finding {
            kind,
            key: key.to_owned(),
            detail,
            mendable: !mend.is_empty(),
            mend,
        });
    }

    /// Takes out what can be mended.
    pub(super) fn take_mendable(&mut self) -> Vec<Finding> {
        let all = std::mem::take(&mut self.findings);
        let (mendable, rest) = all.into_iter().partition(|finding| finding.mendable);
        self.findings = rest;
        mendable
    }
}
