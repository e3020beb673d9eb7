//! Colours by meaning. Whatever draws says what a text *is* ([`Role`]); a [`Theme`] says how that looks. Themes are small TOML files with a palette
//! and roles, may inherit from each other, and ship inside the program or lie in a folder of the user's. A wrong one still works: what cannot be read
//! is left as it was and told.

mod depth;
mod find;
mod look;
mod read;
mod role;

use std::path::Path;

pub use depth::{Depth, DepthSurroundings};
pub use look::{Colour, Look};
pub use read::NAMES;
pub use role::Role;

/// The look of every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    looks: [Look; Role::ALL.len()],
}

impl Default for Theme {
    /// `terminal`: the 16 colours that the reader chose for the terminal.
    fn default() -> Self {
        Self::named("terminal").0
    }
}

impl Theme {
    #[must_use]
    pub const fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    /// A theme that ships with the program, and what is wrong with it. An unknown name gives `terminal` and a warning.
    #[must_use]
    pub fn named(name: &str) -> (Self, Vec<String>) {
        find::find(name, None)
    }

    /// `<name>.toml` of a folder, else the theme of that name that ships. Each may inherit from the other kind; one that inherits from its own name means
    /// the one that ships.
    #[must_use]
    pub fn find(name: &str, folder: Option<&Path>) -> (Self, Vec<String>) {
        find::find(name, folder)
    }

    /// What is wrong with a theme, in a line: the first thing, and how many more there are.
    #[must_use]
    pub fn told(warnings: &[String]) -> Option<String> {
        let (first, more) = warnings.split_first()?;
        Some(match more.len() {
            0 => first.clone(),
            more => format!("{first} (and {more} more)"),
        })
    }

    /// The themes there are: those that ship, then those of a folder.
    #[must_use]
    pub fn names(folder: Option<&Path>) -> Vec<String> {
        find::names(folder)
    }

    /// A theme from TOML text that inherits from those that ship; `place` names the file in warnings.
    #[must_use]
    pub fn read(text: &str, place: &str) -> (Self, Vec<String>) {
        read::read(text, place, &|parent| Ok(read::shipped(parent)))
    }

    /// The same in the colours that a terminal has. What only a background set apart is reversed where that background is gone.
    #[must_use]
    pub fn at(mut self, depth: Depth) -> Self {
        let ground = self.look(Role::Ground).at(depth);
        for role in Role::ALL {
            let look = &mut self.looks[role as usize];
            *look = if role == Role::Ground {
                ground
            } else {
                look.on_ground(depth, ground)
            };
        }
        self
    }
}
