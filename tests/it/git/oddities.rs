//! Everything that a folder, a message, a date or an address may turn out to be.

use std::fs;

use leadtime::connector::error::ErrorKind;
use leadtime::connector::git::{Git, discover, identify};
use leadtime::connector::{Connector, Severity};
use leadtime::event::time::Timestamp;

use super::reader::Reader;
use super::repo::{HOUR, Repo, START, entry, hour, run};

#[test]
fn empty_unborn_and_detached() {
    let repo = Repo::new();
    let mut reader = repo.read();
    assert!(reader.log.is_empty());
    assert_eq!(reader.findings, []);
    assert_eq!(identify(&repo.path).unwrap().head.as_deref(), Some("main"));
    repo.add(&[
        entry(1, "other", "On another branch", &[]),
        entry(2, "gone", "On none", &[1]),
    ]);
    reader.read();
    assert_eq!(
        reader.commits().len(),
        2,
        "HEAD is unborn, other branches are not"
    );
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "gone", "On none", &[1]),
    ]);
    repo.git(&["checkout", "-q", "--detach", "gone"]);
    repo.git(&["branch", "-q", "-D", "gone"]);
    let reader = repo.read();
    assert_eq!(reader.commits().len(), 2, "a detached HEAD counts");
    assert_eq!(identify(&repo.path).unwrap().head, None);
}

#[test]
fn bare_repositories_and_work_trees() {
    let bare = Repo::init(&["init", "-q", "--bare", "-b", "main", "shop"]);
    bare.add(&[entry(1, "main", "First (#1)", &[])]);
    let reader = bare.read();
    assert_eq!((reader.commits().len(), reader.changes().len()), (1, 1));
    assert_eq!(discover(&bare.path.join("refs")).unwrap(), bare.path);
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "work", "Second", &[1]),
    ]);
    repo.git(&["worktree", "add", "-q", "../tree", "work"]);
    let tree = repo.folder.path().join("tree");
    let mut reader = Reader::new(&tree);
    reader.read();
    assert_eq!(
        reader.log,
        repo.read().log,
        "the same repository, by another way"
    );
    fs::create_dir_all(tree.join("a/b")).unwrap();
    assert_eq!(discover(&tree.join("a/b")).unwrap(), tree);
    assert_eq!(discover(&repo.path).unwrap(), repo.path);
    assert_eq!(identify(&tree).unwrap().head.as_deref(), Some("work"));
}

#[test]
fn what_is_no_repository_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(discover(folder.path()), None);
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    fs::create_dir(repo.path.join("inside")).unwrap();
    for (path, words) in [
        (folder.path().to_owned(), "not a git repository"),
        (folder.path().join("missing"), "no such folder"),
        (repo.path.join("inside"), "name "),
    ] {
        let error = Reader::new(&path).try_read().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
        assert!(error.hint.is_some());
        let text = error.to_string();
        assert!(
            text.contains(words) && text.contains(path.to_str().unwrap()),
            "{text}"
        );
        assert!(identify(&path).is_err());
    }
}

#[test]
fn a_broken_object_is_told_and_the_rest_is_read() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "main", "Third (#1)", &[2]),
        entry(4, "other", "Elsewhere", &[]),
    ]);
    // Loose objects, so that one can be broken.
    let pack = repo.path.join(".git/objects/pack");
    let away = repo.folder.path().join("pack");
    let objects = repo.path.join(".git/objects");
    if let Some(found) = fs::read_dir(&pack)
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|file| file.extension().is_some_and(|end| end == "pack"))
    {
        fs::rename(&found, &away).unwrap();
        run(
            &repo.path,
            &["unpack-objects", "-q"],
            &fs::read(&away).unwrap(),
        );
    }
    let second = repo.mark(2);
    let file = objects.join(&second[..2]).join(&second[2..]);
    let sound = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::write(&file, b"not an object").unwrap();
    let mut reader = repo.read();
    assert_eq!(reader.commits().len(), 2);
    assert_eq!(reader.changes().len(), 1);
    assert!(
        reader.told("one commit cannot be read"),
        "{:?}",
        reader.findings
    );
    assert!(reader.told(&second));
    assert_eq!(reader.findings[0].severity, Severity::Error);
    fs::remove_file(&file).unwrap();
    reader.read();
    assert_eq!(reader.batches, [], "still not there: nothing new");
    fs::write(&file, sound).unwrap();
    reader.read();
    assert_eq!(reader.commits().len(), 4, "restored, and read");
    assert_eq!(reader.log, repo.read().log);
}

#[test]
fn a_broken_reference_is_told_and_the_rest_is_read() {
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    fs::write(repo.path.join(".git/refs/heads/bad"), "no sha\n").unwrap();
    fs::write(
        repo.path.join(".git/refs/heads/lost"),
        "0123456789012345678901234567890123456789\n",
    )
    .unwrap();
    let reader = repo.read();
    assert_eq!(reader.commits().len(), 1);
    assert!(
        reader.told("one reference cannot be read"),
        "{:?}",
        reader.findings
    );
    assert!(
        reader.told("one commit cannot be read"),
        "{:?}",
        reader.findings
    );
}

