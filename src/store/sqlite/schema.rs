//! Whose file it is, and which version of the schema it has. A file is ours by its `application_id`; its version is its `user_version`: the
//! number of steps that were taken. Steps are only ever added to the list; each is one transaction under the write lock, so that of several
//! processes that start at once one takes it and the others find it taken.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::{NAME_ANOTHER, explain};
use crate::store::StoreError;

/// "lead", as a number.
pub const APPLICATION: i64 = 0x6c65_6164;

const STEPS: &[&str] = &[
    include_str!("0001_events.sql"),
    include_str!("0002_times.sql"),
    include_str!("0003_journal.sql"),
];

/// The schema that this code knows: as many as there are steps.
pub const KNOWN: i64 = 3;
const _: () = assert!(STEPS.len() as i128 == KNOWN as i128);

/// What a file says of itself.
struct Marks {
    application: i64,
    version: i64,
    tables: i64,
}

/// The version of the schema of a file that is ours; 0 where it is empty.
pub fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let marks = read_marks(connection).map_err(|error| explain(path, &error))?;
    judge(&marks, path)
}

/// Takes every step that the file has not taken.
pub fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    while take_step(connection, path)? {}
    Ok(())
}

/// Takes the next step, if there is one left.
fn take_step(connection: &mut Connection, path: &Path) -> Result<bool, StoreError> {
    // Most of the time nothing is left to do, and then nobody has to wait for a lock.
    if version(connection, path)? == KNOWN {
        return Ok(false);
    }
    let failed = |error| explain(path, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let version = version_within(&transaction, path)?;
    let next = usize::try_from(version).ok().and_then(|at| STEPS.get(at));
    let Some(step) = next else {
        return Ok(false);
    };
    transaction.execute_batch(step).map_err(failed)?;
    for (mark, value) in [
        ("application_id", APPLICATION),
        ("user_version", version + 1),
    ] {
        transaction
            .pragma_update(None, mark, value)
            .map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    Ok(true)
}

fn version_within(transaction: &Transaction, path: &Path) -> Result<i64, StoreError> {
    let marks = marks_within(transaction).map_err(|error| explain(path, &error))?;
    judge(&marks, path)
}

/// One transaction, so that the three speak of the same moment while another process makes the file.
fn read_marks(connection: &Connection) -> rusqlite::Result<Marks> {
    let transaction = connection.unchecked_transaction()?;
    marks_within(&transaction)
}

fn marks_within(transaction: &Transaction) -> rusqlite::Result<Marks> {
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get(0));
    Ok(Marks {
        application: number("PRAGMA application_id")?,
        version: number("PRAGMA user_version")?,
        tables: number("SELECT count(*) FROM sqlite_schema")?,
    })
}

fn judge(marks: &Marks, path: &Path) -> Result<i64, StoreError> {
    let path = path.display().to_string();
    match marks {
        Marks {
            application: 0,
            version: 0,
            tables: 0,
        } => Ok(0),
        Marks {
            application: APPLICATION,
            version,
            ..
        } if *version > KNOWN => Err(StoreError::Newer {
            path,
            found: *version,
            known: KNOWN,
        }),
        Marks {
            application: APPLICATION,
            version: version @ 1..,
            ..
        } => Ok(*version),
        _ => Err(StoreError::NotADatabase {
            path,
            detail: format!("it is the SQLite database of another program; {NAME_ANOTHER}"),
        }),
    }
}
