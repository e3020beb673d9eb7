//! From what Jira answers to events: pure, no network and no clock. The identity of an event is made of Jira's own keys and ids, so that the same fact, read
//! twice, is one event.

pub mod gate;
pub mod issue;

use super::client::Reach;
use super::wire::{History, Issue, Item};
use crate::connector::facts::Facts;
use crate::connector::template::named;
use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;

/// What every event of an issue is made with.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub reach: &'a Reach<'a>,
    pub issue: &'a Issue,
    /// What happened to it, the oldest first.
    pub histories: &'a [History],
}

impl Origin<'_> {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.reach.instance.source.clone(),
            id,
            at,
            kind,
        }
    }

    fn url(&self) -> String {
        self.reach.shown(&self.issue.key)
    }

    /// A field by the name that the configuration has for it.
    fn field(&self, name: &str) -> Option<String> {
        match name {
            "project" => Some(self.issue.project().to_owned()),
            "component" => self.issue.said("components"),
            other => self.issue.said(other),
        }
    }

    fn told(&self, told: Option<&String>, usual: &[&str]) -> Option<String> {
        named(told.map(String::as_str), usual, |name| self.field(name))
    }

    /// The changes of a field, the oldest first.
    fn changes(&self, field: &str) -> impl Iterator<Item = (&History, &Item, Timestamp)> {
        self.histories.iter().filter_map(move |history| {
            let item = history.items.iter().rfind(|item| item.field == field)?;
            Some((history, item, history.created?))
        })
    }
}

/// The histories of an issue in the order in which they happened.
pub fn in_order(histories: &mut [History]) {
    histories.sort_by(|one, two| {
        let number = |history: &History| history.id.parse::<u64>().unwrap_or_default();
        (one.created, number(one)).cmp(&(two.created, number(two)))
    });
}

/// All that an issue tells.
#[must_use]
pub fn all(origin: &Origin<'_>) -> Facts {
    let mut facts = issue::issue(origin);
    facts.add(gate::statuses(origin));
    facts
}
