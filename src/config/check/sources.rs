//! The sense of `[[sources]]`: each kind has keys that it needs, and keys that mean nothing to it.

use super::Findings;
use crate::config::problem::suggestion;
use crate::config::{Config, Kind, Source};
use crate::event::time::Span;

pub(super) fn errors(config: &Config, kinds: &[Kind], findings: &mut Findings) {
    findings.duplicates(
        "sources",
        config.sources.iter().map(|source| source.name.as_str()),
    );
    for (place, source) in config.sources.iter().enumerate() {
        let key = format!("sources[{place}]");
        if source.every < Span::from_seconds(1) {
            findings.add(
                &format!("{key}.every"),
                "a tool is not read more often than once a second",
                "write it as \"30s\"",
            );
        }
        match kinds.iter().find(|kind| kind.name == source.kind.name()) {
            Some(kind) => keys(source, kind, kinds, &key, findings),
            None => unknown(source, kinds, &key, findings),
        }
        findings.exclusions(
            &format!("{key}.repositories"),
            &source.repositories,
            "owner/*",
        );
        findings.exclusions(&format!("{key}.projects"), &source.projects, "*");
    }
}

fn unknown(source: &Source, kinds: &[Kind], key: &str, findings: &mut Findings) {
    let words = || kinds.iter().map(|kind| kind.name);
    let known: Vec<&str> = words().collect();
    findings.add(
        &format!("{key}.kind"),
        format!(
            "expected one of {}, found {:?}",
            known.join(", "),
            source.kind.name()
        ),
        suggestion(source.kind.name(), words()),
    );
}

/// Where one of several keys is enough, none of them is a mistake of all.
fn choices(source: &Source, kind: &Kind, key: &str, findings: &mut Findings) {
    for (names, example) in kind.needs.iter().filter(|(names, _)| names.contains('/')) {
        let of = |name: &str| names.split('/').any(|one| one == name);
        if !source
            .special()
            .iter()
            .any(|(name, given)| *given && of(name))
        {
            let either = names.replace('/', "` or `");
            findings.add(
                key,
                format!("a source of kind {} needs `{either}`", kind.name),
                format!("add `{example}`"),
            );
        }
    }
}

fn keys(source: &Source, kind: &Kind, kinds: &[Kind], key: &str, findings: &mut Findings) {
    choices(source, kind, key, findings);
    for (name, given) in source.special() {
        let needed = kind.needs.iter().find(|(needed, _)| *needed == name);
        if given && needed.is_none() && !kind.takes.contains(&name) {
            let of = |kind: &&Kind| {
                kind.takes.contains(&name) || kind.needs.iter().any(|(key, _)| *key == name)
            };
            let owners: Vec<&str> = kinds.iter().filter(of).map(|kind| kind.name).collect();
            findings.add(
                &format!("{key}.{name}"),
                format!("it means nothing to a source of kind {}", kind.name),
                format!("take it out; it belongs to {}", owners.join(", ")),
            );
        }
        if let Some((_, example)) = needed
            && !given
        {
            findings.add(
                &format!("{key}.{name}"),
                format!("missing: a source of kind {} needs it", kind.name),
                format!("add `{name} = {example}`"),
            );
        }
    }
}
