//! What ran in an environment, deployment by deployment, and how it stands to the environment before it: what is there and not here, and what is here
//! and not there. Owned data, for pages and reports about one cell of the matrix.

use std::borrow::Cow;

use serde::Serialize;

use super::Workload;
use super::delivery::{Arrival, Attempt, AttemptOutcome, Delivery, deliver};
use super::entity::{ChangeAt, Record};
use super::environment::{before, lacking, live, short, version};
use super::name::Name;
use super::state::Lives;
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;

/// An environment of a workload, with its past.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    pub workload: String,
    pub environment: String,
    /// The newest first; what is under way before all.
    pub runs: Vec<Ran>,
    pub ahead: Ahead,
}

/// A deployment to an environment.
#[derive(Clone, Debug, Serialize)]
pub struct Ran {
    pub deployment: String,
    pub version: Option<String>,
    pub sha: Option<String>,
    pub artifact: Option<String>,
    /// When it finished; of one under way, when it began.
    pub at: Timestamp,
    /// `first`, `change`, `rollback`, `redeploy`, `failed`, `cancelled`, `removed`, `deploying`.
    pub kind: &'static str,
    /// The pipeline that did it, else the tool that tells of it.
    pub by: String,
    pub unplanned: bool,
    /// What it was the first to bring here.
    pub changes: Vec<Brief>,
    /// A change was told to be in it by date.
    pub inferred: bool,
    /// It is what runs here now.
    pub live: bool,
    /// When something else took its place.
    pub until: Option<Timestamp>,
    pub url: Option<String>,
}

/// A change in a line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Brief {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    /// Since when it is where it is told of.
    pub at: Timestamp,
}

/// How an environment stands to the one before it on the path.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ahead {
    /// `None`: the first environment, which is held against the target branch.
    pub before: Option<String>,
    /// There and not here, the oldest first.
    pub missing: Vec<Brief>,
    /// Here and not there, the oldest first: it went past.
    pub extra: Vec<Brief>,
}

/// All of it.
#[must_use]
pub fn history(lives: &Lives<'_>, environment: &str) -> History {
    History {
        workload: lives.workload.name().to_owned(),
        environment: environment.to_owned(),
        runs: runs(lives, environment),
        ahead: ahead(lives, environment),
    }
}

/// The deployments to an environment, the newest first.
#[must_use]
pub fn runs(lives: &Lives<'_>, environment: &str) -> Vec<Ran> {
    let workload = lives.workload;
    let delivery = delivery(lives, environment);
    let runs = live(workload, environment).map(|record| record.deployment);
    let here =
        |record: &&Record| record.environment.map(|name| workload.text(name)) == Some(environment);
    let mut all: Vec<Ran> = delivery
        .attempts
        .iter()
        .filter_map(|attempt| finished(workload, &delivery, attempt))
        .collect();
    for record in workload.records.iter().filter(here) {
        if record.removed
            && let Some(at) = record.finished
        {
            all.push(of(workload, record, at, "removed"));
        } else if record.finished.is_none() {
            let at = record.started.or(record.queued).unwrap_or(workload.as_of);
            all.push(of(workload, record, at, "deploying"));
        }
    }
    all.sort_by_key(|ran| (ran.kind == "deploying", ran.at));
    all.reverse();
    let mut next = None;
    for ran in &mut all {
        if !matches!(ran.kind, "deploying" | "failed" | "cancelled") {
            ran.until = next.filter(|_| ran.kind != "removed");
            next = Some(ran.at);
        }
    }
    // Of several rows with one id the newest that went well is it.
    let runs = runs.map(|name| workload.text(name));
    let live = all
        .iter_mut()
        .find(|ran| Some(ran.deployment.as_str()) == runs && went_well(ran.kind));
    if let Some(ran) = live {
        ran.live = true;
        ran.until = None;
    }
    all
}

fn went_well(kind: &str) -> bool {
    matches!(kind, "first" | "change" | "rollback" | "redeploy")
}

