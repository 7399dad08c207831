//! Waiting for a store at the start: it may start later than the server, or be cut off just then.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StartError;
use crate::{service::ServiceError, store::StoreError};

/// How long the start waits for a store that does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// Tries again while it is only the store that does not answer, and says each time why.
///
/// # Errors
///
/// The first error that waiting does not mend; the last one when `patience` is over.
pub(super) async fn patiently<T>(
    patience: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, StartError>,
) -> Result<T, StartError> {
    let deadline = Instant::now() + patience;
    loop {
        match attempt().await {
            Err(error) if error.may_pass() && Instant::now() + PAUSE < deadline => {
                tracing::warn!(%error, "waiting for the store");
                sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

impl StartError {
    /// Whether the same start may succeed a little later.
    fn may_pass(&self) -> bool {
        let (Self::Store(error) | Self::Service(ServiceError::Store(error))) = self else {
            return false;
        };
        matches!(
            error,
            StoreError::Unavailable { .. } | StoreError::Overloaded
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_off() -> StartError {
        StoreError::unavailable("connect", "no connection to store.example:6379").into()
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_answers_late_is_waited_for() {
        let mut tries = 0;
        let started = patiently(PATIENCE, async || {
            tries += 1;
            if tries < 20 {
                Err(cut_off())
            } else {
                Ok(tries)
            }
        });
        assert_eq!(started.await.unwrap(), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_ends_the_start_with_the_cause() {
        let began = Instant::now();
        let ended = patiently(PATIENCE, async || Err::<(), _>(cut_off())).await;
        assert!(began.elapsed() + 2 * PAUSE > PATIENCE, "gave up early");
        let text = ended.unwrap_err().to_string();
        assert!(
            text.contains("no connection to store.example:6379"),
            "{text}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_would_lose_data_is_not_waited_for() {
        let mut tries = 0;
        let ended = patiently(PATIENCE, async || {
            tries += 1;
            Err::<(), StartError>(StoreError::Unsafe("appendonly is off".into()).into())
        });
        assert!(ended.await.is_err());
        assert_eq!(tries, 1);
    }
}
