//! What speaks for the version besides the steps of its path: every scan, its bill of materials, its signature; and the run that deployed it.

use super::{Case, Ran, Scanned, outcome};
use crate::event::time::Timestamp;
use crate::model::definition::StepKind;
use crate::model::evidence::{scanner, scans_of};
use crate::model::name::Name;
use crate::model::step;

/// Every scan of the version, whatever step asks for it.
pub(super) fn scans(case: &Case<'_>) -> Vec<Scanned> {
    let workload = case.lives.workload;
    let text = |name: Name| workload.text(name).to_owned();
    let all = scans_of(workload, &case.live.subject, &|_| true);
    let told = all.into_iter().map(|scan| Scanned {
        scan: text(scan.id),
        tool: scanner(workload, scan).to_owned(),
        at: scan.at,
        outcome: scan.outcome.map(outcome),
        counts: scan.counts,
        suppressed: scan.suppressed.iter().copied().map(text).collect(),
        url: scan.url.map(text),
    });
    told.collect()
}

/// The bill of materials and the signature of the artifact, by whatever of its names they were told.
pub(super) fn papers(case: &Case<'_>) -> (Option<String>, Option<Timestamp>) {
    let workload = case.lives.workload;
    let names = &case.live.subject.artifacts;
    let own = workload.artifacts.iter().filter(|artifact| {
        names.contains(&artifact.id) || artifact.digest.is_some_and(|name| names.contains(&name))
    });
    let sbom = own.clone().find_map(|artifact| artifact.sbom);
    let signed = own.filter_map(|artifact| artifact.signed).min();
    (sbom.map(|name| workload.text(name).to_owned()), signed)
}

/// The last run that deploys, of the environment and the commit, and begun before the deployment was done.
pub(super) fn run(case: &Case<'_>) -> Option<Ran> {
    let workload = case.lives.workload;
    let live = case.live;
    let began = |run: &crate::model::entity::Run| run.started.or(run.queued).or(run.finished);
    let run = workload
        .runs
        .iter()
        .filter(|run| run.commit.is_some() && run.commit == live.subject.commit)
        .filter(|run| run.environment.is_some() && run.environment == live.record.environment)
        .filter(|run| step::kind_of_run(workload, run) == Some(StepKind::Deploy))
        .filter(|run| began(run).is_some_and(|began| began <= live.since))
        .max_by_key(|run| began(run))?;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    Some(Ran {
        run: workload.text(run.id).to_owned(),
        name: text(run.name),
        started: run.started,
        finished: run.finished,
        outcome: run.outcome.map(outcome),
        url: text(run.url),
    })
}
