//! Files that take long to write are whole or not there, also where somebody ends the program meanwhile: what was written so far goes, and then the program
//! ends as the signal asks.

use std::io::{Error, Result, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

use crate::app::file;
use crate::error::Failure;

/// Writes a file as a whole, or leaves what was there.
pub fn write<T>(
    file: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::result::Result<Result<T>, Failure>,
) -> std::result::Result<T, Failure> {
    let asked = Arc::new(AtomicUsize::new(0));
    let done = file::write(file, |out| {
        let asked = Arc::clone(&asked);
        match listen(&asked) {
            Ok(()) => content(&mut Stoppable { out, asked }),
            Err(error) => Ok(Err(error)),
        }
    });
    // Whatever was written beside the file is gone by now.
    let signal = i32::try_from(asked.load(Ordering::Relaxed)).unwrap_or(0);
    if signal != 0 {
        let _ended = emulate_default_handler(signal);
    }
    done
}

/// Notes which signal asks to end; a second one does it at once, should a write never come back.
fn listen(asked: &Arc<AtomicUsize>) -> Result<()> {
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))?;
        flag::register(signal, Arc::clone(&again))?;
        let number = usize::try_from(signal).unwrap_or(0);
        flag::register_usize(signal, Arc::clone(asked), number)?;
    }
    Ok(())
}

/// Takes nothing more once the program is asked to end.
struct Stoppable<'a> {
    out: &'a mut dyn Write,
    asked: Arc<AtomicUsize>,
}

impl Write for Stoppable<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.asked.load(Ordering::Relaxed) != 0 {
            return Err(Error::other("the program was asked to end"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}
