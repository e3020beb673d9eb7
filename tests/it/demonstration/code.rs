//! The code: a real repository, and the daemon of git that it is pushed to.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use leadtime::event::time::Timestamp;
use tempfile::TempDir;

use crate::git::repo::{Repo, entry, run};
use crate::support::left_out;
use crate::support::served::{Served, address};

/// A change of the code, as everybody calls it.
#[derive(Clone, Debug)]
pub struct Change {
    pub number: u32,
    /// What its author wrote.
    pub head: String,
    /// What it came to on the main branch; what that was before.
    pub merged: String,
    pub before: String,
}

impl Change {
    pub fn version(&self) -> String {
        format!("1.{}.0", self.number)
    }

    pub fn ticket(&self) -> String {
        format!("SHOP-{}", self.number)
    }

    pub fn title(&self) -> String {
        format!("{}: Greet by name {}", self.ticket(), self.number)
    }
}

pub struct Code {
    repo: Repo,
    /// `None`: git comes without its daemon here.
    pub daemon: Option<Served>,
    _bare: TempDir,
}

fn daemon(root: &TempDir) -> Option<Served> {
    let path = run(root.path(), &["--exec-path"], b"");
    let program = PathBuf::from(path).join("git-daemon");
    if !program.exists() {
        left_out("the daemon of git: it is not installed, and nothing is pushed");
        return None;
    }
    let address = address();
    let mut command = Command::new(program);
    command.args(["--export-all", "--enable=receive-pack", "--reuseaddr"]);
    command.arg(format!("--base-path={}", root.path().display()));
    command.args([
        "--listen=127.0.0.1".to_owned(),
        format!("--port={}", address.port()),
    ]);
    command.arg(root.path());
    Some(Served::start(address, command).unwrap())
}

impl Code {
    pub fn new() -> Self {
        let bare = tempfile::tempdir().unwrap();
        run(
            bare.path(),
            &["init", "-q", "--bare", "-b", "main", "shop.git"],
            b"",
        );
        let repo = Repo::new();
        let code = Self {
            daemon: daemon(&bare),
            repo,
            _bare: bare,
        };
        let begin = leadtime::clock::now().micros() / 1_000_000 - 72 * 3_600;
        let first = entry(1, "main", "Begin", &[]).file("greeting", "hello");
        code.repo.add(&[first.dated(begin, begin)]);
        code
    }

    /// Where it lies.
    pub fn path(&self) -> String {
        fs::canonicalize(&self.repo.path)
            .unwrap()
            .display()
            .to_string()
    }

    /// Somebody writes a change.
    pub fn write(&self, number: u32, at: Timestamp) -> Change {
        let branch = format!("feature/{number}");
        let message = format!("SHOP-{number}: Greet by name {number}");
        self.add(2 * number, &branch, &message, &[2 * number - 1], at);
        let sha = |name: &str| self.repo.git(&["rev-parse", name]);
        Change {
            number,
            head: sha(&branch),
            merged: String::new(),
            before: sha("main"),
        }
    }

    /// It is merged.
    pub fn merge(&self, change: &mut Change, at: Timestamp) {
        let number = change.number;
        let message = format!("Merge pull request #{number} from acme/feature/{number}");
        let parents = [2 * number - 1, 2 * number];
        self.add(2 * number + 1, "main", &message, &parents, at);
        change.merged = self.repo.git(&["rev-parse", "main"]);
    }

    fn add(&self, mark: u32, branch: &str, message: &str, parents: &[u32], at: Timestamp) {
        let seconds = at.micros() / 1_000_000;
        let entry = entry(mark, branch, message, parents).by("li");
        let entry = entry.dated(seconds, seconds);
        let entry = entry.file("greeting", &format!("hello {mark}"));
        self.repo.add(&[entry]);
    }

    /// Whether all of it could be pushed to the daemon.
    pub fn push(&self) -> bool {
        let Some(daemon) = &self.daemon else {
            return true;
        };
        let address = format!("git://{}/shop.git", daemon.address);
        let mut command = Command::new("git");
        command.args(["push", "-q", "--all", &address]);
        command.current_dir(&self.repo.path).stderr(Stdio::null());
        command.status().unwrap().success()
    }
}
