//! The sense of `promote` and `rollback`: a source goes each way, and understands what it is told.

use super::Findings;
use crate::config::problem::suggestion;
use crate::config::{Config, Kind, Way};

pub(super) fn errors(config: &Config, kinds: &[Kind], findings: &mut Findings) {
    for (place, path) in config.paths.iter().enumerate() {
        for (nth, step) in path.steps.iter().enumerate() {
            let key = format!("paths[{place}].steps[{nth}]");
            both(
                config,
                kinds,
                &key,
                [&step.promote, &step.rollback],
                findings,
            );
        }
    }
    for (place, workload) in config.workloads.iter().enumerate() {
        for (name, choice) in &workload.steps {
            let key = crate::config::place::below(&format!("workloads[{place}].steps"), name);
            let ways = [&choice.promote, &choice.rollback];
            both(config, kinds, &key, ways, findings);
        }
    }
}

fn both(
    config: &Config,
    kinds: &[Kind],
    key: &str,
    ways: [&Option<Way>; 2],
    findings: &mut Findings,
) {
    for (name, way) in ["promote", "rollback"].into_iter().zip(ways) {
        if let Some(way) = way {
            one(config, kinds, &format!("{key}.{name}"), way, findings);
        }
    }
}

fn one(config: &Config, kinds: &[Kind], key: &str, way: &Way, findings: &mut Findings) {
    let going = || {
        config
            .sources
            .iter()
            .filter(|one| goes(one, kinds).is_some())
    };
    let names = || going().map(|source| source.name.as_str());
    let known: Vec<&str> = names().collect();
    let source = match &way.from {
        Some(from) => going().find(|source| source.name == *from),
        None if known.len() == 1 => going().next(),
        None => None,
    };
    let Some(source) = source else {
        let (text, hint) = match &way.from {
            Some(from) => (
                format!("{from:?} is no source in which leadtime can act"),
                suggestion(from, known),
            ),
            None if known.is_empty() => (
                "there is no source in which leadtime can act".to_owned(),
                "add one under [[sources]]".to_owned(),
            ),
            None => (
                "several sources could do it".to_owned(),
                format!("add `from`, one of {}", known.join(", ")),
            ),
        };
        return findings.add(&format!("{key}.from"), text, hint);
    };
    if let Some(host) = &way.request {
        // Where requests are merged, they are opened, too.
        let hosts =
            going().filter(|one| goes(one, kinds).is_some_and(|ways| ways.contains(&"merge")));
        let hosts: Vec<&str> = hosts.map(|one| one.name.as_str()).collect();
        if !hosts.contains(&host.as_str()) {
            findings.add(
                &format!("{key}.request"),
                format!("{host:?} is no source in which leadtime can open a request"),
                suggestion(host, hosts),
            );
        }
    }
    let taken = goes(source, kinds).unwrap_or_default();
    for given in way.given() {
        if !taken.contains(&given.as_str()) {
            findings.add(
                &format!("{key}.{given}"),
                format!(
                    "it means nothing to {:?}, a source of kind {}",
                    source.name,
                    source.kind.name()
                ),
                format!("it takes {}", taken.join(", ")),
            );
        }
    }
}

/// What a source may be told on a way; `None` where it cannot go any.
fn goes(source: &crate::config::Source, kinds: &[Kind]) -> Option<&'static [&'static str]> {
    let kind = kinds.iter().find(|kind| kind.name == source.kind.name())?;
    (!kind.ways.is_empty()).then_some(kind.ways)
}
