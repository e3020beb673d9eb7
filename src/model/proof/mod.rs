//! Proof of delivery: what ran in an environment at an instant, since when and until when, what it brought, who decided on it, on what evidence, and what
//! went wrong meanwhile. What it rests on is told as it was known to have happened by that instant; what came after, its end and its incidents, by the
//! instant that is looked from. Nothing is judged here: evidence is that of [`compliance`](super::compliance), what was brought that of
//! [`delivery`](super::delivery). What is not known is told as not known.

mod brought;
mod decided;
mod evidence;
mod meanwhile;
#[cfg(test)]
mod tests;
mod unknown;

use serde::Serialize;

use super::compliance::live::Live;
use super::compliance::{LiveVersion, Required, judge};
use super::delivery::{Attempt, Delivery, Row};
use super::entity::Record;
use super::environment::{short, version};
use super::name::Name;
use super::notes::NoteChange;
use super::ran;
use super::state::Lives;
use super::{Workload, step};
use crate::event::kind::{Outcome, Severities};
use crate::event::time::Timestamp;

/// `leadtime/proof/v1`
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    pub workload: String,
    pub environment: String,
    /// The instant that is asked about.
    pub at: Timestamp,
    /// The instant that it is looked at from: what happened up to then is known.
    pub as_of: Timestamp,
    pub path: String,
    /// Nobody wrote the path: it was made from what the events show.
    pub derived: bool,
    /// What ran, since when, by which deployment.
    #[serde(flatten)]
    pub live: LiveVersion,
    /// When this version first came to the environment: earlier than `since` after a rollback or a redeploy.
    pub first: Timestamp,
    /// When something else took its place, or it was taken out; none where it still runs.
    pub until: Option<Timestamp>,
    pub delivery: Delivered,
    /// What ran before, and what took its place.
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
    /// What the version brought to the environment, the first that came first.
    pub changes: Vec<Brought>,
    /// The deployment that brought them, where this one brought its version back or again.
    pub brought_by: Option<String>,
    /// Changes that what ran before had, and this version has not.
    pub leaves: Vec<String>,
    /// Decisions on this version on its way to the environment, in the order of their time.
    pub gates: Vec<Decided>,
    /// The evidence of every step that is asked for, as `leadtime/check/v1` tells it.
    pub steps: Vec<Required>,
    /// Every scan of it, the oldest first.
    pub scans: Vec<Scanned>,
    /// Where its bill of materials is.
    pub sbom: Option<String>,
    /// When its artifact was signed.
    pub signed: Option<Timestamp>,
    /// Incidents of the environment that were open while it ran, and those that are put down to it; none where no source tells of any incident.
    pub incidents: Option<Vec<Trouble>>,
    /// Where the path, or the way that was taken, leaves something out, in sentences.
    pub problems: Vec<String>,
    /// What is not known of it, each in a few words.
    pub unknown: Vec<String>,
}

/// How it came there.
#[derive(Clone, Debug, Serialize)]
pub struct Delivered {
    /// `first`, `change`, `rollback` or `redeploy`.
    pub kind: Option<&'static str>,
    /// The record that tells of it, and whose it is (`context.source`).
    pub record: String,
    pub source: String,
    /// The tool, in a word.
    pub tool: String,
    pub pipeline: Option<String>,
    /// The run that deployed, where one names the environment and the commit.
    pub run: Option<Ran>,
    pub queued: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub slot: Option<String>,
    pub unplanned: bool,
    /// A person called it failed.
    pub failed: bool,
    pub url: Option<String>,
}

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct Ran {
    pub run: String,
    pub name: Option<String>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// `success`, `failure`, `cancelled`, `skipped` or `other`.
    pub outcome: Option<&'static str>,
    pub url: Option<String>,
}

/// What ran before or after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Neighbour {
    pub version: Option<String>,
    pub sha: Option<String>,
    pub deployment: String,
    /// When it came.
    pub since: Option<Timestamp>,
}

