//! What SQLite says, in words for the user: which file, what is wrong with it, what to do. The one place that knows SQLite's codes.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::store::StoreError;

pub const NAME_ANOTHER: &str = "name another file with --db";

/// Turns an error of SQLite into one of ours.
pub fn explain(path: &Path, error: &Error) -> StoreError {
    let path = path.display().to_string();
    let Error::SqliteFailure(failure, _) = error else {
        let detail = error.to_string();
        return StoreError::Failed { path, detail };
    };
    // The shared-memory file beside the log cannot grow on a full disk, and SQLite calls that an input/output error.
    if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
        return StoreError::Full { path };
    }
    match failure.code {
        ErrorCode::NotADatabase => StoreError::NotADatabase {
            path,
            detail: format!("its content is of another kind; {NAME_ANOTHER}"),
        },
        ErrorCode::DiskFull => StoreError::Full { path },
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly {
            path,
            detail: format!("{error}; make the file and its folder writable, or {NAME_ANOTHER}"),
        },
        ErrorCode::CannotOpen => StoreError::Unopenable {
            path,
            detail: format!(
                "it is not there, or may not be read: check its name and the permissions of the file and its folder, or {NAME_ANOTHER}"
            ),
        },
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy {
            path,
            detail: format!("{error}; wait until it is done, or end it, and start again"),
        },
        ErrorCode::DatabaseCorrupt => StoreError::Failed {
            path,
            detail: format!(
                "the file is damaged ({error}): put a copy of it back, or move it away and read the sources again"
            ),
        },
        ErrorCode::SystemIoFailure => StoreError::Failed {
            path,
            detail: format!("reading or writing failed ({error}): check the disk"),
        },
        ErrorCode::TooBig => StoreError::Failed {
            path,
            detail: "an event or a snapshot is larger than the 1 GB that SQLite takes".to_owned(),
        },
        _ => StoreError::Failed {
            path,
            detail: error.to_string(),
        },
    }
}
