//! The changes: as generated, one in full, where a reference is, and all of it at its worst.

use std::sync::Arc;

use leadtime::event::time::Span;
use leadtime::model::forecast::Forecast;
use leadtime::model::locate::{Leg, Match};
use leadtime::model::overview::Overview;

use super::{Desk, demo, desk, now, pictures, press, shot, showing};

const STATES: [&str; 13] = [
    "working",
    "queued",
    "waiting",
    "gated",
    "soaking",
    "frozen",
    "held",
    "waiting_for_release",
    "failed",
    "superseded",
    "unknown",
    "delivered",
    "abandoned",
];

/// A change, which looks different by its number.
fn change(workload: &str, title: &str, number: usize) -> Match {
    let hours = |hours: usize| Span::from_seconds(i64::try_from(hours * 3_600).unwrap());
    let state = STATES[number % STATES.len()];
    let since = now() - hours(2 * number + 1);
    let begun = since - hours(30);
    let leg = |step: &str, state, from, to| Leg {
        step: step.to_owned(),
        state,
        from,
        to,
    };
    Match {
        workload: workload.to_owned(),
        change: format!("acme/{workload}#{number}"),
        title: (number % 7 != 6).then(|| title.to_owned()),
        author: (number % 5 != 4).then(|| ["you", "ann", title][number % 3].to_owned()),
        url: number
            .is_multiple_of(2)
            .then(|| format!("https://git.example/{number}")),
        repository: Some(format!("acme/{workload}")),
        commits: vec!["0123456789".repeat(4)],
        artifact: None,
        version: None,
        state,
        step: (number % 6 != 5).then(|| "cab".to_owned()),
        since: (number % 11 != 10).then_some(since),
        until: None,
        on: vec!["you".to_owned(), title.to_owned()],
        environments: std::collections::BTreeMap::new(),
        rolled_back: std::collections::BTreeMap::new(),
        rejected: false,
        forecast: Forecast {
            p50: number.is_multiple_of(3).then(|| now() + hours(50)),
            p85: number.is_multiple_of(3).then(|| now() + hours(90)),
            n: 12,
            why_not: (!number.is_multiple_of(3)).then(|| "only 2 earlier changes".to_owned()),
            calibration: None,
        },
        sentence: format!("acme/{workload}#{number}: {state} at cab, since {since}, on you"),
        outside: None,
        inferred: number.is_multiple_of(4),
        timeline: vec![
            leg("code", "working", begun, begun + hours(10)),
            leg("review", "waiting", begun + hours(10), since),
            leg("cab", state, since, now()),
        ],
        labels: vec!["urgent".to_owned()],
        tickets: vec!["PAY-1".to_owned()],
    }
}

/// One workload with these changes in flight; what else is known of it is as generated.
fn flying(changes: Vec<Match>) -> Desk {
    let generated = demo(1, 300);
    let mut one: Overview = (*generated.scene.fleet()[0]).clone();
    one.detail.as_mut().unwrap().changes = changes;
    let mut desk = showing(vec![one]);
    press(&mut desk, "3");
    desk
}

fn acme(keys: &str) -> Desk {
    let mut desk = demo(12, 3_000);
    press(&mut desk, keys);
    desk
}

fn under_the_cursor(screen: &str) -> &str {
    let found = screen.lines().find(|row| row.starts_with('▸'));
    found.unwrap_or_else(|| panic!("no cursor:\n{screen}"))
}

#[test]
fn a_generated_organisation() {
    pictures("changes", &mut acme("3"));
    pictures("changes-groups", &mut acme("3 b b b"));
    let mut ascii = acme("3").ascii();
    let screen = shot(&mut ascii, 200, 60);
    assert!(screen.is_ascii(), "{screen}");
}

#[test]
fn one_in_full() {
    let mut desk = acme("3 / 'state:gated' enter enter");
    pictures("change", &mut desk);
    press(&mut desk, "tab");
    let facts = shot(&mut desk, 80, 24);
    press(&mut desk, "j j j");
    assert_ne!(shot(&mut desk, 80, 24), facts, "the facts scroll");
    press(&mut desk, "tab g");
    let screen = shot(&mut desk, 120, 36);
    let first = under_the_cursor(&screen);
    assert!(first.contains("commit"), "the first is a commit: {first}");
    press(&mut desk, "esc");
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen.contains("state:gated"),
        "back in the list:\n{screen}"
    );
}

#[test]
fn every_state_in_any_script() {
    let titles = [
        "Short",
        "A title that is so long that it is longer than any column of any terminal that anybody sits at, and then some more of it",
        "結帳頁面加入蘋果支付並修正匯率的四捨五入問題",
        "הוספת תשלום לעגלה",
        "a\u{1b}[31mred\u{202e}txt",
    ];
    let changes = (0..26).map(|number| change("shop", titles[number % titles.len()], number));
    let mut desk = flying(changes.collect());
    pictures("changes-states", &mut desk);
}

