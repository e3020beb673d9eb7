//! Ways through the dashboard, as those walk them who have a question: keys in, what is then on the screen out. The number of keys of each answer is
//! counted: what is asked all day may take four.

use leadtime::dashboard::message::{Effect, Errand};
use leadtime::event::time::Timestamp;
use leadtime::intent::View;
use leadtime::view::scope::Scope;
use serde_json::Value;

use super::{Desk, demo, press, shot};

/// The organisation that all of them work in.
fn acme() -> Desk {
    demo(12, 3_000)
}

/// Presses keys, of which there may be so many, and tells what is on the screen then. What is typed counts as one.
#[track_caller]
fn walk(desk: &mut Desk, most: usize, keys: &str) -> String {
    let count = keys.split_whitespace().count();
    assert!(count <= most, "{count} keys for what should take {most}");
    press(desk, keys);
    shot(desk, 120, 36)
}

/// The rows of a list, without head and foot.
fn rows(screen: &str) -> Vec<&str> {
    let lines: Vec<&str> = screen.lines().collect();
    let body = &lines[3..lines.len() - 1];
    body.iter().copied().filter(|row| !row.is_empty()).collect()
}

fn row<'a>(screen: &'a str, name: &str) -> &'a str {
    let found = screen.lines().find(|row| row.contains(name));
    found.unwrap_or_else(|| panic!("no {name}:\n{screen}"))
}

/// The row that the cursor stands on.
fn under_the_cursor(screen: &str) -> &str {
    let found = screen.lines().find(|row| row.starts_with('▸'));
    found.unwrap_or_else(|| panic!("no cursor:\n{screen}"))
}

#[test]
fn an_engineer_finds_her_workload() {
    let mut desk = acme();
    let screen = walk(&mut desk, 3, "/ 'chk' enter");
    assert_eq!(rows(&screen).len(), 1, "{screen}");
    assert!(under_the_cursor(&screen).contains("checkout"));
    assert!(screen.contains("/chk  1 of 1 (of 12)"), "{screen}");
    // And back to all of them, the cursor where it was.
    let screen = walk(&mut desk, 1, "esc");
    assert_eq!(rows(&screen).len(), 12, "{screen}");
    assert!(under_the_cursor(&screen).contains("checkout"), "{screen}");
}

#[test]
fn an_engineer_goes_from_a_workload_to_its_map_and_back() {
    let mut desk = acme();
    walk(&mut desk, 4, "/ 'checkout' enter enter");
    assert_eq!(desk.ui.front(), View::Map);
    assert_eq!(desk.scene.focus.as_deref(), Some("checkout"));
    press(&mut desk, "esc");
    assert_eq!(desk.ui.front(), View::Fleet);
}

#[test]
fn an_engineer_stars_what_is_hers() {
    let mut desk = acme();
    let screen = walk(&mut desk, 4, "/ 'ledger' enter *");
    assert!(row(&screen, "ledger").contains('★'), "{screen}");
    let kept = desk.effects.iter().any(
        |effect| matches!(effect, Effect::Errand(Errand::Favourites(names)) if names == &["ledger".to_owned()]),
    );
    assert!(kept, "{:?}", desk.effects);
    // Grouped by favourites they come first.
    let screen = walk(&mut desk, 4, "esc b b b");
    assert!(rows(&screen)[0].contains("favourites"), "{screen}");
    assert!(rows(&screen)[1].contains("ledger"), "{screen}");
    let screen = walk(&mut desk, 1, "*");
    assert!(!screen.contains('★'), "{screen}");
}

#[test]
fn someone_on_call_sees_what_is_on_fire_first() {
    let mut desk = acme();
    let screen = walk(&mut desk, 0, "");
    assert!(under_the_cursor(&screen).contains("incident"), "{screen}");
    let states: Vec<usize> = rows(&screen)
        .iter()
        .map(|row| {
            let words = [
                "incident", "failing", "gated", "unknown", "slower", "fine", "quiet",
            ];
            words.iter().position(|word| row.contains(word)).unwrap()
        })
        .collect();
    assert!(states.is_sorted(), "the gravest first: {states:?}");
    // Narrowed to it, every view speaks of it alone.
    let screen = walk(&mut desk, 1, ".");
    assert!(matches!(desk.scene.scope, Scope::Workload(_)));
    assert_eq!(desk.scene.overviews().count(), 1);
    assert!(
        screen.lines().next().unwrap().contains("› search-api"),
        "{screen}"
    );
    let screen = walk(&mut desk, 1, ",");
    assert_eq!(rows(&screen).len(), 12, "{screen}");
}

#[test]
fn someone_on_call_looks_at_what_it_was_before() {
    let mut desk = acme();
    let before = walk(&mut desk, 0, "");
    let then = walk(&mut desk, 3, "{ { {");
    let head = then.lines().next().unwrap();
    assert!(head.contains("as of 1 Mar 00:00 Europe/Brussels"), "{head}");
    assert!(!head.contains("live"), "{head}");
    assert_ne!(rows(&before), rows(&then));
    // Step by step to the present again, and no further.
    let hours = walk(&mut desk, 2, "] ]");
    assert!(
        hours.contains("as of 1 Mar 02:00 Europe/Brussels"),
        "{hours}"
    );
    press(&mut desk, "} } } }");
    let now = walk(&mut desk, 0, "");
    assert_eq!(rows(&now), rows(&before));
    assert!(now.contains("back at now"), "{now}");
    press(&mut desk, "[ \\");
    assert_eq!(rows(&walk(&mut desk, 0, "")), rows(&before));
}

