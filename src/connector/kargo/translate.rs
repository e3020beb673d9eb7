//! Kargo's objects into events: pure, and knowing nothing of how they were got. A promotion is a deployment to its stage, a verification a test there; freight that a stage may
//! take and that nobody promotes by itself is a gate, which whoever promotes it decides.

use std::collections::BTreeMap;

use super::available::available;
use super::wire::{Freight, Promotion, Stage, Verification};
use crate::connector::facts::{Facts, given};
use crate::connector::scanner::subject::{Subject, repository, sha};
use crate::event::Event;
use crate::event::kind::{
    Decision, Deployment, Gate, GatePhase, Kind, Outcome, Phase, Run, RunKind,
};
use crate::event::time::Timestamp;

/// Who created an object, as Kargo notes it.
const ACTOR: &str = "kargo.akuity.io/create-actor";
const REVISION: &str = "org.opencontainers.image.revision";
const SOURCE: &str = "org.opencontainers.image.source";

/// Where facts come from: one project, with all of it.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// `kargo:<host>/<project>`.
    pub source: &'a str,
    /// What its stages run. Default: the project's own name.
    pub service: &'a str,
    pub stages: &'a [Stage],
    pub freight: &'a [Freight],
    pub promotions: &'a [Promotion],
    /// When it is read.
    pub now: Timestamp,
}

/// What an id of ours names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'i> {
    Promotion(&'i str),
    /// Freight that waits for a stage.
    Waiting {
        stage: &'i str,
        freight: &'i str,
    },
    /// A verification in a stage.
    Verification {
        stage: &'i str,
    },
}

/// Reads an id.
#[must_use]
pub fn read_id(id: &str) -> Option<Named<'_>> {
    let parts: Vec<&str> = id.split('/').collect();
    match *parts.as_slice() {
        ["promotion", name] => Some(Named::Promotion(name)),
        ["stage", stage, "freight", freight] => Some(Named::Waiting { stage, freight }),
        ["stage", stage, "verification", _] => Some(Named::Verification { stage }),
        _ => None,
    }
}

/// What a piece of freight is called: by its image, its chart, the tag of its commit, else its alias.
#[must_use]
pub fn version(freight: &Freight) -> Option<String> {
    let image = freight
        .images
        .iter()
        .find_map(|image| given(image.tag.as_ref()));
    let chart = || {
        freight
            .charts
            .iter()
            .find_map(|chart| given(Some(&chart.version)))
    };
    let tag = || {
        freight
            .commits
            .iter()
            .find_map(|commit| given(commit.tag.as_ref()))
    };
    image
        .or_else(chart)
        .or_else(tag)
        .or_else(|| given(freight.alias.as_ref()))
}

/// The commit that it is of, with its repository: as its image says, else its first commit.
#[must_use]
pub fn commit(freight: &Freight) -> (Option<String>, Option<String>) {
    for image in &freight.images {
        if let Some(revision) = image.annotations.get(REVISION).and_then(|text| sha(text)) {
            let from = image
                .annotations
                .get(SOURCE)
                .and_then(|text| repository(text));
            return (Some(revision), from);
        }
    }
    let first = freight.commits.first();
    let revision = first.and_then(|commit| sha(&commit.id));
    (
        revision,
        first.and_then(|commit| repository(&commit.repository)),
    )
}

/// The package URL of its first image.
#[must_use]
pub fn artifact(freight: &Freight) -> Option<String> {
    let image = freight.images.first()?;
    let digest = image.digest.as_deref()?;
    Subject::named(&format!("{}@{digest}", image.repository)).artifact()
}

