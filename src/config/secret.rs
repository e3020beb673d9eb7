//! Where a secret is to be found, and the finding of it. A file never holds a secret, only a reference; what is found travels in a type that does not
//! show itself, and no error repeats a byte of it.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

/// How long a command may take to print a secret.
const PATIENCE: Duration = Duration::from_secs(20);
/// No token, key or certificate is longer.
const LONGEST: u64 = 1 << 20;

/// Where a secret is to be found.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(extend("format" = "secret-reference"))]
pub enum SecretRef {
    /// The name of an environment variable.
    Env(#[schemars(length(min = 1))] String),
    /// A program and its arguments that print it; no shell.
    Command(#[schemars(length(min = 1))] Vec<String>),
    /// An entry of the system's keyring: service/user.
    Keyring(#[schemars(length(min = 1))] String),
    /// A file that holds nothing else.
    File(#[schemars(with = "String", length(min = 1))] PathBuf),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::Command(words) => write!(f, "command `{}`", words.join(" ")),
            Self::Keyring(entry) => write!(f, "keyring entry {entry}"),
            Self::File(file) => write!(f, "file {}", file.display()),
        }
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretRef({self})")
    }
}

/// Why a secret was not found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no secret in the {from}: {text}; {hint}")]
pub struct SecretError {
    from: String,
    text: String,
    hint: String,
}

impl SecretRef {
    /// Finds the secret. May run a program and wait for it.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(name) => self.ask_env(name),
            Self::Command(words) => self.ask_command(words, PATIENCE),
            Self::Keyring(entry) => self.ask_keyring(entry),
            Self::File(file) => self.ask_file(file),
        }
    }

    fn error(&self, text: impl Into<String>, hint: impl Into<String>) -> SecretError {
        SecretError {
            from: self.to_string(),
            text: text.into(),
            hint: hint.into(),
        }
    }

    fn checked(&self, bytes: Vec<u8>) -> Result<SecretString, SecretError> {
        // The error of from_utf8 holds the bytes: it must go no further.
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(self.error("what is there is not UTF-8", "put the secret there as text"));
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(self.error("it is empty", "put the secret there"));
        }
        Ok(SecretString::from(text))
    }

    fn ask_env(&self, name: &str) -> Result<SecretString, SecretError> {
        match std::env::var_os(name) {
            None => Err(self.error("it is not set", format!("set it: export {name}=…"))),
            Some(value) => self.checked(value.into_encoded_bytes()),
        }
    }

    fn ask_file(&self, file: &Path) -> Result<SecretString, SecretError> {
        let file = expand(file);
        if file.is_dir() {
            return Err(self.error("it is a folder", "name the file in it"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&file)
            .and_then(|open| open.take(LONGEST).read_to_end(&mut bytes))
            .map_err(|error| {
                self.error(
                    error.to_string(),
                    "name a file that you may read, and that holds the secret alone",
                )
            })?;
        self.checked(bytes)
    }

    fn ask_command(
        &self,
        words: &[String],
        patience: Duration,
    ) -> Result<SecretString, SecretError> {
        let Some((program, arguments)) = words.split_first() else {
            return Err(self.error("it is empty", "write it as [\"gh\", \"auth\", \"token\"]"));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                self.error(
                    format!("it cannot be started ({error})"),
                    "install it, or name it with its whole path",
                )
            })?;
        let deadline = Instant::now() + patience;
        let said = collect(child.stdout.take());
        let complained = collect(child.stderr.take());
        let late = || {
            let hint = "run it by hand; it may be waiting for an answer";
            self.error(
                format!("it was not done after {} s", patience.as_secs()),
                hint,
            )
        };
        let status = wait(&mut child, deadline).ok_or_else(late)?;
        // What the program started may still hold the pipe.
        let left = || deadline.saturating_duration_since(Instant::now());
        let said = said.recv_timeout(left()).map_err(|_| late())?;
        if status.success() {
            return self.checked(said);
        }
        let complaint = complained.recv_timeout(left().min(Duration::from_secs(1)));
        let complaint = presentable(&complaint.unwrap_or_default(), &said);
        Err(self.error(
            format!("it failed ({status}){complaint}"),
            "run it by hand to see why",
        ))
    }

    #[cfg(feature = "keyring")]
    fn ask_keyring(&self, entry: &str) -> Result<SecretString, SecretError> {
        let Some((service, user)) = entry.split_once('/') else {
            return Err(self.error("it has no user", "write it as \"service/user\""));
        };
        keyring::Entry::new(service, user)
            .and_then(|entry| entry.get_password())
            // The error may hold the bytes that it could not read: only its kind is told.
            .map_err(|error| match error {
                keyring::Error::NoEntry => self.error(
                    "there is no such entry",
                    "add it with the keyring's own program",
                ),
                _ => self.error(
                    "the keyring does not answer",
                    "unlock it, or use { env = \"…\" }",
                ),
            })
            .and_then(|password| self.checked(password.into_bytes()))
    }

    #[cfg(not(feature = "keyring"))]
    fn ask_keyring(&self, _: &str) -> Result<SecretString, SecretError> {
        Err(self.error(
            "this leadtime was built without a keyring",
            "build it with `cargo install leadtime --features keyring`, or use { env = \"…\" }, { command = […] } or { file = \"…\" }",
        ))
    }
}

