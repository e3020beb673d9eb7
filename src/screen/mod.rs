//! The terminal. This module alone knows how it is taken over and given back ([`Screen`]), what it tells ([`listen`]), when a frame is worth drawing
//! ([`Pace`](pace::Pace)), and how a frame becomes a picture ([`svg`]). It depends on nothing of ours: what is drawn is handed in, what is typed is handed out.
//!
//! However the program ends, the terminal is sane again: dropping the screen, a panic in any thread (before it says why) and a signal that nobody listens to give
//! it back. Nothing here asks the terminal anything, so that no answer can be waited for or be mistaken for keys.

pub mod browser;
mod clipboard;
mod input;
mod modes;
pub mod pace;
mod paper;
pub mod svg;
mod tty;

use std::io;

use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

pub use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
pub use input::{Input, Mouse, MouseKind, listen};

use paper::Paper;

/// Leaves the processor to the thread that draws, whenever both want it: for one that works beside it. Where a thread alone cannot be told so (anywhere but on
/// Linux), nothing is done.
pub fn yield_to_drawing() {
    // It works as well as it did where this is refused.
    #[cfg(target_os = "linux")]
    let _refused = rustix::process::nice(5);
}

/// What of the terminal is used besides its screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Clicks and the wheel come in; selecting text then takes Shift in most terminals.
    pub mouse: bool,
    /// The window's title may be set; it is given back as it was.
    pub title: bool,
}

/// The terminal while it is ours.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<Paper>,
    options: Options,
}

impl Screen {
    /// Takes the terminal over: raw mode, the alternate screen, no cursor, pastes in one piece, word of the focus.
    pub fn enter(options: Options) -> io::Result<Self> {
        // Its size is asked for first: a terminal that cannot be drawn on is not taken.
        let terminal = Terminal::new(Paper::new())?;
        let screen = Self { terminal, options };
        modes::take(options)?;
        Ok(screen)
    }

    /// Draws a frame and sends what differs from the one before, in one write that the terminal shows at once.
    ///
    /// Fails when the terminal is gone, or was given back by a panic in another thread.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !modes::is_taken() {
            return Err(io::Error::other("the terminal was given back already"));
        }
        self.terminal.draw(|frame| {
            draw(frame);
            paper::defend(frame.buffer_mut());
        })?;
        self.terminal.backend_mut().send()
    }

    /// Forgets what stands on the screen, so that the next frame is drawn whole.
    pub fn redraw_all(&mut self) -> io::Result<()> {
        let size = tty::size()?;
        self.terminal
            .resize(Rect::from((ratatui::layout::Position::ORIGIN, size)))
    }

    /// Gives the terminal back and stops the process as Ctrl-Z does. When it is continued, takes the terminal again; the next frame is drawn whole.
    ///
    /// Without a shell to go back to nothing stops, and the error says so.
    pub fn suspend(&mut self) -> io::Result<()> {
        modes::give_back();
        let stopped = tty::stop();
        modes::take(self.options)?;
        self.redraw_all()?;
        stopped
    }

    /// Takes the terminal anew after [`Input::Continued`]: whoever stopped the process from outside left it as it was, and the shell has changed it since.
    pub fn resume(&mut self) -> io::Result<()> {
        modes::retake()?;
        self.redraw_all()
    }

    /// Copies text: to the terminal's clipboard, wherever the terminal runs (OSC 52), and to the system's, where a program for that is found.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        clipboard::copy(text)
    }

    /// Rings the bell, and shows a notification on the desktop where the terminal can (OSC 9).
    pub fn ring(&mut self, bell: bool, notification: Option<&str>) -> io::Result<()> {
        let mut text = String::new();
        if let Some(notification) = notification {
            text.push_str(&command("9", notification));
        }
        if bell {
            text.push('\x07');
        }
        tty::write(text.as_bytes())
    }

    /// Sets the window's title, where that was wanted.
    pub fn title(&mut self, title: &str) -> io::Result<()> {
        if self.options.title {
            tty::write(command("2", title).as_bytes())?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        modes::give_back();
    }
}

/// A command to the terminal with a text, from which nothing can break out.
fn command(number: &str, text: &str) -> String {
    let text: String = text.chars().filter(|sign| !paper::obeyed(*sign)).collect();
    format!("\x1b]{number};{text}\x1b\\")
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_text_cannot_end_its_command() {
        let text = command("2", "a\x07b\x1b]52;c;ZXZpbA==\x1b\\\u{9c}c\nd");
        assert_eq!(text, "\x1b]2;ab]52;c;ZXZpbA==\\cd\x1b\\");
    }
}
