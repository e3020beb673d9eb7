//! How a page draws: meaning into cells. Texts are cleaned before they come here ([`crate::report::sheet::Line`]); the pen cuts them to their place, gives
//! each role its look, and notes what can be clicked.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthChar;

use super::hit::{Hit, Target};
use super::scene::Scene;
use crate::report::sheet::Line;
use crate::report::{glyph, text};
use crate::theme::{Colour, Look, Role, Theme};

/// A place to draw on, and what to draw with.
pub struct Pen<'a> {
    pub buffer: &'a mut Buffer,
    pub scene: &'a Scene,
    pub theme: &'a Theme,
    pub hits: &'a mut Vec<Hit>,
}

/// A look as the terminal takes it.
#[must_use]
pub fn style(look: Look) -> Style {
    let mut style = Style::default();
    // Default leaves what is there.
    if look.colour != Colour::Default {
        style = style.fg(colour(look.colour));
    }
    if look.background != Colour::Default {
        style = style.bg(colour(look.background));
    }
    let flags = [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.underline, Modifier::UNDERLINED),
        (look.reverse, Modifier::REVERSED),
    ];
    for (on, modifier) in flags {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

const fn colour(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Terminal(number) => Color::Indexed(number),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

impl Pen<'_> {
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        style(self.theme.look(role))
    }

    /// Draws a line within a width, `…` where it was cut; tells the column behind it.
    pub fn line(&mut self, x: u16, y: u16, width: u16, line: &Line) -> u16 {
        if line.width() <= usize::from(width) {
            return self.pieces(x, y, width, line);
        }
        let cut = line.clone().fit(usize::from(width));
        self.pieces(x, y, width, &cut)
    }

    fn pieces(&mut self, x: u16, y: u16, width: u16, line: &Line) -> u16 {
        let end = x.saturating_add(width);
        let mut at = x;
        for (role, text) in line.pieces() {
            let style = self.style(role);
            if self.scene.style.unicode {
                at = self.put(at, y, end, text, style);
            } else {
                at = self.put(at, y, end, &glyph::ascii(text), style);
            }
        }
        at
    }

    /// Draws a text that is ours, or cleaned, up to a column.
    #[expect(
        clippy::too_many_arguments,
        reason = "a place, where it ends, a text and its style"
    )]
    fn put(&mut self, x: u16, y: u16, end: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        let end = end.min(area.right());
        if y < area.top() || y >= area.bottom() || x >= end {
            return x;
        }
        if !text::is_plain(text) {
            let (next, _) = self
                .buffer
                .set_stringn(x, y, text, usize::from(end - x), style);
            return next;
        }
        // A letter a cell, as most texts are: no letters have to be told from marks, and no widths looked up.
        let first = self.buffer.index_of(x, y);
        let cells = self.buffer.content[first..].iter_mut();
        let mut taken = 0;
        for (cell, letter) in cells.zip(text.chars()).take(usize::from(end - x)) {
            cell.set_char(letter).set_style(style);
            taken += 1;
        }
        x + taken
    }

    /// Draws a text in a role.
    #[expect(
        clippy::too_many_arguments,
        reason = "a place, its width, a text and its role: what every page says most"
    )]
    pub fn text(&mut self, x: u16, y: u16, width: u16, role: Role, text: &str) -> u16 {
        self.line(x, y, width, &Line::of(role, text))
    }

    /// Draws a text at the right end of a row.
    pub fn right(&mut self, row: Rect, line: &Line) {
        let width = u16::try_from(line.width())
            .unwrap_or(u16::MAX)
            .min(row.width);
        self.line(row.right() - width, row.y, width, line);
    }

    /// A bar of so many columns, of which `filled` are drawn with one sign and the rest with another.
    pub fn fill(&mut self, area: Rect, sign: char, role: Role) {
        let width = usize::from(area.width) / sign.width().unwrap_or(1).max(1);
        let row: String = std::iter::repeat_n(sign, width).collect();
        for y in area.top()..area.bottom() {
            self.text(area.x, y, area.width, role, &row);
        }
    }

    /// Gives an area the look of the row in front: what stands there keeps its colours, but for a reversed row, which has one look.
    pub fn select(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        let look = self.theme.look(Role::Selected);
        let mut style = style(look);
        if look.reverse {
            style = Style::reset().add_modifier(style.add_modifier);
        } else {
            style.fg = None;
        }
        self.buffer.set_style(area, style);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let mut empty = Cell::default();
        empty.set_style(self.style(Role::Ground));
        if area == self.buffer.area {
            self.buffer.content.fill(empty);
            return;
        }
        for position in area.intersection(self.buffer.area).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                *cell = empty.clone();
            }
        }
    }

    /// A frame with a title; tells what lies within.
    pub fn frame(&mut self, area: Rect, title: &Line, focused: bool) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 2 || area.height < 2 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let role = if focused { Role::Focus } else { Role::Border };
        let across = "─".repeat(usize::from(area.width) - 2);
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        self.text(area.x, area.y, area.width, role, &format!("┌{across}┐"));
        self.text(area.x, bottom, area.width, role, &format!("└{across}┘"));
        for y in area.y + 1..bottom {
            self.text(area.x, y, 1, role, "│");
            self.text(right, y, 1, role, "│");
        }
        if !title.is_empty() && area.width > 6 {
            let mut padded = Line::of(role, " ");
            padded.append(title.clone().fit(usize::from(area.width) - 6));
            padded.push(role, " ");
            // What has no colour of its own must not take that of the border.
            let width = u16::try_from(padded.width()).unwrap_or(u16::MAX);
            self.clear(Rect::new(area.x + 2, area.y, width, 1));
            self.line(area.x + 2, area.y, area.width - 4, &padded);
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// Sentences, wrapped, from the top of an area; tells how many rows they took.
    pub fn paragraph(&mut self, area: Rect, role: Role, words: &str) -> u16 {
        let words = text::clean(words);
        let lines = text::wrap(&words, usize::from(area.width.max(1)));
        let mut rows = 0;
        for line in lines.iter().take(usize::from(area.height)) {
            self.text(area.x, area.y + rows, area.width, role, line);
            rows += 1;
        }
        rows
    }

    /// The cells of a row, where all of it is in sight.
    pub fn row_mut(&mut self, row: Rect) -> Option<&mut [Cell]> {
        if row.is_empty() || row.intersection(self.buffer.area) != row {
            return None;
        }
        let first = self.buffer.index_of(row.x, row.y);
        self.buffer
            .content
            .get_mut(first..first + usize::from(row.width))
    }

    /// Notes that an area can be clicked.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.hits.push(Hit { area, target });
    }
}
