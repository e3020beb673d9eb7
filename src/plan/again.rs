//! Running something again, stopping it, letting it go on: a run, or a deployment.

use super::ask::Ask;
use super::proof::Proof;
use super::request::{Order, Target, Verb};
use super::{Draft, Refusal, policy};
use crate::event::kind::Outcome;
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::definition::StepKind;
use crate::model::entity::{CommitAt, Record, Run};
use crate::model::locate;
use crate::model::name::Name;
use crate::model::state::Lives;
use crate::model::step;

/// What went, or goes, in a tool.
#[derive(Clone, Copy)]
enum Going<'w> {
    Run(&'w Run),
    Deployment(&'w Record),
}

impl Going<'_> {
    fn id(&self) -> Name {
        match self {
            Self::Run(run) => run.id,
            Self::Deployment(record) => record.deployment,
        }
    }

    fn source(&self) -> Name {
        match self {
            Self::Run(run) => run.source,
            Self::Deployment(record) => record.source,
        }
    }

    fn commit(&self) -> Option<CommitAt> {
        match self {
            Self::Run(run) => run.commit,
            Self::Deployment(record) => record.commit,
        }
    }

    fn environment(&self) -> Option<Name> {
        match self {
            Self::Run(run) => run.environment,
            Self::Deployment(record) => record.environment,
        }
    }

    fn url(&self) -> Option<Name> {
        match self {
            Self::Run(run) => run.url,
            Self::Deployment(record) => record.url,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Run(run) => run.outcome,
            Self::Deployment(record) => record.outcome,
        }
    }

    /// When it was asked for, began and ended.
    fn times(&self) -> [Option<Timestamp>; 3] {
        match self {
            Self::Run(run) => [run.queued, run.started, run.finished],
            Self::Deployment(record) => [record.queued, record.started, record.finished],
        }
    }

    /// Whether it is a later deployment of the same tool to the same environment.
    fn follows(&self, other: &Self) -> bool {
        let (Self::Deployment(own), Self::Deployment(other)) = (self, other) else {
            return false;
        };
        let place = |one: &Record| (one.source, one.environment, one.service);
        let began = |one: &Record| one.queued.or(one.started).or(one.finished);
        place(own) == place(other) && began(own) > began(other)
    }

    fn has_ended(&self) -> bool {
        self.times()[2].is_some()
    }

    fn took(&self) -> Option<Span> {
        let [_, started, finished] = self.times();
        finished.zip(started).map(|(to, from)| to - from)
    }

    fn newest(&self) -> Option<Timestamp> {
        self.times().into_iter().rev().flatten().next()
    }

    /// As it is named in a sentence.
    fn words(&self, workload: &Workload) -> String {
        let kind = match self {
            Self::Run(_) => "run",
            Self::Deployment(_) => "deployment",
        };
        format!("{kind} {}", workload.text(self.id()))
    }

    fn proof(&self, workload: &Workload) -> Proof {
        let text = |name: Name| workload.text(name).to_owned();
        match self {
            Self::Run(run) => Proof::Ran {
                source: text(run.source),
                run: text(run.id),
            },
            Self::Deployment(record) => Proof::Went {
                source: text(record.source),
                deployment: text(record.deployment),
                environment: record.environment.map(text),
            },
        }
    }

    /// The step that it is of, where it deploys.
    fn deploys(&self, workload: &Workload) -> Option<usize> {
        let steps = &workload.path.steps;
        match self {
            Self::Run(run) => {
                step::of_run(workload, run).filter(|place| steps[*place].kind == StepKind::Deploy)
            }
            Self::Deployment(record) => {
                let environment = workload.text(record.environment?);
                steps
                    .iter()
                    .position(|step| step.environment.as_deref() == Some(environment))
            }
        }
    }
}

/// Something of a workload again, or its end.
pub fn draft(ask: &Ask, lives: &Lives<'_>, name: &str, verb: Verb) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let going = find(lives, name, verb)?;
    fits(&going, workload, verb)?;
    let mut draft = Draft::new(verb, workload.name());
    let place = going.deploys(workload).filter(|_| verb != Verb::Cancel);
    if let Some(place) = place {
        // What deploys does so again.
        policy::closed(lives, place, &mut draft);
        let step = &workload.path.steps[place];
        draft.confirm = step.confirmation(workload.production(lives.rules));
    }
    let text = |name: Name| workload.text(name).to_owned();
    draft.environment = going.environment().map(text);
    draft.proofs.push(going.proof(workload));
    draft.usual = going.took();
    let order = Order {
        environment: draft.environment.clone(),
        target: Some(Target {
            source: text(going.source()),
            id: text(going.id()),
            url: going.url().map(text),
        }),
        ..ask.order(verb, workload)
    };
    draft.orders.push((order, None));
    Ok(draft)
}

/// Whether what is wanted can be done with it at all.
fn fits(going: &Going<'_>, workload: &Workload, verb: Verb) -> Result<(), Refusal> {
    let words = going.words(workload);
    let refuse = |text: String| Err(Refusal::new("nothing", text));
    match (verb, going.has_ended()) {
        (Verb::Cancel, true) => refuse(format!("{words} has ended already")),
        (Verb::Retry | Verb::RetryFailed, false) => {
            let refusal = Refusal::new("nothing", format!("{words} has not ended yet"));
            Err(refusal.hinted("stop it first: leadtime retry --what cancel"))
        }
        (Verb::RetryFailed, true) if going.outcome() == Some(Outcome::Success) => {
            refuse(format!("nothing of {words} failed"))
        }
        _ => Ok(()),
    }
}

/// A run or a deployment by its id; or the last one of a change: of those that can be stopped or go on, where that is wanted, else of those that failed.
fn find<'w>(lives: &Lives<'w>, name: &str, verb: Verb) -> Result<Going<'w>, Refusal> {
    let workload: &'w Workload = lives.workload;
    let all = || {
        let runs = workload.runs.iter().map(Going::Run);
        runs.chain(workload.records.iter().map(Going::Deployment))
    };
    let wanted = |going: &Going<'_>| match verb {
        Verb::Cancel | Verb::Resume => !going.has_ended(),
        _ => going.outcome() == Some(Outcome::Failure),
    };
    let by_id = all().filter(|going| workload.text(going.id()) == name);
    if let Some(going) = by_id.max_by_key(Going::newest) {
        // Who stands before what is live means what has come after it: the attempt that failed, or that is under way.
        let after = all().filter(|one| one.follows(&going) && wanted(one));
        return Ok(after.max_by_key(Going::newest).unwrap_or(going));
    }
    let changes = locate::find(lives, name);
    let of_change = |going: &Going<'_>| {
        changes.iter().any(|place| {
            let change = &workload.changes[*place as usize];
            let own = change.commits.iter().copied();
            let mut own = own.chain(change.sha).chain(change.head);
            let commit = going.commit();
            commit.is_some_and(|commit| own.any(|one| one == commit))
        })
    };
    let is_run = |going: &Going<'_>| matches!(going, Going::Run(_));
    // What is wanted comes first; of that, a run before a deployment: it is what deploys.
    let found = all().filter(of_change);
    found
        .max_by_key(|going| (wanted(going), is_run(going), going.newest()))
        .ok_or_else(|| {
            Refusal::new(
                "unknown",
                format!(
                    "{} has no run and no deployment, and no change with one, called {name:?}",
                    workload.name()
                ),
            )
        })
}
