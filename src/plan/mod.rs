//! What is meant into what exactly would be done. Pure: a [`Draft`] is made of what is asked ([`ask`]) and what is known; the connectors then say which
//! requests they would send for its orders ([`request`]), and that is the [`Plan`] that a person reads, word for word what will happen.
//!
//! - [`ask`]: what is wanted, by whom, with which rules set aside.
//! - [`bring`] (promote, roll back), [`decide`] (approve, reject), [`again`] (retry, cancel, resume), [`respond`] (acknowledge, resolve an incident),
//!   [`declare`] (hold, release, marks): a file each.
//! - [`policy`]: which rules object, and what would lift them.
//! - [`way`]: what a step's `promote` says, filled in.
//! - [`proof`]: which event shows that it was done.

pub mod again;
pub mod ask;
pub mod bring;
pub mod content;
pub mod decide;
pub mod declare;
pub mod find;
pub mod policy;
pub mod proof;
pub mod request;
pub mod respond;
#[cfg(test)]
mod tests;
pub mod way;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::event::time::{Span, Timestamp};
use crate::model::definition::Confirm;
use crate::model::gate;
use crate::model::state::Lives;

use ask::{Ask, Deed};
use proof::Proof;
use request::{Order, Prepared, Request, Verb};

/// Why something is not even planned: there is no such thing, or nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub rule: &'static str,
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    pub fn new(rule: &'static str, text: impl Into<String>) -> Self {
        Self {
            rule,
            text: text.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A rule that objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub rule: String,
    pub text: String,
    pub lifted_by: Option<String>,
    /// Whoever asked has set it aside, with a reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridden: bool,
}

/// What speaks for a version, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub what: String,
    /// `present`, `missing`, `stale` or `failed`.
    pub state: String,
    pub detail: String,
    pub url: Option<String>,
    /// The gate that it is about, by its id, where several are decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

impl From<&gate::Evidence> for Evidence {
    fn from(found: &gate::Evidence) -> Self {
        Self {
            what: found.what.clone(),
            state: found.state.to_owned(),
            detail: found.detail.clone(),
            url: found.url.clone(),
            gate: None,
        }
    }
}

/// A change that ships or leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub tickets: Vec<String>,
    /// It says that it migrates data: going back may not be possible.
    pub migration: bool,
}

/// What would be done, before any tool was asked.
#[derive(Clone, Debug)]
pub struct Draft {
    pub verb: Verb,
    /// One, unless gates of several are decided.
    pub workloads: Vec<String>,
    pub environment: Option<String>,
    pub from: Option<request::Version>,
    pub to: Option<request::Version>,
    /// What is asked of tools, and the source that a step's way names for it.
    pub orders: Vec<(Order, Option<String>)>,
    /// What leadtime itself puts on record, after the tools have done theirs.
    pub records: Vec<Event<String>>,
    pub ships: Vec<Moving>,
    pub leaves: Vec<Moving>,
    pub evidence: Vec<Evidence>,
    pub objections: Vec<Objection>,
    pub notes: Vec<String>,
    pub undone_by: Vec<String>,
    pub confirm: Confirm,
    pub usual: Option<Span>,
    pub proofs: Vec<Proof>,
    /// The gates that are decided, by their ids.
    pub gates: Vec<String>,
}

impl Draft {
    pub(crate) fn new(verb: Verb, workload: &str) -> Self {
        Self {
            verb,
            workloads: vec![workload.to_owned()],
            environment: None,
            from: None,
            to: None,
            orders: Vec::new(),
            records: Vec::new(),
            ships: Vec::new(),
            leaves: Vec::new(),
            evidence: Vec::new(),
            objections: Vec::new(),
            notes: Vec::new(),
            undone_by: Vec::new(),
            confirm: Confirm::Yes,
            usual: None,
            proofs: Vec::new(),
            gates: Vec::new(),
        }
    }

    /// Two drafts of one verb as one plan, of several workloads.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.workloads.extend(other.workloads);
        self.environment = self
            .environment
            .filter(|one| Some(one) == other.environment.as_ref());
        self.orders.extend(other.orders);
        self.records.extend(other.records);
        self.ships.extend(other.ships);
        self.leaves.extend(other.leaves);
        self.evidence.extend(other.evidence);
        for objection in other.objections {
            if !self.objections.contains(&objection) {
                self.objections.push(objection);
            }
        }
        self.notes.extend(other.notes);
        self.undone_by.extend(other.undone_by);
        self.confirm = self.confirm.max(other.confirm);
        self.proofs.extend(other.proofs);
        self.gates.extend(other.gates);
        self
    }
}

/// Works out what is asked of a workload.
pub fn draft(ask: &Ask, deed: &Deed, lives: &Lives<'_>) -> Result<Draft, Refusal> {
    let mut draft = match deed {
        Deed::Decide { gates, approve } => decide::draft(ask, lives, gates, *approve),
        Deed::Promote { to, version } => bring::promote(ask, lives, to, version.as_deref()),
        Deed::Rollback { environment, to } => {
            bring::rollback(ask, lives, environment, to.as_deref())
        }
        Deed::Again { run, verb } => again::draft(ask, lives, run, *verb),
        Deed::Respond { incident, verb } => respond::draft(ask, lives, incident, *verb),
        Deed::Hold { environment } => declare::hold(ask, lives, environment),
        Deed::Release { environment } => declare::release(ask, lives, environment),
        Deed::Mark {
            kind,
            target,
            deployment,
        } => declare::mark(ask, lives, *kind, target, deployment.as_deref()),
    }?;
    policy::set_aside(ask, &mut draft);
    let aside = declare::set_aside(ask, &draft);
    draft.records.extend(aside);
    Ok(draft)
}

