//! Acting in the dashboard, by keyboard, from the first key to the audit: the program in a pseudo-terminal, against a GitHub that lives, a real registry, a real git
//! remote, a program and a sink of events.

mod again;
mod board;
mod company;
mod incident;
mod past;

use std::path::Path;

use serde_json::{Value, json};

use crate::git::repo::run;
use crate::support::desk::Desk;
use crate::support::registry::{INDEX, Real};
use company::{CANARY, Company};
use past::{BEFORE, FILE, NEWEST, sha};

/// Starts the dashboard, and waits until all is read.
fn sit(company: &Company, arguments: &[&str]) -> Desk {
    let desk = sit_as(company, "jane", arguments);
    desk.see(&format!("{} behind in production", company.count()));
    desk
}

fn sit_as(company: &Company, who: &str, arguments: &[&str]) -> Desk {
    let desk = Desk::open(&company.place, who, ("CANARY", CANARY), arguments);
    desk.see(&format!(" of {}", company.count()));
    desk.press("5");
    desk
}

/// What was done, the oldest first: verb, workload, and how it stands. The journal is as it was written.
fn audited(company: &Company) -> Vec<(String, String, String)> {
    let ran = company.run(&["audit", "--json"]).ends(0);
    assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY));
    let audit = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let actions = audit["actions"].as_array().unwrap().iter().rev();
    let told = actions.map(|action| {
        assert_eq!(action["by"]["name"], "jane");
        let plan = &action["plan"];
        (
            text(&plan["intent"]),
            text(&plan["workload"]),
            text(&action["state"]),
        )
    });
    let told = told.collect();
    let verified = company.run(&["audit", "--verify", "--json"]).ends(0);
    assert_eq!(verified.json()["verified"], true);
    told
}

fn all_seen(wanted: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let all = wanted.iter();
    all.map(|(verb, name)| ((*verb).into(), (*name).into(), "seen".into()))
        .collect()
}

/// Nothing that can be had of the log or the folders holds a secret.
fn keeps_secrets(company: &Company) {
    let export = company.run(&["export"]).ends(0);
    assert!(export.out.lines().count() > 20 && !export.out.contains(CANARY));
    company.keeps_its_secrets();
}

/// A file and the history of a git remote.
fn pushed(remote: &Path, branch: &str, file: &str) -> (String, String) {
    let git = |arguments: &[&str]| run(remote, arguments, b"");
    (
        git(&["cat-file", "blob", &format!("{branch}:{file}")]),
        git(&["log", "--format=%an %s%n%(trailers)", branch]),
    )
}

