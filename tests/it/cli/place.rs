//! A place to start the program in: a home, a folder to stand in, nothing of whoever runs the tests; and a made-up organisation to ask about.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// When the made-up organisation ends.
pub const UNTIL: &str = "2026-03-01T12:00:00Z";

pub struct Place {
    folder: TempDir,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// With the made-up organisation in `demo.db`, and its configuration as that of the folder.
    pub fn with_demo() -> Self {
        let place = Self::new();
        let demo = demo();
        fs::copy(demo.file("demo.db"), place.file("demo.db")).unwrap();
        let config = fs::read_to_string(demo.file("demo.toml")).unwrap();
        let config = format!("store = {{ url = \"sqlite:demo.db\" }}\n{config}");
        place.write("leadtime.toml", &config);
        place
    }

    /// The folder that one stands in.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.file(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub fn command_in(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadtime"));
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.home())
            .env("USER", "jane")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(&self.work(), arguments)
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str]) -> Ran {
        Ran::of(self.command_in(folder, arguments).output().unwrap())
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(&self.work(), arguments)
    }

    /// Runs with something to read on standard input.
    pub fn feed(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // Who does not read to the end closes it; that is seen by how it ended.
        let _closed = child.stdin.take().unwrap().write_all(input);
        Ran::of(child.wait_with_output().unwrap())
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        let ran = Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(ran.code.is_some(), "ended by a signal: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        ran
    }

    /// It ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Its only object.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.out.ends_with("}\n"), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// All of these stand in its errors.
    #[track_caller]
    pub fn says(&self, wanted: &[&str]) {
        for wanted in wanted {
            assert!(self.err.contains(wanted), "{wanted:?} in {:?}", self.err);
        }
    }

    #[track_caller]
    pub fn shows(&self, wanted: &[&str]) {
        for wanted in wanted {
            assert!(self.out.contains(wanted), "{wanted:?} in {}", self.out);
        }
    }
}

/// The made-up organisation: `demo.jsonl`, `demo.toml`, and imported in `demo.db`.
pub fn demo() -> &'static Place {
    static DEMO: OnceLock<Place> = OnceLock::new();
    DEMO.get_or_init(|| {
        let place = Place::new();
        let export = ["demo", "--export", "--until", UNTIL];
        let files = ["--output", "demo.jsonl", "--config-out", "demo.toml"];
        place.run(&[export.as_slice(), &files].concat()).ends(0);
        let import = ["--config", "demo.toml", "--db", "sqlite:demo.db"];
        let ran = place
            .run(&[import.as_slice(), &["import", "demo.jsonl"]].concat())
            .ends(0);
        ran.says(&[" new, 0 known already, 0 bad"]);
        place
    })
}

/// The lines of a text, in order.
pub fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}
