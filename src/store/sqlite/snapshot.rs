//! The SQL of the snapshot: its one head, its pieces, and the index from references to pieces. What the bytes mean is the model's business.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Result, TransactionBehavior, params};

use crate::store::{Make, ReadPiece, SnapshotHead, SnapshotUpdate};

const HEAD: &str = "SELECT format, seq, bytes FROM snapshot";
const SAVE_HEAD: &str =
    "INSERT OR REPLACE INTO snapshot (one, format, seq, bytes) VALUES (1, ?1, ?2, ?3)";
const CLEAR: &str = "DELETE FROM piece; DELETE FROM reference;";
/// The bytes of a piece, or how many there are where they are many.
const PIECE: &str = "SELECT CASE WHEN length(bytes) < ?2 THEN bytes ELSE length(bytes) END FROM piece WHERE number = ?1";
/// From here on a piece is read past SQLite's memory: it would gather the pages there, which costs as much again.
const MANY: i64 = 1 << 20;
const SAVE_PIECE: &str = "INSERT OR REPLACE INTO piece (number, bytes) VALUES (?1, ?2)";
const WITH: &str =
    "SELECT DISTINCT piece FROM reference WHERE key BETWEEN ?1 AND ?2 ORDER BY piece";
const ADD_REFERENCE: &str = "INSERT OR IGNORE INTO reference (key, piece) VALUES (?1, ?2)";

pub fn head(connection: &Connection) -> Result<Option<SnapshotHead>> {
    connection
        .prepare_cached(HEAD)?
        .query_row([], |row| {
            Ok(SnapshotHead {
                format: row.get(0)?,
                seq: row.get::<_, i64>(1)?.cast_unsigned(),
                bytes: row.get(2)?,
            })
        })
        .optional()
}

pub fn read_piece(connection: &Connection, number: u32, read: ReadPiece<'_>) -> Result<()> {
    let mut statement = connection.prepare_cached(PIECE)?;
    let mut rows = statement.query(params![number, MANY])?;
    let done = match rows.next()?.map(|row| row.get_ref(0)).transpose()? {
        None => Ok(()),
        Some(ValueRef::Integer(_)) => {
            let mut blob = connection.blob_open(MAIN_DB, "piece", "bytes", number.into(), true)?;
            let length = blob.len();
            read(&mut blob, length)
        }
        Some(bytes) => {
            let mut bytes = bytes.as_blob()?;
            let length = bytes.len();
            read(&mut bytes, length)
        }
    };
    done.map_err(|error| {
        let error = error.downcast::<rusqlite::Error>();
        error.unwrap_or_else(|other| rusqlite::Error::ToSqlConversionFailure(other.into()))
    })
}

fn piece(connection: &Connection, number: u32) -> Result<Option<Vec<u8>>> {
    let mut piece = None;
    read_piece(connection, number, &mut |from, length| {
        from.read_exact(piece.insert(vec![0; length]))
    })?;
    Ok(piece)
}

pub fn pieces_with(connection: &Connection, from: i64, to: i64) -> Result<Vec<u32>> {
    connection
        .prepare_cached(WITH)?
        .query_map([from, to], |row| row.get(0))?
        .collect()
}

pub fn save(connection: &mut Connection, update: &SnapshotUpdate, make: Make<'_>) -> Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if update.base.is_some() && !update.fits(head(&transaction)?.as_ref()) {
        return Ok(false);
    }
    if update.base.is_none() {
        transaction.execute_batch(CLEAR)?;
    }
    let is_whole = write(&transaction, update, make)?;
    if is_whole {
        transaction.commit()?;
    }
    Ok(is_whole)
}

/// `false` where a piece cannot be made.
fn write(connection: &Connection, update: &SnapshotUpdate, make: Make<'_>) -> Result<bool> {
    let SnapshotHead { format, seq, bytes } = &update.head;
    connection
        .prepare_cached(SAVE_HEAD)?
        .execute(params![format, seq.cast_signed(), bytes])?;
    // First, so that there is time to make the first piece.
    let mut add = connection.prepare_cached(ADD_REFERENCE)?;
    for (key, piece) in &update.references {
        add.execute(params![key, piece])?;
    }
    let mut save = connection.prepare_cached(SAVE_PIECE)?;
    for number in &update.pieces {
        let before = piece(connection, *number)?;
        let Some(bytes) = make(*number, before.as_deref()) else {
            return Ok(false);
        };
        save.execute(params![number, bytes])?;
    }
    Ok(true)
}
