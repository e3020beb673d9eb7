//! What is known of the thing in front: a word at the left, what is to be said of it at the right, wrapped.

use crate::report::sheet::{Line, Sheet};
use crate::theme::Role;

/// Facts in lines of a width.
pub struct Facts {
    sheet: Sheet,
    width: usize,
    label: usize,
}

impl Facts {
    /// `label` columns are kept for the words at the left.
    #[must_use]
    pub fn new(width: usize, label: usize) -> Self {
        Self {
            sheet: Sheet::new(),
            width,
            label,
        }
    }

    pub fn fact(&mut self, label: &str, role: Role, text: &str) -> &mut Self {
        let mut lead = Line::of(Role::Dim, label);
        lead.pad_to(self.label);
        self.sheet.paragraph(&lead, role, text, self.width);
        self
    }

    /// A fact where it is known.
    pub fn maybe(&mut self, label: &str, role: Role, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.fact(label, role, text);
        }
        self
    }

    pub fn line(&mut self, line: Line) -> &mut Self {
        self.sheet.line(line);
        self
    }

    /// Sentences over the whole width.
    pub fn words(&mut self, role: Role, text: &str) -> &mut Self {
        self.sheet.paragraph(&Line::new(), role, text, self.width);
        self
    }

    pub fn space(&mut self) -> &mut Self {
        self.sheet.space();
        self
    }

    #[must_use]
    pub fn lines(self) -> Vec<Line> {
        self.sheet.into_lines()
    }
}
