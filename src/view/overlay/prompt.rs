//! A line to type into, at the foot of the screen: the filter, and the box that finds a change.

use ratatui::layout::Rect;
use tui_input::Input;

use super::{Outcome, Overlay, line};
use crate::key::Chord;
use crate::report::sheet::Line;
use crate::theme::Role;
use crate::view::pen::Pen;
use crate::view::scene::Scene;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Filter,
    Where,
    /// The name of a file to write what is seen to.
    Save,
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
            "words, as they are or fuzzily".to_owned()
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

    /// The name of a file to export to; its ending tells the form.
    #[must_use]
    pub fn save(name: &str) -> Self {
        Self {
            purpose: Purpose::Save,
            input: Input::new(name.to_owned()),
            before: String::new(),
            help: ".csv .json .md .txt .svg".to_owned(),
        }
    }

    fn typed(&self) -> Outcome {
        match self.purpose {
            Purpose::Filter => Outcome::Filter(self.input.value().to_owned()),
            Purpose::Where | Purpose::Save => Outcome::Stay,
        }
    }
}

impl Overlay for Prompt {
    fn key(&mut self, chord: Chord, _scene: &Scene) -> Outcome {
        match (chord.to_string().as_str(), self.purpose) {
            ("enter", Purpose::Filter) => return Outcome::Filtered,
            ("enter", purpose) => {
                let typed = self.input.value().trim().to_owned();
                return match purpose {
                    _ if typed.is_empty() => Outcome::Close,
                    Purpose::Save => Outcome::Save { file: typed },
                    _ => Outcome::Find(typed),
                };
            }
            ("esc" | "ctrl-c", Purpose::Filter) => return Outcome::Unfiltered(self.before.clone()),
            ("esc" | "ctrl-c", _) => return Outcome::Close,
            _ => {}
        }
        if line::typed(&mut self.input, chord) {
            self.typed()
        } else {
            Outcome::Stay
        }
    }

    fn paste(&mut self, pasted: &str, _scene: &Scene) -> Outcome {
        line::pasted(&mut self.input, pasted);
        self.typed()
    }

    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)> {
        let y = area.bottom().checked_sub(1)?;
        let row = Rect::new(area.x, y, area.width, 1);
        pen.clear(row);
        let label = match self.purpose {
            Purpose::Filter => " / ",
            Purpose::Where => " where is ",
            Purpose::Save => " write to ",
        };
        let start = pen.text(row.x, y, row.width, Role::Focus, label);
        let help = Line::of(Role::Dim, &self.help);
        let end = start + u16::try_from(self.input.visual_cursor()).unwrap_or(0);
        if usize::from(row.right().saturating_sub(end)) > help.width() + 6 {
            pen.right(Rect::new(row.x, y, row.width - 1, 1), &help);
        }
        let room = row.right().saturating_sub(start + 1);
        Some(line::draw(&self.input, start, y, room, pen))
    }
}
