//! Keys into intents: a [`Chord`] is what was pressed, a [`Keymap`] says what it means in the view in front ([`Context`]). It needs no terminal: whoever
//! owns one hands over chords. The same keymap tells the help, the palette, the footer and the documentation ([`reference()`]) which keys there are.

mod chord;
mod context;
mod keymap;
mod problem;
mod read;
mod reference;

pub use chord::{Chord, ChordError};
pub use context::Context;
pub use keymap::{DEFAULT, Keymap, UNBOUND};
pub use problem::Problem;
pub use reference::reference;
