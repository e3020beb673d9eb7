//! Syncs as deployments: what has begun, what the history says was carried out, what failed, and what was never seen to end. A sync that was carried out
//! is a deployment that succeeded once the application is healthy; for an hour it is waited whether it becomes so. A sync of a part of an application,
//! which is also how Argo CD heals drift, and one that only tries, deploy nothing new.

use super::{Origin, Revision, given, image, place};
use crate::connector::argocd::cursor::Row;
use crate::connector::argocd::wire::{Application, Entry, OperationState, Source};
use crate::connector::facts::Facts;
use crate::event::Event;
use crate::event::kind::{self, Kind, Outcome, Phase};
use crate::event::time::{Span, Timestamp};

/// How long an application may take to become healthy before its sync is taken for what it says it is: carried out.
const SETTLES: Span = Span::from_seconds(3600);

/// The deployment of an application that began at this time.
#[must_use]
pub fn id(application: &str, started: Timestamp) -> String {
    format!("{application}@{started}")
}

/// The application of a deployment or gate, and when the deployment began.
#[must_use]
pub fn read_id(id: &str) -> Option<(&str, Timestamp)> {
    let (application, started) = id.rsplit_once('@')?;
    Some((application, Timestamp::parse(started)?))
}

/// What happened since `row`, which is brought up to it.
#[must_use]
pub fn since(
    origin: &Origin<'_>,
    application: &Application,
    row: &mut Row,
    now: Timestamp,
) -> Facts {
    let mut telling = Telling {
        origin,
        application,
        facts: Facts::default(),
        ended: Vec::new(),
        open: None,
    };
    telling.history(row, now);
    telling.operation(row);
    telling.lost(row, now);
    row.open = telling.open;
    telling.facts
}

struct Telling<'a> {
    origin: &'a Origin<'a>,
    application: &'a Application,
    facts: Facts,
    /// The deployments that are told to have ended, by when they began.
    ended: Vec<Timestamp>,
    open: Option<Timestamp>,
}

/// How a sync that was carried out turned out.
enum Settled {
    Not,
    As(Outcome),
}

