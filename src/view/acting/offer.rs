//! What an intent means of what is in front: a wish whose plan is made at once, or something to choose from first; else why it means nothing here.

use std::sync::Arc;

use crate::event::kind::MarkKind;
use crate::intent::Intent;
use crate::model::environment::Running;
use crate::model::gate::OpenGate;
use crate::model::overview::{Overview, Summary};
use crate::plan::ask::{Deed, Part, Wish};
use crate::plan::request::Verb;
use crate::report::sheet::Line;
use crate::report::{figure, text};
use crate::theme::Role;
use crate::view::overlay::Overlay;
use crate::view::overlay::choice::{Choice, Possible};
use crate::view::overlay::earlier::Earlier;
use crate::view::scene::Scene;
use crate::view::subject::Subject;

/// What comes of an intent.
pub enum Offer {
    /// What exactly would be done is worked out and shown.
    Plan(Wish),
    /// Something is chosen first.
    Lay(Box<dyn Overlay>),
}

/// What an intent means of what is in front.
///
/// # Errors
///
/// Why it means nothing here, for people.
pub fn offer(intent: Intent, subject: &Subject, scene: &Scene) -> Result<Offer, String> {
    let front = front(subject, scene);
    match intent {
        // From anywhere: the workload that was looked at last. The dialog names it.
        Intent::Rollback => meant(intent, subject, front.or_else(|| scene.focused())),
        _ => meant(intent, subject, front),
    }
}

/// The workload in front.
pub(super) fn front<'s>(subject: &Subject, scene: &'s Scene) -> Option<&'s Arc<Overview>> {
    scene.workload(subject.workload.as_deref()?)
}

/// What an intent means of what is in front, which is of this workload.
pub(super) fn meant(
    intent: Intent,
    subject: &Subject,
    front: Option<&Arc<Overview>>,
) -> Result<Offer, String> {
    if let (Intent::Approve, Some(action)) = (intent, &subject.action) {
        return Ok(Offer::Plan(Wish {
            second: Some(action.clone()),
            ..Wish::default()
        }));
    }
    let decides = matches!(intent, Intent::Approve | Intent::Reject);
    if decides && !subject.gates.is_empty() {
        let approve = intent == Intent::Approve;
        return Ok(Offer::Plan(decided(&subject.gates, approve)));
    }
    let front = front.ok_or("no workload is in front")?;
    match intent {
        Intent::Approve => decide(subject, front, true),
        Intent::Reject => decide(subject, front, false),
        Intent::Promote => promote(subject, front),
        Intent::Rollback => roll_back(subject, front),
        Intent::Retry => retry(subject, front),
        Intent::Hold => hold(subject, front),
        Intent::Acknowledge => respond(subject, front, Verb::Acknowledge),
        Intent::Resolve => respond(subject, front, Verb::Resolve),
        _ => declare(subject, front),
    }
}

fn running(overview: &Overview) -> &[Running] {
    let detail = overview.detail.as_ref();
    detail.map_or(&[], |detail| detail.environments.as_slice())
}

/// The gate that holds the change or environment in front, else those of its workload, to choose from.
fn decide(subject: &Subject, overview: &Overview, approve: bool) -> Result<Offer, String> {
    let gates = overview.detail.as_ref().map_or(&[][..], |one| &one.gates);
    let concerns = |gate: &&OpenGate| {
        let change = subject.change.as_ref();
        let environment = subject.environment.as_ref();
        change.is_none_or(|id| gate.changes.iter().any(|one| one == id))
            && environment.is_none_or(|name| gate.environment.as_ref() == Some(name))
    };
    let open: Vec<&OpenGate> = gates.iter().filter(concerns).collect();
    let of = |gate: &OpenGate| (gate.workload.clone(), gate.gate.clone());
    match open.as_slice() {
        [] => Err("no open gate holds it".to_owned()),
        [gate] => Ok(Offer::Plan(decided(&[of(gate)], approve))),
        several => {
            let word = if approve { "approve" } else { "reject" };
            let title = format!("{word} which gate of {}?", overview.summary.workload);
            let each = several.iter().map(|gate| {
                let name = gate.step.as_deref().unwrap_or(&gate.gate);
                let line = Line::of(Role::Gate, name).with(Role::Dim, format!("  {}", gate.gate));
                Possible::plan(line, decided(&[of(gate)], approve))
            });
            Ok(Offer::Lay(Box::new(Choice::new(title, each.collect()))))
        }
    }
}

