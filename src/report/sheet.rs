//! What every report is written on. A [`Line`] is made of pieces that each know what they mean; pieces are cleaned as they are put in, and a [`Sheet`]
//! cuts lines to the width as it draws them. So nothing that reaches a terminal can be hostile or too wide, whoever wrote the report.

use std::fmt::Write;

use compact_str::CompactString;

use super::glyph;
use super::style::Style;
use super::text;
use crate::theme::{Colour, Look, Role};

/// A line of pieces with meaning.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Most pieces are a word or two, for which no memory has to be found.
    pieces: Vec<(Role, CompactString)>,
    width: usize,
}

impl Line {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn of(role: Role, text: impl AsRef<str>) -> Self {
        Self::new().with(role, text)
    }

    #[must_use]
    pub fn with(mut self, role: Role, text: impl AsRef<str>) -> Self {
        self.push(role, text);
        self
    }

    pub fn push(&mut self, role: Role, text: impl AsRef<str>) -> &mut Self {
        let text = text::clean(text.as_ref());
        if !text.is_empty() {
            self.width += text::width(&text);
            self.pieces.push((role, CompactString::from(text)));
        }
        self
    }

    pub fn append(&mut self, other: Self) -> &mut Self {
        self.width += other.width;
        self.pieces.extend(other.pieces);
        self
    }

    /// Blanks up to a column; nothing when the line is there already.
    pub fn pad_to(&mut self, column: usize) -> &mut Self {
        if column > self.width {
            self.push(Role::Text, " ".repeat(column - self.width));
        }
        self
    }

    /// The pieces, cleaned.
    pub fn pieces(&self) -> impl Iterator<Item = (Role, &str)> {
        self.pieces
            .iter()
            .map(|(role, text)| (*role, text.as_str()))
    }

    /// The text alone.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The line within `width` columns; what was cut off shows as `…`.
    #[must_use]
    pub fn fit(self, width: usize) -> Self {
        if self.width <= width {
            return self;
        }
        let mut fitted = Self::new();
        for (role, text) in self.pieces {
            let left = width.saturating_sub(fitted.width);
            // A piece that just fits still has others behind it: room is kept for the sign that they are missing.
            if text::width(&text) < left {
                fitted.push(role, &text);
                continue;
            }
            let cut = text::head(&text, left.saturating_sub(1)).trim_end();
            fitted.push(role, cut);
            if left > 0 {
                fitted.push(role, "…");
            }
            break;
        }
        fitted
    }

    fn draw(&self, style: &Style, out: &mut String) {
        let plain = Self {
            width: 0,
            pieces: Vec::new(),
        };
        let line = if style.unicode {
            self.clone()
        } else {
            self.pieces.iter().fold(plain, |line, (role, text)| {
                line.with(*role, glyph::ascii(text))
            })
        };
        let mut pieces = line.fit(style.width).pieces;
        if !style.unicode {
            // The sign that something was cut off is not ASCII either.
            for (_, text) in &mut pieces {
                *text = glyph::ascii(text).into();
            }
        }
        let inked = pieces
            .iter()
            .rposition(|(_, text)| !text.trim_end().is_empty())
            .map_or(0, |last| last + 1);
        for (at, (role, text)) in pieces[..inked].iter().enumerate() {
            let text = if at + 1 == inked {
                text.trim_end()
            } else {
                text
            };
            let look = style.theme.look(*role);
            let marked = look.reverse || look.underline || look.background != Colour::Default;
            let blank = text.trim().is_empty() && !marked;
            if style.colour && look != Look::default() && !blank {
                sgr(look, out);
                out.push_str(text);
                out.push_str("\x1b[0m");
            } else {
                out.push_str(text);
            }
        }
        out.push('\n');
    }
}

