//! The journal of actions: what was meant, what was sent, what came back, who did it. A line is on the disk before what it speaks of begins. Each line
//! carries the hash of the one before it ([`chain`]), so that an altered, removed or reordered line is found ([`chain::verify`]). [`story`] tells an
//! action from its lines.

pub mod chain;
pub mod story;

use serde::{Deserialize, Serialize};

use crate::event::time::Timestamp;
use crate::plan::Plan;

/// Who did something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As tools and teams know them.
    pub name: String,
    /// The host's own user.
    pub host_user: Option<String>,
    pub host: Option<String>,
}

/// What somebody is called whom nobody has named.
pub const UNNAMED: &str = "somebody";

impl Person {
    /// Whether anybody has said who it is.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.name != UNNAMED
    }

    /// Whether two are one: the same account on the host, or the same name.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.name == other.name
            || (self.host_user.is_some()
                && self.host_user == other.host_user
                && self.host == other.host)
    }
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    /// Of which action.
    pub action: String,
    pub by: Person,
    #[serde(flatten)]
    pub step: Step,
}

/// A step of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The plan that was agreed to, whole. Before any request.
    Meant { plan: Box<Plan> },
    /// It waits for a second person.
    AwaitsSecond { plan: Box<Plan> },
    /// Somebody called it off before anything was sent.
    CalledOff { text: String },
    /// The request with this number, from 1, is about to be sent.
    Sending { request: usize },
    /// What came back.
    Answered {
        request: usize,
        outcome: Outcome,
        text: String,
        url: Option<String>,
    },
    /// The tool was asked how a request of unknown fate stands.
    AskedAfter {
        request: usize,
        outcome: Outcome,
        text: String,
        url: Option<String>,
    },
    /// Nothing more will be sent.
    Ended { end: End, text: String },
    /// An event shows what it was to bring about.
    Seen { text: String },
    /// An event shows that something else came about.
    SeenOtherwise { text: String },
    /// Nothing was seen in time.
    Unseen { text: String },
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The tool took it.
    Done,
    /// Nothing was done.
    NotDone,
    /// Somebody else did something first; nothing was sent.
    Moved,
    /// Nobody knows yet.
    InDoubt,
}

/// How the sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// All of it.
    Sent,
    /// Some of it, or nothing: what was done stands in the answers.
    Stopped,
    /// A request is in doubt; the tool is asked again later.
    InDoubt,
}
