//! What lies under the pointer: noted while a frame is drawn, looked up when it is clicked.

use ratatui::layout::{Position, Rect};

use crate::intent::Intent;

/// Something that can be clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub area: Rect,
    pub target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A key hint, a tab.
    Intent(Intent),
    /// A row of the list in front, counted among those that pass the filter.
    Row(usize),
    /// The head of a column: sort by it.
    Column(usize),
    /// A thing of the page's own, by number.
    Part(usize),
}

/// What was drawn last at a place.
#[must_use]
pub fn under(hits: &[Hit], column: u16, row: u16) -> Option<Target> {
    hits.iter()
        .rev()
        .find(|hit| hit.area.contains(Position::new(column, row)))
        .map(|hit| hit.target)
}