#[test]
fn texts_and_dates_of_any_kind() {
    let mut odd = entry(1, "main", "", &[]).dated(1, START);
    odd.message = b"Gr\xfc\xdfe (#4)\n\nnicht UTF-8: \xff".to_vec();
    odd.author = b"J\xf6rg <j@example.org>".to_vec();
    odd.files.push((b"\xfc.txt".to_vec(), "x".to_owned()));
    let future = entry(2, "main", "", &[1]).dated(99_999_999_999_999, START + HOUR);
    let repo = Repo::with(&[odd, future]);
    let mut reader = repo.reader();
    reader.config.touched_paths = true;
    reader.read();
    let (first, second) = (repo.mark(1), repo.mark(2));
    let commit = reader.commit(&first);
    assert_eq!(commit.author.as_deref(), Some("J\u{fffd}rg"));
    assert_eq!(commit.message.as_deref(), Some("Gr\u{fffd}\u{fffd}e (#4)"));
    assert_eq!(commit.paths, Some(["\u{fffd}.txt".to_owned()].into()));
    assert_eq!(
        reader.event(&format!("commit/{first}/paths")).at,
        Timestamp::from_seconds(1)
    );
    assert_eq!(commit.committed, Some(hour(0)));
    assert_eq!(reader.commit(&second).message, None);
    assert_eq!(
        reader.event(&format!("commit/{second}/paths")).at,
        hour(1),
        "nobody writes a commit after it was made"
    );
    assert_eq!(reader.changes()[0].change, "#4");
    assert!(
        reader.told("2 commits with a date before 1980 or in the future"),
        "{:?}",
        reader.findings
    );
}

#[test]
fn what_is_dated_in_the_future_happened_when_it_was_read_at_the_latest() {
    let late = START + 99_999 * HOUR;
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "By a committer (#1)", &[1]).dated(START + 2 * HOUR, late),
        entry(3, "main", "By both", &[2]).dated(late, late + 1),
        entry(4, "main", "Right again", &[3]),
    ]);
    repo.git(&["tag", "v1", &repo.mark(3)]);
    let mut reader = repo.read();
    let now = hour(10_000);
    let at = |id: String| reader.event(&id).at;
    assert_eq!(at(format!("commit/{}", repo.mark(2))), hour(2));
    assert_eq!(reader.commit(&repo.mark(2)).committed, Some(now));
    assert_eq!(at(format!("merge/#1/{}", repo.mark(2))), now);
    assert_eq!(at(format!("commit/{}", repo.mark(3))), now);
    assert_eq!(reader.commit(&repo.mark(3)).committed, None);
    assert_eq!(at(format!("tag/v1/{}", repo.mark(3))), now);
    assert!(
        reader.told("2 commits with a date before 1980 or in the future"),
        "{:?}",
        reader.findings
    );
    assert!(reader.ends.iter().all(|end| end.at <= now));
    // What is told of the future has no other that could be as late.
    repo.add(&[entry(5, "main", "By both, too", &[4]).dated(late, late)]);
    reader.hours += 1;
    reader.read();
    let last = reader.ends.iter().max_by_key(|end| end.at).unwrap();
    assert_eq!(last.id, format!("branch/main/{}", repo.mark(5)));
    let as_late = reader.ends.iter().filter(|end| end.at == last.at);
    assert_eq!(as_late.count(), 1);
}

#[test]
fn a_message_is_read_in_the_encoding_that_it_names() {
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    let tree = repo.sha("main^{tree}");
    let mut parent = repo.mark(1);
    let mut shas = Vec::new();
    for (encoding, name, text) in [
        ("ISO-8859-1", &b"J\xf6rg"[..], &b"Gr\xfc\xdfe (#4)\n"[..]),
        ("Shift_JIS", b"\x93\xfa\x96\x7b", b"\x93\xfa\x96\x7b (#5)\n"),
        ("x-nobody-knows", b"Li", b"\xff (#6)\n"),
    ] {
        let mut raw = format!("tree {tree}\nparent {parent}\nauthor ").into_bytes();
        raw.extend(name);
        raw.extend(
            format!(" <j@x> 1700100000 +0000\ncommitter Host <h@x> 1700100000 +0000\nencoding {encoding}\n\n")
                .into_bytes(),
        );
        raw.extend(text);
        let arguments = ["hash-object", "-t", "commit", "-w", "--stdin"];
        parent = run(&repo.path, &arguments, &raw);
        shas.push(parent.clone());
    }
    repo.git(&["update-ref", "refs/heads/main", &parent]);
    let reader = repo.read();
    let told = |place: usize| {
        let commit = reader.commit(&shas[place]);
        let (author, message) = (commit.author.as_deref(), commit.message.as_deref());
        (author.unwrap(), message.unwrap())
    };
    assert_eq!(told(0), ("Jörg", "Grüße (#4)"));
    assert_eq!(told(1), ("日本", "日本 (#5)"));
    assert_eq!(told(2), ("Li", "\u{fffd} (#6)"));
    let titles: Vec<_> = reader
        .changes()
        .iter()
        .map(|one| one.title.clone())
        .collect();
    assert!(titles.contains(&Some("日本".to_owned())), "{titles:?}");
}