/// One wish for gates of any workloads.
fn decided(gates: &[(String, String)], approve: bool) -> Wish {
    let mut parts: Vec<Part> = Vec::new();
    for (workload, gate) in gates {
        let known = parts.iter_mut().find(|part| part.workload == *workload);
        match known.map(|part| &mut part.deed) {
            Some(Deed::Decide { gates, .. }) => gates.push(gate.clone()),
            _ => parts.push(Part {
                workload: workload.clone(),
                deed: Deed::Decide {
                    gates: vec![gate.clone()],
                    approve,
                },
            }),
        }
    }
    Wish {
        parts,
        ..Wish::default()
    }
}

/// To the environment after the one in front, what runs there; to the last, what is ready for it; without one in front, wherever something newer could go.
fn promote(subject: &Subject, overview: &Overview) -> Result<Offer, String> {
    let all = running(overview);
    let workload = &overview.summary.workload;
    let wish = |to: &str, version: Option<String>| {
        Wish::of(
            workload,
            Deed::Promote {
                to: to.to_owned(),
                version,
            },
        )
    };
    let from = subject
        .environment
        .clone()
        .or_else(|| arrived(subject, overview));
    if let Some(from) = from {
        let next = all
            .iter()
            .find(|one| one.before.as_deref() == Some(from.as_str()));
        return Ok(Offer::Plan(match next {
            Some(next) => wish(&next.environment, subject.version.clone()),
            // Nothing comes after it: what is ready for it is meant.
            None => wish(&from, None),
        }));
    }
    if all.is_empty() {
        return Err(format!("no environment of {workload} is known"));
    }
    let each = all.iter().map(|one| {
        let from = one.before.as_deref().unwrap_or("the newest that is built");
        let line = Line::of(Role::Text, text::left(&one.environment, 18))
            .with(Role::Dim, format!("  from {from}, {}", behind(one)));
        Possible::plan(line, wish(&one.environment, None))
    });
    let title = format!("promote {workload}: to which environment?");
    let mut choice = Choice::new(title, each.collect());
    let lags = |one: &Running| one.behind.changes.is_some_and(|changes| changes > 0);
    choice.begin_at(all.iter().rposition(lags).unwrap_or(0));
    Ok(Offer::Lay(Box::new(choice)))
}

fn behind(running: &Running) -> String {
    match running.behind.changes {
        Some(0) => "which it has already".to_owned(),
        Some(changes) => format!("{} ahead", figure::count(changes, "change")),
        None => "how far ahead is not known".to_owned(),
    }
}

/// How far on the path the change in front came.
fn arrived(subject: &Subject, overview: &Overview) -> Option<String> {
    let id = subject.change.as_ref()?;
    let changes = &overview.detail.as_ref()?.changes;
    let change = changes.iter().find(|one| one.change == *id)?;
    let all = running(overview).iter().rev();
    let mut reached = all.filter(|one| change.environments.contains_key(&one.environment));
    reached.next().map(|one| one.environment.clone())
}

/// To the version in front where that was live before, else to one of those that were.
fn roll_back(subject: &Subject, overview: &Overview) -> Result<Offer, String> {
    let summary: &Summary = &overview.summary;
    let all = running(overview);
    let named = subject.environment.clone();
    let environment = named.unwrap_or_else(|| summary.production.clone());
    let here = all.iter().find(|one| one.environment == environment);
    let here =
        here.ok_or_else(|| format!("nothing of {} runs in {environment}", summary.workload))?;
    let live = [&here.version, &here.sha, &here.artifact];
    let other = subject.version.as_ref();
    let other = other.filter(|version| !live.into_iter().flatten().any(|one| one == *version));
    if let (Some(version), true) = (other, subject.deployment.is_some()) {
        let deed = Deed::Rollback {
            environment,
            to: Some(version.clone()),
        };
        return Ok(Offer::Plan(Wish::of(&summary.workload, deed)));
    }
    let every = all.iter().map(|one| one.environment.clone()).collect();
    Ok(Offer::Lay(Box::new(Earlier::new(
        &summary.workload,
        every,
        &environment,
    ))))
}

