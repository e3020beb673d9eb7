//! What a plan says: what ships and leaves, which rules object, how it is confirmed; a hold, its release, a decision that lives in leadtime alone.

use leadtime::event::kind::MarkKind;
use leadtime::event::time::Timestamp;
use leadtime::model::definition::Confirm;
use leadtime::model::state::Lives;
use leadtime::plan::ask::{Ask, Deed, Permit};
use leadtime::plan::{Draft, Refusal, draft};

use crate::support::door::Door;

pub const CONFIG: &str = r#"
[people]
me = "jane"
teams = { board = ["jane", "li", "ada"] }
[[sources]]
name = "deployer"
kind = "command"
command = ["true"]
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "test", kind = "test", locked = true, reason = "nothing untested ships" },
  { name = "staging", kind = "deploy", environment = "staging" },
  { name = "cab", kind = "gate", approvers = ["@board"], approvals = 2 },
  { name = "production", kind = "deploy", environment = "production", four_eyes = true, promote = { arguments = ["{environment}", "{version}", "{from}"] } },
]
[[paths.freezes]]
environment = "production"
schedule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=16"
for = "64h"
reason = "weekend"
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
services = ["shop"]
"#;

pub fn commit(sha: &str, parent: &str, day: u32, author: &str) -> String {
    let parents = if parent.is_empty() {
        String::new()
    } else {
        format!("\"{parent}\"")
    };
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"c-{sha}","source":"git","type":"dev.cdeventsx.leadtime-commit.created.0.1.0","timestamp":"2026-03-{day:02}T10:00:00Z"}},"subject":{{"id":"{sha}","content":{{"repository":{{"id":"acme/shop"}},"parents":[{parents}],"author":"{author}","message":"work {sha}"}}}}}}"#
    )
}

pub fn deployed(
    id: &str,
    sha: &str,
    environment: &str,
    version: &str,
    day: u32,
    hour: u32,
) -> String {
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"d-{id}","source":"deployer","type":"dev.cdeventsx.leadtime-deployment.finished.0.1.0","timestamp":"2026-03-{day:02}T{hour:02}:00:00Z"}},"subject":{{"id":"{id}","content":{{"deployment":"{id}","service":"shop","environment":"{environment}","repository":"acme/shop","sha":"{sha}","version":"{version}","outcome":"success","started":"2026-03-{day:02}T{hour:02}:00:00Z"}}}}}}"#
    )
}

fn tested(sha: &str, day: u32, outcome: &str) -> String {
    format!(
        r#"{{"context":{{"specversion":"0.5.1","id":"t-{sha}","source":"ci","type":"dev.cdevents.testsuiterun.finished.0.3.0","timestamp":"2026-03-{day:02}T10:30:00Z"}},"subject":{{"id":"t-{sha}","content":{{"testSuite":{{"name":"unit"}},"outcome":"{outcome}"}}}},"customData":{{"repository":"acme/shop","sha":"{sha}"}}}}"#
    )
}

/// Three commits: all in staging, two of them in production. The last is on Wednesday 4 March 2026.
pub fn shop() -> Vec<String> {
    let sha = |n: u32| format!("{n}").repeat(40);
    let mut lines = Vec::new();
    for n in 1..=3 {
        let parent = if n == 1 { String::new() } else { sha(n - 1) };
        let author = if n == 3 { "jane" } else { "li" };
        lines.push(commit(&sha(n), &parent, n + 1, author));
        lines.push(tested(&sha(n), n + 1, "pass"));
        lines.push(deployed(
            &format!("s{n}"),
            &sha(n),
            "staging",
            &format!("v{n}"),
            n + 1,
            11,
        ));
    }
    for n in 1..=2 {
        lines.push(deployed(
            &format!("p{n}"),
            &sha(n),
            "production",
            &format!("v{n}"),
            n + 1,
            12,
        ));
    }
    lines
}

pub fn ask(at: &str) -> Ask {
    Ask {
        comment: None,
        overrides: Vec::new(),
        by: "jane".to_owned(),
        at: Timestamp::parse(at).unwrap(),
        key: "k1".to_owned(),
        permit: Permit::Given,
    }
}

