//! The figures of one step of the map: what it cost the changes on the ladder and beside it, how often they came back.

use super::producer::{by_producer, is_run, producers};
use super::visit::{Visit, times, visit};
use super::{Share, StepFigures, Told};
use crate::model::definition::StepKind;
use crate::model::entity::ChangeAt;
use crate::model::state::{Life, Lives};
use crate::model::statistic::{Spread, ratio};

pub(super) fn figures(told: &Told<'_>, place: usize, delivered: &[&Life]) -> StepFigures {
    let Told {
        lives, all, clock, ..
    } = *told;
    let workload = lives.workload;
    let step = &workload.path.steps[place];
    let visited = |life: &'_ &Life| Some((life.change, visit(life, place, clock)?));
    let all_visits: Vec<(ChangeAt, Visit)> = delivered.iter().filter_map(visited).collect();
    let visits = all_visits.len();
    let costs: Vec<Visit> = all_visits.iter().map(|(_, visit)| *visit).collect();
    let (process, wait) = times(&costs);
    let stay = costs.iter().map(|visit| visit.process + visit.wait);
    let from = producers(lives, place);
    let stood = all.iter().filter(|life| told.stood(life) == Some(place));
    let wip = stood.count();
    let (n, back) = (
        handed_on(told, place).count(),
        handed_on(told, place)
            .filter(|life| life.returned[place])
            .count(),
    );
    StepFigures {
        name: step.name.clone(),
        kind: step.kind,
        environment: step.environment.clone(),
        locked: step.locked,
        reason: step.reason.clone(),
        by_producer: (from.len() > 1 && is_run(step.kind))
            .then(|| by_producer(lives, place, &all_visits)),
        from,
        visits,
        wip,
        process,
        wait,
        complete_accurate: Share {
            n,
            rate: ratio(n - back, n),
        },
        share_of_lead: None,
        constraint: false,
        empty: (visits == 0).then(|| why_empty(lives, place, delivered.len())),
        needs: step.needs.clone(),
        stay: Spread::of(stay.collect()),
    }
}

/// The lives that a step handed on in the window.
pub(super) fn handed_on<'t>(told: &'t Told<'_>, place: usize) -> impl Iterator<Item = &'t Life> {
    let on = move |life: &&Life| life.handed[place].is_some_and(|at| told.window.contains(at));
    told.all.iter().filter(on)
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
