//! What a frame is drawn on: the bytes of the whole frame, which then reach the terminal in one write. Here is also the last defence against text from outside:
//! no cell with a control character in it gets past. Texts are cleaned where they come in; this holds when one was forgotten.

use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};

use super::tty;

/// The terminal shows nothing of what stands between these until it is complete.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

#[derive(Debug)]
pub(super) struct Paper {
    bytes: Vec<u8>,
    cursor: Position,
    /// The cursor is not seen; so it is when the terminal has been taken.
    hidden: bool,
}

impl Paper {
    pub(super) fn new() -> Self {
        Self {
            bytes: BEGIN.to_vec(),
            cursor: Position::ORIGIN,
            hidden: true,
        }
    }

    /// Sends what was drawn, if anything was, and is empty again.
    pub(super) fn send(&mut self) -> io::Result<()> {
        if self.bytes.len() == BEGIN.len() {
            return Ok(());
        }
        self.bytes.extend_from_slice(END);
        let sent = tty::write(&self.bytes);
        self.bytes.truncate(BEGIN.len());
        sent
    }

    fn backend(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.bytes)
    }
}

impl Backend for Paper {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.backend().draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.hidden, true) {
            return Ok(());
        }
        self.backend().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.hidden = false;
        self.backend().show_cursor()
    }

    /// Where it was put: asking the terminal would wait for an answer that the reader of keys may take away.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        let position = self.cursor;
        self.backend().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.backend().clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.backend().clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        tty::size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: tty::size()?,
            pixels: Size::ZERO,
        })
    }

    /// A frame is sent as a whole, by [`Paper::send`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes out of a frame what a terminal would obey.
pub(super) fn defend(frame: &mut Buffer) {
    for cell in &mut frame.content {
        let symbol = cell.symbol();
        let plain = symbol.len() == 1 && symbol.as_bytes()[0] >= b' ' && symbol != "\x7f";
        if !plain && symbol.chars().any(obeyed) {
            cell.set_symbol("?");
        }
    }
}

/// Control characters, and those that turn the direction of what follows.
pub(super) fn obeyed(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn no_cell_keeps_what_a_terminal_obeys() {
        let hostile = [
            "\x1b[2J", "\x07", "a\x1b", "\u{9b}1m", "\x7f", "\n", "\0", "\u{202e}",
        ];
        let harmless = [" ", "~", "é", "世", "👩‍👩‍👧", "e\u{301}", ""];
        for symbol in hostile {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
            buffer.content[0].set_symbol(symbol);
            defend(&mut buffer);
            assert_eq!(buffer.content[0].symbol(), "?", "{symbol:?}");
        }
        for symbol in harmless {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
            buffer.content[0].set_symbol(symbol);
            defend(&mut buffer);
            assert_eq!(buffer.content[0].symbol(), symbol);
        }
    }

    #[test]
    fn a_frame_is_held_until_it_is_sent() {
        let mut paper = Paper::new();
        let cell = Cell::new("x");
        paper.draw([(2, 1, &cell)].into_iter()).unwrap();
        paper.show_cursor().unwrap();
        paper.hide_cursor().unwrap();
        Backend::flush(&mut paper).unwrap();
        let text = String::from_utf8(paper.bytes).unwrap();
        assert!(text.starts_with("\x1b[?2026h\x1b[2;3Hx"), "{text:?}");
        assert!(text.contains("\x1b[?25l"), "{text:?}");
    }
}
