//! What goes into the log comes out of it: import and export, two processes at once, and files that are no log or may not be written.

use std::fs;

use super::place::{Place, Ran, UNTIL, demo, sorted};

const BAD: &str = "{not json\n\n{\"a\":1}\n";

fn event(id: &str, at: &str) -> String {
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"{id}","source":"s","type":"dev.cdevents.service.deployed.0.2.0","timestamp":"{at}"}},"subject":{{"id":"shop","content":{{"environment":{{"id":"production"}},"artifactId":"pkg:oci/shop@{id}"}}}}}}"#
    )
}

fn import(place: &Place, db: &str, files: &[&str]) -> Ran {
    place.run(&[&["--db", db, "import"], files].concat())
}

fn export(place: &Place, db: &str) -> String {
    place.run(&["--db", db, "export"]).ends(0).out
}

#[test]
fn files_and_standard_input_go_in_once() {
    let place = Place::new();
    let at = "2026-01-01T00:00:00Z";
    place.write("a.jsonl", event("1", at) + "\n" + &event("2", at));
    place.write("b.json", format!("[{},{}]", event("3", at), event("1", at)));
    import(&place, "sqlite:a.db", &["a.jsonl", "b.json"])
        .ends(0)
        .says(&["3 new, 1 known already, 0 bad"]);
    import(&place, "sqlite:a.db", &["a.jsonl"])
        .ends(0)
        .says(&["0 new, 2 known already"]);
    let input = event("4", at);
    place
        .feed(
            &["--db", "sqlite:a.db", "import", "-", "a.jsonl"],
            input.as_bytes(),
        )
        .ends(0)
        .says(&["1 new, 2 known already"]);
    assert_eq!(export(&place, "sqlite:a.db").lines().count(), 4);
    let quiet = place
        .run(&["--db", "sqlite:a.db", "-q", "import", "a.jsonl"])
        .ends(0);
    assert_eq!((quiet.out, quiet.err), (String::new(), String::new()));
    place
        .feed(&["--db", "sqlite:a.db", "import", "-"], b"")
        .ends(0)
        .says(&["0 new"]);
}

#[test]
fn bad_lines_are_told_with_their_numbers_and_the_rest_is_in() {
    let place = Place::new();
    let at = "2026-01-01T00:00:00Z";
    let mut text = (event("1", at) + "\n" + BAD + &event("2", at) + "\n").into_bytes();
    text.extend(b"\xff\xfe\n");
    place.write("bad.jsonl", &text);
    let ran = import(&place, "sqlite:a.db", &["bad.jsonl"]).ends(1);
    ran.says(&[
        "bad.jsonl: line 2: ",
        "bad.jsonl: line 4: ",
        "bad.jsonl: line 6: ",
        "2 new, 0 known already, 3 bad",
    ]);
    // However many there are, they are counted and not all told.
    let many = "nonsense\n".repeat(500) + &event("3", at);
    let ran = place
        .feed(&["--db", "sqlite:a.db", "import", "-"], many.as_bytes())
        .ends(1);
    ran.says(&["1 new", "500 bad", "480 more bad lines"]);
    assert!(ran.err.lines().count() < 30);
}

