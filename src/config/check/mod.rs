//! Whether a file that has the right shape makes sense: names that are used twice, names that name nothing, steps that go in a circle, choices that a
//! path does not allow. Everything is told with its place and what to do.

mod paths;
mod sources;
mod ways;
mod workloads;

use std::collections::BTreeMap;

use super::pattern::Choice;
use super::place::{self, Places};
use super::problem::Problem;
use super::{Config, Kind};

/// What makes a file unusable.
pub(super) fn errors(config: &Config, kinds: &[Kind], places: &Places) -> Vec<Problem> {
    let mut findings = Findings::new(places);
    teams(config, &mut findings);
    sources::errors(config, kinds, &mut findings);
    paths::errors(config, &mut findings);
    workloads::errors(config, &mut findings);
    ways::errors(config, kinds, &mut findings);
    findings.problems
}

fn teams(config: &Config, findings: &mut Findings) {
    for (team, members) in &config.people.teams {
        for (place, member) in members.iter().enumerate() {
            if member.trim().is_empty() {
                let key = format!("{}[{place}]", place::below("people.teams", team));
                findings.add(&key, "the name is empty", "write who it is, or take it out");
            }
        }
    }
}

/// What is allowed, and yet unlikely to be meant.
pub(super) fn warnings(config: &Config, places: &Places) -> Vec<Problem> {
    let mut findings = Findings::new(places);
    paths::warnings(config, &mut findings);
    workloads::warnings(config, &mut findings);
    findings
        .problems
        .sort_by_key(|problem| (problem.line, problem.column));
    findings.problems
}

/// What was found so far.
struct Findings<'a> {
    places: &'a Places<'a>,
    problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    fn new(places: &'a Places<'a>) -> Self {
        Self {
            places,
            problems: Vec::new(),
        }
    }

    fn add(&mut self, key: &str, text: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(self.places.problem(key, text, hint));
    }

    /// Names of one list must differ.
    fn duplicates<'n>(&mut self, list: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = BTreeMap::new();
        for (place, name) in names.enumerate() {
            if let Some(first) = seen.insert(name, place) {
                seen.insert(name, first);
                self.add(
                    &format!("{list}[{place}].name"),
                    format!("{name:?} is already the name of {list}[{first}]"),
                    "give one of them another name",
                );
            }
        }
    }

    /// A list that only leaves out takes nothing in.
    fn exclusions(&mut self, key: &str, list: &[Choice], all: &str) {
        if !list.is_empty() && list.iter().all(|line| line.leaves_out) {
            self.add(
                key,
                "it only leaves out, and so takes nothing in",
                format!("add \"{all}\""),
            );
        }
    }
}