pub fn drafted(lines: &[String], ask: &Ask, deed: &Deed) -> Result<Draft, Refusal> {
    let mut door = Door::on(lines, CONFIG);
    let workload = door.workload("shop", ask.at);
    let lives = Lives::new(&workload, &door.rules, None);
    draft(ask, deed, &lives)
}

pub fn rules(draft: &Draft) -> Vec<&str> {
    draft
        .objections
        .iter()
        .map(|one| one.rule.as_str())
        .collect()
}

pub const WEDNESDAY: &str = "2026-03-04T15:00:00Z";
const SATURDAY: &str = "2026-03-07T15:00:00Z";

pub fn promote() -> Deed {
    Deed::Promote {
        to: "production".to_owned(),
        version: None,
    }
}

#[test]
fn a_promotion_names_what_ships_and_asks_for_the_gate_and_other_eyes() {
    let draft = drafted(&shop(), &ask(WEDNESDAY), &promote()).unwrap();
    assert_eq!(draft.to.as_ref().unwrap().name(), "v3");
    assert_eq!(draft.from.as_ref().unwrap().name(), "v2");
    let ships: Vec<&str> = draft.ships.iter().map(|one| one.change.as_str()).collect();
    assert_eq!(ships, ["3".repeat(40)]);
    assert!(draft.leaves.is_empty());
    assert_eq!(draft.confirm, Confirm::Typed);
    // The board has not decided, and jane wrote it.
    assert_eq!(rules(&draft), ["evidence", "four_eyes"]);
    let way = draft.orders[0].0.way.clone().unwrap();
    assert_eq!(
        way["arguments"],
        serde_json::json!(["production", "v3", "v2"])
    );
}

#[test]
fn a_freeze_objects_and_is_set_aside_only_with_a_reason() {
    let plain = ask(SATURDAY);
    let frozen = drafted(&shop(), &plain, &promote()).unwrap();
    assert!(rules(&frozen).contains(&"freeze"), "{:?}", rules(&frozen));
    let without = Ask {
        overrides: vec!["freeze".to_owned()],
        ..plain.clone()
    };
    let draft = drafted(&shop(), &without, &promote()).unwrap();
    assert!(draft.objections.iter().all(|one| !one.overridden));
    let with = Ask {
        comment: Some("fix for INC-31".to_owned()),
        ..without
    };
    let draft = drafted(&shop(), &with, &promote()).unwrap();
    let aside: Vec<&str> = draft
        .objections
        .iter()
        .filter(|one| one.overridden)
        .map(|one| one.rule.as_str())
        .collect();
    assert_eq!(aside, ["freeze"]);
}

#[test]
fn what_a_locked_step_asks_for_cannot_be_set_aside() {
    let mut lines = shop();
    let sha = "3".repeat(40);
    let place = lines
        .iter()
        .position(|line| line.contains(&format!("t-{sha}")))
        .unwrap();
    lines[place] = tested(&sha, 4, "fail");
    let forced = Ask {
        overrides: vec!["evidence".to_owned()],
        comment: Some("never mind".to_owned()),
        ..ask(WEDNESDAY)
    };
    let draft = drafted(&lines, &forced, &promote()).unwrap();
    let locked = draft
        .objections
        .iter()
        .find(|one| one.rule == "locked_step")
        .unwrap();
    assert!(!locked.overridden, "{locked:?}");
    assert!(
        locked.lifted_by.as_ref().unwrap().contains("test"),
        "{locked:?}"
    );
    assert!(
        locked.text.ends_with("(nothing untested ships)"),
        "{locked:?}"
    );
}

#[test]
fn rolling_back_names_what_leaves_and_holds() {
    let deed = Deed::Rollback {
        environment: "production".to_owned(),
        to: None,
    };
    let draft = drafted(&shop(), &ask(WEDNESDAY), &deed).unwrap();
    assert_eq!(draft.to.as_ref().unwrap().name(), "v1");
    let leaves: Vec<&str> = draft.leaves.iter().map(|one| one.change.as_str()).collect();
    assert_eq!(leaves, ["2".repeat(40)]);
    assert_eq!(draft.records.len(), 1, "the hold");
    assert!(!draft.undone_by.is_empty());
    let other = Deed::Rollback {
        environment: "production".to_owned(),
        to: Some("v3".to_owned()),
    };
    let refusal = drafted(&shop(), &ask(WEDNESDAY), &other).unwrap_err();
    assert!(refusal.text.contains("never live"), "{refusal:?}");
}