/// A change that the version brought.
#[derive(Clone, Debug, Serialize)]
pub struct Brought {
    /// `since`: since when it is in the environment.
    #[serde(flatten)]
    pub change: NoteChange,
    /// A commit that reached the target branch without a request.
    pub direct: bool,
    pub merged: Option<Timestamp>,
    /// The last word of each reviewer before the merge.
    pub reviews: Vec<Reviewed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reviewed {
    pub by: Option<String>,
    /// `approved` or `changes_requested`.
    pub said: &'static str,
    pub at: Timestamp,
    pub bot: bool,
}

/// A decision by people.
#[derive(Clone, Debug, Serialize)]
pub struct Decided {
    pub gate: String,
    pub step: Option<String>,
    pub environment: Option<String>,
    /// The tool, in a word.
    pub tool: String,
    pub opened: Timestamp,
    pub closed: Option<Timestamp>,
    /// `approved`, `rejected`, `cancelled`, `expired`, `other`; none while it is open, or where the tool does not say.
    pub decision: Option<&'static str>,
    /// It was decided before the version first went live; none while it is open.
    pub in_time: Option<bool>,
    pub requestor: Option<String>,
    pub by: Option<String>,
    pub comment: Option<String>,
    /// What others said of whom more were asked.
    pub votes: Vec<Voice>,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Voice {
    pub by: Option<String>,
    pub decision: Option<&'static str>,
    pub at: Timestamp,
    pub comment: Option<String>,
}

/// A scan of the version.
#[derive(Clone, Debug, Serialize)]
pub struct Scanned {
    pub scan: String,
    pub tool: String,
    pub at: Timestamp,
    /// `success`, `failure`, `cancelled` or `other`.
    pub outcome: Option<&'static str>,
    /// How many were found of each severity; none where the scanner does not say.
    pub counts: Option<Severities>,
    /// What was found and does not count, each with the reason.
    pub suppressed: Vec<String>,
    pub url: Option<String>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    pub incident: String,
    pub description: Option<String>,
    pub severity: Option<String>,
    pub opened: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    /// It is put down to this deployment.
    pub caused: bool,
    /// That rests on time alone (`~`).
    pub inferred: bool,
    pub url: Option<String>,
}

/// What is told of, and where it stands in the model.
struct Case<'a> {
    lives: &'a Lives<'a>,
    delivery: &'a Delivery,
    live: &'a Live<'a>,
    /// The row of its record, and the attempt of that.
    row: Option<&'a Row>,
    attempt: Option<&'a Attempt>,
}

/// What ran in an environment at the instant of `then`, looked at from that of `now`; none where nothing is known to have.
#[must_use]
pub fn proof(then: &Lives<'_>, now: &Lives<'_>, environment: &str) -> Option<Proof> {
    let workload = then.workload;
    let delivery = ran::delivery(then, environment);
    let live = Live::of(then, &delivery)?;
    let judged = judge(then, &delivery, Some(&live));
    let own = |row: &&Row| {
        let known = workload.records.get(row.record as usize);
        known.is_some_and(|known| std::ptr::eq(known, live.record))
    };
    let row = delivery.rows.iter().find(own);
    let case = Case {
        lives: then,
        delivery: &delivery,
        live: &live,
        row,
        attempt: row.and_then(|row| delivery.attempt(row.attempt)),
    };
    let (until, after) = meanwhile::end(now.workload, &delivery.environment, live.record, workload);
    let (changes, brought_by) = brought::changes(&case);
    let (sbom, signed) = evidence::papers(&case);
    let mut proof = Proof {
        workload: workload.name().to_owned(),
        environment: environment.to_owned(),
        at: workload.as_of,
        as_of: now.workload.as_of,
        path: judged.path,
        derived: judged.derived,
        live: live.version(workload),
        first: live.first,
        until,
        delivery: delivered(&case),
        before: meanwhile::before(&case),
        after,
        changes,
        brought_by,
        leaves: brought::leaves(&case),
        gates: decided::gates(&case),
        steps: judged.steps,
        scans: evidence::scans(&case),
        sbom,
        signed,
        incidents: now
            .workload
            .incident_source
            .then(|| meanwhile::incidents(now, &case, until)),
        problems: judged.problems,
        unknown: Vec::new(),
    };
    proof.unknown = unknown::unknown(&case, &proof);
    Some(proof)
}

fn delivered(case: &Case<'_>) -> Delivered {
    let (workload, record) = (case.lives.workload, case.live.record);
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let of_attempt = |record: &&Record| {
        record.deployment == case.live.record.deployment
            && record.environment == case.live.record.environment
    };
    let mut records = workload.records.iter().filter(of_attempt);
    Delivered {
        kind: case.attempt.map(|attempt| attempt.kind.word()),
        record: workload.text(record.id).to_owned(),
        source: workload.text(record.source).to_owned(),
        tool: step::producer(workload.text(record.source)).to_owned(),
        // A version tag is of a series, and that of no prefix has no name.
        pipeline: text(record.pipeline).filter(|name| !name.is_empty()),
        run: evidence::run(case),
        queued: record.queued,
        started: record.started,
        slot: text(record.slot),
        unplanned: records.any(|record| record.unplanned)
            || workload.marked_unplanned.contains(&record.deployment),
        failed: workload.marked_failed.contains(&record.deployment),
        url: text(record.url),
    }
}

fn neighbour(workload: &Workload, record: &Record) -> Neighbour {
    let sha = record
        .commit
        .and_then(|commit| workload.commits.get(commit as usize))
        .map(|commit| workload.text(commit.sha).to_owned());
    Neighbour {
        version: version(workload, record)
            .or_else(|| sha.as_deref().map(|sha| short(sha).to_owned())),
        sha,
        deployment: workload.text(record.deployment).to_owned(),
        since: record.finished,
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Cancelled => "cancelled",
        Outcome::Skipped => "skipped",
        Outcome::Other => "other",
    }
}
