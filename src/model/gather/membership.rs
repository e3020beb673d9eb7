//! Which commits belong to which change, and which reached the target branch on their own.

use rustc_hash::FxHashSet;

use super::Gatherer;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::{Change, ChangeAt, Commit, CommitAt, Outside, Own};
use crate::model::graph::Graph;
use crate::model::name::Name;

impl Gatherer {
    /// Gives every commit to the change that it came with: the one that an event names, the one whose merge it is, the one whose merge brought it in,
    /// or the one that was rebased onto it.
    pub(super) fn assign(&mut self) {
        let merges = self.merges();
        self.give_claimed();
        self.follow_rewriting();
        for place in self.change_places() {
            if let Some(sha) = self.workload.changes[place as usize].sha {
                self.workload.commits[sha as usize].change = Some(place);
            }
        }
        for (merge, brought) in merges {
            for (commit, change) in self.shares(merge, brought) {
                self.give(commit, change);
            }
        }
        for place in self.change_places() {
            self.give_rebased(place);
        }
        self.find_heads();
    }

    /// The request that a commit is the merge of.
    fn merged_by(&self, commit: CommitAt) -> Option<ChangeAt> {
        let change = self.workload.commits[commit as usize].change?;
        let sha = self.workload.changes[change as usize].sha;
        (sha == Some(commit)).then_some(change)
    }

    /// Whose each commit is that a merge brought. It may have brought merges of requests that stood on its own: what those brought is theirs.
    fn shares(&self, merge: CommitAt, brought: Vec<CommitAt>) -> Vec<(CommitAt, ChangeAt)> {
        let parents = |at: CommitAt| self.workload.graph.parents(at);
        let others = |at: CommitAt| parents(at).get(1..).unwrap_or(&[]);
        let owner = self.workload.commits[merge as usize].change;
        let nests = |at: &CommitAt| !others(*at).is_empty() && self.merged_by(*at).is_some();
        if !brought.iter().any(nests) {
            let all = brought.into_iter();
            return owner.map_or_else(Vec::new, |owner| all.map(|at| (at, owner)).collect());
        }
        let mut left: FxHashSet<CommitAt> = brought.into_iter().collect();
        let mut shares = Vec::new();
        let mut open: Vec<(CommitAt, Option<ChangeAt>)> =
            others(merge).iter().rev().map(|at| (*at, owner)).collect();
        // Along each line first, then what was merged into it, its oldest merge before the others.
        while let Some((tip, owner)) = open.pop() {
            let mut next = Some(tip);
            while let Some(at) = next.filter(|at| left.remove(at)) {
                shares.extend(owner.map(|owner| (at, owner)));
                let inner = self.merged_by(at).or(owner);
                open.extend(others(at).iter().rev().map(|at| (*at, inner)));
                next = parents(at).first().copied();
            }
        }
        shares.sort_unstable();
        shares
    }

    pub(super) fn change_places(&self) -> impl Iterator<Item = ChangeAt> + use<> {
        0..ChangeAt::try_from(self.workload.changes.len()).unwrap_or(ChangeAt::MAX)
    }

    pub(super) fn give(&mut self, commit: CommitAt, change: ChangeAt) {
        let known = &mut self.workload.commits[commit as usize].change;
        if known.is_none_or(|known| known == change) {
            *known = Some(change);
            let commits = &mut self.workload.changes[change as usize].commits;
            if !commits.contains(&commit) {
                commits.push(commit);
            }
        }
    }

    /// A rebase keeps author dates: the commits just before the last rebased one that bear a date of the change's own commits are its own, rewritten.
    fn give_rebased(&mut self, place: ChangeAt) {
        let workload = &mut self.workload;
        let change = &workload.changes[place as usize];
        let Some(sha) = change.sha.filter(|_| change.commits.len() > 1) else {
            return;
        };
        let dates: FxHashSet<Timestamp> = change
            .commits
            .iter()
            .filter_map(|commit| workload.commits[*commit as usize].at)
            .collect();
        let mut place_of = sha;
        for _ in 0..change.commits.len() {
            let [parent] = *workload.graph.parents(place_of) else {
                return;
            };
            let before = &mut workload.commits[parent as usize];
            if before.change.is_some() || before.at.is_none_or(|at| !dates.contains(&at)) {
                return;
            }
            before.change = Some(place);
            place_of = parent;
        }
    }

    /// What was merged or deployed, newest first: tips from which a target branch is walked where nobody saw where it ends. What was merged comes first:
    /// a branch may be deployed, too, and is not the line that others are merged into.
    fn landed(&self) -> Vec<CommitAt> {
        let newest_first = |mut all: Vec<(Timestamp, CommitAt)>| {
            all.sort_unstable_by_key(|(at, commit)| (std::cmp::Reverse(*at), *commit));
            all.into_iter().map(|(_, commit)| commit)
        };
        let changes = self.workload.changes.iter();
        let merged = changes.filter_map(|change| Some((change.merged?, change.sha?)));
        let records = self.workload.records.iter();
        let deployed = records.filter_map(|record| Some((record.finished?, record.commit?)));
        let deployed = newest_first(deployed.collect());
        newest_first(merged.collect()).chain(deployed).collect()
    }

