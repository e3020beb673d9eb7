//! From what a cluster answers to events: pure, no network and no clock. Every family makes all events that can be made of an object as it is now, always with
//! the same ids; what is told already is left out by the reading. Where an object says nothing any more of what it was told to do, that is ended here too.
//!
//! Ids begin with `<plural>.<group>/<namespace>/<name>`, then `@` and what is meant of it: a revision, an attempt.

pub mod analysis;
pub mod approval;
pub mod build;
pub mod deployment;
pub mod helm;
pub mod knative;
pub mod kustomization;
pub mod policy;
pub mod promoter;
pub mod promotion;
pub mod rollout;
pub mod run;
pub mod source;
pub mod supply;

use super::cursor::{Home, Open, Row, What};
use super::family::{Family, Origin, Seen, Told};
use super::wire::Object;
use crate::connector::environment::{labelled, suffix};
use crate::connector::image::Reference;
use crate::event::Event;
use crate::event::kind::{
    Artifact, Decision, Deployment, Gate, GatePhase, Kind, Mark, MarkKind, Outcome, Phase, Run,
    RunKind,
};
use crate::event::time::Timestamp;

impl Told {
    /// A decision is waited for.
    pub fn wait(&mut self, seen: &Seen<'_>, id: String, at: Option<Timestamp>, gate: Gate<String>) {
        let known = since(seen.row, &id);
        let at = known.or(at).unwrap_or(seen.now);
        let gate = Gate {
            gate: id.clone(),
            ..gate
        };
        let event = format!("{id}/created");
        self.events
            .push(seen.origin.event(event, at, Kind::Gate(gate)));
        self.open.push(Open {
            what: What::Gate,
            id,
            since: at,
            mark: String::new(),
        });
    }
}

/// `deployments.apps/shop/web`: what is called so in ids and rows.
#[must_use]
pub fn key(family: &dyn Family, object: &Object) -> String {
    format!("{}/{}", family.resource().name(), object.place())
}

/// The family, the namespace, the name and the rest of an id.
#[must_use]
pub fn read_id(id: &str) -> Option<(&str, &str, &str, &str)> {
    let (object, rest) = id.split_once('@').unwrap_or((id, ""));
    let mut parts = object.splitn(3, '/');
    Some((parts.next()?, parts.next()?, parts.next()?, rest))
}

/// Where an object runs: what a label of it says, else what the source says, else the end of its name or of its namespace, else its namespace.
#[must_use]
pub fn environment(origin: &Origin<'_>, object: &Object) -> Option<String> {
    let meta = &object.meta;
    let namespace = &meta.namespace;
    labelled(&meta.labels)
        .or_else(|| origin.environment.map(str::to_owned))
        .or_else(|| suffix(&meta.name))
        .or_else(|| suffix(namespace))
        .or_else(|| Some(namespace.clone()).filter(|text| !text.is_empty()))
}

/// What an object is deployed as.
#[must_use]
pub fn home(origin: &Origin<'_>, object: &Object) -> Home {
    Home {
        service: object.meta.name.clone(),
        environment: environment(origin, object),
    }
}

/// A deployment of an object, by its id, with what every record of it says.
#[must_use]
pub fn deployed(home: &Home, id: &str) -> Deployment<String> {
    Deployment {
        record: id.to_owned(),
        deployment: Some(id.to_owned()),
        service: Some(home.service.clone()),
        environment: home.environment.clone(),
        ..Deployment::default()
    }
}

/// The telling of one deployment.
pub struct Attempt<'a, 's> {
    pub seen: &'a Seen<'s>,
    pub told: &'a mut Told,
    pub id: String,
    /// What all its records say.
    pub fact: Deployment<String>,
}

impl Attempt<'_, '_> {
    /// It has begun, and is under way. Once it is told to have succeeded it is not any more: what moves then, a pause, a pod that is lost, more pods, brings
    /// nothing new.
    pub fn begun(&mut self, at: Timestamp, mark: &str) {
        if self.is_told("finished") {
            return self.ended("finished", at, Outcome::Success, None);
        }
        self.started(at);
        self.told.open.push(Open {
            what: What::Deployment,
            id: self.id.clone(),
            since: at,
            mark: mark.to_owned(),
        });
    }

    /// It began then.
    pub fn started(&mut self, at: Timestamp) {
        let fact = Deployment {
            phase: Phase::Started,
            ..self.fact.clone()
        };
        let id = format!("{}/started", self.id);
        let event = self.seen.origin.event(id, at, Kind::Deployment(fact));
        self.told.events.push(event);
    }

