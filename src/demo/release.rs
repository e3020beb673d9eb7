//! Releases that leave by the calendar: the train that takes what is ready to the board every two weeks, and the tagged versions of a library,
//! with the patches of its release line.

use crate::event::kind::{ArtifactPhase, Kind, Tag};
use crate::event::time::Span;

use super::change::Request;
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
        let Some(latest) = self.lines[line].live.last() else {
            return;
        };
        let (minor, _) = latest
            .version
            .rsplit_once('.')
            .unwrap_or((&latest.version, ""));
        let (minor, mut candidate) = (minor.to_owned(), latest.clone());
        self.lines[line].patches += 1;
        // The first patch of a version is the hotfix's.
        candidate.version = format!("{minor}.{}", 1 + self.lines[line].patches);
        candidate.commit = commit;
        candidate.number = self.number();
        self.roll_out(candidate, RolloutKind::Change);
    }

    /// The same change once more on the release line: its author date stays, it is committed later.
    pub fn cherry_pick(&mut self, line: usize, commit: u32, request: &Request) {
        let committed = hours::after(self.now, hours::DAY);
        let Some(latest) = self.lines[line].live.last() else {
            return;
        };
        if committed > self.organisation.until || self.lines[line].patch.1 > 0 {
            return;
        }
        let parent = latest.commit;
        let mut note = self.note(
            request,
            format!(
                "{}\n\n(cherry picked from commit {})",
                request.title,
                self.sha(commit)
            ),
        );
        note.committed = Some(committed);
        let picked = self.add_commit(&[parent], note);
        self.lines[line].patch = (picked, 1);
        let index = u32::try_from(line).unwrap_or(0);
        self.plan(committed + Span::from_seconds(900), Next::Patch(index));
    }

    /// A library's version is tagged and published as it is delivered.
    pub fn announce(&mut self, rollout: &Rollout) {
        let candidate = &rollout.candidate;
        let path = self.lines[candidate.line].workload.path;
        if path == Path::Library
            && rollout.kind == RolloutKind::Change
            && !rollout.is_again()
            && self.tell_tag(candidate)
        {
            self.tell_artifact(candidate, ArtifactPhase::Published);
        }
    }

    /// `false` where the version was tagged before.
    fn tell_tag(&mut self, candidate: &Candidate) -> bool {
        // Two libraries of one repository may come to the same version.
        let name = &self.lines[candidate.line].workload.name;
        let tag = match self.origin.members.len() {
            1 => format!("v{}", candidate.version),
            _ => format!("{name}/v{}", candidate.version),
        };
        if !self.tags.insert(tag.clone()) {
            return false;
        }
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
        true
    }
}
