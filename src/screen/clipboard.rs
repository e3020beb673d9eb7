//! Copying. The terminal is told (OSC 52), which reaches the clipboard of whoever sits before it, over any ssh; and, since not every terminal obeys, a program of the
//! system or of tmux (which by default keeps such commands to itself) is given the text as well.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use super::tty;

/// What terminals take in one command: more is thrown away, or printed.
const MOST: usize = 74_000;

type Program = &'static [&'static str];

const TMUX: Program = &["tmux", "load-buffer", "-w", "-"];
const WAYLAND: Program = &["wl-copy"];
const XCLIP: Program = &["xclip", "-selection", "clipboard", "-in"];
const XSEL: Program = &["xsel", "--clipboard", "--input"];
const MAC: Program = &["pbcopy"];
const WSL: Program = &["clip.exe"];

pub(super) fn copy(text: &str) -> io::Result<()> {
    let programs = programs(cfg!(target_os = "macos"), |name| {
        std::env::var_os(name).is_some()
    });
    let started = programs.into_iter().find_map(|program| start(program).ok());
    let given = started.is_some();
    if let Some(child) = started {
        let text = text.to_owned();
        // Some stay for as long as the clipboard is theirs.
        thread::spawn(move || feed(child, &text));
    }
    if text.len() <= MOST {
        let mut command = String::new();
        CopyToClipboard::to_clipboard_from(text)
            .write_ansi(&mut command)
            .map_err(io::Error::other)?;
        return tty::write(command.as_bytes());
    }
    let why = "this is more than a terminal takes into its clipboard";
    given.then_some(()).ok_or_else(|| io::Error::other(why))
}

/// What may take a text, the best first. On another machine only tmux leads back to the reader.
fn programs(mac: bool, is_set: impl Fn(&str) -> bool) -> Vec<Program> {
    let here = !is_set("SSH_CONNECTION");
    let all = [
        (is_set("TMUX"), TMUX),
        (here && mac, MAC),
        (here && is_set("WSL_DISTRO_NAME"), WSL),
        (here && is_set("WAYLAND_DISPLAY"), WAYLAND),
        (here && is_set("DISPLAY"), XCLIP),
        (here && is_set("DISPLAY"), XSEL),
    ];
    let fit = all.into_iter().filter(|(fits, _)| *fits);
    fit.map(|(_, program)| program).collect()
}

fn start(program: Program) -> io::Result<Child> {
    let (name, arguments) = program.split_first().ok_or(io::ErrorKind::NotFound)?;
    Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// What goes wrong here is nothing that anyone could mend: the terminal was told as well.
fn feed(mut child: Child, text: &str) {
    if let Some(mut input) = child.stdin.take() {
        let _closed = input.write_all(text.as_bytes());
    }
    let _ended = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_those_that_reach_the_reader() {
        let with = |set: &[&str]| programs(false, |name| set.contains(&name));
        assert!(with(&[]).is_empty());
        assert_eq!(
            with(&["WAYLAND_DISPLAY", "DISPLAY"]),
            [WAYLAND, XCLIP, XSEL]
        );
        assert_eq!(with(&["TMUX", "DISPLAY"])[0], TMUX);
        assert_eq!(with(&["TMUX", "DISPLAY", "SSH_CONNECTION"]), [TMUX]);
        assert_eq!(programs(true, |_| false), [MAC]);
    }
}
