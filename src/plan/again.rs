//! Running something again, stopping it, letting it go on.

use super::ask::Ask;
use super::proof::Proof;
use super::request::{Order, Target, Verb};
use super::{Draft, Refusal, policy};
use crate::event::kind::Outcome;
use crate::model::Workload;
use crate::model::definition::StepKind;
use crate::model::entity::Run;
use crate::model::locate;
use crate::model::state::Lives;
use crate::model::step;

/// A run of a workload again, or its end.
pub fn draft(ask: &Ask, lives: &Lives<'_>, name: &str, verb: Verb) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let run = find(lives, name)?;
    let id = workload.text(run.id).to_owned();
    let source = workload.text(run.source).to_owned();
    let mut draft = Draft::new(verb, workload.name());
    if verb == Verb::Cancel && run.finished.is_some() {
        return Err(Refusal::new(
            "nothing",
            format!("run {id} has ended already"),
        ));
    }
    if matches!(verb, Verb::Retry | Verb::RetryFailed) && run.finished.is_none() {
        return Err(
            Refusal::new("nothing", format!("run {id} has not ended yet"))
                .hinted("stop it first: leadtime retry --cancel"),
        );
    }
    if verb == Verb::RetryFailed && run.outcome == Some(Outcome::Success) {
        return Err(Refusal::new(
            "nothing",
            format!("nothing of run {id} failed"),
        ));
    }
    let place = step::of_run(workload, run);
    let deploys = place.filter(|place| workload.path.steps[*place].kind == StepKind::Deploy);
    if let Some(place) = deploys.filter(|_| verb != Verb::Cancel) {
        // A run that deploys does so again.
        policy::closed(lives, place, ask.at, &mut draft);
        let step = &workload.path.steps[place];
        draft.confirm = step.confirmation(workload.production(lives.rules));
    }
    draft.environment = run.environment.map(|name| workload.text(name).to_owned());
    draft.proofs.push(Proof::Ran {
        source: source.clone(),
        run: id.clone(),
    });
    draft.usual = run.finished.zip(run.started).map(|(to, from)| to - from);
    let order = Order {
        verb,
        workload: workload.name().to_owned(),
        repositories: workload.definition.repositories.clone(),
        environment: draft.environment.clone(),
        target: Some(Target {
            source,
            id,
            url: run.url.map(|name| workload.text(name).to_owned()),
        }),
        to: None,
        from: None,
        way: None,
        comment: ask.comment.clone(),
        key: ask.key.clone(),
        at: ask.at,
    };
    draft.orders.push((order, None));
    Ok(draft)
}

/// A run by its id; or the last one, failed ones first, of a change.
fn find<'w>(lives: &Lives<'w>, name: &str) -> Result<&'w Run, Refusal> {
    let workload: &'w Workload = lives.workload;
    let newest = |run: &&Run| run.finished.or(run.started).or(run.queued);
    let by_id = workload
        .runs
        .iter()
        .filter(|run| workload.text(run.id) == name);
    if let Some(run) = by_id.max_by_key(newest) {
        return Ok(run);
    }
    let changes = locate::find(lives, name);
    let of_change = |run: &&Run| {
        changes.iter().any(|place| {
            let change = &workload.changes[*place as usize];
            let mut commits = change
                .commits
                .iter()
                .copied()
                .chain(change.sha)
                .chain(change.head);
            run.commit
                .is_some_and(|commit| commits.any(|own| own == commit))
        })
    };
    let failed = |run: &&Run| run.outcome == Some(Outcome::Failure);
    let runs = || workload.runs.iter().filter(of_change);
    runs()
        .filter(failed)
        .max_by_key(newest)
        .or_else(|| runs().max_by_key(newest))
        .ok_or_else(|| {
            Refusal::new(
                "unknown",
                format!(
                    "{} has no run, and no change with one, called {name:?}",
                    workload.name()
                ),
            )
        })
}
