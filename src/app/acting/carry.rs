//! A plan that was agreed to, carried out: made anew at the last moment, held against what was shown, and only then sent.

use super::plan::waiting;
use super::{Acting, write};
use crate::action::execute::Ending;
use crate::action::{self, Hands, NotKept};
use crate::clock;
use crate::confirm::{Assent, Confirmed, NotYet, confirm};
use crate::connector::Actor;
use crate::error::Failure;
use crate::event::cdevents;
use crate::event::time::Timestamp;
use crate::journal::{Entry, Step};
use crate::plan::Plan;
use crate::store::{Batch, Entry as Kept};

/// Why nothing was done.
#[derive(Clone, Debug)]
pub enum NotDone {
    /// The world moved since the plan was shown: what is different, and the plan as it would be now.
    Moved {
        what: Vec<&'static str>,
        plan: Box<Plan>,
    },
    /// It was not agreed to as it has to be.
    NotConfirmed(NotYet),
    /// Another leadtime is acting on the same log.
    Busy,
    /// A line could not be kept.
    NotKept(String),
}

impl From<NotDone> for Failure {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Moved { what, .. } => Self::unable(format!(
                "nothing was done: since the plan was shown, {} changed",
                what.join(", ")
            )),
            NotDone::NotConfirmed(why) => {
                Self::unable(format!("nothing was done: {}", why.words()))
            }
            NotDone::Busy => {
                Self::unable("nothing was done: another leadtime is acting on this log")
                    .hinted("try again when it has ended")
            }
            NotDone::NotKept(text) => Self::unable(format!(
                "the journal cannot be written, so nothing more was sent: {text}"
            )),
        }
    }
}

/// How an agreement ended.
#[derive(Clone, Debug)]
pub enum Carried {
    Done(Ending),
    /// The first of two has agreed; the second is waited for.
    AwaitsSecond,
}

/// Carries out a plan that was shown. `now` is the same plan, made anew just before.
pub async fn carry(
    acting: &mut Acting,
    shown: &Plan,
    now: Plan,
    assent: &Assent,
) -> Result<Carried, NotDone> {
    if !shown.agrees_with(&now) {
        return Err(NotDone::Moved {
            what: shown.moved(&now),
            plan: Box::new(now),
        });
    }
    // Held until all is sent: of two processes one waits.
    let held = acting.lock.take();
    let held = held.map_err(|error| NotDone::NotKept(error.to_string()))?;
    let Some(_held) = held else {
        return Err(NotDone::Busy);
    };
    let at = clock::now();
    match confirm(now.clone(), assent, acting.person.clone(), at) {
        Ok(confirmed) => send(acting, &confirmed).await.map(Carried::Done),
        Err(NotYet::NeedsSecond) => {
            let entry = Entry {
                at,
                action: now.action.clone(),
                by: acting.person.clone(),
                step: Step::AwaitsSecond {
                    plan: Box::new(now),
                },
            };
            let written = write(&mut *acting.store, &entry);
            written.map_err(|error| NotDone::NotKept(error.to_string()))?;
            Ok(Carried::AwaitsSecond)
        }
        Err(not_yet) => Err(NotDone::NotConfirmed(not_yet)),
    }
}

async fn send(acting: &mut Acting, confirmed: &Confirmed) -> Result<Ending, NotDone> {
    action::run(confirmed, acting)
        .await
        .map_err(|NotKept(text)| NotDone::NotKept(text))
}

/// Writes that an action which waits for a second person will not be done.
pub fn call_off(acting: &mut Acting, action: &str, text: String) -> Result<(), Failure> {
    let story = waiting(acting, action)?;
    let entry = Entry {
        at: clock::now(),
        action: story.action,
        by: acting.person.clone(),
        step: Step::CalledOff { text },
    };
    Ok(write(&mut *acting.store, &entry)?)
}

impl Hands for Acting {
    fn write(&mut self, entry: Entry) -> Result<(), NotKept> {
        write(&mut *self.store, &entry).map_err(|error| NotKept(error.to_string()))
    }

    fn keep(&mut self, line: &str) -> Result<(), NotKept> {
        let event = cdevents::read(line).map_err(|error| NotKept(error.to_string()))?;
        let batch = Batch {
            entries: vec![Kept {
                source: event.source.to_string(),
                id: event.id.to_string(),
                at: event.at,
                body: line.to_owned(),
            }],
            cursors: Vec::new(),
        };
        let kept = self.store.append(&batch, clock::now());
        kept.map(drop).map_err(|error| NotKept(error.to_string()))
    }

    fn actor(&self, connector: &str) -> Option<&dyn Actor> {
        let feed = self.feeds.iter().find(|feed| feed.name == connector)?;
        feed.connector
            .actor()
            .filter(|_| !self.ability(connector).read_only)
    }

    fn now(&self) -> Timestamp {
        clock::now()
    }
}
