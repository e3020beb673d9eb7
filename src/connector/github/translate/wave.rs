//! Which jobs the gate of an environment held, and when: GitHub names no environment with a job, and no attempt and no time with a decision, so all is judged by
//! the names of the jobs and by when they began.

use std::collections::{BTreeMap, BTreeSet};

use crate::connector::github::wire::{Job, Run};
use crate::event::time::{Span, Timestamp};

/// Jobs of an environment that were asked for before the first of them went on: what one decision lets go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wave {
    pub asked: Timestamp,
    /// When it went on, or was ended; `None` while it is held.
    pub ended: Option<Timestamp>,
    /// Something of it ran.
    pub ran: bool,
}

impl Wave {
    fn waited(&self) -> Span {
        self.ended.map_or(Span::ZERO, |ended| ended - self.asked)
    }
}

/// The newest attempt of a run.
#[must_use]
pub fn newest(run: &Run) -> u32 {
    run.run_attempt.unwrap_or(1).max(1)
}

fn is_held(job: &Job) -> bool {
    job.status.as_deref() == Some("waiting")
}

/// Whether a job ran at all: one that is stopped while it waits began when it was asked for, if ever.
fn ran(job: &Job) -> bool {
    let ran = match job.conclusion.as_deref() {
        Some("skipped") => false,
        Some("cancelled") => job.started_at > job.created_at,
        _ => job.started_at.is_some(),
    };
    ran && !is_held(job)
}

/// Whether a name holds the environment's as a whole word: `Deploy (prod)` of `prod`, not `build product`.
fn bears(name: &str, environment: &str) -> bool {
    let (name, environment) = (name.to_lowercase(), environment.to_lowercase());
    let is_end = |next: Option<char>| next.is_none_or(|next| !next.is_alphanumeric());
    name.match_indices(&environment).any(|(at, found)| {
        is_end(name[..at].chars().next_back()) && is_end(name[at + found.len()..].chars().next())
    })
}

fn of_attempt(jobs: &[Job], attempt: u32) -> Vec<&Job> {
    let of_it = |job: &&Job| job.run_attempt.unwrap_or(1) == attempt;
    jobs.iter().filter(of_it).collect()
}

/// The jobs of one attempt that may be the environment's: those that bear its name, else all. Tells whether any does.
fn candidates<'a>(jobs: &'a [Job], attempt: u32, environment: &str) -> (bool, Vec<&'a Job>) {
    let all = of_attempt(jobs, attempt);
    let named = |job: &&Job| {
        let name = job.name.as_deref();
        name.is_some_and(|name| bears(name, environment))
    };
    let own: Vec<&Job> = all.iter().copied().filter(named).collect();
    if own.is_empty() {
        (false, all)
    } else {
        (true, own)
    }
}

fn grouped(jobs: &[&Job]) -> Vec<Wave> {
    let jobs = jobs.iter().copied();
    let asked = jobs.filter_map(|job| Some((job.created_at?, job)));
    let mut jobs: Vec<(Timestamp, &Job)> = asked.collect();
    jobs.sort_by_key(|(asked, _)| *asked);
    let mut waves: Vec<Wave> = Vec::new();
    for (asked, job) in jobs {
        let ended = job.started_at.or(job.completed_at);
        let ended = ended.filter(|_| !is_held(job)).map(|at| at.max(asked));
        match waves.last_mut() {
            Some(last) if last.ended.is_none_or(|ended| asked < ended) => {
                last.ended = match (last.ended, ended) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                last.ran |= ran(job);
            }
            _ => waves.push(Wave {
                asked,
                ended,
                ran: ran(job),
            }),
        }
    }
    waves
}

/// What so many decisions of an attempt let go on, in the order of time: what ran rather than what was stopped, what waited long rather than what did not.
#[must_use]
pub fn decided(jobs: &[Job], attempt: u32, environment: &str, decisions: usize) -> Vec<Wave> {
    let mut waves = grouped(&candidates(jobs, attempt, environment).1);
    waves.retain(|wave| wave.ended.is_some());
    waves.sort_by_key(|wave| std::cmp::Reverse((wave.ran, wave.waited())));
    waves.truncate(decisions);
    waves.sort_by_key(|wave| wave.asked);
    waves
}

/// Since when the environment's jobs are held now.
#[must_use]
pub fn held_since(jobs: &[Job], attempt: u32, environment: &str) -> Option<Timestamp> {
    let since = |jobs: &[&Job]| {
        let held = jobs.iter().filter(|job| is_held(job));
        held.filter_map(|job| job.created_at).min()
    };
    let (_, own) = candidates(jobs, attempt, environment);
    let all = || of_attempt(jobs, attempt);
    let held = since(&own).or_else(|| since(&all()));
    held.or_else(|| grouped(&own).last().map(|wave| wave.asked))
}

/// How often something of the environment went on in an attempt, and whether that is known by the names of its jobs.
#[must_use]
pub fn went_on(jobs: &[Job], attempt: u32, environment: &str) -> (bool, usize) {
    let (named, jobs) = candidates(jobs, attempt, environment);
    let waves = grouped(&jobs);
    (named, waves.iter().filter(|wave| wave.ran).count())
}

/// How many decisions there may have been in an attempt, by what went on.
fn room(jobs: &[Job], attempt: u32, environment: &str) -> usize {
    let (named, went_on) = went_on(jobs, attempt, environment);
    if named {
        return went_on;
    }
    // Any job may be the environment's: one that is held, or was stopped before it ran, may be that one.
    let is_stopped = |job: &Job| job.conclusion.as_deref() == Some("cancelled") && !ran(job);
    let of_it = of_attempt(jobs, attempt);
    let may_be_held = of_it.iter().any(|job| is_held(job) || is_stopped(job));
    usize::from(went_on > 0 && !may_be_held)
}

fn earlier(run: &Run, jobs: &[Job]) -> BTreeSet<u32> {
    let attempts = jobs.iter().map(|job| job.run_attempt.unwrap_or(1));
    attempts.filter(|attempt| *attempt < newest(run)).collect()
}

/// How many decisions on an environment were made before the newest attempt, at most.
#[must_use]
pub fn before(run: &Run, jobs: &[Job], environment: &str) -> usize {
    let attempts = earlier(run, jobs).into_iter();
    attempts
        .map(|attempt| room(jobs, attempt, environment))
        .sum()
}

/// How many of the decisions on an environment were made in each attempt: one where something went on, then as many as went on, the newest first; what is left
/// was of the newest.
#[must_use]
pub fn allotted(
    run: &Run,
    jobs: &[Job],
    environment: &str,
    decisions: usize,
) -> BTreeMap<u32, usize> {
    let newest = newest(run);
    let mut attempts = earlier(run, jobs);
    attempts.insert(newest);
    let mut given: BTreeMap<u32, usize> = BTreeMap::new();
    let mut left = decisions;
    for most in [1, usize::MAX] {
        for attempt in attempts.iter().rev() {
            let room = room(jobs, *attempt, environment).min(most);
            let given = given.entry(*attempt).or_default();
            let more = room.saturating_sub(*given).min(left);
            *given += more;
            left -= more;
        }
    }
    *given.entry(newest).or_default() += left;
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_bears_the_name_of_an_environment_as_a_whole_word() {
        for name in ["prod", "Deploy (PROD)", "deploy-prod-eu", "cd / prod"] {
            assert!(bears(name, "Prod"), "{name}");
        }
        for name in ["build product", "preprod", "production", "prod2", ""] {
            assert!(!bears(name, "prod"), "{name}");
        }
        assert!(bears("reproduce prod", "prod"), "the second is one");
    }
}