    /// It ended so. `word` is what the id of this end ends with: an attempt may fail, and succeed in the end.
    pub fn ended(&mut self, word: &str, at: Timestamp, outcome: Outcome, began: Option<Timestamp>) {
        let fact = Deployment {
            phase: Phase::Finished,
            outcome: Some(outcome),
            started: self.since().or(began),
            ..self.fact.clone()
        };
        let id = format!("{}/{word}", self.id);
        let event = self.seen.origin.event(id, at, Kind::Deployment(fact));
        self.told.events.push(event);
    }

    /// Whether this was told of it already: telling it once more changes nothing.
    #[must_use]
    pub fn is_told(&self, word: &str) -> bool {
        let rest = self.id.split_once('@').map_or("", |(_, rest)| rest);
        self.seen.row.told.contains(&format!("@{rest}/{word}"))
    }

    /// When it was told to have begun.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        since(self.seen.row, &self.id)
    }
}

/// When something was told to have begun that is open.
#[must_use]
pub fn since(row: &Row, id: &str) -> Option<Timestamp> {
    let mut open = row.open.iter();
    open.find(|one| one.id == id).map(|one| one.since)
}

/// An environment that somebody keeps as it is: told while it is kept, and when it is not any more.
pub fn held(seen: &Seen<'_>, told: &mut Told, id: String, home: &Home, reason: &str) {
    let Some(environment) = &home.environment else {
        return;
    };
    let at = since(seen.row, &id).unwrap_or(seen.now);
    let open = Open {
        what: What::Hold,
        id,
        since: at,
        mark: format!("{}/{environment}", home.service),
    };
    let fact = Mark {
        reason: Some(reason.to_owned()),
        ..mark(&open, MarkKind::Hold)
    };
    let event = format!("{}@{at}/hold", open.id);
    told.events
        .push(seen.origin.event(event, at, Kind::Mark(fact)));
    told.open.push(open);
}

/// A mark of an environment of a service.
fn mark(open: &Open, kind: MarkKind) -> Mark<String> {
    let (service, environment) = open.mark.split_once('/').unwrap_or(("", &open.mark));
    Mark {
        mark: format!("{}@{}", open.id, open.since),
        target: environment.to_owned(),
        service: Some(service.to_owned()),
        environment: Some(environment.to_owned()),
        kind,
        ..Mark::default()
    }
}

/// The end of something of which nothing is said any more, nobody knows how.
#[must_use]
pub fn ended(origin: &Origin<'_>, open: &Open, now: Timestamp) -> Event<String> {
    let id = |word: &str| format!("{}/{word}", open.id);
    match open.what {
        What::Deployment => {
            let fact = Deployment {
                record: open.id.clone(),
                deployment: Some(open.id.clone()),
                phase: Phase::Finished,
                outcome: Some(Outcome::Cancelled),
                started: Some(open.since),
                ..Deployment::default()
            };
            origin.event(id("over"), now, Kind::Deployment(fact))
        }
        What::Gate => {
            let comment = "it does not wait any more; who decided, the cluster does not tell";
            closed(origin, open, now, (Decision::Other, comment))
        }
        What::Run => {
            let fact = Run {
                run: open.id.clone(),
                kind: kind_of(&open.mark),
                phase: Phase::Finished,
                outcome: Some(Outcome::Other),
                ..Run::default()
            };
            origin.event(id("over"), now, Kind::Run(fact))
        }
        What::Hold => {
            let fact = mark(open, MarkKind::ReleaseHold);
            let id = format!("{}@{}/release", open.id, open.since);
            origin.event(id, now, Kind::Mark(fact))
        }
    }
}

/// What kind of run something is that is open.
fn kind_of(mark: &str) -> RunKind {
    match mark {
        "task" => RunKind::Task,
        "build" => RunKind::Build,
        _ => RunKind::Pipeline,
    }
}

/// A thing that runs: when it was asked for, began and ended, as far as it did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub queued: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub ended: Option<(Timestamp, Outcome)>,
}

