//! What came to a partition that is kept outside: it waits beside it, so that nothing has to be read in order to take it in.

use std::borrow::Cow;

use crate::event::Event;
use crate::event::kind::MapText;
use crate::model::name::{Name, Names};

/// Facts in the order of the log, each with its place there.
#[derive(Clone, Debug, Default)]
pub struct Addition {
    names: Names,
    facts: Vec<(u64, Event<Name>)>,
}

impl Addition {
    pub fn push(&mut self, event: &Event<Cow<'_, str>>, place: u64) {
        let fact = named(event, &mut self.names);
        self.facts.push((place, fact));
    }

    /// The facts, with the texts that they name.
    pub fn facts(&self) -> impl Iterator<Item = (u64, Event<Cow<'_, str>>)> {
        let facts = self.facts.iter();
        facts.map(|(place, fact)| (*place, told(&self.names, fact)))
    }
}

/// An event by the texts that its names stand for.
pub fn told<'n>(names: &'n Names, fact: &Event<Name>) -> Event<Cow<'n, str>> {
    let text = |name: &Name| Cow::Borrowed(names.text(*name));
    Event {
        source: text(&fact.source),
        id: text(&fact.id),
        at: fact.at,
        kind: fact.kind.map_text(&mut |name| text(name)),
    }
}

/// An event by the names of a table.
pub fn named(event: &Event<Cow<'_, str>>, names: &mut Names) -> Event<Name> {
    let source = names.intern(&event.source);
    named_by(event, source, names, Names::intern)
}

/// An event by the names of a table, its source by the one that is known; `name` finds those of all other texts.
pub fn named_by(
    event: &Event<Cow<'_, str>>,
    source: Name,
    names: &mut Names,
    mut name: impl FnMut(&mut Names, &str) -> Name,
) -> Event<Name> {
    Event {
        source,
        // Nothing else bears the id of an event, so it need not be looked up.
        id: names.append(&event.id),
        at: event.at,
        kind: event.kind.map_text(&mut |text| name(names, text)),
    }
}
