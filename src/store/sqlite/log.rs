//! The SQL of the log and of its cursors. Every statement is prepared once per connection; a body goes from SQLite's page to the reader without
//! a copy.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Result, Row, TransactionBehavior, params};

use crate::event::time::Timestamp;
use crate::store::{Appended, Batch, Cursor, Seq, Stored};

const ADD: &str = "INSERT INTO event (source, id, at, arrived, body) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source, id) DO NOTHING";
const HEAD: &str = "SELECT coalesce(max(seq), 0) FROM event";
const READ: &str = "SELECT seq, arrived, body FROM event WHERE seq > ?1 ORDER BY seq";
/// By the index alone: what is known already is not read again.
const LATEST: &str = "SELECT seq FROM event WHERE at <= ?1 ORDER BY at DESC, seq DESC LIMIT ?2";
const EVENT: &str = "SELECT seq, arrived, body FROM event WHERE seq = ?1";
const FIND: &str = "SELECT seq, arrived, body FROM event WHERE source = ?1 AND id = ?2";
const CURSORS: &str = "SELECT key, value FROM cursor WHERE source = ?1 ORDER BY key";
const CURSOR: &str = "SELECT value FROM cursor WHERE source = ?1 AND key = ?2";
const MOVE: &str = "INSERT INTO cursor (source, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (source, key) DO UPDATE SET value = excluded.value";
const FORGET: &str = "DELETE FROM cursor WHERE source = ?1 AND key = ?2";

pub fn append(connection: &mut Connection, batch: &Batch, arrived: Timestamp) -> Result<Appended> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let new = add_entries(&transaction, batch, arrived)?;
    for cursor in &batch.cursors {
        move_cursor(&transaction, cursor)?;
    }
    let head = head(&transaction)?;
    transaction.commit()?;
    Ok(Appended {
        new,
        known: batch.entries.len() - new,
        head,
    })
}

fn add_entries(connection: &Connection, batch: &Batch, arrived: Timestamp) -> Result<usize> {
    let mut add = connection.prepare_cached(ADD)?;
    let mut new = 0;
    for entry in &batch.entries {
        new += add.execute(params![
            entry.source,
            entry.id,
            entry.at.micros(),
            arrived.micros(),
            entry.body
        ])?;
    }
    Ok(new)
}

fn move_cursor(connection: &Connection, cursor: &Cursor) -> Result<()> {
    let Cursor { source, key, value } = cursor;
    match value {
        Some(value) => connection
            .prepare_cached(MOVE)?
            .execute(params![source, key, value])?,
        None => connection
            .prepare_cached(FORGET)?
            .execute(params![source, key])?,
    };
    Ok(())
}

pub fn head(connection: &Connection) -> Result<Seq> {
    connection
        .prepare_cached(HEAD)?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

/// Hands over rows in their order.
pub fn read_after(
    connection: &Connection,
    seq: Seq,
    take: &mut dyn FnMut(Seq, Timestamp, &str) -> ControlFlow<()>,
) -> Result<()> {
    let mut read = connection.prepare_cached(READ)?;
    let mut rows = read.query([bound(seq)])?;
    while let Some(row) = rows.next()? {
        let seq = row.get::<_, i64>(0)?.cast_unsigned();
        let arrived = Timestamp::from_micros(row.get(1)?);
        if take(seq, arrived, row.get_ref(2)?.as_str()?).is_break() {
            break;
        }
    }
    Ok(())
}

fn bound(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

pub fn latest(connection: &Connection, until: Timestamp, most: usize) -> Result<Vec<Seq>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    connection
        .prepare_cached(LATEST)?
        .query_map([until.micros(), most], |row| {
            row.get::<_, i64>(0).map(i64::cast_unsigned)
        })?
        .collect()
}

pub fn event(connection: &Connection, seq: Seq) -> Result<Option<Stored>> {
    connection
        .prepare_cached(EVENT)?
        .query_row([bound(seq)], stored)
        .optional()
}

pub fn find(connection: &Connection, source: &str, id: &str) -> Result<Option<Stored>> {
    connection
        .prepare_cached(FIND)?
        .query_row([source, id], stored)
        .optional()
}

fn stored(row: &Row<'_>) -> Result<Stored> {
    Ok(Stored {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        arrived: Timestamp::from_micros(row.get(1)?),
        body: row.get(2)?,
    })
}

pub fn cursor(connection: &Connection, source: &str, key: &str) -> Result<Option<String>> {
    connection
        .prepare_cached(CURSOR)?
        .query_row([source, key], |row| row.get(0))
        .optional()
}

pub fn cursors(connection: &Connection, source: &str) -> Result<Vec<Cursor>> {
    connection
        .prepare_cached(CURSORS)?
        .query_map([source], |row| {
            Ok(Cursor {
                source: source.to_owned(),
                key: row.get(0)?,
                value: row.get(1)?,
            })
        })?
        .collect()
}
