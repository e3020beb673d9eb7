//! A log that is read while it is being filled: an engine with a connection of its own folds what is there by now, so that little is left when all is in.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::Engine;
use super::assemble::{self, Configured};
use crate::model::definition::Rules;
use crate::store::StoreError;

/// What is over sooner needs nobody who reads ahead.
const BEGINNING: Duration = Duration::from_millis(100);
/// So long it waits for more.
const NAP: Duration = Duration::from_millis(20);

/// Reads the log in a file while `fill` fills it. Whoever asks folds what is left; no engine where nothing was read ahead, so that nothing had to be opened,
/// and no workloads to be assembled, for it.
pub fn while_filling<T>(
    log: &Path,
    workloads: impl FnOnce() -> Vec<Configured> + Send,
    rules: &Rules,
    fill: impl FnOnce() -> T,
) -> (T, Option<Engine>) {
    thread::scope(|scope| {
        let (more, wait) = channel::<()>();
        let reading = scope.spawn(move || read(log, workloads, rules, &wait));
        let filled = fill();
        // There is no more to come.
        drop(more);
        let read = reading.join().unwrap_or(Ok(None));
        let engine = read.unwrap_or_else(|error| {
            tracing::debug!(%error, "reading ahead");
            None
        });
        (filled, engine)
    })
}

fn read(
    log: &Path,
    workloads: impl FnOnce() -> Vec<Configured>,
    rules: &Rules,
    wait: &Receiver<()>,
) -> Result<Option<Engine>, StoreError> {
    let is_more = |nap| wait.recv_timeout(nap) == Err(RecvTimeoutError::Timeout);
    if !is_more(BEGINNING) {
        return Ok(None);
    }
    let store = assemble::open_log(log)?;
    let mut engine = Engine::begin(Box::new(store), workloads(), rules.clone())?;
    let mut nap = Duration::ZERO;
    while is_more(nap) {
        let has_read = engine.read_ahead()?;
        nap = if has_read { Duration::ZERO } else { NAP };
    }
    Ok(Some(engine))
}
