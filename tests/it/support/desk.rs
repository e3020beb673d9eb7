//! Somebody before the dashboard: the program in a pseudo-terminal, and what is typed there to reach a cell, to read a plan, and to agree to it. Nothing is typed
//! before what it is typed at is seen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portable_pty::CommandBuilder;
use rustix::process::Signal;

use super::pty::{Pty, Seen};
use crate::cli::place::Place;

const CONTROL_U: &str = "\x15";
const ESC: &str = "\x1b";

/// What stands in the foot of a dialog that can be agreed to.
const CLEAR: &str = "nothing stands in the way";
/// The title of a dialog of which all is told.
const TOLD: &str = "what was done";

pub struct Desk {
    pty: Pty,
    secret: String,
}

impl Desk {
    /// Starts the dashboard in a folder, as somebody, with the variable that holds a secret, which the terminal must not be shown.
    pub fn open(
        place: &Place,
        who: &str,
        (name, secret): (&str, &str),
        arguments: &[&str],
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_leadtime"));
        command.args(arguments);
        command.env_clear();
        command.env("HOME", place.home());
        command.env("USER", who);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env(name, secret);
        command.cwd(place.work());
        Self {
            pty: Pty::start(command, 120, 36),
            secret: secret.to_owned(),
        }
    }

    pub fn press(&self, keys: &str) {
        self.pty.send(keys);
    }

    pub fn see(&self, text: &str) {
        self.pty.wait_for(text);
    }

    /// Waits for a row in which all of these stand.
    pub fn see_row(&self, words: &[&str]) {
        self.pty.wait(&format!("a row with {words:?}"), |seen| {
            let rows = seen.rows();
            rows.iter()
                .any(|row| words.iter().all(|word| row.contains(word)))
        });
    }

    /// Waits until something is no longer seen.
    pub fn miss(&self, text: &str) {
        self.pty
            .wait(&format!("{text} gone"), |seen| !seen.shows(text));
    }

    /// What is on the screen.
    pub fn rows(&self) -> Vec<String> {
        self.pty.seen().rows()
    }

    /// Narrows the list in front to one row.
    pub fn filter(&self, words: &str) {
        // As long as words are typed, it is told what they match.
        let asks = |seen: &Seen| {
            seen.rows()
                .last()
                .is_some_and(|foot| foot.contains("words"))
        };
        self.press("/");
        self.pty.wait("the filter's line", asks);
        self.press(&format!("{CONTROL_U}{words}\r"));
        self.pty.wait("the filter", |seen| {
            let rows = seen.rows();
            rows.last().is_some_and(|foot| foot.contains("1 of 1")) && !asks(seen)
        });
    }

    /// Goes to a cell of the environments.
    pub fn cell(&self, name: &str, environment: &str) {
        self.press("5");
        self.see(" environment");
        self.filter(&format!("workload:{name}"));
        self.see(&format!("  {name} in "));
        self.press(if environment == "staging" { "h" } else { "l" });
        self.see(&format!("  {name} in {environment}"));
    }

    /// Goes to the open gate of a workload.
    pub fn gate(&self, name: &str) {
        self.press("4");
        self.see("decides");
        self.filter(&format!("workload:{name}"));
    }

    /// Goes to a change, by its workload and words of its title.
    pub fn change(&self, name: &str, words: &str) {
        self.press("3");
        self.see("since on");
        self.filter(&format!("workload:{name} {words}"));
    }

    /// Types the reason that is asked for.
    pub fn say_why(&self, why: &str) {
        self.see("why: ");
        self.press(&format!("{why}\r"));
    }

    /// Waits for a plan that nothing speaks against.
    pub fn clear(&self) {
        self.see(CLEAR);
    }

    /// Agrees to the plan in front, of production: by its name.
    pub fn agree(&self, name: &str) {
        self.clear();
        self.press("y");
        self.see(&format!("type {name} to confirm: "));
        self.press(&format!("{name}\r"));
        self.see(TOLD);
    }

    /// Agrees to the plan in front, which asks for no name.
    pub fn agree_by_key(&self) {
        self.clear();
        self.press("y");
        self.see(TOLD);
    }

    /// Copies the plan in front as a command, and tells what reached the clipboard.
    pub fn copied(&self) -> String {
        const BEGIN: &str = "\x1b]52;c;";
        self.press("u");
        self.see("copied");
        self.pty.wait("a copy", |seen| seen.has(BEGIN));
        let written = String::from_utf8_lossy(&self.pty.seen().bytes).into_owned();
        let (_, copy) = written.rsplit_once(BEGIN).unwrap();
        let (copy, _) = copy.split_once('\x1b').unwrap();
        String::from_utf8(STANDARD.decode(copy).unwrap()).unwrap()
    }

    /// Waits until the log of actions shows so many, each done and seen.
    pub fn all_done(&self, count: usize) {
        self.see(&format!("{count} action"));
        self.pty.wait("all of them done", |seen| {
            let rows = seen.rows();
            let done = rows.iter().filter(|row| row.contains("✓ done, and seen  "));
            done.count() == count
        });
    }

    /// Waits until what was done is seen in the log, and leaves the dialog.
    pub fn seen(&self) {
        self.see(DONE);
        self.leave();
    }

    /// Leaves the dialog in front.
    pub fn leave(&self) {
        self.press(ESC);
        self.pty.wait("the dialog gone", |seen| {
            let shows = |text: &str| seen.shows(text);
            !shows(TOLD) && !shows("as curl") && !shows("leave it")
        });
    }

    /// Ends it as a power cut would; the terminal was never shown a secret.
    pub fn kill(self) {
        self.pty.signal(Signal::KILL);
        self.pty.end();
        assert!(!self.pty.seen().has(&self.secret));
    }

    /// Ends it; the terminal was never shown a secret.
    pub fn quit(self) {
        self.press("q");
        assert_eq!(self.pty.end().exit_code(), 0);
        assert_eq!(self.pty.left_behind(), [""; 0]);
        assert!(!self.pty.seen().has(&self.secret));
    }
}

/// The first line of an action of which all is told.
const DONE: &str = "done, and seen · ";
