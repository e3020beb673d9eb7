//! Keeping a snapshot of what was folded. What is made from memory alone is made on a thread of its own, while the rest is being written.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::Engine;
use crate::fold::{FORMAT, Fold};
use crate::store::{SnapshotHead, SnapshotUpdate, Store, StoreError};

/// How many pieces are made ahead of the one that is being written.
const AHEAD: usize = 8;

impl Engine {
    /// Keeps what changed since the last snapshot. Another process may have been faster; then its snapshot stands, and this one goes on in memory. `false`
    /// where what was kept cannot be read.
    pub(super) fn keep(&mut self) -> Result<bool, StoreError> {
        if self.kept == Some(self.seq) || self.seq == 0 || self.store.is_read_only() {
            return Ok(true);
        }
        let Some(bytes) = self.fold.catalogue.to_bytes() else {
            return Ok(true);
        };
        let update = SnapshotUpdate {
            head: SnapshotHead {
                format: FORMAT,
                seq: self.seq,
                bytes,
            },
            base: self.kept,
            pieces: self.fold.changed(),
            references: self.fold.take_references(),
        };
        let (saved, is_damaged) = save(&mut *self.store, &update, &self.fold);
        if let Ok(true) = saved {
            self.kept = Some(self.seq);
            self.fold.rest();
            self.at_hand = 0;
            return Ok(true);
        }
        // Somebody else's snapshot stands, say. What is here goes on in memory; it is not kept, nor thrown away.
        self.fold.give_back(update.references);
        match saved {
            Ok(_) | Err(StoreError::Busy { .. } | StoreError::ReadOnly { .. }) => Ok(!is_damaged),
            Err(error) => Err(error),
        }
    }
}

/// Saves a snapshot; tells beside whether a piece that was kept before is damaged.
fn save(
    store: &mut dyn Store,
    update: &SnapshotUpdate,
    fold: &Fold,
) -> (Result<bool, StoreError>, bool) {
    thread::scope(|scope| {
        let (send, made) = sync_channel(AHEAD);
        scope.spawn(move || {
            let fresh = update.pieces.iter().filter(|one| fold.is_fresh(**one));
            for number in fresh {
                if send.send((*number, fold.piece(*number, None))).is_err() {
                    break;
                }
            }
        });
        // Pieces are asked for in their order; one that nobody made ahead is made here.
        let ahead = |number| {
            let made = made.recv().ok()?;
            (made.0 == number).then_some(made.1)
        };
        let mut is_damaged = false;
        let saved = store.save_snapshot(update, &mut |number, before| {
            let fresh = fold.is_fresh(number).then(|| ahead(number)).flatten();
            let piece = fresh.unwrap_or_else(|| fold.piece(number, before));
            is_damaged = piece.is_none();
            piece
        });
        drop(made);
        (saved, is_damaged)
    })
}
