//! Reading local repositories, built here by the git program with fixed dates: what is emitted, that reading in steps says the same as reading at
//! once, and what happens with everything that a folder may turn out to be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use leadtime::connector::error::ErrorKind;
use leadtime::connector::git::{Config, Git, discover, identify};
use leadtime::connector::{
    Batch, Connector, ConnectorError, Finding, Progress, Reading, Severity, Sink,
};
use leadtime::event::Event;
use leadtime::event::kind::{Change, ChangePhase, Commit, Kind, Tag};
use leadtime::event::time::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

const START: i64 = 1_700_000_000;
const HOUR: i64 = 3_600;

/// A commit to make. Its number is its mark, and its hour.
struct Entry {
    number: u32,
    branch: String,
    message: Vec<u8>,
    author: Vec<u8>,
    authored: i64,
    committed: i64,
    parents: Vec<u32>,
    files: Vec<(Vec<u8>, String)>,
}

fn entry(number: u32, branch: &str, message: &str, parents: &[u32]) -> Entry {
    let at = START + i64::from(number) * HOUR;
    Entry {
        number,
        branch: branch.to_owned(),
        message: message.as_bytes().to_vec(),
        author: b"Jane <jane@example.org>".to_vec(),
        authored: at,
        committed: at,
        parents: parents.to_vec(),
        files: Vec::new(),
    }
}

impl Entry {
    fn by(mut self, author: &str) -> Self {
        self.author = format!("{author} <{}@example.org>", author.to_lowercase()).into_bytes();
        self
    }

    fn file(mut self, path: &str, content: &str) -> Self {
        self.files
            .push((path.as_bytes().to_vec(), content.to_owned()));
        self
    }

    fn dated(mut self, authored: i64, committed: i64) -> Self {
        (self.authored, self.committed) = (authored, committed);
        self
    }

    fn write(&self, stream: &mut Vec<u8>) {
        write!(
            stream,
            "commit refs/heads/{}\nmark :{}\nauthor ",
            self.branch, self.number
        )
        .unwrap();
        stream.extend(&self.author);
        write!(
            stream,
            " {} +0100\ncommitter Host <host@example.org> {} +0000\ndata {}\n",
            self.authored,
            self.committed,
            self.message.len()
        )
        .unwrap();
        stream.extend(&self.message);
        for (index, parent) in self.parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            write!(stream, "\n{word} :{parent}").unwrap();
        }
        stream.push(b'\n');
        for (path, content) in &self.files {
            stream.extend(b"M 100644 inline ");
            stream.extend(path);
            write!(stream, "\ndata {}\n{content}\n", content.len()).unwrap();
        }
        stream.push(b'\n');
    }
}

/// A repository in a folder of its own.
struct Repo {
    folder: TempDir,
    path: PathBuf,
}

impl Repo {
    fn new() -> Self {
        Self::init(&["init", "-q", "-b", "main", "shop"])
    }

    fn init(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop");
        run(folder.path(), arguments, b"");
        Self { folder, path }
    }

    fn with(entries: &[Entry]) -> Self {
        let repo = Self::new();
        repo.add(entries);
        repo
    }

    fn add(&self, entries: &[Entry]) {
        let mut stream = Vec::new();
        for entry in entries {
            entry.write(&mut stream);
        }
        self.import(&stream);
    }

    fn import(&self, stream: &[u8]) {
        let marks = self.folder.path().join("marks");
        let import = format!("--import-marks-if-exists={}", marks.display());
        let export = format!("--export-marks={}", marks.display());
        let arguments = [
            "fast-import",
            "--quiet",
            "--force",
            "--date-format=raw-permissive",
            &import,
            &export,
        ];
        run(&self.path, &arguments, stream);
    }

    fn git(&self, arguments: &[&str]) -> String {
        run(&self.path, arguments, b"")
    }

    fn sha(&self, name: &str) -> String {
        self.git(&["rev-parse", name])
    }

    /// The sha of a numbered commit.
    fn mark(&self, number: u32) -> String {
        let marks = fs::read_to_string(self.folder.path().join("marks")).unwrap();
        let prefix = format!(":{number} ");
        let line = marks.lines().find_map(|line| line.strip_prefix(&prefix));
        line.unwrap().to_owned()
    }

    fn reader(&self) -> Reader {
        Reader::new(&self.path)
    }

