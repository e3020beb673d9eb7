//! Commits and requests.

use super::Gatherer;
use crate::event::kind;
use crate::event::kind::ChangePhase;
use crate::event::time::Timestamp;
use crate::model::entity::{Change, ChangeAt, Review};
use crate::model::name::Name;

impl Gatherer {
    pub(super) fn commit(&mut self, at: Timestamp, fact: &kind::Commit<Name>) {
        for parent in fact.parents.iter().flatten() {
            self.commit_at(*parent, fact.repository);
        }
        let place = self.commit_at(fact.sha, fact.repository);
        let touches = match (&self.workload.definition.parts, &fact.paths) {
            (Some(parts), Some(paths)) => paths
                .iter()
                .any(|path| parts.takes(self.workload.names.text(*path))),
            _ => true,
        };
        if let Some(artifact) = fact.artifact {
            self.made_of.note(artifact, at, place);
        }
        if let Some(parents) = &fact.parents {
            let places = parents
                .iter()
                .map(|name| self.workload.commit_of.get(*name));
            self.workload.graph.tell(place, places.flatten());
        }
        if let Some(change) = fact.change {
            self.members.push((place, fact.repository, change));
        }
        let Some(commit) = self.workload.commits.get_mut(place as usize) else {
            return;
        };
        // Two sources may tell of one commit: the first that knows something wins.
        commit.at = commit.at.or(Some(at));
        commit.committed = commit.committed.or(fact.committed);
        commit.repository = commit.repository.or(fact.repository);
        commit.author = commit.author.or(fact.author);
        commit.message = commit.message.or(fact.message);
        commit.touches &= touches;
    }

    pub(super) fn branch(&mut self, at: Timestamp, fact: &kind::Branch<Name>) {
        if let (true, Some(sha)) = (fact.target, fact.sha) {
            let place = self.commit_at(sha, fact.repository);
            let before = self.heads.insert((fact.repository, fact.branch), place);
            self.left.extend(before.filter(|before| *before != place));
            self.rewritten_at = Some(at);
        }
    }

    pub(super) fn change_at(&mut self, repository: Option<Name>, id: Name) -> ChangeAt {
        let changes = &mut self.workload.changes;
        *self.change_of.entry((repository, id)).or_insert_with(|| {
            let place = ChangeAt::try_from(changes.len()).unwrap_or(ChangeAt::MAX);
            changes.push(Change::new(id, repository));
            place
        })
    }

    /// Whether a name says that a program bears it, as those of apps do on GitHub and elsewhere.
    fn is_bot(&self, name: Option<Name>) -> bool {
        name.is_some_and(|name| self.workload.text(name).ends_with("[bot]"))
    }

    pub(super) fn change(&mut self, at: Timestamp, fact: &kind::Change<Name>) {
        let place = self.change_at(fact.repository, fact.change);
        let sha = fact.sha.map(|sha| self.commit_at(sha, fact.repository));
        let head = fact.head.map(|sha| self.commit_at(sha, fact.repository));
        for sha in &fact.commits {
            let commit = self.commit_at(*sha, fact.repository);
            self.members.push((commit, fact.repository, fact.change));
            self.listed.insert(place, commit);
        }
        let [by_bot, of_bot] = [fact.reviewer, fact.author].map(|name| self.is_bot(name));
        let Some(change) = self.workload.changes.get_mut(place as usize) else {
            return;
        };
        match fact.phase {
            ChangePhase::Created => {
                change.opened = change.opened.or(Some(at));
                change.abandoned = change.abandoned.filter(|closed| *closed == at);
            }
            ChangePhase::Updated => change.updated.push(at),
            ChangePhase::Reviewed => change.reviews.push(Review {
                at,
                reviewer: fact.reviewer,
                state: fact.state,
                bot: fact.bot || by_bot,
            }),
            ChangePhase::Merged => {
                if let Some(sha) = sha {
                    self.landings.entry(place).or_default().push((at, sha));
                }
                change.merged = change.merged.or(Some(at));
                change.sha = change.sha.or(sha);
                change.abandoned = None;
            }
            ChangePhase::Abandoned if change.merged.is_none() => change.abandoned = Some(at),
            ChangePhase::Abandoned => {}
        }
        if fact.phase != ChangePhase::Reviewed {
            change.bot |= fact.bot || of_bot;
            change.author = change.author.or(fact.author);
            change.draft = fact.draft.unwrap_or(change.draft);
        }
        change.title = fact.title.or(change.title);
        change.url = fact.url.or(change.url);
        change.branch = fact.branch.or(change.branch);
        change.head = head.or(change.head);
        if !fact.labels.is_empty() {
            change.labels = fact.labels.clone();
        }
        if !fact.reviewers.is_empty() {
            change.reviewers = fact.reviewers.clone();
        }
        for ticket in &fact.tickets {
            if !change.tickets.contains(ticket) {
                change.tickets.push(*ticket);
            }
        }
    }
}
