//! The event doctor: what came in and could not be linked to anything, counted by reason, each with what to do about it.

use std::collections::BTreeMap;

use crate::app::Engine;
use crate::event::kind::Kind;
use crate::event::time::Timestamp;
use crate::fold::Class;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::diagnosis::Unlinked;
use crate::model::name::Name;
use crate::model::step;
use crate::store::StoreError;

/// Reasons in the making.
#[derive(Default)]
struct Reasons {
    of: BTreeMap<(String, Option<String>), (u64, Option<String>)>,
}

impl Reasons {
    fn add(&mut self, reason: &str, fix: &str, count: u64, example: impl FnOnce() -> String) {
        self.add_to((reason.to_owned(), Some(fix.to_owned())), count, example);
    }

    /// What is told without anything to be done about it.
    fn note(&mut self, reason: &str, count: u64, example: impl FnOnce() -> String) {
        self.add_to((reason.to_owned(), None), count, example);
    }

    fn add_to(
        &mut self,
        of: (String, Option<String>),
        count: u64,
        example: impl FnOnce() -> String,
    ) {
        let known = self.of.entry(of);
        let (total, shown) = known.or_default();
        *total += count;
        shown.get_or_insert_with(example);
    }
}

/// A search for what could not be linked, a workload at a step: there may be thousands, and others wait for the engine.
pub struct Search {
    reasons: Reasons,
    definitions: Vec<Definition>,
    done: usize,
    as_of: Timestamp,
}

impl Search {
    pub fn new(engine: &mut Engine, as_of: Timestamp) -> Result<Self, StoreError> {
        let mut reasons = Reasons::default();
        unclaimed(engine, &mut reasons);
        if engine.definitions().is_empty() {
            homeless(engine, &mut reasons)?;
        }
        for (kind, count) in &engine.catalogue().unknown {
            reasons.note(
                "a type of event that leadtime does not read: kept, for a later leadtime",
                *count,
                || kind.clone(),
            );
        }
        Ok(Self {
            reasons,
            definitions: engine.definitions().to_vec(),
            done: 0,
            as_of,
        })
    }

    /// Looks at the next workload; `false` where none is left.
    pub fn step(&mut self, engine: &mut Engine) -> Result<bool, StoreError> {
        let Some(definition) = self.definitions.get(self.done) else {
            return Ok(false);
        };
        let workload = engine.workload(definition, self.as_of)?;
        within(&workload, &mut self.reasons);
        self.done += 1;
        if self.done == self.definitions.len() {
            // By now every workload took what belongs to it.
            homeless(engine, &mut self.reasons)?;
        }
        Ok(self.done < self.definitions.len())
    }

    /// Workloads looked at, of so many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.definitions.len())
    }

    /// What was found so far, most first.
    #[must_use]
    pub fn found(&self) -> Vec<Unlinked> {
        let of = self.reasons.of.iter();
        let mut found: Vec<Unlinked> = of
            .map(|((reason, fix), (count, example))| Unlinked {
                reason: reason.clone(),
                count: *count,
                example: example.clone(),
                fix: fix.clone(),
            })
            .collect();
        found.sort_by(|one, two| {
            two.count
                .cmp(&one.count)
                .then_with(|| one.reason.cmp(&two.reason))
        });
        found
    }
}

/// What a workload claims of one class.
type Claimed = fn(&Definition) -> &Vec<String>;

/// Repositories, services and artifacts that no workload claims. Where nothing is configured, everything found is a workload.
fn unclaimed(engine: &Engine, reasons: &mut Reasons) {
    if !engine.is_configured() {
        return;
    }
    let claims: [(Class, &str, &str, Claimed); 3] = [
        (
            Class::Repository,
            "no workload has this repository",
            "repositories",
            |d| &d.repositories,
        ),
        (
            Class::Service,
            "no workload has this service",
            "services",
            |d| &d.services,
        ),
        (
            Class::Artifact,
            "no workload has this artifact",
            "artifacts",
            |d| &d.artifacts,
        ),
    ];
    for (class, reason, key, of) in claims {
        for (_, summary) in engine.catalogue().of_class(class) {
            let name = &summary.key;
            if summary.events > 0 && !engine.definitions().iter().any(|d| of(d).contains(name)) {
                let fix = format!("add `{key} = [{name:?}]` to its [[workloads]]");
                reasons.add(reason, &fix, summary.events, || name.clone());
            }
        }
    }
}

