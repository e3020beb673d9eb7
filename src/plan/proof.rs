//! Which event shows that something was done. Sending is not doing: an action is done when the log shows what it was to bring about.

use serde::{Deserialize, Serialize};

use crate::event::kind::{Decision, Outcome};
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::entity::{Incident, Record, Run};
use crate::model::version;

/// What has to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum Proof {
    /// The gate is decided.
    Decided { source: String, gate: String },
    /// The version is live in the environment.
    Live {
        environment: String,
        version: Option<String>,
        sha: Option<String>,
        digest: Option<String>,
    },
    /// The run began again, or ended, after the action; or one like it began, where its tool makes a new one.
    Ran { source: String, run: String },
    /// The deployment ended after the action, or another of its tool began in the same environment.
    Went {
        source: String,
        deployment: String,
        environment: Option<String>,
    },
    /// Somebody is at the incident.
    Acknowledged { source: String, incident: String },
    /// The incident is over.
    Resolved { source: String, incident: String },
}

/// How much earlier than the action an incident may be acknowledged or over by the clock of its tool. What it was long before proves nothing.
const SLACK: Span = Span::from_seconds(300);

/// What was seen of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    NotYet,
    /// It came about: what shows it, in words.
    Shown(String),
    /// Something else came about instead: the deployment failed, the gate was turned down.
    Otherwise(String),
}

impl Proof {
    /// What the log shows of it, since the action.
    #[must_use]
    pub fn seen(&self, workload: &Workload, since: Timestamp) -> Seen {
        match self {
            Self::Decided { source, gate } => decided(workload, source, gate),
            Self::Live {
                environment,
                version,
                sha,
                digest,
            } => {
                let wanted = version::Version {
                    version: version.clone(),
                    sha: sha.clone(),
                    digest: digest.clone(),
                    ..version::Version::default()
                };
                live(workload, environment, &wanted, since)
            }
            Self::Ran { source, run } => ran(workload, source, run, since),
            Self::Went {
                source,
                deployment,
                environment,
            } => went(
                workload,
                source,
                (deployment, environment.as_deref()),
                since,
            ),
            Self::Acknowledged { source, incident } => {
                acknowledged(workload, (source, incident), since - SLACK)
            }
            Self::Resolved { source, incident } => {
                resolved(workload, (source, incident), since - SLACK)
            }
        }
    }

    /// Whether it is that a version is live in an environment.
    #[must_use]
    pub fn is_live(&self, there: &str, wanted: &version::Version) -> bool {
        match self {
            Self::Live {
                environment,
                version,
                sha,
                digest,
            } => {
                let live = version::Version {
                    version: version.clone(),
                    sha: sha.clone(),
                    digest: digest.clone(),
                    ..version::Version::default()
                };
                environment == there && live.is(wanted)
            }
            _ => false,
        }
    }

    /// The incident that it is about.
    #[must_use]
    pub fn incident(&self) -> Option<&str> {
        match self {
            Self::Acknowledged { incident, .. } | Self::Resolved { incident, .. } => Some(incident),
            _ => None,
        }
    }

    /// What to look at where it does not come.
    #[must_use]
    pub fn check(&self) -> String {
        match self {
            Self::Decided { gate, .. } => {
                format!("whether the tool has taken the decision on {gate}")
            }
            Self::Live { environment, .. } => {
                format!(
                    "the run that deploys to {environment}, and whether a source reads its deployments"
                )
            }
            Self::Ran { run, .. } => format!("run {run} in its tool"),
            Self::Went { deployment, .. } => format!("deployment {deployment} in its tool"),
            Self::Acknowledged { incident, .. } => {
                format!(
                    "whether incident {incident} is acknowledged in its tool, and whether its source is read"
                )
            }
            Self::Resolved { incident, .. } => {
                format!(
                    "whether incident {incident} is resolved in its tool, and whether its source is read"
                )
            }
        }
    }
}

fn decided(workload: &Workload, source: &str, id: &str) -> Seen {
    let gate = workload
        .gates
        .iter()
        .rfind(|gate| workload.text(gate.id) == id && workload.text(gate.source) == source);
    match gate {
        Some(gate) if gate.closed.is_some() => {
            let by = gate
                .responder
                .map_or("somebody", |name| workload.text(name));
            let word = match gate.decision {
                Some(Decision::Rejected) => "rejected",
                Some(Decision::Cancelled) => "cancelled",
                Some(Decision::Expired) => "expired",
                _ => "approved",
            };
            Seen::Shown(format!("{word} by {by}"))
        }
        _ => Seen::NotYet,
    }
}

fn told_of<'w>(workload: &'w Workload, (source, id): (&str, &str)) -> Option<&'w Incident> {
    let of = |one: &&Incident| workload.text(one.id) == id && workload.text(one.source) == source;
    workload.incidents.iter().find(of)
}

