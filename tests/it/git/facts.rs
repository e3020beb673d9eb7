//! What is emitted: commits, the requests that merges name, tags, paths.

use std::fs;

use leadtime::event::kind::{Change, ChangePhase, Commit, Kind, TagPhase};

use super::reader::Reader;
use super::repo::{HOUR, Repo, START, entry, hosted, hour, run};

#[test]
fn a_commit_says_what_it_is() {
    let repo = Repo::with(&[
        entry(
            1,
            "main",
            "First\n\nBecause.\n\nFixes #7\nSigned-off-by: Li <li@example.org>\n",
            &[],
        ),
        entry(2, "main", "Second", &[1])
            .by("Li")
            .dated(START, START + HOUR),
    ]);
    let reader = repo.read();
    let (first, second) = (repo.mark(1), repo.mark(2));
    let event = reader.event(&format!("commit/{first}"));
    assert_eq!(event.source, "git:shop");
    assert_eq!(event.at, hour(1));
    let expected = Commit {
        sha: first.clone(),
        repository: Some("shop".to_owned()),
        author: Some("Jane".to_owned()),
        message: Some("First\nFixes #7".to_owned()),
        parents: Some([].into()),
        ..Commit::default()
    };
    assert_eq!(reader.commit(&first), &expected);
    let commit = reader.commit(&second);
    assert_eq!(reader.event(&format!("commit/{second}")).at, hour(0));
    assert_eq!(commit.committed, Some(hour(1)));
    assert_eq!(commit.parents, Some([first].into()));
    assert_eq!(commit.author.as_deref(), Some("Li"));
    assert_eq!(reader.batches, [(2, true)]);
    assert_eq!(reader.findings, []);
    assert_eq!(reader.progress.last().unwrap().total, Some(3));
    let [end] = reader.ends.as_slice() else {
        panic!("{:?}", reader.ends);
    };
    assert_eq!(end.id, format!("branch/main/{second}"));
    assert_eq!(end.at, hour(1));
}

#[test]
fn a_merge_tells_its_request_and_its_commits() {
    let repo = Repo::with(&hosted());
    let reader = repo.read();
    assert_eq!(reader.commits().len(), 9);
    assert_eq!(reader.changes().len(), 3, "{:?}", reader.changes());
    let sha = repo.mark(5);
    let event = reader.event(&format!("merge/#8/{sha}"));
    assert_eq!(event.at, hour(5));
    let expected = Change {
        change: "#8".to_owned(),
        phase: ChangePhase::Merged,
        repository: Some("shop".to_owned()),
        title: Some("Take work".to_owned()),
        author: Some("Li".to_owned()),
        branch: Some("work".to_owned()),
        sha: Some(sha),
        head: Some(repo.mark(4)),
        commits: [repo.mark(4), repo.mark(3)].into(),
        ..Change::default()
    };
    assert_eq!(event.kind, Kind::Change(expected));
    let squash = reader
        .changes()
        .into_iter()
        .find(|change| change.change == "#9")
        .unwrap();
    assert_eq!(squash.sha, Some(repo.mark(6)), "the backport is no merge");
    assert_eq!(squash.title.as_deref(), Some("Squashed"));
    assert_eq!(squash.author.as_deref(), Some("Mo"));
    assert_eq!(squash.commits, [] as [String; 0]);
    let gitlab = reader
        .changes()
        .into_iter()
        .find(|change| change.change == "!3")
        .unwrap();
    assert_eq!(gitlab.commits, [repo.mark(8)]);
    assert_eq!(gitlab.branch.as_deref(), Some("fix"));
    assert!(
        reader
            .commits()
            .iter()
            .all(|commit| commit.change.is_none())
    );
}

