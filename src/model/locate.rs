//! Where a commit, change, ticket, version or digest is, what it waits on, and when it may be live.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Workload;
use super::delivery::ArrivalKind;
use super::entity::{Change, ChangeAt, CommitAt};
use super::environment::{short, version};
use super::forecast::{Forecast, Past, forecast};
use super::name::Name;
use super::state::{End, Leg as StateLeg, Life, Lives, State};
use crate::event::time::Timestamp;

/// The answer: `leadtime/where/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct Whereabouts {
    pub query: String,
    pub matches: Vec<Match>,
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
    /// Whose move it is.
    pub on: Vec<String>,
    pub environments: BTreeMap<String, Arrival>,
    pub forecast: Forecast,
    /// What a person would say.
    pub sentence: String,
    pub inferred: bool,
    /// The way so far, step by step.
    pub timeline: Vec<Leg>,
    #[serde(skip)]
    pub labels: Vec<String>,
    #[serde(skip)]
    pub tickets: Vec<String>,
}

impl Match {
    /// Since when it stands at its step, whatever its state there was.
    #[must_use]
    pub fn entered(&self) -> Option<Timestamp> {
        let last = self.timeline.last()?;
        let stay = self.timeline.iter().rev();
        let stay = stay.take_while(|leg| leg.step == last.step);
        stay.last().map(|leg| leg.from)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    pub version: Option<String>,
    pub since: Timestamp,
}

/// A stretch of a change's life in one state of one step.
#[derive(Clone, Debug, Serialize)]
pub struct Leg {
    pub step: String,
    pub state: &'static str,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A reference as it is compared: without case, a leading `#` or `!`, and the name of a digest's algorithm.
fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("sha256:").unwrap_or(&text);
    text.trim_start_matches(['#', '!']).to_owned()
}

/// The shortest beginning of a sha that is taken for one.
const SHORTEST_SHA: usize = 4;

/// The changes that a reference speaks of: a change, a commit (or the beginning of its sha), a ticket, a version, a tag, a digest or an artifact.
/// A version or artifact speaks of the changes that it was the first to bring to production, else of the change it was built from.
#[must_use]
pub fn find(lives: &Lives<'_>, query: &str) -> Vec<ChangeAt> {
    let workload = lives.workload;
    let wanted = plain(query);
    let mut found: BTreeSet<ChangeAt> = BTreeSet::new();
    for (place, change) in (0..).zip(&workload.changes) {
        let names = std::iter::once(&change.id).chain(&change.tickets);
        let mut texts = names.map(|name| plain(workload.text(*name)));
        // Where ids name the repository, the number alone is enough.
        let number = |text: &String| text.rsplit_once('#').is_some_and(|(_, n)| n == wanted);
        if texts.any(|text| text == wanted || number(&text)) {
            found.insert(place);
        }
    }
    let hexadecimal =
        wanted.len() >= SHORTEST_SHA && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    for commit in &workload.commits {
        let sha = workload.text(commit.sha);
        let same = (hexadecimal
            && sha.len() >= wanted.len()
            && sha[..wanted.len()].eq_ignore_ascii_case(&wanted))
            || sha.eq_ignore_ascii_case(&wanted);
        if same {
            found.extend(commit.change);
            // A merge that nobody asked for speaks of what it brought.
            let brought = commit.parents.iter().flatten().skip(1);
            let tips = brought.filter_map(|place| workload.commits.get(*place as usize));
            found.extend(
                tips.filter_map(|tip| tip.change)
                    .filter(|_| commit.change.is_none()),
            );
        }
    }
    if found.is_empty() {
        for commit in versions(workload, &wanted) {
            found.extend(shipped_with(lives, commit));
        }
    }
    found.into_iter().collect()
}

/// The commits that a version, tag, digest or artifact was made of.
fn versions(workload: &Workload, wanted: &str) -> BTreeSet<CommitAt> {
    let bare = |text: &str| {
        let text = plain(text);
        match text.strip_prefix('v') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
            _ => text,
        }
    };
    let wanted = bare(wanted);
    let is = |names: &[Option<Name>]| {
        names.iter().flatten().any(|name| {
            let text = bare(workload.text(*name));
            text == wanted || (wanted.len() >= 12 && text.starts_with(&wanted))
        })
    };
    let tags = workload
        .tags
        .iter()
        .filter(|tag| is(&[Some(tag.name)]))
        .filter_map(|tag| tag.commit);
    let artifacts = workload
        .artifacts
        .iter()
        .filter(|artifact| is(&[Some(artifact.id), artifact.digest, artifact.version]))
        .filter_map(|artifact| artifact.commit);
    let records = workload
        .records
        .iter()
        .filter(|record| {
            is(&[
                record.version,
                record.artifact,
                record.digest,
                Some(record.deployment),
            ])
        })
        .filter_map(|record| record.commit);
    tags.chain(artifacts).chain(records).collect()
}

