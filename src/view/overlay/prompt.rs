//! A line to type into, at the foot of the screen: the filter, and the box that finds a change.

use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use super::{Outcome, Overlay};
use crate::key::Chord;
use crate::report::sheet::Line;
use crate::report::text;
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Filter,
    Where,
}

/// A line that is being typed.
pub struct Prompt {
    purpose: Purpose,
    input: Input,
    /// What stood there before.
    before: String,
    /// Beside the line: what can be typed.
    help: String,
}

impl Prompt {
    /// A filter, with the fields that it can name.
    #[must_use]
    pub fn filter(before: &str, fields: &[&str]) -> Self {
        let help = if fields.is_empty() {
            "words, matched fuzzily".to_owned()
        } else {
            let fields: Vec<String> = fields.iter().map(|field| format!("{field}:")).collect();
            format!("words and {}", fields.join(" "))
        };
        Self {
            purpose: Purpose::Filter,
            input: Input::new(before.to_owned()),
            before: before.to_owned(),
            help,
        }
    }

    /// The box that finds a change.
    #[must_use]
    pub fn find() -> Self {
        Self {
            purpose: Purpose::Where,
            input: Input::default(),
            before: String::new(),
            help: "commit, #request, ticket, version, tag or digest".to_owned(),
        }
    }

    fn typed(&self) -> Outcome {
        match self.purpose {
            Purpose::Filter => Outcome::Filter(self.input.value().to_owned()),
            Purpose::Where => Outcome::Stay,
        }
    }
}

/// What a key does in a line; none where it does nothing there.
fn request(chord: Chord) -> Option<InputRequest> {
    Some(match chord.to_string().as_str() {
        "backspace" | "ctrl-h" => InputRequest::DeletePrevChar,
        "delete" | "ctrl-d" => InputRequest::DeleteNextChar,
        "left" | "ctrl-b" => InputRequest::GoToPrevChar,
        "right" | "ctrl-f" => InputRequest::GoToNextChar,
        "ctrl-left" | "alt-b" => InputRequest::GoToPrevWord,
        "ctrl-right" | "alt-f" => InputRequest::GoToNextWord,
        "home" | "ctrl-a" => InputRequest::GoToStart,
        "end" | "ctrl-e" => InputRequest::GoToEnd,
        "ctrl-w" | "alt-backspace" => InputRequest::DeletePrevWord,
        "ctrl-u" => InputRequest::DeleteLine,
        "ctrl-k" => InputRequest::DeleteTillEnd,
        _ => return chord.sign().map(InputRequest::InsertChar),
    })
}

impl Overlay for Prompt {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        match (chord.to_string().as_str(), self.purpose) {
            ("enter", Purpose::Filter) => return Outcome::Filtered,
            ("enter", Purpose::Where) => {
                let typed = self.input.value().trim();
                return if typed.is_empty() {
                    Outcome::Close
                } else {
                    Outcome::Find(typed.to_owned())
                };
            }
            ("esc" | "ctrl-c", Purpose::Filter) => return Outcome::Unfiltered(self.before.clone()),
            ("esc" | "ctrl-c", Purpose::Where) => return Outcome::Close,
            _ => {}
        }
        match request(chord).and_then(|request| self.input.handle(request)) {
            Some(changed) if changed.value => self.typed(),
            _ => Outcome::Stay,
        }
    }

    fn paste(&mut self, pasted: &str, _scene: &Scene) -> Outcome {
        for sign in text::clean(pasted).chars() {
            self.input.handle(InputRequest::InsertChar(sign));
        }
        self.typed()
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let y = area.bottom().checked_sub(1)?;
        let row = Rect::new(area.x, y, area.width, 1);
        pen.clear(row);
        let label = match self.purpose {
            Purpose::Filter => " / ",
            Purpose::Where => " where is ",
        };
        let start = pen.text(row.x, y, row.width, Role::Focus, label);
        let room = usize::from(row.right().saturating_sub(start + 1)).max(1);
        let scroll = self.input.visual_scroll(room);
        // The line is cut by columns; what is left of the window stays out of sight.
        let shown: String = {
            let value = self.input.value();
            let hidden = text::head(value, scroll).len();
            value[hidden..].to_owned()
        };
        let end = pen.text(start, y, row.right() - start, Role::Text, &shown);
        let help = Line::of(Role::Dim, &self.help);
        if usize::from(row.right().saturating_sub(end)) > help.width() + 3 {
            pen.right(Rect::new(end, y, row.right() - end - 1, 1), &help);
        }
        let at = self.input.visual_cursor().saturating_sub(scroll);
        let at = u16::try_from(at).unwrap_or(0);
        Some((
            (start + at).min(row.right().saturating_sub(1)),
            y,
        ))
    }
}
