//! Sorted sets of any size, read window by window.

use crate::{
    model::Stamp,
    store::{
        Engine, StoreError,
        engine::{Order, Read, Row},
    },
};

/// Rows of a window, unless more of them share one score.
const WINDOW: usize = 512;

/// Part of a sorted set: all of its rows with `from <= score <= through`.
#[derive(Debug)]
pub struct Window {
    /// The rows, rising.
    pub rows: Vec<Row>,
    /// Lowest score that belongs to this window.
    pub from: u64,
    /// Highest score that belongs to this window.
    pub through: u64,
}

/// A sorted set on its way through memory.
pub struct Windows {
    key: String,
    from: u64,
}

impl Windows {
    /// From the lowest row of `key` on.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self::after(key, Stamp::ZERO)
    }

    /// From the lowest row of `key` above, or at, `from` on.
    #[must_use]
    pub fn after(key: &str, from: Stamp) -> Self {
        Self {
            key: key.to_owned(),
            from: from.get(),
        }
    }

    /// The next window; `None` behind the one that reaches up to the highest score there can be.
    ///
    /// # Errors
    ///
    /// Those of [`Engine::read`].
    pub async fn next(&mut self, engine: &dyn Engine) -> Result<Option<Window>, StoreError> {
        let mut limit = WINDOW;
        while self.from <= Stamp::MAX.get() {
            let rows = rows(engine, &self.key, (self.from, Stamp::MAX.get()), limit).await?;
            let (whole, through) = whole(rows, limit);
            if whole.is_empty() && through < Stamp::MAX.get() {
                limit *= 2;
                continue;
            }
            let from = std::mem::replace(&mut self.from, through + 1);
            return Ok(Some(Window {
                rows: whole,
                from,
                through,
            }));
        }
        Ok(None)
    }
}

/// At most `limit` rows with `from <= score <= through`, rising.
///
/// # Errors
///
/// Those of [`Engine::read`].
pub async fn rows(
    engine: &dyn Engine,
    key: &str,
    (from, through): (u64, u64),
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let read = Read::Rows {
        key: key.to_owned(),
        from,
        through,
        limit,
        order: Order::Rising,
    };
    Ok(engine.ask(read).await?.rows())
}

/// Without the last score of a page that is full, because more of its rows may follow; and the highest score
/// that is whole.
fn whole(mut rows: Vec<Row>, limit: usize) -> (Vec<Row>, u64) {
    let Some(last) = rows
        .last()
        .filter(|_| rows.len() >= limit)
        .map(|row| row.score)
    else {
        return (rows, Stamp::MAX.get());
    };
    rows.retain(|row| row.score < last);
    (rows, last.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_not_torn_apart_by_the_end_of_a_page() {
        let rows = |scores: &[u64]| -> Vec<Row> {
            let row = |score: &u64| Row {
                score: *score,
                member: bytes::Bytes::new(),
            };
            scores.iter().map(row).collect()
        };
        let scores = |rows: Vec<Row>| rows.iter().map(|row| row.score).collect::<Vec<_>>();
        for (read, kept, through) in [
            (&[1, 2, 3][..], &[1, 2][..], 2),
            (&[1, 3, 3], &[1], 2),
            (&[3, 3, 3], &[], 2),
            (&[1, 2], &[1, 2], Stamp::MAX.get()),
            (&[], &[], Stamp::MAX.get()),
        ] {
            let (whole, highest) = whole(rows(read), 3);
            assert_eq!(
                (scores(whole), highest),
                (kept.to_vec(), through),
                "{read:?}"
            );
        }
    }
}
