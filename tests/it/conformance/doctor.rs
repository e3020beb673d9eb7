//! What `leadtime doctor SOURCE` proves of every connector: that it is reached, what its token may or that its tool does not tell, that a page is read and an event
//! built, and what that event would be linked to. What a token lacks is told of the tools that say what it has.

use std::path::Path;

use leadtime::app::registry::KINDS;
use leadtime::app::{Engine, assemble};
use leadtime::cli::doctor::tried;
use leadtime::config::Config;
use leadtime::connector::{Connector, Health};
use leadtime::event::time::Timestamp;
use leadtime::model::diagnosis::SourceLine;
use leadtime::store::memory::MemoryStore;
use serde_json::json;
use tokio::runtime::Runtime;

use super::subject::{Made, Subject, open};
use crate::support::deeds::CANARY;
use crate::support::wild::{Answer, Mischief};

/// An engine with one workload, to which this belongs.
fn engine(name: &str) -> Engine {
    let names = json!([name]);
    let text = format!(
        "[[workloads]]\nname = \"shop\"\nrepositories = {names}\nservices = {names}\nartifacts = {names}\n"
    );
    let config = Config::parse(&text, Path::new("leadtime.toml"), &KINDS);
    let config = config.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let rules = assemble::rules(&config, None);
    let store = Box::new(MemoryStore::new());
    Engine::open(store, assemble::workloads(&config), rules, &mut |_, _| {}).unwrap()
}

/// All that the doctor says of a source, a line each.
fn said(engine: &Engine, source: &dyn Connector, health: Health, now: Timestamp) -> String {
    let health = Some(Ok(health));
    let line = leadtime::app::doctor::source(engine, "it", source.kind(), health);
    let mut line: SourceLine = line.unwrap();
    tried(engine, source, now, &mut line).unwrap();
    let findings = line.findings.into_iter();
    let findings = findings.map(|one| format!("{} {}: {}", one.severity, one.subject, one.text));
    let all: Vec<String> = line.facts.into_iter().chain(findings).collect();
    let text = all.join("\n");
    assert!(!text.contains(CANARY), "{text}");
    text
}

fn check(source: &dyn Connector, now: Timestamp) -> Health {
    let runtime = Runtime::new().unwrap();
    let health = runtime.block_on(source.check(now));
    health.unwrap_or_else(|error| panic!("{error}"))
}

pub fn proved(subject: &Subject) {
    let Made { server, settings } = (subject.make)();
    let source = open(subject.kind, &settings, None);
    let now = (subject.now)();
    let health = check(&*source, now);
    let text = said(&engine("nobody's"), &*source, health.clone(), now);
    let untold = text.contains("does not tell what a token may");
    match subject.rights {
        None => assert!(untold, "what the token may: {text}"),
        Some(words) => assert!(text.contains(words) && !untold, "{words:?}: {text}"),
    }
    assert!(text.contains("a page was read: "), "{text}");
    assert!(text.contains(", such as: "), "{text}");
    let (_, rest) = text
        .split_once("would belong to no workload, such as ")
        .unwrap_or_else(|| panic!("what it is of: {text}"));
    let (name, _) = rest.split_once(": name it among").unwrap();
    let text = said(&engine(name), &*source, health, now);
    assert!(text.contains("it would belong to shop ("), "{name}: {text}");
    drop(server);
}

/// What is said where the tool answers so.
fn lacking(kind: &str, part: &str, answer: Answer) -> String {
    let mut all = super::SUBJECTS.iter();
    let subject = all.find(|one| one.kind == kind).unwrap();
    let Made { server, settings } = (subject.make)();
    server.always("GET", part, Mischief::Instead(answer));
    let source = open(kind, &settings, None);
    let health = check(&*source, (subject.now)());
    let findings = health.findings.iter();
    let findings = findings.map(|one| format!("{:?} {}\n", one.severity, one.text));
    findings.collect::<String>() + &health.facts.join("\n")
}

fn holds(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} in {text}");
    }
}

#[test]
fn a_scope_that_a_token_lacks_is_told_with_what_it_costs() {
    let user = |scopes: &str| {
        Answer::json(200, &json!({"login": "jane"})).header("x-oauth-scopes", scopes)
    };
    let text = lacking("github", "/user", user("read:org, gist"));
    let wanted = [
        "the token's scopes: read:org, gist",
        "Note the token has not the scope repo: private repositories",
        "Note the token has not the scope repo or public_repo: nothing can be",
    ];
    holds(&text, &wanted);
    let text = lacking("github", "/user", user("public_repo"));
    assert!(!text.contains("nothing can be"), "{text}");
    let text = lacking("github", "/user", Answer::json(200, &json!({"login": "x"})));
    holds(&text, &["GitHub does not tell what a token may"]);

    let of = |scopes: &[&str]| Answer::json(200, &json!({ "scopes": scopes }));
    let text = lacking("gitlab", "/personal_access_tokens/self", of(&["read_user"]));
    let wanted = [
        "Warning the token has not the scope read_api or api: nothing is read",
        "Note the token has not the scope api: it can read and not act",
    ];
    holds(&text, &wanted);
    let text = lacking("gitlab", "/personal_access_tokens/self", Answer::new(404));
    holds(&text, &["GitLab does not tell what a token may"]);

    let text = lacking("buildkite", "/access-token", of(&["read_pipelines"]));
    let wanted = [
        "Warning the token has not the scope read_builds: no build is read",
        "Note the token has not the scope write_builds",
    ];
    holds(&text, &wanted);
    let text = lacking("buildkite", "/access-token", Answer::new(403));
    holds(&text, &["Buildkite does not tell what a token may"]);
}

#[test]
fn a_right_that_an_account_lacks_is_told_with_what_it_costs() {
    let has = |has: bool| json!({ "havePermission": has });
    let told = json!({"permissions": {"BROWSE_PROJECTS": has(true), "TRANSITION_ISSUES": has(false), "ADD_COMMENTS": has(true)}});
    let text = lacking("jira", "/mypermissions", Answer::json(200, &told));
    let wanted =
        "Note the account has not the permission TRANSITION_ISSUES in PAY: nothing can be decided";
    holds(&text, &[wanted, "in OPS"]);
    let text = lacking("jira", "/mypermissions", Answer::new(404));
    holds(&text, &["Jira does not tell what a token may"]);

    let no = Answer::json(200, &json!({"value": "no"}));
    let text = lacking("argocd", "/can-i/applications/sync", no);
    holds(
        &text,
        &["Note the account has not the right applications, sync: nothing can be deployed"],
    );
    assert!(!text.contains("may do all"), "{text}");
    let text = lacking("argocd", "/can-i/", Answer::new(404));
    holds(&text, &["Argo CD does not tell what a token may"]);
}

#[test]
fn bitbucket_tells_scopes_by_a_header() {
    let page = Answer::json(200, &json!({"values": []}));
    let scopes = "read:repository:bitbucket, read:pullrequest:bitbucket";
    let text = lacking(
        "bitbucket",
        "/pipelines",
        page.header("x-oauth-scopes", scopes),
    );
    let wanted = [
        "the token's scopes: read:repository:bitbucket, read:pullrequest:bitbucket",
        "Warning the token has not the scope read:pipeline:bitbucket",
        "Note the token has not the scope write:pipeline:bitbucket",
    ];
    holds(&text, &wanted);
}
