//! From when on nothing has been heard of a workload, or of one of its steps: then nothing is claimed of what stands there.

use super::{End, Leg, Life, Lives, State};
use crate::event::time::Timestamp;
use crate::model::name::Name;
use crate::model::{Workload, step};

/// What is silent, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    /// All of it: where its code is kept.
    pub whole: Option<Timestamp>,
    /// Its steps, by their places: what told of them last.
    pub steps: Vec<Option<Timestamp>>,
}

impl Silence {
    /// Of what stands at a step.
    fn at(&self, step: usize) -> Option<Timestamp> {
        let own = self.steps.get(step).copied().flatten();
        self.whole.into_iter().chain(own).min()
    }
}

/// Who told of each step last, by the runs, gates and deployments that fill it.
#[must_use]
pub fn told_by(workload: &Workload) -> Vec<Option<Name>> {
    let mut newest: Vec<Option<(Timestamp, Name)>> = vec![None; workload.path.steps.len()];
    let mut tell = |step: Option<usize>, at: Option<Timestamp>, by: Name| {
        let (Some(step), Some(at)) = (step, at) else {
            return;
        };
        let known = &mut newest[step];
        if known.is_none_or(|(before, _)| before <= at) {
            *known = Some((at, by));
        }
    };
    for run in &workload.runs {
        let at = run.finished.or(run.started).or(run.queued);
        tell(step::of_run(workload, run), at, run.source);
    }
    for gate in &workload.gates {
        let at = gate.closed.unwrap_or(gate.opened);
        tell(step::of_gate(workload, gate), Some(at), gate.source);
    }
    for record in &workload.records {
        let environment = record.environment.map(|name| workload.text(name));
        let step = environment.and_then(|name| step::of_environment(workload, name));
        tell(step, record.finished.or(record.started), record.source);
    }
    let told = newest.into_iter();
    told.map(|known| known.map(|(_, by)| by)).collect()
}

impl Lives<'_> {
    /// From when on nothing has been heard, nothing is claimed.
    pub(super) fn fall_silent(&self, life: &mut Life) {
        let (Some(silence), End::InFlight) = (&self.silence, life.end) else {
            return;
        };
        let Some(last) = life.legs.last().copied() else {
            return;
        };
        let Some(since) = silence.at(last.step) else {
            return;
        };
        let since = since.max(life.start);
        if since >= last.to {
            return;
        }
        life.legs.retain(|leg| leg.from < since);
        if let Some(leg) = life.legs.last_mut() {
            leg.to = leg.to.min(since);
        }
        let unknown = Leg {
            state: State::Unknown,
            people: false,
            from: since,
            ..last
        };
        life.legs.push(unknown);
        life.now = Some(unknown);
    }
}
