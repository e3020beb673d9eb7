//! A repository that grows, is rewritten, or is read in parts: what is read anew, and what is said about it.

use std::collections::BTreeSet;
use std::io::Write;

use leadtime::connector::Severity;
use leadtime::connector::error::ErrorKind;
use leadtime::connector::git::identify;
use leadtime::event::kind::{Kind, TagPhase};

use super::reader::Reader;
use super::repo::{Repo, entry, hosted, long, run};

#[test]
fn a_branch_is_read_before_it_is_merged() {
    let repo = Repo::new();
    let mut reader = repo.reader();
    let entries = hosted();
    for entry in &entries {
        repo.add(std::slice::from_ref(entry));
        reader.read();
        assert!(!reader.batches.is_empty());
        let new: usize = reader.batches.iter().map(|(events, _)| events).sum();
        assert!(new <= 2, "{new} events for one commit");
    }
    assert_eq!(reader.log, repo.read().log);
}

#[test]
fn when_nothing_differs_nothing_is_said() {
    let repo = Repo::with(&hosted());
    repo.git(&["tag", "v1"]);
    let mut reader = repo.read();
    reader.progress.clear();
    reader.read();
    assert_eq!(reader.batches, []);
    assert_eq!(reader.progress, []);
    repo.git(&["branch", "-q", "again", "main~1"]);
    reader.read();
    assert_eq!(
        reader.batches,
        [(0, true)],
        "a branch at a known commit moves the cursor only"
    );
    repo.git(&["branch", "-q", "-D", "again"]);
    reader.read();
    assert_eq!(reader.batches, [(0, true)]);
    assert_eq!(reader.findings, []);
}

#[test]
fn a_rewritten_branch_is_told_and_its_commits_stay() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "main", "Third", &[2]),
    ]);
    let mut reader = repo.read();
    repo.add(&[entry(4, "main", "Second, again", &[1])]);
    reader.read();
    assert!(
        reader.told("history of branch main was rewritten: 2 commits no longer reachable are kept"),
        "{:?}",
        reader.findings
    );
    assert_eq!(reader.findings[0].severity, Severity::Note);
    assert_eq!(reader.commits().len(), 4);
    reader.read();
    assert_eq!(reader.findings, []);
    // The same when what was left behind is gone from the disk too.
    repo.add(&[entry(5, "main", "Once more", &[1])]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now"]);
    repo.git(&["prune", "--expire=now"]);
    reader.read();
    assert!(
        reader.told("history of branch main was rewritten"),
        "{:?}",
        reader.findings
    );
    assert!(!reader.told("cannot be read"), "{:?}", reader.findings);
    assert_eq!(reader.commits().len(), 5);
}

#[test]
fn a_tag_that_is_deleted_moved_or_put_back_is_told_each_time() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
    ]);
    let (first, second) = (repo.mark(1), repo.mark(2));
    repo.git(&["tag", "v1", &first]);
    repo.git(&["tag", "v2", &second]);
    let mut reader = repo.read();
    let phases = |reader: &Reader, wanted: &str| -> Vec<(TagPhase, Option<String>)> {
        let mut told: Vec<_> = reader
            .log
            .values()
            .filter_map(|event| match &event.kind {
                Kind::Tag(tag) if tag.tag == wanted => Some((event.at, tag.phase, tag.sha.clone())),
                _ => None,
            })
            .collect();
        told.sort_by_key(|(at, ..)| *at);
        told.into_iter()
            .map(|(_, phase, sha)| (phase, sha))
            .collect()
    };
    let created = (TagPhase::Created, Some(first.clone()));
    let deleted = (TagPhase::Deleted, Some(first.clone()));
    assert_eq!(phases(&reader, "v1"), std::slice::from_ref(&created));
    repo.git(&["tag", "-d", "v1"]);
    reader.read();
    assert_eq!(phases(&reader, "v1"), [created.clone(), deleted.clone()]);
    reader.read();
    assert_eq!(reader.batches, [], "it is told once");
    // Back as it was.
    reader.hours += 1;
    repo.git(&["tag", "v1", &first]);
    reader.read();
    let told = [created.clone(), deleted.clone(), created.clone()];
    assert_eq!(phases(&reader, "v1"), told);
    // Gone again, and then somewhere else.
    reader.hours += 1;
    repo.git(&["tag", "-f", "v1", &second]);
    reader.read();
    let mut told = phases(&reader, "v1");
    told.sort_by_key(|(phase, _)| *phase == TagPhase::Deleted);
    let moved = (TagPhase::Created, Some(second));
    assert_eq!(
        told,
        [
            created.clone(),
            moved.clone(),
            created,
            deleted.clone(),
            deleted
        ]
    );
    assert_eq!(
        phases(&reader, "v2"),
        [moved],
        "nothing is said of the others"
    );
    assert_eq!(reader.findings, []);
}

