//! The append as one script call.

use bytes::Bytes;
use fred::types::Value;

use super::{
    command::{Command, Prefix, number},
    reply,
    script::Script,
};
use crate::{
    model::{Epoch, Incarnation, Stamp},
    store::{
        StoreError,
        record::{AppendOutcome, AppendStep, Head, MarkRow, Placed, append::LATENESS_US},
    },
};

/// What one call of the script says.
#[derive(Debug)]
pub(super) enum Said {
    /// The append is decided; `segment` takes the timeline's next entry, where that is known.
    Outcome {
        /// How it ended.
        outcome: AppendOutcome,
        /// Segment of the head, when the script told.
        segment: Option<u64>,
    },
    /// The head is at another segment: call again with its keys.
    Moved(u64),
    /// The head carries an operation that must be finished first.
    Carries,
}

/// The call for `step`, when the timeline is believed to be at `segment`.
pub(super) fn call(script: &Script, prefix: &Prefix, step: &AppendStep, segment: u64) -> Command {
    let timeline = &step.timeline;
    let mut keys = vec![
        timeline.head(),
        timeline.entry(&step.id),
        timeline.segments(),
        timeline.gateways(),
        timeline.segment(segment),
        timeline.segment(segment + 1),
    ];
    keys.extend(step.all_marks().map(|mark| mark.key));
    let text = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    let mut arguments = vec![
        number(segment),
        number(Stamp::from_micros(step.now_us).get()),
        text(step.id.as_str()),
        text(&step.digest),
        step.members_version.map_or_else(Bytes::new, number),
        text(step.kind.encode_utf8(&mut [0; 4])),
        text(step.author.as_ref().map_or("-", |author| author.as_str())),
        number(step.counts().into()),
        number(LATENESS_US),
        number(Head::SEGMENT_LIMIT),
        step.body.clone(),
    ];
    arguments.extend(step.all_marks().map(|mark| match mark.row {
        MarkRow::Stamp => Bytes::from_static(b"stamp"),
        MarkRow::Entry => Bytes::from_static(b"entry"),
        MarkRow::Other(stamp) => number(stamp.get()),
    }));
    let keys = keys.iter().map(|key| prefix.key(key)).collect();
    Command::script(script, keys, arguments)
}

/// Reads the script's answer.
pub(super) fn said(step: &AppendStep, reply: Value) -> Result<Said, StoreError> {
    let unreadable = || StoreError::Corrupt {
        key: step.timeline.head(),
    };
    let mut replies = Replies(reply::list(reply).ok_or_else(unreadable)?.into_iter());
    let word = replies.text().ok_or_else(unreadable)?;
    let outcome = match word.as_str() {
        "placed" | "duplicate" => {
            return replies.placed(word == "duplicate").ok_or_else(unreadable);
        }
        "moved" => return replies.number().map(Said::Moved).ok_or_else(unreadable),
        "pending" => return Ok(Said::Carries),
        "none" => AppendOutcome::NoTimeline,
        "conflict" => AppendOutcome::Conflict,
        "late" => AppendOutcome::Late,
        "stale" => AppendOutcome::Stale,
        "corrupt" if replies.number() == Some(2) => {
            return Err(StoreError::Corrupt {
                key: step.timeline.entry(&step.id),
            });
        }
        _ => return Err(unreadable()),
    };
    Ok(Said::Outcome {
        outcome,
        segment: None,
    })
}

/// The parts of an answer, one after the other.
struct Replies(std::vec::IntoIter<Value>);

impl Replies {
    fn text(&mut self) -> Option<String> {
        let bytes = reply::bytes(self.0.next()?)?;
        Some(std::str::from_utf8(&bytes).ok()?.to_owned())
    }

    fn number(&mut self) -> Option<u64> {
        reply::whole(self.0.next()?)
    }

    fn placed(mut self, duplicate: bool) -> Option<Said> {
        let stamp = Stamp::from_micros(self.number()?);
        let prev = Stamp::from_micros(self.number()?);
        let ordinal = self.number()?;
        let epoch = Epoch::parse(&self.text()?)?;
        let members_version = self.number()?;
        let segment = Some(self.number()?);
        let gateways = reply::list(self.0.next()?)?;
        let gateways = gateways.into_iter().filter_map(reply::bytes);
        let gateways = gateways
            .filter_map(|name| Incarnation::parse(std::str::from_utf8(&name).ok()?))
            .collect();
        let placed = Placed {
            stamp,
            prev,
            ordinal,
            epoch,
            members_version,
            duplicate,
            gateways,
        };
        Some(Said::Outcome {
            outcome: AppendOutcome::Placed(placed),
            segment,
        })
    }
}
