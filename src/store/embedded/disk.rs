//! The database of one directory.

use std::{io::ErrorKind, ops::Range, path::Path};

use fjall::{
    Database, Iter, Keyspace, KeyspaceCreateOptions, PersistMode, Readable, Slice, Snapshot,
};

use crate::store::StoreError;

/// Memory for what was written last; more is moved into a file.
const MEMTABLE_BYTES: u64 = 8 << 20;
/// Size of all journals above which what they hold is moved into files, so that opening stays quick.
const JOURNAL_BYTES: u64 = 128 << 20;
/// Threads that move and merge files: one may merge while the other makes room for writes.
const WORKERS: usize = 2;
/// Files kept open.
const MAX_FILES: usize = 256;

/// The database of one directory: an ordered map of bytes.
#[derive(Clone)]
pub(super) struct Disk {
    database: Database,
    /// One for everything: so there is one memtable, one journal position and one limit to both.
    everything: Keyspace,
}

impl Disk {
    /// Opens the database, making it where there is none.
    pub(super) fn open(dir: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let failed = |error| unopened(dir, error);
        let database = Database::builder(dir)
            .cache_size(cache_bytes)
            .worker_threads(WORKERS)
            .max_cached_files(Some(MAX_FILES))
            .max_journaling_size(JOURNAL_BYTES)
            .open()
            .map_err(failed)?;
        let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        let everything = database.keyspace("curlew", options).map_err(failed)?;
        Ok(Self {
            database,
            everything,
        })
    }

    /// The value under a key as of now.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.everything.get(key).map_err(unread)
    }

    /// The first keys of a range as of now.
    pub(super) fn keys(
        &self,
        range: Range<Vec<u8>>,
        limit: usize,
    ) -> impl Iterator<Item = Result<Slice, StoreError>> {
        let keys = (!range.is_empty()).then(|| self.everything.range(range));
        keys.into_iter()
            .flatten()
            .take(limit)
            .map(|found| found.key().map_err(unread))
    }

    /// Everything as it is now, for reading.
    pub(super) fn view(&self) -> View<'_> {
        View {
            snapshot: self.database.snapshot(),
            everything: &self.everything,
        }
    }

    /// Makes all `changes` together and hands them to the operating system.
    pub(super) fn write(
        &self,
        changes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<(), StoreError> {
        let mut batch = self.database.batch().durability(Some(PersistMode::Buffer));
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(&self.everything, key, value),
                None => batch.remove(&self.everything, key),
            }
        }
        batch
            .commit()
            .map_err(|error| StoreError::unavailable("disk write", error))
    }

    /// Waits until all that was written is on the disk.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.persist(PersistMode::SyncData)
    }

    /// Whether the database still takes writes; cheap.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        self.persist(PersistMode::Buffer)
    }

    /// Moves what is in memory into a file, as happens by itself when there is much of it.
    #[cfg(test)]
    pub(super) fn flush(&self) {
        self.everything.rotate_memtable_and_wait().unwrap();
    }

    fn persist(&self, mode: PersistMode) -> Result<(), StoreError> {
        self.database
            .persist(mode)
            .map_err(|error| StoreError::unavailable("disk sync", error))
    }
}

/// The database as it was at one moment.
pub(super) struct View<'a> {
    snapshot: Snapshot,
    everything: &'a Keyspace,
}

impl View<'_> {
    /// The value under a key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.snapshot.get(self.everything, key).map_err(unread)
    }

    /// The keys of a range, read as they are asked for, from either end.
    pub(super) fn keys(
        &self,
        range: Range<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = Result<Slice, StoreError>> {
        let keys: Option<Iter> =
            (!range.is_empty()).then(|| self.snapshot.range(self.everything, range));
        keys.into_iter()
            .flatten()
            .map(|found| found.key().map_err(unread))
    }
}

fn unread(error: fjall::Error) -> StoreError {
    StoreError::unavailable("disk read", error)
}

fn unopened(dir: &Path, error: fjall::Error) -> StoreError {
    let dir = dir.display();
    match error {
        fjall::Error::Locked => StoreError::Unsafe(format!(
            "the data directory {dir} is in use by another process: stop that one, or give this one a \
             directory of its own in server.data_dir"
        )),
        fjall::Error::InvalidVersion(version) => StoreError::Unsafe(format!(
            "the data directory {dir} was written by another version of the store ({version:?}): use the \
             program that wrote it, or name another directory in server.data_dir"
        )),
        // The directory is marked as whole last; a start that was cut off before is not taken up again.
        fjall::Error::Io(error) if error.kind() == ErrorKind::AlreadyExists => {
            StoreError::Unsafe(format!(
                "the data directory {dir} holds the beginning of a store that was never finished: it is \
                 empty of data, remove it"
            ))
        }
        other => StoreError::unavailable("opening of the data directory", other),
    }
}
