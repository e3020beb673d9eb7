//! From what Buildkite answers to events: pure, no network and no clock. A build is a run, its jobs are task runs, its block steps gates; where the source says
//! that its pipelines deploy, a build is a deployment as well. A word that is not known becomes `Other`, and is told.

pub mod deployment;
pub mod gate;
pub mod job;

use super::wire::Build;
use crate::connector::facts::{Facts, given};
use crate::connector::scanner::subject::repository;
use crate::event::Event;
use crate::event::kind::{Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Timestamp;

/// Where facts come from, and what the source says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// What the sources of its events begin with.
    pub instance: &'a str,
    /// Where its pipelines deploy to: a word, or `{NAME}` of the build's environment or meta-data.
    pub environment: Option<&'a str>,
    /// What they deploy, likewise. Default: the pipeline's own name.
    pub service: Option<&'a str>,
}

/// What an id of ours names: `acme/checkout#12`, `acme/checkout#12/job/<id>`, `acme/checkout#12/block/<id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// `organization/pipeline`.
    pub slug: String,
    pub number: u64,
    pub part: Option<(Part, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Job,
    Block,
}

impl Thing {
    /// The build that it is, or is a part of.
    #[must_use]
    pub fn build(&self) -> String {
        run_id(&self.slug, self.number)
    }
}

#[must_use]
pub fn run_id(slug: &str, number: u64) -> String {
    format!("{slug}#{number}")
}

/// Reads an id.
#[must_use]
pub fn read_id(id: &str) -> Option<Thing> {
    let (slug, rest) = id.split_once('#')?;
    let (number, part) = match rest.split_once('/') {
        Some((number, part)) => (number, Some(part.split_once('/')?)),
        None => (rest, None),
    };
    let part = match part {
        None => None,
        Some(("job", id)) => Some((Part::Job, id.to_owned())),
        Some(("block", id)) => Some((Part::Block, id.to_owned())),
        Some(_) => return None,
    };
    Some(Thing {
        slug: Some(slug).filter(|slug| slug.contains('/'))?.to_owned(),
        number: number.parse().ok()?,
        part,
    })
}

/// A build with where it is from.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub origin: &'a Origin<'a>,
    pub slug: &'a str,
    pub build: &'a Build,
}

impl Seen<'_> {
    fn id(&self) -> String {
        run_id(self.slug, self.build.number)
    }

    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: format!("{}/{}", self.origin.instance, self.slug),
            id,
            at,
            kind,
        }
    }

    fn repository(&self) -> Option<String> {
        let pipeline = self.build.pipeline.as_ref()?;
        repository(pipeline.repository.as_deref()?)
    }

    /// What the run of it and of its jobs have in common.
    fn run(&self) -> Run<String> {
        let deploys = deployment::environment(self);
        let sha = deployment::commit(self);
        Run {
            run: self.id(),
            repository: sha.as_ref().and_then(|_| self.repository()),
            sha,
            url: given(self.build.web_url.as_ref()),
            branch: given(self.build.branch.as_ref()),
            environment: deploys,
            ..Run::default()
        }
    }
}

/// Whether nothing of a build goes on any more. One that is blocked says what it was before.
#[must_use]
pub fn has_ended(build: &Build) -> bool {
    match build.state.as_str() {
        "canceled" | "skipped" | "not_run" => true,
        "passed" | "failed" => !build.blocked,
        "creating" | "scheduled" | "running" | "failing" | "canceling" | "blocked" => false,
        _ => build.finished_at.is_some() && !build.blocked,
    }
}

/// How a build ended.
fn outcome(facts: &mut Facts, build: &Build) -> Outcome {
    match build.state.as_str() {
        "passed" => Outcome::Success,
        "failed" => Outcome::Failure,
        "canceled" => Outcome::Cancelled,
        "skipped" | "not_run" => Outcome::Skipped,
        other => {
            facts.unknown("build.state", other);
            Outcome::Other
        }
    }
}

/// Everything that a build tells.
#[must_use]
pub fn build(origin: &Origin<'_>, slug: &str, build: &Build) -> Facts {
    let seen = Seen {
        origin,
        slug,
        build,
    };
    let mut facts = Facts::default();
    phases(&seen, &mut facts);
    for (place, job) in build.jobs.iter().enumerate() {
        match job.kind.as_str() {
            "script" | "trigger" => job::phases(&seen, job, &mut facts),
            "manual" => gate::block(&seen, place, &mut facts),
            "waiter" => {}
            other => facts.unknown("job.type", other),
        }
    }
    deployment::deployment(&seen, &mut facts);
    facts
}

fn phases(seen: &Seen<'_>, facts: &mut Facts) {
    let build = seen.build;
    let ended = has_ended(build).then(|| outcome(facts, build));
    let id = seen.id();
    // It goes through several steps of a path, so it fills none itself: its jobs do, by their names.
    let step = (!build.jobs.is_empty()).then(|| "pipeline".to_owned());
    let mut tell = |what: String, phase: Phase, at: Timestamp| {
        let run = Run {
            name: Some(seen.slug.to_owned()),
            step: step.clone(),
            kind: RunKind::Pipeline,
            phase,
            outcome: ended.filter(|_| phase == Phase::Finished),
            ..seen.run()
        };
        let event = seen.event(format!("{id}/{what}"), at, Kind::Run(run));
        facts.events.push(event);
    };
    if let Some(at) = build.created_at {
        tell("queued".to_owned(), Phase::Queued, at);
    }
    if let Some(at) = build.started_at {
        tell("started".to_owned(), Phase::Started, at);
    }
    if let Some(at) = build.finished_at.filter(|_| ended.is_some()) {
        tell(finished(at), Phase::Finished, at);
    }
}

/// What ends may go on, when something of it is retried, and end once more.
fn finished(at: Timestamp) -> String {
    format!("finished/{}", at.micros() / 1_000_000)
}

/// A label without the pictures in it: `:rspec: RSpec` is `RSpec`.
#[must_use]
pub fn plain(label: &str) -> String {
    let is_picture = |word: &&str| {
        let inner = word.strip_prefix(':').and_then(|it| it.strip_suffix(':'));
        inner.is_some_and(|it| {
            !it.is_empty() && it.chars().all(|c| c.is_alphanumeric() || "_-+".contains(c))
        })
    };
    let words: Vec<&str> = label
        .split_whitespace()
        .filter(|word| !is_picture(word))
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_made() {
        let named = |id: &str| read_id(id).map(|thing| (thing.build(), thing.part));
        assert_eq!(named("a/b#12"), Some(("a/b#12".to_owned(), None)));
        let job = Some((Part::Job, "x".to_owned()));
        assert_eq!(named("a/b#12/job/x"), Some(("a/b#12".to_owned(), job)));
        let block = Some((Part::Block, "x".to_owned()));
        assert_eq!(named("a/b#12/block/x"), Some(("a/b#12".to_owned(), block)));
        for wrong in [
            "a/b",
            "#1",
            "b#1",
            "a/b#x",
            "a/b#1/",
            "a/b#1/job",
            "a/b#1/y/z",
        ] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn labels_lose_their_pictures() {
        assert_eq!(plain(":rspec: RSpec :+1:"), "RSpec");
        assert_eq!(plain(":package:"), "");
        assert_eq!(plain("Deploy: now"), "Deploy: now");
    }
}
