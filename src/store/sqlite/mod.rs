//! The log in a SQLite file: what leadtime uses when nothing else is said. One file, that several processes may have open; bodies are text, so
//! that people can look with the `sqlite3` shell. Opening stands in `open`, the schema in `schema` and its `.sql` steps, the SQL in `log` and
//! `snapshot`, what SQLite's errors mean in `error`.

mod error;
mod journal;
mod log;
mod open;
mod schema;
mod snapshot;

use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{
    Appended, Batch, Cursor, JournalHead, JournalLine, Make, ReadPiece, Seq, SnapshotHead,
    SnapshotUpdate, Store, StoreError, Stored,
};
use crate::event::time::Timestamp;

/// A log in a file.
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    read_only: bool,
    /// Which file it is that was opened.
    file: Option<open::FileId>,
}

impl SqliteStore {
    /// Opens a file, and makes it and its folder where they are not there. A file that cannot be written is opened for reading alone.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let path = open::whole(path)?;
        match open::writable(&path) {
            Ok(connection) => Ok(Self {
                connection,
                file: open::file_id(&path),
                path,
                read_only: false,
            }),
            Err(StoreError::ReadOnly { .. } | StoreError::Unopenable { .. }) if path.is_file() => {
                Self::open_read_only(&path)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a file for reading alone.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let path = open::whole(path)?;
        Ok(Self {
            connection: open::read_only(&path)?,
            file: open::file_id(&path),
            path,
            read_only: true,
        })
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| error::explain(&self.path, &error))
    }

