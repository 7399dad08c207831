//! Records can be read.

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, text},
};
use crate::{
    model::UserId,
    store::{
        StoreError,
        record::{
            ChangeRecord, ChatInfo, DeliveredRecord, DraftRecord, DropMark, EntryRecord, Head,
            InviteRecord, Kept, MemberRecord, ReactorRecord, ReadRecord, Revisions, SessionRecord,
            SetupRecord, TokenRecord, UserRecord,
        },
    },
};

/// Records can be read.
pub(super) struct Records;

/// Whether a value can be read.
type Reader = fn(&Bytes) -> bool;

/// How the strings of each shape are read. Shapes that are not here hold anything.
const READERS: &[(&str, Reader)] = &[
    ("{c:<chat>}:head", |value| Head::decode(value).is_some()),
    ("{c:<chat>}:info", |value| {
        Kept::<ChatInfo>::decode(value).is_some()
    }),
    ("{c:<chat>}:e:<entry>", |value| {
        EntryRecord::decode(value).is_some()
    }),
    ("{c:<chat>}:x:<change>", |value| {
        ChangeRecord::decode(value).is_some()
    }),
    ("{c:<chat>}:m:<user>", |value| {
        Kept::<MemberRecord>::decode(value).is_some()
    }),
    ("{c:<chat>}:r:<user>", |value| {
        ReadRecord::decode(value).is_some()
    }),
    ("{c:<chat>}:dv:<user>", |value| {
        DeliveredRecord::decode(value).is_some()
    }),
    ("{c:<chat>}:rev:<entry>", |value| {
        Revisions::decode(value).is_some()
    }),
    ("{c:<chat>}:re:<entry>:<user>", |value| {
        ReactorRecord::decode(value).is_some()
    }),
    ("{u:<user>}:d:<chat>", |value| {
        DraftRecord::decode(value).is_some()
    }),
    ("{c:<chat>}:drop", |value| DropMark::decode(value).is_some()),
    ("{u:<user>}:ldrop", |value| {
        DropMark::decode(value).is_some()
    }),
    ("{u:<user>}", |value| UserRecord::decode(value).is_some()),
    ("{u:<user>}:loghead", |value| Head::decode(value).is_some()),
    ("{u:<user>}:le:<entry>", |value| {
        EntryRecord::decode(value).is_some()
    }),
    ("{u:<user>}:sess:<session>", |value| {
        SessionRecord::decode(value).is_some()
    }),
    ("tok:<hash>", |value| TokenRecord::decode(value).is_some()),
    ("name:<name>", |value| claimant(value).is_some()),
    ("invite:<hash>", |value| {
        InviteRecord::decode(value).is_some()
    }),
    ("setup", |value| SetupRecord::decode(value).is_some()),
];

/// Their shapes.
const SHAPES: [&str; READERS.len()] = {
    let mut shapes = [""; READERS.len()];
    let mut at = 0;
    while at < shapes.len() {
        shapes[at] = READERS[at].0;
        at += 1;
    }
    shapes
};

/// Who has claimed a name.
pub(super) fn claimant(value: &[u8]) -> Option<UserId> {
    UserId::parse(text(value)?.strip_prefix("1 ")?)
}

#[async_trait]
impl Check for Records {
    fn begins_at(&self) -> &'static [&'static str] {
        &SHAPES
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        for (spot, value) in spots.iter().zip(values) {
            let reader = READERS.iter().find(|(shape, _)| *shape == spot.shape);
            // What has ended since it was met is no matter.
            if let (Some((_, reads)), Some(value)) = (reader, value)
                && !reads(&value)
            {
                report.add(Kind::Unreadable, spot.key, format!("{} bytes", value.len()));
            }
        }
        Ok(())
    }
}
