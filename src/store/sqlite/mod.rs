//! The log in a SQLite file: what leadtime uses when nothing else is said. One file, that several processes may have open; bodies are text, so
//! that people can look with the `sqlite3` shell. Opening stands in `open`, the schema in `schema` and its `.sql` steps, the SQL in `log` and
//! `snapshot`, what SQLite's errors mean in `error`.

mod error;
mod log;
mod open;
mod schema;
mod snapshot;

use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Appended, Batch, Cursor, Seq, SnapshotHead, SnapshotUpdate, Store, StoreError, Stored};
use crate::event::time::Timestamp;

/// A log in a file.
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    read_only: bool,
}

impl SqliteStore {
    /// Opens a file, and makes it and its folder where they are not there. A file that cannot be written is opened for reading alone.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let path = open::whole(path)?;
        match open::writable(&path) {
            Ok(connection) => Ok(Self {
                connection,
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
        Ok(())
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

    fn find(&self, source: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        self.told(log::find(&self.connection, source, id))
    }

    fn cursors(&self, source: &str) -> Result<Vec<Cursor>, StoreError> {
        self.told(log::cursors(&self.connection, source))
    }

    fn snapshot(&self) -> Result<Option<SnapshotHead>, StoreError> {
        self.told(snapshot::head(&self.connection))
    }

    fn piece(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.told(snapshot::piece(&self.connection, number))
    }

    fn pieces_with(&self, from: i64, to: i64) -> Result<Vec<u32>, StoreError> {
        self.told(snapshot::pieces_with(&self.connection, from, to))
    }

    fn save_snapshot(&mut self, update: &SnapshotUpdate) -> Result<bool, StoreError> {
        self.must_be_writable()?;
        let saved = snapshot::save(&mut self.connection, update);
        self.told(saved)
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }
}