    /// Notes which commits the target branch holds: where it was seen to end, what that end reaches, and a release line beside it is no part of it.
    fn note_reached(&mut self, by_heads: &[bool], by_all: Vec<bool>) {
        let headed: FxHashSet<Option<Name>> = self.heads.keys().map(|(of, _)| *of).collect();
        let commits = self.workload.commits.iter().zip(by_heads).zip(by_all);
        self.reached = commits
            .map(|((commit, by_heads), by_all)| {
                *by_heads || by_all && !headed.contains(&commit.repository)
            })
            .collect();
    }

    /// Every merge on the target branch, oldest first on each line, with the commits that it brought in. What the branch holds is marked on the way.
    fn merges(&mut self) -> Vec<(CommitAt, Vec<CommitAt>)> {
        let graph = &self.workload.graph;
        let mut reached = vec![false; graph.len()];
        let mut by_heads = None;
        let mut merges = Vec::new();
        let heads = self.heads.values().copied().map(|tip| (tip, true));
        let landed = self.landed().into_iter().map(|tip| (tip, false));
        for (tip, is_head) in heads.chain(landed) {
            if !is_head && by_heads.is_none() {
                by_heads = Some(reached.clone());
            }
            let mut line = Vec::new();
            let mut next = Some(tip);
            while let Some(place) = next.filter(|place| !reached[*place as usize]) {
                reached[place as usize] = true;
                line.push(place);
                next = graph.parents(place).first().copied();
            }
            for place in line.into_iter().rev() {
                let mut brought = Vec::new();
                let others = graph.parents(place).iter().skip(1);
                let mut open: Vec<CommitAt> = others.copied().collect();
                while let Some(other) = open.pop() {
                    if std::mem::replace(&mut reached[other as usize], true) {
                        continue;
                    }
                    brought.push(other);
                    open.extend(graph.parents(other));
                }
                if !brought.is_empty() {
                    brought.sort_unstable();
                    merges.push((place, brought));
                }
            }
        }
        let by_heads = by_heads.unwrap_or_else(|| reached.clone());
        self.note_reached(&by_heads, reached);
        merges
    }

    /// Commits that reached the target branch without a request are changes of their own. A merge brings nothing of its own. Where no graph is known at
    /// all, every commit without a request is taken to have reached it.
    pub(super) fn add_direct_changes(&mut self) {
        let graph = !self.workload.graph.is_unknown();
        for place in 0..self.workload.commits.len() {
            let commit = &self.workload.commits[place];
            let (None, Some(at)) = (commit.change, commit.at) else {
                continue;
            };
            let at_commit = CommitAt::try_from(place).unwrap_or(CommitAt::MAX);
            let parents = self.workload.graph.told(at_commit);
            let single = parents.map_or(!graph, |parents| parents.len() < 2);
            if !single || (graph && !self.reached[place]) {
                continue;
            }
            let tickets = self.tickets_of_commit(place);
            let commit = &self.workload.commits[place];
            let change = Change {
                direct: true,
                title: commit.message,
                author: commit.author,
                tickets,
                merged: Some(commit.committed.map_or(at, |committed| committed.max(at))),
                sha: Some(at_commit),
                commits: Own::from_slice(&[at_commit]),
                ..Change::new(commit.sha, commit.repository)
            };
            let number = ChangeAt::try_from(self.workload.changes.len()).unwrap_or(ChangeAt::MAX);
            self.workload.commits[place].change = Some(number);
            self.workload.changes.push(change);
        }
    }

    /// Leaves out the changes that touch no part of the repository that is the workload's own.
    pub(super) fn keep_own(&mut self) {
        if self.workload.definition.parts.is_none() {
            return;
        }
        let Workload {
            commits,
            changes,
            outside,
            graph,
            ..
        } = &mut self.workload;
        let mut places: Vec<Option<ChangeAt>> = Vec::with_capacity(changes.len());
        let mut kept = 0;
        changes.retain(|change| {
            let keep = touches(change, commits, graph);
            places.push(keep.then_some(kept));
            kept += ChangeAt::from(keep);
            if let (false, Some(_), Some(sha)) = (keep, change.merged, change.sha) {
                outside.push(Outside {
                    change: change.id,
                    repository: change.repository,
                    sha,
                });
            }
            keep
        });
        for commit in commits.iter_mut() {
            commit.change = commit.change.and_then(|change| places[change as usize]);
        }
        for one in outside {
            commits[one.sha as usize].touches = false;
        }
    }
}

