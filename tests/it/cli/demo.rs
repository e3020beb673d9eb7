//! The made-up organisation: the same every time, and every command has an answer on it.

use super::place::{Place, Ran, UNTIL};

fn run(place: &Place, line: &str) -> Ran {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    place.run(&[&["--as-of", UNTIL], &arguments[..]].concat())
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_gives_others() {
    let place = Place::new();
    let small = "demo --export --workloads 4 --days 20 --until 2026-01-01 --seed";
    let made = |seed: &str| run(&place, &format!("{small} {seed}")).ends(0).out;
    let one = made("7");
    assert_eq!(one, made("7"));
    assert_ne!(one, made("8"));
    run(
        &place,
        &format!("{small} 7 --output a.jsonl --config-out a.toml"),
    )
    .ends(0);
    assert_eq!(place.read("a.jsonl"), one);
    assert!(place.read("a.toml").contains("[[workloads]]"));
    // Where there is no place to write to, nothing is left behind.
    run(&place, &format!("{small} 7 --output nowhere/a.jsonl"))
        .ends(3)
        .says(&["nowhere/a.jsonl"]);
    run(&place, "demo").ends(2).says(&["--export"]);
    run(&place, "demo --export --workloads 0").ends(2);
}

/// More than is made in the time that this test takes.
#[cfg(unix)]
#[test]
fn an_export_that_is_ended_leaves_nothing_behind() {
    use std::os::unix::process::ExitStatusExt;
    use std::time::{Duration, Instant};

    let place = Place::new();
    let files = || std::fs::read_dir(place.work()).unwrap().count();
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let line = "demo --export --workloads 200 --days 3650 --events 500000000 --output a.jsonl";
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let mut made = place.command_in(&place.work(), &arguments);
        let mut made = made.stderr(std::process::Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while files() == 0 && begun.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(files(), 1, "it is being written");
        std::thread::sleep(Duration::from_millis(50));
        let killed = std::process::Command::new("kill")
            .args(["-s", name, &made.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        assert_eq!(made.wait().unwrap().signal(), Some(number), "{name}");
        assert_eq!(files(), 0, "{name}");
    }
}

#[test]
fn every_command_answers_with_the_code_that_it_promises() {
    let place = Place::with_demo();
    for (line, code, wanted) in [
        ("map checkout", 0, "cab"),
        (
            "map checkout --statistic p85 --changes",
            0,
            "acme/checkout#",
        ),
        ("map checkout --since 60d", 0, "60d"),
        ("map checkout --calendar business", 0, "business hours"),
        ("map", 2, ""),
        ("", 2, ""),
        ("dora", 0, "checkout"),
        (
            "dora checkout --deployments --changes --incidents",
            0,
            "change lead time",
        ),
        ("dora --by team", 0, "payments"),
        ("dora --by path --levels 2024", 0, "web-service"),
        ("dora checkout --environment staging", 0, "staging"),
        ("env", 0, "production"),
        ("env checkout cart", 0, "cart"),
        ("gates", 1, "cab"),
        ("gates checkout --mine", 1, "you may"),
        ("gates money", 0, "No gate is open"),
        ("where acme/checkout#11", 0, "live in production"),
        ("where acme/checkout#24", 1, "cab"),
        ("where nothing-like-it", 3, "Nothing is known"),
        ("where PAY-127", 1, "acme/checkout#24"),
        ("doctor", 1, "mend it"),
        ("sync", 3, ""),
    ] {
        let ran = run(&place, line).ends(code);
        ran.shows(&[wanted]);
        if code == 0 {
            assert_eq!(ran.err, "", "{line}");
        }
    }
}

#[test]
fn business_hours_are_fewer_and_add_up() {
    let place = Place::with_demo();
    let wall = run(&place, "map checkout --json").ends(0).json();
    let business = run(&place, "map checkout --calendar business --json");
    let mut business = business.ends(0).json();
    let number = |map: &serde_json::Value, key: &str| map[key].as_f64().unwrap();
    let whole = number(&business, "lead_seconds");
    assert!(0.0 < whole && whole < number(&wall, "lead_seconds"));
    let parts = number(&business, "process_seconds") + number(&business, "wait_seconds");
    assert!((parts - whole).abs() < 1e-6, "{parts} is not {whole}");
    assert!(wall.get("calendar").is_none());
    let calendar = business.as_object_mut().unwrap().remove("calendar");
    let calendar = calendar.unwrap();
    assert_eq!(calendar["wall_clock_lead"], wall["lead"]);
    assert_eq!(
        (&calendar["name"], &calendar["hours"]),
        (&"business".into(), &"09:00-17:00".into())
    );
    // Beside that field the two have the same shape.
    let keys = |map: &serde_json::Value| map.as_object().unwrap().keys().cloned().collect();
    let (one, other): (Vec<String>, Vec<String>) = (keys(&business), keys(&wall));
    assert_eq!(one, other);
}

#[test]
fn the_past_is_answered_as_it_was() {
    let place = Place::with_demo();
    let at = |time: &str, line: &str| {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        place.run(&[&arguments[..], &["--json", "--as-of", time]].concat())
    };
    // Long before anything was.
    let early = "2020-01-01";
    assert_eq!(
        at(early, "gates").ends(0).json()["gates"],
        serde_json::json!([])
    );
    at(early, "where acme/checkout#11").ends(3);
    at(early, "map checkout").ends(0);
    at(early, "dora").ends(0);
    at(early, "doctor --offline");
    let env = at(early, "env").ends(0).json();
    let workloads = env["workloads"].as_array().unwrap();
    assert!(
        workloads.iter().all(|one| one["environments"]
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| cell["version"].is_null())),
        "{env}"
    );
    // In the middle: on its way then, live by now.
    at("2026-02-10T00:00:00Z", "where acme/checkout#11").ends(1);
    at("2026-02-18T00:00:00Z", "where acme/checkout#11").ends(0);
    assert_eq!(
        at("2026-02-10T00:00:00Z", "export")
            .ends(0)
            .out
            .lines()
            .count(),
        {
            let all = at(UNTIL, "export").ends(0).out;
            all.lines()
                .filter(|line| {
                    let event: serde_json::Value = serde_json::from_str(line).unwrap();
                    let time = event["context"]["timestamp"].as_str().unwrap();
                    leadtime::event::time::Timestamp::parse(time)
                        <= leadtime::event::time::Timestamp::parse("2026-02-10T00:00:00Z")
                })
                .count()
        }
    );
}

#[test]
fn a_name_that_is_not_there_is_met_with_the_nearest() {
    let place = Place::with_demo();
    for command in ["map", "dora", "env", "gates"] {
        run(&place, &format!("{command} chekout"))
            .ends(2)
            .says(&["no workload `chekout`", "did you mean `checkout`?"]);
        run(&place, &format!("{command} qqq"))
            .ends(2)
            .says(&["there are checkout, cart"]);
    }
    run(&place, "map")
        .ends(2)
        .says(&["which workload?", "cart"]);
}
