//! The event doctor: what came in and could not be linked to anything, counted by reason, each with what to do about it.

use std::collections::BTreeMap;

use super::outside::Outside;
use super::twice::told_twice;
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
    /// Gates and incidents that say of nobody whose they are, by source and id, and that no workload was found to have yet.
    loose: BTreeMap<(String, String), &'static str>,
    outside: Outside,
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
        late(engine, &mut reasons);
        Ok(Self {
            reasons,
            definitions: engine.definitions().to_vec(),
            done: 0,
            as_of,
            loose: loose(engine, as_of)?,
            outside: Outside::default(),
        })
    }

    /// Looks at the next workload; `false` where none is left.
    pub fn step(&mut self, engine: &mut Engine) -> Result<bool, StoreError> {
        let Some(definition) = self.definitions.get(self.done) else {
            return Ok(false);
        };
        let workload = engine.workload(definition, self.as_of)?;
        within(&workload, &mut self.reasons);
        self.take(&workload);
        self.outside.take(&workload);
        self.done += 1;
        if self.done == self.definitions.len() {
            nobody_delivers(&self.outside, &mut self.reasons);
            nobodys(&self.loose, &mut self.reasons);
            // By now every workload took what belongs to it.
            homeless(engine, &mut self.reasons)?;
        }
        Ok(self.done < self.definitions.len())
    }

    /// What a workload has is somebody's.
    fn take(&mut self, workload: &Workload) {
        if self.loose.is_empty() {
            return;
        }
        let text = |name| workload.text(name).to_owned();
        let gates = workload.gates.iter().map(|gate| (gate.source, gate.id));
        let incidents = workload.incidents.iter().map(|one| (one.source, one.id));
        for (source, id) in gates.chain(incidents) {
            self.loose.remove(&(text(source), text(id)));
        }
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

/// What came long after it happened, from who was followed by then. Whoever runs leadtime now and then lives with it.
fn late(engine: &Engine, reasons: &mut Reasons) {
    let mut sources: Vec<_> = engine.catalogue().sources.iter().collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.late_by));
    for source in sources.into_iter().filter(|source| source.late > 0) {
        reasons.note(
            "an event that came more than an hour after it happened, though its source was read before: `leadtime collect` reads as things happen",
            source.late,
            || source.source.clone(),
        );
    }
}

/// What a workload claims of one class.
type Claimed = fn(&Definition) -> &Vec<String>;

/// What is told of facts that name a digest alone.
const OF_DIGEST: (&str, &str) = (
    "a digest alone does not say of which artifact it is",
    "have it send the package URL of the artifact, or `repository` or `service`",
);

/// Whether the name of an artifact is what stands before a digest.
fn is_algorithm(name: &str) -> bool {
    let size = name.strip_prefix("sha");
    size.is_some_and(|size| !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit()))
}

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
            let name = &*summary.key;
            let is_claimed = |d: &Definition| of(d).iter().any(|one| one == name);
            if summary.events > 0 && !engine.definitions().iter().any(is_claimed) {
                let fix = format!("add `{key} = [{name:?}]` to its [[workloads]]");
                let is_digest = class == Class::Artifact && is_algorithm(name);
                let (reason, fix) = if is_digest {
                    OF_DIGEST
                } else {
                    (reason, &*fix)
                };
                reasons.add(reason, fix, summary.events, || name.to_owned());
            }
        }
    }
}

/// The gates and incidents of which only what they name can tell whose they are.
fn loose(
    engine: &mut Engine,
    as_of: Timestamp,
) -> Result<BTreeMap<(String, String), &'static str>, StoreError> {
    let Some(marks) = engine.catalogue().number(Class::Marks, "") else {
        return Ok(BTreeMap::new());
    };
    let Some(partition) = engine.partition(marks)? else {
        return Ok(BTreeMap::new());
    };
    let text = |name: &Name| partition.names.text(*name);
    let facts = partition.facts().iter().filter(|fact| fact.at <= as_of);
    let found = facts.filter(|fact| fact.kind.is_loose(text));
    let found = found.filter_map(|fact| {
        let id = match &fact.kind {
            Kind::Gate(gate) => &gate.gate,
            Kind::Incident(incident) => &incident.incident,
            _ => return None,
        };
        let of = (text(&fact.source).to_owned(), text(id).to_owned());
        Some((of, word(&fact.kind)))
    });
    Ok(found.collect())
}

fn nobodys(loose: &BTreeMap<(String, String), &'static str>, reasons: &mut Reasons) {
    for ((source, id), word) in loose {
        let (reason, fix) = if *word == "gate" {
            (
                "a gate of changes or of a digest that no workload knows",
                "name a change with its repository (`acme/shop#12`), or send `repository` or `service`",
            )
        } else {
            (
                "an incident of a deployment, commit, change or digest that no workload knows",
                "have it send `service`",
            )
        };
        reasons.add(reason, fix, 1, || format!("{source}: {id}"));
    }
}

fn nobody_delivers(outside: &Outside, reasons: &mut Reasons) {
    for (repository, count, change) in outside.found() {
        reasons.add(
            "a change that touches the `paths` of no workload",
            &format!("add what it touches to the `paths` of a workload of {repository:?}, if anything delivers it"),
            count,
            || format!("{repository}: {change}"),
        );
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
    for record in told_twice(workload) {
        reasons.add(
            "a deployment that two sources tell, each by its own name: it counts twice",
            "have both send the same `deployment`, or leave deployments out of one",
            1,
            || example(workload, workload.text(record.id)),
        );
    }
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
            // What takes a service out brings no version.
            Some(_) if record.removed => {}
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
