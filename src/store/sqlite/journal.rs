//! The SQL of the journal. A line is on the disk when `add` returns: the log may lose its last moment to a power cut, this must not.

use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

use crate::store::{JournalHead, JournalLine};

const LINES: &str = "SELECT number, hash, body FROM journal WHERE number > ?1 ORDER BY number";
const HEAD: &str = "SELECT number, hash FROM journal_head";
const ADD: &str = "INSERT INTO journal (number, hash, body) VALUES (?1, ?2, ?3)";
const MOVE_HEAD: &str =
    "INSERT OR REPLACE INTO journal_head (one, number, hash) VALUES (1, ?1, ?2)";

/// A text, whatever bytes somebody put there: whoever verifies has to be able to name the line. What is no UTF-8 never was written here, and becomes a text that
/// never was, either.
fn text(row: &rusqlite::Row<'_>, column: usize) -> Result<String> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned() + "\u{fffd}",
    })
}

pub fn lines(connection: &Connection, after: u64) -> Result<Vec<JournalLine>> {
    let line = |row: &rusqlite::Row<'_>| {
        Ok(JournalLine {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            hash: text(row, 1)?,
            body: text(row, 2)?,
        })
    };
    connection
        .prepare_cached(LINES)?
        .query_map([after.cast_signed()], line)?
        .collect()
}

pub fn head(connection: &Connection) -> Result<Option<JournalHead>> {
    connection
        .prepare_cached(HEAD)?
        .query_row([], |row| {
            Ok(JournalHead {
                number: row.get::<_, i64>(0)?.cast_unsigned(),
                hash: text(row, 1)?,
            })
        })
        .optional()
}

pub fn add(
    connection: &mut Connection,
    make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
) -> Result<JournalLine> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    let added = add_durably(connection, make);
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    added
}

fn add_durably(
    connection: &mut Connection,
    make: &mut dyn FnMut(Option<&JournalHead>) -> JournalLine,
) -> Result<JournalLine> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let line = make(head(&transaction)?.as_ref());
    let number = line.number.cast_signed();
    transaction
        .prepare_cached(ADD)?
        .execute(params![number, line.hash, line.body])?;
    transaction
        .prepare_cached(MOVE_HEAD)?
        .execute(params![number, line.hash])?;
    transaction.commit()?;
    Ok(line)
}
