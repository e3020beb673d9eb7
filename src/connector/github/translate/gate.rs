//! Gates: the environments of a run that wait for a decision, and the decisions. GitHub tells who may decide and who did, but neither when nor in which attempt:
//! both are judged by the jobs that were held ([`wave`]).

use std::collections::BTreeSet;
use std::fmt;

use super::{login, wave};
use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{
    Approval, Environment, Job, PendingDeployment, Reviewer, Run,
};
use crate::connector::origin::Origin;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// Who may decide: people by login, teams with an `@`.
#[must_use]
pub fn approvers(reviewers: &[Reviewer]) -> Vec<String> {
    reviewers
        .iter()
        .filter_map(|reviewer| {
            let who = reviewer.reviewer.as_ref()?;
            let team = who.slug.as_ref().or(who.name.as_ref());
            match (&who.login, team) {
                (Some(login), _) => Some(login.clone()),
                (None, Some(team)) => Some(format!("@{team}")),
                (None, None) => None,
            }
        })
        .collect()
}

/// Who may decide on an environment, by its rules; `None` where it asks nobody.
#[must_use]
pub fn required(environment: &Environment) -> Option<Vec<String>> {
    environment
        .protection_rules
        .iter()
        .find(|rule| rule.kind == "required_reviewers")
        .map(|rule| approvers(&rule.reviewers))
}

/// Which gate it is: `<run>/<environment>`, with the attempt where it is not the first (`<run>.<attempt>/…`), and with its number where the environment held
/// that attempt before (`<run>.<attempt>.<number>/…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    pub run: i64,
    pub attempt: u32,
    pub number: usize,
    pub environment: String,
}

impl Which {
    /// The first one of the newest attempt.
    #[must_use]
    pub fn first(run: &Run, environment: &str) -> Self {
        Self {
            run: run.id,
            attempt: wave::newest(run),
            number: 1,
            environment: environment.to_owned(),
        }
    }

    /// Reads the id of a gate.
    #[must_use]
    pub fn read(id: &str) -> Option<Self> {
        let (places, environment) = id.split_once('/')?;
        let mut places = places.split('.');
        let which = Self {
            run: places.next()?.parse().ok()?,
            attempt: places.next().map_or(Some(1), |place| place.parse().ok())?,
            number: places.next().map_or(Some(1), |place| place.parse().ok())?,
            environment: environment.to_owned(),
        };
        (places.next().is_none() && !environment.is_empty()).then_some(which)
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run,
            attempt,
            number,
            environment,
        } = self;
        match (attempt, number) {
            (1, 1) => write!(f, "{run}/{environment}"),
            (_, 1) => write!(f, "{run}.{attempt}/{environment}"),
            _ => write!(f, "{run}.{attempt}.{number}/{environment}"),
        }
    }
}

fn gate(origin: &Origin, run: &Run, which: &Which) -> Gate<String> {
    Gate {
        gate: which.to_string(),
        name: Some(which.environment.clone()),
        requestor: login(run.actor.as_ref()),
        url: given(run.html_url.as_ref()),
        repository: Some(origin.repository.clone()),
        sha: Some(run.head_sha.clone()),
        environment: Some(which.environment.clone()),
        ..Gate::default()
    }
}

/// The gate that is open where an environment is pending: the first of its attempt, or one after those that were decided and went on.
#[must_use]
pub fn pending(
    run: &Run,
    jobs: &[Job],
    approvals: &[Approval],
    pending: &PendingDeployment,
) -> Option<Which> {
    let first = Which::first(run, &given(pending.environment.name.as_ref())?);
    let decisions = approvals
        .iter()
        .filter(|one| one.decides(&first.environment));
    let before = wave::before(run, jobs, &first.environment);
    let decided = decisions.count().saturating_sub(before);
    let closed = match wave::went_on(jobs, first.attempt, &first.environment) {
        (true, went_on) => decided.min(went_on),
        // What was decided already, and waits for its timer, has not gone on.
        (false, _) if pending.wait_timer.is_some_and(|minutes| minutes > 0) => 0,
        (false, _) => decided,
    };
    Some(Which {
        number: closed + 1,
        ..first
    })
}

/// How many gates like this one, of its attempt, were decided.
#[must_use]
pub fn decided_of(run: &Run, jobs: &[Job], approvals: &[Approval], which: &Which) -> usize {
    let decisions = approvals
        .iter()
        .filter(|one| one.decides(&which.environment));
    let allotted = wave::allotted(run, jobs, &which.environment, decisions.count());
    allotted.get(&which.attempt).copied().unwrap_or_default()
}

/// A gate that is open.
#[must_use]
pub fn opened(
    origin: &Origin,
    run: &Run,
    jobs: &[Job],
    (which, pending): (&Which, &PendingDeployment),
) -> Facts {
    let at = pending
        .wait_timer_started_at
        .filter(|_| which.number == 1)
        .or_else(|| wave::held_since(jobs, which.attempt, &which.environment))
        .unwrap_or(run.updated_at);
    let timer = pending
        .wait_timer
        .filter(|minutes| *minutes > 0)
        .map(|minutes| format!("waits at least {minutes} min by the environment's timer"));
    let fact = Gate {
        approvers: approvers(&pending.reviewers).into(),
        may_decide: pending.current_user_can_approve,
        comment: timer,
        ..gate(origin, run, which)
    };
    one(origin, "created", at, fact)
}

