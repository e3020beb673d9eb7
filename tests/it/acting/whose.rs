//! Who may, and on whose word a version moves: where nobody has said who asks, and where the gate before was not approved.

use leadtime::model::state::Lives;
use leadtime::plan::ask::Deed;
use leadtime::plan::draft;

use super::plans::{CONFIG, WEDNESDAY, ask, commit, deployed, drafted, promote, rules, shop};
use crate::support::door::Door;

/// What happened to a gate before production, told by `source`, of the third commit.
fn gate(source: &str, phase: &str, hour: u32, content: &str) -> String {
    let sha = "3".repeat(40);
    format!(
        r#"{{"context":{{"specversion":"0.6.0","id":"g-{phase}","source":"{source}","type":"dev.cdevents.approval.{phase}.0.1.0","timestamp":"2026-03-04T{hour}:00:00Z"}},"subject":{{"id":"CHG-1","content":{{{content}}}}},"customData":{{"gate":"cab","repository":"acme/shop","environment":"production","sha":"{sha}"}}}}"#
    )
}

/// What objects to promoting the third commit on the word of a gate.
fn objections(gates: &[String]) -> Vec<(String, String)> {
    let mut lines = shop();
    lines.extend_from_slice(gates);
    let draft = drafted(&lines, &ask(WEDNESDAY), &promote()).unwrap();
    let mut objections = draft.objections;
    objections.retain(|one| one.rule != "four_eyes");
    let told = objections.into_iter().map(|one| (one.rule, one.text));
    told.collect()
}

#[test]
fn a_promotion_waits_for_the_gate_that_names_its_environment() {
    let board = "https://board.example";
    let asked = gate(board, "created", 12, "");
    let told = |how: &str| {
        let text = format!("cab {how} for this version");
        vec![("evidence".to_owned(), text)]
    };
    assert_eq!(objections(&[asked.clone()]), told("is still open"));
    let decided = |decision: &str| {
        let content = format!(r#""decision":"{decision}""#);
        objections(&[asked.clone(), gate(board, "closed", 13, &content)])
    };
    assert_eq!(decided("rejected"), told("was rejected"));
    assert_eq!(decided("approved"), []);
    // The tool that deploys stops at it by itself.
    assert_eq!(objections(&[gate("deployer", "created", 12, "")]), []);
}

#[test]
fn it_has_to_be_known_who_decides_where_that_matters() {
    let objected = |config: &str, deed: &Deed| {
        let mut door = Door::on(&shop(), config);
        let ask = ask(WEDNESDAY);
        let workload = door.workload("shop", ask.at);
        let lives = Lives::new(&workload, &door.rules, None);
        let draft = draft(&ask, deed, &lives).unwrap();
        let rules = rules(&draft).into_iter().map(str::to_owned);
        rules.collect::<Vec<String>>()
    };
    let nameless = CONFIG.replace("me = \"jane\"\n", "");
    let approve = Deed::Decide {
        gates: vec!["cab".to_owned()],
        approve: true,
    };
    assert!(!objected(CONFIG, &approve).contains(&"approvers".to_owned()));
    assert!(objected(&nameless, &approve).contains(&"approvers".to_owned()));
    let anybody = nameless.replace("approvers = [\"@board\"], ", "");
    assert!(
        objected(&anybody, &approve).contains(&"approvers".to_owned()),
        "two votes are of two people"
    );
    let one = anybody.replace(", approvals = 2", "");
    assert_eq!(objected(&one, &approve), Vec::<String>::new());
    assert!(objected(&nameless, &promote()).contains(&"four_eyes".to_owned()));
}

#[test]
fn a_gate_holds_what_its_commit_carries_beside_what_it_names() {
    let sha = |n: u32| n.to_string().repeat(40);
    let mut lines = shop();
    lines.push(commit(&sha(4), &sha(3), 4, "li"));
    lines.push(deployed("s4", &sha(4), "staging", "v4", 4, 11));
    lines.push(format!(
        r#"{{"context":{{"specversion":"0.6.0","id":"g-1","source":"https://board.example","type":"dev.cdevents.approval.created.0.1.0","timestamp":"2026-03-04T12:00:00Z"}},"subject":{{"id":"CHG-1","content":{{}}}},"customData":{{"gate":"cab","repository":"acme/shop","sha":"{}","changes":["{}"]}}}}"#,
        sha(4),
        sha(4)
    ));
    let mut door = Door::on(&lines, CONFIG);
    let workload = door.workload("shop", ask(WEDNESDAY).at);
    let lives = Lives::new(&workload, &door.rules, None);
    let open = leadtime::model::gate::open(&lives);
    let open = open.iter().find(|open| open.gate == "CHG-1").unwrap();
    assert_eq!(open.changes, [sha(4), sha(3)], "production runs the second");
}
