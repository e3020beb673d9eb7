//! Runs a program: with its arguments as they are, without a shell, with a few variables of the user's by name and none of the others, so that no token
//! of another source comes along. What it says is struck clean of its own token.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::config::Config;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::event::time::Timestamp;

/// More is no list of events.
const MOST: u64 = 256 << 20;
/// How much of its complaints is kept, and how much told.
const MOST_WORDS: u64 = 64 << 10;
const TOLD: usize = 400;

/// What of the environment goes along; and all that begins with `LC_`.
const PASSED_ON: [&str; 36] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "KUBECONFIG",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "SystemRoot",
    "SystemDrive",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "COMSPEC",
    "PATHEXT",
];

/// How a program ended, and what it said.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// `None`: something ended it.
    pub code: Option<i32>,
    pub out: Vec<u8>,
    complaints: String,
}

impl Ended {
    pub fn is_good(&self) -> bool {
        self.code == Some(0)
    }

    pub fn how(&self) -> String {
        match self.code {
            Some(code) => format!("it ended with {code}"),
            None => "it was stopped".to_owned(),
        }
    }

    /// The end of what it complained of, on one line.
    pub fn words(&self) -> String {
        let lines = self.complaints.lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let text: String = lines
            .join("; ")
            .chars()
            .filter(|c| !c.is_control())
            .collect();
        let skipped = text.chars().count().saturating_sub(TOLD);
        text.chars().skip(skipped).collect()
    }
}

/// Why a program did not end by itself.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It was never run.
    Unstarted(String),
    /// It ran, and was given up.
    GivenUp(String),
}

impl Fault {
    pub fn text(self) -> String {
        match self {
            Self::Unstarted(text) | Self::GivenUp(text) => text,
        }
    }
}

/// What is run, besides what is configured.
#[derive(Clone, Debug, Default)]
pub struct Task<'a> {
    pub arguments: &'a [String],
    pub variables: Vec<(&'static str, String)>,
    pub input: &'a [u8],
    pub patience: Duration,
}

/// Runs a program for its events.
pub async fn read(config: &Config, since: Option<Timestamp>) -> Result<Ended, ConnectorError> {
    let since = since.map(|since| ("LEADTIME_SINCE", since.to_string()));
    let task = Task {
        variables: since.into_iter().collect(),
        patience: config.patience.read,
        ..Task::default()
    };
    run(config, task).await.map_err(|fault| {
        let kind = match fault {
            Fault::Unstarted(_) => ErrorKind::Configuration,
            Fault::GivenUp(_) => ErrorKind::Unavailable,
        };
        let context = format!("source {:?}, {}", config.name, config.program());
        ConnectorError::new(kind, context, fault.text())
    })
}

pub async fn run(config: &Config, task: Task<'_>) -> Result<Ended, Fault> {
    let mut child = command(config, &task).spawn().map_err(|error| {
        let text = format!("{} cannot be run: {error}", config.program());
        Fault::Unstarted(text)
    })?;
    let (stdin, out, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let work = async {
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A program need not listen.
                let _ = stdin.write_all(task.input).await;
            }
        };
        let ((), out, complaints) = tokio::join!(feed, all(out, MOST), all(complaints, MOST_WORDS));
        (child.wait().await, out, complaints)
    };
    let Ok((status, out, complaints)) = tokio::time::timeout(task.patience, work).await else {
        let seconds = task.patience.as_secs();
        let text = format!("it did not end within {seconds} s and was stopped");
        return Err(Fault::GivenUp(text));
    };
    let wrong = |error: std::io::Error| Fault::GivenUp(format!("it cannot be heard: {error}"));
    let (out, complaints) = (out.map_err(wrong)?, complaints.map_err(wrong)?);
    Ok(Ended {
        code: status.map_err(wrong)?.code(),
        out,
        complaints: cleaned(config, &String::from_utf8_lossy(&complaints)),
    })
}

/// All of a stream; what is beyond the most is heard and dropped, so that nobody waits.
async fn all(stream: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(most).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

fn command(config: &Config, task: &Task<'_>) -> Command {
    let mut command = Command::new(config.program());
    command
        .args(config.command.iter().skip(1))
        .args(task.arguments)
        .env_clear()
        .envs(passed_on())
        .env("LEADTIME_SOURCE", &config.name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in &task.variables {
        command.env(name, value.replace('\0', ""));
    }
    if let Some(token) = &config.token {
        command.env("LEADTIME_TOKEN", token.expose_secret());
    }
    command
}

fn passed_on() -> impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)> {
    env::vars_os().filter(|(name, _)| {
        name.to_str()
            .is_some_and(|name| name.starts_with("LC_") || PASSED_ON.contains(&name))
    })
}

/// A text without the token that the program was given.
pub fn cleaned(config: &Config, text: &str) -> String {
    let token = config.token.as_ref().map(ExposeSecret::expose_secret);
    match token {
        Some(token) if !token.is_empty() => text.replace(token, "***"),
        _ => text.to_owned(),
    }
}

/// Where a program lies: by its path, or in one of the folders of `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_owned());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::descriptor::Settings;

    fn config(script: &str) -> Config {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        let settings = Settings {
            command,
            ..Settings::default()
        };
        Config::of(settings).unwrap()
    }

    #[tokio::test]
    async fn who_does_not_end_is_given_up() {
        let task = Task {
            patience: Duration::from_millis(100),
            ..Task::default()
        };
        let fault = run(&config("exec sleep 3600"), task).await.unwrap_err();
        assert!(matches!(fault, Fault::GivenUp(_)), "{fault:?}");
    }

    #[tokio::test]
    async fn who_does_not_listen_and_talks_much_ends_all_the_same() {
        let input = vec![b'x'; 1 << 20];
        let task = Task {
            input: &input,
            patience: Duration::from_mins(5),
            ..Task::default()
        };
        let script = "exec head -c 300000 /dev/zero >&2";
        let ended = run(&config(script), task).await.unwrap();
        assert!(ended.is_good());
        assert!(ended.words().chars().count() <= TOLD);
    }
}