#[test]
fn a_shallow_clone_says_where_it_ends_and_can_be_made_whole() {
    let origin = Repo::with(&hosted());
    origin.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    let folder = tempfile::tempdir().unwrap();
    let from = format!("file://{}", origin.path.display());
    run(
        folder.path(),
        &["clone", "-q", "--depth=2", &from, "shop"],
        b"",
    );
    let path = folder.path().join("shop");
    let mut reader = Reader::new(&path);
    reader.config.repository = Some("shop".to_owned());
    reader.read();
    assert!(
        reader.told("shallow clone: history before 2023-11-15 is unknown"),
        "{:?}",
        reader.findings
    );
    assert!(!reader.told("cannot be read"), "{:?}", reader.findings);
    assert_eq!(reader.findings[0].severity, Severity::Warning);
    assert!(identify(&path).unwrap().shallow);
    let before = reader.commits().len();
    assert!(before < 7, "{before}");
    run(&path, &["fetch", "-q", "--unshallow"], b"");
    reader.read();
    assert_eq!(reader.findings, []);
    let mut whole = Reader::new(&path);
    whole.config.repository = Some("shop".to_owned());
    whole.read();
    let ids = |reader: &Reader| -> BTreeSet<String> {
        reader.log.values().map(|event| event.id.clone()).collect()
    };
    // What was told of a merge where the history ended is another fact than what is told of it now.
    let (found, whole_ids) = (ids(&reader), ids(&whole));
    let more: Vec<&String> = found.difference(&whole_ids).collect();
    assert_eq!(more, [&format!("merge/!3/{}/part", origin.mark(9))]);
    assert!(whole_ids.is_subset(&found));
    assert!(whole.commits().len() > before);
    reader.read();
    assert_eq!(reader.batches, [], "once");
}

#[test]
fn a_repository_that_is_called_otherwise_is_read_anew() {
    let repo = Repo::with(&hosted());
    repo.git(&["tag", "v1"]);
    let mut reader = repo.read();
    reader.log.clear();
    repo.git(&["tag", "-d", "v1"]);
    reader.config.repository = Some("acme/shop".to_owned());
    reader.read();
    let mut fresh = repo.reader();
    fresh.config.repository = Some("acme/shop".to_owned());
    fresh.read();
    assert_eq!(reader.log, fresh.log, "and nothing of it is gone");
    assert_eq!(reader.cursors, fresh.cursors);
    reader.read();
    assert_eq!(reader.batches, [], "once");
    // A log that did not keep whose its cursors are.
    reader.cursors.remove("repository");
    reader.read();
    assert_eq!(reader.batches, [(0, true)]);
}

#[test]
fn a_branch_ends_where_it_was_seen_last_whatever_the_dates_say() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(60, "main", "Second", &[1]),
    ]);
    let mut reader = repo.read();
    let last = |reader: &Reader| {
        let end = reader.ends.iter().max_by_key(|end| end.at);
        end.and_then(|end| end.id.split('/').nth(2).map(str::to_owned))
    };
    repo.add(&[entry(30, "main", "By a clock that is late", &[60])]);
    reader.read();
    assert_eq!(last(&reader), Some(repo.mark(30)));
    repo.add(&[entry(31, "main", "Again", &[30])]);
    reader.read();
    assert_eq!(last(&reader), Some(repo.mark(31)));
    // Set back to a commit of its own, and forward again.
    for number in [60, 31] {
        let sha = repo.mark(number);
        repo.git(&["update-ref", "refs/heads/main", &sha]);
        reader.read();
        assert_eq!(last(&reader), Some(sha));
    }
    repo.add(&[entry(90, "main", "By its date", &[31])]);
    reader.read();
    let sha = repo.mark(90);
    assert_eq!(last(&reader), Some(sha.clone()));
    assert_eq!(reader.ends.last().unwrap().id, format!("branch/main/{sha}"));
}