/// What the environment before has, or the target branch where there is none, and this one has not; and the other way round.
#[must_use]
pub fn ahead(lives: &Lives<'_>, environment: &str) -> Ahead {
    let here = delivery(lives, environment);
    let before = before(lives, environment);
    let listed = |found: Vec<(ChangeAt, Timestamp)>| -> Vec<Brief> {
        let found = found.into_iter();
        let briefs = found.filter_map(|(place, at)| brief(lives.workload, place, at));
        let mut briefs: Vec<Brief> = briefs.collect();
        briefs.sort_by(|one, two| (one.at, &one.change).cmp(&(two.at, &two.change)));
        briefs
    };
    let extra = before.map_or_else(Vec::new, |before| {
        // What came with the first deployment that is known may have been there before anybody told of it.
        lacking(lives, before, Some(&here))
            .filter(|(place, _)| here.arrival(*place).is_some_and(Arrival::counts))
            .collect()
    });
    Ahead {
        before: before.map(|before| before.environment.clone()),
        missing: listed(lacking(lives, &here, before).collect()),
        extra: listed(extra),
    }
}

/// The deployments to an environment, be it on the path or not.
pub(super) fn delivery<'l>(lives: &'l Lives<'_>, environment: &str) -> Cow<'l, Delivery> {
    let known = lives
        .deliveries
        .iter()
        .find(|known| known.environment == environment);
    match known {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(deliver(lives.workload, environment)),
    }
}

fn finished(workload: &Workload, delivery: &Delivery, attempt: &Attempt) -> Option<Ran> {
    let last = delivery.row(*attempt.rows.last()?)?;
    let record = workload.records.get(last.record as usize)?;
    let cancelled = || match record.outcome {
        Some(Outcome::Cancelled | Outcome::Skipped) => "cancelled",
        _ => "failed",
    };
    let kind = match attempt.outcome {
        AttemptOutcome::Succeeded => attempt.kind.word(),
        AttemptOutcome::Failed => "failed",
        AttemptOutcome::Other => cancelled(),
    };
    let changes = attempt.changes.iter().filter_map(|place| {
        let at = delivery.arrival(*place)?.at;
        brief(workload, *place, at)
    });
    let records = attempt.rows.iter().filter_map(|row| {
        let row = delivery.row(*row)?;
        workload.records.get(row.record as usize)
    });
    Some(Ran {
        changes: changes.collect(),
        inferred: attempt.inferred,
        unplanned: records.clone().any(|record| record.unplanned)
            || workload.marked_unplanned.contains(&attempt.deployment),
        ..of(workload, record, attempt.at, kind)
    })
}

/// A record as a deployment of its own.
fn of(workload: &Workload, record: &Record, at: Timestamp, kind: &'static str) -> Ran {
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let sha = record
        .commit
        .and_then(|commit| workload.commits.get(commit as usize))
        .map(|commit| workload.text(commit.sha).to_owned());
    let by = workload.text(record.pipeline.unwrap_or(record.source));
    Ran {
        deployment: workload.text(record.deployment).to_owned(),
        version: version(workload, record).or_else(|| sha.as_ref().map(|sha| short(sha).into())),
        sha,
        artifact: text(record.artifact),
        at,
        kind,
        by: match record.pipeline {
            Some(_) => by.to_owned(),
            None => super::step::producer(by).to_owned(),
        },
        unplanned: record.unplanned,
        changes: Vec::new(),
        inferred: false,
        live: false,
        until: None,
        url: text(record.url),
    }
}

