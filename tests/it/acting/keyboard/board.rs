//! Gates that are decided together, and gates that live in no tool: a board of which two of three have to agree, by a deadline.

use super::company::Company;
use super::past::{NEWEST, newest, tested};
use super::{all_seen, audited, keeps_secrets, sit, sit_as};
use crate::support::desk::Desk;

#[test]
fn gates_of_several_workloads_are_decided_in_one_plan() {
    let company = Company::deciding();
    let desk = sit(&company, &["--armed"]);
    desk.press("4");
    desk.see("2 open");
    desk.press(" j ");
    desk.see("2 marked");
    desk.press("a");
    desk.say_why("both seen on staging");
    desk.agree("site, blog");
    desk.seen();
    desk.press("@");
    desk.all_done(1);
    desk.quit();
    assert_eq!(audited(&company), all_seen(&[("approve", "site, blog")]));
    let mut asked = company.asked_of_github();
    asked.sort();
    assert_eq!(
        asked,
        [
            "POST /repos/acme/blog/actions/runs/43/pending_deployments",
            "POST /repos/acme/site/actions/runs/42/pending_deployments",
        ]
    );
    keeps_secrets(&company);
}

/// Whoever sits down, their name in the configuration.
fn sit_down(company: &Company, before: &str, who: &str) -> Desk {
    let config = company.place.read("leadtime.toml");
    let me = |name: &str| format!("me = \"{name}\"");
    let config = config.replace(&me(before), &me(who));
    company.place.write("leadtime.toml", config);
    sit_as(company, who, &["--armed"])
}

#[test]
fn two_of_a_board_agree_though_late_and_the_tests_speak_beside_it() {
    let company = Company::meeting();
    company.tell(&tested("ferry", NEWEST, "fail", 4));
    let desk = sit(&company, &["--armed"]);
    desk.gate("ferry");
    desk.see("late: was due");
    desk.see("did not pass");
    // What failed is told of before anybody agrees.
    desk.press("a");
    desk.say_why("looks well");
    desk.see("evidence");
    desk.press("y");
    desk.leave();
    company.tell(&tested("ferry", NEWEST, "pass", 3));
    desk.miss("did not pass");

    desk.press("a");
    desk.say_why("seen by the harbour");
    desk.see("1 of 2 approvals");
    desk.agree("ferry");
    desk.seen();
    desk.see("1 of 2 by jane");
    desk.see("may not decide: jane has");
    desk.press("a");
    desk.see("jane has approved ferry");
    // Nothing can be done, so no reason is asked for.
    desk.see("esc close");
    desk.miss("why: ");
    desk.leave();
    desk.miss("esc close");
    desk.quit();
    assert!(!open(&company).is_empty());

    let desk = sit_down(&company, "jane", "omar");
    desk.gate("ferry");
    desk.see("seen by the harbour");
    desk.see("late: was due");
    desk.press("a");
    desk.say_why("");
    desk.agree("ferry");
    desk.seen();
    desk.quit();
    assert_eq!(open(&company), [""; 0]);

    let desk = sit_down(&company, "omar", "jane");
    desk.cell("ferry", "staging");
    desk.press("p");
    desk.agree("ferry");
    desk.seen();
    desk.quit();
    assert_eq!(company.asked_of_program(), ["promote 4.0.0 to production"]);
    let audit = company.run(&["audit", "--json"]).ends(0).json();
    let by: Vec<_> = audit["actions"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|one| {
            let name = one["by"]["name"].as_str().unwrap();
            (
                name,
                one["plan"]["intent"].as_str().unwrap(),
                one["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        by,
        [
            ("jane", "approve", "seen"),
            ("omar", "approve", "seen"),
            ("jane", "promote", "seen")
        ]
    );
    company.run(&["audit", "--verify"]).ends(0);
    keeps_secrets(&company);
}

/// The gates of the board that are open.
fn open(company: &Company) -> Vec<String> {
    let gates = company.run(&["gates", "--json"]).json();
    let gates = gates["gates"].as_array().unwrap().iter();
    let own = gates.filter(|gate| gate["workload"] == "ferry");
    own.map(|gate| {
        assert_eq!(gate["evidence"][0]["state"], "present");
        assert_eq!(gate["evidence"][0]["what"], "test");
        assert_eq!(gate["changes"][0], newest("ferry"));
        gate["gate"].as_str().unwrap().to_owned()
    })
    .collect()
}