/// Facts that name nothing that a workload could have, nor a subject that others tell more of.
fn homeless(engine: &mut Engine, reasons: &mut Reasons) -> Result<(), StoreError> {
    engine.for_each_orphan(|source, fact| {
        let word = word(&fact.kind);
        let reason = format!("{word} that names no repository, service or artifact");
        let article = if word.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        reasons.add(
            &format!("{article} {reason}"),
            &format!("have {source} send `customData.repository`, and `sha` where it knows it"),
            1,
            || source.to_owned(),
        );
    })
}

const fn word(kind: &Kind<Name>) -> &'static str {
    match kind {
        Kind::Commit(_) => "commit",
        Kind::Change(_) => "change",
        Kind::Run(_) => "run",
        Kind::Artifact(_) => "artifact",
        Kind::Scan(_) => "scan",
        Kind::Gate(_) => "gate",
        Kind::Deployment(_) => "deployment",
        Kind::Incident(_) => "incident",
        Kind::Tag(_) => "tag",
        Kind::Branch(_) => "branch",
        Kind::Ticket(_) => "ticket",
        Kind::Mark(_) => "mark",
        Kind::Component(_) => "component",
        Kind::Other(_) => "fact",
    }
}

/// What a workload has and cannot place.
fn within(workload: &Workload, reasons: &mut Reasons) {
    runs(workload, reasons);
    artifacts(workload, reasons);
    records(workload, reasons);
    gates(workload, reasons);
}

/// An example, named with its workload.
fn example(workload: &Workload, what: &str) -> String {
    format!("{}: {what}", workload.name())
}

fn runs(workload: &Workload, reasons: &mut Reasons) {
    let is_known = |commit: u32| {
        let commit = workload.commits.get(commit as usize);
        commit.is_some_and(|commit| commit.at.is_some() || commit.change.is_some())
    };
    for run in &workload.runs {
        let shown = || example(workload, run.name.map_or("run", |name| workload.text(name)));
        match run.commit {
            Some(commit) if !is_known(commit) => reasons.add(
                "a run for a commit that is not known",
                "add the repository as a source, or have its commits sent",
                1,
                shown,
            ),
            None if run.artifact.is_none() => reasons.add(
                "a run that names no commit",
                "have it send `customData.sha`",
                1,
                shown,
            ),
            _ => {}
        }
    }
}

fn artifacts(workload: &Workload, reasons: &mut Reasons) {
    for artifact in workload
        .artifacts
        .iter()
        .filter(|artifact| artifact.commit.is_none())
    {
        reasons.add(
            "an artifact that does not say its commit",
            "label the image with `org.opencontainers.image.revision`, or send `customData.sha`",
            1,
            || example(workload, workload.text(artifact.id)),
        );
    }
}

fn records(workload: &Workload, reasons: &mut Reasons) {
    for record in &workload.records {
        let environment = record.environment.map(|name| workload.text(name));
        match environment {
            None => reasons.add(
                "a deployment that names no environment",
                "have it send `environment`",
                1,
                || example(workload, workload.text(record.id)),
            ),
            Some(name) if step::of_environment(workload, name).is_none() => reasons.add(
                "a deployment to an environment that is not on the path",
                &format!(
                    "add `{{ name = {name:?}, kind = \"deploy\", environment = {name:?} }}` to the steps of path {:?}",
                    workload.path.name
                ),
                1,
                || example(workload, name),
            ),
            Some(_) if record.commit.is_none() && record.artifact.is_none() => reasons.add(
                "a deployment that names neither commit nor artifact",
                "have it send `sha` or `artifactId`",
                1,
                || example(workload, workload.text(record.id)),
            ),
            Some(_) => {}
        }
    }
}

fn gates(workload: &Workload, reasons: &mut Reasons) {
    for gate in workload
        .gates
        .iter()
        .filter(|gate| step::of_gate(workload, gate).is_none())
    {
        let name = gate
            .name
            .or(gate.environment)
            .map_or("gate", |name| workload.text(name));
        reasons.add(
            "a gate that is no step of the path",
            &format!(
                "add `{{ name = {name:?}, kind = \"gate\" }}` to the steps of path {:?}",
                workload.path.name
            ),
            1,
            || example(workload, name),
        );
    }
}
