//! Versions of a workload that are, were or could be live: by all the names that are known of them, and by the changes that one has and another has not.

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::Workload;
use super::delivery::{AttemptOutcome, Delivery};
use super::entity::{Change, ChangeAt, CommitAt, Record};
use super::environment::{self, short};
use super::incident::link;
use super::name::Name;
use super::ran::{self, Ran};
use super::state::Lives;
use super::statistic::quantile;
use crate::event::kind::Outcome;
use crate::event::time::{Span, Timestamp};

/// The shortest beginning of a sha that names a commit.
const SHORTEST_SHA: usize = 7;

/// A version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Version {
    #[serde(skip)]
    pub commit: Option<CommitAt>,
    /// As people call it.
    pub version: Option<String>,
    pub sha: Option<String>,
    /// Package URL.
    pub artifact: Option<String>,
    pub digest: Option<String>,
    /// The deployment that made it live, where it was.
    pub deployment: Option<String>,
    /// `context.source` of what is known of it.
    #[serde(skip)]
    pub source: Option<String>,
}

impl Version {
    /// What to call it.
    #[must_use]
    pub fn name(&self) -> String {
        let sha = || self.sha.as_deref().map(|sha| short(sha).to_owned());
        let rest = || self.digest.clone().or_else(|| self.deployment.clone());
        self.version
            .clone()
            .or_else(sha)
            .or_else(rest)
            .unwrap_or_else(|| "an unknown version".to_owned())
    }

    /// Whether it is the same thing as another, by the strongest name that both have.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, two: &Option<String>| {
            one.as_ref().zip(two.as_ref()).map(|(one, two)| one == two)
        };
        same(&self.digest, &other.digest)
            .or_else(|| same(&self.sha, &other.sha))
            .or_else(|| same(&self.version, &other.version))
            .unwrap_or(false)
    }

    /// Since when it has been in an environment, by itself or within a later version that holds it; what has no commit, where it runs there now.
    #[must_use]
    pub fn since(&self, workload: &Workload, delivery: &Delivery) -> Option<Timestamp> {
        if let Some(commit) = self.commit {
            return delivery.row(delivery.live(commit)?).map(|row| row.at);
        }
        let record = environment::live(workload, &delivery.environment)?;
        let is_there = Self::of_record(workload, record).is(self);
        record.finished.filter(|_| is_there)
    }

    /// Whether it ever was in an environment, by itself or within a later version that holds it.
    #[must_use]
    pub fn was_in(&self, workload: &Workload, delivery: &Delivery) -> bool {
        let mut arrived = delivery.rows.iter().filter(|row| row.success);
        self.since(workload, delivery).is_some()
            || arrived.any(|row| {
                let record = workload.records.get(row.record as usize);
                record.is_some_and(|record| Self::of_record(workload, record).is(self))
            })
    }

    fn of_record(workload: &Workload, record: &Record) -> Self {
        let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
        let artifact = workload.artifacts.iter().find(|artifact| {
            Some(artifact.id) == record.artifact
                || (artifact.digest.is_some() && artifact.digest == record.digest)
        });
        Self {
            version: environment::version(workload, record),
            artifact: text(record.artifact.or(artifact.map(|known| known.id))),
            digest: text(record.digest.or(artifact.and_then(|known| known.digest))),
            deployment: Some(workload.text(record.deployment).to_owned()),
            source: Some(workload.text(record.source).to_owned()),
            ..Self::of_commit(workload, record.commit)
        }
    }

    fn of_commit(workload: &Workload, commit: Option<CommitAt>) -> Self {
        let known = commit.and_then(|place| workload.commits.get(place as usize));
        let text = |name: Name| workload.text(name).to_owned();
        let artifact = commit.and_then(|_| {
            let made = workload.artifacts.iter();
            made.filter(|artifact| artifact.commit == commit)
                .max_by_key(|artifact| artifact.published.or(artifact.packaged))
        });
        let tag = commit.and_then(|_| workload.tags.iter().find(|tag| tag.commit == commit));
        Self {
            commit,
            version: artifact
                .and_then(|artifact| artifact.version)
                .or(tag.map(|tag| tag.name))
                .map(text),
            sha: known.map(|commit| text(commit.sha)),
            artifact: artifact.map(|artifact| text(artifact.id)),
            digest: artifact.and_then(|artifact| artifact.digest).map(text),
            deployment: None,
            source: None,
        }
    }
}

