//! The dashboard as it is started: the program in a terminal of its own, which it draws on, follows in size, leaves when it is told to, and leaves sane
//! whatever happens.

use std::fs;
use std::path::Path;

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use super::place::Place;
use crate::git::repo::{Repo, hosted};
use crate::support::pty::Pty;

/// A generated organisation that is there at once.
const DEMO: [&str; 5] = ["demo", "--workloads", "4", "--days", "30"];
/// What its footer shows.
const FOOT: &str = " of 4";

fn builder(place: &Place, folder: &Path, program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env_clear();
    command.env("HOME", place.home());
    command.env("USER", "jane");
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.cwd(folder);
    command
}

fn start_in(place: &Place, folder: &Path, arguments: &[&str]) -> Pty {
    let mut command = builder(place, folder, env!("CARGO_BIN_EXE_leadtime"));
    command.args(arguments);
    Pty::start(command, 100, 30)
}

fn start(place: &Place, arguments: &[&str]) -> Pty {
    start_in(place, &place.work(), arguments)
}

/// The demonstration, as soon as it can be used.
fn demo(place: &Place) -> Pty {
    let pty = start(place, &DEMO);
    pty.wait_for(FOOT);
    pty
}

#[track_caller]
fn assert_sane(pty: &Pty) {
    let left = pty.left_behind();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn the_demonstration_is_drawn_and_quits_by_key() {
    let place = Place::new();
    for key in ["q", "\x03"] {
        let pty = demo(&place);
        assert!(pty.seen().screen().alternate_screen());
        let rows = pty.seen().rows();
        assert!(
            rows[0].starts_with(" leadtime  demo · 4 workloads"),
            "{rows:?}"
        );
        assert!(rows[0].contains("live ×60"), "{rows:?}");
        assert!(rows[1].starts_with(" 1 Fleet"), "{rows:?}");
        pty.send(key);
        assert_eq!(pty.end().exit_code(), 0);
        assert_sane(&pty);
        assert!(
            !pty.seen().shows("leadtime"),
            "the main screen is untouched"
        );
    }
}

#[test]
fn keys_do_what_the_foot_says() {
    let place = Place::new();
    let pty = demo(&place);
    pty.wait_for("1 of 4");
    pty.send("j");
    pty.wait_for("2 of 4");
    pty.send("G");
    pty.wait_for("4 of 4");
    pty.send("?");
    pty.wait_for("Fleet · help");
    pty.send("\x1b");
    pty.wait("the fleet", |seen| !seen.shows("· help"));
    pty.send(":quit\r");
    assert_eq!(pty.end().exit_code(), 0);
    assert_sane(&pty);
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let place = Place::new();
    let pty = demo(&place);
    for (columns, rows) in [(200, 60), (80, 24), (60, 12), (120, 36)] {
        pty.resize(columns, rows);
        pty.wait("the foot in the last row", |seen| {
            let drawn = seen.rows();
            drawn.len() == usize::from(rows) && drawn[usize::from(rows) - 1].ends_with(FOOT)
        });
        let drawn = pty.seen().rows();
        let feet = drawn.iter().filter(|row| row.ends_with(FOOT)).count();
        assert_eq!(feet, 1, "nothing is left of the frame before: {drawn:?}");
    }
    pty.resize(40, 8);
    pty.wait_for("leadtime needs 60 columns");
    pty.send("q");
    assert_eq!(pty.end().exit_code(), 0);
    assert_sane(&pty);
}

#[test]
fn signals_end_it_sane() {
    let place = Place::new();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let pty = demo(&place);
        pty.signal(signal);
        let status = pty.end();
        assert!(
            status.exit_code() < 2 || status.exit_code() > 128,
            "{status:?}"
        );
        assert_sane(&pty);
    }
}

#[test]
fn it_stops_and_goes_on_in_a_shell() {
    let place = Place::new();
    let mut shell = builder(&place, &place.work(), "/bin/sh");
    shell.arg("-i");
    shell.env("PS1", "ready$ ");
    let pty = Pty::start(shell, 100, 30);
    pty.wait_for("ready$");
    pty.send(&format!(
        "'{}' {}\r",
        env!("CARGO_BIN_EXE_leadtime"),
        DEMO.join(" ")
    ));
    pty.wait_for(FOOT);
    for round in 0..2 {
        pty.send("\x1a");
        pty.wait("the shell", |seen| {
            !seen.screen().alternate_screen() && seen.shows("topped")
        });
        assert_eq!(pty.left_behind(), [""; 0], "round {round}");
        pty.send("echo 'still' here\r");
        pty.wait_for("still here");
        pty.send("printf '\\033[H\\033[2J'; fg\r");
        pty.wait("the dashboard", |seen| {
            seen.screen().alternate_screen() && seen.shows(FOOT)
        });
        assert!(!pty.is_cooked());
    }
    pty.send("q");
    // While the program is there, what is typed is the program's. The screen was cleared, so this is a new prompt.
    pty.wait("the shell", |seen| {
        !seen.screen().alternate_screen() && seen.shows("ready$")
    });
    pty.send("echo status $?\r");
    pty.wait_for("status 0");
    assert_eq!(pty.left_behind(), [""; 0]);
    pty.send("exit\r");
    pty.end();
}

#[test]
fn where_no_shell_waits_it_does_not_stop() {
    let place = Place::new();
    let pty = demo(&place);
    pty.send("\x1a");
    pty.wait_for("not started by a shell");
    pty.send("jq");
    assert_eq!(pty.end().exit_code(), 0);
    assert_sane(&pty);
}