/// Whether a change touches a part of its repository that is the workload's, as far as paths are known. A merge touches what its branch does, so its own word
/// is not asked.
fn touches(change: &Change, commits: &[Commit], graph: &Graph) -> bool {
    let commit = |at: &CommitAt| commits.get(*at as usize);
    let own = change.commits.iter().filter(|at| Some(**at) != change.sha);
    let mut own = own.filter_map(commit).peekable();
    if own.peek().is_none() {
        let landed = change.sha.as_ref().and_then(commit);
        return landed.is_none_or(|commit| commit.touches);
    }
    let landed = change.sha.filter(|sha| !graph.is_merge(*sha));
    own.chain(landed.as_ref().and_then(commit))
        .any(|commit| commit.touches)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Arc;

    use crate::event::Event;
    use crate::event::kind::{Branch, Commit, Kind, MapText, Tag};
    use crate::event::time::Timestamp;
    use crate::model::Workload;
    use crate::model::definition::{Definition, Rules};
    use crate::model::gather::{Facts, Surroundings, gather};
    use crate::model::name::{Name, Names};

    fn event(id: &str, day: i64, kind: Kind<Cow<'static, str>>) -> Event<Cow<'static, str>> {
        Event {
            source: "git:shop".into(),
            id: id.to_owned().into(),
            at: Timestamp::from_seconds(day * 86_400),
            kind,
        }
    }

    fn commit(sha: &'static str, day: i64, parents: &[&'static str]) -> Event<Cow<'static, str>> {
        let fact = Commit {
            sha: sha.into(),
            repository: Some("shop".into()),
            parents: Some(parents.iter().map(|sha| (*sha).into()).collect()),
            ..Commit::default()
        };
        event(sha, day, Kind::Commit(fact))
    }

    fn end(sha: &'static str, day: i64) -> Event<Cow<'static, str>> {
        let fact = Branch {
            branch: "main".into(),
            repository: Some("shop".into()),
            sha: Some(sha.into()),
            target: true,
        };
        event(&format!("branch/{sha}"), day, Kind::Branch(fact))
    }

    fn gathered(events: &[Event<Cow<'static, str>>], day: i64) -> Workload {
        let mut names = Names::default();
        let mut facts: Vec<Event<Name>> = events
            .iter()
            .map(|event| event.map_text(&mut |text: &Cow<'static, str>| names.intern(text)))
            .collect();
        facts.sort_by_key(|fact| (fact.at, names.text(fact.id).to_owned()));
        let definition = Definition {
            repositories: vec!["shop".to_owned()],
            ..Definition::default()
        };
        let around = Surroundings {
            claimed: &|_| false,
            artifact_name: &str::to_owned,
            incident_source: false,
        };
        let facts = Facts {
            names: &Arc::new(names),
            facts: &facts,
        };
        let as_of = Timestamp::from_seconds(day * 86_400);
        let rules = Rules::default();
        gather(&definition, &rules, &[facts], &around, as_of).with_tickets(&rules, &[])
    }

    fn changes(workload: &Workload) -> Vec<&str> {
        let ids = workload
            .changes
            .iter()
            .map(|change| workload.text(change.id));
        let mut ids: Vec<&str> = ids.collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_release_line_beside_the_target_branch_holds_no_changes_of_it() {
        // a <- b <- c on the branch, a <- fix on a line of its own, tagged.
        let tag = Tag {
            tag: "v1.0.1".into(),
            repository: Some("shop".into()),
            sha: Some("fix".into()),
            ..Tag::default()
        };
        let events = vec![
            commit("a", 1, &[]),
            commit("b", 2, &["a"]),
            commit("c", 4, &["b"]),
            commit("fix", 3, &["a"]),
            event("tag/v1.0.1", 3, Kind::Tag(tag)),
            end("b", 2),
            end("c", 4),
        ];
        assert_eq!(changes(&gathered(&events, 9)), ["a", "b", "c"]);
        // As things were: the branch ended before what came later.
        assert_eq!(changes(&gathered(&events, 3)), ["a", "b"]);
        // Where nobody saw the branch, what was deployed is taken for it.
        let unseen = events
            .into_iter()
            .filter(|event| !matches!(event.kind, Kind::Branch(_)));
        assert_eq!(
            changes(&gathered(&unseen.collect::<Vec<_>>(), 9)),
            ["a", "fix"]
        );
    }

    #[test]
    fn what_a_rewritten_branch_held_is_no_change() {
        let events = vec![
            commit("a", 1, &[]),
            commit("b", 2, &["a"]),
            commit("again", 3, &["a"]),
            end("b", 2),
            end("again", 3),
        ];
        assert_eq!(changes(&gathered(&events, 9)), ["a", "again"]);
    }
}