fn sgr(look: Look, out: &mut String) {
    let mut codes: Vec<String> = Vec::new();
    let flags = [
        (look.bold, "1"),
        (look.dim, "2"),
        (look.underline, "4"),
        (look.reverse, "7"),
    ];
    codes.extend(
        flags
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, code)| (*code).to_owned()),
    );
    codes.extend(code(look.colour, 0));
    codes.extend(code(look.background, 10));
    // Writing to a String cannot fail.
    let _ = write!(out, "\x1b[{}m", codes.join(";"));
}

/// The codes of a colour; those of a background are the same, ten higher.
fn code(colour: Colour, behind: u16) -> Option<String> {
    Some(match colour {
        Colour::Default => return None,
        Colour::Terminal(number @ 0..8) => (30 + behind + u16::from(number)).to_string(),
        Colour::Terminal(number @ 8..16) => (82 + behind + u16::from(number)).to_string(),
        Colour::Terminal(number) => format!("{};5;{number}", 38 + behind),
        Colour::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", 38 + behind),
    })
}

/// Lines, one below the other.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    lines: Vec<Line>,
}

impl Sheet {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn line(&mut self, line: Line) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// An empty line, unless one is there or nothing is above it.
    pub fn space(&mut self) -> &mut Self {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::new());
        }
        self
    }

    /// Text in as many lines as it takes, each after the first indented as far as `lead` is wide.
    pub fn paragraph(&mut self, lead: &Line, role: Role, text: &str, width: usize) -> &mut Self {
        let indent = lead.width();
        let text = text::clean(text);
        let lines = text::wrap(&text, width.saturating_sub(indent).max(10));
        for (at, part) in lines.iter().enumerate() {
            let mut line = if at == 0 { lead.clone() } else { Line::new() };
            line.pad_to(indent);
            self.line(line.with(role, part));
        }
        self
    }

    /// Pieces side by side, three blanks apart, in as many lines as they take.
    pub fn flow(
        &mut self,
        indent: usize,
        pieces: impl IntoIterator<Item = Line>,
        width: usize,
    ) -> &mut Self {
        let mut line = Line::new();
        for piece in pieces {
            if !line.is_empty() && line.width() + 3 + piece.width() > width {
                self.line(std::mem::take(&mut line));
            }
            let start = if line.is_empty() {
                indent
            } else {
                line.width() + 3
            };
            line.pad_to(start).append(piece);
        }
        if !line.is_empty() {
            self.line(line);
        }
        self
    }

    /// Sentences that the reader must know, each with a mark.
    pub fn notes(&mut self, notes: &[String], width: usize) -> &mut Self {
        for note in notes {
            let lead = Line::of(Role::Dim, format!("{} ", glyph::NOTE));
            self.paragraph(&lead, Role::Text, note, width);
        }
        self
    }

    /// The lines, for who draws them in another way.
    #[must_use]
    pub fn into_lines(mut self) -> Vec<Line> {
        while self.lines.last().is_some_and(Line::is_empty) {
            self.lines.pop();
        }
        self.lines
    }

    #[must_use]
    pub fn draw(self, style: &Style) -> String {
        let mut out = String::new();
        for line in &self.into_lines() {
            line.draw(style, &mut out);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_told_in_codes_behind_and_before() {
        let told = |colour, background| {
            let mut out = String::new();
            let look = Look {
                colour,
                background,
                bold: true,
                ..Look::default()
            };
            sgr(look, &mut out);
            out
        };
        let rgb = Colour::Rgb(1, 2, 3);
        assert_eq!(told(Colour::Terminal(1), Colour::Default), "\x1b[1;31m");
        assert_eq!(
            told(Colour::Terminal(9), Colour::Terminal(8)),
            "\x1b[1;91;100m"
        );
        assert_eq!(
            told(Colour::Terminal(200), Colour::Terminal(7)),
            "\x1b[1;38;5;200;47m"
        );
        assert_eq!(told(rgb, rgb), "\x1b[1;38;2;1;2;3;48;2;1;2;3m");
        assert_eq!(told(Colour::Default, Colour::Default), "\x1b[1m");
    }
}
