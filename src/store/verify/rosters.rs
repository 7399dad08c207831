//! The list of somebody's chats has none of which they are no member.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, ended, remove, text},
};
use crate::{
    model::ChatId,
    store::{StoreError, engine::Write, keys, walk::Windows},
};

/// The list of somebody's chats has none of which they are no member.
pub(super) struct Rosters;

#[async_trait]
impl Check for Rosters {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{u:<user>}:chats"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let user = spot.user();
            let mut windows = Windows::of(spot.key);
            while let Some(window) = windows.next(looking.store).await? {
                let chat = |member: &[u8]| {
                    text(member)
                        .and_then(ChatId::parse)
                        .unwrap_or_else(ChatId::absent)
                };
                let keys = window
                    .rows
                    .iter()
                    .map(|row| keys::member(&chat(&row.member), &user));
                let values = looking.values(keys.collect()).await?;
                for (row, value) in window.rows.iter().zip(values) {
                    // A join that is under way has written its row before it commits.
                    let ended = ended(row.score, value.as_ref());
                    if !ended.is_some_and(|ended| looking.is_old(ended)) {
                        continue;
                    }
                    let key = keys::user_chat(&user, &chat(&row.member));
                    let mend = vec![
                        Write::Delete { key },
                        remove(spot.key.to_owned(), row.member.clone()),
                    ];
                    let detail = row.member.escape_ascii().to_string();
                    report.add_mendable(Kind::ChatListed, spot.key, detail, mend);
                }
            }
        }
        Ok(())
    }
}
