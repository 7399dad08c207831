//! What is done now and then, by every gateway, whether or not somebody asks.

use std::{sync::Arc, time::Duration};

use super::{Service, ServiceError};

/// How often to look for work.
const PERIOD: Duration = Duration::from_secs(5);

impl Service {
    /// Finishes what others left unfinished and takes out what is past its time, until the process ends.
    pub async fn do_chores(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PERIOD).await;
            report("unfinished steps", self.sweep().await);
            report("retention", self.retain().await);
        }
    }
}

fn report(chore: &'static str, done: Result<usize, ServiceError>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::debug!(chore, count, "chore done"),
        Err(error) => tracing::warn!(chore, %error, "chore not done; it is tried again"),
    }
}
