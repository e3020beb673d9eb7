//! What the reader of a map must know beside its figures, in sentences.

use super::step::handed_on;
use super::{StepFigures, Told};
use crate::model::Workload;
use crate::model::definition::StepKind;
use crate::model::environment::live;
use crate::model::series;
use crate::model::state::{Life, Lives};

pub(super) fn notes(
    lives: &Lives<'_>,
    (steps, cost): (&[StepFigures], Option<&str>),
    delivered: &[&Life],
) -> Vec<String> {
    let workload = lives.workload;
    let mut notes = Vec::new();
    let production = workload.production(lives.rules);
    if workload.released_by_tags {
        notes.push(format!(
            "no deployment is known, so version tags stand for deployments to `{production}`"
        ));
        notes.extend(series::mixed(workload));
    } else if workload.records.is_empty() && workload.path.derived {
        notes.push(
            "neither deployments nor version tags (v1.2.3) are known, so nothing counts as delivered: tag releases, or add a source of deployments"
                .to_owned(),
        );
    } else if lives.production().rows.is_empty() {
        let mut seen: Vec<&str> = workload
            .records
            .iter()
            .filter_map(|record| record.environment)
            .map(|name| workload.text(name))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        notes.push(if seen.is_empty() {
            format!("no deployment to `{production}` is known, so nothing counts as delivered")
        } else {
            format!(
                "no deployment to `{production}` is known, only to {}: name yours as `production` under [metrics]",
                seen.join(", ")
            )
        });
    }
    notes.extend(off_the_path(workload));
    notes.extend(cost.map(str::to_owned));
    let missing: Vec<&str> = steps
        .iter()
        .filter(|step| step.complete_accurate.n == 0)
        .map(|step| step.name.as_str())
        .collect();
    if !missing.is_empty() && !delivered.is_empty() {
        notes.push(format!(
            "rolled %C&A cannot be told: nothing was handed on by {}",
            missing.join(", ")
        ));
    }
    notes
}

/// Where on the path an artifact runs that nothing led to.
fn off_the_path(workload: &Workload) -> impl Iterator<Item = String> {
    let steps = workload.path.steps.iter();
    let deploying = steps.filter(|step| step.kind == StepKind::Deploy);
    let environments = deploying.filter_map(|step| step.environment.as_deref());
    environments.filter_map(|environment| {
        let record = live(workload, environment)?;
        let named = record.artifact.or(record.digest)?;
        let mut known = workload.artifacts.iter();
        let is_known = known.any(|one| {
            record.artifact == Some(one.id)
                || (record.digest.is_some() && record.digest == one.digest)
        });
        (record.commit.is_none() && !is_known).then(|| {
            let what = workload.text(record.digest.unwrap_or(named));
            format!(
                "{what} came to {environment} off the path: no commit and no build of it is known"
            )
        })
    })
}

/// What the constraint costs, in words: `cab: 66 % of all lead time, 0 of 212 rejected`.
pub(super) fn cost(told: &Told<'_>, steps: &[StepFigures]) -> Option<String> {
    let place = steps.iter().position(|step| step.constraint)?;
    let step = &steps[place];
    let share = step.share_of_lead?;
    let (n, rate) = (step.complete_accurate.n, step.complete_accurate.rate);
    let cost = format!("{}: {:.0} % of all lead time", step.name, share * 100.0);
    Some(if let (StepKind::Gate, Some(_)) = (step.kind, rate) {
        let handed = handed_on(told, place);
        let rejected = handed.filter(|life| life.rejected[place]).count();
        format!("{cost}, {rejected} of {n} rejected")
    } else {
        cost
    })
}
