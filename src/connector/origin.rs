//! Where facts of a code host come from: one repository, as it was when it was read; and what all of them tell alike of it, however each of them words it: its
//! commits, the end of its default branch and its tags.

use super::facts::Facts;
use super::written::Written;
use crate::event::Event;
use crate::event::kind::{Branch, Commit, Kind, Tag};
use crate::event::time::Timestamp;

/// One repository of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `<tool>:<host>/<repository>`.
    pub source: String,
    /// `owner/name`; in GitLab `group/…/project`.
    pub repository: String,
    /// When it is read.
    pub now: Timestamp,
}

impl Origin {
    /// `host`: as sources begin, such as `github:github.com`.
    #[must_use]
    pub fn new(host: &str, repository: &str, now: Timestamp) -> Self {
        Self {
            source: format!("{host}/{repository}"),
            repository: repository.to_owned(),
            now,
        }
    }

    #[must_use]
    pub fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: self.source.clone(),
            id,
            at,
            kind,
        }
    }

    /// A commit by the dates of its author and its committer, the same whichever list it was read from; `date` is what there is to say that both are missing.
    #[must_use]
    pub fn commit(
        &self,
        [authored, committed]: [Option<Timestamp>; 2],
        date: &'static str,
        told: Commit<String>,
    ) -> Facts {
        let mut facts = Facts::default();
        let Some(Written { at, committed }) = Written::read(authored, committed, self.now) else {
            facts.unknown(date, "none");
            return facts;
        };
        let id = format!("commit/{}", told.sha);
        let fact = Commit {
            repository: Some(self.repository.clone()),
            committed,
            ..told
        };
        facts.events.push(self.event(id, at, Kind::Commit(fact)));
        facts
    }

    /// The default branch was seen to end at a commit, which was made then. That it has no date is told with the commit itself.
    #[must_use]
    pub fn branch(&self, name: &str, sha: &str, at: Option<Timestamp>) -> Facts {
        let Some(at) = at else {
            return Facts::default();
        };
        let fact = Branch {
            branch: name.to_owned(),
            repository: Some(self.repository.clone()),
            sha: Some(sha.to_owned()),
            target: true,
        };
        let id = format!("branch/{name}/{sha}");
        self.event(id, at.min(self.now), Kind::Branch(fact)).into()
    }

    /// A tag on a commit, at the time when it was put there or, where nobody tells that, when that was made.
    #[must_use]
    pub fn tag(&self, name: &str, sha: &str, at: Timestamp) -> Facts {
        let fact = Tag {
            tag: name.to_owned(),
            repository: Some(self.repository.clone()),
            sha: Some(sha.to_owned()).filter(|sha| !sha.is_empty()),
            ..Tag::default()
        };
        let id = format!("tag/{name}/{sha}");
        self.event(id, at.min(self.now), Kind::Tag(fact)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_ahead_makes_nothing_later_than_it_was_made_or_read() {
        let at = |hour: i64| Timestamp::from_seconds(hour * 3600);
        let origin = Origin::new("tool:host.example", "acme/shop", at(9));
        let told = |authored, committed| {
            let commit = Commit {
                sha: "a".to_owned(),
                ..Commit::default()
            };
            let facts = origin.commit([authored, committed], "date", commit);
            let event = facts.events.first();
            event.map(|event| (event.source.clone(), event.id.clone(), event.at))
        };
        let source = "tool:host.example/acme/shop".to_owned();
        for (authored, committed, wanted) in [(5, 6, 5), (7, 6, 6), (12, 11, 9)] {
            let commit = (source.clone(), "commit/a".to_owned(), at(wanted));
            assert_eq!(told(Some(at(authored)), Some(at(committed))), Some(commit));
        }
        assert_eq!(told(None, None), None);
        let late = Some(at(11));
        assert_eq!(origin.branch("main", "a", late).events[0].at, at(9));
        assert_eq!(origin.branch("main", "a", None), Facts::default());
        let tag = origin.tag("v1", "", at(11));
        assert_eq!(
            (tag.events[0].at, tag.events[0].id.as_str()),
            (at(9), "tag/v1/")
        );
        let Kind::Tag(fact) = &tag.events[0].kind else {
            panic!("{tag:?}")
        };
        assert_eq!(fact.sha, None);
    }
}
