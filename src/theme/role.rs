//! What a text, or a part of the screen, can be.

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
    /// The screen that everything stands on; it shows wherever a look has the default colour.
    Ground,
    /// The row in front.
    Selected,
    Border,
    /// The border of the pane in front.
    Focus,
    /// The heads of columns, and the line on top.
    Header,
    /// A key in a hint.
    Key,
    /// What a filter matched.
    Match,
    /// A source that told lately.
    Fresh,
    /// A source that has not.
    Stale,
    /// leadtime may act.
    Armed,
}

impl Role {
    pub const ALL: [Self; 21] = [
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
        Self::Ground,
        Self::Selected,
        Self::Border,
        Self::Focus,
        Self::Header,
        Self::Key,
        Self::Match,
        Self::Fresh,
        Self::Stale,
        Self::Armed,
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
            Self::Ground => "ground",
            Self::Selected => "selected",
            Self::Border => "border",
            Self::Focus => "focus",
            Self::Header => "header",
            Self::Key => "key",
            Self::Match => "match",
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Armed => "armed",
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}