    fn must_be_writable(&self) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly {
                path: self.path.display().to_string(),
                detail: format!(
                    "it is open for reading alone; make the file and its folder writable, or {}",
                    error::NAME_ANOTHER
                ),
            });
        }
        self.must_be_there()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    fn append(&mut self, batch: &Batch, arrived: Timestamp) -> Result<Appended, StoreError> {
        self.must_be_writable()?;
        let appended = log::append(&mut self.connection, batch, arrived);
        self.told(appended)
    }

    fn head(&self) -> Result<Seq, StoreError> {
        self.told(log::head(&self.connection))
    }

    fn read_after(
        &self,
        seq: Seq,
        take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.told(log::read_after(&self.connection, seq, take))
    }

    fn latest(&self, until: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.told(log::latest(&self.connection, until, most))
    }

    fn event(&self, seq: Seq) -> Result<Option<Stored>, StoreError> {
        self.told(log::event(&self.connection, seq))
    }

    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        self.told(log::find(&self.connection, source, id))
    }

    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError> {
        self.told(log::cursors(&self.connection, source))
    }

    fn cursor(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        self.told(log::cursor(&self.connection, source, key))
    }

    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError> {
        self.told(snapshot::head(&self.connection))
    }

    fn read_piece(&self, number: u32, read: ReadPiece<'_>) -> Result<(), StoreError> {
        self.told(snapshot::read_piece(&self.connection, number, read))
    }

    fn pieces_with(&self, from: i64, to: i64) -> Result<Vec<u32>, StoreError> {
        self.told(snapshot::pieces_with(&self.connection, from, to))
    }

    fn save_snapshot(
        &mut self,
        update: &SnapshotUpdate,
        make: Make<'_>,
    ) -> Result<bool, StoreError> {
        self.must_be_writable()?;
        let saved = snapshot::save(&mut self.connection, update, make);
        self.told(saved)
    }

    fn journal(&self, after: u64) -> Result<Vec<JournalLine>, StoreError> {
        self.told(journal::lines(&self.connection, after))
    }

    fn journal_head(&self) -> Result<Option<JournalHead>, StoreError> {
        self.told(journal::head(&self.connection))
    }

    fn journal_add(
        &mut self,
        make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
    ) -> Result<JournalLine, StoreError> {
        self.must_be_writable()?;
        let added = journal::add(&mut self.connection, make);
        self.told(added)
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn must_be_there(&self) -> Result<(), StoreError> {
        if self.file.is_none() || open::file_id(&self.path) == self.file {
            return Ok(());
        }
        Err(StoreError::Failed {
            path: self.path.display().to_string(),
            detail: "the file was deleted, moved or replaced while it was open: put it back where it is missed, and start leadtime again".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Entry;

    fn batch(ids: std::ops::Range<u32>) -> Batch {
        let entries = ids.clone().map(|id| Entry {
            source: "gh".to_owned(),
            id: id.to_string(),
            at: Timestamp::default(),
            body: "x".repeat(500),
        });
        Batch {
            entries: entries.collect(),
            cursors: vec![Cursor {
                source: "gh".to_owned(),
                key: "count".to_owned(),
                value: Some(ids.end.to_string()),
            }],
        }
    }

    fn limit_pages(store: &SqliteStore, pages: i64) {
        let limit = store
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limit.unwrap();
    }

    #[test]
    fn a_full_disk_keeps_what_was_there_and_takes_more_later() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(&folder.path().join("log.db")).unwrap();
        let now = Timestamp::default();
        store.append(&batch(0..10), now).unwrap();
        limit_pages(&store, 20);

        // Each bigger than the room that is left; the second one tries after the first has failed.
        for _ in 0..2 {
            let error = store.append(&batch(10..5_000), now).unwrap_err();
            assert!(matches!(error, StoreError::Full { .. }), "{error}");
            assert_eq!(store.head().unwrap(), 10);
            assert!(store.find("gh", "10").unwrap().is_none());
            assert_eq!(store.cursors("gh").unwrap(), batch(0..10).cursors);
        }
        // Here the events would fit, and the cursor that comes with them does not.
        let mut heavy = batch(10..11);
        heavy.cursors[0].value = Some("x".repeat(1_000_000));
        let error = store.append(&heavy, now).unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        assert_eq!(store.head().unwrap(), 10);
        let update = SnapshotUpdate {
            head: SnapshotHead {
                format: 1,
                seq: 10,
                bytes: vec![0; 1_000_000],
            },
            base: None,
            pieces: Vec::new(),
            references: Vec::new(),
        };
        let error = store.save_snapshot(&update, &mut |_, _| None).unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        assert_eq!(store.snapshot().unwrap(), None);

        limit_pages(&store, 1_000_000);
        let appended = store.append(&batch(10..5_000), now).unwrap();
        assert_eq!((appended.new, appended.head), (4_990, 5_000));
        assert_eq!(store.cursors("gh").unwrap(), batch(10..5_000).cursors);
        assert!(store.save_snapshot(&update, &mut |_, _| None).unwrap());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_is_gone_or_another_takes_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let (path, away) = (folder.path().join("log.db"), folder.path().join("away.db"));
        let mut store = SqliteStore::open(&path).unwrap();
        let now = Timestamp::default();
        store.append(&batch(0..2), now).unwrap();
        store.must_be_there().unwrap();

        std::fs::rename(&path, &away).unwrap();
        let error = store.append(&batch(2..3), now).unwrap_err();
        assert!(error.to_string().contains("deleted, moved or replaced"));
        assert_eq!(store.head().unwrap(), 2, "what is known is known");
        // Another log of that name is another log.
        let other = SqliteStore::open(&path).unwrap();
        assert!(store.must_be_there().is_err());
        other.must_be_there().unwrap();

        std::fs::rename(&away, &path).unwrap();
        store.append(&batch(2..3), now).unwrap();
    }

    #[test]
    fn a_file_that_another_keeps_locked_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let mut store = SqliteStore::open(&path).unwrap();
        let other = SqliteStore::open(&path).unwrap();
        other.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        store
            .connection
            .busy_timeout(std::time::Duration::ZERO)
            .unwrap();
        let error = store
            .append(&batch(0..1), Timestamp::default())
            .unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
        assert_eq!(store.head().unwrap(), 0, "reading goes on");
        drop(other);
        store.append(&batch(0..1), Timestamp::default()).unwrap();
    }
}
