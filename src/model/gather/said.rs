//! What the messages of commits say: which tickets they name, and which commit they are a copy of. Most say neither, but all have to be read, and where there
//! are many that is done on a thread of its own.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

use super::{Facts, Gatherer};
use crate::beside::beside;
use crate::event::kind::{Kind, List};
use crate::event::ticket::{of_repository, tickets};
use crate::model::name::Name;

/// From so many facts on, another thread reads their messages.
const MANY: usize = 20_000;

/// So many facts each of the two takes at a time.
const AT_ONCE: usize = 1_000;

/// What one message says.
struct Said {
    /// As they are written.
    tickets: Vec<String>,
    copy_of: Option<String>,
}

/// What messages say, of those that say something.
#[derive(Default)]
pub(super) struct Messages(FxHashMap<Name, Said>);

impl Messages {
    /// The messages of the commits of a partition, but for those that somebody else took, who goes by the same count.
    fn of(facts: Facts<'_>, taken: &AtomicUsize) -> Self {
        let mut messages = Self::default();
        let next = || {
            let number = taken.fetch_add(1, Ordering::Relaxed);
            facts.facts.chunks(AT_ONCE).nth(number)
        };
        for fact in iter::from_fn(next).flatten() {
            if let Kind::Commit(commit) = &fact.kind
                && let Some(message) = commit.message
            {
                messages.read(message, facts.names.text(message));
            }
        }
        messages
    }

    fn read(&mut self, message: Name, text: &str) {
        let said = Said {
            tickets: tickets([text]),
            copy_of: copied(text).map(str::to_owned),
        };
        if !said.tickets.is_empty() || said.copy_of.is_some() {
            self.0.insert(message, said);
        }
    }
}

/// The commit that one with this message is a cherry-pick of.
pub(in crate::model) fn copied(message: &str) -> Option<&str> {
    const TRAILER: &str = "(cherry picked from commit ";
    let mut places = message.rmatch_indices('(').map(|(at, _)| &message[at..]);
    let rest = places.find_map(|from| from.strip_prefix(TRAILER))?;
    let (sha, _) = rest.split_once(')')?;
    Some(sha.trim())
}

impl Gatherer {
    /// Does what needs no message, while those of a partition, if there is one, are read.
    pub(super) fn while_reading(&mut self, own: Option<Facts<'_>>, work: impl FnOnce(&mut Self)) {
        let taken = &AtomicUsize::new(0);
        let is_much = own.is_some_and(|own| own.facts.len() > MANY);
        // What is left is read by both.
        let read = || own.map_or_else(Messages::default, |own| Messages::of(own, taken));
        let learn_and_read = || {
            // Somebody is getting the names ready; all of this at once would take the processor from who works.
            if let Some(own) = own.filter(|_| is_much) {
                own.names.learn();
            }
            read()
        };
        let work_and_read = || {
            work(self);
            read()
        };
        let (others, mut messages) = beside(is_much, learn_and_read, work_and_read);
        messages.0.extend(others.0);
        self.messages = messages;
        for message in std::mem::take(&mut self.unread) {
            let text = self.workload.names.text(message);
            self.messages.read(message, text);
        }
        self.note_copies();
    }

    fn note_copies(&mut self) {
        let workload = &mut self.workload;
        for commit in &mut workload.commits {
            let said = commit.message.and_then(|name| self.messages.0.get(&name));
            let sha = said.and_then(|said| said.copy_of.as_deref());
            let name = sha.and_then(|sha| workload.names.get(sha));
            commit.copy_of = name.and_then(|name| workload.commit_of.get(name));
        }
    }

    /// The tickets that the message of a commit names, as a request's title and text would.
    pub(super) fn tickets_of_commit(&mut self, place: usize) -> List<Name> {
        let workload = &mut self.workload;
        let commit = &workload.commits[place];
        let said = commit.message.and_then(|name| self.messages.0.get(&name));
        let Some(said) = said.filter(|said| !said.tickets.is_empty()) else {
            return List::new();
        };
        let repository = commit
            .repository
            .map_or("", |name| workload.names.text(name));
        let tickets = of_repository(repository, said.tickets.iter().cloned());
        let names = &mut workload.names;
        tickets.iter().map(|ticket| names.intern(ticket)).collect()
    }
}