fn retry(subject: &Subject, overview: &Overview) -> Result<Offer, String> {
    let workload = &overview.summary.workload;
    let Some(run) = subject.change.as_ref().or(subject.deployment.as_ref()) else {
        return Err(
            "a change or a deployment has to be in front: what ran last for it goes again"
                .to_owned(),
        );
    };
    let each = [
        (Verb::RetryFailed, "run again what failed"),
        (Verb::Retry, "run all of it again"),
        (Verb::Cancel, "stop it"),
        (Verb::Resume, "let it go on where it is paused"),
    ];
    let each = each.map(|(verb, words)| {
        let run = run.clone();
        let deed = Deed::Again { run, verb };
        Possible::plan(Line::of(Role::Text, words), Wish::of(workload, deed))
    });
    let title = match &subject.change {
        Some(change) => format!("the last run of {}, failed ones first", text::short(change)),
        None => format!("deployment {}", text::short(run)),
    };
    Ok(Offer::Lay(Box::new(Choice::new(title, each.into()))))
}

fn hold(subject: &Subject, overview: &Overview) -> Result<Offer, String> {
    let summary = &overview.summary;
    let named = subject.environment.clone();
    let environment = named.unwrap_or_else(|| summary.production.clone());
    let mut all = running(overview).iter();
    let known = all.find(|one| one.environment == environment);
    let deed = match known {
        Some(running) if running.held.is_some() => Deed::Release { environment },
        Some(_) => Deed::Hold { environment },
        None => {
            return Err(format!(
                "nothing of {} runs in {environment}",
                summary.workload
            ));
        }
    };
    Ok(Offer::Plan(Wish::of(&summary.workload, deed)))
}

/// The incident in front, as far as it is not so already.
fn respond(subject: &Subject, overview: &Overview, verb: Verb) -> Result<Offer, String> {
    let incident = subject.incident.as_ref();
    let incident = incident.ok_or("an incident has to be in front")?;
    let repairs = overview.detail.iter().flat_map(|one| &one.repairs);
    let mut known = repairs.filter(|one| one.incident == *incident);
    if let Some(repair) = known.next() {
        let short = text::short(incident);
        if repair.resolved.is_some() {
            return Err(format!("{short} is resolved already"));
        }
        let taken = repair.acknowledged.as_ref();
        if let Some(taken) = taken.filter(|_| verb == Verb::Acknowledge) {
            let by = taken.by.as_deref().unwrap_or("somebody");
            return Err(format!("{by} has acknowledged {short} already"));
        }
    }
    let incident = incident.clone();
    let deed = Deed::Respond { incident, verb };
    Ok(Offer::Plan(Wish::of(&overview.summary.workload, deed)))
}

fn declare(subject: &Subject, overview: &Overview) -> Result<Offer, String> {
    let workload = &overview.summary.workload;
    let mark = |kind, target: &str, deployment: Option<&str>| {
        Wish::of(
            workload,
            Deed::Mark {
                kind,
                target: target.to_owned(),
                deployment: deployment.map(str::to_owned),
            },
        )
    };
    let line = |words: &str| Line::of(Role::Text, words);
    if let Some(incident) = &subject.incident {
        let production = running(overview)
            .iter()
            .find(|one| one.environment == overview.summary.production);
        let running = production.and_then(|one| one.deployment.as_deref());
        let thought = subject.deployment.as_deref();
        let mut each = Vec::new();
        if let Some(deployment) = thought {
            let words = format!("it was caused by {deployment}, as is thought");
            let wish = mark(MarkKind::IncidentLink, incident, Some(deployment));
            each.push(Possible::plan(line(&words), wish));
        }
        if let Some(deployment) = running.filter(|one| Some(*one) != thought) {
            let words = format!("it was caused by what runs now, {deployment}");
            let wish = mark(MarkKind::IncidentLink, incident, Some(deployment));
            each.push(Possible::plan(line(&words), wish));
        }
        each.push(Possible::plan(
            line("no deployment caused it"),
            mark(MarkKind::IncidentLink, incident, None),
        ));
        each.push(Possible::plan(
            line("it counts in no figure"),
            mark(MarkKind::Ignore, incident, None),
        ));
        let title = format!("incident {}", text::short(incident));
        return Ok(Offer::Lay(Box::new(Choice::new(title, each))));
    }
    let deployment = subject
        .deployment
        .as_ref()
        .ok_or("an incident or a deployment has to be in front")?;
    let each = vec![
        Possible::plan(line("it failed"), mark(MarkKind::Failed, deployment, None)),
        Possible::plan(
            line("it was not planned: a hotfix, or rework"),
            mark(MarkKind::Unplanned, deployment, None),
        ),
        Possible::plan(
            line("it counts in no figure"),
            mark(MarkKind::Ignore, deployment, None),
        ),
    ];
    let title = format!("deployment {}", text::short(deployment));
    Ok(Offer::Lay(Box::new(Choice::new(title, each))))
}
