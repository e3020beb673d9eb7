//! A sync that is killed at any moment, and started again, leaves the log that one without interruption leaves.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::place::{Place, Ran};
use super::sources::{command, config, world};
use crate::github::now;
use crate::support::github::world::{ago, job, run, sha, user};
use crate::support::github::{GitHubMock, World};

const KILLS: usize = 50;
const NAMES: [&str; 2] = ["acme/one", "acme/two"];

/// Two repositories with a history, and something that still runs and waits at a gate.
fn moving_world() -> World {
    let mut world = world(&NAMES, 24);
    let repo = world.repo("acme/one");
    let at = ago(now(), 3);
    repo.runs
        .insert(0, run(50, "waiting", None, &sha("merge", 1), &at));
    let mut held = job(50, "waiting", None, &sha("merge", 1), &at);
    held["started_at"] = json!(null);
    repo.jobs.insert(50, vec![held]);
    repo.pending.insert(50, vec![json!({"environment": {"id": 2, "name": "production"}, "wait_timer": 0, "wait_timer_started_at": null,
        "current_user_can_approve": true, "reviewers": [{"type": "User", "reviewer": user("ada")}]})]);
    world
}

type Events = BTreeMap<(String, String), String>;

/// The events of a log; the file is whole, and no identity is in it twice.
fn events(file: &Path) -> Events {
    let connection = rusqlite::Connection::open(file).unwrap();
    let whole: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let mut read = connection
        .prepare("SELECT source, id, body FROM event")
        .unwrap();
    let rows = read.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)));
    let rows: Vec<((String, String), String)> = rows.unwrap().map(Result::unwrap).collect();
    let count = rows.len();
    let events: Events = rows.into_iter().collect();
    assert_eq!(events.len(), count, "none twice");
    events
}

/// Starts a sync into a log and kills it after so many requests and a moment more. How it ended, where it was faster.
fn killed(
    place: &Place,
    mock: &GitHubMock,
    db: &str,
    requests: usize,
    moment: Duration,
) -> Option<Ran> {
    let before = mock.world().asked.len();
    let mut sync = command(place, &["--db", db, "sync"]);
    let mut child = sync.stderr(Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() && mock.world().asked.len() < before + requests {
        std::thread::sleep(Duration::from_micros(300));
    }
    std::thread::sleep(moment);
    // SIGKILL: nothing is flushed, nothing is cleaned up.
    let _over = child.kill();
    let output = child.wait_with_output().unwrap();
    output.status.code().map(|_| Ran::of(output))
}

fn kill_and_compare(place: &Place, mock: &GitHubMock) {
    let mut random = fastrand::Rng::with_seed(20_260_301);
    let sync = |db: &str| Ran::of(command(place, &["--db", db, "sync"]).output().unwrap()).ends(0);
    sync("sqlite:whole.db");
    let whole = events(&place.file("whole.db"));
    assert!(whole.len() > 400, "{}", whole.len());
    let answers = |db: &str| {
        ["dora --deployments --changes", "env", "gates", "map one"].map(|line| {
            let line: Vec<&str> = line.split_whitespace().collect();
            let all = [
                "--json",
                "--as-of",
                "2090-01-01",
                "--since",
                "36500d",
                "--db",
                db,
            ];
            let all = if line[0] == "env" || line[0] == "gates" {
                [&all[..3], &all[5..]].concat()
            } else {
                all.to_vec()
            };
            let ran = Ran::of(
                command(place, &[&line[..], &all].concat())
                    .output()
                    .unwrap(),
            );
            (ran.code, ran.out)
        })
    };
    let expected = answers("sqlite:whole.db");
    let mut kills = 0;
    let mut logs = 0;
    while kills < KILLS {
        logs += 1;
        let db = format!("sqlite:killed-{logs}.db");
        // Until one of them gets through, be it because it is left alone at last.
        let ended = loop {
            if kills == KILLS {
                break sync(&db);
            }
            let requests = random.usize(0..60);
            let moment = Duration::from_micros(random.u64(0..6_000));
            match killed(place, mock, &db, requests, moment) {
                None => kills += 1,
                Some(ended) => break ended,
            }
        };
        ended.ends(0);
        let found = events(&place.file(&format!("killed-{logs}.db")));
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            whole.keys().collect::<Vec<_>>(),
            "after {kills} kills"
        );
        for (identity, body) in &whole {
            assert_eq!(&found[identity], body, "{identity:?} after {kills} kills");
        }
        assert_eq!(answers(&db), expected, "after {kills} kills");
    }
    assert!(logs <= 25, "kills hit: {logs} readings got through");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_is_killed_fifty_times_loses_and_doubles_nothing() {
    let mock = GitHubMock::start(moving_world()).await;
    let place = Place::new();
    place.write("leadtime.toml", config(&mock.url(), &NAMES));
    tokio::task::spawn_blocking(move || kill_and_compare(&place, &mock))
        .await
        .unwrap();
}
