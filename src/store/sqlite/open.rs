//! Opening a file: made when it is not there, brought to the schema of this code, or opened for reading alone where it cannot be written.
//! Nothing is changed in a file before it is known to be ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rusqlite::{Connection, MAIN_DB, OpenFlags};
use url::Url;

use super::error::{NAME_ANOTHER, explain};
use super::schema;
use crate::store::StoreError;

/// How long a write waits for another process's.
const PATIENCE: Duration = Duration::from_secs(10);
/// While opening, SQLite answers some locks at once without waiting, so the waiting is done here: as long, in short naps.
const NAP: Duration = Duration::from_millis(50);
const NAPS: u32 = 200;

const PREPARED: usize = 32;

/// Bodies of half a kilobyte and an index that is met in random order: pages of 8 KiB take a fifth less time than the usual 4. Only a new file
/// heeds it.
const PAGE_SIZE: i64 = 8192;

/// What does not fit the cache of the index is read and written again and again, and each checkpoint writes most of that index: both are given
/// 64 MiB.
const TUNING: &str = "
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 8192;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA trusted_schema = OFF;
";

/// The path as it is told to the user and to SQLite, which would take some relative ones (`:memory:`, `file:…`) for more than a name.
pub fn whole(path: &Path) -> Result<PathBuf, StoreError> {
    let whole = std::path::absolute(path)
        .map_err(|error| unopenable(path, &format!("{error}; {NAME_ANOTHER}")))?;
    match fs::metadata(&whole) {
        Ok(found) if found.is_dir() => Err(unopenable(
            &whole,
            &format!("it is a folder; {NAME_ANOTHER}"),
        )),
        // SQLite takes a file of one byte for an empty one, and would write over it.
        Ok(found) if found.len() == 1 => Err(not_a_database(&whole, "it is a single byte")),
        _ => Ok(whole),
    }
}

/// A connection that can write, to a file with the schema of this code.
pub fn writable(path: &Path) -> Result<Connection, StoreError> {
    make_folder(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error| explain(path, &error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    if connection.is_readonly(MAIN_DB).map_err(failed)? {
        return Err(StoreError::ReadOnly {
            path: path.display().to_string(),
            detail: "the file is read-only".to_owned(),
        });
    }
    prepare_patiently(&mut connection, path)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    Ok(connection)
}

/// A connection that only reads.
pub fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let direct = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match reading(path, path, direct) {
        Err(StoreError::Unopenable { .. } | StoreError::ReadOnly { .. }) if path.is_file() => {
            let name = unchanging(path)?;
            reading(path, &name, direct | OpenFlags::SQLITE_OPEN_URI)
        }
        other => other,
    }
}

fn reading(path: &Path, name: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let failed = |error| explain(path, &error);
    let connection = Connection::open_with_flags(name, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    match schema::version(&connection, path)? {
        0 => Err(not_a_database(path, "it is empty")),
        schema::KNOWN => {
            tune(&connection).map_err(failed)?;
            Ok(connection)
        }
        older => Err(StoreError::ReadOnly {
            path: path.display().to_string(),
            detail: format!(
                "its schema is {older}, this leadtime reads {}: make it writable and open it once",
                schema::KNOWN
            ),
        }),
    }
}

/// The name under which SQLite reads a file in a folder where it cannot make the files that readers share. Only right while nobody writes, and
/// only whole while nothing waits in the write-ahead log.
fn unchanging(path: &Path) -> Result<PathBuf, StoreError> {
    let mut ahead = path.as_os_str().to_owned();
    ahead.push("-wal");
    let ahead = PathBuf::from(ahead);
    if fs::metadata(&ahead).is_ok_and(|file| file.len() > 0) {
        let detail = format!(
            "its newest events are still in {}, and are read only where the folder can be written: copy both to such a folder",
            ahead.display()
        );
        return Err(unopenable(path, &detail));
    }
    let mut name = Url::from_file_path(path)
        .map_err(|()| unopenable(path, &format!("its name is no path; {NAME_ANOTHER}")))?;
    name.set_query(Some("immutable=1"));
    Ok(PathBuf::from(name.as_str()))
}

/// A file, whatever it is called: its device, and its number there.
pub type FileId = (u64, u64);

/// Which file a name means now; `None` where there is none, or the system does not number them. One that is open cannot be deleted or replaced there.
#[cfg(unix)]
pub fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
pub const fn file_id(_path: &Path) -> Option<FileId> {
    None
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        let detail = format!("its folder {folder} cannot be made ({error}); {NAME_ANOTHER}");
        unopenable(path, &detail)
    })
}

fn prepare_patiently(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    connection
        .busy_timeout(NAP)
        .map_err(|error| explain(path, &error))?;
    for _ in 1..NAPS {
        match prepare(connection, path) {
            Err(StoreError::Busy { .. }) => sleep(NAP),
            other => return other,
        }
    }
    prepare(connection, path)
}

fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    schema::version(connection, path)?;
    let failed = |error| explain(path, &error);
    connection
        .pragma_update(None, "page_size", PAGE_SIZE)
        .map_err(failed)?;
    // A file system that cannot do this keeps the old kind of journal, which is as safe.
    connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .map_err(failed)?;
    tune(connection).map_err(failed)?;
    schema::migrate(connection, path)
}

fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.execute_batch(TUNING)
}

fn unopenable(path: &Path, detail: &str) -> StoreError {
    StoreError::Unopenable {
        path: path.display().to_string(),
        detail: detail.to_owned(),
    }
}

fn not_a_database(path: &Path, what: &str) -> StoreError {
    StoreError::NotADatabase {
        path: path.display().to_string(),
        detail: format!("{what}; {NAME_ANOTHER}"),
    }
}