#[test]
fn a_repository_that_cannot_be_opened_says_why() {
    let refused = |repo: &Repo| {
        let found = discover(&repo.path).map(|found| found.canonicalize().unwrap());
        assert_eq!(found, Some(repo.path.canonicalize().unwrap()));
        let error = Reader::new(&repo.path).try_read().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
        let text = format!("{error} ({})", error.hint.clone().unwrap());
        assert!(!text.contains("not a git repository"), "{text}");
        text
    };
    let syntax = Repo::with(&[entry(1, "main", "First", &[])]);
    let config = syntax.path.join(".git/config");
    let sound = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{sound}[core\n")).unwrap();
    let text = refused(&syntax);
    assert!(text.contains("git -C"), "{text}");

    for (extension, words) in [
        ("objectFormat = sha256", "SHA-1"),
        ("refStorage = reftable", "refStorage = reftable"),
        ("unheardOf = 1", "unheardof"),
    ] {
        let version = sound.replace("repositoryformatversion = 0", "repositoryformatversion = 1");
        fs::write(&config, format!("{version}[extensions]\n\t{extension}\n")).unwrap();
        let text = refused(&syntax);
        assert!(text.contains(words), "{text}");
    }
    fs::write(&config, &sound).unwrap();
    assert_eq!(syntax.read().commits().len(), 1);

    let nowhere = Repo::new();
    fs::remove_dir_all(nowhere.path.join(".git")).unwrap();
    fs::write(nowhere.path.join(".git"), "gitdir: /nowhere/at/all\n").unwrap();
    let text = refused(&nowhere);
    assert!(text.contains("/nowhere/at/all"), "{text}");
}

#[test]
fn a_head_on_no_branch_is_no_branch() {
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    repo.git(&["checkout", "-q", "--detach", "main"]);
    let config = repo.reader().config;
    let health = futures::executor::block_on(Git::new(config).check(hour(0))).unwrap();
    assert!(
        health.facts[1].starts_with("1 branch, HEAD on none, 0 tags"),
        "{:?}",
        health.facts
    );
}

#[test]
fn a_commit_without_a_proper_author_is_read() {
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    let tree = repo.sha("main^{tree}");
    let parent = repo.mark(1);
    let raw = format!(
        "tree {tree}\nparent {parent}\nauthor Nobody <> -5 +0000\ncommitter Host <h@example.org> 1700100000 +0000\n\nOdd\n"
    );
    let sha = run(
        &repo.path,
        &[
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            "--literally",
        ],
        raw.as_bytes(),
    );
    repo.git(&["update-ref", "refs/heads/main", &sha]);
    let reader = repo.read();
    assert_eq!(reader.commits().len(), 2, "{:?}", reader.findings);
    assert_eq!(
        reader.event(&format!("commit/{sha}")).at,
        Timestamp::from_seconds(-5)
    );
}

#[test]
fn replacements_differ_between_clones_and_are_left_aside() {
    let repo = Repo::with(&[
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "other", "Instead", &[]),
    ]);
    let plain = repo.read();
    repo.git(&["replace", &repo.mark(2), &repo.mark(3)]);
    assert_eq!(repo.read().log, plain.log);
}

#[test]
fn a_repository_is_named_after_its_remote_without_secrets() {
    let repo = Repo::with(&[entry(1, "main", "First", &[])]);
    let found = identify(&repo.path).unwrap();
    assert_eq!(
        (found.repository.as_str(), found.host, found.url),
        ("shop", None, None)
    );
    repo.git(&[
        "remote",
        "add",
        "fork",
        "https://li:s3cret@git.example.org/li/shop.git",
    ]);
    let found = identify(&repo.path).unwrap();
    assert_eq!(found.repository, "li/shop", "the only remote");
    assert!(!format!("{found:?}").contains("s3cret"));
    repo.git(&[
        "remote",
        "add",
        "origin",
        "git@git.example.org:acme/shop.git",
    ]);
    let found = identify(&repo.path).unwrap();
    assert_eq!(found.repository, "acme/shop");
    assert_eq!(found.host.as_deref(), Some("git.example.org"));
    let reader = repo.read();
    assert!(
        reader
            .log
            .keys()
            .all(|(source, _)| source == "git:acme/shop")
    );
    let health =
        futures::executor::block_on(Git::new(reader.config.clone()).check(hour(0))).unwrap();
    assert!(health.facts[0].contains("acme/shop"), "{:?}", health.facts);
    let mut named = repo.reader();
    named.config.repository = Some("mine".to_owned());
    named.read();
    assert!(named.log.keys().all(|(source, _)| source == "git:mine"));
}