    fn read(&self) -> Reader {
        let mut reader = self.reader();
        reader.read();
        reader
    }
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_COUNT", "2")
        .env("GIT_CONFIG_KEY_0", "protocol.file.allow")
        .env("GIT_CONFIG_VALUE_0", "always")
        .env("GIT_CONFIG_KEY_1", "gc.auto")
        .env("GIT_CONFIG_VALUE_1", "0")
        .env("GIT_AUTHOR_NAME", "Jane")
        .env("GIT_AUTHOR_EMAIL", "jane@example.org")
        .env("GIT_COMMITTER_NAME", "Host")
        .env("GIT_COMMITTER_EMAIL", "host@example.org")
        .env("GIT_AUTHOR_DATE", "1700500000 +0000")
        .env("GIT_COMMITTER_DATE", "1700500000 +0000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A source with its log, its cursors, and what was told.
struct Reader {
    config: Config,
    log: BTreeMap<(String, String), Event<String>>,
    cursors: BTreeMap<String, String>,
    findings: Vec<Finding>,
    progress: Vec<Progress>,
    /// Batches of the last reading: how many events, and whether cursors came with them.
    batches: Vec<(usize, bool)>,
    /// The commit dates of the last reading, in the order in which they came.
    order: Vec<Timestamp>,
    /// How many batches are kept before the store fails.
    room: usize,
}

impl Sink for Reader {
    fn batch(&mut self, batch: Batch) -> Result<(), ConnectorError> {
        if self.batches.len() == self.room {
            return Err(ConnectorError::new(ErrorKind::Store, "log", "full"));
        }
        self.batches
            .push((batch.events.len(), !batch.cursors.is_empty()));
        for event in batch.events {
            if let Kind::Commit(commit) = &event.kind {
                self.order.push(commit.committed.unwrap_or(event.at));
            }
            let identity = (event.source.clone(), event.id.clone());
            self.log.entry(identity).or_insert(event);
        }
        for (key, value) in batch.cursors {
            match value {
                Some(value) => self.cursors.insert(key, value),
                None => self.cursors.remove(&key),
            };
        }
        Ok(())
    }

    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Reader {
    fn new(path: &Path) -> Self {
        Self {
            config: Config {
                name: "here".to_owned(),
                path: path.to_owned(),
                repository: None,
                touched_paths: false,
            },
            log: BTreeMap::new(),
            cursors: BTreeMap::new(),
            findings: Vec::new(),
            progress: Vec::new(),
            batches: Vec::new(),
            order: Vec::new(),
            room: usize::MAX,
        }
    }

    fn try_read(&mut self) -> Result<(), ConnectorError> {
        self.batches.clear();
        self.findings.clear();
        self.order.clear();
        let git = Git::new(self.config.clone());
        let cursors = self.cursors.clone().into_iter().collect();
        let now = Timestamp::from_seconds(START + 10_000 * HOUR);
        let since = None;
        futures::executor::block_on(git.read(
            Reading {
                cursors,
                since,
                now,
            },
            self,
        ))
    }

    fn read(&mut self) {
        self.try_read().unwrap();
    }

    fn event(&self, id: &str) -> &Event<String> {
        self.log
            .values()
            .find(|event| event.id == id)
            .unwrap_or_else(|| panic!("no {id} among {:?}", self.log.keys()))
    }

    fn commits(&self) -> Vec<&Commit<String>> {
        let kinds = self.log.values().map(|event| &event.kind);
        kinds
            .filter_map(|kind| match kind {
                Kind::Commit(commit) => Some(commit),
                _ => None,
            })
            .collect()
    }

    fn commit(&self, sha: &str) -> &Commit<String> {
        let found = self.commits().into_iter().find(|commit| commit.sha == sha);
        found.unwrap()
    }

    fn changes(&self) -> Vec<&Change<String>> {
        let kinds = self.log.values().map(|event| &event.kind);
        kinds
            .filter_map(|kind| match kind {
                Kind::Change(change) => Some(change),
                _ => None,
            })
            .collect()
    }

    fn tags(&self) -> Vec<(&Tag<String>, Timestamp)> {
        let events = self.log.values();
        events
            .filter_map(|event| match &event.kind {
                Kind::Tag(tag) => Some((tag, event.at)),
                _ => None,
            })
            .collect()
    }

    fn told(&self, words: &str) -> bool {
        self.findings.iter().any(|told| told.text.contains(words))
    }
}

fn hour(number: i64) -> Timestamp {
    Timestamp::from_seconds(START + number * HOUR)
}

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
        parents: Some(Vec::new()),
        ..Commit::default()
    };
    assert_eq!(reader.commit(&first), &expected);
    let commit = reader.commit(&second);
    assert_eq!(reader.event(&format!("commit/{second}")).at, hour(0));
    assert_eq!(commit.committed, Some(hour(1)));
    assert_eq!(commit.parents, Some(vec![first]));
    assert_eq!(commit.author.as_deref(), Some("Li"));
    assert_eq!(reader.batches, [(2, true)]);
    assert_eq!(reader.findings, []);
    assert_eq!(reader.progress.last().unwrap().total, Some(2));
}

/// main: 1 - 2 ----- 5(merge of 3, 4) - 6 (squash #9) - 9 (merge of 8); release from 1: 7, a backport of #9.
fn hosted() -> Vec<Entry> {
    vec![
        entry(1, "main", "First", &[]),
        entry(2, "main", "Second", &[1]),
        entry(3, "work", "Half", &[1]).by("Li"),
        entry(4, "work", "Whole", &[3]).by("Li"),
        entry(
            5,
            "main",
            "Merge pull request #8 from li/work\n\nTake work\n",
            &[2, 4],
        )
        .by("Host"),
        entry(6, "main", "Squashed (#9)\n\n* one\n* two\n", &[5]).by("Mo"),
        entry(
            7,
            "release",
            "Squashed (#9)\n\n(cherry picked from commit 00)\n",
            &[1],
        )
        .by("Mo"),
        entry(8, "fix", "Repair", &[2]).by("Nu"),
        entry(
            9,
            "main",
            "Merge branch 'fix' into 'main'\n\nRepair it\n\nSee merge request acme/shop!3\n",
            &[6, 8],
        ),
    ]
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
        commits: vec![repo.mark(4), repo.mark(3)],
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
            ("#1", Some("Li"), vec![repo.mark(2)]),
            ("#2", Some("Mo"), vec![repo.mark(3)])
        ]
    );
    let octopus = reader.commit(&repo.mark(4));
    assert_eq!(octopus.parents.as_ref().unwrap().len(), 3);
}

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
    assert_eq!(reader.tags().len(), 4, "a tag that was moved is a new fact");
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
    assert_eq!(ids(&reader), ids(&whole));
    assert!(whole.commits().len() > before);
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
    assert_eq!(commit.paths, Some(vec!["\u{fffd}.txt".to_owned()]));
    assert_eq!(
        reader.event(&format!("commit/{first}")).at,
        Timestamp::from_seconds(1)
    );
    assert_eq!(commit.committed, Some(hour(0)));
    assert_eq!(reader.commit(&second).message, None);
    assert_eq!(
        reader.event(&format!("commit/{second}")).at.to_string(),
        "9999-12-31T23:59:59Z"
    );
    assert_eq!(reader.changes()[0].change, "#4");
    assert!(
        reader.told("2 commits with an author date before 1980 or in the future"),
        "{:?}",
        reader.findings
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
    plain.config.touched_paths = true;
    plain.read();
    assert!(plain.told("read without the paths"), "{:?}", plain.findings);
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

fn long(count: u32) -> Vec<Entry> {
    let commit = |number: u32| {
        let parent = number.checked_sub(1).filter(|parent| *parent > 0);
        entry(number, "main", "Another", parent.as_slice())
    };
    (1..=count).map(commit).collect()
}

#[test]
fn a_long_history_comes_in_batches_newest_first() {
    let repo = Repo::with(&long(12_000));
    let mut reader = repo.reader();
    reader.room = 1;
    assert_eq!(reader.try_read().unwrap_err().kind, ErrorKind::Store);
    assert!(
        reader.cursors.is_empty(),
        "nothing is known to be read before all of it is"
    );
    assert_eq!(reader.log.len(), 5_000);
    reader.room = usize::MAX;
    reader.read();
    assert_eq!(
        reader.batches,
        [(5_000, false), (5_000, false), (2_000, true)]
    );
    assert!(reader.order.is_sorted_by(|newer, older| newer >= older));
    assert_eq!(reader.order.len(), 12_000);
    assert_eq!(reader.log.len(), 12_000);
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

/// What may happen in a repository whose history is not rewritten.
#[derive(Clone, Debug)]
enum Happening {
    /// On the main branch, perhaps as a squash.
    Direct {
        squash: bool,
    },
    /// On a branch, which starts at the main branch when it is new.
    Work {
        branch: usize,
    },
    /// The main branch into a branch.
    Update {
        branch: usize,
    },
    /// A branch into the main branch, perhaps with a request.
    Merge {
        branch: usize,
        named: bool,
    },
    /// The main branch moves up to a branch.
    Forward {
        branch: usize,
    },
    Tag,
    Read,
}

fn happening() -> impl Strategy<Value = Happening> {
    let branch = || 0..3_usize;
    prop_oneof![
        2 => any::<bool>().prop_map(|squash| Happening::Direct { squash }),
        4 => branch().prop_map(|branch| Happening::Work { branch }),
        1 => branch().prop_map(|branch| Happening::Update { branch }),
        3 => (branch(), any::<bool>()).prop_map(|(branch, named)| Happening::Merge { branch, named }),
        1 => branch().prop_map(|branch| Happening::Forward { branch }),
        1 => Just(Happening::Tag),
        3 => Just(Happening::Read),
    ]
}

/// Plays happenings into a repository.
struct Play {
    repo: Repo,
    waiting: Vec<Entry>,
    parents: BTreeMap<u32, Vec<u32>>,
    main: u32,
    branches: [Option<u32>; 3],
    /// The main branch moved without a commit.
    moved: bool,
}

impl Play {
    fn new() -> Self {
        let mut play = Self {
            repo: Repo::new(),
            waiting: Vec::new(),
            parents: BTreeMap::new(),
            main: 0,
            branches: [None; 3],
            moved: false,
        };
        play.main = play.commit("main", "First", &[]);
        play
    }

    fn commit(&mut self, branch: &str, message: &str, parents: &[u32]) -> u32 {
        let number = u32::try_from(self.parents.len()).unwrap() + 1;
        let message = message.replace("{n}", &number.to_string());
        self.waiting.push(entry(number, branch, &message, parents));
        self.parents.insert(number, parents.to_vec());
        number
    }

    fn play(&mut self, happening: &Happening) {
        let name = |branch: usize| format!("work{branch}");
        match happening {
            Happening::Direct { squash } => {
                let message = if *squash { "Squashed (#{n})" } else { "Direct" };
                self.main = self.commit("main", message, &[self.main]);
            }
            Happening::Work { branch } => {
                let from = self.branches[*branch].unwrap_or(self.main);
                let made = self.commit(&name(*branch), "Work (#{n})", &[from]);
                self.branches[*branch] = Some(made);
            }
            Happening::Update { branch } => {
                if let Some(from) = self.branches[*branch].filter(|from| *from != self.main) {
                    let made = self.commit(
                        &name(*branch),
                        "Merge branch 'main' into work",
                        &[from, self.main],
                    );
                    self.branches[*branch] = Some(made);
                }
            }
            Happening::Merge { branch, named } => {
                if let Some(from) = self.branches[*branch].filter(|from| *from != self.main) {
                    let message = if *named {
                        "Merge pull request #{n} from li/work"
                    } else {
                        "Merge branch 'work'"
                    };
                    self.main = self.commit("main", message, &[self.main, from]);
                }
            }
            Happening::Forward { branch } => {
                // Only along first parents: else the line itself would be another, which is rewriting it.
                let mut next = self.branches[*branch];
                while let Some(at) = next.filter(|at| *at != self.main) {
                    next = self.parents[&at].first().copied();
                }
                if let (Some(_), Some(tip)) = (next, self.branches[*branch]) {
                    self.main = tip;
                    self.moved = true;
                }
            }
            Happening::Tag => {
                self.settle();
                let tag = format!("v{}", self.main);
                self.repo.git(&["tag", "-f", &tag, "main"]);
            }
            Happening::Read => self.settle(),
        }
    }

    fn settle(&mut self) {
        let mut stream = Vec::new();
        for entry in self.waiting.drain(..) {
            entry.write(&mut stream);
        }
        if std::mem::take(&mut self.moved) {
            write!(stream, "reset refs/heads/main\nfrom :{}\n\n", self.main).unwrap();
        }
        if !stream.is_empty() {
            self.repo.import(&stream);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn reading_in_steps_says_the_same_as_reading_at_once(happenings in prop::collection::vec(happening(), 1..40)) {
        let mut play = Play::new();
        let mut reader = play.repo.reader();
        for happening in &happenings {
            play.play(happening);
            if matches!(happening, Happening::Read) {
                reader.read();
                prop_assert_eq!(&reader.findings, &[]);
            }
        }
        play.settle();
        reader.read();
        let once = play.repo.read();
        prop_assert_eq!(&reader.log, &once.log);
        let count: usize = play.repo.git(&["rev-list", "--all", "--count"]).parse().unwrap();
        prop_assert_eq!(once.commits().len(), count);
    }
}
