//! A log that is read while it is being filled: an engine with a connection of its own folds what is there by now, so that little is left when all is in.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Engine;
use super::assemble::{self, Configured};
use crate::model::definition::Rules;
use crate::store::StoreError;

/// What is over sooner needs nobody who reads ahead.
const BEGINNING: Duration = Duration::from_millis(100);
/// So long it waits for more.
const NAP: Duration = Duration::from_millis(20);

/// Somebody who reads on.
pub struct Ahead {
    /// Gone where there is no more to come.
    more: Sender<()>,
    reading: JoinHandle<Result<Option<Engine>, StoreError>>,
}

impl Ahead {
    /// Begins to read the log in a file.
    #[must_use]
    pub fn begin(log: &Path, workloads: Vec<Configured>, rules: &Rules) -> Self {
        let (more, wait) = channel();
        let (log, rules) = (log.to_owned(), rules.clone());
        let reading = thread::spawn(move || read(&log, workloads, rules, &wait));
        Self { more, reading }
    }

    /// All is in. Whoever asks folds what is left; `None` where nothing was read ahead.
    #[must_use]
    pub fn end(self) -> Option<Engine> {
        drop(self.more);
        match self.reading.join() {
            Ok(Ok(engine)) => engine,
            Ok(Err(error)) => {
                tracing::debug!(%error, "reading ahead");
                None
            }
            Err(_) => None,
        }
    }
}

fn read(
    log: &Path,
    workloads: Vec<Configured>,
    rules: Rules,
    wait: &Receiver<()>,
) -> Result<Option<Engine>, StoreError> {
    if wait.recv_timeout(BEGINNING) != Err(RecvTimeoutError::Timeout) {
        return Ok(None);
    }
    let store = assemble::open_log(log)?;
    let mut engine = Engine::begin(Box::new(store), workloads, rules)?;
    let mut nap = Duration::ZERO;
    while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(nap) {
        nap = if engine.read_ahead()? {
            Duration::ZERO
        } else {
            NAP
        };
    }
    Ok(Some(engine))
}
