//! From what Argo CD answers to events: pure, no network and no clock. A deployment is known by its application and by when its sync began, which Argo CD
//! tells of the operation and of the entry of the history alike, so that both are one event; the number of an entry begins anew with its application.

pub mod deployment;
pub mod gate;
pub mod image;
pub mod place;

use super::config::page;
use super::cursor::Row;
use super::wire::{Application, Source};
use crate::connector::facts::Facts;
use crate::connector::http::instance::Instance;
use crate::event::Event;
use crate::event::kind::{self, Decision, GatePhase, Kind, Outcome, Phase};
use crate::event::time::Timestamp;

/// Where facts come from.
#[derive(Clone)]
pub struct Origin<'a> {
    pub instance: &'a Instance,
    /// The environment that the source speaks of, where an application does not say so itself.
    pub environment: Option<&'a str>,
}

impl Origin<'_> {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.instance.source.clone(),
            id,
            at,
            kind,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "events hold it so")]
    fn url(&self, application: &Application) -> Option<String> {
        let meta = &application.metadata;
        Some(page(self.instance, &meta.namespace, &meta.name))
    }
}

/// What an application is, or is to be, synced to: one revision for each of its sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(Vec<String>);

impl Revision {
    /// As Argo CD says it: `revisions` where there are several sources, else `revision`. `None` where it says neither.
    #[must_use]
    pub fn read(revision: &str, revisions: &[String]) -> Option<Self> {
        let all = if revisions.is_empty() {
            vec![revision.to_owned()]
        } else {
            revisions.to_vec()
        };
        all.iter().any(|one| !one.is_empty()).then_some(Self(all))
    }

    /// All of it in one word.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.join("+")
    }

    /// As people would read it.
    #[must_use]
    pub fn short(&self) -> String {
        let short = |one: &String| {
            if is_sha(one) {
                one[..8].to_owned()
            } else {
                one.clone()
            }
        };
        self.0.iter().map(short).collect::<Vec<_>>().join(", ")
    }

    /// The commit: of the first source that is no chart.
    #[must_use]
    pub fn sha(&self, sources: &[Source]) -> Option<String> {
        self.of(sources, |source| source.chart.is_empty())
            .filter(|revision| is_sha(revision))
    }

    /// The version of the chart, where there is one.
    #[must_use]
    pub fn chart(&self, sources: &[Source]) -> Option<String> {
        self.of(sources, |source| !source.chart.is_empty())
    }

    fn of(&self, sources: &[Source], wanted: impl Fn(&Source) -> bool) -> Option<String> {
        if sources.is_empty() {
            return self.0.first().filter(|one| is_sha(one)).cloned();
        }
        let found = sources.iter().zip(&self.0).find(|(one, _)| wanted(one));
        found
            .map(|(_, revision)| revision.clone())
            .filter(|one| !one.is_empty())
    }
}

/// An application is gone: what was under way in it is over, nobody knows how.
#[must_use]
pub fn gone(origin: &Origin<'_>, application: &str, row: &Row, now: Timestamp) -> Facts {
    let name = application.rsplit('/').next().unwrap_or(application);
    let mut facts = Facts::default();
    if let Some(started) = row.open {
        let record = deployment::id(application, started);
        let fact = kind::Deployment {
            deployment: Some(record.clone()),
            record,
            service: Some(name.to_owned()),
            phase: Phase::Finished,
            outcome: Some(Outcome::Other),
            started: Some(started),
            ..kind::Deployment::default()
        };
        let id = format!("application/{application}/{started}/finished");
        facts
            .events
            .push(origin.event(id, now, Kind::Deployment(fact)));
    }
    if let Some(open) = &row.gate {
        let gate = gate::id(application, &open.revision);
        let id = format!("application/{}", gate::closing(&gate, open));
        let fact = kind::Gate {
            gate,
            service: Some(name.to_owned()),
            phase: GatePhase::Closed,
            decision: Some(Decision::Cancelled),
            comment: Some("the application is gone".to_owned()),
            ..kind::Gate::default()
        };
        facts.events.push(origin.event(id, now, Kind::Gate(fact)));
    }
    facts
}

/// Whether a revision is a commit and not a version or a branch.
#[must_use]
pub fn is_sha(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
