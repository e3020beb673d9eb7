//! The terminal as the system gives it: where it is read, how bytes reach it, how large it is, whether it has hung up, how this process stops. It is asked
//! directly, since what crossterm does instead is costly or endless on a terminal that is gone: it opens `/dev/tty` for each question, runs `tput`, and reads on
//! after the end. Nothing here waits for an answer of the terminal.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, getsid, kill_current_process_group};
use rustix::termios::{OptionalActions, isatty, tcgetattr, tcgetwinsize, tcsetattr};
use signal_hook::consts::SIGCONT;
use signal_hook::iterator::Signals;

/// What a terminal is taken for that does not know its size.
const UNKNOWN: Size = Size::new(80, 24);

/// Where keys come from: what crossterm reads as well.
#[derive(Debug)]
pub(super) enum Keyboard {
    Stdin,
    Tty(File),
}

impl Keyboard {
    pub(super) fn find() -> io::Result<Self> {
        if isatty(rustix::stdio::stdin()) {
            return Ok(Self::Stdin);
        }
        File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .map(Self::Tty)
    }

    /// Waits until there is something to read; `false` when the terminal has hung up.
    pub(super) fn wait(&self) -> io::Result<bool> {
        let mut asked = [PollFd::from_borrowed_fd(self.as_fd(), PollFlags::IN)];
        wait(&mut asked)?;
        Ok(!gone(&asked[0]))
    }

    /// Waits until `other` can be read or the terminal has hung up, and tells whether it has.
    pub(super) fn wait_with(&self, other: BorrowedFd<'_>) -> io::Result<bool> {
        // That a terminal has hung up is told without being asked for.
        let mut asked = [
            PollFd::from_borrowed_fd(other, PollFlags::IN),
            PollFd::from_borrowed_fd(self.as_fd(), PollFlags::empty()),
        ];
        wait(&mut asked)?;
        Ok(gone(&asked[1]))
    }
}

impl AsFd for Keyboard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdin => rustix::stdio::stdin(),
            Self::Tty(file) => file.as_fd(),
        }
    }
}

fn gone(asked: &PollFd<'_>) -> bool {
    asked
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

fn wait(asked: &mut [PollFd<'_>]) -> io::Result<()> {
    loop {
        match poll(asked, None) {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Waits until something can be read.
pub(super) fn readable(from: BorrowedFd<'_>) -> io::Result<()> {
    wait(&mut [PollFd::from_borrowed_fd(from, PollFlags::IN)])
}

/// Whether what is drawn reaches a terminal.
pub(super) fn is_there() -> bool {
    isatty(rustix::stdio::stdout())
}

/// Writes all of it, past the buffers and locks of the standard library, so that a panic anywhere can do so as well.
pub(super) fn write(mut bytes: &[u8]) -> io::Result<()> {
    let out = rustix::stdio::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(out, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Whoever shares the terminal has set it not to wait.
            Err(Errno::AGAIN) => wait(&mut [PollFd::from_borrowed_fd(out, PollFlags::OUT)])?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

pub(super) fn size() -> io::Result<Size> {
    let size = tcgetwinsize(rustix::stdio::stdout())?;
    Ok(match Size::new(size.ws_col, size.ws_row) {
        Size { width: 0, .. } | Size { height: 0, .. } => UNKNOWN,
        size => size,
    })
}

/// Makes it raw without being anything else in between: what is typed meanwhile is a key.
pub(super) fn make_raw() -> io::Result<()> {
    let keyboard = Keyboard::find()?;
    let mut modes = tcgetattr(&keyboard)?;
    modes.make_raw();
    tcsetattr(&keyboard, OptionalActions::Now, &modes)?;
    Ok(())
}

/// Stops this process, and whoever was started along with it (a script, `cargo run`), as Ctrl-Z does; comes back when the shell continues it.
pub(super) fn stop() -> io::Result<()> {
    if getsid(None).is_ok_and(|session| session == getpid()) {
        let why = "this was not started by a shell that one could go back to";
        return Err(io::Error::new(io::ErrorKind::Unsupported, why));
    }
    // Other threads may take the signal, and then this one runs on for a moment: it waits for what ends the stop.
    let mut continued = Signals::new([SIGCONT])?;
    kill_current_process_group(Signal::STOP)?;
    let _continued = continued.forever().next();
    Ok(())
}