#[test]
fn programs_are_told_what_was_imported_and_what_was_bad() {
    let place = Place::new();
    let at = "2026-01-01T00:00:00Z";
    place.write(
        "a.jsonl",
        event("1", at) + "\n" + BAD + &event("1", at) + "\n",
    );
    let line = ["--db", "sqlite:a.db", "--json", "import", "a.jsonl", "-"];
    let many = "nonsense\n".repeat(1_500);
    let told = place.feed(&line, many.as_bytes()).ends(1).json();
    assert_eq!(told["schema"], "leadtime/import/v1");
    let counts = ["read", "new", "duplicates", "bad"].map(|key| told[key].as_u64().unwrap());
    assert_eq!(counts, [1_504, 1, 1, 1_502]);
    assert!(told["seconds"].as_f64().is_some());
    let lines = told["bad_lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1_000, "counted, and not all listed");
    assert_eq!(
        (&lines[0]["file"], &lines[0]["line"]),
        (&"a.jsonl".into(), &2.into())
    );
    let reason = lines[1]["reason"].as_str().unwrap();
    assert!(reason.contains("neither `context`"), "{reason}");
    assert_eq!(
        (&lines[2]["file"], &lines[2]["line"]),
        (&"-".into(), &1.into())
    );
}

#[test]
fn programs_are_told_what_each_source_brought() {
    let place = Place::new();
    let source = |name: &str, path: &str| {
        format!("[[sources]]\nname = {name:?}\nkind = \"cdevents\"\npath = {path:?}\n")
    };
    let missing = "[[sources]]\nname = \"gh\"\nkind = \"github\"\nrepositories = [\"a/b\"]\ntoken = { env = \"NOT_THERE\" }\n";
    let config = source("one", "one.jsonl") + &source("two", "two.jsonl") + missing;
    place.write("leadtime.toml", config);
    let at = "2026-01-01T00:00:00Z";
    place.write("one.jsonl", event("1", at) + "\n" + BAD);
    place.write("two.jsonl", event("1", at) + "\n" + &event("2", at) + "\n");
    let told = place.run(&["sync", "--json"]).ends(3).json();
    assert_eq!(told["schema"], "leadtime/sync/v1");
    assert_eq!(
        (&told["read"], &told["new"], &told["duplicates"]),
        (&3.into(), &2.into(), &1.into())
    );
    let sources = told["sources"].as_array().unwrap();
    let of = |name: &str| sources.iter().find(|one| one["source"] == name).unwrap();
    assert!(of("gh")["error"].as_str().unwrap().contains("NOT_THERE"));
    assert_eq!(of("two")["read"], 2);
    assert!(of("one")["error"].is_null());
    assert!(of("one")["findings"].to_string().contains("line 2"));
}

#[test]
fn a_file_that_is_not_there_keeps_all_out() {
    let place = Place::new();
    place.write("a.jsonl", event("1", "2026-01-01T00:00:00Z"));
    fs::create_dir(place.file("folder")).unwrap();
    let ran = import(&place, "sqlite:a.db", &["a.jsonl", "nope.jsonl"]).ends(3);
    ran.says(&["nope.jsonl", "No such file"]);
    let ran = import(&place, "sqlite:a.db", &["a.jsonl", "folder"]).ends(3);
    ran.says(&["folder is a folder"]);
    assert!(!place.file("a.db").exists());
}

#[test]
fn export_and_import_give_the_same_log_and_the_same_answers() {
    let place = Place::with_demo();
    let config = ["--config", "leadtime.toml"];
    let first = place.run(&["export"]).ends(0).out;
    let ran = place.feed(&["--db", "sqlite:copy.db", "import", "-"], first.as_bytes());
    ran.ends(0);
    let second = export(&place, "sqlite:copy.db");
    assert_eq!(sorted(&first), sorted(&second));
    assert_eq!(
        sorted(&first),
        sorted(&demo().read("demo.jsonl"))
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>(),
        "the log is what was imported, byte for byte"
    );
    let mut reversed: Vec<&str> = first.lines().collect();
    reversed.reverse();
    place
        .feed(
            &["--db", "sqlite:back.db", "import", "-"],
            reversed.join("\n").as_bytes(),
        )
        .ends(0);
    for line in [
        "dora --deployments --changes --incidents",
        "env",
        "gates",
        "map checkout --changes",
        "where acme/checkout#24",
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let [one, two, three] = ["demo.db", "copy.db", "back.db"].map(|db| {
            let db = format!("sqlite:{db}");
            let all = ["--json", "--as-of", UNTIL, "--db", &db];
            let ran = place.run(&[&config[..], &all, &arguments].concat());
            (ran.code, ran.out)
        });
        assert_eq!(one, two, "{line}");
        assert_eq!(one, three, "{line}, imported the other way round");
    }
}

#[test]
fn an_export_of_a_stretch_of_time_holds_just_that() {
    let place = Place::new();
    let days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"];
    let events: Vec<String> = days
        .iter()
        .map(|day| event(day, &format!("{day}T00:00:00Z")))
        .collect();
    place.write("a.jsonl", events.join("\n"));
    import(&place, "sqlite:a.db", &["a.jsonl"]).ends(0);
    let ids = |line: &str| -> Vec<String> {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ran = place
            .run(&[&["--db", "sqlite:a.db", "export"], &arguments[..]].concat())
            .ends(0);
        let id = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["context"]["id"].as_str().unwrap().to_owned()
        };
        ran.out.lines().map(id).collect()
    };
    assert_eq!(ids(""), days);
    assert_eq!(ids("--from 2026-01-02 --to 2026-01-04"), days[1..3]);
    assert_eq!(ids("--from 2026-01-02"), days[1..]);
    assert_eq!(ids("--to 2026-01-03"), days[..2]);
    assert_eq!(ids("--to 2030-01-01"), days);
    assert_eq!(ids("--as-of 2026-01-02T00:00:00Z"), days[..2]);
    assert_eq!(
        ids("--as-of 2026-01-03T12:00:00Z --since 2days"),
        days[1..3]
    );
    let ran = place.run(&[
        "--db",
        "sqlite:a.db",
        "export",
        "--from",
        "2026-01-02",
        "--to",
        "2026-01-01",
    ]);
    ran.ends(2).says(&["ends", "before it begins"]);
}

