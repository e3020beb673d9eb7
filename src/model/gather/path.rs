//! The path of a workload that has none: the steps that its events show, in the usual order, environments in the order of first arrival.

use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::{Path, Rules, Step, StepKind};
use crate::model::entity::Change;
use crate::model::name::Name;
use crate::model::step;

pub(super) fn derive(workload: &Workload, rules: &Rules) -> Path {
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |name: String, kind: StepKind, environment: Option<String>| {
        let needs = steps.len().checked_sub(1).into_iter().collect();
        steps.push(bare(name, kind, environment, needs));
    };
    add("code".to_owned(), StepKind::Code, None);
    // A history alone tells of merges, not of reviews.
    let reviewed = |change: &Change| change.opened.is_some() || !change.reviews.is_empty();
    if workload.changes.iter().any(reviewed) {
        add("review".to_owned(), StepKind::Review, None);
    }
    let runs: Vec<StepKind> = workload
        .runs
        .iter()
        .filter_map(|run| step::kind_of_run(workload, run))
        .collect();
    for kind in [
        StepKind::Test,
        StepKind::Build,
        StepKind::Scan,
        StepKind::Configure,
    ] {
        let seen = runs.contains(&kind)
            || (kind == StepKind::Build && !workload.artifacts.is_empty())
            || (kind == StepKind::Scan && !workload.scans.is_empty());
        if seen {
            add(kind.word().to_owned(), kind, None);
        }
    }
    let environments = environments(workload, rules);
    for name in gate_names(workload, None) {
        add(name.to_owned(), StepKind::Gate, None);
    }
    for environment in environments {
        let name = workload.text(environment).to_owned();
        for gate in gate_names(workload, Some(environment)) {
            let gate = if gate == name {
                format!("{name} gate")
            } else {
                gate.to_owned()
            };
            add(gate, StepKind::Gate, None);
        }
        add(name.clone(), StepKind::Deploy, Some(name));
    }
    if runs.contains(&StepKind::Verify) {
        add("verify".to_owned(), StepKind::Verify, None);
    }
    Path {
        name: "derived".to_owned(),
        steps,
        freezes: Vec::new(),
        derived: true,
    }
}

/// A step about which nobody has said more.
fn bare(name: String, kind: StepKind, environment: Option<String>, needs: Vec<usize>) -> Step {
    Step {
        environment,
        needs,
        ..Step::bare(name, kind)
    }
}

/// What the gates before an environment are called.
fn gate_names(workload: &Workload, environment: Option<Name>) -> Vec<&str> {
    let mut names: Vec<&str> = workload
        .gates
        .iter()
        .filter(|gate| gate.environment == environment)
        .filter_map(|gate| gate.name.or(gate.environment))
        .map(|name| workload.text(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The environments that something was deployed to or is waiting for, in the order of first arrival, production last.
fn environments(workload: &Workload, rules: &Rules) -> Vec<Name> {
    let mut first: Vec<(Timestamp, Name)> = Vec::new();
    let seen = workload
        .records
        .iter()
        .filter_map(|record| {
            let at = record.finished.or(record.started).or(record.queued)?;
            Some((at, record.environment?))
        })
        .chain(
            workload
                .gates
                .iter()
                .filter_map(|gate| Some((gate.opened, gate.environment?))),
        );
    for (at, environment) in seen {
        match first.iter_mut().find(|(_, known)| *known == environment) {
            Some(known) => known.0 = known.0.min(at),
            None => first.push((at, environment)),
        }
    }
    first.sort_unstable_by_key(|(at, environment)| {
        let name = workload.text(*environment);
        (name == rules.production, *at, name.to_owned())
    });
    first
        .into_iter()
        .map(|(_, environment)| environment)
        .collect()
}
