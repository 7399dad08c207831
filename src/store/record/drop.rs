//! When a part of a timeline was taken out a first time.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;

/// Segments whose entries were taken out a first time, waiting for the second: a writer that was held up may
/// have put an entry back meanwhile. Why twice: `docs/storage.md`, "Retention".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropMark {
    /// Segments below this one.
    pub through: u64,
    /// Since when, in microseconds since the Unix epoch.
    pub since_us: u64,
}

versioned!(1: DropMark);