/// What runs in an environment.
#[must_use]
pub fn live(workload: &Workload, environment: &str) -> Option<Version> {
    environment::live(workload, environment).map(|record| Version::of_record(workload, record))
}

/// The newest version that is ready for an environment: what runs in the one before it on the path, else the newest that was built or merged.
#[must_use]
pub fn candidate(lives: &Lives<'_>, environment: &str) -> Option<Version> {
    let workload = lives.workload;
    if let Some(before) = environment::before(lives, environment) {
        return live(workload, &before.environment);
    }
    let built = workload
        .artifacts
        .iter()
        .filter(|artifact| artifact.commit.is_some_and(|at| is_merged(workload, at)))
        .max_by_key(|artifact| artifact.published.or(artifact.packaged))
        .and_then(|artifact| artifact.commit);
    let merged = || {
        let merged = workload.changes.iter();
        merged
            .filter(|change| change.merged.is_some())
            .max_by_key(|change| change.merged)
            .and_then(|change| change.sha)
    };
    let commit = built.or_else(merged)?;
    Some(Version::of_commit(workload, Some(commit)))
}

/// Whether a commit is of no request that is open still, or was given up: what was built of such a one is there to be tried, and not to be brought on.
fn is_merged(workload: &Workload, commit: CommitAt) -> bool {
    let change = workload.commits.get(commit as usize);
    let change = change.and_then(|commit| workload.changes.get(commit.change? as usize));
    change.is_none_or(|change| change.direct || change.merged.is_some())
}

/// The versions that a name speaks of: a version, tag, sha from seven digits on, digest, package URL or deployment.
#[must_use]
pub fn named(workload: &Workload, name: &str) -> Vec<Version> {
    let wanted = bare(name);
    let is = |names: &[Option<Name>]| {
        let mut texts = names.iter().flatten().map(|name| workload.text(*name));
        texts.any(|text| bare(text) == wanted)
    };
    let mut found: Vec<Version> = Vec::new();
    let mut add = |version: Version| {
        if !found.iter().any(|known| known.is(&version)) {
            found.push(version);
        }
    };
    for record in workload.records.iter().rev() {
        let names = [
            record.version,
            record.artifact,
            record.digest,
            Some(record.deployment),
        ];
        if is(&names) {
            add(Version::of_record(workload, record));
        }
    }
    for artifact in workload.artifacts.iter().rev() {
        if is(&[Some(artifact.id), artifact.digest, artifact.version]) {
            let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
            add(Version {
                version: text(artifact.version),
                artifact: text(Some(artifact.id)),
                digest: text(artifact.digest),
                ..Version::of_commit(workload, artifact.commit)
            });
        }
    }
    for tag in workload.tags.iter().rev() {
        if is(&[Some(tag.name)]) {
            add(Version {
                version: Some(workload.text(tag.name).to_owned()),
                ..Version::of_commit(workload, tag.commit)
            });
        }
    }
    let is_sha = wanted.len() >= SHORTEST_SHA && wanted.bytes().all(|b| b.is_ascii_hexdigit());
    for (place, commit) in (0..).zip(&workload.commits) {
        let sha = workload.text(commit.sha);
        if sha.eq_ignore_ascii_case(&wanted)
            || is_sha && sha.len() >= wanted.len() && sha.starts_with(&wanted)
        {
            // Where it went somewhere, it is known by more names.
            let went = workload
                .records
                .iter()
                .rfind(|record| record.commit == Some(place));
            add(match went {
                Some(record) => Version::of_record(workload, record),
                None => Version::of_commit(workload, Some(place)),
            });
        }
    }
    found
}

fn bare(text: &str) -> String {
    let text = text.trim().to_lowercase();
    match text.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => text,
    }
}

/// A version that was live in an environment, and how it did.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    #[serde(flatten)]
    pub version: Version,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    /// Incidents that are put down to it.
    pub incidents: usize,
    /// A person called it failed.
    pub failed: bool,
    /// A rollback took it out, or went past it to one before.
    pub rolled_back: bool,
    /// Changes that would leave with what runs now.
    pub leaves: usize,
}

