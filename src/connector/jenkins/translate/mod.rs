//! From what Jenkins answers to events: pure, no network and no clock. A build is a run, its stages are task runs, its inputs gates; where the source says that
//! its jobs deploy, a build is a deployment as well. The identity of an event is made of the job's name and Jenkins' own numbers, so that the same fact, read
//! twice, is one event. A word that is not known becomes `Other`, and is told.

pub mod build;
pub mod commit;
pub mod deployment;
pub mod gate;

use super::config::of_job;
use super::cursor::Row;
use super::wire::{Build, Stage};
use crate::connector::facts::Facts;
use crate::connector::http::instance::Instance;
use crate::event::Event;
use crate::event::kind::{Decision, Gate, GatePhase, Kind, Outcome, Phase, Run};
use crate::event::time::Timestamp;

/// Where facts come from, and what the source says of itself.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub instance: &'a Instance,
    /// Where its jobs deploy to: a word, or `{PARAMETER}` of the build.
    pub environment: Option<&'a str>,
    /// What they deploy, likewise. Default: the job's own name.
    pub service: Option<&'a str>,
}

/// A build with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The full name of its job.
    pub job: &'a str,
    pub build: &'a Build,
    /// Its stages. `None`: it has none, or the stage view is not there to tell.
    pub stages: Option<&'a [Stage]>,
    /// The stages in which inputs wait or waited, each with its steps.
    pub paused: &'a [Stage],
}

impl Seen<'_> {
    /// Where people look at the build.
    fn page(&self, origin: &Origin<'_>) -> String {
        let number = self.build.number.to_string();
        // With the slash: a plugin may show another page where Jenkins would send people on to it.
        of_job(origin.instance, self.job, &[&number, ""], &[])
    }
}

/// The name of a build among runs: `folder/job#12`. No name of a job has a `#`.
#[must_use]
pub fn run_id(job: &str, number: u64) -> String {
    format!("{job}#{number}")
}

/// What an id of ours names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'i> {
    pub job: &'i str,
    pub number: u64,
    /// A stage, or the step of an input.
    pub part: Option<(&'i str, &'i str)>,
}

/// Reads the id of a build, a stage, an input or a deployment.
#[must_use]
pub fn read_id(id: &str) -> Option<Named<'_>> {
    let (job, rest) = id.split_once('#')?;
    let (number, part) = match rest.split_once('/') {
        Some((number, part)) => (number, Some(part.split_once('/')?)),
        None => (rest, None),
    };
    let number = number.parse().ok()?;
    (!job.is_empty()).then_some(Named { job, number, part })
}

/// The identity of a fact of a build. A job that was made anew counts from one again, so when the build began is a part of it.
fn identity(run: &str, began: i64, what: &str) -> String {
    format!("{run}@{began}/{what}")
}

impl Origin<'_> {
    fn event(&self, job: &str, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.instance.source_of(job),
            id,
            at,
            kind,
        }
    }
}

/// Everything that a build tells.
#[must_use]
pub fn all(origin: &Origin<'_>, seen: &Seen<'_>) -> Facts {
    let mut facts = Facts::default();
    build::build(origin, seen, &mut facts);
    build::stages(origin, seen, &mut facts);
    gate::inputs(origin, seen, &mut facts);
    deployment::deployment(origin, seen, &mut facts);
    facts
}

/// How something ended, by its word. `None`: a word that is not known.
#[must_use]
pub fn outcome(word: &str) -> Option<Outcome> {
    Some(match word {
        "SUCCESS" => Outcome::Success,
        "FAILURE" | "FAILED" | "UNSTABLE" => Outcome::Failure,
        "ABORTED" => Outcome::Cancelled,
        "NOT_BUILT" | "NOT_EXECUTED" | "SKIPPED" => Outcome::Skipped,
        _ => return None,
    })
}

/// The same; what is not known is told.
fn ended(facts: &mut Facts, field: &'static str, word: &str) -> Outcome {
    outcome(word).unwrap_or_else(|| {
        facts.unknown(field, word);
        Outcome::Other
    })
}

/// A build, or its job, is gone before it was seen to end: how it ended nobody can tell.
#[must_use]
pub fn gone(origin: &Origin<'_>, job: &str, row: &Row, at: Timestamp) -> Facts {
    let mut facts = Facts::default();
    for (number, open) in &row.open {
        let id = run_id(job, *number);
        let run = Run {
            run: id.clone(),
            phase: Phase::Finished,
            outcome: Some(Outcome::Other),
            ..Run::default()
        };
        let finished = identity(&id, open.began, "finished");
        let event = origin.event(job, finished, at, Kind::Run(run));
        facts.events.push(event);
        for step in &open.inputs {
            let fact = Gate {
                gate: gate::id(job, *number, step),
                phase: GatePhase::Closed,
                decision: Some(Decision::Other),
                ..Gate::default()
            };
            let closed = identity(&id, open.began, &format!("input/{step}/closed"));
            let event = origin.event(job, closed, at, Kind::Gate(fact));
            facts.events.push(event);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_made() {
        let named = |id| read_id(id).map(|named| (named.job, named.number, named.part));
        let id = run_id("acme/shop/feature%2Fx", 12);
        assert_eq!(named(&id), Some(("acme/shop/feature%2Fx", 12, None)));
        assert_eq!(named("a#3/stage/6"), Some(("a", 3, Some(("stage", "6")))));
        assert_eq!(named("a#3/input/9"), Some(("a", 3, Some(("input", "9")))));
        for wrong in ["a", "#3", "a#", "a#x", "a#3/", "a#3/stage"] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
