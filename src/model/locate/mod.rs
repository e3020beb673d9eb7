//! Where a commit, change, ticket, version or digest is, what it waits on, and when it may be live.

mod answer;
mod find;
mod say;
#[cfg(test)]
mod tests;
mod thing;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Workload;
use super::delivery::{Delivery, Row};
use super::entity::{Change, ChangeAt, CommitAt, Record};
use super::environment::{short, version};
use super::forecast::{Forecast, Past, forecast};
use super::name::Name;
use super::state::{End, Leg as StateLeg, Life, Lives, State};
use crate::event::time::Timestamp;
pub use find::{Found, find, seek};
pub use thing::Thing;

/// How a change stands that was given up: the one word beside those of [`State`].
pub const GIVEN_UP: &str = "abandoned";

/// The answer: `leadtime/where/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct Whereabouts {
    pub query: String,
    /// Of a version: where it is by itself, whatever the changes in it have reached since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Match>,
    pub matches: Vec<Match>,
    /// Where nothing matches: the ticket that is called so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Unnamed>,
}

/// A ticket that no change names.
#[derive(Clone, Debug, Serialize)]
pub struct Unnamed {
    pub ticket: String,
    pub title: Option<String>,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Match {
    pub workload: String,
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub repository: Option<String>,
    pub commits: Vec<String>,
    pub artifact: Option<String>,
    pub version: Option<String>,
    /// One of the closed list of states.
    pub state: &'static str,
    pub step: Option<String>,
    pub since: Option<Timestamp>,
    /// When what it waits for ends by itself, where that is known: a freeze, a soak.
    pub until: Option<Timestamp>,
    /// Whose move it is.
    pub on: Vec<String>,
    /// Where it is.
    pub environments: BTreeMap<String, Arrival>,
    /// Where it was and is not any more, since a rollback.
    pub rolled_back: BTreeMap<String, Departure>,
    pub forecast: Forecast,
    /// What a person would say.
    pub sentence: String,
    /// Of a commit that is none of the workload's, since it touches no part of the repository that is: these parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<Vec<String>>,
    pub inferred: bool,
    /// The way so far, step by step.
    pub timeline: Vec<Leg>,
    #[serde(skip)]
    pub labels: Vec<String>,
    #[serde(skip)]
    pub tickets: Vec<String>,
    /// It failed because a gate turned it down.
    #[serde(skip)]
    pub rejected: bool,
}

impl Match {
    /// Since when it stands at its step, whatever its state there was.
    #[must_use]
    pub fn entered(&self) -> Option<Timestamp> {
        let last = self.timeline.last()?;
        let step = self.step.as_ref().unwrap_or(&last.step);
        let stay = self.timeline.iter().rev();
        let stay = stay.take_while(|leg| leg.step == *step);
        stay.last().map(|leg| leg.from).or(self.since)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    pub version: Option<String>,
    pub since: Timestamp,
}

/// How a change left an environment.
#[derive(Clone, Debug, Serialize)]
pub struct Departure {
    pub at: Timestamp,
    /// The rollback.
    pub deployment: String,
    /// What it went back to.
    pub version: Option<String>,
}

/// A stretch of a change's life in one state of one step.
#[derive(Clone, Debug, Serialize)]
pub struct Leg {
    pub step: String,
    pub state: &'static str,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Where a change is.
#[must_use]
pub fn whereabouts(
    lives: &Lives<'_>,
    place: ChangeAt,
    own: &[Past],
    path: &[Past],
) -> Option<Match> {
    let workload = lives.workload;
    let change = workload.changes.get(place as usize)?;
    let life = lives.known_life(place)?;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let leg = life.stands();
    let built_from = carrier(lives, place).or(change.sha);
    let mut artifacts = workload.artifacts.iter();
    let artifact = artifacts.find(|one| one.commit.is_some() && one.commit == built_from);
    let gone = lives.production().taken_out(place).is_some();
    let on = match leg {
        Some(leg) => say::on(lives, change, &life, &leg),
        None if gone => text(change.author).into_iter().collect(),
        None => Vec::new(),
    };
    let (state, step, since) = stands(lives, &life, leg.as_ref());
    let rolled_back = rolled_back(lives, place);
    let until = leg.and_then(|leg| lives.ends(&life, &leg));
    Some(Match {
        workload: workload.name().to_owned(),
        change: workload.text(change.id).to_owned(),
        title: change.title.map(|name| workload.heading(name).to_owned()),
        author: text(change.author),
        url: text(change.url),
        repository: text(change.repository),
        commits: commits(workload, change),
        artifact: artifact.map(|artifact| workload.text(artifact.id).to_owned()),
        version: artifact
            .and_then(|artifact| text(artifact.version))
            .or_else(|| carried_version(lives, place)),
        state,
        step: step.map(|step| workload.path.steps[step].name.clone()),
        since,
        until,
        sentence: say::sentence(lives, &life, (leg.as_ref(), until), (&on, &rolled_back)),
        on,
        outside: None,
        environments: environments(lives, place),
        rolled_back,
        forecast: ahead(workload, &life, leg.as_ref(), (own, path)),
        inferred: life.inferred,
        timeline: timeline(workload, &life),
        labels: texts(workload, &change.labels),
        tickets: texts(workload, &change.tickets),
        rejected: leg.is_some_and(|leg| say::is_rejected(lives, &life, &leg)),
    })
}

/// State, step and since when.
fn stands(
    lives: &Lives<'_>,
    life: &Life,
    leg: Option<&StateLeg>,
) -> (&'static str, Option<usize>, Option<Timestamp>) {
    let production = lives.production();
    if let Some(row) = production.taken_out(life.change) {
        let step = lives.production_step();
        return (State::Failed.word(), step, Some(row.at));
    }
    match (life.end, leg) {
        (End::Delivered(_) | End::LiveBefore(_), _) if production.removed.is_some() => {
            let step = lives.production_step();
            (State::Waiting.word(), step, production.removed)
        }
        (End::Delivered(at) | End::LiveBefore(at), _) => {
            let again = production.brought_again(life.change);
            let since = again.map_or(at, |row| row.at);
            (State::Delivered.word(), None, Some(since))
        }
        (End::Abandoned(at), _) => (GIVEN_UP, None, Some(at)),
        (End::InFlight, Some(leg)) => (leg.state.word(), Some(leg.step), Some(leg.from)),
        (End::InFlight, None) => (State::Unknown.word(), None, None),
    }
}

/// When one that is on its way may be live.
fn ahead(
    workload: &Workload,
    life: &Life,
    leg: Option<&StateLeg>,
    (own, path): (&[Past], &[Past]),
) -> Forecast {
    let Some(leg) = leg else {
        return Forecast::default();
    };
    let stay = life.legs.iter().rev();
    let stay = stay.take_while(|other| other.step == leg.step);
    let entered = stay.last().map_or(leg.from, |first| first.from);
    let age = workload.as_of - entered;
    let step = &workload.path.steps[leg.step].name;
    forecast(step, age, workload.as_of, own, path)
}

fn texts(workload: &Workload, names: &[Name]) -> Vec<String> {
    let texts = names.iter().map(|name| workload.text(*name).to_owned());
    texts.collect()
}

fn commits(workload: &Workload, change: &Change) -> Vec<String> {
    let mut places = change.commits.to_vec();
    places.extend(change.sha);
    let mut known = BTreeSet::new();
    places.retain(|place| known.insert(*place));
    places
        .into_iter()
        .filter_map(|place| workload.commits.get(place as usize))
        .map(|commit| workload.text(commit.sha).to_owned())
        .collect()
}

/// The records that brought a change to the environments that it came to, the furthest on the path first.
fn carriers<'l>(lives: &'l Lives<'_>, place: ChangeAt) -> impl Iterator<Item = &'l Record> {
    lives.deliveries.iter().rev().filter_map(move |delivery| {
        let arrival = delivery.arrival(place)?;
        record(lives.workload, delivery.row(arrival.row)?)
    })
}

fn record<'w>(workload: &'w Workload, row: &Row) -> Option<&'w Record> {
    workload.records.get(row.record as usize)
}

/// The commit that carried a change furthest.
fn carrier(lives: &Lives<'_>, place: ChangeAt) -> Option<CommitAt> {
    carriers(lives, place).find_map(|record| record.commit)
}

fn carried_version(lives: &Lives<'_>, place: ChangeAt) -> Option<String> {
    carriers(lives, place).find_map(|record| version(lives.workload, record))
}

fn environments(lives: &Lives<'_>, place: ChangeAt) -> BTreeMap<String, Arrival> {
    let there = |delivery: &Delivery| {
        let arrival = delivery.holds(place)?;
        let again = delivery.brought_again(place);
        let row = again.or_else(|| delivery.row(arrival.row))?;
        let arrival = Arrival {
            version: version(lives.workload, record(lives.workload, row)?),
            since: row.at,
        };
        Some((delivery.environment.clone(), arrival))
    };
    lives.deliveries.iter().filter_map(there).collect()
}

fn rolled_back(lives: &Lives<'_>, place: ChangeAt) -> BTreeMap<String, Departure> {
    let left = |delivery: &Delivery| {
        let row = delivery.taken_out(place)?;
        let record = record(lives.workload, row)?;
        let departure = Departure {
            at: row.at,
            deployment: lives.workload.text(record.deployment).to_owned(),
            version: called(lives.workload, record),
        };
        Some((delivery.environment.clone(), departure))
    };
    lives.deliveries.iter().filter_map(left).collect()
}

/// What people call what a record made live: its version, else its commit.
fn called(workload: &Workload, record: &Record) -> Option<String> {
    let sha = || {
        let commit = workload.commits.get(record.commit? as usize)?;
        Some(short(workload.text(commit.sha)).to_owned())
    };
    version(workload, record).or_else(sha)
}

fn timeline(workload: &Workload, life: &Life) -> Vec<Leg> {
    life.legs
        .iter()
        .map(|leg| Leg {
            step: workload.path.steps[leg.step].name.clone(),
            state: leg.state.word(),
            from: leg.from,
            to: leg.to,
        })
        .collect()
}
