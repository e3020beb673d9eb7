//! Where there is neither a repository nor a configuration: what can be done is said, and nothing is made up.

use super::place::{Place, Ran};

#[test]
fn the_program_alone_welcomes_and_says_what_to_do() {
    let place = Place::new();
    for arguments in [&[][..], &["map"]] {
        let ran = place.run(arguments).ends(3);
        assert_eq!(ran.out, "");
        ran.says(&[
            "nothing is known here: no git repository",
            "leadtime init",
            "leadtime import",
            "leadtime demo",
            "--help",
        ]);
        assert!(ran.err.lines().all(|line| line.chars().count() <= 80));
    }
}

#[test]
fn every_other_command_ends_with_a_word_and_a_code() {
    let place = Place::new();
    for (line, code) in [
        ("dora", 0),
        ("env", 0),
        ("gates", 0),
        ("where 1f3c9ab", 3),
        ("doctor", 0),
        ("doctor --offline", 0),
        ("sync", 3),
        ("init --print", 3),
        ("init --yes", 3),
        ("map nope", 2),
        ("dora nope", 2),
        ("env nope", 2),
        ("gates nope", 2),
        ("sync nope", 2),
        ("doctor nope", 2),
        ("nope", 2),
        ("--as-of yesterday env", 2),
        ("where", 2),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ran = place.run(&arguments).ends(code);
        assert!(!(ran.out.is_empty() && ran.err.is_empty()), "{line}");
    }
    assert_eq!(place.run(&["export"]).ends(0).out, "");
}

#[test]
fn what_is_imported_anywhere_is_found_again_there() {
    let place = Place::new();
    let event = r#"{"context":{"specversion":"0.5.1","id":"1","source":"s","type":"dev.cdeventsx.leadtime-deployment.finished.0.1.0","timestamp":"2026-01-02T03:04:05Z"},"subject":{"id":"d","content":{"service":"shop","environment":"production","version":"7.1","outcome":"success"}}}"#;
    place.feed(&["import", "-"], event.as_bytes()).ends(0);
    place.run(&["env"]).ends(0).shows(&["shop", "7.1"]);
    place.run(&[]).ends(0).shows(&["shop"]);
}

#[test]
fn help_and_version_are_for_standard_output() {
    let place = Place::new();
    for arguments in [&["--help"][..], &["-h"], &["help"], &["where", "--help"]] {
        let ran = place.run(arguments).ends(0);
        assert!(
            ran.out.contains("Usage") && ran.err.is_empty(),
            "{arguments:?}"
        );
    }
    place.run(&["--help"]).ends(0).shows(&["Exit codes"]);
    let version = place.run(&["--version"]).ends(0);
    assert!(version.out.starts_with("leadtime "), "{version:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_told_whatever_was_asked_for() {
    let place = Place::new();
    for line in ["--help", "help", "help map", "map -h", "--version", "man"] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = place.command_in(&place.work(), &arguments);
        let ran = Ran::of(command.stdout(full).output().unwrap()).ends(3);
        ran.says(&["standard output"]);
    }
    // What is wrong with the command line is told on standard error, and ends as ever.
    place.run(&["nope"]).ends(2);
}

#[test]
fn a_name_that_is_not_there_is_told_with_the_nearest_that_is() {
    let place = Place::with_demo();
    for (line, nearest) in [
        ("map chekout", "checkout"),
        ("dora chekout", "checkout"),
        ("env chekout", "checkout"),
        ("gates chekout", "checkout"),
        ("hold chekout --in production --dry-run", "checkout"),
        ("dora --environment Production", "production"),
        ("dora --by taem", "team"),
        ("--plain --view gate", "gates"),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        place.run(&arguments).ends(2).says(&[nearest]);
    }
    let far = place.run(&["dora", "--environment", "xyz"]).ends(2);
    far.says(&["there is no environment `xyz`", "there are ", "production"]);
    place.run(&["dora", "--environment", "staging"]).ends(0);
}
