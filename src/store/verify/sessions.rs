//! Sessions are listed, so that they can be ended, and tokens have their sessions.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, add},
};
use crate::store::{
    StoreError,
    engine::Write,
    keys,
    record::{SessionRecord, TokenRecord},
};

/// Sessions are listed.
pub(super) struct Devices;

/// Tokens have their sessions.
pub(super) struct Tokens;

#[async_trait]
impl Check for Devices {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{u:<user>}:sess:<session>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let id = |spot: &Spot<'_>| spot.parts.last().copied().unwrap_or_default().to_owned();
        let values = looking.values_at(spots).await?;
        let rows = spots
            .iter()
            .map(|spot| (keys::sessions(&spot.user()), id(spot)));
        let scores = looking.scores(rows.collect()).await?;
        for ((spot, value), score) in spots.iter().zip(values).zip(scores) {
            let session = value.and_then(|value| SessionRecord::decode(&value));
            if let (Some(session), None) = (session, score) {
                let index = keys::sessions(&spot.user());
                let made_us = session.created_ms.saturating_mul(1_000);
                let mend = vec![add(index.clone(), made_us, id(spot))];
                report.add_mendable(Kind::SessionNotListed, spot.key, index, mend);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Check for Tokens {
    fn begins_at(&self) -> &'static [&'static str] {
        &["tok:<hash>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        let tokens = values.into_iter().map(|value| TokenRecord::decode(&value?));
        let tokens: Vec<_> = spots
            .iter()
            .zip(tokens)
            .filter_map(|(spot, token)| Some((spot, token?)))
            .collect();
        let sessions = tokens
            .iter()
            .map(|(_, token)| keys::session(&token.user, &token.session));
        let sessions = looking.values(sessions.collect()).await?;
        for ((spot, token), session) in tokens.iter().zip(sessions) {
            let session = session.and_then(|value| SessionRecord::decode(&value));
            let names = session.as_ref().map(|session| session.token.as_str());
            if names != spot.parts.first().copied() {
                let key = spot.key.to_owned();
                let detail = format!("session {} of {}", token.session, token.user);
                report.add_mendable(
                    Kind::TokenOfNothing,
                    spot.key,
                    detail,
                    vec![Write::Delete { key }],
                );
            }
        }
        Ok(())
    }
}