impl Telling<'_> {
    fn history(&mut self, row: &mut Row, now: Timestamp) {
        let application = self.application;
        let newest = application.newest().map(|entry| entry.id);
        let mut entries: Vec<(Timestamp, &Entry)> = application
            .status
            .history
            .iter()
            .filter_map(|entry| Some((entry.deployed_at?, entry)))
            .collect();
        entries.sort_by_key(|(at, entry)| (*at, entry.id));
        for (at, entry) in entries {
            if Some(at) < row.deployed || (Some(at) == row.deployed && entry.id <= row.last) {
                continue;
            }
            let started = entry.started().unwrap_or(at);
            let is_newest = newest == Some(entry.id);
            let settled = if is_newest {
                self.settled(row, (started, at), now)
            } else {
                Settled::As(Outcome::Success)
            };
            match settled {
                Settled::Not => self.begun(row, started, self.revision_of(entry)),
                Settled::As(outcome) => {
                    let ended = self.healthy_since(row, (started, at), is_newest);
                    self.carried_out(entry, (started, ended), outcome, is_newest);
                    (row.deployed, row.last) = (Some(at), entry.id);
                }
            }
        }
    }

    /// When a sync that was carried out was over: at once, or where it was seen to wait for its health (a Rollout that paused), with that.
    fn healthy_since(
        &self,
        row: &Row,
        (started, at): (Timestamp, Timestamp),
        is_newest: bool,
    ) -> Timestamp {
        let health = &self.application.status.health;
        let waited = is_newest && row.open == Some(started) && health.status == "Healthy";
        let since = health.last_transition_time.filter(|_| waited);
        since.map_or(at, |since| since.max(at))
    }

    /// Whether the application has become healthy, or ill, by the newest sync.
    fn settled(
        &mut self,
        row: &Row,
        (started, at): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Settled {
        let health = &self.application.status.health;
        let waits = now - at < SETTLES && self.application.running().is_none();
        match health.status.as_str() {
            "Progressing" | "Suspended" | "Missing" if waits => Settled::Not,
            "Degraded" => {
                let by_this = match health.last_transition_time {
                    Some(since) => started <= since && since - at < SETTLES,
                    // Argo CD before 2.14 does not say since when. It was seen to become so.
                    None => row.open == Some(started),
                };
                Settled::As(if by_this {
                    Outcome::Failure
                } else {
                    Outcome::Success
                })
            }
            "" | "Healthy" | "Progressing" | "Suspended" | "Missing" | "Unknown" => {
                Settled::As(Outcome::Success)
            }
            other => {
                self.facts.unknown("health.status", other);
                Settled::As(Outcome::Success)
            }
        }
    }

    fn carried_out(
        &mut self,
        entry: &Entry,
        (started, at): (Timestamp, Timestamp),
        outcome: Outcome,
        is_newest: bool,
    ) {
        // Only the newest is what runs.
        let image = is_newest.then(|| image::own(self.application)).flatten();
        let revision = self.revision_of(entry);
        let version = revision.and_then(|(revision, sources)| revision.chart(&sources));
        let fact = kind::Deployment {
            phase: Phase::Finished,
            outcome: Some(outcome),
            started: Some(started),
            artifact: image.as_ref().map(|image| image.artifact.clone()),
            version: version.or_else(|| image.and_then(|image| image.version)),
            ..self.fact(started, self.revision_of(entry))
        };
        self.tell("finished", started, at, fact);
        self.ended.push(started);
    }

    fn operation(&mut self, row: &mut Row) {
        let Some(state) = &self.application.status.operation_state else {
            return;
        };
        let Some(started) = state.started_at.filter(|_| deploys(state)) else {
            return;
        };
        let is_told = state.finished_at.is_some() && state.finished_at <= row.finished;
        let in_history = self
            .application
            .status
            .history
            .iter()
            .any(|entry| entry.started() == Some(started));
        let Some(finished) = state.finished_at else {
            if !matches!(state.phase.as_str(), "Running" | "Terminating" | "") {
                self.facts.unknown("operationState.phase", &state.phase);
            }
            return self.begun(row, started, self.revision_of_operation(state));
        };
        row.finished = row.finished.max(Some(finished));
        if is_told || in_history {
            return;
        }
        let outcome = self.outcome(state);
        let fact = kind::Deployment {
            phase: Phase::Finished,
            outcome: Some(outcome),
            started: Some(started),
            ..self.fact(started, self.revision_of_operation(state))
        };
        self.tell("finished", started, finished, fact);
        self.ended.push(started);
    }

    fn outcome(&mut self, state: &OperationState) -> Outcome {
        match state.phase.as_str() {
            "Succeeded" => Outcome::Success,
            // Argo CD's own words, with nothing before them; Kubernetes too speaks of what "is being terminated", and that is a failure.
            "Failed" | "Error" if state.message.starts_with("Operation terminat") => {
                Outcome::Cancelled
            }
            "Failed" | "Error" => Outcome::Failure,
            other => {
                self.facts.unknown("operationState.phase", other);
                Outcome::Other
            }
        }
    }

    fn begun(&mut self, row: &Row, started: Timestamp, revision: Option<(Revision, Vec<Source>)>) {
        if row.open != Some(started) {
            let fact = kind::Deployment {
                phase: Phase::Started,
                ..self.fact(started, revision)
            };
            self.tell("started", started, started, fact);
        }
        self.open = self.open.max(Some(started));
    }

    /// What was told to have begun, is not under way any more, and whose end was never seen: Argo CD keeps only its newest operation.
    fn lost(&mut self, row: &Row, now: Timestamp) {
        let Some(started) = row.open.filter(|open| self.open != Some(*open)) else {
            return;
        };
        if self.ended.contains(&started) {
            return;
        }
        let state = self.application.status.operation_state.as_ref();
        let next = state.and_then(|state| state.started_at);
        let ended = next.filter(|next| *next > started).unwrap_or(now);
        let fact = kind::Deployment {
            phase: Phase::Finished,
            outcome: Some(Outcome::Other),
            started: Some(started),
            ..self.fact(started, None)
        };
        self.tell("finished", started, ended, fact);
    }

    fn revision_of(&self, entry: &Entry) -> Option<(Revision, Vec<Source>)> {
        let revision = Revision::read(&entry.revision, &entry.revisions)?;
        let sources = match &entry.source {
            _ if !entry.sources.is_empty() => entry.sources.clone(),
            Some(source) => vec![source.clone()],
            None => self.application.sources().to_vec(),
        };
        Some((revision, sources))
    }

    fn revision_of_operation(&self, state: &OperationState) -> Option<(Revision, Vec<Source>)> {
        let revision = of_operation(state)?;
        Some((revision, self.application.sources().to_vec()))
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is told once")]
    fn fact(
        &self,
        started: Timestamp,
        revision: Option<(Revision, Vec<Source>)>,
    ) -> kind::Deployment<String> {
        let id = id(&self.application.key(), started);
        let told = |of: fn(&Revision, &[Source]) -> Option<String>| {
            let (revision, sources) = revision.as_ref()?;
            of(revision, sources)
        };
        kind::Deployment {
            record: id.clone(),
            deployment: Some(id),
            service: given(&self.application.metadata.name),
            environment: place::environment(self.origin, self.application),
            sha: told(Revision::sha),
            version: told(Revision::chart),
            url: self.origin.url(self.application),
            ..kind::Deployment::default()
        }
    }

    fn tell(
        &mut self,
        word: &str,
        started: Timestamp,
        at: Timestamp,
        fact: kind::Deployment<String>,
    ) {
        let id = format!("application/{}/{started}/{word}", self.application.key());
        let event: Event<String> = self.origin.event(id, at, Kind::Deployment(fact));
        self.facts.events.push(event);
    }
}

/// Whether an operation brings a version: it is a sync of all of the application, in earnest.
#[must_use]
pub fn deploys(state: &OperationState) -> bool {
    let sync = state.operation.sync.as_ref();
    sync.is_none_or(|sync| !sync.dry_run && sync.resources.is_empty())
}

/// What an operation syncs to, or has synced to.
#[must_use]
pub fn of_operation(state: &OperationState) -> Option<Revision> {
    let done = &state.sync_result;
    Revision::read(&done.revision, &done.revisions).or_else(|| {
        let sync = state.operation.sync.as_ref()?;
        Revision::read(&sync.revision, &sync.revisions)
    })
}
