//! What is known of acting: for what leadtime is armed, what became of the wish in front, what was done. Plain data of the scene; what can be wanted stands
//! in [`acting`](super::acting).

use std::sync::Arc;

use crate::event::time::{Span, Timestamp};
use crate::journal::story::Story;
use crate::plan::Plan;

use super::scope::Scope;

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