#[test]
fn a_hold_objects_to_promotion_until_it_is_released() {
    let deed = Deed::Hold {
        environment: "production".to_owned(),
    };
    let hold = Ask {
        comment: Some("INC-31".to_owned()),
        ..ask(WEDNESDAY)
    };
    let held = drafted(&shop(), &hold, &deed).unwrap();
    let mut lines = shop();
    lines.push(leadtime::event::cdevents::write(&held.records[0]));
    let later = "2026-03-04T16:00:00Z";
    let draft = drafted(&lines, &ask(later), &promote()).unwrap();
    let objection = draft
        .objections
        .iter()
        .find(|one| one.rule == "hold")
        .unwrap();
    assert!(objection.text.contains("INC-31"), "{objection:?}");
    let again = Deed::Release {
        environment: "production".to_owned(),
    };
    let release = Ask {
        key: "k2".to_owned(),
        ..ask(later)
    };
    let released = drafted(&lines, &release, &again).unwrap();
    lines.push(leadtime::event::cdevents::write(&released.records[0]));
    let draft = drafted(&lines, &ask("2026-03-04T17:00:00Z"), &promote()).unwrap();
    assert!(!rules(&draft).contains(&"hold"));
    assert!(drafted(&lines, &ask("2026-03-04T18:00:00Z"), &again).is_err());
}

#[test]
fn a_step_that_lives_in_no_tool_takes_as_many_approvals_as_it_asks_for() {
    let cab = Deed::Decide {
        gates: vec!["cab".to_owned()],
        approve: true,
    };
    let decide = |by: &str, key: &str, at: &str| Ask {
        by: by.to_owned(),
        key: key.to_owned(),
        ..ask(at)
    };
    let mut lines = shop();
    let first = drafted(&lines, &decide("li", "k1", WEDNESDAY), &cab).unwrap();
    assert!(
        first.notes.iter().any(|note| note.contains("1 of 2")),
        "{:?}",
        first.notes
    );
    lines.extend(first.records.iter().map(leadtime::event::cdevents::write));
    let same = drafted(&lines, &decide("li", "k2", "2026-03-04T15:10:00Z"), &cab);
    assert!(same.unwrap_err().text.contains("already"));
    let still = drafted(&lines, &ask("2026-03-04T15:20:00Z"), &promote()).unwrap();
    assert!(rules(&still).contains(&"evidence"));
    let second = drafted(&lines, &decide("ada", "k3", "2026-03-04T15:30:00Z"), &cab).unwrap();
    assert!(
        !rules(&second).contains(&"evidence"),
        "as before the first approval, nothing is asked for"
    );
    lines.extend(second.records.iter().map(leadtime::event::cdevents::write));
    let draft = drafted(&lines, &ask("2026-03-04T16:00:00Z"), &promote()).unwrap();
    assert_eq!(rules(&draft), ["four_eyes"]);
    // The next change waits for leadtime again.
    let sha = "4".repeat(40);
    lines.push(commit(&sha, &"3".repeat(40), 5, "li"));
    lines.push(tested(&sha, 5, "pass"));
    lines.push(deployed("s4", &sha, "staging", "v4", 5, 11));
    let next = drafted(&lines, &decide("li", "k4", "2026-03-05T12:00:00Z"), &cab).unwrap();
    assert_eq!(next.ships.len(), 1);
}

#[test]
fn an_approval_that_lets_a_version_into_production_takes_its_name() {
    let cab = |approve| Deed::Decide {
        gates: vec!["cab".to_owned()],
        approve,
    };
    let on = |config: &str, approve| {
        let mut door = Door::on(&shop(), config);
        let ask = ask(WEDNESDAY);
        let workload = door.workload("shop", ask.at);
        let lives = Lives::new(&workload, &door.rules, None);
        draft(&ask, &cab(approve), &lives).unwrap().confirm
    };
    assert_eq!(on(CONFIG, true), Confirm::Typed);
    assert_eq!(on(CONFIG, false), Confirm::Yes, "nothing goes anywhere");
    let own = CONFIG.replace("approvals = 2", "confirm = \"yes\"");
    assert_eq!(on(&own, true), Confirm::Yes, "as the path says");
    let typed = CONFIG.replace("approvals = 2", "confirm = \"typed\"");
    assert_eq!(on(&typed, false), Confirm::Typed);
    let second = CONFIG.replace("four_eyes = true", "confirm = \"second\"");
    assert_eq!(on(&second, true), Confirm::Second);
    let before = CONFIG.replace(
        "  { name = \"production\"",
        "  { name = \"board\", kind = \"gate\" },\n  { name = \"production\"",
    );
    assert_eq!(
        on(&before, true),
        Confirm::Yes,
        "another gate stands before it"
    );
}

