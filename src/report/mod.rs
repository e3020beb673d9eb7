//! Figures for people. Each report turns a figure of the model into text for a terminal: it computes nothing, says every value with its unit, its n and
//! `~` where it was inferred, and tells nothing by colour alone. [`json`] is the same for programs.

pub mod audit;
mod check;
pub mod curl;
pub mod doctor;
pub mod dora;
pub mod duration;
pub mod earlier;
mod environments;
pub mod figure;
pub mod gates;
pub mod glyph;
pub mod happening;
pub mod json;
pub mod map;
mod notes;
mod pasted;
pub mod plan;
pub mod proof;
pub mod sheet;
mod state;
mod style;
pub mod table;
pub mod text;
mod whereabouts;

pub use check::check;
pub use doctor::doctor;
pub use dora::dora;
pub use environments::environments;
pub use gates::gates;
pub use map::{Statistic, map, map_by};
pub use notes::markdown;
pub use state::{StateLook, state_look, state_sums};
pub use style::{ColourChoice, Style, Surroundings};
pub use whereabouts::{change, change_facts, sentence, whereabouts};
