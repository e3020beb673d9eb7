//! What runs where: in each environment of the path the version that arrived last, since when, and what the environment before it has already.

use serde::Serialize;

use super::Workload;
use super::definition::StepKind;
use super::delivery::{AttemptOutcome, Delivery};
use super::entity::{ChangeAt, Record};
use super::name::Name;
use super::state::{Followed, Lives};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;

/// `leadtime/env/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Environments {
    pub as_of: Timestamp,
    pub workloads: Vec<WorkloadEnvironments>,
}

#[derive(Clone, Debug, Serialize)]
pub struct WorkloadEnvironments {
    pub workload: String,
    pub team: Option<String>,
    pub environments: Vec<Running>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Running {
    pub environment: String,
    /// The environment before it on the path, that it is held against; `None`: the target branch.
    #[serde(skip)]
    pub before: Option<String>,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub artifact: Option<String>,
    pub since: Option<Timestamp>,
    pub deployment: Option<String>,
    /// `ok`, `incident` (one is open on it), `deploying`, `failed` (the last attempt failed, the version before it runs), null where nothing can tell.
    pub health: Option<&'static str>,
    pub behind: Behind,
    pub slot: Option<String>,
    pub held: Option<String>,
}

/// How far an environment is behind the one before it on the path, or behind the target branch.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Behind {
    /// Changes that are there and not here; null where it cannot be told.
    pub changes: Option<usize>,
    /// Since when the oldest of them is there.
    pub since: Option<Timestamp>,
}

/// How a version stands to that of the environment before it on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The same version.
    Same,
    /// The environment before has changes that this one has not.
    Behind(usize),
    /// Another version, though nothing of what is before it is missing: something went past the environment before, or was taken back there.
    Differs,
}

impl Running {
    /// How it stands to the environment before it; `None` where there is nothing to compare with.
    #[must_use]
    pub fn drift(&self, before: Option<&Self>) -> Option<Drift> {
        if let Some(changes @ 1..) = self.behind.changes {
            return Some(Drift::Behind(changes));
        }
        let named = |one: &Self| one.sha.clone().or_else(|| one.version.clone());
        let (here, there) = (named(self)?, named(before?)?);
        Some(
            if here == there || self.version.is_some() && self.version == before?.version {
                Drift::Same
            } else {
                Drift::Differs
            },
        )
    }
}

/// What runs in each environment of a workload: those of its path first, then others that something was deployed to (off the path).
#[must_use]
pub fn running(lives: &Lives<'_>) -> WorkloadEnvironments {
    let workload = lives.workload;
    let mut environments: Vec<Running> = lives
        .deliveries
        .iter()
        .map(|delivery| one(lives, delivery, before(lives, &delivery.environment)))
        .collect();
    let mut others: Vec<&str> = workload
        .records
        .iter()
        .filter_map(|record| record.environment)
        .map(|name| workload.text(name))
        .filter(|name| {
            lives
                .deliveries
                .iter()
                .all(|known| known.environment != *name)
        })
        .collect();
    others.sort_unstable();
    others.dedup();
    for name in others {
        let delivery = super::delivery::deliver(workload, name);
        environments.push(one(lives, &delivery, None));
    }
    environments.retain(|environment| {
        environment.since.is_some()
            || environment.health.is_some()
            || on_path(workload, environment)
    });
    WorkloadEnvironments {
        workload: workload.name().to_owned(),
        team: workload.definition.team.clone(),
        environments,
    }
}

fn on_path(workload: &Workload, running: &Running) -> bool {
    super::step::of_environment(workload, &running.environment).is_some()
}

/// What arrived in the environment before another on the path: of those that its step needs the last one, whatever steps of other kinds lie between.
#[must_use]
pub fn before<'l>(lives: &'l Lives<'_>, environment: &str) -> Option<&'l Delivery> {
    let deliveries = &lives.deliveries;
    let steps = &lives.workload.path.steps;
    let Some(step) = super::step::of_environment(lives.workload, environment) else {
        let place = deliveries
            .iter()
            .position(|one| one.environment == environment)?;
        return deliveries.get(place.checked_sub(1)?);
    };
    let mut found: Option<usize> = None;
    let mut open = steps[step].needs.clone();
    // Needs always point back, so this ends.
    while let Some(place) = open.pop() {
        let there = steps[place].environment.as_deref();
        let is_other = there.is_some_and(|there| there != environment);
        if steps[place].kind == StepKind::Deploy && is_other {
            found = found.max(Some(place));
        } else {
            open.extend(&steps[place].needs);
        }
    }
    let name = steps[found?].environment.as_ref()?;
    deliveries.iter().find(|one| one.environment == *name)
}

