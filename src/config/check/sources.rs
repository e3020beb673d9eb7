//! The sense of `[[sources]]`: each kind has keys that it needs, and keys that mean nothing to it.

use super::Findings;
use crate::config::{Config, Source, SourceKind};
use crate::event::time::Span;

pub(super) fn errors(config: &Config, findings: &mut Findings) {
    findings.duplicates(
        "sources",
        config.sources.iter().map(|source| source.name.as_str()),
    );
    for (place, source) in config.sources.iter().enumerate() {
        let key = format!("sources[{place}]");
        foreign(source, &key, findings);
        if source.every < Span::from_seconds(1) {
            findings.add(
                &format!("{key}.every"),
                "a tool is not read more often than once a second",
                "write it as \"30s\"",
            );
        }
        match source.kind {
            SourceKind::Git if source.path.is_none() => findings.add(
                &format!("{key}.path"),
                "missing: a source of kind git reads a clone",
                "add `path = \".\"`, the folder of the clone",
            ),
            SourceKind::GitHub if source.repositories.is_empty() => findings.add(
                &format!("{key}.repositories"),
                "missing: nothing would be read",
                "add `repositories = [\"owner/*\"]`",
            ),
            SourceKind::Git | SourceKind::GitHub => {}
        }
        findings.exclusions(
            &format!("{key}.repositories"),
            &source.repositories,
            "owner/*",
        );
    }
}

fn foreign(source: &Source, key: &str, findings: &mut Findings) {
    let given = [
        ("url", source.url.is_some(), SourceKind::GitHub),
        ("token", source.token.is_some(), SourceKind::GitHub),
        (
            "repositories",
            !source.repositories.is_empty(),
            SourceKind::GitHub,
        ),
        ("ca_file", source.ca_file.is_some(), SourceKind::GitHub),
        ("path", source.path.is_some(), SourceKind::Git),
        ("repository", source.repository.is_some(), SourceKind::Git),
    ];
    for (name, given, kind) in given {
        if given && kind != source.kind {
            findings.add(
                &format!("{key}.{name}"),
                format!(
                    "it means nothing to a source of kind {}",
                    source.kind.name()
                ),
                format!("take it out; it belongs to kind {}", kind.name()),
            );
        }
    }
}