/// The versions that were live in an environment and are not now: the newest first, each once.
#[must_use]
pub fn earlier(lives: &Lives<'_>, environment: &str) -> Vec<Earlier> {
    let workload = lives.workload;
    let Some(now) = live(workload, environment) else {
        return Vec::new();
    };
    let delivery = lives
        .deliveries
        .iter()
        .find(|delivery| delivery.environment == environment);
    let links = delivery.map_or_else(Vec::new, |delivery| link(workload, delivery, lives.rules));
    let went_well = |ran: &&Ran| matches!(ran.kind, "first" | "change" | "rollback" | "redeploy");
    let mut found: Vec<Earlier> = Vec::new();
    let mut next = None;
    for ran in ran::runs(lives, environment).iter().filter(went_well) {
        let by_rollback = next.replace(ran.kind) == Some("rollback");
        let Some(record) = workload.records.iter().rfind(|record| {
            record.outcome == Some(Outcome::Success)
                && workload.text(record.deployment) == ran.deployment
                && record.environment.map(|name| workload.text(name)) == Some(environment)
        }) else {
            continue;
        };
        let version = Version::of_record(workload, record);
        if version.is(&now) || found.iter().any(|known| known.version.is(&version)) {
            continue;
        }
        let caused = links.iter().filter(|link| {
            let attempt = link.attempt.and_then(|place| delivery?.attempt(place));
            attempt.is_some_and(|attempt| attempt.deployment == record.deployment)
        });
        let way = difference(workload, now.commit, version.commit).unwrap_or_default();
        // What is live has nothing that it has not: it is no way back.
        let is_ahead = !way.ships.is_empty() && way.leaves.is_empty();
        found.push(Earlier {
            from: ran.at,
            until: ran.until,
            incidents: caused.count(),
            failed: workload.marked_failed.contains(&record.deployment),
            rolled_back: by_rollback || is_ahead,
            leaves: way.leaves.len(),
            version,
        });
    }
    found
}

/// What going from one version to another means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub ships: Vec<ChangeAt>,
    pub leaves: Vec<ChangeAt>,
}

/// The changes that one version has and the other has not; `None` where the commit graph does not tell.
#[must_use]
pub fn difference(
    workload: &Workload,
    from: Option<CommitAt>,
    to: Option<CommitAt>,
) -> Option<Difference> {
    let to = reach(workload, to?);
    // Nothing is live: everything ships.
    let from = from.map_or_else(FxHashSet::default, |from| reach(workload, from));
    let within = |change: &Change, set: &FxHashSet<CommitAt>| {
        let landed = change.sha.or(change.head);
        landed.is_some_and(|commit| set.contains(&commit))
    };
    let only = |one: &FxHashSet<CommitAt>, two: &FxHashSet<CommitAt>| {
        let mut changes: Vec<(Option<Timestamp>, ChangeAt)> = (0..)
            .zip(&workload.changes)
            .filter(|(_, change)| within(change, one) && !within(change, two))
            .map(|(place, change): (ChangeAt, &Change)| (change.merged, place))
            .collect();
        changes.sort_unstable();
        changes.into_iter().map(|(_, place)| place).collect()
    };
    Some(Difference {
        ships: only(&to, &from),
        leaves: only(&from, &to),
    })
}

/// A commit and all that it descends from.
fn reach(workload: &Workload, from: CommitAt) -> FxHashSet<CommitAt> {
    let mut seen = FxHashSet::default();
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        if seen.insert(place) {
            open.extend(workload.graph.parents(place));
        }
    }
    seen
}

