//! Releases that leave by the calendar: the train that takes what is ready to the board every two weeks, and the tagged versions of a library,
//! with the patches of its release line.

use crate::event::kind::{ArtifactPhase, Kind, Tag};

use super::delivery::{Rollout, RolloutKind};
use super::hours;
use super::pipeline::Candidate;
use super::repository::{Next, Repository};
use super::workload::Path;

impl Repository<'_> {
    pub fn train(&mut self, line: usize) {
        let index = u32::try_from(line).unwrap_or(0);
        let is_library = self.lines[line].workload.path == Path::Library;
        let days = if is_library {
            self.dice.between(3, 8)
        } else {
            10
        };
        self.plan(
            hours::after(self.now, days * hours::DAY),
            Next::Train(index),
        );
        let state = &self.lines[line];
        let Some(staged) = state.staged.clone().filter(|s| s.number > state.newest) else {
            return;
        };
        self.lines[line].newest = staged.number;
        self.ask(staged);
    }

    /// A picked commit is released on its line.
    pub fn patch(&mut self, line: usize) {
        let (commit, _) = std::mem::take(&mut self.lines[line].patch);
        let Some(live) = self.lines[line].live.last() else {
            return;
        };
        let (minor, _) = live.version.rsplit_once('.').unwrap_or((&live.version, ""));
        let (minor, mut candidate) = (minor.to_owned(), live.clone());
        self.lines[line].patches += 1;
        candidate.version = format!("{minor}.{}", self.lines[line].patches);
        candidate.commit = commit;
        candidate.number = self.number();
        self.roll_out(candidate, RolloutKind::Change);
    }

    /// A library's version is tagged and published as it is delivered.
    pub fn announce(&mut self, rollout: &Rollout) {
        let candidate = &rollout.candidate;
        let path = self.lines[candidate.line].workload.path;
        if path == Path::Library && rollout.kind == RolloutKind::Change && !rollout.is_again() {
            self.tell_tag(candidate);
            self.tell_artifact(candidate, ArtifactPhase::Published);
        }
    }

    fn tell_tag(&mut self, candidate: &Candidate) {
        let tag = format!("v{}", candidate.version);
        let fact = Tag {
            repository: Some(self.origin.name.clone()),
            sha: Some(self.sha(candidate.commit)),
            url: Some(format!(
                "https://github.com/{}/releases/tag/{tag}",
                self.origin.name
            )),
            release: true,
            tag: tag.clone(),
            ..Tag::default()
        };
        self.tell(self.host(), format!("tag/{tag}"), Kind::Tag(fact));
    }
}