#[test]
fn none_one_and_thousands() {
    let mut none = desk(&[], "");
    press(&mut none, "3");
    pictures("changes-nothing", &mut none);
    let mut idle = flying(Vec::new());
    let screen = shot(&mut idle, 80, 24);
    assert!(screen.contains("no change is in flight"), "{screen}");
    let mut one = flying(vec![change("shop", "Only one", 3)]);
    let screen = shot(&mut one, 80, 24);
    assert!(screen.contains("1 of 1"), "{screen}");
    let many = (0..5_000).map(|number| change("shop", "One of many", number));
    let mut many = flying(many.collect());
    press(&mut many, "G");
    assert!(shot(&mut many, 80, 24).contains("5000 of 5000"));
}

#[test]
fn what_is_held_longest_comes_first_and_what_has_no_time_last() {
    let changes = (0..12).map(|number| change("shop", "Any", number));
    let mut desk = flying(changes.collect());
    let screen = shot(&mut desk, 120, 36);
    assert!(under_the_cursor(&screen).contains("#11"), "{screen}");
    press(&mut desk, "G");
    let screen = shot(&mut desk, 120, 36);
    assert!(under_the_cursor(&screen).contains("#10"), "{screen}");
}

#[test]
fn a_filter_names_who_and_what() {
    let count = |filter: &str| {
        let changes = (0..30).map(|number| change("shop", "Any", number));
        let mut desk = flying(changes.collect());
        press(&mut desk, &format!("/ '{filter}' enter"));
        let position = desk.ui.page().unwrap().rows().unwrap().position();
        let (shown, all) = position.split_once(" (of ").unwrap();
        assert_eq!(all, "30)");
        shown.rsplit(' ').next().unwrap().parse::<usize>().unwrap()
    };
    assert_eq!(count("author:@me"), 8);
    assert_eq!(count("state:gated"), 3);
    assert_eq!(count("on:nobody"), 0);
    assert_eq!(count("state:failed"), 2);
    assert_eq!(count("state:overtaken"), count("state:superseded"));
    assert_eq!(count("label:none"), 0);
    assert_eq!(count("-step:cab"), 5);
}

#[test]
fn a_hand_off_says_what_since_when_on_whom_and_where() {
    let mut desk = flying(vec![change("shop", "Round up", 6)]);
    press(&mut desk, "y");
    let copied = desk.copied().unwrap().to_owned();
    let lines: Vec<&str> = copied.lines().collect();
    assert_eq!(
        lines,
        [
            "shop: a change by you",
            "acme/shop#6: held at cab, since 3 Mar 21:00, on you (UTC)",
            "likely live by 6 Mar 12:00 (p50), 8 Mar 04:00 (p85), from 12 changes",
            "https://git.example/6",
        ]
    );
}

/// A reference that the generated organisation knows: of a change in flight.
fn known(desk: &Desk) -> (String, String) {
    let mut details = desk.scene.details();
    let (summary, detail) = details.find(|(_, one)| !one.changes.is_empty()).unwrap();
    (summary.workload.clone(), detail.changes[0].change.clone())
}

#[test]
fn where_is_one_several_or_nothing() {
    let mut desk = demo(12, 3_000);
    let (workload, id) = known(&desk);
    press(&mut desk, &format!("f '{id}' enter"));
    let screen = shot(&mut desk, 120, 36);
    assert!(
        screen.contains(&workload) && screen.contains("what happened"),
        "{screen}"
    );
    let overviews: Vec<Arc<Overview>> = desk.scene.fleet().to_vec();
    let mut versions = overviews
        .iter()
        .filter_map(|one| one.summary.version.clone());
    let several = versions.find(|version| {
        press(&mut desk, &format!("1 f '{version}' enter"));
        shot(&mut desk, 120, 36).contains(" speaks of ")
    });
    assert!(several.is_some(), "no version brought several changes");
    pictures("found-several", &mut desk);
    press(&mut desk, "enter");
    let screen = shot(&mut desk, 120, 36);
    assert!(screen.contains("what happened"), "{screen}");
    press(&mut desk, "1 f 'update' enter");
    pictures("found-near", &mut desk);
    press(&mut desk, "1 f 'no_such_thing_at_all' enter");
    let screen = shot(&mut desk, 80, 24);
    assert!(
        screen.contains("Nothing is called no_such_thing_at_all"),
        "{screen}"
    );
    press(&mut desk, "enter j y");
}
