//! Repositories built by the git program, with fixed names and dates, in folders of their own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use leadtime::event::time::Timestamp;
use tempfile::TempDir;

use super::reader::Reader;

pub const START: i64 = 1_700_000_000;
pub const HOUR: i64 = 3_600;

/// A commit to make. Its number is its mark, and its hour.
pub struct Entry {
    pub number: u32,
    pub branch: String,
    pub message: Vec<u8>,
    pub author: Vec<u8>,
    pub authored: i64,
    pub committed: i64,
    pub parents: Vec<u32>,
    pub files: Vec<(Vec<u8>, String)>,
}

pub fn entry(number: u32, branch: &str, message: &str, parents: &[u32]) -> Entry {
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
    pub fn by(mut self, author: &str) -> Self {
        self.author = format!("{author} <{}@example.org>", author.to_lowercase()).into_bytes();
        self
    }

    pub fn file(mut self, path: &str, content: &str) -> Self {
        self.files
            .push((path.as_bytes().to_vec(), content.to_owned()));
        self
    }

    pub fn dated(mut self, authored: i64, committed: i64) -> Self {
        (self.authored, self.committed) = (authored, committed);
        self
    }

    pub fn write(&self, stream: &mut Vec<u8>) {
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
pub struct Repo {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Repo {
    pub fn new() -> Self {
        Self::init(&["init", "-q", "-b", "main", "shop"])
    }

    pub fn init(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop");
        run(folder.path(), arguments, b"");
        Self { folder, path }
    }

    pub fn with(entries: &[Entry]) -> Self {
        let repo = Self::new();
        repo.add(entries);
        repo
    }

    pub fn add(&self, entries: &[Entry]) {
        let mut stream = Vec::new();
        for entry in entries {
            entry.write(&mut stream);
        }
        self.import(&stream);
    }

    pub fn import(&self, stream: &[u8]) {
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

    pub fn git(&self, arguments: &[&str]) -> String {
        run(&self.path, arguments, b"")
    }

    pub fn sha(&self, name: &str) -> String {
        self.git(&["rev-parse", name])
    }

    /// The sha of a numbered commit.
    pub fn mark(&self, number: u32) -> String {
        let marks = fs::read_to_string(self.folder.path().join("marks")).unwrap();
        let prefix = format!(":{number} ");
        let line = marks.lines().find_map(|line| line.strip_prefix(&prefix));
        line.unwrap().to_owned()
    }

    pub fn reader(&self) -> Reader {
        Reader::new(&self.path)
    }

    pub fn read(&self) -> Reader {
        let mut reader = self.reader();
        reader.read();
        reader
    }
}

pub fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
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

pub fn hour(number: i64) -> Timestamp {
    Timestamp::from_seconds(START + number * HOUR)
}

/// main: 1 - 2 ----- 5(merge of 3, 4) - 6 (squash #9) - 9 (merge of 8); release from 1: 7, a backport of #9.
pub fn hosted() -> Vec<Entry> {
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

pub fn long(count: u32) -> Vec<Entry> {
    let commit = |number: u32| {
        let parent = number.checked_sub(1).filter(|parent| *parent > 0);
        entry(number, "main", "Another", parent.as_slice())
    };
    (1..=count).map(commit).collect()
}
