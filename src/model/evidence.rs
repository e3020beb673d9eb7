//! What speaks for a version: the runs, artifacts and scans that fill the machine steps of its path. The gate view asks it of what waits, the compliance
//! view of what is live.

use serde::{Deserialize, Serialize};

use super::Workload;
use super::definition::{Limits, Step, StepKind};
use super::entity::{Artifact, Change, CommitAt, Scan};
use super::name::Name;
use super::step;
use crate::event::kind::{Outcome, Severities};
use crate::event::time::Timestamp;

/// How a step stands for a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Present,
    /// It is there, and older than the step allows or than what it speaks of.
    Stale,
    /// Filled in another way than the path asks for.
    Overridden,
    Missing,
    Failed,
}

impl Standing {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Stale => "stale",
            Self::Overridden => "overridden",
            Self::Missing => "missing",
            Self::Failed => "failed",
        }
    }
}

/// What was found for a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub standing: Standing,
    /// When what was found happened.
    pub at: Option<Timestamp>,
    /// Who produced it.
    pub tool: Option<String>,
    pub detail: String,
    pub url: Option<String>,
}

impl Found {
    #[must_use]
    pub fn missing(detail: impl Into<String>) -> Self {
        Self {
            standing: Standing::Missing,
            at: None,
            tool: None,
            detail: detail.into(),
            url: None,
        }
    }
}

/// The version that evidence is asked for.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub commit: Option<CommitAt>,
    /// The commits of the request that the commit came from: what ran there counts where nothing ran on the commit itself.
    pub request: Vec<CommitAt>,
    /// Its artifact: package URL and digest.
    pub artifacts: Vec<Name>,
    /// When that was packaged: a scan from before is stale.
    pub packaged: Option<Timestamp>,
}

impl Subject {
    /// A change as it was merged, with what was made of it last.
    #[must_use]
    pub fn of_change(workload: &Workload, change: &Change) -> Self {
        let made = workload.artifacts.iter();
        let made = made.filter(|made| made.commit.is_some() && made.commit == change.sha);
        let made = made.max_by_key(|made| made.packaged.or(made.published));
        let names = made.map(|made| [Some(made.id), made.digest]);
        Self {
            commit: change.sha,
            request: request(change),
            artifacts: names.into_iter().flatten().flatten().collect(),
            packaged: made.and_then(|made| made.packaged),
        }
    }
}

/// The commits of the request of a change.
#[must_use]
pub fn request(change: &Change) -> Vec<CommitAt> {
    change.commits.iter().copied().chain(change.head).collect()
}

/// What speaks for a version at a machine step of the path.
#[must_use]
pub fn machine(workload: &Workload, place: usize, subject: &Subject) -> Found {
    let Some(step) = workload.path.steps.get(place) else {
        return Found::missing("no such step");
    };
    if step.kind == StepKind::Scan {
        return scanned(workload, place, subject);
    }
    let on = |commits: &[CommitAt]| ran(workload, place, commits);
    let own: Vec<CommitAt> = subject.commit.into_iter().collect();
    if let Some(found) = on(&own) {
        return found;
    }
    if step.kind == StepKind::Build
        && let Some(found) = built(workload, subject)
    {
        return found;
    }
    if let Some(mut found) = on(&subject.request) {
        found.detail = format!("{}, on the request before its merge", found.detail);
        return found;
    }
    other_run(workload, step, subject)
        .unwrap_or_else(|| Found::missing("nothing is known for this commit"))
}

/// The last run on one of some commits that fills a step.
fn ran(workload: &Workload, place: usize, commits: &[CommitAt]) -> Option<Found> {
    let run = workload
        .runs
        .iter()
        .filter(|run| run.commit.is_some_and(|commit| commits.contains(&commit)))
        .filter(|run| step::of_run(workload, run) == Some(place))
        .max_by_key(|run| run.finished.or(run.started))?;
    let name = run.name.map_or("run", |name| workload.text(name));
    let (standing, detail) = match (run.finished, run.outcome) {
        (None, _) => (Standing::Missing, format!("{name} is still running")),
        (Some(at), Some(Outcome::Success) | None) => {
            fresh(workload, &workload.path.steps[place], at, name.to_owned())
        }
        (Some(_), _) => (Standing::Failed, format!("{name} did not pass")),
    };
    Some(Found {
        standing,
        at: run.finished.or(run.started),
        tool: Some(step::producer(workload.text(run.source)).to_owned()),
        detail,
        url: run.url.map(|url| workload.text(url).to_owned()),
    })
}

/// An artifact is evidence of its build, where no run tells of it.
fn built(workload: &Workload, subject: &Subject) -> Option<Found> {
    let mine = |id: Name, commit: Option<CommitAt>| {
        subject.artifacts.contains(&id) || (subject.commit.is_some() && commit == subject.commit)
    };
    let mut made = workload.artifacts.iter();
    let made = made.find(|artifact| mine(artifact.id, artifact.commit))?;
    Some(Found {
        standing: Standing::Present,
        at: made.packaged.or(made.published),
        tool: Some(step::producer(workload.text(made.source)).to_owned()),
        detail: workload.text(made.id).to_owned(),
        url: None,
    })
}

