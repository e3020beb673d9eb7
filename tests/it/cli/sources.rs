//! Reading sources over the network, from outside: what fails fails alone and is told by the exit code and the doctor, and a token is never seen.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::place::{Place, Ran};
use crate::git::repo::{Repo as GitRepo, hosted};
use crate::github::{CANARY, now};
use crate::support::github::world::{ago, commit, sha};
use crate::support::github::{Fault, GitHubMock, Repo, World};

/// A source of kind github at an address.
pub fn config(url: &str, repositories: &[&str]) -> String {
    format!(
        "[[sources]]\nname = \"gh\"\nkind = \"github\"\nurl = {url:?}\ntoken = {{ env = \"CANARY\" }}\nrepositories = {repositories:?}\n"
    )
}

pub fn world(names: &[&str], steps: i64) -> World {
    // One instant for all: a commit has the same date in every repository that has it.
    let now = now();
    let repos = names.iter().map(|name| Repo::generate(name, steps, now, 2));
    World::new(now, repos.collect())
}

/// The program, as one that has the token.
pub fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command.env("CANARY", CANARY);
    command
}

/// In another thread, since the GitHub of our own answers in this one.
async fn run(place: &Place, line: &str) -> Ran {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let mut command = command(place, &arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    Ran::of(output.await.unwrap())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn one_repository_that_fails_leaves_the_other_and_is_told() {
    let mut world = world(&["acme/one", "acme/two"], 6);
    world.faults.push(
        Fault::new("acme/two/", 403)
            .body(r#"{"message":"Resource not accessible by personal access token"}"#),
    );
    let mock = GitHubMock::start(world).await;
    let place = Place::new();
    place.write(
        "leadtime.toml",
        config(&mock.url(), &["acme/one", "acme/two"]),
    );
    let ran = run(&place, "sync").await.ends(1);
    ran.says(&["gh: ", " new", "error: acme/two", "not accessible"]);
    let env = run(&place, "env --json").await.ends(0).json();
    let names: Vec<&str> = env["workloads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["workload"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"one") && !names.contains(&"two"),
        "{names:?}"
    );
    run(&place, "doctor --offline")
        .await
        .ends(1)
        .shows(&["acme/two", "not accessible", "error"]);

    mock.world().faults.clear();
    run(&place, "sync gh").await.ends(0);
    let doctor = run(&place, "doctor").await;
    doctor.shows(&["octo-reader", "2 repositories are visible"]);
    assert!(!doctor.out.contains("not accessible"), "{}", doctor.out);
    run(&place, "dora two").await.ends(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_its_token_fails_alone() {
    let mock = GitHubMock::start(world(&["acme/one"], 3)).await;
    let place = Place::new();
    let other = config(&mock.url(), &["acme/one"])
        .replace("\"gh\"", "\"other\"")
        .replace("CANARY", "NOT_THERE");
    place.write("leadtime.toml", config(&mock.url(), &["acme/one"]) + &other);
    let ran = run(&place, "sync").await.ends(3);
    ran.says(&["other: ", "NOT_THERE", "gh: ", " new"]);
    run(&place, "sync gh").await.ends(0);
    run(&place, "sync other").await.ends(3).says(&["NOT_THERE"]);
    run(&place, "sync nope").await.ends(2).says(&["gh, other"]);
    run(&place, "doctor")
        .await
        .ends(1)
        .shows(&["other", "export NOT_THERE="]);
    let before = run(&place, "export").await.ends(0).out;
    run(&place, "doctor gh")
        .await
        .ends(0)
        .shows(&["a page was read: ", "it would belong to one ("]);
    let after = run(&place, "export").await.ends(0).out;
    assert_eq!(before, after, "a first page is thrown away");
    run(&place, "env").await.ends(0).shows(&["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_gone_or_refuses_is_told_with_what_to_do() {
    let mock = GitHubMock::start(world(&["acme/one"], 2)).await;
    let place = Place::new();
    place.write("leadtime.toml", config(&mock.url(), &["acme/one"]));
    mock.world()
        .faults
        .push(Fault::new("/", 401).body(r#"{"message":"Bad credentials"}"#));
    run(&place, "sync")
        .await
        .ends(3)
        .says(&["gh: ", "Bad credentials"]);
    run(&place, "doctor --offline")
        .await
        .ends(1)
        .shows(&["the last reading", "Bad credentials"]);
    run(&place, "doctor")
        .await
        .ends(1)
        .shows(&["Bad credentials"]);
    mock.world().faults.clear();
    run(&place, "sync").await.ends(0);
    run(&place, "doctor").await.ends(0);
    // What was read before stays, and its age is told.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    place.write(
        "leadtime.toml",
        config(&format!("http://{free}"), &["acme/one"]),
    );
    run(&place, "sync").await.ends(3).says(&[&free.to_string()]);
    run(&place, "dora").await.ends(0).shows(&["one"]);
    run(&place, "doctor").await.ends(1).shows(&["last read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_sent_and_never_seen() {
    let mock = GitHubMock::start(world(&["acme/one", "acme/two"], 4)).await;
    let place = Place::new();
    place.write(
        "leadtime.toml",
        config(&mock.url(), &["acme/one", "acme/two"]),
    );
    let mut seen = Vec::new();
    for fault in [
        None,
        Some(Fault::new("acme/two/pulls", 401)),
        Some(Fault::new("acme/two/", 500)),
    ] {
        mock.world().faults = fault.into_iter().collect();
        for line in [
            "sync -vv",
            "doctor -vv",
            "doctor --json",
            "dora -vv --json",
            "export -vv",
            "env",
        ] {
            seen.push(run(&place, line).await);
        }
    }
    let sent = format!("Bearer {CANARY}");
    assert!(
        mock.asked()
            .iter()
            .all(|asked| asked.authorization.as_deref() == Some(&sent))
    );
    let told: String = seen.into_iter().map(|ran| ran.out + &ran.err).collect();
    assert!(
        told.contains("/repos/acme/two/pulls"),
        "requests are told with -vv"
    );
    assert!(!told.contains("Canary"), "it is in the output");
    for folder in [place.home(), place.work()] {
        for file in files(&folder) {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes.windows(6).any(|window| window == b"Canary");
            assert!(!found, "it is in {}", file.display());
        }
    }
    // Pasted into the file, it is refused without being repeated.
    let pasted =
        config(&mock.url(), &["acme/one"]).replace("{ env = \"CANARY\" }", &format!("{CANARY:?}"));
    place.write("leadtime.toml", pasted);
    let ran = run(&place, "sync -vv").await.ends(3);
    ran.says(&["leadtime.toml:5:", "token"]);
    assert!(!ran.err.contains("Canary"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_commit_that_is_not_deployed_yet_has_reached_the_target_branch() {
    let mut world = world(&["acme/one"], 4);
    let repo = world.repo("acme/one");
    let direct = sha("direct", 1);
    let newest = repo.commits[0]["sha"].as_str().unwrap().to_owned();
    repo.commits
        .insert(0, commit(&direct, &ago(now(), 1), &[newest]));
    let mock = GitHubMock::start(world).await;
    let place = Place::new();
    place.write("leadtime.toml", config(&mock.url(), &["acme/one"]));
    run(&place, "sync").await.ends(0);
    let found = run(&place, &format!("where {direct} --json"))
        .await
        .ends(1)
        .json();
    let found = &found["matches"][0];
    assert_eq!(found["change"], json!(direct));
    assert_ne!(
        (&found["state"], &found["step"]),
        (&json!("working"), &json!("code")),
        "it is no longer being written: {found}"
    );
    let exported = run(&place, "export").await.ends(0).out;
    assert!(
        exported.contains(&format!("\"branch/main/{direct}\"")),
        "{exported}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_of_a_first_page_whose_its_events_would_be() {
    let place = Place::new();
    let event = |id: &str, repository: &str| {
        let context = format!(
            r#"{{"specversion":"0.5.1","id":"{id}","source":"ci","type":"dev.cdevents.pipelinerun.finished.0.3.0","timestamp":"2026-03-01T10:00:00Z"}}"#
        );
        format!(
            r#"{{"context":{context},"subject":{{"id":"{id}","content":{{"pipelineName":"unit","outcome":"success"}}}},"customData":{{"repository":"{repository}"}}}}"#
        )
    };
    let config = "[[sources]]\nname = \"events\"\nkind = \"cdevents\"\npath = \"events.jsonl\"\n[[workloads]]\nname = \"shop\"\nrepositories = [\"acme/shop\"]\n";
    place.write("leadtime.toml", config);
    place.write("events.jsonl", "");
    let told = run(&place, "doctor events").await.ends(0);
    told.shows(&["nothing happened in the last 30 days"]);
    place.write(
        "events.jsonl",
        event("1", "acme/shop") + "\n" + &event("2", "acme/attic") + "\n",
    );
    let told = run(&place, "doctor events").await;
    told.shows(&[
        "a page was read: 2 events",
        "unit",
        "(1 of ci)",
        "it would belong to shop (1)",
        "1 of 2 would belong to no workload, such as acme/attic",
    ]);
    place.write("events.jsonl", event("2", "acme/attic") + "\n");
    let told = run(&place, "doctor events --json").await.ends(1).json();
    assert_eq!(told["sources"][0]["state"], "warning");
    assert_eq!(
        run(&place, "export").await.ends(0).out,
        "",
        "nothing is kept"
    );
}

/// What is read is at hand; who acts there needs the token.
#[test]
fn a_repository_without_its_token_is_read() {
    let (place, repo) = (Place::new(), GitRepo::with(&hosted()));
    let source = |more: &str| {
        format!(
            "[[sources]]\nname = \"deployments\"\nkind = \"git\"\npath = {:?}\n{more}\n",
            repo.path
        )
    };
    place.write("leadtime.toml", source(""));
    let with = place.run(&["env", "--json"]).ends(0).json();
    place.write("leadtime.toml", source("token = { env = \"NOT_THERE\" }"));
    for line in ["env --json", "map", "dora", "sync"] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let ran = place.run(&arguments).ends(0);
        assert!(!ran.err.contains("NOT_THERE"), "{}", ran.err);
    }
    let without = place.run(&["env", "--json"]).ends(0).json();
    assert_eq!(without["workloads"], with["workloads"]);
    place
        .run(&["doctor"])
        .ends(1)
        .shows(&["NOT_THERE", "nothing is done in it"]);
}

/// Every example answers where none of its credentials is there, and none of what it names is at hand.
#[test]
fn every_example_answers_without_credentials() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples");
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let config = file.path();
        let name = config.file_stem().unwrap().to_str().unwrap().to_owned();
        place.write(
            &format!("{name}/config/leadtime.toml"),
            std::fs::read(&config).unwrap(),
        );
        let folder = place.file(&format!("{name}/config"));
        let run = |arguments: &[&str]| place.run_in(&folder, arguments);
        run(&["env"]).ends(0);
        run(&["dora", "--json"]).ends(0).json();
        let doctor = run(&["doctor", "--offline", "--json"]);
        assert!(
            [Some(0), Some(1)].contains(&doctor.code),
            "{name}: {doctor:?}"
        );
        assert!(!doctor.json()["sources"].as_array().unwrap().is_empty());
    }
}

#[test]
fn what_is_typed_goes_before_what_is_configured_and_that_before_what_a_tool_has() {
    let place = Place::new();
    let said = place.file("said");
    let script = format!("echo \"${{LEADTIME_SINCE:-ever}}\" > '{}'", said.display());
    let source = format!(
        "[[sources]]\nname = \"own\"\nkind = \"command\"\ncommand = [\"sh\", \"-c\", {script:?}]\n"
    );
    let wanted = |more: &str, typed: &[&str], log: &str| {
        place.write("leadtime.toml", format!("{source}{more}"));
        place.run(&[&["--db", log, "sync"], typed].concat()).ends(0);
        place.read("said").trim().to_owned()
    };
    let typed = ["--since", "2020-01-01T00:00:00Z"];
    let configured = "since = \"30d\"\n";
    assert_eq!(wanted("", &[], "sqlite:a.db"), "ever");
    assert_eq!(wanted("", &typed, "sqlite:b.db"), "2020-01-01T00:00:00Z");
    assert_eq!(
        wanted(configured, &typed, "sqlite:c.db"),
        "2020-01-01T00:00:00Z"
    );
    let month = wanted(configured, &[], "sqlite:d.db");
    assert!(
        month.starts_with("20") && month.as_str() > "2020-02",
        "{month}"
    );
}