/// How long deployments to an environment took: the median of the last twenty that went well and tell when they began.
#[must_use]
pub fn usual(lives: &Lives<'_>, environment: &str) -> Option<Span> {
    let delivery = lives
        .deliveries
        .iter()
        .find(|delivery| delivery.environment == environment)?;
    let mut lengths: Vec<Span> = delivery
        .attempts
        .iter()
        .rev()
        .filter(|attempt| attempt.outcome == AttemptOutcome::Succeeded)
        .filter_map(|attempt| {
            let row = delivery.row(*attempt.rows.last()?)?;
            let record = lives.workload.records.get(row.record as usize)?;
            Some(record.finished? - record.started.or(record.queued)?)
        })
        .take(20)
        .collect();
    // A tool that tells one instant for both tells no length.
    lengths.retain(|length| *length > Span::ZERO);
    lengths.sort_unstable();
    quantile(&lengths, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::entity::Artifact;
    use crate::model::sample::{Sample, at};

    /// Three versions: all went to staging; m1, m2 to production.
    fn shop() -> Workload {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        s.commit("r", "m0", "03-01 10:00", &[])
            .commit("r", "m1", "03-02 10:00", &["m0"])
            .commit("r", "m2", "03-03 10:00", &["m1"])
            .commit("r", "m3", "03-04 10:00", &["m2"]);
        for (place, sha) in ["m1", "m2", "m3"].into_iter().enumerate() {
            s.request(&format!("#{}", place + 1), "r", &[]);
            let time = format!("03-0{} 10:00", place + 2);
            s.opened(&time).merged(sha, &time);
            let staging = s.name("staging");
            s.deploy(
                &format!("s{place}"),
                "r",
                sha,
                &format!("03-0{} 12:00", place + 2),
            );
            s.record().environment = Some(staging);
        }
        s.deploy("p1", "r", "m1", "03-02 14:00");
        s.deploy("p2", "r", "m2", "03-03 14:00");
        s.done()
    }

    fn ids(workload: &Workload, changes: &[ChangeAt]) -> Vec<String> {
        let id = |place: &ChangeAt| {
            workload
                .text(workload.changes[*place as usize].id)
                .to_owned()
        };
        changes.iter().map(id).collect()
    }

    #[test]
    fn what_runs_before_is_what_can_come_next() {
        let workload = shop();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let next = candidate(&lives, "production").unwrap();
        let now = live(&workload, "production").unwrap();
        assert_eq!(
            (next.sha.as_deref(), now.sha.as_deref()),
            (Some("m3"), Some("m2"))
        );
        let way = difference(&workload, now.commit, next.commit).unwrap();
        assert_eq!(ids(&workload, &way.ships), ["#3"]);
        assert!(way.leaves.is_empty());
        assert_eq!(
            candidate(&lives, "staging").unwrap().sha.as_deref(),
            Some("m3")
        );
    }

    #[test]
    fn what_was_built_of_an_open_request_is_ready_for_nothing() {
        let ready = |merged: bool| {
            let mut s = Sample::new("shop");
            s.path(&[("staging", StepKind::Deploy, Some("staging"))]);
            s.commit("r", "m1", "03-01 10:00", &[])
                .commit("r", "c2", "03-02 10:00", &["m1"]);
            s.request("#2", "r", &["c2"]).opened("03-02 10:00");
            if merged {
                s.merged("c2", "03-02 12:00");
            }
            for (sha, time) in [("m1", "03-01 11:00"), ("c2", "03-02 11:00")] {
                let artifact = Artifact {
                    id: s.name(sha),
                    source: s.name("registry"),
                    digest: None,
                    version: None,
                    commit: Some(s.sha(sha)),
                    packaged: None,
                    published: Some(at(time)),
                    signed: None,
                    sbom: None,
                    change: None,
                };
                s.workload().artifacts.push(artifact);
            }
            let workload = s.done();
            let rules = Rules::default();
            candidate(&Lives::new(&workload, &rules, None), "staging")
                .unwrap()
                .sha
        };
        assert_eq!(ready(false).as_deref(), Some("m1"));
        assert_eq!(ready(true).as_deref(), Some("c2"));
    }

    #[test]
    fn going_back_names_what_leaves() {
        let workload = shop();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let earlier = earlier(&lives, "production");
        assert_eq!(earlier.len(), 1);
        assert_eq!(earlier[0].version.sha.as_deref(), Some("m1"));
        assert_eq!(earlier[0].leaves, 1);
        let now = live(&workload, "production").unwrap();
        let way = difference(&workload, now.commit, earlier[0].version.commit).unwrap();
        assert_eq!(ids(&workload, &way.leaves), ["#2"]);
    }

    #[test]
    fn a_version_is_found_by_any_of_its_names() {
        let workload = shop();
        assert_eq!(named(&workload, "m2").len(), 1);
        assert_eq!(named(&workload, "nothing").len(), 0);
        assert_eq!(named(&workload, "p1")[0].sha.as_deref(), Some("m1"));
    }
}
