//! A change, from its commit to production: every tool does its part, three of them wait for somebody, who says yes in the dashboard; and the dashboard itself is
//! killed in the middle of it.

use leadtime::event::time::Span;
use serde_json::{Value, json};

use super::code::Change;
use super::company::{Company, STEPS};
use super::watch::{approve, names, plan, sit, stands, tell, until};
use crate::support::deeds;
use crate::support::desk::Desk;

/// Everybody writes, reviews and merges as ever; Jenkins builds, and asks.
fn to_the_first_gate(company: &Company, desk: &Desk) -> Change {
    let mut change = company.writes(3);
    company.opens(&change);
    stands(desk, &change, "review", "waiting");
    company.reviews(&change);
    company.merges(&mut change);
    stands(desk, &change, "build", "waiting");
    company.builds(&change);
    stands(desk, &change, "release", "gated");
    change
}

/// What Jenkins was let go on with is pushed, staged and verified; the change board is asked.
fn to_the_second_gate(company: &Company, desk: &Desk, change: &Change) {
    let digest = company.releases(change);
    stands(desk, change, "staging", "waiting");
    company.stages(change, &digest);
    stands(desk, change, "verify", "waiting");
    company.verifies(change);
    stands(desk, change, "cab", "waiting");
    company.asks(change);
    stands(desk, change, "cab", "gated");
}

/// The answer to the approval never comes, and leadtime is killed while it waits for it. Started again it finds the approval done, and has the same figures.
fn killed_in_between(company: &mut Company, desk: Desk) -> Desk {
    let request = "PATCH /api/now/table/sysapproval_approver/";
    company.servicenow.hush(Some(request));
    plan(&desk, "cab");
    // Before what is done now, which is told in whole seconds.
    let at = (deeds::clock() - Span::from_micros(1)).to_string();
    desk.press("y");
    desk.see("type shop to confirm: ");
    desk.press("shop\r");
    until("the approval", || !company.servicenow.deeds().is_empty());
    desk.kill();
    let figures = |company: &Company| company.json(&["map", "shop", "--as-of", &at]);
    let (before, known) = (figures(company), names(company, &[]));
    let desk = sit(company);
    desk.press("@");
    desk.all_done(2);
    assert!(
        names(company, &[]).is_superset(&known),
        "the log only grows"
    );
    assert_eq!(company.servicenow.deeds().len(), 1);
    assert_eq!(figures(company), before);
    desk
}

fn incident(company: &Company, desk: &Desk) {
    company.raises();
    desk.press("7");
    desk.see_row(&["open", "shop is slow", "1.3.0"]);
    company.resolves();
    desk.see_row(&["restored", "shop is slow"]);
}

/// What is told of it afterwards, by the commands.
fn told(company: &Company, change: &Change) {
    let map = company.json(&["map", "shop"]);
    let steps = map["steps"].as_array().unwrap();
    let visits: Vec<(&str, i64)> = steps
        .iter()
        .map(|step| {
            (
                step["name"].as_str().unwrap(),
                step["visits"].as_i64().unwrap(),
            )
        })
        .collect();
    // The first of the three was in the first deployment that is known, whose way tells nothing.
    assert_eq!(visits, STEPS.map(|step| (step, 2)), "{map}");
    assert_eq!(company.json(&["gates"])["gates"], json!([]));
    let found = company.json(&["where", &change.ticket()]);
    let found = &found["matches"][0];
    assert_eq!(
        (&found["state"], &found["version"]),
        (&json!("delivered"), &json!("1.3.0")),
        "{found}"
    );
    assert_eq!(found["change"], "#3");
    let env = company.json(&["env", "shop"]);
    assert!(env.to_string().contains("1.3.0"), "{env}");
}

/// Three were agreed to, and each was sent once.
fn audited(company: &Company, change: &Change) {
    let audit = company.json(&["audit"]);
    let actions: Vec<Value> = audit["actions"].as_array().unwrap().clone();
    let told: Vec<(&str, &str)> = actions
        .iter()
        .map(|one| {
            (
                one["plan"]["intent"].as_str().unwrap(),
                one["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("approve", "seen"); 3]);
    assert_eq!(company.json(&["audit", "--verify"])["verified"], true);
    let [jenkins, servicenow, argocd] = company.deeds();
    assert_eq!(jenkins, ["POST /job/shop/3/input/Release/proceedEmpty"]);
    assert_eq!(servicenow.len(), 1);
    assert_eq!(argocd, ["POST /api/v1/applications/shop/sync"]);
    let history = company.argocd.world().find("shop")["status"]["history"].clone();
    let revisions: Vec<&Value> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["revision"])
        .collect();
    assert_eq!((revisions.len(), revisions[2]), (3, &json!(change.merged)));
    company.left_others_alone();
}

#[test]
fn a_change_goes_from_its_commit_to_production() {
    let mut company = Company::new();
    let desk = sit(&company);
    let change = to_the_first_gate(&company, &desk);
    approve(&desk, "release", false);
    desk.seen();
    assert_eq!(company.jenkins.deeds().len(), 1);
    to_the_second_gate(&company, &desk, &change);
    let desk = killed_in_between(&mut company, desk);
    company.wants(&change);
    stands(&desk, &change, "production", "gated");
    approve(&desk, "production", true);
    desk.see("sent, not yet seen");
    company.syncs(&change);
    desk.seen();
    company.closes(&change);
    desk.press("5");
    desk.see_row(&["shop", "1.3.0"]);
    incident(&company, &desk);
    desk.press("@");
    desk.all_done(3);
    desk.quit();
    told(&company, &change);
    audited(&company, &change);
    company.keeps_its_secret();
    let facts = names(&company, &[]).len();
    tell(&format!(
        "{facts} facts; three gates in three tools, each decided once; {} steps with two visits each",
        STEPS.len()
    ));
}