fn shipped_with(lives: &Lives<'_>, commit: CommitAt) -> Vec<ChangeAt> {
    let workload = lives.workload;
    let delivery = lives.production();
    let row = delivery.rows.iter().position(|row| {
        row.success
            && workload
                .records
                .get(row.record as usize)
                .is_some_and(|record| record.commit == Some(commit))
    });
    let brought: Vec<ChangeAt> = (0..)
        .zip(&delivery.arrivals)
        .filter(|(_, arrival)| arrival.is_some_and(|arrival| Some(arrival.row as usize) == row))
        .map(|(place, _)| place)
        .collect();
    if brought.is_empty() {
        let own = workload.commits.get(commit as usize);
        return own.and_then(|commit| commit.change).into_iter().collect();
    }
    brought
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
    let life = lives.life(place)?;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let leg = life.stands();
    let steps = &workload.path.steps;
    let since = match life.end {
        End::Delivered(at) | End::LiveBefore(at) | End::Abandoned(at) => Some(at),
        End::InFlight => leg.map(|leg| leg.from),
    };
    let forecast = match leg {
        Some(leg) => {
            let first = life
                .legs
                .iter()
                .rev()
                .take_while(|other| other.step == leg.step);
            let entered = first.last().map_or(leg.from, |first| first.from);
            let age = workload.as_of - entered;
            forecast(&steps[leg.step].name, age, workload.as_of, own, path)
        }
        None => Forecast::default(),
    };
    let built_from = carrier(lives, place).or(change.sha);
    let mut artifacts = workload.artifacts.iter();
    let artifact = artifacts.find(|one| one.commit.is_some() && one.commit == built_from);
    let on = leg.map_or_else(Vec::new, |leg| on(lives, change, &life, &leg));
    let state = match life.end {
        End::Delivered(_) | End::LiveBefore(_) => State::Delivered.word(),
        End::Abandoned(_) => "abandoned",
        End::InFlight => leg.map_or(State::Unknown, |leg| leg.state).word(),
    };
    Some(Match {
        workload: workload.name().to_owned(),
        change: workload.text(change.id).to_owned(),
        title: text(change.title),
        author: text(change.author),
        url: text(change.url),
        repository: text(change.repository),
        commits: commits(workload, change),
        artifact: artifact.map(|artifact| workload.text(artifact.id).to_owned()),
        version: artifact
            .and_then(|artifact| text(artifact.version))
            .or_else(|| carried_version(lives, place)),
        state,
        step: leg.map(|leg| steps[leg.step].name.clone()),
        since,
        sentence: sentence(lives, change, &life, leg.as_ref(), &on),
        on,
        environments: environments(lives, place),
        forecast,
        inferred: life.inferred,
        timeline: timeline(workload, &life),
        labels: texts(workload, &change.labels),
        tickets: texts(workload, &change.tickets),
    })
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

/// The commit that carried a change furthest.
fn carrier(lives: &Lives<'_>, place: ChangeAt) -> Option<CommitAt> {
    lives.deliveries.iter().rev().find_map(|delivery| {
        let arrival = delivery.arrivals.get(place as usize).copied().flatten()?;
        let row = delivery.rows.get(arrival.row as usize)?;
        lives.workload.records.get(row.record as usize)?.commit
    })
}

fn carried_version(lives: &Lives<'_>, place: ChangeAt) -> Option<String> {
    lives.deliveries.iter().rev().find_map(|delivery| {
        let arrival = delivery.arrivals.get(place as usize).copied().flatten()?;
        let row = delivery.rows.get(arrival.row as usize)?;
        version(
            lives.workload,
            lives.workload.records.get(row.record as usize)?,
        )
    })
}

fn environments(lives: &Lives<'_>, place: ChangeAt) -> BTreeMap<String, Arrival> {
    lives
        .deliveries
        .iter()
        .filter_map(|delivery| {
            let arrival = delivery.arrivals.get(place as usize).copied().flatten()?;
            let row = delivery.rows.get(arrival.row as usize)?;
            let record = lives.workload.records.get(row.record as usize)?;
            Some((
                delivery.environment.clone(),
                Arrival {
                    version: version(lives.workload, record),
                    since: arrival.at,
                },
            ))
        })
        .collect()
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

/// Whose move it is.
fn on(lives: &Lives<'_>, change: &Change, life: &Life, leg: &StateLeg) -> Vec<String> {
    use super::definition::StepKind;
    let workload = lives.workload;
    let step = &workload.path.steps[leg.step];
    let author = || {
        let author = change.author.map(|author| workload.text(author).to_owned());
        author.into_iter().collect::<Vec<String>>()
    };
    let team = || workload.definition.team.clone().into_iter().collect();
    match (leg.state, step.kind) {
        (State::Waiting, _) if life.through(leg).is_some() => team(),
        (State::Gated, _) => {
            let gate = workload.gates.iter().rfind(|gate| {
                gate.closed.is_none() && super::step::of_gate(workload, gate) == Some(leg.step)
            });
            match gate {
                Some(gate) if !gate.approvers.is_empty() => {
                    let names = gate.approvers.iter();
                    names.map(|name| workload.text(*name).to_owned()).collect()
                }
                _ => step.approvers.clone(),
            }
        }
        (State::Failed, _) | (_, StepKind::Code) => author(),
        (State::Waiting, StepKind::Review) => {
            let approved = change.reviews.iter().any(|review| {
                review.state == Some(crate::event::kind::ReviewState::Approved) && !review.bot
            });
            if approved {
                author()
            } else if change.reviewers.is_empty() {
                team()
            } else {
                let names = change.reviewers.iter();
                names.map(|name| workload.text(*name).to_owned()).collect()
            }
        }
        (State::Working, StepKind::Review) => {
            let last = change.reviews.iter().rfind(|review| !review.bot);
            let name = last.and_then(|review| review.reviewer);
            name.map(|name| workload.text(name).to_owned())
                .into_iter()
                .collect()
        }
        (State::Held, _) => workload
            .holds
            .iter()
            .filter(|hold| hold.until.is_none())
            .filter_map(|hold| hold.by)
            .map(|name| workload.text(name).to_owned())
            .collect(),
        (State::Waiting, _) => team(),
        (State::WaitingForRelease, _) => lives.last_of_release(change),
        _ => Vec::new(),
    }
}

/// What a person would say.
fn sentence(
    lives: &Lives<'_>,
    change: &Change,
    life: &Life,
    leg: Option<&StateLeg>,
    on: &[String],
) -> String {
    let workload = lives.workload;
    let id = short(workload.text(change.id));
    let production = &lives.production().environment;
    let by = if on.is_empty() {
        String::new()
    } else {
        format!(", on {}", on.join(", "))
    };
    match (life.end, leg) {
        (End::Delivered(at), _) => format!("{id} is live in {production} since {at}"),
        (End::LiveBefore(at), _)
            if lives
                .arrival(life.change)
                .is_some_and(|arrival| arrival.kind == ArrivalKind::Copied) =>
        {
            format!("{id} is live in {production} since {at}, as a copy of what was live already")
        }
        (End::LiveBefore(at), _) => {
            format!(
                "{id} was already in the first deployment to {production} that is known, of {at}"
            )
        }
        (End::Abandoned(at), _) => format!("{id} was closed without a merge at {at}"),
        (End::InFlight, None) => format!("nothing is known of the way of {id}"),
        (End::InFlight, Some(leg)) => {
            let step = &workload.path.steps[leg.step].name;
            let state = match leg.state {
                State::Working => format!("{step} is being worked on"),
                State::Queued => format!("queued for {step}"),
                _ if life.through(leg).is_some() => format!("waiting for {production}"),
                State::Waiting => format!("waiting for {step}"),
                State::Gated => format!("held at the gate {step}"),
                State::Soaking => format!("soaking before {step}"),
                State::Frozen => format!("kept out of {step} by a freeze"),
                State::Held => format!("kept out of {step} by a hold"),
                State::WaitingForRelease => {
                    format!("ready for {step}, and waiting for the rest of its feature")
                }
                State::Failed => format!("failed at {step}, and nothing runs since"),
                State::Superseded => format!("overtaken at {step} by a newer candidate"),
                State::Unknown => format!("last seen at {step}; its source is silent"),
                State::Delivered => format!("live in {production}"),
            };
            format!("{id}: {state}, since {}{by}", leg.from)
        }
    }
}