/// The records of an environment, newest last.
fn records<'w>(workload: &'w Workload, environment: &str) -> Vec<&'w Record> {
    workload
        .records
        .iter()
        .filter(|record| record.environment.map(|name| workload.text(name)) == Some(environment))
        .collect()
}

/// The record that made live what runs in an environment.
#[must_use]
pub fn live<'w>(workload: &'w Workload, environment: &str) -> Option<&'w Record> {
    last_live(&records(workload, environment))
}

fn last_live<'w>(records: &[&'w Record]) -> Option<&'w Record> {
    let last = records
        .iter()
        .rfind(|record| record.outcome == Some(Outcome::Success))?;
    (!last.removed).then_some(*last)
}

fn one(lives: &Lives<'_>, delivery: &Delivery, before: Option<&Delivery>) -> Running {
    let workload = lives.workload;
    let records = records(workload, &delivery.environment);
    let live = last_live(&records);
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let sha = live
        .and_then(|record| record.commit)
        .and_then(|commit| workload.commits.get(commit as usize))
        .map(|commit| workload.text(commit.sha).to_owned());
    Running {
        environment: delivery.environment.clone(),
        before: before.map(|before| before.environment.clone()),
        version: live
            .and_then(|record| version(workload, record))
            .or_else(|| sha.as_ref().map(|sha| short(sha).to_owned())),
        sha,
        artifact: text(live.and_then(|record| record.artifact)),
        since: live.and_then(|record| record.finished),
        deployment: text(live.map(|record| record.deployment)),
        health: health(lives, delivery, &records),
        behind: live.map_or_else(Behind::default, |_| behind(lives, delivery, before)),
        slot: text(live.and_then(|record| record.slot)),
        held: workload
            .holds
            .iter()
            .rfind(|hold| {
                hold.until.is_none() && workload.text(hold.environment) == delivery.environment
            })
            .map(|hold| {
                text(hold.reason)
                    .or(text(hold.by))
                    .unwrap_or_else(|| "held".to_owned())
            }),
    }
}

/// The version that a record made live: its own, its artifact's, the tag on its commit, or what that commit is called in another environment.
#[must_use]
pub fn version(workload: &Workload, record: &Record) -> Option<String> {
    let artifact = || {
        let id = record.artifact?;
        let known = workload.artifacts.iter().find(|artifact| artifact.id == id);
        known?.version
    };
    let tag = || {
        let commit = record.commit?;
        let known = workload.tags.iter().find(|tag| tag.commit == Some(commit));
        Some(known?.name)
    };
    // What is made of the same commit elsewhere is called the same here.
    let elsewhere = || {
        let commit = record.commit?;
        let mut others = workload.records.iter().rev();
        let known = others.find(|other| other.commit == Some(commit) && other.version.is_some());
        known?.version
    };
    let name = record
        .version
        .or_else(artifact)
        .or_else(tag)
        .or_else(elsewhere)?;
    Some(workload.text(name).to_owned())
}

/// The beginning of a commit's sha, as people write it.
#[must_use]
pub fn short(sha: &str) -> &str {
    let hexadecimal = sha.len() >= 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal { &sha[..7] } else { sha }
}

