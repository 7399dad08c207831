//! Users have their logs and their names, and names lead to their users.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot},
    records::claimant,
};
use crate::store::{StoreError, engine::Write, keys, record::UserRecord};

/// Users have their logs and their names.
pub(super) struct People;

/// Names lead to their users.
pub(super) struct Names;

#[async_trait]
impl Check for People {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{u:<user>}"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        for (spot, value) in spots.iter().zip(values) {
            let Some(record) = value.and_then(|value| UserRecord::decode(&value)) else {
                continue;
            };
            let (user, id) = (record.account.user, spot.user());
            let values = looking
                .values(vec![keys::log_head(&id), keys::name(&user.username)])
                .await?;
            if values[0].is_none() {
                report.add(Kind::NoLog, spot.key, keys::log_head(&id));
            }
            // Between the record and the claim of the name a server may have died: then nobody was told
            // that the account is there, and nobody ever did anything with it.
            let lives = || looking.any([keys::user_chats(&id), keys::sessions(&id)]);
            match &values[1] {
                Some(value) if claimant(value).as_ref() == Some(&id) => {}
                None if lives().await? => {
                    let (key, value) = (keys::name(&user.username), format!("1 {id}").into());
                    let mend = vec![Write::SetAbsent { key, value }];
                    report.add_mendable(Kind::NameNotClaimed, spot.key, user.username, mend);
                }
                Some(_) if lives().await? => {
                    report.add(Kind::NameNotClaimed, spot.key, user.username);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Check for Names {
    fn begins_at(&self) -> &'static [&'static str] {
        &["name:<name>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        for (spot, value) in spots.iter().zip(values) {
            let Some(id) = value.and_then(|value| claimant(&value)) else {
                continue;
            };
            let user = looking.value(keys::user(&id)).await?;
            let name = user.and_then(|user| UserRecord::decode(&user));
            let name = name.map(|record| record.account.user.username);
            // Mended by hand only: whoever registered a name that was given free could be taken for another.
            if name.as_deref() != spot.parts.first().copied() {
                let detail = format!("claimed for {id}, whose name is {name:?}");
                report.add(Kind::NameOfNobody, spot.key, detail);
            }
        }
        Ok(())
    }
}