/// A leading `~` is the user's own folder.
#[must_use]
pub fn expand(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), directories::BaseDirs::new()) {
        (Ok(rest), Some(own)) => own.home_dir().join(rest),
        _ => path.to_path_buf(),
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before a failure is of no use, and is found to be empty.
            if pipe.take(LONGEST).read_to_end(&mut bytes).is_err() {
                bytes.clear();
            }
        }
        let _ = send.send(bytes);
    });
    receive
}

fn wait(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// What a program complained of, fit for one line and without what it said.
fn presentable(complaint: &[u8], said: &[u8]) -> String {
    const MOST: usize = 300;
    let mut text = String::from_utf8_lossy(complaint).into_owned();
    for secret in String::from_utf8_lossy(said).split_whitespace() {
        text = text.replace(secret, "…");
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect();
    if line.is_empty() {
        line
    } else {
        format!(": {line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const CANARY: &str = "c4n4ry-in-the-mine";

    fn command(script: &str) -> SecretRef {
        SecretRef::Command(["sh", "-c", script].map(str::to_owned).to_vec())
    }

    #[test]
    fn a_command_is_trimmed_and_runs_without_a_shell() {
        let found = SecretRef::Command(vec!["echo".into(), format!(" {CANARY}; $HOME ")])
            .resolve()
            .unwrap();
        assert_eq!(found.expose_secret(), format!("{CANARY}; $HOME"));
        assert!(!format!("{found:?}").contains(CANARY));
    }

    #[test]
    fn a_command_that_fails_tells_its_complaint_and_never_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, CANARY).unwrap();
        let script = format!(
            "cat {0}; echo no luck with $(cat {0}) >&2; exit 3",
            secret.display()
        );
        let error = command(&script).resolve().unwrap_err();
        assert!(error.to_string().contains("no luck with …"), "{error}");
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }

    #[test]
    fn a_command_that_waits_is_ended() {
        let words = ["sleep", "60"].map(str::to_owned);
        let reference = SecretRef::Command(words.to_vec());
        let error = reference
            .ask_command(&words, Duration::from_millis(30))
            .unwrap_err();
        assert!(error.to_string().contains("not done"), "{error}");
    }

    #[test]
    fn a_file_is_trimmed_and_what_is_wrong_with_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let reference = SecretRef::File(file.clone());
        assert!(
            reference
                .resolve()
                .unwrap_err()
                .to_string()
                .contains("token")
        );
        std::fs::write(&file, format!("{CANARY}\n")).unwrap();
        assert_eq!(reference.resolve().unwrap().expose_secret(), CANARY);
        std::fs::write(&file, [CANARY.as_bytes(), &[0xff]].concat()).unwrap();
        let error = reference.resolve().unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY));
        std::fs::write(&file, " \n").unwrap();
        assert!(
            reference
                .resolve()
                .unwrap_err()
                .to_string()
                .contains("empty")
        );
        let error = SecretRef::File(folder.path().to_path_buf())
            .resolve()
            .unwrap_err();
        assert!(error.to_string().contains("it is a folder"), "{error}");
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = SecretRef::Env("LEADTIME_NO_SUCH_VARIABLE".into())
            .resolve()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("export LEADTIME_NO_SUCH_VARIABLE=…"),
            "{error}"
        );
        assert!(SecretRef::Env("PATH".into()).resolve().is_ok());
    }

    #[cfg(not(feature = "keyring"))]
    #[test]
    fn without_the_keyring_the_error_says_how_to_get_it() {
        let error = SecretRef::Keyring("leadtime/gh".into())
            .resolve()
            .unwrap_err();
        assert!(error.to_string().contains("--features keyring"), "{error}");
    }
}
