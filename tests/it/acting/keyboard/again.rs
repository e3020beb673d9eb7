//! What is mended by keyboard: runs that go again or are stopped, marks, a chart in a repository that is reached over HTTP, and a deed that needs two people.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::company::{CANARY, Company};
use super::past::{CHART, FAILED, RUNNING, VALUES, bare, newest};
use super::{all_seen, audited, keeps_secrets, pushed, sit, sit_as};
use crate::cli::place::Place;
use crate::support::desk::Desk;
use crate::support::{hosting, left_out};

/// A host of git that lets one token in.
struct Host(PathBuf);

impl Respond for Host {
    fn respond(&self, asked: &Request) -> ResponseTemplate {
        let login = STANDARD.encode(format!("x-access-token:{CANARY}"));
        let shown = asked.headers.get("authorization");
        let shown = shown.and_then(|value| value.to_str().ok());
        if shown == Some(format!("Basic {login}").as_str()) {
            hosting::serve(&self.0, asked)
        } else {
            ResponseTemplate::new(401).insert_header("www-authenticate", "Basic realm=\"git\"")
        }
    }
}

/// `None` where git comes without the program that serves repositories.
async fn host(root: &Path) -> Option<MockServer> {
    if !hosting::is_there() {
        left_out("a chart that is pushed over HTTP: git has no http-backend here");
        return None;
    }
    let server = MockServer::start().await;
    let host = Mock::given(any()).respond_with(Host(root.to_owned()));
    host.mount(&server).await;
    Some(server)
}

/// What is pushed for the chart.
const BRANCH: &str = "promote/wiki-4.0.0";

/// Chooses a line of what `t` or `m` lays before one.
fn choose(desk: &Desk, key: &str, line: &str, down: usize) {
    desk.press(key);
    desk.see(line);
    desk.press(&format!("{}\r", "j".repeat(down)));
}

fn runs(desk: &Desk) {
    desk.change("api", &newest("api")[..12]);
    choose(desk, "t", "run again what failed", 0);
    desk.agree_by_key();
    desk.seen();
    desk.change("feed", &newest("feed")[..12]);
    choose(desk, "t", "stop it", 2);
    desk.agree_by_key();
    desk.seen();
}

fn marks(desk: &Desk) {
    desk.cell("search", "production");
    choose(desk, "m", "it was not planned", 1);
    desk.say_why("hotfix");
    desk.agree_by_key();
    desk.seen();
    desk.cell("search", "production");
    choose(desk, "m", "it failed", 0);
    desk.say_why("it lost its index");
    desk.agree_by_key();
    desk.seen();
    desk.press("7");
    desk.see("INC-7");
    desk.filter("INC-7");
    choose(desk, "m", "no deployment caused it", 1);
    desk.say_why("seen in its traces");
    desk.agree_by_key();
    desk.seen();
}

/// What was declared is in the log, and in the figures.
fn marked(company: &Company) {
    let export = company.run(&["export"]).ends(0).out;
    let marks = export.lines().filter(|line| line.contains("leadtime-mark"));
    let marks: Vec<&str> = marks.collect();
    for (kind, reason) in [
        ("unplanned", "hotfix"),
        ("failed", "it lost its index"),
        ("incident_link", "seen in its traces"),
    ] {
        let of = |line: &&&str| line.contains(&format!("\"{kind}\"")) && line.contains(reason);
        assert_eq!(marks.iter().filter(of).count(), 1, "{kind}: {marks:?}");
    }
    let told = company.run(&["dora", "search", "--deployments", "--incidents", "--json"]);
    let told = told.ends(0).json();
    let told = &told["workloads"][0];
    let newest = told["deployment_list"].as_array().unwrap().iter();
    let newest = newest.max_by_key(|one| one["finished"].as_str()).unwrap();
    assert_eq!(
        (&newest["failed"], &newest["rework"]),
        (&json!(true), &json!(true)),
        "{newest}"
    );
    assert_eq!(told["incident_list"][0]["deployment"], json!(null));
}

fn chart(desk: &Desk, company: &Company, root: &Path) {
    desk.cell("wiki", "staging");
    desk.press("p");
    desk.agree("wiki");
    desk.see("sent, not yet seen · ");
    let (file, _) = pushed(root, "main", VALUES);
    assert_eq!(file, CHART.trim_end(), "until it is merged");
    let (file, history) = pushed(root, BRANCH, VALUES);
    assert_eq!(file, CHART.replace("'3.0.0'", "'4.0.0'").trim_end());
    assert_eq!(history.matches("Leadtime-Action: ").count(), 1, "{history}");
    let mut state = company.github.state();
    let asked = &state.world.repo("acme/charts").pulls[0];
    assert_eq!(
        (&asked["head"]["ref"], &asked["base"]["ref"]),
        (&json!(BRANCH), &json!("main"))
    );
    assert_eq!(asked["title"], "Promote wiki 4.0.0 to production");
    assert!(
        asked["body"]
            .as_str()
            .unwrap()
            .contains("Leadtime-Action: ")
    );
    drop(state);
    company.went_live("wiki");
    desk.seen();
}

/// Whoever asked cannot be the second.
fn ask_for_a_second(desk: &Desk) {
    desk.cell("vault", "staging");
    desk.press("p");
    desk.clear();
    desk.press("y");
    desk.see("waits for a second person");
    desk.leave();
    desk.press("@a");
    desk.see("jane asked for it, and cannot be the second person");
    desk.leave();
}

#[tokio::test]
async fn runs_go_again_marks_are_set_and_two_people_agree() {
    let place = Place::new();
    let charts = bare(&place, "acme/charts.git", (VALUES, CHART));
    let host = host(&place.work()).await;
    let url = host.as_ref().map(MockServer::uri);
    let company = Company::mending(place, url.as_deref());
    let desk = sit(&company, &["--armed"]);
    runs(&desk);
    marks(&desk);
    let mut wanted = vec![
        ("retry_failed", "api"),
        ("cancel", "feed"),
        ("mark", "search"),
        ("mark", "search"),
        ("mark", "search"),
    ];
    if host.is_some() {
        chart(&desk, &company, &charts);
        wanted.push(("promote", "wiki"));
    }
    ask_for_a_second(&desk);
    desk.quit();
    assert!(company.asked_of_program().is_empty());

    let config = company.place.read("leadtime.toml");
    company
        .place
        .write("leadtime.toml", config.replace("\"jane\"", "\"li\""));
    let desk = sit_as(&company, "li", &["--armed"]);
    desk.press("@");
    desk.see("actions");
    desk.press("a");
    desk.agree("vault");
    desk.seen();
    wanted.push(("promote", "vault"));
    desk.all_done(wanted.len());
    desk.quit();

    assert_eq!(audited(&company), all_seen(&wanted));
    marked(&company);
    let run = |id: i64, deed: &str, name: &str| {
        format!("POST /repos/acme/{name}/actions/runs/{id}/{deed}")
    };
    let mut asked = vec![
        run(FAILED, "rerun-failed-jobs", "api"),
        run(RUNNING, "cancel", "feed"),
    ];
    asked.extend(
        host.is_some()
            .then(|| "POST /repos/acme/charts/pulls".to_owned()),
    );
    assert_eq!(company.asked_of_github(), asked);
    assert_eq!(company.asked_of_program(), ["promote 4.0.0 to production"]);
    keeps_secrets(&company);
}
