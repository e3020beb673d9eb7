//! Where a commit or a version is by itself, told.

use std::collections::BTreeMap;

use super::thing::{Stay, Thing};
use super::{Arrival, Departure, Match, say, texts};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::StepKind;
use crate::model::environment::version;
use crate::model::forecast::Forecast;
use crate::model::name::Name;
use crate::model::state::{Lives, State};

impl Thing {
    /// Where it is. `branches` names the branches that hold a sha, where no change and no deployment does.
    #[must_use]
    pub fn whereabouts(&self, lives: &Lives<'_>, branches: &dyn Fn(&str) -> Vec<String>) -> Match {
        let workload = lives.workload;
        let deliveries = lives.deliveries.iter();
        let stays: Vec<Stay<'_>> = deliveries
            .filter_map(|delivery| self.stay(lives, delivery))
            .collect();
        let outside = self.outside(lives, &stays);
        let stays = if outside.is_some() { Vec::new() } else { stays };
        let (state, step, since) = standing(lives, &stays);
        let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
        let commit = self.commit.and_then(|at| workload.commits.get(at as usize));
        let sha = commit.map(|commit| workload.text(commit.sha));
        let change = self.change(workload);
        let change = change.and_then(|at| workload.changes.get(at as usize));
        let message = commit.and_then(|commit| commit.message);
        let mut artifacts = workload.artifacts.iter();
        let artifact = artifacts.find(|one| one.commit.is_some() && one.commit == self.commit);
        let named = Some(&self.name).filter(|_| self.is_version).cloned();
        let deployed = || version(workload, stays.iter().rfind(|stay| stay.own)?.record);
        let holders = || sha.map_or_else(Vec::new, branches);
        Match {
            workload: workload.name().to_owned(),
            change: change.map_or_else(
                || sha.unwrap_or(&self.name).to_owned(),
                |change| workload.text(change.id).to_owned(),
            ),
            title: change
                .and_then(|change| change.title)
                .or(message)
                .map(|name| workload.heading(name).to_owned()),
            author: change
                .and_then(|change| text(change.author))
                .or_else(|| text(commit?.author)),
            url: change.and_then(|change| text(change.url)),
            repository: text(commit.and_then(|commit| commit.repository)),
            commits: sha.map(str::to_owned).into_iter().collect(),
            artifact: artifact.map(|artifact| workload.text(artifact.id).to_owned()),
            version: named
                .or_else(|| text(artifact.and_then(|artifact| artifact.version)))
                .or_else(deployed),
            state: state.word(),
            step: step.map(|step| workload.path.steps[step].name.clone()),
            since,
            until: None,
            on: Vec::new(),
            sentence: match &outside {
                Some(parts) => say::outside(lives, self, parts),
                None => say::of_thing(lives, self, &stays, &holders),
            },
            outside,
            environments: self.environments(workload, &stays),
            rolled_back: rolled_back(workload, &stays),
            forecast: Forecast::default(),
            inferred: false,
            timeline: Vec::new(),
            labels: change.map_or_else(Vec::new, |change| texts(workload, &change.labels)),
            tickets: change.map_or_else(Vec::new, |change| texts(workload, &change.tickets)),
            rejected: false,
        }
    }

    /// The parts of its repository that are the workload's, of a commit that touches none of them and was not deployed as itself.
    fn outside(&self, lives: &Lives<'_>, stays: &[Stay<'_>]) -> Option<Vec<String>> {
        let workload = lives.workload;
        let parts = workload.definition.parts.as_ref()?;
        let commit = workload.commits.get(self.commit? as usize)?;
        let is_outside = !commit.touches && commit.at.is_some() && !self.is_version;
        let is_told = is_outside && stays.iter().all(|stay| !stay.own);
        is_told.then(|| parts.own().map(str::to_owned).collect())
    }

    fn environments(&self, workload: &Workload, stays: &[Stay<'_>]) -> BTreeMap<String, Arrival> {
        let held = stays.iter().filter(|stay| stay.held);
        held.map(|stay| {
            let named = self.is_version && stay.own;
            let version = if named {
                Some(self.name.clone())
            } else {
                version(workload, stay.record)
            };
            let since = stay.since;
            (stay.environment.to_owned(), Arrival { version, since })
        })
        .collect()
    }
}

fn rolled_back(workload: &Workload, stays: &[Stay<'_>]) -> BTreeMap<String, Departure> {
    let left = stays.iter().filter_map(|stay| {
        let departure = stay.departure(workload)?;
        Some((stay.environment.to_owned(), departure))
    });
    left.collect()
}

/// State, step and since when.
fn standing(lives: &Lives<'_>, stays: &[Stay<'_>]) -> (State, Option<usize>, Option<Timestamp>) {
    let workload = lives.workload;
    let production = &lives.production().environment;
    let live = stays.iter().find(|stay| stay.environment == production);
    let Some(stay) = live.or_else(|| stays.last()) else {
        return (State::Unknown, None, None);
    };
    let left = stay.until.map_or(stay.since, |(at, ..)| at);
    if stay.held && live.is_some() {
        return (State::Delivered, None, Some(stay.since));
    }
    if stay.held {
        let steps = workload.path.steps.iter().enumerate();
        let deploys = steps.filter(|(_, step)| step.kind == StepKind::Deploy);
        let is_here = |environment: Option<&str>| environment == Some(stay.environment);
        let mut after = deploys.skip_while(|(_, step)| !is_here(step.environment.as_deref()));
        let next = after.nth(1).map(|(place, _)| place);
        return (
            State::Waiting,
            next.or(lives.production_step()),
            Some(stay.since),
        );
    }
    let step = crate::model::step::of_environment(workload, stay.environment);
    match (stay.departure(workload), stay.until) {
        (Some(_), _) => (State::Failed, step, Some(left)),
        (None, Some((_, None))) => (State::Waiting, step, Some(left)),
        (None, _) => (State::Superseded, step, Some(left)),
    }
}
