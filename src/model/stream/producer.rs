//! Who fills a step, and where several did (a tool was swapped, or two work side by side), what it cost the changes that each of them served.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::ProducerFigures;
use super::visit::{Visit, times};
use crate::model::definition::StepKind;
use crate::model::entity::{ChangeAt, CommitAt, Run};
use crate::model::evidence::fills;
use crate::model::name::Name;
use crate::model::state::Lives;
use crate::model::step;

/// Whether runs fill a step.
pub(super) const fn is_run(kind: StepKind) -> bool {
    !matches!(
        kind,
        StepKind::Code | StepKind::Review | StepKind::Gate | StepKind::Deploy
    )
}

/// Who filled a step, in words.
pub(super) fn producers(lives: &Lives<'_>, place: usize) -> Vec<String> {
    let workload = lives.workload;
    let kind = workload.path.steps[place].kind;
    let mut sources: Vec<Name> = match kind {
        // Code is over when its request is opened.
        StepKind::Code => [&*workload.commit_sources, &*workload.request_sources].concat(),
        StepKind::Review => workload.request_sources.clone(),
        StepKind::Gate => workload
            .gates
            .iter()
            .filter(|gate| step::of_gate(workload, gate) == Some(place))
            .map(|gate| gate.source)
            .collect(),
        StepKind::Deploy => workload
            .records
            .iter()
            .filter(|record| {
                record.environment.map(|name| workload.text(name))
                    == workload.path.steps[place].environment.as_deref()
            })
            .map(|record| record.source)
            .collect(),
        _ => workload
            .runs
            .iter()
            .filter(|run| step::of_run(workload, run) == Some(place))
            .map(|run| run.source)
            .collect(),
    };
    if kind == StepKind::Scan {
        let step = &workload.path.steps[place];
        let scans = workload.scans.iter();
        let own = scans.filter(|scan| fills(workload, step, scan));
        sources.extend(own.map(|scan| scan.tool.unwrap_or(scan.source)));
    }
    if kind == StepKind::Build && sources.is_empty() {
        sources.extend(workload.artifacts.iter().map(|artifact| artifact.source));
    }
    sources.sort_unstable();
    sources.dedup();
    let mut words: Vec<String> = sources
        .into_iter()
        .map(|source| step::producer(workload.text(source)).to_owned())
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The figures of a step that runs fill, parted by who served each change: whose run of it was the last.
pub(super) fn by_producer(
    lives: &Lives<'_>,
    place: usize,
    visits: &[(ChangeAt, Visit)],
) -> Vec<ProducerFigures> {
    let workload = lives.workload;
    let mut last: FxHashMap<CommitAt, &Run> = FxHashMap::default();
    let newest = |run: &Run| run.started.or(run.queued).or(run.finished);
    for run in &workload.runs {
        if let Some(commit) = run.commit
            && step::of_run(workload, run) == Some(place)
        {
            let known = last.entry(commit).or_insert(run);
            if newest(known) < newest(run) {
                *known = run;
            }
        }
    }
    let mut parted: BTreeMap<&str, Vec<Visit>> = BTreeMap::new();
    for (at, visit) in visits {
        let change = &workload.changes[*at as usize];
        let own = change.commits.iter().copied();
        let own = own.chain(change.sha).chain(change.head);
        let runs = own.filter_map(|commit| last.get(&commit));
        if let Some(run) = runs.max_by_key(|run| newest(run)) {
            let name = step::producer(workload.text(run.source));
            parted.entry(name).or_default().push(*visit);
        }
    }
    let figures = parted.into_iter().map(|(name, visits)| {
        let (process, wait) = times(&visits);
        ProducerFigures {
            producer: name.to_owned(),
            visits: visits.len(),
            process,
            wait,
        }
    });
    figures.collect()
}
