//! Taking the terminal over and giving it back. Whether it is taken is known to the whole process, since it must be given back by whoever ends it: the screen
//! when it is dropped, a panic in any thread before it says why, a signal that nobody listened to. Giving back twice does nothing.

use std::io;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::{Options, tty};

/// The alternate screen without a cursor, pastes in one piece, word of the focus.
const TAKE: &str = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h";
/// Clicks and the wheel, as numbers without bound; not every movement, which is what crossterm asks for.
const TAKE_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// The title as it was goes on the terminal's stack.
const TAKE_TITLE: &str = "\x1b[22;0t";
/// An update that was begun ends; everything else in the reverse order.
const GIVE: &str =
    "\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";
const GIVE_TITLE: &str = "\x1b[23;0t";

/// As what the terminal is taken; nothing when it is not.
static TAKEN: Mutex<Option<Options>> = Mutex::new(None);
static HOOK: Once = Once::new();

pub(super) fn take(options: Options) -> io::Result<()> {
    if !tty::is_there() {
        let why = "standard output is not a terminal";
        return Err(io::Error::new(io::ErrorKind::Unsupported, why));
    }
    HOOK.call_once(install);
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if taken.is_some() {
        return Ok(());
    }
    enable_raw_mode()?;
    *taken = Some(options);
    let mut bytes = sequence(options);
    if options.title {
        bytes.insert_str(0, TAKE_TITLE);
    }
    tty::write(bytes.as_bytes())
}

/// Takes it over anew when others may have changed it: a shell, while this process was stopped.
pub(super) fn retake() -> io::Result<()> {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(options) = *taken else {
        return Ok(());
    };
    tty::make_raw()?;
    tty::write(sequence(options).as_bytes())
}

pub(super) fn is_taken() -> bool {
    TAKEN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some()
}

/// Gives it back. A terminal that is gone takes nothing any more, and there is nobody to tell.
pub(super) fn give_back() {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(options) = taken.take() else {
        return;
    };
    let title = if options.title { GIVE_TITLE } else { "" };
    let _gone = tty::write([GIVE, title].concat().as_bytes());
    let _gone = disable_raw_mode();
}

fn sequence(options: Options) -> String {
    let mouse = if options.mouse { TAKE_MOUSE } else { "" };
    [TAKE, mouse].concat()
}

/// What a panic says is read on the main screen, with line ends that are line ends.
fn install() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        give_back();
        before(panic);
    }));
}
