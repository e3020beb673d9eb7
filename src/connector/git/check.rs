//! What can be said of a repository without reading its history: what it is called, what it has, and what is missing from it.

use std::collections::BTreeSet;

use gix::ObjectId;

use crate::connector::{Batch, ConnectorError, Finding, Health, Progress, Sink};
use crate::event::time::Timestamp;

use super::client::{Client, Commits};
use super::config::Config;
use super::finding;
use super::identity;
use super::refs::Refs;

/// The first facts of a repository, without its history.
pub fn check(config: &Config) -> Result<Health, ConnectorError> {
    let mut client = Client::open(&config.path)?;
    let refs = Refs::read(&client.repository)?;
    let identity = identity::of(&client.repository);
    let subject = name(config, &client);
    let mut health = Health::default();
    health.facts.push(match identity.url {
        Some(url) => format!("repository {subject}, from {url}"),
        None => format!("repository {subject}, without a remote"),
    });
    let line = refs.line.as_deref().unwrap_or("none yet");
    let line = line
        .trim_start_matches("refs/heads/")
        .trim_start_matches("refs/remotes/");
    let tags = match refs.tags.len() {
        1 => "1 tag".to_owned(),
        many => format!("{many} tags"),
    };
    let detached = refs.heads.contains_key("HEAD");
    let branches = match refs.heads.len() - usize::from(detached) {
        1 => "1 branch".to_owned(),
        many => format!("{many} branches"),
    };
    let beside = if detached { ", HEAD on none" } else { "" };
    health.facts.push(format!(
        "{branches}{beside}, {tags}; requests are merged into {line}"
    ));
    let ends = ends(&client);
    tell_what_is_missing(
        &subject,
        &refs,
        &ends,
        &mut client,
        &mut Findings(&mut health),
    );
    Ok(health)
}

/// Collects what a check finds.
struct Findings<'a>(&'a mut Health);

impl Sink for Findings<'_> {
    fn batch(&mut self, _: Batch) -> Result<(), ConnectorError> {
        Ok(())
    }
    fn progress(&mut self, _: Progress) {}
    fn finding(&mut self, finding: Finding) {
        self.0.findings.push(finding);
    }
}

pub fn name(config: &Config, client: &Client) -> String {
    config
        .repository
        .clone()
        .unwrap_or_else(|| identity::of(&client.repository).repository)
}

/// The commits at which a shallow clone ends.
pub fn ends(client: &Client) -> BTreeSet<ObjectId> {
    let ends = client.repository.shallow_commits().ok().flatten();
    ends.iter().flat_map(|ends| ends.iter().copied()).collect()
}

/// Tells of references and history that are not there.
pub fn tell_what_is_missing(
    subject: &str,
    refs: &Refs,
    ends: &BTreeSet<ObjectId>,
    client: &mut Client,
    sink: &mut dyn Sink,
) {
    if let Some(broken) = finding::broken_references(subject, &refs.broken) {
        sink.finding(broken);
    }
    if !ends.is_empty() {
        let dates = ends.iter().filter_map(|id| client.commit(id).ok());
        let newest = dates.map(|facts| facts.committed).max();
        let newest = newest.map(|seconds| Timestamp::from_seconds(seconds.clamp(0, 1 << 40)));
        sink.finding(finding::shallow(subject, newest));
    }
}