fn acknowledged(workload: &Workload, incident: (&str, &str), since: Timestamp) -> Seen {
    let Some(one) = told_of(workload, incident) else {
        return Seen::NotYet;
    };
    match (one.acknowledged, one.resolved) {
        (Some(told), _) if told.at >= since => {
            let by = told.by.map_or("somebody", |name| workload.text(name));
            Seen::Shown(format!("{} acknowledged by {by}", incident.1))
        }
        (_, Some(at)) if at >= since => {
            Seen::Otherwise(format!("{} was resolved meanwhile", incident.1))
        }
        _ => Seen::NotYet,
    }
}

fn resolved(workload: &Workload, incident: (&str, &str), since: Timestamp) -> Seen {
    let over = told_of(workload, incident).and_then(|one| one.resolved);
    match over {
        Some(at) if at >= since => Seen::Shown(format!("{} resolved", incident.1)),
        _ => Seen::NotYet,
    }
}

fn live(
    workload: &Workload,
    environment: &str,
    wanted: &version::Version,
    since: Timestamp,
) -> Seen {
    let newest = workload
        .records
        .iter()
        .filter(|record| record.environment.map(|name| workload.text(name)) == Some(environment))
        .filter(|record| record.finished.is_some_and(|finished| finished >= since))
        .max_by_key(|record| record.finished);
    let Some(record) = newest else {
        return Seen::NotYet;
    };
    let name = workload.text(record.deployment);
    match (record.outcome, version::live(workload, environment)) {
        (Some(Outcome::Success), Some(now)) if now.is(wanted) => {
            Seen::Shown(format!("{} is live in {environment} ({name})", now.name()))
        }
        (Some(Outcome::Success), Some(now)) => Seen::Otherwise(format!(
            "{} went live in {environment} instead ({name})",
            now.name()
        )),
        (Some(Outcome::Failure | Outcome::Cancelled), _) => Seen::Otherwise(format!(
            "deployment {name} to {environment} did not succeed"
        )),
        _ => Seen::NotYet,
    }
}

/// The run itself again, or where its tool makes a new one of it, one of the same name for the same commit.
fn ran(workload: &Workload, source: &str, id: &str, since: Timestamp) -> Seen {
    let itself = |run: &Run| workload.text(run.id) == id && workload.text(run.source) == source;
    let Some(first) = workload.runs.iter().find(|run| itself(run)) else {
        return Seen::NotYet;
    };
    let began = |run: &Run| run.queued.or(run.started).is_some_and(|at| at >= since);
    let alike = |run: &Run| {
        let same = (run.source, run.name, run.kind) == (first.source, first.name, first.kind);
        same && run.name.is_some() && run.commit == first.commit && began(run)
    };
    let newest = workload
        .runs
        .iter()
        .filter(|run| itself(run) || alike(run))
        .filter_map(|run| {
            let last = [run.queued, run.started, run.finished]
                .into_iter()
                .flatten()
                .max()?;
            (last >= since).then_some((last, run))
        })
        .max_by_key(|(last, _)| *last);
    match newest {
        Some((_, run)) => {
            let word = match (run.finished, run.outcome) {
                (None, _) => "began again",
                (Some(_), Some(Outcome::Success)) => "passed",
                (Some(_), Some(Outcome::Cancelled)) => "was stopped",
                (Some(_), _) => "ended",
            };
            Seen::Shown(format!("run {} {word}", workload.text(run.id)))
        }
        None => Seen::NotYet,
    }
}

