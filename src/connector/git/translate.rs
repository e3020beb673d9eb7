//! What was read becomes events. Pure, and final: an event says only what the repository itself says of a commit, whenever it is read. That is
//! why a commit does not tell its request: a branch may be read long before it is merged. The merge tells its commits instead. What can be told in
//! full only later (the paths of a commit, the commits of a merge where a shallow clone ends) is then another event, beside the poorer one.
//!
//! A clock may be wrong, and what is dated later than it was read would be left out of every answer: it happened when it was read at the latest.

use gix::ObjectId;

use crate::connector::written::Written;
use crate::event::Event;
use crate::event::kind::{Branch, Change, ChangePhase, Commit, Kind, Tag, TagPhase};
use crate::event::ticket::tickets_of;
use crate::event::time::Timestamp;

use super::client::Facts;
use super::request::Request;

/// The first and the last second that RFC 3339 can write.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

/// Whose events these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    source: String,
    repository: String,
    /// When it is read, in seconds.
    now: i64,
}

/// A request that a commit merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge<'a> {
    pub request: &'a Request,
    /// The commit that merged it, and when that was made.
    pub sha: ObjectId,
    /// Its subject and the trailers that matter.
    pub message: &'a str,
    pub committed: i64,
    /// The history ends within it, and what it brought in is not known.
    pub in_part: bool,
    /// The last commit of the branch that it merged: a release line may have shipped that one before.
    pub head: Option<ObjectId>,
    pub author: Option<String>,
    /// What it brought in.
    pub commits: Vec<ObjectId>,
}

impl Origin {
    #[must_use]
    pub fn new(repository: &str, now: i64) -> Self {
        Self {
            source: format!("git:{repository}"),
            repository: repository.to_owned(),
            now,
        }
    }

    fn event(&self, id: String, seconds: i64, kind: Kind<String>) -> Event<String> {
        self.event_at(id, moment(seconds.min(self.now)), kind)
    }

    fn event_at(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }

    #[must_use]
    pub fn commit(&self, id: ObjectId, facts: &Facts, paths: Option<Vec<String>>) -> Event<String> {
        let sha = id.to_string();
        let [authored, committed, now] = [facts.authored, facts.committed, self.now].map(moment);
        let dates = Written::by(authored, committed, now);
        let in_full = if paths.is_some() { "/paths" } else { "" };
        let event_id = format!("commit/{sha}{in_full}");
        let fact = Commit {
            sha,
            repository: Some(self.repository.clone()),
            author: filled(&facts.author),
            message: filled(&facts.message),
            parents: Some(facts.parents.iter().map(ToString::to_string).collect()),
            paths: paths.map(Into::into),
            committed: dates.committed,
            ..Commit::default()
        };
        self.event_at(event_id, dates.at, Kind::Commit(fact))
    }

    #[must_use]
    pub fn merged(&self, merge: &Merge<'_>) -> Event<String> {
        let sha = merge.sha.to_string();
        let change = merge.request.change.clone();
        let in_part = if merge.in_part { "/part" } else { "" };
        let id = format!("merge/{change}/{sha}{in_part}");
        // Of a squash, the title is a part of the message.
        let title = merge.request.title.as_deref();
        let texts = [
            title.filter(|title| !merge.message.contains(title)),
            Some(merge.message),
            merge.request.branch.as_deref(),
        ];
        let fact = Change {
            change,
            repository: Some(self.repository.clone()),
            title: merge.request.title.clone(),
            author: merge.author.clone(),
            branch: merge.request.branch.clone(),
            sha: Some(sha),
            head: merge.head.map(|head| head.to_string()),
            commits: merge.commits.iter().map(ToString::to_string).collect(),
            tickets: tickets_of(&self.repository, texts.into_iter().flatten()).into(),
            phase: ChangePhase::Merged,
            ..Change::default()
        };
        self.event(id, merge.committed, Kind::Change(fact))
    }

    /// The default branch was seen to end at a commit; `again`: since a time of its own, as it may more than once.
    #[must_use]
    pub fn branch(&self, name: &str, commit: ObjectId, seconds: i64, again: bool) -> Event<String> {
        let short = name
            .trim_start_matches("refs/heads/")
            .trim_start_matches("refs/remotes/");
        let fact = Branch {
            branch: short.to_owned(),
            repository: Some(self.repository.clone()),
            sha: Some(commit.to_string()),
            target: true,
        };
        let id = format!("branch/{short}/{commit}");
        let id = if again {
            format!("{id}/since/{seconds}")
        } else {
            id
        };
        self.event(id, seconds, Kind::Branch(fact))
    }

    /// `target` is what the tag points to, which may be an annotated tag; `commit` is where that ends.
    #[must_use]
    pub fn tag(
        &self,
        name: &str,
        target: ObjectId,
        commit: ObjectId,
        seconds: i64,
    ) -> Event<String> {
        let fact = Tag {
            tag: name.to_owned(),
            repository: Some(self.repository.clone()),
            sha: Some(commit.to_string()),
            ..Tag::default()
        };
        self.event(format!("tag/{name}/{target}"), seconds, Kind::Tag(fact))
    }

    /// A tag that was gone was seen to be there again.
    #[must_use]
    pub fn tag_again(
        &self,
        name: &str,
        target: ObjectId,
        commit: ObjectId,
        seconds: i64,
    ) -> Event<String> {
        let told = self.tag(name, target, commit, seconds);
        Event {
            id: format!("{}/restored/{seconds}", told.id),
            ..told
        }
    }

    /// A tag was seen to be gone, or moved: both are what a clone tells of itself, at the time when it was looked at.
    #[must_use]
    pub fn tag_gone(
        &self,
        name: &str,
        target: ObjectId,
        commit: Option<ObjectId>,
        seconds: i64,
    ) -> Event<String> {
        let fact = Tag {
            tag: name.to_owned(),
            repository: Some(self.repository.clone()),
            sha: commit.map(|commit| commit.to_string()),
            phase: TagPhase::Deleted,
            ..Tag::default()
        };
        let id = format!("tag/{name}/{target}/deleted/{seconds}");
        self.event(id, seconds, Kind::Tag(fact))
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A commit may claim any date; one that cannot be written is moved to the nearest that can.
fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds.clamp(FIRST, LAST))
}

#[cfg(test)]
mod tests {
    use super::moment;
    use crate::event::time::Timestamp;

    #[test]
    fn any_date_can_be_written_and_read_again() {
        for seconds in [i64::MIN, -1, 0, 1_700_000_000, i64::MAX] {
            let at = moment(seconds);
            assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        }
    }
}