/// The decisions on a run, the oldest first: GitHub does not say how it lists them. What was listed before tells; and a rejection, after which nothing more of its
/// environment is asked for.
#[must_use]
pub fn in_order(mut approvals: Vec<Approval>, before: &[Approval]) -> Vec<Approval> {
    let is_no =
        |one: Option<&Approval>| one.is_some_and(|one| one.state.eq_ignore_ascii_case("rejected"));
    let grew_at_the_front =
        !before.is_empty() && approvals.ends_with(before) && !approvals.starts_with(before);
    let ends_at_the_front = is_no(approvals.first()) && !is_no(approvals.last());
    if grew_at_the_front || ends_at_the_front {
        approvals.reverse();
    }
    approvals
}

/// Gates on which somebody has decided, the oldest decision first. `required` knows who could have.
#[must_use]
pub fn decided(
    origin: &Origin,
    run: &Run,
    jobs: &[Job],
    approvals: &[Approval],
    required: &dyn Fn(&str) -> Vec<String>,
) -> Facts {
    let mut facts = Facts::default();
    let names = approvals.iter().flat_map(|one| &one.environments);
    let names: BTreeSet<String> = names.filter_map(|one| given(one.name.as_ref())).collect();
    for environment in names {
        let mut of_it = approvals.iter().filter(|one| one.decides(&environment));
        let count = of_it.clone().count();
        for (attempt, given) in wave::allotted(run, jobs, &environment, count) {
            let waves = wave::decided(jobs, attempt, &environment, given);
            for (number, approval) in (1..=given).zip(&mut of_it) {
                let which = Which {
                    attempt,
                    number,
                    ..Which::first(run, &environment)
                };
                let known = Gate {
                    approvers: required(&environment).into(),
                    ..gate(origin, run, &which)
                };
                let held = waves.get(number - 1).copied();
                facts.add(answered(origin, run, approval, (held, known)));
            }
        }
    }
    facts
}

/// A gate and the decision on it. Where no job tells of it, it was asked for and decided while the run was there.
fn answered(
    origin: &Origin,
    run: &Run,
    approval: &Approval,
    (held, known): (Option<wave::Wave>, Gate<String>),
) -> Facts {
    let mut facts = Facts::default();
    let decision = match approval.state.to_ascii_lowercase().as_str() {
        "approved" => Decision::Approved,
        "rejected" => Decision::Rejected,
        other => {
            facts.unknown("approval.state", other);
            Decision::Other
        }
    };
    let asked = held.map_or(run.created_at, |held| held.asked);
    facts.add(one(origin, "created", asked, known.clone()));
    let ended = held.and_then(|held| held.ended).unwrap_or(run.updated_at);
    let closed = Gate {
        phase: GatePhase::Closed,
        decision: Some(decision),
        responder: login(approval.user.as_ref()),
        comment: given(approval.comment.as_ref()),
        ..known
    };
    facts.add(one(origin, "closed", ended.max(asked), closed));
    facts
}

/// A gate that was open and is gone without a decision: the run was stopped, the timer ran out, or the rules were passed over.
#[must_use]
pub fn vanished(origin: &Origin, run: &Run, which: &Which) -> Facts {
    let stopped = run.conclusion.as_deref() == Some("cancelled");
    let fact = Gate {
        phase: GatePhase::Closed,
        decision: Some(if stopped {
            Decision::Cancelled
        } else {
            Decision::Other
        }),
        ..gate(origin, run, which)
    };
    one(origin, "closed", run.updated_at, fact)
}

fn one(origin: &Origin, word: &str, at: Timestamp, fact: Gate<String>) -> Facts {
    let id = format!("gate/{}/{word}", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}

impl Approval {
    /// Whether this is a decision on it. GitHub lists who was asked, too.
    #[must_use]
    pub fn decides(&self, environment: &str) -> bool {
        let mut names = self
            .environments
            .iter()
            .filter_map(|one| one.name.as_deref());
        !self.state.eq_ignore_ascii_case("pending")
            && names.any(|name| name.eq_ignore_ascii_case(environment))
    }
}

#[cfg(test)]
mod tests {
    use super::Which;

    #[test]
    fn the_id_of_a_gate_is_taken_apart() {
        for (id, parts) in [
            ("42/production", (1, 1, "production")),
            ("42.3/eu/west", (3, 1, "eu/west")),
            ("42.1.2/production", (1, 2, "production")),
        ] {
            let which = Which::read(id).unwrap();
            let Which {
                attempt,
                number,
                environment,
                ..
            } = &which;
            assert_eq!((*attempt, *number, environment.as_str()), parts);
            assert_eq!((which.run, which.to_string().as_str()), (42, id));
        }
        for wrong in [
            "42",
            "x/production",
            "42.x/production",
            "42.1.2.3/production",
            "42/",
            "/production",
        ] {
            assert_eq!(Which::read(wrong), None, "{wrong}");
        }
    }
}
