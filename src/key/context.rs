//! Where a key is pressed: in whatever view, or in one of them. A view's own keys come before those that work everywhere.

use crate::intent::View;

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    Global,
    In(View),
}

impl Context {
    pub const ALL: [Self; View::ALL.len() + 1] = {
        let mut all = [Self::Global; View::ALL.len() + 1];
        let mut at = 0;
        while at < View::ALL.len() {
            all[at + 1] = Self::In(View::ALL[at]);
            at += 1;
        }
        all
    };

    /// As it heads its part of a keymap.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::In(view) => view.name(),
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.word() == word)
    }

    /// Its place among all.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Global => 0,
            Self::In(view) => view as usize + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_context_has_its_own_place_and_word() {
        for (at, context) in Context::ALL.into_iter().enumerate() {
            assert_eq!(context.place(), at);
            assert_eq!(Context::named(context.word()), Some(context));
        }
        assert_eq!(Context::named("Global"), None);
    }
}
