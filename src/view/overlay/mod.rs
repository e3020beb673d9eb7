//! What lies over the page and takes the keys while it does: a line to type into, the palette, the help. An overlay knows nothing of what it is laid over
//! but what it was given; what came of it, it says ([`Outcome`]).

pub mod choice;
pub mod deed;
pub mod earlier;
pub mod help;
mod keys;
mod line;
pub mod palette;
pub mod prompt;

use ratatui::layout::Rect;

use super::answer::Question;
use super::hit::Target;
use super::pen::Pen;
use super::scene::Scene;
use super::scope::Scope;
use crate::intent::Intent;
use crate::key::Chord;
use crate::plan::ask::Wish;

/// What an overlay wants after a key.
pub enum Outcome {
    /// It stays.
    Stay,
    /// It goes, and nothing came of it.
    Close,
    /// The filter of the list in front, while it is typed.
    Filter(String),
    /// It goes; the filter stays as it was last told.
    Filtered,
    /// It goes; the filter is as it was before.
    Unfiltered(String),
    /// It goes, and this was chosen.
    Chosen(Intent),
    /// It goes; where is this?
    Find(String),
    /// It goes, and what is seen is written to this file.
    Save { file: String },
    /// What exactly would be done for this is worked out and shown.
    Plan(Wish),
    /// The plan of the wish of this number is agreed to; with its name, where that was typed.
    Agree {
        id: u64,
        wish: Wish,
        typed: Option<String>,
    },
    /// It goes; leadtime may act there for a while.
    Arm(Scope),
    /// leadtime may act for this wish, whose plan is then another.
    ArmFor(Wish),
    /// It stays, and this is copied.
    Copy(String),
}

/// Something over the page.
pub trait Overlay {
    fn key(&mut self, chord: Chord, scene: &Scene) -> Outcome;

    /// What must be worked out for it.
    fn questions(&self) -> Vec<Question> {
        Vec::new()
    }

    /// Text that was pasted.
    fn paste(&mut self, _text: &str, _scene: &Scene) -> Outcome {
        Outcome::Stay
    }

    fn click(&mut self, _target: Target, _scene: &Scene) -> Outcome {
        Outcome::Close
    }

    /// Draws itself over what lies in the area; tells where the terminal's cursor stands, if anywhere.
    fn draw(&self, area: Rect, pen: &mut Pen<'_>) -> Option<(u16, u16)>;
}

/// A place for an overlay of a size, in the middle of an area and never larger than it.
#[must_use]
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    )
}
