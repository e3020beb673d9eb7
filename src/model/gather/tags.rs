//! Tags, and version tags that stand for deployments where no deployment is known.

use std::sync::LazyLock;

use regex::Regex;

use super::Gatherer;
use crate::event::kind;
use crate::event::kind::{Outcome, TagPhase};
use crate::event::time::Timestamp;
use crate::model::definition::Rules;
use crate::model::entity::{CommitAt, Record, Tag};
use crate::model::name::Name;

/// A version, with what stands before it (the series: `checkout@`, `v`) and after it.
static VERSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(.*?[-/@_])?[vV]?\d+(?:[._]\d+)+(.*)$").ok());

/// What makes a version one that is not yet meant for everybody, or a line of versions (`2.0.x`) and none itself.
static EARLY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^[-._]?(a|b|m|rc|alpha|beta|pre|prerelease|preview|dev|snapshot|nightly|canary|next|test|untagged)([^a-z]|$)|^[._]x$").ok()
});

/// The series of a version tag that is meant for everybody; `None` for other tags.
fn series(tag: &str) -> Option<&str> {
    let found = VERSION.as_ref()?.captures(tag)?;
    let rest = found.get(2).map_or("", |rest| rest.as_str());
    let early = EARLY.as_ref().is_some_and(|early| early.is_match(rest));
    (!early).then(|| found.get(1).map_or("", |series| series.as_str()))
}

/// The numbers of a version, without those of its series.
pub(in crate::model) fn numbers(tag: &str) -> Vec<u64> {
    let series = series(tag).map_or(0, str::len);
    let digits = tag.get(series..).unwrap_or(tag);
    digits
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

impl Gatherer {
    pub(super) fn tag(&mut self, source: Name, at: Timestamp, fact: &kind::Tag<Name>) {
        let commit = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        if fact.phase == TagPhase::Deleted {
            self.delete_tag(source, fact, commit);
            return;
        }
        if let Some(commit) = commit {
            // The same name in another repository is another tag, and no move of this one.
            let commits = &self.workload.commits;
            let first = self.tagged.first(fact.tag);
            let known = first.and_then(|first| commits.get(first as usize));
            if known.is_none_or(|known| known.repository == fact.repository) {
                self.tagged.note(fact.tag, at, commit);
            }
        }
        let known = self.workload.tags.iter_mut().position(|tag| {
            tag.name == fact.tag && tag.repository == fact.repository && tag.commit == commit
        });
        if let Some(place) = known {
            self.workload.tags[place].prerelease |= fact.prerelease;
            if !self.holders[place].contains(&source) {
                self.holders[place].push(source);
            }
            return;
        }
        self.holders.push(vec![source]);
        self.workload.tags.push(Tag {
            name: fact.tag,
            at,
            commit,
            repository: fact.repository,
            source,
            prerelease: fact.prerelease,
        });
    }

    /// A source can take back only its own word: where another holds the tag too, it is still there.
    fn delete_tag(&mut self, source: Name, fact: &kind::Tag<Name>, commit: Option<CommitAt>) {
        for (tag, holders) in self.workload.tags.iter().zip(&mut self.holders) {
            let is_meant = tag.name == fact.tag && tag.repository == fact.repository;
            if is_meant && (commit.is_none() || tag.commit == commit) {
                holders.retain(|holder| *holder != source);
            }
        }
    }

    /// A tag that nobody holds any more names nothing, and was no release that anybody could still get.
    pub(super) fn drop_deleted_tags(&mut self) {
        let mut holders = std::mem::take(&mut self.holders).into_iter();
        let held = |_: &Tag| holders.next().is_none_or(|holders| !holders.is_empty());
        self.workload.tags.retain(held);
    }

    /// Makes deployments to production of version tags, where no tool tells of any: of those that the workload names, and where its path is derived and
    /// nothing is known of its deployments, of all.
    pub(super) fn release_by_tags(&mut self, rules: &Rules) {
        let wanted = self.workload.definition.release_tags.clone();
        let environment = self.workload.released_to(rules).to_owned();
        let stand = if wanted.is_some() {
            ![&rules.production, &environment]
                .into_iter()
                .any(|name| self.is_deployed_to(name))
        } else {
            self.workload.path.derived && self.workload.records.is_empty()
        };
        if !stand {
            return;
        }
        let environment = self.workload.names.intern(&environment);
        for place in 0..self.workload.tags.len() {
            let tag = self.workload.tags[place].clone();
            let text = self.workload.text(tag.name);
            let found = match &wanted {
                Some(pattern) if pattern.is_match(text) => Some(series(text).unwrap_or("")),
                Some(_) => None,
                None if tag.prerelease => None,
                None => series(text),
            };
            let (Some(series), Some(commit)) = (found, tag.commit) else {
                continue;
            };
            let series = series.to_owned();
            let pipeline = self.workload.names.intern(&series);
            self.workload.released_by_tags = true;
            self.workload.records.push(Record {
                id: tag.name,
                source: tag.source,
                deployment: tag.name,
                service: None,
                environment: Some(environment),
                repository: tag.repository,
                pipeline: Some(pipeline),
                commit: Some(commit),
                artifact: None,
                digest: None,
                version: Some(tag.name),
                commits: None,
                queued: None,
                started: None,
                finished: Some(tag.at),
                outcome: Some(Outcome::Success),
                unplanned: false,
                rollback: false,
                removed: false,
                slot: None,
                url: None,
            });
        }
        self.workload
            .records
            .sort_by_key(|record| record.finished.unwrap_or(Timestamp::MAX));
    }

    /// Whether a tool tells of deployments to an environment.
    fn is_deployed_to(&self, environment: &str) -> bool {
        let known = self.workload.records.iter();
        let mut names = known.filter_map(|record| record.environment);
        names.any(|name| self.workload.text(name) == environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_other_tags() {
        for (tag, expected) in [
            ("v1.2.3", Some("")),
            ("1.2", Some("")),
            ("checkout@1.2.3", Some("checkout@")),
            ("services/cart/v2.0.0", Some("services/cart/")),
            ("curl-8_5_0", Some("curl-")),
            ("v1.2.3+build.5", Some("")),
            ("v2.40.0-rc1", None),
            ("v1.0.0-beta.2", None),
            ("1.0.0a1", None),
            ("v1.2.3-android", Some("")),
            ("v1.2.3-bookworm", Some("")),
            ("v1.0.0-pre-release", None),
            ("v1.0.0-prerelease", None),
            ("v1.0.0b2dev", None),
            ("1.0.rc1", None),
            ("0.12.x", None),
            ("nightly", None),
            ("v1", None),
        ] {
            assert_eq!(series(tag), expected, "{tag}");
        }
    }
}
