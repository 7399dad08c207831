//! The index of a chat's members and its counts say what the records of the members say.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, add, ended, membership, remove, set, text},
};
use crate::{
    model::{Role, UserId},
    store::{
        StoreError, keys,
        record::{ChatInfo, Kept},
        walk::Windows,
    },
};

/// Every member is listed, by the chat and by themselves.
pub(super) struct Members;

/// Everybody listed is a member.
pub(super) struct Listed;

/// The chat counts its members.
pub(super) struct Counts;

#[async_trait]
impl Check for Members {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:m:<user>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        let members = values.iter().map(|value| membership(value.as_ref()?));
        let members: Vec<_> = spots
            .iter()
            .zip(members)
            .filter_map(|(spot, m)| Some((spot, m?)))
            .collect();
        let rows = members.iter().flat_map(|(spot, _)| {
            let (chat, user) = (spot.chat(), spot.user());
            [
                (keys::members(&chat), user.to_string()),
                (keys::user_chats(&user), chat.to_string()),
            ]
        });
        let scores = looking.scores(rows.collect()).await?;
        let own = members
            .iter()
            .map(|(spot, _)| keys::user_chat(&spot.user(), &spot.chat()));
        let own = looking.values(own.collect()).await?;
        for (((spot, member), scores), own) in members.iter().zip(scores.chunks_exact(2)).zip(own) {
            let (chat, user, since) = (spot.chat(), spot.user(), member.since.get());
            if scores[0] != Some(since) {
                let mend = vec![add(keys::members(&chat), since, user.to_string())];
                let detail = format!("since {since}, the index says {:?}", scores[0]);
                report.add_mendable(Kind::MemberNotListed, spot.key, detail, mend);
            }
            if scores[1].is_none() || own.is_none() {
                let row = add(
                    keys::user_chats(&user),
                    scores[1].unwrap_or(since),
                    chat.to_string(),
                );
                let version = own.unwrap_or_else(|| "mended".into());
                let mend = vec![set(keys::user_chat(&user, &chat), version), row];
                report.add_mendable(Kind::ChatNotListed, spot.key, user.to_string(), mend);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Check for Listed {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:members"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let chat = spot.chat();
            let mut windows = Windows::of(spot.key);
            while let Some(window) = windows.next(looking.store).await? {
                let user = |member: &[u8]| {
                    text(member)
                        .and_then(UserId::parse)
                        .unwrap_or_else(UserId::absent)
                };
                let keys = window
                    .rows
                    .iter()
                    .map(|row| keys::member(&chat, &user(&row.member)));
                let values = looking.values(keys.collect()).await?;
                for (row, value) in window.rows.iter().zip(values) {
                    let ended = ended(row.score, value.as_ref());
                    if ended.is_some_and(|ended| looking.is_old(ended)) {
                        let mend = vec![remove(spot.key.to_owned(), row.member.clone())];
                        let detail = row.member.escape_ascii().to_string();
                        report.add_mendable(Kind::StrangerListed, spot.key, detail, mend);
                    }
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Check for Counts {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:info"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let value = looking.value(spot.key.to_owned()).await?;
            let kept = value.and_then(|value| Kept::<ChatInfo>::decode(&value));
            let Some((changed, info)) = kept.and_then(|kept| Some((kept.changed, kept.value?)))
            else {
                continue;
            };
            let (members, owners) = count(looking, spot).await?;
            if (info.members, info.owners) != (members, owners) {
                let detail = format!(
                    "says {} members, {} of them owners; there are {members} and {owners}",
                    info.members, info.owners
                );
                let value = Some(ChatInfo {
                    members,
                    owners,
                    ..info
                });
                let mended = Kept { changed, value };
                let mend = vec![set(spot.key.to_owned(), mended.encode())];
                report.add_mendable(Kind::WrongCount, spot.key, detail, mend);
            }
        }
        Ok(())
    }
}

/// Members of the chat, and owners among them.
async fn count(looking: &Looking<'_>, spot: &Spot<'_>) -> Result<(u32, u32), StoreError> {
    let chat = spot.chat();
    let (mut members, mut owners) = (0, 0);
    let mut windows = Windows::of(&keys::members(&chat));
    while let Some(window) = windows.next(looking.store).await? {
        let users = window
            .rows
            .iter()
            .filter_map(|row| UserId::parse(text(&row.member)?));
        let keys = users.map(|user| keys::member(&chat, &user)).collect();
        let values = looking.values(keys).await?;
        for member in values
            .iter()
            .filter_map(|value| membership(value.as_ref()?))
        {
            members += 1;
            owners += u32::from(member.role == Role::Owner);
        }
    }
    Ok((members, owners))
}