#[test]
fn a_terminal_that_is_gone_ends_it() {
    let place = Place::new();
    let mut pty = demo(&place);
    pty.hang_up("j");
    pty.end_unseen();
}

#[test]
fn a_repository_is_shown_without_any_configuration() {
    let (place, repo) = (Place::new(), Repo::with(&hosted()));
    // The second time it is known already.
    for _ in 0..2 {
        let pty = start_in(&place, &repo.path, &[]);
        pty.wait("the repository", |seen| {
            seen.shows("shop · 1 workload") && seen.shows("changes live in")
        });
        pty.send("q");
        assert_eq!(pty.end().exit_code(), 0);
        assert_sane(&pty);
    }
}

#[test]
fn elsewhere_it_says_what_to_begin_with() {
    let place = Place::new();
    let pty = start(&place, &[]);
    pty.wait_for("a generated organisation");
    pty.wait_for("leadtime init");
    pty.send("q");
    assert_eq!(pty.end().exit_code(), 0);
    assert_sane(&pty);
}

#[test]
fn a_configured_organisation_is_shown_and_is_there_at_once_the_next_time() {
    let place = Place::with_demo();
    let pty = start(&place, &[]);
    pty.wait("all of it", |seen| {
        seen.shows(" of 12") && seen.shows("gated") && !seen.shows("/12  ")
    });
    pty.send("q");
    assert_eq!(pty.end().exit_code(), 0);
    let folder = place.home().join(".cache/leadtime");
    let kept: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    // Whatever is in it, it is only what was kept.
    fs::write(kept[0].path(), b"\xff\xfe nonsense").unwrap();
    let pty = start(&place, &[]);
    pty.wait("all of it", |seen| {
        seen.shows(" of 12") && seen.shows("gated")
    });
    pty.send("q");
    assert_eq!(pty.end().exit_code(), 0);
    assert_sane(&pty);
}

#[test]
fn what_is_wrong_is_told_before_the_terminal_is_taken() {
    let place = Place::with_demo();
    let folder = place.home().join(".config/leadtime");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("keymap.toml"),
        "[global]\n\"n\" = \"down\"\n\"n\" = \"up\"\n\"x\" = \"dwon\"\n",
    )
    .unwrap();
    let pty = start(&place, &[]);
    assert_eq!(pty.end().exit_code(), 2);
    let seen = pty.seen();
    assert!(seen.shows("keymap.toml"), "{:?}", seen.rows());
    assert!(!seen.has("\x1b[?1049h"), "no screen was opened");
    drop(seen);
    fs::remove_file(folder.join("keymap.toml")).unwrap();
    for arguments in [["--theme", "nope"], ["--view", "nope"]] {
        let pty = start(&place, &arguments);
        assert_eq!(pty.end().exit_code(), 2);
        assert!(pty.seen().shows("nope") && !pty.seen().has("\x1b[?1049h"));
    }
    place.write("leadtime.toml", "workload = 3\n");
    let pty = start(&place, &[]);
    assert_eq!(pty.end().exit_code(), 3);
    assert!(pty.seen().shows("leadtime.toml"));
    assert_sane(&pty);
}

#[test]
fn a_log_that_cannot_be_read_is_told_on_the_screen() {
    let place = Place::with_demo();
    fs::write(place.file("demo.db"), "no database at all".repeat(500)).unwrap();
    let pty = start(&place, &[]);
    pty.wait_for("leadtime cannot go on");
    pty.wait_for("demo.db");
    pty.send("q");
    pty.end();
    assert_sane(&pty);
}

#[test]
fn plain_prints_the_view_as_text() {
    let place = Place::with_demo();
    let as_of = ["--as-of", super::place::UNTIL];
    let ran = place.run(&[&["--plain", "--width", "120"], &as_of[..]].concat());
    let ran = ran.ends(0);
    ran.shows(&["12 workloads", "checkout", "held longest by"]);
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
    let again = place.run(&[&["--plain", "--width", "120"], &as_of[..]].concat());
    assert_eq!(ran.out, again.out);
    place
        .run(&["--plain", "--view", "nope"])
        .ends(2)
        .says(&["there is no view `nope`"]);
}

#[test]
fn a_view_that_is_named_is_printed_where_there_is_no_terminal() {
    let place = Place::with_demo();
    let common = [
        "--view",
        "gates",
        "--width",
        "120",
        "--as-of",
        super::place::UNTIL,
    ];
    let asked = place.run(&common).ends(0);
    let plain = place.run(&[&common[..], &["--plain"]].concat()).ends(0);
    assert_eq!(asked.out, plain.out);
    asked.shows(&["open gate", "worst first"]);
    place
        .run(&["--view", "gates", "--json"])
        .ends(2)
        .says(&["a view as text cannot be written as JSON"]);
    place
        .run(&["--view", "nope"])
        .ends(2)
        .says(&["there is no view `nope`"]);
}

#[test]
fn plain_reads_the_repository_and_looks_back_as_far_as_it_must() {
    let (place, repo) = (Place::new(), Repo::with(&hosted()));
    // The first time nothing was read before.
    for _ in 0..2 {
        let ran = place
            .run_in(
                &repo.path,
                &["--plain", "--width", "120", "--as-of", "2024-06-01"],
            )
            .ends(0);
        ran.shows(&["shop · 1 workload", "changes live in 365d"]);
    }
}
