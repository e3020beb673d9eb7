//! The git program, run in an empty repository of its own in a temporary folder: with arguments, never by a shell; without hooks, without asking anybody
//! anything, and without touching the user's clone. The folder goes when the work is done.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::remote::Remote;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;

/// A fetch or a push that takes longer has got stuck.
const LONGEST: Duration = Duration::from_mins(5);
/// How much of what git says is repeated.
const TOLD: usize = 300;

/// What would lead git into another repository, or change what it is told here.
const LEFT_OUT: [&str; 18] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_CURL_VERBOSE",
];

/// What the git program said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub good: bool,
    pub out: Vec<u8>,
    /// Without secrets.
    pub words: String,
}

impl Said {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// What it complained of, on one line: the lines of the other side without their mark, and without advice.
    pub fn complaint(&self) -> String {
        let lines = self.words.lines().map(str::trim);
        let kept = lines.filter(|line| {
            !line.is_empty() && !line.starts_with("hint:") && !line.starts_with("To ")
        });
        let cut = kept.map(|line| {
            ["remote:", "fatal:", "error:"]
                .iter()
                .fold(line, |line, mark| line.strip_prefix(mark).unwrap_or(line))
                .trim()
        });
        let joined: Vec<&str> = cut.filter(|line| !line.is_empty()).collect();
        let joined: String = joined
            .join("; ")
            .chars()
            .filter(|c| !c.is_control())
            .take(TOLD)
            .collect();
        if joined.is_empty() {
            "git gives no reason".to_owned()
        } else {
            joined
        }
    }
}

/// A repository for one piece of work.
pub struct Bench<'r> {
    folder: TempDir,
    remote: &'r Remote,
}

impl<'r> Bench<'r> {
    pub async fn set_up(remote: &'r Remote) -> Result<Self, ConnectorError> {
        let folder = TempDir::with_prefix("leadtime-").map_err(|error| {
            let detail = format!("no temporary folder can be made: {error}");
            ConnectorError::new(ErrorKind::Unavailable, remote.shown.clone(), detail)
        })?;
        let bench = Self { folder, remote };
        let said = bench
            .run(&["init", "--quiet", "--bare", "--template=", "."])
            .await?;
        if said.good {
            Ok(bench)
        } else {
            let words = said.complaint();
            Err(bench.error(ErrorKind::Unavailable, words))
        }
    }

    pub fn error(&self, kind: ErrorKind, detail: impl Into<String>) -> ConnectorError {
        ConnectorError::new(kind, self.remote.shown.clone(), detail)
    }

    pub async fn run(&self, arguments: &[&str]) -> Result<Said, ConnectorError> {
        self.feed(arguments, b"", &[]).await
    }

    /// Runs it with something to read, and with variables of its own.
    pub async fn feed(
        &self,
        arguments: &[&str],
        input: &[u8],
        variables: &[(&str, &str)],
    ) -> Result<Said, ConnectorError> {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let ending = async {
            let mut child = command.spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                // Who does not want to hear the rest says so by ending.
                let _ = stdin.write_all(input).await;
            }
            child.wait_with_output().await
        };
        let word = arguments.first().copied().unwrap_or_default();
        match tokio::time::timeout(LONGEST, ending).await {
            Ok(Ok(output)) => Ok(Said {
                good: output.status.success(),
                words: self
                    .remote
                    .cleaned(&String::from_utf8_lossy(&output.stderr)),
                out: output.stdout,
            }),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Err(self
                .error(ErrorKind::Configuration, "the git program is not there")
                .hinted("install git: reading works without it, pushing does not")),
            Ok(Err(error)) => Err(self.error(
                ErrorKind::Unavailable,
                format!("git {word} cannot be run: {error}"),
            )),
            Err(_) => Err(self.error(
                ErrorKind::Network,
                format!("git {word} did not end within {} s", LONGEST.as_secs()),
            )),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for name in LEFT_OUT {
            command.env_remove(name);
        }
        command
            .env("GIT_DIR", self.folder.path())
            .env("GIT_CEILING_DIRECTORIES", self.folder.path())
            .env("GIT_TERMINAL_PROMPT", "0")
            // A program that has no terminal to ask on would take ours.
            .env("SSH_ASKPASS", "false")
            .env("SSH_ASKPASS_REQUIRE", "force")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
            .env("LC_ALL", "C");
        let none = self.no_hooks();
        let own = [
            ("core.hooksPath", none.as_str()),
            ("core.fsmonitor", "false"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("push.recurseSubmodules", "no"),
            ("fetch.recurseSubmodules", "no"),
            ("push.followTags", "false"),
            ("credential.interactive", "never"),
        ];
        let told = self.remote.settings.iter();
        let told = told.map(|(key, value)| (key.as_str(), value.as_str()));
        let mut count = 0_usize;
        for (key, value) in told.chain(own) {
            command.env(format!("GIT_CONFIG_KEY_{count}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        command
    }

    /// A folder that is not there holds no hooks.
    fn no_hooks(&self) -> String {
        let path: &Path = self.folder.path();
        path.join("no-hooks").to_string_lossy().into_owned()
    }
}
