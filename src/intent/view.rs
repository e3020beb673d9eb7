//! The views, in the order of their keys: what can be shown. A page answers for each, and each has its part of a keymap.

use super::Intent;
use super::table::TABLE;

/// A view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
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

impl View {
    pub const ALL: [Self; 11] = [
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

    /// As it is written in its tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Fleet => "Fleet",
            Self::Map => "Map",
            Self::Changes => "Changes",
            Self::Gates => "Gates",
            Self::Environments => "Environments",
            Self::Metrics => "Metrics",
            Self::Repair => "Repair",
            Self::Compliance => "Compliance",
            Self::Releases => "Releases",
            Self::Activity => "Activity",
            Self::Sources => "Sources",
        }
    }

    /// The intent that goes there: the first of the table, in this order.
    #[must_use]
    pub const fn intent(self) -> Intent {
        TABLE[self as usize].intent
    }

    /// As it is called by its intent, in a keymap and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.intent().name()
    }

    /// The view that an intent goes to.
    #[must_use]
    pub fn of(intent: Intent) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.intent() == intent)
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::table::Group;

    #[test]
    fn every_intent_that_shows_a_view_has_its_view_under_its_own_name() {
        let all = Intent::ALL.into_iter();
        let shows: Vec<Intent> = all.filter(|one| one.group() == Group::Views).collect();
        assert_eq!(View::ALL.map(View::intent).as_slice(), shows);
        for (at, view) in View::ALL.into_iter().enumerate() {
            assert_eq!(view as usize, at);
            assert_eq!(view.title().to_lowercase(), view.name());
            assert_eq!(View::of(view.intent()), Some(view));
            assert_eq!(View::named(view.name()), Some(view));
        }
        assert_eq!(View::of(Intent::Quit), None);
    }
}