impl Told {
    /// A thing ran, or runs.
    pub fn run(&mut self, seen: &Seen<'_>, fact: &Run<String>, times: Times) {
        let id = fact.run.clone();
        let mut tell = |word: &str, at: Timestamp, phase: Phase, outcome: Option<Outcome>| {
            let fact = Run {
                phase,
                outcome,
                ..fact.clone()
            };
            let event = format!("{id}/{word}");
            self.events
                .push(seen.origin.event(event, at, Kind::Run(fact)));
        };
        if let Some(at) = times.queued {
            tell("queued", at, Phase::Queued, None);
        }
        if let Some(at) = times.started {
            tell("started", at, Phase::Started, None);
        }
        if let Some((at, outcome)) = times.ended {
            tell("finished", at, Phase::Finished, Some(outcome));
        } else if let Some(since) = times.started.or(times.queued) {
            let mark = match fact.kind {
                RunKind::Task => "task",
                RunKind::Build => "build",
                RunKind::Pipeline | RunKind::Test => "",
            };
            self.open.push(Open {
                what: What::Run,
                id: fact.run.clone(),
                since,
                mark: mark.to_owned(),
            });
        }
    }

    /// An image was made by a run.
    pub fn packaged(
        &mut self,
        seen: &Seen<'_>,
        run: &Run<String>,
        at: Timestamp,
        image: Reference<'_>,
    ) {
        let made = image.image();
        let what = image.digest.or(image.tag).unwrap_or("image");
        let id = format!("{}/packaged-{what}", run.run);
        let fact = Artifact {
            artifact: made.artifact,
            version: made.version,
            digest: image.digest.map(str::to_owned),
            sha: run.sha.clone(),
            repository: run.repository.clone(),
            ..Artifact::default()
        };
        self.events
            .push(seen.origin.event(id, at, Kind::Artifact(fact)));
    }
}

/// A gate is not open any more.
#[must_use]
pub fn closed(
    origin: &Origin<'_>,
    open: &Open,
    at: Timestamp,
    (decision, comment): (Decision, &str),
) -> Event<String> {
    let fact = Gate {
        gate: open.id.clone(),
        phase: GatePhase::Closed,
        decision: Some(decision),
        comment: Some(comment.to_owned()),
        ..Gate::default()
    };
    let id = format!("{}/closed", open.id);
    origin.event(id, at.max(open.since), Kind::Gate(fact))
}

/// An object is gone: what was under way in it is over, and what it deployed does not run any more.
#[must_use]
pub fn gone(origin: &Origin<'_>, object: &str, row: &Row, now: Timestamp) -> Vec<Event<String>> {
    let mut events: Vec<Event<String>> = Vec::new();
    events.extend(row.open.iter().map(|open| ended(origin, open, now)));
    if let Some(home) = &row.home {
        let mark = row.uid.get(..8).unwrap_or(&row.uid);
        events.push(removed(origin, home, &format!("{object}@{mark}"), now));
    }
    events
}

/// What was deployed does not run any more, and nothing in its place.
#[must_use]
pub fn removed(origin: &Origin<'_>, home: &Home, id: &str, at: Timestamp) -> Event<String> {
    let id = format!("{id}/removed");
    let fact = Deployment {
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        removed: true,
        ..deployed(home, &id)
    };
    origin.event(id, at, Kind::Deployment(fact))
}

/// Whether an event is the end of what it is of.
#[must_use]
pub fn is_end(event: &Event<String>) -> bool {
    match &event.kind {
        Kind::Deployment(fact) => fact.phase == Phase::Finished,
        Kind::Run(fact) => fact.phase == Phase::Finished,
        Kind::Gate(fact) => fact.phase == GatePhase::Closed,
        Kind::Mark(fact) => fact.kind == MarkKind::ReleaseHold,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_that_says_something_is_the_environment() {
        let told = |source: Option<&str>, meta: serde_json::Value| {
            let origin = Origin {
                source: "kubernetes:k",
                environment: source,
            };
            environment(&origin, &Object::read(json!({"metadata": meta})).unwrap())
        };
        let all = json!({"name": "web-prod", "namespace": "shop-uat", "labels": {"env": "live"}});
        assert_eq!(told(Some("x"), all).as_deref(), Some("live"));
        let plain = json!({"name": "web-prod", "namespace": "shop-uat"});
        assert_eq!(told(Some("x"), plain.clone()).as_deref(), Some("x"));
        assert_eq!(told(None, plain).as_deref(), Some("prod"));
        let space = json!({"name": "web", "namespace": "shop-uat"});
        assert_eq!(told(None, space).as_deref(), Some("uat"));
        let bare = json!({"name": "web", "namespace": "shop"});
        assert_eq!(told(None, bare).as_deref(), Some("shop"));
    }

    #[test]
    fn ids_are_read_as_they_were_made() {
        let id = "deployments.apps/shop/web@7-61689d6d";
        let read = read_id(id).unwrap();
        assert_eq!(read, ("deployments.apps", "shop", "web", "7-61689d6d"));
        assert_eq!(read_id("42"), None);
    }
}