#[test]
fn an_export_to_a_file_is_whole_or_not_there() {
    let place = Place::new();
    place.write("a.jsonl", event("1", "2026-01-01T00:00:00Z") + "\n");
    import(&place, "sqlite:a.db", &["a.jsonl"]).ends(0);
    let to = |file: &str| place.run(&["--db", "sqlite:a.db", "export", "-o", file]);
    to("out.jsonl").ends(0).says(&["1 event written"]);
    assert_eq!(place.read("out.jsonl"), place.read("a.jsonl"));
    place.write("out.jsonl", "something else");
    to("out.jsonl").ends(0);
    assert_eq!(place.read("out.jsonl"), place.read("a.jsonl"));
    to("nowhere/out.jsonl")
        .ends(3)
        .says(&["nowhere/out.jsonl: "]);
    to(".").ends(3).says(&["is a folder"]);
    // A log that cannot be read writes over nothing.
    place.write("no.db", "no log at all, by far not one");
    place
        .run(&["--db", "sqlite:no.db", "export", "-o", "out.jsonl"])
        .ends(3);
    assert_eq!(place.read("out.jsonl"), place.read("a.jsonl"));
    let left = fs::read_dir(place.work()).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with('.')),
        "{left:?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(place.file(name)).unwrap().permissions().mode();
        assert_eq!(
            mode("out.jsonl"),
            mode("a.jsonl"),
            "as any file of the user"
        );
    }
}

#[test]
fn two_processes_import_into_one_log_at_once() {
    let place = Place::new();
    let lines = |from: u32, to: u32| -> String {
        let line = |id: u32| event(&id.to_string(), "2026-01-01T00:00:00Z") + "\n";
        (from..to).map(line).collect()
    };
    place.write("a.jsonl", lines(0, 3_000));
    place.write("b.jsonl", lines(2_000, 5_000));
    let start = |file: &str| {
        let arguments = ["--db", "sqlite:log.db", "import", file];
        place.command(&arguments).spawn().unwrap()
    };
    let children = ["a.jsonl", "b.jsonl", "a.jsonl", "b.jsonl"].map(start);
    for child in children {
        Ran::of(child.wait_with_output().unwrap()).ends(0);
    }
    let mut out: Vec<String> = export(&place, "sqlite:log.db")
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(out.len(), 5_000);
    out.sort_unstable();
    out.dedup();
    assert_eq!(out.len(), 5_000, "none twice");
    let doctor = place.run(&["--db", "sqlite:log.db", "--json", "doctor", "--offline"]);
    assert_eq!(doctor.json()["log"]["events"], 5_000);
}

#[test]
fn a_log_may_have_any_name() {
    let place = Place::new();
    place.write("a.jsonl", event("1", "2026-01-01T00:00:00Z"));
    for name in ["with space/ünï 日本.db", "a?b#c%20.db", "-dash.db"] {
        let db = format!("sqlite:{name}");
        import(&place, &db, &["a.jsonl"]).ends(0);
        assert!(place.file(name).is_file(), "{name}");
        assert_eq!(export(&place, &db).lines().count(), 1, "{name}");
    }
    import(&place, "sqlite:~/own.db", &["a.jsonl"]).ends(0);
    assert!(place.home().join("own.db").is_file());
    assert!(!place.file("~").exists());
    for wrong in ["log.db", "sqlite:", "postgres://db/leadtime", ""] {
        let ran = place.run(&["--db", wrong, "env"]).ends(2);
        ran.says(&["sqlite:FILE"]);
    }
}

#[test]
fn a_password_in_the_address_of_a_log_is_not_repeated() {
    let place = Place::new();
    let address = "postgres://jane:c4n4ry@db.example.com/leadtime";
    for command in ["env", "import", "sync", "doctor", "export"] {
        let ran = place.run(&["--db", address, command, "-v"]);
        assert!(!(ran.out + &ran.err).contains("c4n4ry"), "{command}");
    }
    place
        .run(&["--db", address, "env"])
        .ends(2)
        .says(&["postgres://***@db.example.com/leadtime", "sqlite:FILE"]);
    for url in [address, "postgres://db/leadtime?sslpassword=c4n4ry"] {
        place.write("leadtime.toml", format!("[store]\nurl = {url:?}\n"));
        let ran = place.run(&["env"]).ends(3);
        ran.says(&["leadtime.toml:2:", "never inline"]);
        assert!(!ran.err.contains("c4n4ry"), "{}", ran.err);
    }
}