/// What a tag of the registry points to.
async fn digest(real: &Real, tag: &str) -> String {
    let image = crate::support::registry::IMAGE;
    let url = format!("{}/v2/team/depot/manifests/{tag}", real.url);
    let asked = reqwest::Client::new().get(url);
    let answer = asked.header("accept", format!("{INDEX}, {image}")).send();
    let answer = answer.await.unwrap();
    answer.headers()["docker-content-digest"]
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_version_is_promoted_by_every_means() {
    let registry = Real::start().await;
    let company = Company::promoting(registry);
    if let Some(registry) = &company.registry {
        registry.push("team/depot", &company.images).await;
    }
    let desk = sit(&company, &["--armed"]);
    desk.see("▲ ARMED");
    let plan = |name: &str| {
        desk.cell(name, "staging");
        desk.press("p");
        desk.clear();
    };
    let promote = |name: &str| {
        plan(name);
        desk.agree(name);
    };
    // What deploys outside of leadtime has not told of it yet.
    let unseen = || desk.see("sent, not yet seen · ");

    // GitHub, whose deployments leadtime reads itself.
    plan("cart");
    let curl = desk.copied();
    assert!(curl.contains("/workflows/deploy.yml/dispatches"), "{curl}");
    assert!(
        curl.contains("$AUTHORIZATION") && !curl.contains(CANARY),
        "{curl}"
    );
    desk.agree("cart");
    desk.seen();
    promote("shop");
    desk.seen();
    promote("docs");
    desk.seen();
    // The program tells what it deployed, too.
    promote("mailer");
    desk.seen();
    assert_eq!(
        company.asked_of_program(),
        ["promote 4.0.0 to production"],
        "told once"
    );

    // A file: what deploys from it tells of it afterwards.
    promote("ledger");
    unseen();
    let (file, history) = pushed(&company.remote, "main", FILE);
    assert_eq!(file, BEFORE.replace("3.0.0", "4.0.0").trim_end());
    assert_eq!(history.matches("Leadtime-Action: ").count(), 1, "{history}");
    company.went_live("ledger");
    desk.seen();

    // An event, of which the receiver makes what it wants.
    promote("search");
    unseen();
    let heard = company.sink.state().clone();
    let [heard] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert_eq!(heard["type"], "dev.cdevents.service.upgraded.0.3.0");
    let event = &heard["data"];
    assert_eq!(event["subject"]["id"], "search");
    assert_eq!(
        event["subject"]["content"]["environment"],
        json!({"id": "production"})
    );
    assert_eq!(event["customData"]["sha"], sha("search", NEWEST));
    company.went_live("search");
    desk.seen();

    // A tag: the image stays what it is, to the byte.
    let mut wanted = vec!["cart", "shop", "docs", "mailer", "ledger", "search"];
    if let Some(registry) = &company.registry {
        let before = digest(registry, "production").await;
        assert_eq!(before, company.images.tags["3.0.0"]);
        promote("depot");
        // The registry is read, too: the tag has moved, so the image is live.
        desk.seen();
        let after = digest(registry, "production").await;
        assert_eq!(after, company.images.tags["4.0.0"]);
        let old = digest(registry, "3.0.0").await;
        assert_eq!(old, before, "nothing else moved");
        wanted.push("depot");
    }

    desk.press("@");
    desk.all_done(wanted.len());
    desk.quit();
    let promoted: Vec<_> = wanted.iter().map(|name| ("promote", *name)).collect();
    assert_eq!(audited(&company), all_seen(&promoted));
    assert_eq!(
        company.asked_of_github(),
        [
            "POST /repos/acme/cart/actions/workflows/deploy.yml/dispatches",
            "POST /repos/acme/shop/deployments",
            "PUT /repos/acme/docs/pulls/12/merge"
        ]
    );
    assert_eq!(company.sink.deeds().len(), 1);
    assert_eq!(company.asked_of_program().len(), 1);
    assert_eq!(
        pushed(&company.remote, "main", FILE)
            .1
            .matches("Leadtime-Action: ")
            .count(),
        1
    );
    keeps_secrets(&company);
}

#[test]
fn gates_are_decided_production_goes_back_and_rules_are_set_aside() {
    let company = Company::deciding();
    let desk = sit(&company, &[]);
    assert!(!desk.rows()[0].contains("ARMED"));

    // Armed from within the plan, for this workload alone.
    desk.gate("site");
    desk.press("a");
    desk.say_why("seen on staging");
    desk.see("leadtime is not armed");
    desk.press("y");
    desk.see("A arms it");
    desk.press("A");
    desk.agree("site");
    desk.seen();
    desk.see("▲ ARMED: site");

    // Armed for everything, not only for the workload in front.
    desk.press("A");
    desk.see("no longer armed");
    desk.press("1");
    desk.see("held longest by");
    desk.press("A");
    desk.see("within which scope?");
    desk.press("j\r");
    desk.see("▲ ARMED: all workloads");

    desk.gate("blog");
    desk.press("x");
    desk.say_why("");
    desk.see("who rejects says why");
    desk.press("c");
    desk.say_why("not before the audit");
    desk.agree("blog");
    desk.seen();

    // Back to a version that is chosen, not to the one before.
    desk.cell("shop", "production");
    desk.press("R");
    desk.see("enter what it would mean");
    desk.see("1.0.0");
    desk.press("j\r");
    desk.say_why("INC-31");
    desk.agree("shop");
    desk.seen();
    desk.see("INC-31");
    desk.see("1 held");

    // The hold objects, until it is released.
    desk.cell("shop", "staging");
    desk.press("p");
    desk.see("production is held by jane");
    desk.press("y");
    desk.leave();
    desk.cell("shop", "production");
    desk.press("H");
    desk.say_why("");
    desk.agree_by_key();
    desk.seen();
    desk.miss("1 held");
    desk.cell("shop", "staging");
    desk.press("p");
    desk.clear();
    desk.leave();

    // A freeze is set aside, with a reason.
    desk.cell("mailer", "staging");
    desk.press("p");
    desk.see("(year end)");
    desk.press("o");
    desk.say_why("fix for INC-31");
    desk.see("set aside");
    desk.agree("mailer");
    desk.seen();

    desk.press("@");
    desk.all_done(5);
    desk.quit();
    let wanted = [
        ("approve", "site"),
        ("reject", "blog"),
        ("rollback", "shop"),
        ("release", "shop"),
        ("promote", "mailer"),
    ];
    assert_eq!(audited(&company), all_seen(&wanted));
    assert_eq!(
        company.asked_of_github(),
        [
            "POST /repos/acme/site/actions/runs/42/pending_deployments",
            "POST /repos/acme/blog/actions/runs/43/pending_deployments",
            "POST /repos/acme/shop/deployments"
        ]
    );
    assert_eq!(company.asked_of_program(), ["promote 4.0.0 to production"]);
    assert!(company.sink.deeds().is_empty());
    decided(&company);
    keeps_secrets(&company);
}

/// What GitHub keeps of the decisions, and what the audit keeps of the rest.
fn decided(company: &Company) {
    let mut state = company.github.state();
    for (name, run, word, why) in [
        ("acme/site", 42, "approved", "seen on staging"),
        ("acme/blog", 43, "rejected", "not before the audit"),
    ] {
        let found = &state.world.repo(name).approvals[&run];
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["state"], word);
        assert!(found[0]["comment"].as_str().unwrap().starts_with(why));
    }
    let live = &state.world.repo("acme/shop").deployments[0];
    assert_eq!(live["sha"], sha("shop", 1));
    drop(state);
    let audit = company.run(&["audit", "--json"]).json();
    let actions = audit["actions"].as_array().unwrap();
    let aside = &actions[0]["plan"]["objections"];
    assert_eq!(
        (&aside[0]["rule"], &aside[0]["overridden"]),
        (&json!("freeze"), &json!(true))
    );
    assert_eq!(actions[0]["plan"]["comment"], "fix for INC-31");
}
