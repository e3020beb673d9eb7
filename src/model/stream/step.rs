//! The figures of one step of the map: what it cost the changes on the ladder and beside it, how often they came back, who fills it.

use super::{Share, StepFigures, Times, Told, Visit};
use crate::event::time::Span;
use crate::model::calendar::Clock;
use crate::model::definition::StepKind;
use crate::model::name::Name;
use crate::model::state::{Cost, End, Life, Lives};
use crate::model::statistic::{Spread, ratio};
use crate::model::step;

pub(super) fn figures(told: &Told<'_>, place: usize, delivered: &[&Life]) -> StepFigures {
    let Told {
        lives,
        all,
        window,
        clock,
    } = *told;
    let workload = lives.workload;
    let step = &workload.path.steps[place];
    let (mut process, mut wait, mut stay) = (Vec::new(), Vec::new(), Vec::new());
    let (mut process_sum, mut wait_sum) = (Span::ZERO, Span::ZERO);
    for visit in delivered
        .iter()
        .filter_map(|life| visit(life, place, clock))
    {
        process.push(visit.process);
        wait.push(visit.wait);
        stay.push(visit.process + visit.wait);
        if !visit.beside {
            process_sum = process_sum + visit.process;
            wait_sum = wait_sum + visit.wait;
        }
    }
    let visits = process.len();
    let wip = all
        .iter()
        .filter(|life| life.end == End::InFlight)
        .filter(|life| life.legs.last().is_some_and(|leg| leg.step == place))
        .count();
    let handed = || {
        all.iter()
            .filter(move |life| life.handed[place].is_some_and(|at| window.contains(at)))
    };
    let (n, back) = (
        handed().count(),
        handed().filter(|life| life.returned[place]).count(),
    );
    StepFigures {
        name: step.name.clone(),
        kind: step.kind,
        environment: step.environment.clone(),
        locked: step.locked,
        from: producers(lives, place),
        visits,
        wip,
        process: times(process, process_sum),
        wait: times(wait, wait_sum),
        complete_accurate: Share {
            n,
            rate: ratio(n - back, n),
        },
        share_of_lead: None,
        constraint: false,
        empty: (visits == 0).then(|| why_empty(lives, place, delivered.len())),
        needs: step.needs.clone(),
        stay: Spread::of(stay),
    }
}

/// What the step cost a change that came by, whether it held the change up or not.
pub(super) fn visit(life: &Life, place: usize, clock: Clock) -> Option<Visit> {
    let first = life.legs.iter().find(|leg| leg.step == place);
    let (entered, cost) = match (first, &life.beside[place]) {
        (Some(leg), _) => (leg.from, life.cost_by(place, clock)),
        (None, Some(visit)) => (visit.entered, visit.cost(clock)),
        (None, None) => (life.handed[place]?, Cost::default()),
    };
    Some(Visit {
        entered,
        process: cost.process,
        wait: cost.wait,
        beside: first.is_none(),
    })
}

fn times(values: Vec<Span>, sum_seconds: Span) -> Times {
    let spread = Spread::of(values);
    Times {
        n: spread.n,
        p50_seconds: spread.p50_seconds,
        p85_seconds: spread.p85_seconds,
        sum_seconds,
    }
}

fn why_empty(lives: &Lives<'_>, place: usize, delivered: usize) -> String {
    let step = &lives.workload.path.steps[place];
    if delivered == 0 {
        return "no change went live in the window".to_owned();
    }
    if lives.is_filled(place) {
        return "no change that went live in the window was here".to_owned();
    }
    match (&step.from, step.kind) {
        (Some(from), _) => format!("no event from {from} fills it"),
        (None, StepKind::Gate) => "no gate of this name was ever opened".to_owned(),
        (None, StepKind::Deploy) => format!(
            "no deployment to {} is known",
            step.environment.as_deref().unwrap_or("it")
        ),
        (None, kind) => format!("no {} event is known", kind.word()),
    }
}

/// Who filled a step, in words.
fn producers(lives: &Lives<'_>, place: usize) -> Vec<String> {
    let workload = lives.workload;
    let kind = workload.path.steps[place].kind;
    let mut sources: Vec<Name> = match kind {
        StepKind::Code | StepKind::Review => Vec::new(),
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
        sources.extend(
            workload
                .scans
                .iter()
                .map(|scan| scan.tool.unwrap_or(scan.source)),
        );
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
