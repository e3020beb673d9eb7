//! Colours by meaning. Whatever draws says what a text *is* ([`Role`]); a [`Theme`] says how that looks. Themes are small TOML files with a palette
//! and roles, may inherit from each other, and ship inside the program. A wrong one still works: what cannot be read is left as it was and told.

mod read;

pub use read::NAMES;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Text,
    Dim,
    Title,
    Process,
    Wait,
    Constraint,
    Good,
    Warning,
    Bad,
    Gate,
    Link,
    Selected,
    Border,
    Header,
    Key,
    Match,
    Focus,
    Fresh,
    Stale,
}

impl Role {
    pub const ALL: [Self; 19] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Process,
        Self::Wait,
        Self::Constraint,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Gate,
        Self::Link,
        Self::Selected,
        Self::Border,
        Self::Header,
        Self::Key,
        Self::Match,
        Self::Focus,
        Self::Fresh,
        Self::Stale,
    ];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Title => "title",
            Self::Process => "process",
            Self::Wait => "wait",
            Self::Constraint => "constraint",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Gate => "gate",
            Self::Link => "link",
            Self::Selected => "selected",
            Self::Border => "border",
            Self::Header => "header",
            Self::Key => "key",
            Self::Match => "match",
            Self::Focus => "focus",
            Self::Fresh => "fresh",
            Self::Stale => "stale",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// A colour as a terminal takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the terminal's 16.
    Terminal(u8),
    Rgb(u8, u8, u8),
}

/// How a role looks.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a terminal switches each by itself"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub colour: Colour,
    pub bold: bool,
    pub dim: bool,
    pub underline: bool,
    pub reverse: bool,
}

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
    pub fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    /// A theme that ships with the program, and what is wrong with it. An unknown name gives `terminal` and a warning.
    #[must_use]
    pub fn named(name: &str) -> (Self, Vec<String>) {
        read::named(name)
    }

    /// A theme from TOML text; `place` names the file in warnings.
    #[must_use]
    pub fn read(text: &str, place: &str) -> (Self, Vec<String>) {
        read::read(text, place)
    }
}