/// What exactly would be done: what a person reads and agrees to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Of this action alone.
    pub action: String,
    pub at: Timestamp,
    pub intent: Verb,
    /// Its name; of several, their names with commas: what is shown, and typed.
    pub workload: String,
    pub workloads: Vec<String>,
    pub environment: Option<String>,
    /// Versions, as people call them.
    pub from: Option<String>,
    pub to: Option<String>,
    pub from_sha: Option<String>,
    pub to_sha: Option<String>,
    pub requests: Vec<Request>,
    pub ships: Vec<String>,
    pub leaves: Vec<String>,
    pub shipping: Vec<Moving>,
    pub leaving: Vec<Moving>,
    pub evidence: Vec<Evidence>,
    pub objections: Vec<Objection>,
    pub notes: Vec<String>,
    pub undone_by: Vec<String>,
    pub confirm: Confirm,
    pub usual_seconds: Option<Span>,
    pub comment: Option<String>,
    /// Who asks, as the tool knows them.
    pub user: Option<String>,
    pub proofs: Vec<Proof>,
    /// The gates that are decided, by their ids.
    pub gates: Vec<String>,
}

/// The method of what leadtime does in its own log.
pub const RECORD: &str = "RECORD";

impl Plan {
    /// A draft with what the connectors would send for its orders. `records` turns an event of our own into the line that is kept.
    #[must_use]
    pub fn new(
        ask: &Ask,
        draft: Draft,
        prepared: Vec<Prepared>,
        record: &dyn Fn(&Event<String>) -> String,
    ) -> Self {
        let name =
            |version: &Option<request::Version>| version.as_ref().map(request::Version::name);
        let sha = |version: &Option<request::Version>| version.as_ref()?.sha.clone();
        let ids = |moving: &[Moving]| moving.iter().map(|one| one.change.clone()).collect();
        let mut plan = Self {
            action: ask.key.clone(),
            at: ask.at,
            intent: draft.verb,
            from: name(&draft.from),
            to: name(&draft.to),
            from_sha: sha(&draft.from),
            to_sha: sha(&draft.to),
            requests: Vec::new(),
            ships: ids(&draft.ships),
            leaves: ids(&draft.leaves),
            shipping: draft.ships,
            leaving: draft.leaves,
            evidence: draft.evidence,
            objections: draft.objections,
            notes: draft.notes,
            undone_by: draft.undone_by,
            confirm: draft.confirm,
            usual_seconds: draft.usual,
            comment: ask.comment.clone(),
            user: None,
            proofs: draft.proofs,
            gates: draft.gates,
            workload: draft.workloads.join(", "),
            workloads: draft.workloads,
            environment: draft.environment,
        };
        if plan.gates.len() < 2 {
            // There is no other that it could be about.
            plan.evidence.iter_mut().for_each(|found| found.gate = None);
        }
        for told in prepared {
            plan.requests.extend(told.requests);
            plan.notes.extend(told.notes);
            plan.undone_by.extend(told.undone_by);
            plan.user = plan.user.or(told.user);
            for (text, lifted_by) in told.objections {
                plan.objections.push(Objection {
                    rule: policy::TOOL.to_owned(),
                    text,
                    lifted_by,
                    overridden: false,
                });
            }
        }
        for event in &draft.records {
            plan.requests.push(Request {
                connector: crate::model::OWN.to_owned(),
                what: declare::told(event),
                method: RECORD.to_owned(),
                url: "leadtime:log".to_owned(),
                headers: Vec::new(),
                body: Some(record(event)),
                probe: serde_json::Value::Null,
            });
        }
        plan
    }

    /// Whether no rule stands in the way any more.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.standing().next().is_none()
    }

    /// The rules that stand in the way.
    pub fn standing(&self) -> impl Iterator<Item = &Objection> {
        self.objections
            .iter()
            .filter(|objection| !objection.overridden)
    }

    /// Whether another plan, made later for the same ask, would do the same to the same things.
    #[must_use]
    pub fn agrees_with(&self, later: &Self) -> bool {
        self.moved(later).is_empty()
    }

    /// What is different in a later plan, in words; empty where they agree.
    #[must_use]
    pub fn moved(&self, later: &Self) -> Vec<&'static str> {
        [
            (self.requests != later.requests, "what would be sent"),
            (self.ships != later.ships, "what ships"),
            (self.leaves != later.leaves, "what leaves"),
            (self.from != later.from, "what is live"),
            (self.to != later.to, "the version"),
            (self.objections != later.objections, "which rules object"),
            (self.confirm != later.confirm, "how it is confirmed"),
        ]
        .into_iter()
        .filter_map(|(differs, what)| differs.then_some(what))
        .collect()
    }
}
