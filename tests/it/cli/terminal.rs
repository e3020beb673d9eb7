//! What reaches the terminal: colour only where it is wanted, lines within the width, nothing that moves the cursor, and no complaint when the reader
//! has gone.

use std::io::{BufRead, BufReader, Read};

use super::place::{Place, Ran, UNTIL};
use crate::git::repo::{Repo, entry};

const COMMANDS: [&str; 6] = [
    "map checkout --changes",
    "dora --deployments --changes --incidents checkout",
    "dora",
    "env",
    "gates",
    "where acme/checkout#24",
];

fn with_colour(place: &Place, line: &str, set: Option<(&str, &str)>, when: &str) -> String {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let all = [&arguments[..], &["--as-of", UNTIL, "--color", when]].concat();
    let mut command = place.command(&all);
    if let Some((name, value)) = set {
        command.env(name, value);
    }
    Ran::of(command.output().unwrap()).out
}

#[test]
fn colour_is_for_those_who_want_it() {
    let place = Place::with_demo();
    for line in COMMANDS {
        let plain = with_colour(&place, line, None, "auto");
        assert!(!plain.contains('\u{1b}'), "{line}: no terminal, no colour");
        assert_eq!(with_colour(&place, line, None, "never"), plain);
        assert_eq!(
            with_colour(&place, line, Some(("NO_COLOR", "1")), "auto"),
            plain
        );
        let coloured = with_colour(&place, line, Some(("NO_COLOR", "1")), "always");
        assert!(coloured.contains("\u{1b}["), "{line}");
        let text = leadtime_without_colour(&coloured);
        assert_eq!(text, plain, "{line}: colour changes nothing else");
    }
}

/// Without `ESC [ … m`.
fn leadtime_without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split("\u{1b}[");
    plain += parts.next().unwrap();
    for part in parts {
        plain += part.split_once('m').unwrap().1;
    }
    plain
}

#[test]
fn lines_keep_to_the_width() {
    use unicode_width::UnicodeWidthStr;
    let place = Place::with_demo();
    for width in [40, 60, 80, 120, 200] {
        for line in COMMANDS.into_iter().chain(["doctor --offline"]) {
            let arguments: Vec<&str> = line.split_whitespace().collect();
            let columns = width.to_string();
            let ran =
                place.run(&[&arguments[..], &["--as-of", UNTIL, "--width", &columns]].concat());
            for drawn in ran.out.lines() {
                assert!(drawn.width() <= width, "{line} in {width}: {drawn}");
            }
        }
    }
    place.run(&["--width", "10", "env"]).ends(2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with_demo();
    for line in [
        "export",
        "dora --json --changes --deployments",
        "map checkout --changes",
        "demo --export",
        "completions bash",
        "man",
        "--help",
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let mut child = place.command(&arguments).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        drop(out);
        let ended = child.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{line}: {err}");
        assert!(
            !err.contains("roken pipe") && !err.contains("panicked"),
            "{line}: {err}"
        );
    }
    // Standard error may be gone as well.
    let mut child = place.command(&["map", "nope"]).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn what_a_commit_says_moves_no_cursor() {
    let place = Place::new();
    let hostile = "evil\u{1b}[2J\u{1b}]0;pwned\u{7} \u{9b}31m \u{202e}txet\u{200b}\u{7f} (#5)";
    let mut commit = entry(1, "main", hostile, &[]);
    commit.author = "M\u{1b}[31mallory\u{9b}1m <m@example.org>".into();
    let repo = Repo::with(&[commit, entry(2, "main", "Calm", &[1])]);
    repo.git(&["tag", "v1.0.0"]);
    let sha = repo.mark(1);
    let folder = &repo.path;
    let is_bad = |char: char| {
        (char.is_control() && char != '\n') || ('\u{202a}'..='\u{202e}').contains(&char)
    };
    for line in [
        String::new(),
        "map --changes --since 9000d".to_owned(),
        "dora --changes --deployments --since 9000d".to_owned(),
        format!("where {sha}"),
        "where #5".to_owned(),
        "env".to_owned(),
        "doctor".to_owned(),
        "where \u{1b}[31mred\u{202e}".to_owned(),
        "map \u{1b}[31mred".to_owned(),
        "sync nope\u{1b}[31m".to_owned(),
        "--config \u{1b}[31mnope.toml env".to_owned(),
        "--db sqlite:/dev/null/\u{1b}[31m env".to_owned(),
        "--as-of \u{1b}[31m env".to_owned(),
        "import \u{1b}[31mnope".to_owned(),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        for more in [&[][..], &["--json"], &["-vv"]] {
            let ran = place.run_in(folder, &[&arguments[..], more].concat());
            for text in [&ran.out, &ran.err] {
                assert!(!text.contains(is_bad), "{line:?} {more:?}: {text:?}");
            }
        }
    }
    let ran = place.run_in(folder, &["where", &sha, "--json"]);
    let title = ran.json()["matches"][0]["title"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        title.starts_with("evil\u{1b}[2J"),
        "programs get it whole: {title:?}"
    );
}

#[test]
fn bad_input_is_told_without_its_controls() {
    let place = Place::new();
    let ran = place.feed(
        &["--db", "sqlite:a.db", "import", "-"],
        "\u{1b}[31m{not json\n{\"context\":{\"type\":\"\u{1b}[2J\"}}\n".as_bytes(),
    );
    let ran = ran.ends(1);
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
    for typed in [
        &["dora", "--since=\u{9b}31m\u{202e}\u{1b}[2J"][..],
        &["map", "--\u{9b}31m\u{202e}"],
        &["\u{202e}pam"],
    ] {
        let ran = place.run(&[&["--color", "always"], typed].concat()).ends(2);
        let hidden = |sign: &char| matches!(sign, '\u{80}'..='\u{9f}' | '\u{202e}' | '\u{1b}');
        assert_eq!(ran.err.chars().find(hidden), None, "{:?}", ran.err);
        ran.says(&["error: ", "--help"]);
    }
}

#[test]
fn what_has_a_form_of_its_own_is_not_written_as_json() {
    let place = Place::new();
    for line in [
        "--plain",
        "demo --plain",
        "init --print",
        "completions bash",
        "man",
        "man --out man",
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ran = place.run(&[&["--json"], &arguments[..]].concat()).ends(2);
        assert_eq!(ran.out, "", "{line}");
        ran.says(&["cannot be written as JSON"]);
    }
    assert!(!place.file("man").exists());
}

#[test]
fn completions_and_manual_pages_are_there() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = place.run(&["completions", shell]).ends(0);
        ran.shows(&["leadtime", "doctor", "as-of"]);
    }
    place.run(&["completions", "tcsh"]).ends(2);
    place.run(&["man"]).ends(0).shows(&[".TH", "leadtime"]);
    place.run(&["man", "--out", "man/pages"]).ends(0);
    for page in ["leadtime.1", "leadtime-where.1", "leadtime-dora.1"] {
        assert!(place.read(&format!("man/pages/{page}")).contains(".TH"));
    }
    let bash = place.run(&["completions", "bash"]).out;
    let mut child = std::process::Command::new("bash")
        .arg("-n")
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), bash.as_bytes()).unwrap();
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{errors}");
}