impl Whole<'_> {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.to_owned(),
            id,
            at,
            kind,
        }
    }

    /// All that the objects of the project tell.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let freight: BTreeMap<&str, &Freight> = self
            .freight
            .iter()
            .map(|one| (one.metadata.name.as_str(), one))
            .collect();
        for one in self.promotions {
            let of = freight.get(one.spec.freight.as_str()).copied();
            self.promotion(one, of, &mut facts);
        }
        for stage in self.stages {
            for collection in &stage.status.freight_history {
                let of = collection.items.values().next();
                let of = of.and_then(|one| freight.get(one.name.as_str()).copied());
                for verification in &collection.verification_history {
                    self.verification((stage, verification), of, &mut facts);
                }
            }
            if !stage.status.auto_promotion_enabled {
                for one in self.freight {
                    self.waiting(stage, one, &mut facts);
                }
            }
        }
        facts
    }

    fn promotion(&self, one: &Promotion, of: Option<&Freight>, facts: &mut Facts) {
        let status = &one.status;
        let outcome = match status.phase.as_str() {
            "" | "Pending" | "Running" => None,
            "Succeeded" => Some(Outcome::Success),
            "Failed" | "Errored" => Some(Outcome::Failure),
            "Aborted" => Some(Outcome::Cancelled),
            other => {
                facts.unknown("promotion.phase", other);
                status.finished_at.map(|_| Outcome::Other)
            }
        };
        let id = format!("promotion/{}", one.metadata.name);
        let (revision, from) = of.map(commit).unwrap_or_default();
        let fact = Deployment {
            record: id.clone(),
            service: Some(self.service.to_owned()),
            environment: Some(one.spec.stage.clone()),
            repository: from,
            sha: revision,
            artifact: of.and_then(artifact),
            version: of.and_then(version),
            started: status.started_at,
            ..Deployment::default()
        };
        let mut tell = |what: &str, phase: Phase, at: Timestamp| {
            let fact = Deployment {
                phase,
                outcome: outcome.filter(|_| phase == Phase::Finished),
                ..fact.clone()
            };
            let event = self.event(format!("{id}/{what}"), at, Kind::Deployment(fact));
            facts.events.push(event);
        };
        if let Some(at) = one.metadata.creation_timestamp {
            tell("queued", Phase::Queued, at);
        }
        if let Some(at) = status.started_at {
            tell("started", Phase::Started, at);
        }
        if let (Some(_), Some(at)) = (outcome, status.finished_at) {
            tell("finished", Phase::Finished, at);
        }
    }

    fn verification(
        &self,
        (stage, one): (&Stage, &Verification),
        of: Option<&Freight>,
        facts: &mut Facts,
    ) {
        let outcome = match one.phase.as_str() {
            "" | "Pending" | "Running" => None,
            "Successful" => Some(Outcome::Success),
            "Failed" | "Error" | "Inconclusive" => Some(Outcome::Failure),
            "Aborted" => Some(Outcome::Cancelled),
            other => {
                facts.unknown("verification.phase", other);
                one.finish_time.map(|_| Outcome::Other)
            }
        };
        let name = &stage.metadata.name;
        let id = format!("stage/{name}/verification/{}", one.id);
        let (revision, from) = of.map(commit).unwrap_or_default();
        let mut tell = |what: &str, phase: Phase, at: Timestamp| {
            let run = Run {
                run: id.clone(),
                name: Some(format!("verify {name}")),
                repository: from.clone(),
                sha: revision.clone(),
                artifact: of.and_then(artifact),
                step: Some("verify".to_owned()),
                environment: Some(name.clone()),
                kind: RunKind::Test,
                phase,
                outcome: outcome.filter(|_| phase == Phase::Finished),
                ..Run::default()
            };
            facts
                .events
                .push(self.event(format!("{id}/{what}"), at, Kind::Run(run)));
        };
        if let Some(at) = one.start_time {
            tell("started", Phase::Started, at);
        }
        if let (Some(_), Some(at)) = (outcome, one.finish_time) {
            tell("finished", Phase::Finished, at);
        }
    }

    /// A gate that waited, and does not any more without anybody having promoted what it is of: that is gone, or its stage is, or nobody has to.
    #[must_use]
    pub fn gone(&self, gate: &str) -> Event<String> {
        let fact = Gate {
            gate: gate.to_owned(),
            service: Some(self.service.to_owned()),
            phase: GatePhase::Closed,
            decision: Some(Decision::Other),
            comment: Some("it waits for nobody any more".to_owned()),
            ..Gate::default()
        };
        let id = format!("{gate}/closed/{}", self.now.micros() / 1_000_000);
        self.event(id, self.now, Kind::Gate(fact))
    }

    /// Freight that a stage may take: it waits for a person, until it is promoted, or newer freight is.
    fn waiting(&self, stage: &Stage, freight: &Freight, facts: &mut Facts) {
        let name = &stage.metadata.name;
        let opened = available(stage, freight).filter(|at| *at <= self.now);
        let Some(opened) = opened else {
            return;
        };
        let made = |name: &str| {
            let mut all = self.freight.iter();
            let found = all.find(|one| one.metadata.name == name)?;
            found.metadata.creation_timestamp
        };
        let later = |one: &&Promotion| {
            one.spec.freight == freight.metadata.name
                || made(&one.spec.freight) > freight.metadata.creation_timestamp
        };
        let own = self.promotions.iter().filter(|one| one.spec.stage == *name);
        let first = own
            .filter(later)
            .filter_map(|one| Some((one.metadata.creation_timestamp?, one)))
            .min_by_key(|(at, _)| *at);
        // What had been passed by when it became available was never waited for.
        if first.is_some_and(|(at, one)| at < opened && one.spec.freight != freight.metadata.name) {
            return;
        }
        let id = format!("stage/{name}/freight/{}", freight.metadata.name);
        let (revision, from) = commit(freight);
        let gate = Gate {
            gate: id.clone(),
            name: Some(name.clone()),
            repository: from,
            sha: revision,
            artifact: artifact(freight),
            version: version(freight),
            service: Some(self.service.to_owned()),
            environment: Some(name.clone()),
            ..Gate::default()
        };
        let created = Kind::Gate(gate.clone());
        facts
            .events
            .push(self.event(format!("{id}/created"), opened, created));
        if let Some((at, one)) = first {
            let is_own = one.spec.freight == freight.metadata.name;
            let gate = Gate {
                phase: GatePhase::Closed,
                decision: Some(if is_own {
                    Decision::Approved
                } else {
                    Decision::Other
                }),
                responder: one
                    .metadata
                    .annotations
                    .get(ACTOR)
                    .cloned()
                    .filter(|_| is_own),
                ..gate
            };
            let closed = self.event(format!("{id}/closed"), at.max(opened), Kind::Gate(gate));
            facts.events.push(closed);
        }
    }
}
