//! Acting, as far as it is seen: for what leadtime is armed, what became of the wish in front, what was done. And what can be wanted of what is in front
//! ([`Subject`], [`offer()`]).

mod hints;
mod offer;
mod subject;

use std::sync::Arc;

use crate::event::time::{Span, Timestamp};
use crate::journal::story::Story;
use crate::plan::Plan;
use crate::plan::ask::Wish;

use super::scene::Scene;
use super::scope::Scope;
pub use hints::hints;
pub use offer::{Offer, offer};
pub use subject::Subject;

/// What is known of acting.
#[derive(Clone, Debug, Default)]
pub struct Acting {
    /// How long it stays armed without a key; none where there is nothing to act with.
    pub lasts: Option<Span>,
    /// Who has forbidden it.
    pub forbidden: Option<String>,
    pub armed: Option<Armed>,
    /// What became of a wish, by its number.
    pub reply: Option<(u64, Reply)>,
    /// What was done on this log, the newest first.
    pub stories: Vec<Arc<Story>>,
    /// When this dashboard was started.
    pub since: Timestamp,
}

/// Within what leadtime may act, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Armed {
    pub scope: Scope,
    pub until: Timestamp,
}

/// What became of a wish.
#[derive(Clone, Debug)]
pub enum Reply {
    /// What exactly would be done, and whether its name has to be typed.
    Planned { plan: Box<Plan>, typed: bool },
    /// As above; but what was shown before no longer holds.
    Moved {
        what: Vec<&'static str>,
        plan: Box<Plan>,
        typed: bool,
    },
    /// It is being done, or was: the action of this name tells.
    Carried(String),
    /// There is no plan, or nothing was done; why, and what to do about it.
    Nothing { text: String, hint: Option<String> },
}

impl Acting {
    /// What became of the wish of a number.
    #[must_use]
    pub fn reply(&self, id: u64) -> Option<&Reply> {
        let (of, reply) = self.reply.as_ref()?;
        (*of == id).then_some(reply)
    }

    #[must_use]
    pub fn story(&self, action: &str) -> Option<&Arc<Story>> {
        self.stories.iter().find(|story| story.action == action)
    }
}

impl Scene {
    /// Whether leadtime is armed for everything that a wish is about.
    #[must_use]
    pub fn is_armed_for(&self, wish: &Wish) -> bool {
        let Some(armed) = &self.acting.armed else {
            return false;
        };
        let names = self.workloads_of(wish);
        let takes = |name: &&str| {
            let known = self.workload(name);
            known.is_some_and(|one| armed.scope.takes(&one.summary))
        };
        !names.is_empty() && names.iter().all(takes)
    }

    /// The workload that a wish is about, alone; of several, whatever is looked at.
    #[must_use]
    pub fn scope_of(&self, wish: &Wish) -> Scope {
        match self.workloads_of(wish).as_slice() {
            [name] => Scope::Workload((*name).to_owned()),
            _ => self.scope.clone(),
        }
    }

    /// A second person's wish is about what the first one meant.
    fn workloads_of<'s>(&'s self, wish: &'s Wish) -> Vec<&'s str> {
        match &wish.second {
            Some(action) => {
                let story = self.acting.story(action);
                let names = story.into_iter().flat_map(|story| &story.plan.workloads);
                names.map(String::as_str).collect()
            }
            None => wish.parts.iter().map(|part| &*part.workload).collect(),
        }
    }
}
