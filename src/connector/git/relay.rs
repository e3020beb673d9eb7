//! Reading on one thread while what was read is kept on another: a history is decoded as fast as a log takes it in, or the other way round. A batch may be
//! taken before the one before it is kept; one that cannot be kept ends the reading a little later, with all that came after it thrown away.

use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crate::connector::error::ErrorKind;
use crate::connector::{Batch, ConnectorError, Finding, Progress, Sink};

/// How much is told ahead of what is being kept.
const AHEAD: usize = 1;

/// What a reading tells.
enum Told {
    Batch(Batch),
    Progress(Progress),
    Finding(Finding),
}

/// A sink whose other end is on another thread.
struct Relay(SyncSender<Told>);

impl Sink for Relay {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        // Whoever keeps batches stops at one that cannot be kept, and says why itself.
        let refused = |_| {
            let detail = "an earlier part could not be kept";
            ConnectorError::new(ErrorKind::Store, "keeping what was read", detail)
        };
        self.0.send(Told::Batch(batch)).map_err(refused)
    }

    fn progress(&mut self, progress: Progress) {
        let _nobody_listens = self.0.send(Told::Progress(progress));
    }

    fn finding(&mut self, finding: Finding) {
        let _nobody_listens = self.0.send(Told::Finding(finding));
    }
}

/// Reads on a thread of its own into `sink`, which stays on this one.
pub fn relay(
    sink: &mut dyn Sink,
    read: impl FnOnce(&mut dyn Sink) -> Result<(), ConnectorError> + Send,
) -> Result<(), ConnectorError> {
    thread::scope(|scope| {
        let (send, told) = sync_channel(AHEAD);
        let reading = scope.spawn(move || read(&mut Relay(send)));
        for one in told {
            match one {
                Told::Batch(batch) => sink.batch(batch)?,
                Told::Progress(progress) => sink.progress(progress),
                Told::Finding(finding) => sink.finding(finding),
            }
        }
        reading
            .join()
            .unwrap_or_else(|broken| resume_unwind(broken))
    })
}