#[test]
fn a_batch_of_a_queue_gives_each_request_its_own() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "a", "One", &[1]).by("Li"),
        entry(3, "b", "Two", &[1]).by("Mo"),
        entry(
            4,
            "main",
            "Merge #1 #2\n\n1: A one r=x a=li\n\n2: A two r=x a=mo\n",
            &[1, 2, 3],
        ),
    ]);
    let reader = repo.read();
    let found: Vec<_> = reader
        .changes()
        .into_iter()
        .map(|change| {
            (
                change.change.as_str(),
                change.author.as_deref(),
                change.commits.clone(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("#1", Some("Li"), [repo.mark(2)].into()),
            ("#2", Some("Mo"), [repo.mark(3)].into())
        ]
    );
    let octopus = reader.commit(&repo.mark(4));
    assert_eq!(octopus.parents.as_ref().unwrap().len(), 3);
}

#[test]
fn a_request_names_so_many_commits_and_no_more() {
    let mut entries = vec![entry(1, "main", "First", &[])];
    entries.extend((2..=1_202).map(|number| entry(number, "work", "Work", &[number - 1])));
    entries.push(entry(
        1_203,
        "main",
        "Merge pull request #1 from li/work",
        &[1, 1_202],
    ));
    let repo = Repo::with(&entries);
    let reader = repo.read();
    let commits = &reader.changes()[0].commits;
    assert_eq!(commits.len(), 1_000);
    assert_eq!(commits[0], repo.mark(1_202), "the newest are named");
}

#[test]
fn a_clone_follows_what_its_remote_calls_the_default() {
    let origin = Repo::with(&[
        entry(1, "develop", "First", &[]),
        entry(2, "develop", "Onto develop (#1)", &[1]),
        entry(3, "main", "Onto main (#2)", &[1]),
    ]);
    origin.git(&["symbolic-ref", "HEAD", "refs/heads/develop"]);
    let folder = tempfile::tempdir().unwrap();
    let from = origin.path.to_str().unwrap();
    run(folder.path(), &["clone", "-q", from, "copy"], b"");
    let path = folder.path().join("copy");
    run(&path, &["checkout", "-q", "main"], b"");
    let mut reader = Reader::new(&path);
    reader.read();
    let changes = reader.changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].change, "#1");
    assert_eq!(reader.commits().len(), 3);
}

#[test]
fn what_other_programs_keep_is_left_aside() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "away", "Asked for", &[1]),
    ]);
    repo.git(&["update-ref", "refs/pull/5/head", "away"]);
    repo.git(&["update-ref", "refs/stash", "away"]);
    repo.git(&["branch", "-q", "-D", "away"]);
    assert_eq!(repo.read().commits().len(), 1);
    repo.git(&["update-ref", "refs/remotes/fork/away", &repo.mark(2)]);
    assert_eq!(repo.read().commits().len(), 2);
}

#[test]
fn tags_of_every_kind() {
    let repo = Repo::with(&[entry(1, "main", "First", &[]).file("a", "1")]);
    repo.git(&["tag", "light"]);
    repo.git(&["tag", "-a", "-m", "heavy", "heavy"]);
    repo.git(&["tag", "-a", "-m", "nested", "nested", "heavy"]);
    repo.git(&["tag", "tree", "main^{tree}"]);
    repo.git(&["tag", "-a", "-m", "blob", "blob", "main:a"]);
    let mut reader = repo.read();
    let mut found: Vec<_> = reader
        .tags()
        .into_iter()
        .map(|(tag, at)| {
            (
                tag.tag.clone(),
                tag.sha.clone().unwrap(),
                at.micros() / 1_000_000,
            )
        })
        .collect();
    found.sort();
    let sha = repo.mark(1);
    let is = |name: &str, at| (name.to_owned(), sha.clone(), at);
    assert_eq!(
        found,
        [
            is("heavy", 1_700_500_000),
            is("light", START + HOUR),
            is("nested", 1_700_500_000)
        ]
    );
    reader.event(&format!("tag/light/{sha}"));
    reader.event(&format!("tag/heavy/{}", repo.sha("heavy")));
    assert!(reader.told("2 tags left out"), "{:?}", reader.findings);
    assert!(!reader.told("cannot be read"));
    repo.add(&[entry(2, "main", "Second", &[1])]);
    repo.git(&["tag", "-f", "light", "main"]);
    reader.read();
    let moved = reader.tags();
    let deleted = moved
        .iter()
        .filter(|(tag, _)| tag.phase == TagPhase::Deleted);
    let deleted: Vec<_> = deleted.map(|(tag, _)| tag.sha.clone()).collect();
    assert_eq!(deleted, [Some(sha)], "it left where it was");
    assert_eq!(moved.len(), 5, "a tag that was moved is a new fact");
    assert!(!reader.told("left out"), "said once");
}

