//! What Buildbot's own reporter pushes to the collector when a build ends, and that it is the same that it says when it is asked.

use std::time::{Duration, Instant};

use super::{Buildbot, CONFIG, PATIENCE, legs, programs, recipes};
use crate::cli::place::{Place, Ran};
use crate::receiving::{Collector, SECRET};
use crate::support::left_out;

const PUSHED: &str = r#"
[receive]
listen = "127.0.0.1:0"
[[sources]]
name = "pushed"
kind = "cdevents"
path = "pushed.jsonl"
secret = { env = "SECRET" }
every = "1d"
"#;

#[tokio::test]
async fn what_buildbot_tells_by_itself_is_what_it_tells_when_asked() {
    let Some(programs) = programs() else {
        return left_out("Buildbot (LEADTIME_BUILDBOT names no folder with its programs)");
    };
    let place = Place::new();
    place.write("pushed.jsonl", "");
    let mut collector = None;
    let buildbot = Buildbot::start(programs, |buildbot| {
        let repository = buildbot.repository().display().to_string();
        let (before, rest) = CONFIG
            .split_once("[[sources]]\nname = \"buildbot\"")
            .unwrap();
        let (_, after) = rest.split_once("[[paths]]").unwrap();
        let config = format!("{PUSHED}{before}every = \"1d\"\n[[paths]]{after}");
        place.write("leadtime.toml", config.replace("REPOSITORY", &repository));
        let collecting = Collector::start(&place, &["clone", "pushed"]);
        let hook = format!("{}pushed", collecting.url);
        collector = Some(collecting);
        recipes()[1].replace("https://leadtime.example.com/hooks/buildbot", &hook)
    });
    assert!(collector.is_some());
    buildbot.ready().await;
    let mut told = Vec::new();
    for (title, test, results, outcome) in [
        ("PAY-1: pay", "exit 0", 0, "success"),
        ("PAY-2: break", "exit 1", 2, "failure"),
    ] {
        let sha = buildbot.commit(title, test);
        let build = buildbot.done(&sha).await;
        assert_eq!(build["results"], results);
        until(&place, |line| {
            line.contains(&sha) && line.contains("\"step\":\"test\"") && line.contains("finished")
        })
        .await;
        told.push((sha, build, outcome));
    }
    drop(collector);
    let before = told_in(&place);
    // It is asked, too: nothing of it is new.
    let config = CONFIG.replace("REPOSITORY", &buildbot.repository().display().to_string());
    place.write("buildbot.py", &recipes()[0]);
    place.write("leadtime.toml", config.replace("URL", &buildbot.url));
    place.run(&["sync"]).ends(0);
    assert_eq!(told_in(&place), before);
    for (sha, build, outcome) in &told {
        let own = before.iter().filter(|line| line.contains(sha.as_str()));
        assert_eq!(own.count(), 5, "queued, and two steps that began and ended");
        let last = before.iter().filter(|line| {
            line.contains(sha.as_str())
                && line.contains(outcome)
                && line.contains("\"step\":\"test\"")
        });
        assert_eq!(last.count(), 1, "{before:#?}");
        for name in ["build", "test"] {
            let (began, ended, _) = buildbot.step(build, name).await;
            let legs = legs(&place, sha, name);
            let working = ("working".to_owned(), began, ended);
            assert!(legs.contains(&working), "{name}: {legs:?}, not {working:?}");
        }
    }
}

/// Waits until something is in the log.
async fn until(place: &Place, is_it: impl Fn(&String) -> bool) {
    let begun = Instant::now();
    while !told_in(place).iter().any(&is_it) {
        assert!(begun.elapsed() < PATIENCE, "{:#?}", told_in(place));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// All that is in the log of Buildbot, as it came: without blanks, in the order of their text.
fn told_in(place: &Place) -> Vec<String> {
    let mut exported = place.command(&["export"]);
    let exported = Ran::of(exported.env("SECRET", SECRET).output().unwrap()).ends(0);
    let lines = exported
        .out
        .lines()
        .filter(|line| line.contains("buildbot:"));
    let mut lines: Vec<String> = lines
        .map(|line| line.replace("\": ", "\":").replace(", \"", ",\""))
        .collect();
    lines.sort();
    lines
}
