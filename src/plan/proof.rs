//! Which event shows that something was done. Sending is not doing: an action is done when the log shows what it was to bring about.

use serde::{Deserialize, Serialize};

use crate::event::kind::{Decision, Outcome};
use crate::event::time::Timestamp;
use crate::model::Workload;
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
    /// The run began again, or ended, after the action.
    Ran { source: String, run: String },
}

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

fn ran(workload: &Workload, source: &str, id: &str, since: Timestamp) -> Seen {
    let newest = workload
        .runs
        .iter()
        .filter(|run| workload.text(run.id) == id && workload.text(run.source) == source)
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
            Seen::Shown(format!("run {id} {word}"))
        }
        None => Seen::NotYet,
    }
}