/// A run of the step's kind by another producer than the path asks for.
fn other_run(workload: &Workload, step: &Step, subject: &Subject) -> Option<Found> {
    let run = workload
        .runs
        .iter()
        .filter(|run| subject.commit.is_some() && run.commit == subject.commit)
        .filter(|run| run.finished.is_some() && run.outcome == Some(Outcome::Success))
        .filter(|run| step::of_run(workload, run).is_none())
        .filter(|run| step::kind_of_run(workload, run) == Some(step.kind))
        .find(|run| !step::takes(step, workload.text(run.source)))?;
    let tool = step::producer(workload.text(run.source)).to_owned();
    Some(otherwise(
        step,
        run.finished,
        tool,
        run.url.map(|url| workload.text(url)),
    ))
}

/// A step that another tool filled than the path asks for: overridden where the step is locked, else not filled at all.
pub(super) fn otherwise(
    step: &Step,
    at: Option<Timestamp>,
    tool: String,
    url: Option<&str>,
) -> Found {
    let from = step.from.as_deref().unwrap_or("another tool");
    let (standing, detail) = if step.locked {
        (
            Standing::Overridden,
            format!("locked to {from}{}, filled by {tool}", step.because()),
        )
    } else {
        (
            Standing::Missing,
            format!("asks for {from}; {tool} does not count"),
        )
    };
    Found {
        standing,
        at,
        tool: Some(tool),
        detail,
        url: url.map(str::to_owned),
    }
}

/// Present, or stale where it is older than the step allows.
pub(super) fn fresh(
    workload: &Workload,
    step: &Step,
    at: Timestamp,
    detail: String,
) -> (Standing, String) {
    let old = step.fresh.is_some_and(|fresh| workload.as_of - at > fresh);
    if old {
        (Standing::Stale, format!("{detail}, of {at}"))
    } else {
        (Standing::Present, detail)
    }
}

/// Who scanned, in a word.
pub(super) fn scanner<'w>(workload: &'w Workload, scan: &Scan) -> &'w str {
    let source = || step::producer(workload.text(scan.source));
    scan.tool.map_or_else(source, |tool| workload.text(tool))
}

/// Whether a scan is one that a step asks for: by its source, or by the scanner's own name.
pub(in crate::model) fn fills(workload: &Workload, step: &Step, scan: &Scan) -> bool {
    step::takes(step, workload.text(scan.source))
        || step::named(step).any(|name| scanner(workload, scan).eq_ignore_ascii_case(name))
}

/// The scans of a version that are asked for, oldest first: those of its very artifact, where there are any, else those of its commit.
pub(super) fn scans_of<'w>(
    workload: &'w Workload,
    subject: &Subject,
    asked: &dyn Fn(&Scan) -> bool,
) -> Vec<&'w Scan> {
    let artifacts = |wanted: &dyn Fn(&Artifact) -> bool| -> Vec<Name> {
        let known = workload.artifacts.iter().filter(|known| wanted(known));
        known.map(|known| known.id).collect()
    };
    let own = |name: Name| subject.artifacts.contains(&name);
    let same = artifacts(&|known| own(known.id) || known.digest.is_some_and(own));
    let built = artifacts(&|known| subject.commit.is_some() && known.commit == subject.commit);
    let of_artifact = |scan: &&Scan| {
        scan.digest.is_some_and(own)
            || scan
                .artifact
                .is_some_and(|name| own(name) || same.contains(&name))
    };
    let of_commit = |scan: &&Scan| match (scan.commit, scan.artifact) {
        (Some(commit), _) => subject.commit == Some(commit),
        (None, artifact) => artifact.is_some_and(|name| built.contains(&name)),
    };
    let done = || {
        let scans = workload.scans.iter();
        scans.filter(|scan| scan.outcome != Some(Outcome::Skipped) && asked(scan))
    };
    let mut found: Vec<&Scan> = done().filter(of_artifact).collect();
    if found.is_empty() {
        found = done().filter(of_commit).collect();
    }
    found.sort_by_key(|scan| scan.at);
    found
}

/// The scans of a version that a step asks for, oldest first.
#[must_use]
pub fn scans<'w>(workload: &'w Workload, place: usize, subject: &Subject) -> Vec<&'w Scan> {
    let Some(step) = workload.path.steps.get(place) else {
        return Vec::new();
    };
    scans_of(workload, subject, &|scan| fills(workload, step, scan))
}