#[test]
fn asking_a_log_that_is_not_there_makes_none() {
    let place = Place::new();
    for line in [
        "map",
        "dora",
        "env",
        "gates",
        "where 1f3c9ab",
        "export",
        "audit",
        "doctor",
        "approve g1",
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ran = place.run(&[&["--db", "sqlite:no.db"], &arguments[..]].concat());
        ran.ends(3)
            .says(&["there is no log at", "no.db", "leadtime import FILE"]);
        assert!(!place.file("no.db").exists(), "{line}");
    }
    // What is read beside fills it.
    place.write(
        "leadtime.toml",
        "[[sources]]\nname = \"events\"\nkind = \"cdevents\"\npath = \"events.jsonl\"\n",
    );
    place.write("events.jsonl", event("1", "2026-01-01T00:00:00Z") + "\n");
    let env = place.run(&["--db", "sqlite:no.db", "env"]).ends(0);
    env.shows(&["shop"]);
}

#[test]
fn what_writes_and_does_nothing_else_is_refused_where_only_reading_is_allowed() {
    let place = Place::new();
    place.write("a.jsonl", event("1", "2026-01-01T00:00:00Z"));
    let import = ["--db", "sqlite:a.db", "--read-only", "import", "a.jsonl"];
    place.run(&import).ends(2).says(&["--read-only"]);
    assert!(!place.file("a.db").exists());
    place
        .run(&["--read-only", "init", "--yes"])
        .ends(2)
        .says(&["--read-only"]);
}

#[test]
fn a_log_in_memory_is_none() {
    let place = Place::new();
    place.write("a.jsonl", event("1", "2026-01-01T00:00:00Z"));
    import(&place, "sqlite::memory:", &["a.jsonl"])
        .ends(2)
        .says(&["memory", "sqlite:FILE"]);
    place.write("leadtime.toml", "[store]\nurl = \"sqlite::memory:\"\n");
    place.run(&["env"]).ends(3).says(&["memory"]);
    assert!(!place.file(":memory:").exists());
}

#[test]
fn what_is_no_log_is_left_alone() {
    let place = Place::new();
    let text = place.write(
        "text.db",
        "this is a text, and longer than a header of SQLite is",
    );
    let other = place.file("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(connection);
    import(&place, "sqlite:newer.db", &["-"]).ends(0);
    let newer = place.file("newer.db");
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    for (file, wanted) in [
        (text, "not a leadtime database"),
        (other, "another program"),
        (newer, "newer leadtime"),
        (place.work(), "a folder"),
    ] {
        let before = fs::read(&file).ok();
        let db = format!("sqlite:{}", file.display());
        for arguments in [
            &["env"][..],
            &["import", "-"],
            &["doctor"],
            &["export"],
            &["--plain"],
        ] {
            let ran = place.run(&[&["--db", &db], arguments].concat()).ends(3);
            assert_eq!(ran.err.matches("leadtime: ").count(), 1, "{}", ran.err);
            ran.says(&[wanted, file.to_str().unwrap()]);
            assert_eq!(ran.out, "");
        }
        assert_eq!(fs::read(&file).ok(), before);
    }
}

/// Permissions mean nothing to root, so under root the program is started as nobody.
#[cfg(unix)]
#[test]
fn a_log_that_may_not_be_written_is_read() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65_534;
    let place = Place::with_demo();
    let permit = |path: &std::path::Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let root = fs::metadata(place.work()).unwrap().uid() == 0;
    let exe = place.file("exe");
    fs::hard_link(env!("CARGO_BIN_EXE_leadtime"), &exe)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_leadtime"), &exe).map(drop))
        .unwrap();
    permit(place.work().parent().unwrap(), 0o755);
    permit(&place.file("demo.db"), 0o444);
    permit(&place.work(), 0o555);
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&exe);
        command
            .args(["--as-of", UNTIL])
            .args(arguments)
            .current_dir(place.work())
            .env_clear()
            .env("HOME", place.home());
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        Ran::of(command.output().unwrap())
    };
    let whole = place.run(&["--as-of", UNTIL, "dora"]);
    let env = run(&["dora"]);
    let refused = run(&["import", "-"]);
    permit(&place.work(), 0o755);
    assert_eq!(env.ends(0).out, whole.ends(0).out);
    refused.ends(3).says(&["demo.db", "writable"]);
}
