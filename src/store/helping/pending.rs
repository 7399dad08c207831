//! What a head carries behind its line: the newest operation, whole.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    model::Stamp,
    store::{
        engine::{Part, Row},
        record::Head,
    },
};

/// One operation: either a batch of appends, or one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Pending {
    /// Whether all of it belongs to entries of the timeline.
    pub(super) appended: bool,
    /// What it writes, the row that makes it visible last.
    pub(in crate::store) parts: Vec<Part>,
}

impl Pending {
    /// A batch of appends.
    pub(super) fn entries(parts: Vec<Part>) -> Self {
        Self {
            appended: true,
            parts,
        }
    }

    /// A change.
    pub(super) fn change(parts: Vec<Part>) -> Self {
        Self {
            appended: false,
            parts,
        }
    }

    /// What `raw` carries. `None` when it cannot be read.
    pub(in crate::store) fn of(raw: &Bytes) -> Option<Self> {
        let carried = Head::carried(raw)?;
        if carried.is_empty() {
            return Some(Self::change(Vec::new()));
        }
        rmp_serde::from_slice(&carried).ok()
    }

    /// The value of `head` that carries this.
    pub(super) fn behind(&self, head: &Head) -> Bytes {
        let line = head.encode();
        if self.parts.is_empty() {
            return line;
        }
        let mut value = Vec::from(&line[..]);
        rmp_serde::encode::write(&mut value, self)
            .expect("parts are plain data, which MessagePack can always spell");
        value.into()
    }

    /// The row that is written last: whoever sees it knows that all the rest was seen written.
    pub(super) fn last_row(&self) -> Option<(&str, &Row)> {
        match self.parts.last()? {
            Part::AddRow { key, row } => Some((key, row)),
            Part::SetAbsent { .. } | Part::Replace { .. } => None,
        }
    }
}

/// The first value of the string under `wanted`, if one of `parts` gives it one.
pub(super) fn first_value<'a>(parts: &'a [Part], wanted: &str) -> Option<&'a Bytes> {
    parts.iter().find_map(|part| match part {
        Part::SetAbsent { key, value } if key == wanted => Some(value),
        _ => None,
    })
}

/// Key of a row that no store keeps exactly, if there is one.
pub(super) fn inexact(parts: &[Part]) -> Option<&str> {
    parts.iter().find_map(|part| match part {
        Part::AddRow { key, row } if row.score > Stamp::MAX.get() => Some(key.as_str()),
        _ => None,
    })
}

/// Whether a head carries anything.
pub(super) fn carries(raw: &Bytes) -> bool {
    Head::carried(raw).is_none_or(|carried| !carried.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Epoch;

    #[test]
    fn what_a_head_carries_reads_back_and_the_head_reads_as_without_it() {
        let head = Head::new(Epoch::from_bytes(b"epoch"));
        let key = "key".to_owned();
        let row = Row {
            score: 5,
            member: Bytes::from_static(b"m"),
        };
        let pending = Pending::entries(vec![
            Part::SetAbsent {
                key: key.clone(),
                value: Bytes::from_static(b"\n\xff"),
            },
            Part::Replace {
                key: key.clone(),
                expected: Bytes::new(),
                new: Bytes::from_static(b"1"),
            },
            Part::AddRow {
                key,
                row: row.clone(),
            },
        ]);
        let raw = pending.behind(&head);
        assert_eq!(Pending::of(&raw).as_ref(), Some(&pending));
        assert_eq!(Head::decode(&raw), Some(head.clone()));
        assert_eq!(pending.last_row(), Some(("key", &row)));
        assert!(carries(&raw) && !carries(&head.encode()));
        assert_eq!(
            Pending::of(&head.encode()),
            Some(Pending::change(Vec::new()))
        );
        assert_eq!(Pending::of(&raw.slice(..raw.len() - 1)), None);
    }
}