fn asked(approvers: &str, more: &str) -> String {
    let sha = "3".repeat(40);
    format!(
        r#"{{"context":{{"specversion":"0.6.0","id":"g-1","source":"https://board.example","type":"dev.cdevents.approval.created.0.1.0","timestamp":"2026-03-04T12:00:00Z"}},"subject":{{"id":"CHG-1","content":{{}}}},"customData":{{"gate":"cab","repository":"acme/shop","sha":"{sha}","approvers":[{approvers}]{more}}}}}"#
    )
}

/// Whether one may approve the gate: as its page says, with the reason, and the rules by which the plan objects.
fn may(config: &str, gate: &str) -> (Option<bool>, Option<String>, Vec<String>) {
    let mut lines = shop();
    lines.push(gate.to_owned());
    let mut door = Door::on(&lines, config);
    let ask = ask(WEDNESDAY);
    let workload = door.workload("shop", ask.at);
    let lives = Lives::new(&workload, &door.rules, None);
    let open = leadtime::model::gate::open(&lives);
    let open = open.iter().find(|open| open.gate == "CHG-1").unwrap();
    let deed = Deed::Decide {
        gates: vec!["CHG-1".to_owned()],
        approve: true,
    };
    let draft = draft(&ask, &deed, &lives).unwrap();
    let rules = rules(&draft).into_iter().map(str::to_owned).collect();
    (open.may_decide, open.why_not.clone(), rules)
}

#[test]
fn the_page_of_a_gate_and_the_plan_agree_on_whether_one_may() {
    let why = |text: &str| Some(text.to_owned());
    let named = asked("\"jane\"", "");
    assert_eq!(may(CONFIG, &named), (Some(true), None, vec![]));
    let (may_decide, why_not, objected) = may(CONFIG, &asked("\"li\"", ""));
    assert_eq!(
        (may_decide, why_not),
        (Some(false), why("jane is not among li"))
    );
    assert_eq!(objected, ["not_named"]);
    let (may_decide, why_not, objected) = may(CONFIG, &asked("\"li\"", ",\"mayDecide\":false"));
    assert_eq!((may_decide, why_not), (Some(false), why("only li may")));
    assert_eq!(objected, ["tool"]);
    let eyes = CONFIG.replace("approvals = 2", "four_eyes = true");
    for gate in [&named, &asked("\"jane\"", ",\"mayDecide\":true")] {
        let (may_decide, why_not, objected) = may(&eyes, gate);
        assert_eq!(may_decide, Some(false));
        let sha = "3".repeat(40);
        let told = format!("jane wrote {sha} of it, and other eyes are asked for");
        assert_eq!(why_not, Some(told));
        assert_eq!(objected, ["four_eyes"]);
    }
}

#[test]
fn nobody_acts_where_it_is_forbidden_and_nothing_unknown_is_planned() {
    let forbidden = Ask {
        permit: Permit::Forbidden {
            text: "it is forbidden".to_owned(),
            lifted_by: "nothing".to_owned(),
        },
        ..ask(WEDNESDAY)
    };
    let draft = drafted(&shop(), &forbidden, &promote()).unwrap();
    assert!(rules(&draft).contains(&"read_only"));
    let nowhere = Deed::Promote {
        to: "moon".to_owned(),
        version: None,
    };
    let refusal = drafted(&shop(), &ask(WEDNESDAY), &nowhere).unwrap_err();
    assert!(refusal.hint.unwrap().contains("staging, production"));
    let mark = Deed::Mark {
        kind: MarkKind::Failed,
        target: "p9".to_owned(),
        deployment: None,
    };
    assert!(drafted(&shop(), &ask(WEDNESDAY), &mark).is_err());
}
