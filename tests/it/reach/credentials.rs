//! Where credentials come from, by runs of the program: a variable, a file, a program, the system's keyring. Each reaches the tool and nothing else; where none is
//! found, what is said tells where it was looked for, and what to do.

use std::path::Path;

use toml::{Table, Value};

use super::{Asking, subject};
use crate::support::deeds::CANARY;
use crate::support::secret::lies_nowhere;

/// One whose tool is told the token in a header of its own.
fn asking() -> Asking {
    Asking::of(subject("gitea"))
}

fn reference(form: &str, value: impl Into<Value>) -> Value {
    Value::Table(Table::from_iter([(form.to_owned(), value.into())]))
}

impl Asking {
    fn with(&self, token: Value, variables: &[(&str, &str)]) -> crate::cli::place::Ran {
        let mut table = self.table();
        table.insert("token".to_owned(), token);
        self.told(table, variables)
    }

    /// It came to the tool whole.
    #[track_caller]
    fn got(&self, token: Value, variables: &[(&str, &str)]) {
        let before = self.server.asked().len();
        let ran = self.with(token, variables);
        self.reached(&ran);
        let wanted = format!("token {CANARY}");
        for one in &self.server.asked()[before..] {
            assert_eq!(one.header("authorization"), Some(wanted.as_str()));
        }
    }

    /// Nothing was asked, and this is said.
    #[track_caller]
    fn lacks(&self, token: Value, wanted: &[&str]) {
        let before = self.server.asked().len();
        let ran = self.with(token, &[("EMPTY", " \n"), ("ODD", "two words")]);
        self.missed(&ran, wanted);
        assert_eq!(
            self.server.asked().len(),
            before,
            "it was asked all the same"
        );
    }
}

fn words(all: &[&str]) -> Value {
    reference("command", all.to_vec())
}

#[test]
fn a_variable_a_file_and_a_program_give_the_token_to_the_tool_alone() {
    let asking = asking();
    asking.got(reference("env", "TOKEN"), &[("TOKEN", CANARY)]);
    let padded = format!(" {CANARY}\r\n");
    asking.got(reference("env", "TOKEN"), &[("TOKEN", &padded)]);
    // A file is named from the folder of the configuration, or from one's home.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a token");
    std::fs::write(&file, format!("{CANARY}\n")).unwrap();
    let path = |path: &Path| Value::from(path.display().to_string());
    asking.got(reference("file", path(&file)), &[]);
    let kept = asking.place.home().join(".secret token");
    std::fs::write(&kept, format!("{CANARY}\n")).unwrap();
    asking.got(reference("file", "~/.secret token"), &[]);
    std::fs::remove_file(&kept).unwrap();
    let beside = asking.place.write("given", CANARY);
    asking.got(reference("file", "given"), &[]);
    std::fs::remove_file(&beside).unwrap();
    // A program gets its words as they are, and nothing to read.
    let text = file.display().to_string();
    asking.got(words(&["cat", &text]), &[]);
    let script = "cat && cat \"$1\" && echo on its way >&2";
    asking.got(words(&["sh", "-c", script, "sh", &text]), &[]);
    lies_nowhere(CANARY, vec![asking.place.home(), asking.place.work()]);
}

#[test]
fn where_no_token_is_found_it_is_said_where_and_what_to_do() {
    let asking = asking();
    asking.lacks(
        reference("env", "NOWHERE"),
        &["NOWHERE", "export NOWHERE=…"],
    );
    asking.lacks(
        reference("env", "EMPTY"),
        &["environment variable EMPTY", "it is empty"],
    );
    let odd = ["`token`", "holds a space or a line break"];
    asking.lacks(reference("env", "ODD"), &odd);
    let nowhere = ["nowhere", "No such file", "that you may read"];
    asking.lacks(reference("file", "nowhere"), &nowhere);
    asking.lacks(reference("file", "."), &["it is a folder"]);
    let missing = ["no-such-program", "cannot be started", "install it"];
    asking.lacks(words(&["no-such-program"]), &missing);
    let script = format!("echo {CANARY}; echo no luck with {CANARY} >&2; exit 3");
    let file = asking.place.write("give.sh", script);
    let failed = ["it failed", "no luck with …", "run it by hand"];
    asking.lacks(words(&["sh", &file.display().to_string()]), &failed);
    asking.lacks(words(&["true"]), &["command `true`", "it is empty"]);
    #[cfg(not(feature = "keyring"))]
    {
        let without = ["built without a keyring", "--features keyring"];
        asking.lacks(reference("keyring", "leadtime/gh"), &without);
    }
}

/// Against a Secret Service of its own: `cargo test --features keyring --test it keyring`.
#[cfg(feature = "keyring")]
mod keyring {
    use std::process::Command;

    use super::{Asking, CANARY, asking, reference};
    use crate::support::left_out;
    use crate::support::written::{self, TOKEN};

    /// Opens a keyring of this session, puts the token into it where there is one to put, and asks.
    const SESSION: &str = r#"
        printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 99
        if [ -n "$PUT" ]; then printf %s "$PUT" | secret-tool store --label=leadtime service leadtime username tea; fi
        unset PUT
        exec "$@"
    "#;

    fn is_there(program: &str) -> bool {
        Command::new(program).arg("--version").output().is_ok()
    }

    /// What the program says in a session whose keyring holds this.
    fn said(asking: &Asking, entry: &str, held: &str) -> String {
        let mut table = asking.table();
        table.insert("token".to_owned(), reference("keyring", entry));
        asking
            .place
            .write("leadtime.toml", written::config(vec![table]));
        let plain = asking.place.command(&["doctor", &asking.settings.name]);
        let run = tempfile::tempdir().unwrap();
        let mut command = Command::new("dbus-run-session");
        command
            .args(["--", "sh", "-c", SESSION, "sh"])
            .arg(plain.get_program())
            .args(plain.get_args())
            .current_dir(asking.place.work())
            .env_clear()
            .envs(
                plain
                    .get_envs()
                    .filter_map(|(key, value)| Some((key, value?))),
            )
            .env_remove(TOKEN)
            .env("PUT", held)
            .env("XDG_RUNTIME_DIR", run.path());
        let output = command.output().unwrap();
        assert_ne!(output.status.code(), Some(99), "no keyring: {output:?}");
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!text.contains(CANARY), "{text}");
        text
    }

    #[test]
    fn an_entry_gives_the_token_to_the_tool_alone() {
        for program in ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"] {
            if !is_there(program) {
                return left_out(&format!("a keyring: there is no {program} here"));
            }
        }
        let asking = asking();
        let text = said(&asking, "leadtime/tea", CANARY);
        assert!(text.contains("the token belongs to leadtime"), "{text}");
        let wanted = format!("token {CANARY}");
        let asked = asking.server.asked();
        let all = asked.iter();
        assert!(
            all.clone()
                .all(|one| one.header("authorization") == Some(&wanted))
        );
        let text = said(&asking, "leadtime/nobody", CANARY);
        assert!(text.contains("there is no such entry"), "{text}");
        let text = said(&asking, "leadtime", "");
        assert!(text.contains("\"service/user\""), "{text}");
        assert_eq!(asking.server.asked().len(), asked.len());
    }
}