#[test]
fn an_annotated_tag_that_was_moved_leaves_its_old_commit_even_where_its_object_is_gone() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
    ]);
    let first = repo.mark(1);
    repo.git(&["tag", "-a", "-m", "x", "v1", &first]);
    let mut reader = repo.read();
    repo.git(&["tag", "-d", "v1"]);
    repo.git(&["tag", "-a", "-m", "y", "v1", "main"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    reader.read();
    let tags = reader.tags().into_iter();
    let mut gone = tags.filter(|(tag, _)| tag.phase == TagPhase::Deleted);
    assert_eq!(gone.next().unwrap().0.sha, Some(first));
    assert!(gone.next().is_none());
}

#[test]
fn a_long_history_comes_in_batches_newest_first() {
    let repo = Repo::with(&long(45_000));
    repo.git(&["tag", "v1", &repo.mark(22_000)]);
    let mut reader = repo.reader();
    reader.room = 1;
    assert_eq!(reader.try_read().unwrap_err().kind, ErrorKind::Store);
    assert!(
        reader.cursors.is_empty(),
        "nothing is known to be read before all of it is"
    );
    // What is found for sure is handed over while the rest is looked for.
    assert_eq!(reader.log.len(), 10_000);
    reader.room = usize::MAX;
    reader.ends.clear();
    reader.read();
    let sizes = reader.batches.iter().map(|(size, _)| size);
    assert_eq!(sizes.sum::<usize>(), 45_001);
    assert_eq!(reader.tags().len(), 1);
    let last: Vec<bool> = reader.batches.iter().map(|(_, last)| *last).collect();
    assert_eq!(last, [false, false, false, false, true]);
    let day = |end: &leadtime::event::Event<String>| end.at.micros() / 86_400_000_000;
    let days: Vec<i64> = reader.ends.iter().map(day).collect();
    assert!(days.len() > 100);
    assert!(days.is_sorted_by(|newer, older| newer > older));
    assert!(reader.order.is_sorted_by(|newer, older| newer >= older));
    assert_eq!(reader.order.len(), 45_000);
    assert_eq!(reader.log.len(), 45_001);
    assert!(
        reader
            .progress
            .iter()
            .any(|told| told.total.is_none() && told.done >= 5_000)
    );
}

#[test]
fn one_new_commit_on_many_branches_is_one_event() {
    let repo = Repo::with(&long(30));
    let sha = repo.mark(20);
    let mut packed = Vec::new();
    for number in 0..3_000 {
        writeln!(packed, "create refs/heads/b{number} {sha}").unwrap();
    }
    run(&repo.path, &["update-ref", "--stdin"], &packed);
    repo.git(&["pack-refs", "--all"]);
    let mut reader = repo.read();
    assert_eq!(reader.log.len(), 30);
    repo.add(&[entry(31, "b7", "New", &[20])]);
    reader.read();
    assert_eq!(reader.batches, [(1, true)]);
}

#[test]
fn a_commit_graph_changes_nothing() {
    let repo = Repo::with(&hosted());
    let before = repo.read();
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(repo.read().log, before.log);
}

#[test]
fn cursors_that_make_no_sense_are_no_obstacle() {
    let repo = Repo::with(&hosted());
    let whole = repo.read();
    let mut reader = repo.reader();
    reader.cursors.insert("heads".to_owned(), "[1".to_owned());
    reader.cursors.insert("unknown".to_owned(), "x".to_owned());
    reader.read();
    assert_eq!(reader.log, whole.log);
}
