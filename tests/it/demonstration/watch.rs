//! Somebody before the dashboard of the company, who looks where a change is, and lets it go on.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::code::Change;
use super::company::{CANARY, Company};
use crate::support::desk::Desk;

/// Starts the dashboard, and waits until it shows something.
pub fn sit(company: &Company) -> Desk {
    let desk = Desk::open(&company.place, "jane", ("CANARY", CANARY), &["--armed"]);
    desk.see(" of 1");
    desk.see("▲ ARMED");
    desk
}

/// Waits until the list of changes shows where it is.
pub fn stands(desk: &Desk, change: &Change, step: &str, state: &str) {
    desk.press("3");
    // Longer names are cut there.
    let step: String = step.chars().take(6).collect();
    desk.see_row(&[&format!("#{}", change.number), &step, state]);
}

/// Lets it go on at the gate that waits, as who says why; `typed` where production asks for the name.
pub fn approve(desk: &Desk, gate: &str, typed: bool) {
    plan(desk, gate);
    if typed {
        desk.agree("shop");
    } else {
        desk.agree_by_key();
    }
}

/// Goes to the gate that waits, and has its plan laid out.
pub fn plan(desk: &Desk, gate: &str) {
    desk.gate("shop");
    desk.see_row(&["shop", gate]);
    desk.press("a");
    desk.say_why("looked at");
    desk.clear();
}

/// Tells whoever runs the test with its output in sight.
#[expect(clippy::print_stderr, reason = "figures of a run are for people")]
pub fn tell(what: &str) {
    eprintln!("seen: {what}");
}

/// Waits for something outside of the terminal.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{what} never came to be");
}

/// What the log holds, each fact by its name; none is there twice. `more` names another log.
pub fn names(company: &Company, more: &[&str]) -> BTreeSet<(String, String)> {
    let export = company.run(&[more, &["export"]].concat()).ends(0).out;
    let name = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| event["context"][key].as_str().unwrap().to_owned();
        (text("source"), text("id"))
    };
    let names: BTreeSet<_> = export.lines().map(name).collect();
    assert_eq!(names.len(), export.lines().count(), "none twice");
    names
}
