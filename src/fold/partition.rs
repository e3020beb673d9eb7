//! The facts about one thing, in one canonical order: by time, then source, then id.

use std::borrow::Cow;
use std::sync::Arc;

use crate::event::Event;
use crate::event::kind::MapText;
use crate::model::name::{Name, Names};

#[derive(Clone, Debug, Default)]
pub struct Partition {
    /// Shared with who works with them: they are copied where both would change them.
    pub names: Arc<Names>,
    pub(super) facts: Vec<Event<Name>>,
    /// The place in the log up to which it has every fact.
    pub(super) until: u64,
    /// Facts came since they were put in order.
    pub(super) is_unsettled: bool,
}

impl Partition {
    /// Adds the fact at a place of the log; `false` where it is there already.
    pub fn push<T: AsRef<str>>(&mut self, event: &Event<T>, place: u64) -> bool {
        if place <= self.until {
            return false;
        }
        self.until = place;
        self.is_unsettled = true;
        self.facts
            .push(named(event, Arc::make_mut(&mut self.names)));
        true
    }

    /// Adds what came to it. Where it was kept by somebody who had read further, it has some of it already.
    pub(super) fn add<T: AsRef<str>>(&mut self, facts: impl Iterator<Item = (u64, Event<T>)>) {
        for (place, fact) in facts {
            self.push(&fact, place);
        }
        self.settle();
    }

    /// The facts; in canonical order once settled.
    #[must_use]
    pub fn facts(&self) -> &[Event<Name>] {
        &self.facts
    }

    pub fn settle(&mut self) {
        if !std::mem::take(&mut self.is_unsettled) {
            return;
        }
        let names = &self.names;
        let order = |one: &Event<Name>, two: &Event<Name>| {
            one.at
                .cmp(&two.at)
                .then_with(|| names.text(one.source).cmp(names.text(two.source)))
                .then_with(|| names.text(one.id).cmp(names.text(two.id)))
        };
        if !self.facts.is_sorted_by(|one, two| order(one, two).is_le()) {
            self.facts.sort_by(order);
        }
    }
}

/// An event by the texts that its names stand for.
pub(super) fn told<'n>(names: &'n Names, fact: &Event<Name>) -> Event<Cow<'n, str>> {
    fact.map_text(&mut |name| Cow::Borrowed(names.text(*name)))
}

/// An event by the names of a table.
fn named<T: AsRef<str>>(event: &Event<T>, names: &mut Names) -> Event<Name> {
    Event {
        source: names.intern(event.source.as_ref()),
        // Nothing else bears the id of an event, so it need not be looked up.
        id: names.append(event.id.as_ref()),
        at: event.at,
        kind: event.kind.map_text(&mut |text| names.intern(text.as_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::{Commit, Kind};
    use crate::event::time::Timestamp;
    use crate::fold::catalogue::Catalogue;
    use crate::fold::pile::Pile;

    fn event(number: u64) -> Event<Cow<'static, str>> {
        Event {
            source: Cow::Owned(format!("/ci/{}", number % 3)),
            id: Cow::Owned(number.to_string()),
            at: Timestamp::from_seconds(900 - number.cast_signed()),
            kind: Kind::Commit(Commit {
                sha: Cow::Owned(format!("sha{number}")),
                repository: Some(Cow::Borrowed("acme/shop")),
                message: Some(Cow::Borrowed(if number.is_multiple_of(2) {
                    ""
                } else {
                    "é\n日本"
                })),
                parents: Some([Cow::Borrowed("sha1")].into_iter().collect()),
                ..Commit::default()
            }),
        }
    }

    #[test]
    fn what_lay_on_a_pile_is_there_as_it_was_told() {
        let (mut plain, mut piled) = (Partition::default(), Partition::default());
        let mut catalogue = Catalogue::default();
        let mut pile = Pile::default();
        for place in 1..200 {
            let event = event(place);
            assert!(plain.push(&event, place));
            let source = catalogue.count(&event, event.at);
            pile.push(7, &event, place, source);
            pile.push(3, &event, place, source);
        }
        // It was kept by somebody who had read further than who has the pile.
        for place in 1..40 {
            piled.push(&event(place), place);
        }
        for _ in 0..2 {
            piled.add(pile.facts(7, &catalogue.sources));
        }
        plain.settle();
        let texts = |one: &Partition| -> Vec<Event<String>> {
            let facts = one.facts().iter();
            facts
                .map(|fact| told(&one.names, fact).map_text(&mut |text| text.to_string()))
                .collect()
        };
        assert_eq!(texts(&piled), texts(&plain));
        let in_order: Vec<_> = (1..200)
            .rev()
            .map(|number| event(number).map_text(&mut |text| text.to_string()))
            .collect();
        assert_eq!(texts(&piled), in_order);
    }
}