#[test]
fn only_a_tag_leads_to_a_commit() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "side", "Side", &[1]),
    ]);
    repo.git(&["tag", "v1", "side"]);
    repo.git(&["branch", "-q", "-D", "side"]);
    assert_eq!(repo.read().commits().len(), 2);
}

#[test]
fn paths_are_those_against_the_first_parent() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[])
            .file("a/one", "1")
            .file("b", "1"),
        entry(2, "main", "Second", &[1]).file("a/one", "2"),
        entry(3, "work", "Work", &[1]).file("c/d/e", "3"),
        entry(4, "main", "Merge", &[2, 3]).file("c/d/e", "3"),
        entry(5, "main", "Nothing", &[4]),
    ]);
    let mut plain = repo.read();
    assert!(plain.commits().iter().all(|commit| commit.paths.is_none()));
    let mut reader = repo.reader();
    reader.config.touched_paths = true;
    reader.read();
    let paths = |number| reader.commit(&repo.mark(number)).paths.clone().unwrap();
    assert_eq!(paths(1), ["a/one", "b"]);
    assert_eq!(paths(2), ["a/one"]);
    assert_eq!(paths(3), ["c/d/e"]);
    assert_eq!(paths(4), ["c/d/e"]);
    assert_eq!(paths(5), [] as [String; 0]);
    assert_eq!(reader.findings, []);
    // One more, of too many paths, on top of what is known.
    let mut many = entry(6, "main", "Move everything", &[5]);
    for number in 0..5_001 {
        many = many.file(&format!("many/{number}"), "x");
    }
    repo.add(&[many]);
    reader.read();
    let touched = reader.commit(&repo.mark(6)).paths.clone().unwrap();
    assert_eq!(touched.len(), 5_000);
    assert!(
        reader.told("one commit touched more than 5000 paths"),
        "{:?}",
        reader.findings
    );
    // Wanted only now: those of earlier commits are told beside what was told of them before.
    plain.config.touched_paths = true;
    plain.read();
    for (identity, event) in &reader.log {
        assert_eq!(plain.log.get(identity), Some(event), "{identity:?}");
    }
    plain.read();
    assert_eq!(plain.batches, [], "once");
    plain.config.touched_paths = false;
    repo.add(&[entry(7, "main", "Without", &[6]).file("b", "7")]);
    plain.read();
    plain.config.touched_paths = true;
    plain.read();
    plain.event(&format!("commit/{}/paths", repo.mark(7)));
}

#[test]
fn a_merge_names_the_tickets_of_its_message_and_its_branch() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "work", "Work", &[1]),
        entry(
            3,
            "main",
            "Merge pull request #3 from li/PAY-8-retry\n\nPAY-7: retry\n\nFixes: PAY-13\nCloses #12\n",
            &[1, 2],
        ),
        entry(4, "main", "CHG0031889 PAY-8 (#4)", &[3]),
    ]);
    let reader = repo.read();
    let tickets = |change: &str| {
        let changes = reader.changes();
        let found = changes.into_iter().find(|one| one.change == change);
        found.unwrap().tickets.to_vec()
    };
    assert_eq!(tickets("#3"), ["PAY-7", "shop#12", "PAY-8", "PAY-13"]);
    assert_eq!(tickets("#4"), ["CHG0031889", "PAY-8"]);
}

#[test]
fn a_person_has_one_name() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]).by("Li"),
    ]);
    fs::write(repo.path.join(".mailmap"), "Jane Doe <jane@example.org>\n").unwrap();
    let reader = repo.read();
    assert_eq!(
        reader.commit(&repo.mark(1)).author.as_deref(),
        Some("Jane Doe")
    );
    assert_eq!(reader.commit(&repo.mark(2)).author.as_deref(), Some("Li"));
}