fn scanned(workload: &Workload, place: usize, subject: &Subject) -> Found {
    let step = &workload.path.steps[place];
    let url = |scan: &Scan| scan.url.map(|url| workload.text(url));
    let Some(scan) = scans(workload, place, subject).pop() else {
        // One that another scan step asks for says nothing of this one.
        let nobodys = |scan: &Scan| {
            let mut steps = workload.path.steps.iter();
            !steps.any(|step| step.kind == StepKind::Scan && fills(workload, step, scan))
        };
        let other = scans_of(workload, subject, &nobodys).pop();
        return other.map_or_else(
            || Found::missing("nothing is known for this commit"),
            |scan| {
                let tool = scanner(workload, scan).to_owned();
                otherwise(step, Some(scan.at), tool, url(scan))
            },
        );
    };
    let found = findings(workload, scan);
    let over = step.limits.zip(scan.counts);
    let over = over.is_some_and(|(limits, counts)| exceeds(limits, counts));
    let before = subject.packaged.is_some_and(|packaged| scan.at < packaged);
    let (standing, detail) = if over {
        (
            Standing::Failed,
            format!("{found}, over the limits of the path"),
        )
    } else if scan.outcome == Some(Outcome::Failure) {
        (Standing::Failed, found)
    } else if is_untold(step, scan) {
        (
            Standing::Missing,
            format!("{found}, and the path limits them"),
        )
    } else if before {
        (
            Standing::Stale,
            format!("{found}, of {}, before the artifact was made", scan.at),
        )
    } else {
        fresh(workload, step, scan.at, found)
    };
    Found {
        standing,
        at: Some(scan.at),
        tool: Some(scanner(workload, scan).to_owned()),
        detail,
        url: url(scan).map(str::to_owned),
    }
}

/// What a scan found, in words.
fn findings(workload: &Workload, scan: &Scan) -> String {
    let tool = scan.tool.map_or("scan", |tool| workload.text(tool));
    let found = scan.counts.map_or_else(
        || format!("{tool}: how many findings is not told"),
        |counts| {
            format!(
                "{tool}: {} critical, {} high, {} medium, {} low",
                counts.critical, counts.high, counts.medium, counts.low
            )
        },
    );
    match suppressed(workload, scan) {
        Some(aside) => format!("{found}; {aside}"),
        None => found,
    }
}

/// Whether nothing says how a scan stands to the limits of its step: neither counts, nor that its tool let it pass.
fn is_untold(step: &Step, scan: &Scan) -> bool {
    let told = scan.counts.is_some() || scan.outcome == Some(Outcome::Success);
    step.limits.is_some() && !told
}

/// How many of what does not count are named.
const NAMED: usize = 3;

/// What was found and does not count, with the reasons.
fn suppressed(workload: &Workload, scan: &Scan) -> Option<String> {
    let all = &scan.suppressed;
    let named: Vec<&str> = all
        .iter()
        .take(NAMED)
        .map(|name| workload.text(*name))
        .collect();
    let more = all.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!all.is_empty()).then(|| format!("not counted: {}{more}", named.join("; ")))
}

/// A scan that did not let its version pass: over the limits of a step, or failed by its tool.
#[must_use]
pub fn refuses(step: &Step, scan: &Scan) -> bool {
    let over = step.limits.zip(scan.counts);
    over.is_some_and(|(limits, counts)| exceeds(limits, counts))
        || scan.outcome == Some(Outcome::Failure)
}

fn exceeds(limits: Limits, counts: Severities) -> bool {
    [
        (limits.critical, counts.critical),
        (limits.high, counts.high),
        (limits.medium, counts.medium),
        (limits.low, counts.low),
    ]
    .into_iter()
    .any(|(limit, count)| limit.is_some_and(|limit| count > limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{Sample, at};

    fn found(outcome: Option<Outcome>, counts: Option<Severities>, limited: bool) -> Found {
        let mut s = Sample::new("shop");
        s.path(&[("scan", StepKind::Scan, None)]);
        let limits = Limits {
            critical: Some(0),
            ..Limits::default()
        };
        s.workload().path.steps[0].limits = limited.then_some(limits);
        s.commit("r", "m1", "03-03 10:00", &[]);
        let commit = Some(s.sha("m1"));
        let (id, source) = (s.name("scan"), s.name("trivy"));
        s.workload().scans.push(Scan {
            id,
            source,
            at: at("03-03 11:00"),
            tool: Some(source),
            commit,
            artifact: None,
            digest: None,
            suppressed: Vec::new(),
            outcome,
            counts,
            url: None,
        });
        let subject = Subject {
            commit,
            ..Subject::default()
        };
        machine(&s.done(), 0, &subject)
    }

    #[test]
    fn a_scan_that_tells_no_counts_found_nothing_that_can_be_told() {
        let untold = "trivy: how many findings is not told";
        let passed = found(Some(Outcome::Success), None, true);
        assert_eq!(
            (passed.standing, &*passed.detail),
            (Standing::Present, untold)
        );
        let failed = found(Some(Outcome::Failure), None, true);
        assert_eq!(
            (failed.standing, &*failed.detail),
            (Standing::Failed, untold)
        );
        assert_eq!(found(None, None, false).standing, Standing::Present);
        let limited = found(None, None, true);
        let detail = format!("{untold}, and the path limits them");
        assert_eq!(
            (limited.standing, limited.detail),
            (Standing::Missing, detail)
        );
        let none = found(None, Some(Severities::default()), true);
        assert_eq!(none.standing, Standing::Present);
    }
}
