//! What somebody wants: which deed, and who asks for it, why, and which rules they set aside for it.

use crate::event::kind::MarkKind;
use crate::event::time::Timestamp;
use crate::model::Workload;

use super::request::{Order, Verb};

/// What is wanted, by key or by command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// All of one verb.
    pub parts: Vec<Part>,
    /// Why, in their words.
    pub comment: Option<String>,
    /// The rules that are set aside; each needs the comment.
    pub overrides: Vec<String>,
    /// An action that waits for a second person, who is asking now: it alone says what is wanted.
    pub second: Option<String>,
}

/// A deed, of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub workload: String,
    pub deed: Deed,
}

impl Wish {
    /// A deed of one workload.
    #[must_use]
    pub fn of(workload: impl Into<String>, deed: Deed) -> Self {
        let workload = workload.into();
        Self {
            parts: vec![Part { workload, deed }],
            ..Self::default()
        }
    }
}

/// Who asks, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Why, in their words.
    pub comment: Option<String>,
    /// The rules that are set aside; each needs the comment.
    pub overrides: Vec<String>,
    /// Who asks, as tools and teams know them.
    pub by: String,
    pub at: Timestamp,
    /// Of this action alone.
    pub key: String,
    /// Whether leadtime may act at all.
    pub permit: Permit,
}

impl Ask {
    /// What is asked of a workload's tool: of nothing in particular yet.
    #[must_use]
    pub fn order(&self, verb: Verb, workload: &Workload) -> Order {
        Order {
            verb,
            workload: workload.name().to_owned(),
            repositories: workload.definition.repositories.clone(),
            environment: None,
            target: None,
            to: None,
            from: None,
            way: None,
            comment: self.comment.clone(),
            key: self.key.clone(),
            at: self.at,
        }
    }
}

/// Whether leadtime may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    Given,
    /// It only reads until armed; with how to arm it.
    NotArmed(String),
    /// Somebody has forbidden it; with who, and what would lift it.
    Forbidden {
        text: String,
        lifted_by: String,
    },
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Decide gates, all the same way.
    Decide {
        gates: Vec<String>,
        approve: bool,
    },
    /// Bring a version to an environment: the one named, else the one that is ready for it.
    Promote {
        to: String,
        version: Option<String>,
    },
    /// Bring back an earlier version: the one named, else the one before.
    Rollback {
        environment: String,
        to: Option<String>,
    },
    /// Run again, run what failed again, stop, or let go on.
    Again {
        run: String,
        verb: Verb,
    },
    /// Take an incident on, or say that it is over.
    Respond {
        incident: String,
        verb: Verb,
    },
    Hold {
        environment: String,
    },
    Release {
        environment: String,
    },
    /// Declare something of an incident or a deployment.
    Mark {
        kind: MarkKind,
        target: String,
        deployment: Option<String>,
    },
}
