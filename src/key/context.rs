//! Where a key is pressed: in whatever view, or in one of them. A view's own keys come before those that work everywhere.

use crate::intent::Intent;

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    Global,
    Fleet,
    Map,
    Changes,
    Gates,
    Environments,
    Metrics,
    Repair,
    Compliance,
    Releases,
    Activity,
    Sources,
}

impl Context {
    pub const ALL: [Self; 12] = [
        Self::Global,
        Self::Fleet,
        Self::Map,
        Self::Changes,
        Self::Gates,
        Self::Environments,
        Self::Metrics,
        Self::Repair,
        Self::Compliance,
        Self::Releases,
        Self::Activity,
        Self::Sources,
    ];

    /// As it heads its part of a keymap.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self.view() {
            Some(view) => view.name(),
            None => "global",
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.word() == word)
    }

    /// The intent that shows the view.
    #[must_use]
    pub const fn view(self) -> Option<Intent> {
        Some(match self {
            Self::Global => return None,
            Self::Fleet => Intent::Fleet,
            Self::Map => Intent::Map,
            Self::Changes => Intent::Changes,
            Self::Gates => Intent::Gates,
            Self::Environments => Intent::Environments,
            Self::Metrics => Intent::Metrics,
            Self::Repair => Intent::Repair,
            Self::Compliance => Intent::Compliance,
            Self::Releases => Intent::Releases,
            Self::Activity => Intent::Activity,
            Self::Sources => Intent::Sources,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::table::Group;

    #[test]
    fn every_view_has_its_context_under_its_own_name() {
        let views = Intent::ALL
            .into_iter()
            .filter(|intent| intent.group() == Group::Views);
        let known: Vec<Intent> = Context::ALL.into_iter().filter_map(Context::view).collect();
        assert_eq!(known, views.collect::<Vec<_>>());
        for (at, context) in Context::ALL.into_iter().enumerate() {
            assert_eq!(context as usize, at);
            assert_eq!(Context::named(context.word()), Some(context));
        }
        assert_eq!(Context::named("Global"), None);
    }
}