#[test]
fn an_approver_sees_which_workloads_wait_for_a_decision() {
    let mut desk = acme();
    let screen = walk(&mut desk, 3, "/ 'state:gated' enter");
    assert!(!rows(&screen).is_empty(), "{screen}");
    for row in rows(&screen) {
        assert!(row.contains("gated"), "{row}");
    }
    let gates: usize = desk.scene.fleet().iter().map(|one| one.summary.gates).sum();
    assert!(
        screen
            .lines()
            .nth(1)
            .unwrap()
            .contains(&format!("◆{gates}")),
        "{screen}"
    );
    // Turned round, they are those that are left out.
    let screen = walk(&mut desk, 4, "esc / '-state:gated' enter");
    assert!(
        rows(&screen).iter().all(|row| !row.contains("◆ gated")),
        "{screen}"
    );
}

#[test]
fn a_platform_engineer_compares_teams() {
    let mut desk = acme();
    let screen = walk(&mut desk, 1, "b");
    let groups: Vec<&str> = rows(&screen)
        .into_iter()
        .filter(|row| row.starts_with(|sign: char| sign.is_alphabetic()))
        .collect();
    assert!(groups.len() > 3 && groups.is_sorted(), "{screen}");
    // Narrowing takes the team of the row, not the row.
    press(&mut desk, "g .");
    let Scope::Team(team) = desk.scene.scope.clone() else {
        panic!("{:?}", desk.scene.scope);
    };
    assert!(
        desk.scene
            .overviews()
            .all(|one| one.summary.team.as_ref() == Some(&team))
    );
    assert!(groups[0].starts_with(&team), "{groups:?}");
}

#[test]
fn a_platform_engineer_sorts_by_any_column() {
    let mut desk = acme();
    shot(&mut desk, 200, 60);
    // From the state, the last column, to no order and on to the first.
    press(&mut desk, "s s");
    let mut heads = Vec::new();
    for _ in 0..10 {
        let screen = shot(&mut desk, 200, 60);
        let head = screen.lines().nth(2).unwrap().to_owned();
        let signs = ['▴', '▾'];
        assert_eq!(head.matches(signs).count(), 1, "{head}");
        heads.push(head.split(signs).next().unwrap().trim_end().len());
        press(&mut desk, "s");
    }
    assert!(heads.is_sorted(), "a column further each time: {heads:?}");
    press(&mut desk, "s");
    let screen = shot(&mut desk, 120, 36);
    let names = |screen: &str| -> Vec<String> {
        let names = rows(screen).into_iter();
        names
            .map(|row| {
                row[row.find(char::is_alphabetic).unwrap()..]
                    .split(' ')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    let sorted = names(&screen);
    assert!(sorted.is_sorted(), "{sorted:?}");
    let screen = walk(&mut desk, 1, "i");
    let mut reversed = names(&screen);
    reversed.reverse();
    assert_eq!(reversed, sorted);
}

#[test]
fn a_team_lead_looks_further_back() {
    let mut desk = acme();
    let screen = walk(&mut desk, 0, "");
    assert!(
        screen.lines().next().unwrap().contains("30d  live"),
        "{screen}"
    );
    for length in ["90d", "365d", "1095d", "7d", "30d"] {
        let screen = walk(&mut desk, 1, "w");
        let head = screen.lines().next().unwrap();
        assert!(head.contains(&format!("{length}  live")), "{head}");
    }
}

#[test]
fn whoever_forgot_a_key_finds_it_in_the_palette() {
    let mut desk = acme();
    let screen = walk(&mut desk, 3, ": 'window' enter");
    assert!(
        screen.lines().next().unwrap().contains("90d  live"),
        "{screen}"
    );
    let screen = walk(&mut desk, 2, ": esc");
    assert!(!screen.contains("all commands─"), "{screen}");
    press(&mut desk, "u");
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen
            .lines()
            .last()
            .unwrap()
            .contains("u does nothing here"),
        "{screen}"
    );
    let screen = walk(&mut desk, 1, "?");
    assert!(screen.contains("Fleet · help"), "{screen}");
    let screen = walk(&mut desk, 1, "esc");
    assert!(!screen.contains("Fleet · help"), "{screen}");
}

#[test]
fn whoever_tells_others_copies_and_exports() {
    let mut desk = acme();
    press(&mut desk, "/ 'checkout' enter y");
    let copied = desk.copied().unwrap();
    assert!(
        copied.starts_with("checkout: gated, 1.13.0 since "),
        "{copied}"
    );
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen.lines().last().unwrap().contains("copied: checkout"),
        "{screen}"
    );
    for (file, wanted) in [
        ("fleet.csv", "workload,team,path,production,age_seconds"),
        ("fleet.json", "\"workload\": \"checkout\""),
        ("fleet.md", "| workload | team |"),
        ("fleet.txt", " leadtime  acme · 12 workloads"),
        ("fleet.svg", "<svg"),
    ] {
        press(&mut desk, &format!("e ctrl-u '{file}' enter"));
        let saved = desk.effects.iter().rev().find_map(|effect| match effect {
            Effect::Errand(Errand::Save { file, text }) => Some((file.as_str(), text.as_str())),
            _ => None,
        });
        let (name, text) = saved.unwrap();
        assert_eq!(name, file);
        assert!(text.contains(wanted), "{text}");
    }
    press(&mut desk, "e ctrl-u 'fleet.doc' enter");
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen.contains("fleet.doc: name it .csv, .json or .md"),
        "{screen}"
    );
}

