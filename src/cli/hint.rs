//! What is said where something is missing: which names there are, which one is nearest, and what to begin with.

use std::path::Path;

use crate::error::{Failure, FailureKind};
use crate::model::definition::Definition;

/// What can be done where there is neither a repository, nor a configuration, nor a log.
const WELCOME: &str = "\
To begin, any of:
  cd REPOSITORY && leadtime   the map of a git repository; no setup
  leadtime init               in a repository: propose a leadtime.toml
  leadtime import FILE        read CDEvents
  leadtime demo --help        make up an organisation, to try things on
  leadtime --help             everything else";
/// What to begin with, where there is nothing to tell yet.
#[must_use]
pub fn welcome(in_repository: bool, configured: bool) -> Failure {
    if in_repository {
        return Failure::unable("nothing is known of this repository yet")
            .hinted("its commits are told as soon as there are some");
    }
    if configured {
        return Failure::unable("nothing is known yet")
            .hinted("read the sources with `leadtime sync`, or events with `leadtime import FILE`; `leadtime doctor` tells what stands in the way");
    }
    Failure::unable("nothing is known here: no git repository, no leadtime.toml").hinted(WELCOME)
}

/// A log that was named, and that nobody has made.
#[must_use]
pub fn no_log(file: &Path) -> Failure {
    Failure::unable(format!("there is no log at {}", file.display())).hinted(
        "`leadtime import FILE` makes it of events, `leadtime sync` of the sources that are configured",
    )
}

/// None was named, and there are several.
#[must_use]
pub fn which_workload(all: &[Definition]) -> Failure {
    let known: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    Failure::usage("which workload?").hinted(format!("there are {}", some(&known)))
}

/// The dashboard was meant, where there is no screen for it, and a map stands in for it that cannot be told: the views can be read as text.
#[must_use]
pub fn or_plain(failure: Failure) -> Failure {
    if failure.kind != FailureKind::Usage {
        return failure;
    }
    let known = failure.hint.iter().map(String::as_str);
    let plain = "`leadtime map WORKLOAD` tells of one; `leadtime --plain --view VIEW` prints a view of the dashboard as text";
    let hint = known.chain([plain]).collect::<Vec<_>>().join("\n");
    failure.hinted(hint)
}

/// A workload that is not there, and the nearest that is.
#[must_use]
pub fn no_workload(name: &str, all: &[Definition]) -> Failure {
    let known: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let failure = unknown("workload", name, &known);
    if known.is_empty() {
        return failure.hinted("no workload is known yet");
    }
    failure
}

/// A source that is not there.
#[must_use]
pub fn no_source(name: &str, known: &[&str]) -> Failure {
    let failure = unknown("source", name, known);
    if known.is_empty() {
        return failure.hinted("none is configured: `leadtime init` proposes some");
    }
    failure
}

/// A name that is not there: the nearest that is, or else what there is.
#[must_use]
pub fn unknown(what: &str, name: &str, known: &[&str]) -> Failure {
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, two| one.0.total_cmp(&two.0));
    let failure = Failure::usage(format!("there is no {what} `{name}`"));
    match nearest {
        Some((_, near)) => failure.hinted(format!("did you mean `{near}`?")),
        None => failure.hinted(format!("there are {}", some(known))),
    }
}

fn some(known: &[&str]) -> String {
    const MOST: usize = 12;
    let names = known[..known.len().min(MOST)].join(", ");
    match known.len().saturating_sub(MOST) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_meant_the_dashboard_is_told_of_its_views_as_text() {
        let hint = or_plain(which_workload(&[])).hint.unwrap();
        assert!(hint.starts_with("there are"), "{hint}");
        assert!(hint.contains("--plain --view"), "{hint}");
        let other = Failure::unable("nothing is known yet");
        assert_eq!(or_plain(other.clone()), other);
    }
}
