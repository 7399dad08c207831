//! The one timer of the gateway: every connection, room and registration is looked at in turn.

use std::{sync::Arc, time::Duration};

use super::Gateway;
use crate::{config::GatewayConfig, model::ChatId, protocol::ResyncReason};

/// How often a share of the sessions is looked at, and into how many shares they are cut: each is looked
/// at once in half an hour.
const SESSION_PERIOD: Duration = Duration::from_secs(60);
const SESSION_SHARES: u64 = 30;

/// Sweeps until the process ends.
pub(super) async fn run(gateway: Arc<Gateway>) {
    let period = period(&gateway.config.gateway);
    let check = gateway.config.gateway.position_check;
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::spawn(check_positions(Arc::clone(&gateway), check));
    tokio::spawn(give_up_idle(Arc::clone(&gateway), period));
    tokio::spawn(check_sessions(Arc::clone(&gateway)));
    loop {
        ticks.tick().await;
        let now = gateway.tick();
        for connection in &gateway.connections {
            connection.tick(now, &gateway.house);
        }
        gateway.tick_rooms();
    }
}

async fn give_up_idle(gateway: Arc<Gateway>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        gateway.give_up_idle().await;
    }
}

async fn check_sessions(gateway: Arc<Gateway>) {
    for share in (0..SESSION_SHARES).cycle() {
        tokio::time::sleep(SESSION_PERIOD).await;
        if let Err(error) = gateway.check_sessions(share, SESSION_SHARES).await {
            tracing::warn!(%error, "sessions not looked at");
        }
    }
}

async fn check_positions(gateway: Arc<Gateway>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        if let Err(error) = gateway.check_positions(ResyncReason::Position).await {
            tracing::warn!(%error, "positions not compared");
        }
    }
}

/// Often enough for the shortest time an operator has set, at most once a second, at least every 50 ms.
fn period(config: &GatewayConfig) -> Duration {
    let times = [
        config.authentication_timeout,
        config.ping,
        config.pong,
        config.write_timeout,
    ];
    let shortest = times.into_iter().min().unwrap_or_default();
    (shortest / 4).clamp(Duration::from_millis(50), Duration::from_secs(1))
}

impl Gateway {
    fn tick_rooms(self: &Arc<Self>) {
        let stalled: Vec<ChatId> = self.stalled.iter().map(|chat| chat.clone()).collect();
        for chat in stalled {
            self.stalled.remove(&chat);
            if let Some(room) = self.rooms.get(&chat).map(|room| Arc::clone(&room)) {
                let question = room.tick(&self.house);
                self.follow(room, question);
            }
        }
    }
}
