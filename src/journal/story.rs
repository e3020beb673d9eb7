//! An action, told from its lines: what was meant, how far it came, whether it was seen.

use serde::Serialize;

use super::{End, Entry, Outcome, Person, Step};
use crate::event::time::Timestamp;
use crate::plan::Plan;

/// How an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for a second person.
    AwaitsSecond,
    CalledOff,
    /// It is being sent now, or the process that sent it is gone.
    Sending,
    /// A request is in doubt.
    InDoubt,
    /// It stopped at a request that was not taken.
    Stopped,
    /// Sent, and not yet seen.
    Sent,
    Seen,
    /// Something else came about.
    SeenOtherwise,
    /// Not seen in time.
    Unseen,
}

impl State {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AwaitsSecond => "waits for a second person",
            Self::CalledOff => "called off",
            Self::Sending => "being sent",
            Self::InDoubt => "in doubt",
            Self::Stopped => "stopped",
            Self::Sent => "sent, not yet seen",
            Self::Seen => "done, and seen",
            Self::SeenOtherwise => "something else came about",
            Self::Unseen => "sent, not seen in time",
        }
    }

    /// Whether there is something left to find out.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Sending | Self::InDoubt | Self::Sent | Self::Unseen
        )
    }
}

/// How one request of an action stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// `None`: it was not sent.
    pub outcome: Option<Outcome>,
    pub text: String,
    pub url: Option<String>,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Story {
    pub action: String,
    pub at: Timestamp,
    pub by: Person,
    /// Who agreed as second.
    pub second: Option<Person>,
    pub state: State,
    /// The last word on it.
    pub text: String,
    /// When that was.
    pub last: Timestamp,
    pub plan: Plan,
    /// One for each request of the plan.
    pub fates: Vec<Fate>,
}

impl Story {
    fn new(entry: &Entry, plan: &Plan, state: State) -> Self {
        let blank = Fate {
            outcome: None,
            text: String::new(),
            url: None,
        };
        Self {
            action: entry.action.clone(),
            at: entry.at,
            by: entry.by.clone(),
            second: None,
            state,
            text: String::new(),
            last: entry.at,
            fates: vec![blank; plan.requests.len()],
            plan: plan.clone(),
        }
    }

    /// The requests whose fate nobody knows, from 0.
    pub fn doubtful(&self) -> impl Iterator<Item = usize> {
        let fates = self.fates.iter().enumerate();
        fates
            .filter(|(_, fate)| fate.outcome == Some(Outcome::InDoubt))
            .map(|(place, _)| place)
    }

    fn tell(&mut self, entry: &Entry) {
        self.last = entry.at;
        let mut settle = |request: usize, outcome: Outcome, text: &str, url: &Option<String>| {
            if let Some(fate) = request.checked_sub(1).and_then(|at| self.fates.get_mut(at)) {
                *fate = Fate {
                    outcome: Some(outcome),
                    text: text.to_owned(),
                    url: url.clone().or_else(|| fate.url.take()),
                };
            }
        };
        let (state, text) = match &entry.step {
            Step::Meant { plan } => {
                // Agreed to by a second person, who saw the plan as it was then.
                self.second = Some(entry.by.clone()).filter(|by| !by.is(&self.by));
                self.plan = (**plan).clone();
                (State::Sending, "")
            }
            Step::AwaitsSecond { .. } => (State::AwaitsSecond, ""),
            Step::CalledOff { text } => (State::CalledOff, text.as_str()),
            Step::Sending { request } => {
                // Until an answer is on the disk, it may have been sent.
                settle(*request, Outcome::InDoubt, "", &None);
                (State::Sending, "")
            }
            Step::Answered {
                request,
                outcome,
                text,
                url,
            }
            | Step::AskedAfter {
                request,
                outcome,
                text,
                url,
            } => {
                settle(*request, *outcome, text, url);
                (self.state, text.as_str())
            }
            Step::Ended { end, text } => {
                let state = match end {
                    End::Sent => State::Sent,
                    End::Stopped => State::Stopped,
                    End::InDoubt => State::InDoubt,
                };
                (state, text.as_str())
            }
            Step::Seen { text } => (State::Seen, text.as_str()),
            Step::SeenOtherwise { text } => (State::SeenOtherwise, text.as_str()),
            Step::Unseen { text } => (State::Unseen, text.as_str()),
        };
        self.state = state;
        text.clone_into(&mut self.text);
    }
}

/// Every action of a journal, in the order in which they were meant.
#[must_use]
pub fn stories(entries: impl IntoIterator<Item = Entry>) -> Vec<Story> {
    let mut found: Vec<Story> = Vec::new();
    for entry in entries {
        let known = found.iter_mut().find(|story| story.action == entry.action);
        match (known, &entry.step) {
            (Some(story), _) => story.tell(&entry),
            (None, Step::Meant { plan }) => found.push(Story::new(&entry, plan, State::Sending)),
            (None, Step::AwaitsSecond { plan }) => {
                found.push(Story::new(&entry, plan, State::AwaitsSecond));
            }
            // A line without its beginning: the chain tells of that.
            (None, _) => {}
        }
    }
    found
}