fn health(lives: &Lives<'_>, delivery: &Delivery, records: &[&Record]) -> Option<&'static str> {
    let workload = lives.workload;
    // Where the end of one was never told, the next that went well tells it.
    let followed = Followed::new(records.iter().copied());
    let mut open = records.iter().filter(|record| record.finished.is_none());
    if open.any(|record| followed.by(record).is_none()) {
        return Some("deploying");
    }
    let last = delivery.attempts.last()?;
    if last.outcome == AttemptOutcome::Failed {
        return Some("failed");
    }
    let production = delivery.environment == workload.production(lives.rules);
    let here = |environment: Option<Name>| match environment {
        Some(name) => workload.text(name) == delivery.environment,
        None => production,
    };
    let mut incidents = workload
        .incidents
        .iter()
        .filter(|incident| here(incident.environment))
        .peekable();
    incidents.peek()?;
    let open = incidents.any(|incident| incident.resolved.is_none());
    Some(if open { "incident" } else { "ok" })
}

/// How many changes the environment before has, or the target branch where there is none, that this one has not.
fn behind(lives: &Lives<'_>, delivery: &Delivery, before: Option<&Delivery>) -> Behind {
    let mut behind = Behind {
        changes: Some(0),
        since: None,
    };
    for (_, there) in lacking(lives, delivery, before) {
        behind.changes = behind.changes.map(|changes| changes + 1);
        behind.since = Some(behind.since.map_or(there, |since| since.min(there)));
    }
    behind
}

/// The changes that the environment before has, or the target branch where there is none, and this one has not, or no longer; each with when it came there.
pub(super) fn lacking<'l>(
    lives: &'l Lives<'_>,
    delivery: &'l Delivery,
    before: Option<&'l Delivery>,
) -> impl Iterator<Item = (ChangeAt, Timestamp)> + 'l {
    (0..)
        .zip(&lives.workload.changes)
        .filter(|(place, _)| delivery.holds(*place).is_none())
        .filter_map(move |(place, change)| {
            let there = match before {
                Some(before) => before.holds(place).map(|arrival| arrival.at),
                // What the branch does not hold any more will not come.
                None => change.merged.filter(|_| change.abandoned.is_none()),
            };
            Some((place, there?))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::sample::{Sample, at};

    /// m0 and m1, one of them merged on top of the other, in staging, and m0 in the others, of which production does not need the first.
    fn sample() -> Sample {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("perf", StepKind::Deploy, Some("perf")),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        s.workload().path.steps[3].needs = vec![1];
        s.commit("r", "m0", "03-01 09:00", &[])
            .commit("r", "m1", "03-02 09:00", &["m0"]);
        s.request("#1", "r", &[]).opened("03-02 08:00");
        s.merged("m1", "03-02 09:00");
        for (environment, sha, time) in [
            ("staging", "m0", "03-01 10:00"),
            ("perf", "m0", "03-01 11:00"),
            ("production", "m0", "03-01 12:00"),
            ("staging", "m1", "03-02 10:00"),
        ] {
            let name = s.name(environment);
            s.deploy(&format!("{environment} {sha}"), "r", sha, time);
            s.record().environment = Some(name);
        }
        s
    }

    fn told(s: Sample) -> Vec<Running> {
        let workload = s.done();
        let rules = Rules::default();
        running(&Lives::new(&workload, &rules, None)).environments
    }

    #[test]
    fn an_environment_is_behind_the_one_that_it_needs() {
        let told = told(sample());
        let behind = |place: usize| {
            let one = &told[place];
            (&*one.environment, one.before.as_deref(), one.behind.changes)
        };
        assert_eq!(behind(0), ("staging", None, Some(0)));
        assert_eq!(behind(1), ("perf", Some("staging"), Some(1)));
        assert_eq!(behind(2), ("production", Some("staging"), Some(1)));
    }

    #[test]
    fn nobody_is_behind_what_was_given_up() {
        let behind = |given_up: bool| {
            let mut s = sample();
            s.commit("r", "m2", "03-02 10:00", &["m1"]);
            s.request("#2", "r", &[]).opened("03-02 09:30");
            s.merged("m2", "03-02 10:00");
            if given_up {
                s.last_change().abandoned = Some(at("03-04 10:00"));
            }
            told(s)[0].behind.changes
        };
        assert_eq!((behind(false), behind(true)), (Some(1), Some(0)));
    }

    #[test]
    fn what_never_ended_is_over_once_the_next_went_well() {
        let health = |next: Option<Outcome>, pipeline: &str| {
            let mut s = sample();
            s.deploy("p1", "r", "m1", "03-03 10:00").pipeline("deploy");
            let record = s.record();
            (record.started, record.finished) = (Some(at("03-03 10:00")), None);
            record.outcome = None;
            if let Some(next) = next {
                s.deploy("p2", "r", "m1", "03-03 12:00").pipeline(pipeline);
                s.outcome(next);
            }
            told(s).pop().unwrap().health
        };
        assert_eq!(health(None, "deploy"), Some("deploying"));
        assert_eq!(health(Some(Outcome::Success), "deploy"), None);
        // It may be what the other was refused for.
        let failed = Some(Outcome::Failure);
        assert_eq!(health(failed, "deploy"), Some("deploying"));
        let other = Some(Outcome::Success);
        assert_eq!(health(other, "database"), Some("deploying"));
    }
}
