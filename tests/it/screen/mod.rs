//! The terminal for real: a program takes over a pseudo-terminal, and however it ends, the terminal is as it was. Drawing, keys and the mouse on the way there.

mod program;

use std::fs;

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use super::support::pty::Pty;
use program::{HOSTILE, LOST, QUIT, command};

/// The test that becomes the program when it is asked to.
const PROGRAM: &str = "screen::quitting_gives_the_terminal_back";

fn start() -> Pty {
    let pty = Pty::start(command(PROGRAM, ""), 80, 24);
    pty.wait_for("frame 0");
    pty
}

#[track_caller]
fn assert_sane(pty: &Pty) {
    let left = pty.left_behind();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn quitting_gives_the_terminal_back() {
    program::if_asked();
    let pty = start();
    let taken = pty.left_behind();
    assert_eq!(taken.len(), 7, "only {taken:?} was taken");
    pty.send("q");
    assert_eq!(pty.end().exit_code(), QUIT);
    assert_sane(&pty);
    assert!(!pty.seen().shows("frame"), "the main screen is untouched");
}

#[test]
fn what_is_typed_and_clicked_is_seen() {
    let pty = start();
    pty.send("j");
    pty.wait_for("last: key Char('j')");
    pty.send("\x1b[<0;11;6M");
    pty.wait_for("last: Click at 10,5");
    pty.send("\x1b[<65;300;6M");
    pty.wait_for("last: ScrollDown at 299,5");
    pty.send("\x1b[200~one\ntwo q\x1b[201~");
    pty.wait_for(r#"last: Paste("one\ntwo q")"#);
    pty.send("\x1b[O");
    pty.wait_for("last: Focus(false)");
    // More than is read at once.
    pty.send(&format!("{}x", "j".repeat(5000)));
    pty.wait_for("last: key Char('x')");
    pty.send("\x1b");
    pty.wait_for("last: key Esc");
}

#[test]
fn a_new_size_is_told_and_drawn() {
    let pty = start();
    for (columns, rows) in [(120, 36), (40, 10), (200, 60)] {
        pty.resize(columns, rows);
        pty.wait_for(&format!("last: resized to {columns}x{rows}"));
        pty.wait_for(&format!("size {columns}x{rows}"));
        let corner = |seen: &super::support::pty::Seen| {
            let cell = seen.screen().cell(rows - 1, columns - 1);
            cell.is_some_and(|cell| cell.contents() == "◢")
        };
        pty.wait("the corner", corner);
        let seen = pty.seen();
        let corners = seen.rows().concat().matches('◢').count();
        assert_eq!(corners, 1, "nothing is left of the frame before");
    }
}

#[test]
fn half_a_key_holds_nothing_up() {
    let pty = start();
    pty.send("\x1b[");
    pty.resize(100, 30);
    pty.wait_for("size 100x30");
    pty.send("A");
    pty.wait_for("last: key Up");
}

#[test]
fn what_is_typed_at_once_is_all_seen() {
    let pty = start();
    pty.send(&"x".repeat(300));
    pty.wait_for("frame 300");
}

#[test]
fn a_frame_comes_in_one_piece() {
    let pty = start();
    pty.send("r");
    pty.wait_for("last: key Char('r')");
    let text = String::from_utf8(pty.seen().bytes.clone()).unwrap();
    let frames: Vec<&str> = text.split("\x1b[?2026h").skip(1).collect();
    assert!(frames.len() >= 2);
    for frame in frames {
        let (frame, rest) = frame.split_once("\x1b[?2026l").unwrap();
        assert!(frame.contains("frame ") || frame.len() < 200, "{frame:?}");
        assert!(!rest.contains("frame "), "{rest:?}");
    }
    assert!(!text.contains("\x1b[6n"), "the terminal is asked nothing");
}

#[test]
fn a_panic_is_read_on_a_sane_terminal() {
    for (key, message) in [("p", "on purpose"), ("t", "elsewhere")] {
        let pty = start();
        pty.send(key);
        assert_ne!(pty.end().exit_code(), 0);
        assert_sane(&pty);
        assert!(pty.seen().shows(message), "{:?}", pty.seen().rows());
    }
}

#[test]
fn signals_end_it_sane() {
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::QUIT, 3)] {
        let pty = start();
        pty.signal(signal);
        assert_eq!(pty.end().exit_code(), 128 + number);
        assert_sane(&pty);
    }
}

#[test]
fn a_program_that_is_stuck_is_ended_by_the_second_signal() {
    let pty = start();
    pty.send("s");
    pty.wait_for("last: stuck");
    pty.signal(Signal::TERM);
    pty.signal(Signal::INT);
    let status = pty.end();
    assert!(status.signal().is_some(), "{status:?}");
    assert_sane(&pty);
}

