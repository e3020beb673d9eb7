//! What the terminal and the system tell: keys, pastes, the mouse, a new size, signals, the end. One thread reads the terminal, and only when there is something to
//! read, since crossterm reads on for ever on one that has gone; another waits for signals and for the terminal to hang up, so that the end is told even while the
//! first is caught in the middle of a key.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossterm::event::{
    self, Event, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use super::modes;
use super::tty::{self, Keyboard};

/// How long more of what is being typed is waited for; without waiting crossterm tells nothing, and for less than a millisecond it does not sleep.
const MORE: Duration = Duration::from_micros(20);
/// How long the keyboard is left alone while the terminal is not ours.
const GIVEN_BACK: Duration = Duration::from_millis(20);
/// That nothing more comes is believed when it is told twice: a thread that was held up is told so as well.
const BELIEVED: u8 = 2;

const SIGNALS: [i32; 7] = [SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH];

/// What has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeats itself.
    Key(KeyEvent),
    /// As it was pasted: it may hold anything.
    Paste(String),
    Mouse(Mouse),
    /// Columns and rows.
    Resized(u16, u16),
    Focus(bool),
    /// The system asks to stop for a while, as Ctrl-Z in the shell does: call [`suspend`](super::Screen::suspend).
    Suspend,
    /// The process was stopped and goes on: call [`resume`](super::Screen::resume).
    Continued,
    /// The system asks to end, by this signal. Asked again, it ends the process itself.
    Terminate(i32),
    /// The terminal is gone, and why.
    Lost(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub column: u16,
    pub row: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Click,
    Middle,
    Right,
    ScrollUp,
    ScrollDown,
    ScrollLeft,
    ScrollRight,
}

/// Tells everything that comes in until `send` says that nobody listens any more, or the terminal is gone.
///
/// Once for a process: there is one terminal.
pub fn listen(send: impl Fn(Input) -> bool + Send + Sync + 'static) -> io::Result<()> {
    let send = Arc::new(send);
    let (read, write) = UnixStream::pair()?;
    let signals = SignalDelivery::with_pipe(read, write, SignalOnly, SIGNALS)?;
    let (keyboard, watched) = (Keyboard::find()?, Keyboard::find()?);
    let told = Arc::clone(&send);
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    named("signals").spawn(move || watch(signals, &watched, &*told))?;
    named("keys").spawn(move || keys(&keyboard, &*send))?;
    Ok(())
}

/// Reads the terminal. That it has hung up is the other thread's to tell.
fn keys(keyboard: &Keyboard, send: &dyn Fn(Input) -> bool) {
    let read = || -> io::Result<()> {
        while keyboard.wait()? {
            if !modes::is_taken() {
                // What is typed while the program ends is for whoever comes next.
                thread::sleep(GIVEN_BACK);
                continue;
            }
            let mut nothing = 0;
            while nothing < BELIEVED {
                if !event::poll(MORE)? {
                    nothing += 1;
                    continue;
                }
                nothing = 0;
                if translate(event::read()?).is_some_and(|input| !send(input)) {
                    return Ok(());
                }
            }
        }
        Ok(())
    };
    if let Err(error) = read() {
        send(Input::Lost(format!("the terminal cannot be read: {error}")));
    }
}

fn translate(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Input::Key(key)),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Mouse(event) => mouse(event).map(Input::Mouse),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        // The signal tells it as well, and without a key being pressed.
        Event::Resize(..) => None,
    }
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::Down(MouseButton::Middle) => MouseKind::Middle,
        MouseEventKind::Down(MouseButton::Right) => MouseKind::Right,
        MouseEventKind::ScrollUp => MouseKind::ScrollUp,
        MouseEventKind::ScrollDown => MouseKind::ScrollDown,
        MouseEventKind::ScrollLeft => MouseKind::ScrollLeft,
        MouseEventKind::ScrollRight => MouseKind::ScrollRight,
        MouseEventKind::Up(_) | MouseEventKind::Drag(_) | MouseEventKind::Moved => return None,
    };
    let MouseEvent { column, row, .. } = event;
    Some(Mouse { kind, column, row })
}

/// Waits for signals, and for the terminal to hang up.
fn watch(
    mut signals: SignalDelivery<UnixStream, SignalOnly>,
    keyboard: &Keyboard,
    send: &dyn Fn(Input) -> bool,
) {
    let (mut asked, mut there) = (false, true);
    loop {
        let waited = if there {
            keyboard.wait_with(signals.get_read().as_fd())
        } else {
            tty::readable(signals.get_read().as_fd()).map(|()| false)
        };
        match waited {
            Ok(false) => {}
            Ok(true) => {
                there = false;
                send(Input::Lost("the terminal has hung up".to_owned()));
            }
            Err(error) => {
                send(Input::Lost(format!("signals cannot be read: {error}")));
                return;
            }
        }
        for signal in signals.pending() {
            let ends = matches!(signal, SIGHUP | SIGINT | SIGQUIT | SIGTERM);
            // A process that loses its terminal is continued first: there is nothing to take anew.
            let heard = told(signal)
                .filter(|input| there || *input != Input::Continued)
                .is_none_or(send);
            // Nobody listens, or whoever does is stuck. A terminal that closes says so several times, by the kernel and by the shell: once is enough.
            let again = asked || !there;
            if ends && (!heard || again) && !(signal == SIGHUP && again) {
                modes::give_back();
                let _ended = emulate_default_handler(signal);
            }
            asked |= ends;
        }
    }
}

fn told(signal: i32) -> Option<Input> {
    match signal {
        SIGWINCH => tty::size()
            .ok()
            .map(|size| Input::Resized(size.width, size.height)),
        SIGCONT => Some(Input::Continued),
        SIGTSTP => Some(Input::Suspend),
        signal => Some(Input::Terminate(signal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn a_key_is_told_when_it_goes_down_and_while_it_stays() {
        let key = |kind| KeyEvent::new_with_kind(KeyCode::Char('j'), KeyModifiers::NONE, kind);
        for (kind, told) in [
            (KeyEventKind::Press, true),
            (KeyEventKind::Repeat, true),
            (KeyEventKind::Release, false),
        ] {
            let input = translate(Event::Key(key(kind)));
            assert_eq!(input, told.then(|| Input::Key(key(kind))));
        }
    }

    #[test]
    fn the_mouse_is_told_by_what_it_means() {
        let event = |kind| {
            let (column, row, modifiers) = (3, 4, KeyModifiers::NONE);
            translate(Event::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            }))
        };
        let told = |kind| {
            Some(Input::Mouse(Mouse {
                kind,
                column: 3,
                row: 4,
            }))
        };
        assert_eq!(
            event(MouseEventKind::Down(MouseButton::Left)),
            told(MouseKind::Click)
        );
        assert_eq!(
            event(MouseEventKind::Down(MouseButton::Right)),
            told(MouseKind::Right)
        );
        assert_eq!(event(MouseEventKind::ScrollUp), told(MouseKind::ScrollUp));
        assert_eq!(event(MouseEventKind::Up(MouseButton::Left)), None);
        assert_eq!(event(MouseEventKind::Moved), None);
    }
}
