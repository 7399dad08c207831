//! What unread is computed from has everything that counts: own messages, retracted ones, mentions.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    legs::{Legs, Listed},
    looking::{Looking, Spot, add},
};
use crate::{
    model::{ChatId, Stamp, UserId},
    store::{
        StoreError,
        keys::{self, TimelineId},
        record::{EntryRecord, Head, MessageBody},
    },
};

/// Nothing that counts is missing.
pub(super) struct Counted;

/// From where messages count for people met so far; no more of them than the chat ever had.
type Seats = HashMap<UserId, Option<Stamp>>;

/// A row that must be there.
struct Due {
    kind: Kind,
    set: String,
    stamp: Stamp,
}

#[async_trait]
impl Check for Counted {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:head"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let chat = spot.chat();
            let timeline = TimelineId::Chat(chat.clone());
            let Some(head) = looking.head(&timeline).await? else {
                continue;
            };
            let (mut seats, mut legs) = (Seats::new(), Legs::of(&timeline, &head));
            while let Some(leg) = legs.next(looking).await? {
                let due = due(looking, (&chat, &head), &leg.listed, &mut seats).await?;
                missing(looking, due, report).await?;
            }
        }
        Ok(())
    }
}

/// The rows that these entries ask for.
async fn due(
    looking: &Looking<'_>,
    (chat, head): (&ChatId, &Head),
    listed: &[Listed],
    seats: &mut Seats,
) -> Result<Vec<Due>, StoreError> {
    let counting: Vec<&EntryRecord> = listed
        .iter()
        .filter_map(|listed| {
            let entry = listed.entry.as_ref();
            entry.filter(|entry| entry.stamp == listed.stamp)
        })
        .filter(|entry| entry.counts())
        .collect();
    let authors = counting.iter().filter_map(|entry| entry.author.clone());
    let mentioned_there = counting.iter().flat_map(|entry| mentioned(entry));
    let mut people: Vec<UserId> = authors.chain(mentioned_there).collect();
    people.retain(|user| !seats.contains_key(user));
    people.sort_unstable();
    people.dedup();
    let found = looking.counted_from(chat, head, &people).await?;
    seats.extend(people.into_iter().zip(found));
    let counts = |user: &UserId, stamp: Stamp| {
        let from = seats.get(user).copied().flatten();
        from.is_some_and(|from| stamp > from)
    };
    let mut due = Vec::new();
    for entry in counting {
        let stamp = entry.stamp;
        let mut ask = |kind, set| due.push(Due { kind, set, stamp });
        let author = entry.author.as_ref().filter(|author| counts(author, stamp));
        if let Some(author) = author {
            ask(Kind::OwnMissing, keys::own(chat, author));
        }
        if entry.retracted {
            ask(Kind::VoidMissing, keys::void(chat));
            if let Some(author) = author {
                ask(Kind::VoidMissing, keys::own_void(chat, author));
            }
        } else if looking.is_old(stamp) {
            let people = mentioned(entry)
                .into_iter()
                .filter(|user| counts(user, stamp));
            for user in people {
                ask(Kind::MentionMissing, keys::mentioned(chat, &user));
            }
        }
    }
    Ok(due)
}

async fn missing(
    looking: &Looking<'_>,
    due: Vec<Due>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let rows = due
        .iter()
        .map(|due| (due.set.clone(), due.stamp.to_string()));
    let scores = looking.scores(rows.collect()).await?;
    for (Due { kind, set, stamp }, score) in due.into_iter().zip(scores) {
        if score != Some(stamp.get()) {
            let mend = vec![add(set.clone(), stamp.get(), stamp.to_string())];
            report.add_mendable(kind, &set, format!("the message at {stamp}"), mend);
        }
    }
    Ok(())
}

/// To whom a message speaks by name, as far as that is known: an edit may have changed it.
fn mentioned(entry: &EntryRecord) -> Vec<UserId> {
    let body = MessageBody::decode(&entry.body).filter(|body| !body.mention_all);
    let Some(body) = body.filter(|_| entry.revision == 0) else {
        return Vec::new();
    };
    let others = body.mentions.into_iter();
    others
        .filter(|user| Some(user) != entry.author.as_ref())
        .collect()
}