/// A shell with the program in it, as one has it all day.
fn in_a_shell() -> Pty {
    let program = command(PROGRAM, "");
    let line: Vec<_> = program
        .get_argv()
        .iter()
        .map(|word| word.to_str().unwrap())
        .collect();
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.arg("-i");
    shell.env_clear();
    for (name, value) in program.iter_extra_env_as_str() {
        shell.env(name, value);
    }
    shell.env("PS1", "ready$ ");
    let pty = Pty::start(shell, 80, 24);
    pty.wait_for("ready$");
    // Some shells edit their line themselves, in a terminal that they make raw for it.
    pty.send("set +o emacs +o vi\r");
    pty.send(&format!("'{}'\r", line.join("' '")));
    pty.wait_for("frame 0");
    pty
}

#[test]
fn it_stops_and_goes_on_like_any_program_in_a_shell() {
    let pty = in_a_shell();
    for round in 0..2 {
        pty.send("\x1a");
        pty.wait("the shell", |seen| {
            !seen.screen().alternate_screen() && seen.shows("topped")
        });
        assert_eq!(pty.left_behind(), [""; 0], "round {round}");
        pty.send("echo 'still' here\r");
        pty.wait_for("still here");
        pty.send("clear 2>/dev/null; printf '\\033[H\\033[2J'; fg\r");
        pty.wait("the program", |seen| {
            seen.screen().alternate_screen() && seen.shows("size 80x24")
        });
        pty.send("j");
        pty.wait_for("last: key Char('j')");
        assert!(!pty.is_cooked());
    }
    pty.send("q");
    // While the program is there, what is typed is the program's. The screen was cleared, so this is a new prompt.
    pty.wait("the shell", |seen| {
        !seen.screen().alternate_screen() && seen.shows("ready$")
    });
    pty.send("echo status $?\r");
    pty.wait_for(&format!("status {QUIT}"));
    assert_eq!(pty.left_behind(), [""; 0]);
    pty.send("exit\r");
    pty.end();
}

#[test]
fn without_a_shell_it_does_not_stop() {
    let pty = start();
    pty.send("\x1a");
    assert_eq!(pty.end().exit_code(), 1);
    assert!(
        pty.seen().shows("not started by a shell"),
        "{:?}",
        pty.seen().rows()
    );
    assert_sane(&pty);
}

#[test]
fn stopped_from_outside_it_takes_the_terminal_anew() {
    let pty = start();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_for("last: Continued");
    pty.send("q");
    assert_eq!(pty.end().exit_code(), QUIT);
    assert_sane(&pty);
}

#[test]
fn a_terminal_that_hangs_up_ends_it_without_a_spin() {
    let folder = tempfile::tempdir().unwrap();
    let busy = folder.path().join("busy");
    let mut pty = Pty::start(command(PROGRAM, busy.to_str().unwrap()), 80, 24);
    pty.wait_for("frame 0");
    pty.hang_up("j");
    assert_eq!(pty.end_unseen().exit_code(), LOST);
    let busy: u64 = fs::read_to_string(busy).unwrap().parse().unwrap();
    assert!(
        busy < 30,
        "busy for {busy} hundredths of the second after it"
    );
}

#[test]
fn hostile_text_reaches_the_terminal_as_text() {
    let pty = start();
    let before = pty.seen().bytes.len();
    pty.send("h");
    pty.wait_for("last: key Char('h')");
    pty.wait("all of it", |seen| {
        seen.rows()[4 + HOSTILE.len() - 1].starts_with('?')
    });
    let seen = pty.seen();
    assert!(seen.screen().alternate_screen());
    let text = String::from_utf8(seen.bytes[before..].to_vec()).unwrap();
    for hostile in HOSTILE {
        assert!(!text.contains(hostile), "{hostile:?}");
    }
    // What is left of control bytes is what drawing needs: moves, looks, the cursor, the frame.
    for (at, _) in text.match_indices(char::is_control) {
        let rest = &text[at..];
        let command = rest
            .strip_prefix("\x1b[")
            .unwrap_or_else(|| panic!("{rest:?}"));
        let end = command
            .find(|sign: char| sign.is_ascii_alphabetic())
            .unwrap();
        assert!("Hmhl".contains(&command[end..=end]), "{rest:?}");
    }
}

#[test]
fn copies_and_bells_are_written_so_that_nothing_breaks_out() {
    let pty = start();
    pty.send("c");
    pty.wait("a copy", |seen| {
        seen.has("\x1b]52;c;Y29waWVkIOKckw==\x1b\\")
    });
    pty.send("b");
    pty.wait("a bell", |seen| seen.has("\x1b]9;a gate opened\x1b\\\x07"));
    assert!(pty.seen().has("\x1b]2;a title that ends here\x1b\\"));
}