fn brief(workload: &Workload, place: ChangeAt, at: Timestamp) -> Option<Brief> {
    let change = workload.changes.get(place as usize)?;
    let text = |name: Name| workload.text(name);
    // A commit without a request is told by the first line of its message.
    let message = || workload.commits.get(change.sha? as usize)?.message;
    let title = change.title.or_else(message);
    Some(Brief {
        change: text(change.id).to_owned(),
        title: title.map(|name| workload.heading(name).to_owned()),
        author: change.author.map(text).map(str::to_owned),
        url: change.url.map(text).map(str::to_owned),
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::{Rules, Step, StepKind};
    use crate::model::sample::Sample;

    fn deploys(environment: &str) -> Step {
        Step {
            environment: Some(environment.to_owned()),
            ..Step::bare(environment, StepKind::Deploy)
        }
    }

    /// Three merged changes: all of them in staging, the first in production, where a second deployment failed.
    fn shop() -> Workload {
        let mut s = Sample::new("shop");
        s.commit("r", "a", "03-01 09:00", &[]);
        s.commit("r", "b", "03-02 09:00", &["a"]);
        s.commit("r", "c", "03-03 09:00", &["b"]);
        for (id, sha, at) in [
            ("1", "a", "03-01 10:00"),
            ("2", "b", "03-02 10:00"),
            ("3", "c", "03-03 10:00"),
        ] {
            s.request(id, "r", &[sha]).opened(at).merged(sha, at);
        }
        let staging = s.name("staging");
        for (id, sha, at) in [
            ("s0", "a", "03-01 11:00"),
            ("s1", "b", "03-02 11:00"),
            ("s2", "c", "03-03 11:00"),
        ] {
            s.deploy(id, "r", sha, at);
            s.record().environment = Some(staging);
        }
        s.deploy("p0", "r", "a", "03-01 12:00");
        s.deploy("p1", "r", "b", "03-04 12:00")
            .outcome(Outcome::Failure);
        s.deploy("p2", "r", "b", "03-05 12:00");
        s.deploy("p3", "r", "a", "03-06 12:00");
        let production = Step {
            needs: vec![0],
            ..deploys("production")
        };
        s.workload().path.steps = vec![deploys("staging"), production];
        s.done()
    }

    #[test]
    fn runs_are_told_newest_first_with_what_took_their_place() {
        let workload = shop();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let runs = runs(&lives, "production");
        let told: Vec<(&str, &str, bool, bool)> = runs
            .iter()
            .map(|ran| (&*ran.deployment, ran.kind, ran.live, ran.until.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                ("p3", "rollback", true, false),
                ("p2", "change", false, true),
                ("p1", "failed", false, false),
                ("p0", "first", false, true),
            ]
        );
        assert_eq!(runs[1].until, Some(runs[0].at));
        assert_eq!(runs[3].until, Some(runs[1].at), "a failure takes no place");
        let brought: Vec<&str> = runs[1].changes.iter().map(|one| &*one.change).collect();
        assert_eq!(brought, ["2"]);
        assert!(super::runs(&lives, "nowhere").is_empty());
    }

    #[test]
    fn what_is_ahead_is_what_is_counted_as_behind() {
        let workload = shop();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let ids =
            |all: &[Brief]| -> Vec<String> { all.iter().map(|one| one.change.clone()).collect() };
        let production = ahead(&lives, "production");
        assert_eq!(production.before.as_deref(), Some("staging"));
        // The second was there, and was taken back.
        assert_eq!(ids(&production.missing), ["2", "3"]);
        assert!(production.extra.is_empty());
        let staging = ahead(&lives, "staging");
        assert_eq!((staging.before, staging.missing.len()), (None, 0));
        for running in crate::model::environment::running(&lives).environments {
            let missing = ahead(&lives, &running.environment).missing.len();
            assert_eq!(
                running.behind.changes,
                Some(missing),
                "{}",
                running.environment
            );
        }
    }

    #[test]
    fn what_went_past_the_environment_before_is_told() {
        let mut s = Sample::new("shop");
        s.commit("r", "a", "03-01 09:00", &[]);
        s.commit("r", "b", "03-02 09:00", &["a"]);
        s.request("1", "r", &["b"])
            .opened("03-02 09:30")
            .merged("b", "03-02 10:00");
        let staging = s.name("staging");
        s.deploy("s0", "r", "a", "03-01 11:00");
        s.record().environment = Some(staging);
        s.deploy("p0", "r", "a", "03-01 12:00");
        s.deploy("p1", "r", "b", "03-02 12:00");
        let production = Step {
            needs: vec![0],
            ..deploys("production")
        };
        s.workload().path.steps = vec![deploys("staging"), production];
        let workload = s.done();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let found = ahead(&lives, "production");
        assert!(found.missing.is_empty());
        assert_eq!(found.extra.len(), 1);
        assert_eq!(found.extra[0].change, "1");
    }
}