/// What the list in front is written as, under a name.
fn written(desk: &mut Desk, file: &str) -> String {
    press(desk, &format!("e ctrl-u '{file}' enter"));
    let mut saved = desk.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Errand(Errand::Save { text, .. }) => Some(text.clone()),
        _ => None,
    });
    saved.next().unwrap()
}

#[test]
fn programs_are_written_what_was_measured_and_people_what_is_seen() {
    let mut desk = acme();
    press(&mut desk, "/ 'checkout' enter");
    let rows: Value = serde_json::from_str(&written(&mut desk, "fleet.json")).unwrap();
    let row = &rows[0];
    assert!(row["age_seconds"].as_f64().unwrap() > 3_600.0, "{row}");
    assert!(row["lead_p50_seconds"].as_f64().unwrap() > 3_600.0, "{row}");
    assert!(row["flowing"].is_u64(), "{row}");
    assert_eq!(row["state"], "gated");
    let held = row["held_longest_by"].as_str().unwrap();
    let (_, since) = held.rsplit_once(" since ").unwrap();
    assert!(Timestamp::parse(since).is_some(), "{held}");
    let seen = written(&mut desk, "fleet.md");
    assert!(seen.contains("| ◆ gated |"), "{seen}");

    press(&mut desk, "4");
    let rows: Value = serde_json::from_str(&written(&mut desk, "gates.json")).unwrap();
    let row = &rows[0];
    assert!(row["waits_seconds"].as_f64().unwrap() > 0.0, "{row}");
    assert!(row["newer"].is_null() || row["newer"].is_string(), "{row}");
    let lines = written(&mut desk, "gates.csv");
    let head = lines.lines().next().unwrap();
    assert!(
        head.starts_with("workload,gate,waits_seconds,due,"),
        "{head}"
    );

    press(&mut desk, "2");
    let rows: Value = serde_json::from_str(&written(&mut desk, "map.json")).unwrap();
    let shares = rows.as_array().unwrap().iter();
    let sum: f64 = shares
        .map(|row| row["share_of_lead"].as_f64().unwrap_or(0.0))
        .sum();
    assert!((sum - 1.0).abs() < 1e-6, "{rows}");
    press(&mut desk, "6");
    let rows: Value = serde_json::from_str(&written(&mut desk, "metrics.json")).unwrap();
    let rate = rows.as_array().unwrap().iter();
    let mut rate = rate.filter(|row| row["unit"] == "rate");
    let rate = &rate.next().unwrap()["value"];
    assert!(rate.is_null() || rate.as_f64().unwrap() <= 1.0, "{rows}");
}

#[test]
fn the_sign_of_a_sorted_list_says_which_way_its_values_go() {
    let mut desk = acme();
    press(&mut desk, "4 s s s");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("waits▾"), "the longest first: {screen}");
    press(&mut desk, "i");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("waits▴"), "{screen}");
    press(&mut desk, "1 s s");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("workload▴"), "{screen}");
}

#[test]
fn whoever_is_lost_comes_home() {
    let mut desk = acme();
    let home = walk(&mut desk, 0, "");
    press(&mut desk, "2 3 4 enter 6 / 'x' enter esc : esc 8 0");
    press(&mut desk, &"esc ".repeat(20));
    assert_eq!(desk.ui.front(), View::Fleet);
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen.lines().last().unwrap().contains("q quits"),
        "{screen}"
    );
    assert_eq!(rows(&screen), rows(&home));
    press(&mut desk, "q");
    assert!(matches!(desk.effects.last(), Some(Effect::Quit)));
}

/// The questions that docs/dashboard.md answers, each with the keys that it says.
#[test]
fn every_question_takes_at_most_four_keys() {
    for (keys, seen) in [
        ("3 enter", "whose move"),
        ("3 / 'author:@me' enter", "/author:@me"),
        ("5", "behind in production"),
        ("5 enter enter", " brought "),
        ("7 enter", "caused by"),
        ("4", "evidence"),
        ("8", "hold every required step"),
        ("8 enter", "stands"),
        ("2", "constraint"),
        ("6", "change lead time"),
        ("9", "held up by"),
        ("9 tab", "to ship"),
    ] {
        let screen = walk(&mut acme(), 4, keys);
        assert!(
            screen.contains(seen),
            "{keys} does not tell {seen}:\n{screen}"
        );
    }
}