fn went(
    workload: &Workload,
    source: &str,
    (id, environment): (&str, Option<&str>),
    since: Timestamp,
) -> Seen {
    let began = |record: &Record| record.queued.or(record.started).or(record.finished);
    let here = |record: &Record| {
        let place = record.environment.map(|name| workload.text(name));
        let itself = workload.text(record.deployment) == id;
        let after = itself || began(record).is_some_and(|at| at >= since);
        workload.text(record.source) == source && place == environment && after
    };
    let newest = workload
        .records
        .iter()
        .filter(|record| here(record))
        .filter_map(|record| {
            let last = record.finished.max(began(record))?;
            (last >= since).then_some((last, record))
        })
        .max_by_key(|(last, _)| *last);
    let Some((_, record)) = newest else {
        return Seen::NotYet;
    };
    let word = match record.outcome {
        None => "began",
        Some(Outcome::Success) => "succeeded",
        Some(Outcome::Cancelled) => "was stopped",
        Some(Outcome::Failure) => "failed",
        Some(Outcome::Skipped | Outcome::Other) => "ended",
    };
    Seen::Shown(format!(
        "deployment {} {word}",
        workload.text(record.deployment)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::RunKind;
    use crate::model::entity::Acknowledgement;
    use crate::model::sample::{Sample, at};

    fn run(s: &mut Sample, id: &str, sha: &str, started: &str) {
        let commit = Some(s.sha(sha));
        let run = Run {
            id: s.name(id),
            kind: RunKind::Task,
            source: s.name("ci"),
            name: Some(s.name("test")),
            url: None,
            step: None,
            commit,
            artifact: None,
            environment: None,
            branch: None,
            attempt: 1,
            queued: None,
            started: Some(at(started)),
            finished: None,
            outcome: None,
        };
        s.workload().runs.push(run);
    }

    #[test]
    fn a_run_is_seen_again_as_itself_or_as_one_like_it_for_the_same_commit() {
        let proof = Proof::Ran {
            source: "ci".to_owned(),
            run: "7".to_owned(),
        };
        let since = at("03-02 12:00");
        let seen = |more: &[(&str, &str, &str)]| {
            let mut s = Sample::new("shop");
            s.commit("r", "a", "03-02 09:00", &[]);
            s.commit("r", "b", "03-02 09:30", &["a"]);
            run(&mut s, "7", "a", "03-02 10:00");
            for (id, sha, started) in more {
                run(&mut s, id, sha, started);
            }
            proof.seen(&s.done(), since)
        };
        let shown = |id: &str| Seen::Shown(format!("run {id} began again"));
        assert_eq!(seen(&[]), Seen::NotYet);
        assert_eq!(seen(&[("7", "a", "03-02 12:05")]), shown("7"));
        assert_eq!(seen(&[("8", "a", "03-02 12:05")]), shown("8"));
        // Of another commit, or from before.
        assert_eq!(seen(&[("8", "b", "03-02 12:05")]), Seen::NotYet);
        assert_eq!(seen(&[("6", "a", "03-02 11:00")]), Seen::NotYet);
    }

    #[test]
    fn an_incident_is_seen_taken_on_and_over_by_its_own_source_alone() {
        let of = |source: &str| (source.to_owned(), "i".to_owned());
        let taken = |source: &str| {
            let (source, incident) = of(source);
            Proof::Acknowledged { source, incident }
        };
        let over = |source: &str| {
            let (source, incident) = of(source);
            Proof::Resolved { source, incident }
        };
        let seen = |proof: &Proof, acknowledged: Option<&str>, resolved: Option<&str>| {
            let mut s = Sample::new("shop");
            s.incident("i", "03-02 10:00", resolved);
            let by = Some(s.name("ann"));
            s.last_incident().acknowledged =
                acknowledged.map(|time| Acknowledgement { at: at(time), by });
            proof.seen(&s.done(), at("03-02 12:00"))
        };
        let shown = |text: &str| Seen::Shown(text.to_owned());
        let (now, long) = (Some("03-02 12:01"), Some("03-02 11:00"));
        assert_eq!(
            seen(&taken("pager"), now, None),
            shown("i acknowledged by ann")
        );
        // Its tool's clock may be behind; what was long before proves nothing.
        let behind = Some("03-02 11:57");
        assert_eq!(
            seen(&taken("pager"), behind, None),
            shown("i acknowledged by ann")
        );
        for (acknowledged, resolved) in [(None, None), (long, None), (long, long)] {
            assert_eq!(seen(&taken("pager"), acknowledged, resolved), Seen::NotYet);
            assert_eq!(seen(&over("pager"), acknowledged, resolved), Seen::NotYet);
        }
        assert_eq!(
            seen(&taken("pager"), None, now),
            Seen::Otherwise("i was resolved meanwhile".to_owned())
        );
        assert_eq!(seen(&over("pager"), now, now), shown("i resolved"));
        assert_eq!(seen(&taken("other"), now, None), Seen::NotYet);
        assert_eq!(seen(&over("other"), now, now), Seen::NotYet);
    }

    #[test]
    fn a_deployment_is_seen_to_end_or_to_be_followed_by_another_of_its_tool() {
        let proof = Proof::Went {
            source: "deployer".to_owned(),
            deployment: "d1".to_owned(),
            environment: Some("production".to_owned()),
        };
        let seen = |more: &[(&str, &str, Outcome)]| {
            let mut s = Sample::new("shop");
            s.commit("r", "a", "03-02 09:00", &[]);
            s.deploy("d1", "r", "a", "03-02 11:00");
            s.outcome(Outcome::Failure);
            for (deployment, time, outcome) in more {
                s.deploy(deployment, "r", "a", time);
                s.outcome(*outcome);
            }
            proof.seen(&s.done(), at("03-02 12:00"))
        };
        let shown = |text: &str| Seen::Shown(text.to_owned());
        assert_eq!(seen(&[]), Seen::NotYet);
        assert_eq!(
            seen(&[("d2", "03-02 11:30", Outcome::Success)]),
            Seen::NotYet
        );
        assert_eq!(
            seen(&[("d1", "03-02 12:05", Outcome::Cancelled)]),
            shown("deployment d1 was stopped")
        );
        assert_eq!(
            seen(&[("d2", "03-02 12:05", Outcome::Success)]),
            shown("deployment d2 succeeded")
        );
    }
}
