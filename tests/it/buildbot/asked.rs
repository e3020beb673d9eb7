//! What the program of the recipe tells of a Buildbot that builds, fails and is stopped.

use leadtime::event::time::Timestamp;
use serde_json::{Value, json};

use super::{Buildbot, legs, place, programs, standing, told_of};
use crate::cli::place::Place;
use crate::support::left_out;

#[tokio::test]
async fn what_buildbot_built_is_told_as_buildbot_tells_it() {
    let Some(programs) = programs() else {
        return left_out("Buildbot (LEADTIME_BUILDBOT names no folder with its programs)");
    };
    let buildbot = Buildbot::start(programs, |_| String::new());
    buildbot.ready().await;
    let place = place(&buildbot);

    let good = buildbot.commit("PAY-1: pay", "exit 0");
    let build = buildbot.done(&good).await;
    assert_eq!(build["results"], 0);
    buildbot.git(&["tag", "-a", "v1.0.0", "-m", "first"]);
    place.run(&["sync"]).ends(0);
    let (built, tested) = (
        buildbot.step(&build, "build").await,
        buildbot.step(&build, "test").await,
    );
    for (name, (began, ended, results)) in [("build", &built), ("test", &tested)] {
        assert_eq!(results, 0);
        let legs = legs(&place, &good, name);
        let working = ("working".to_owned(), *began, *ended);
        assert!(legs.contains(&working), "{name}: {legs:?}, not {working:?}");
    }
    let asked = format!("buildrequests/{}", build["buildrequestid"]);
    let queued = buildbot.until(&asked, |answer| {
        answer["buildrequests"][0]["submitted_at"].as_i64()
    });
    let queued = Timestamp::from_seconds(queued.await);
    let waited = ("queued".to_owned(), queued, built.0);
    let legs = legs(&place, &good, "build");
    assert!(
        queued == built.0 || legs.contains(&waited),
        "{legs:?}, not {waited:?}"
    );
    map_agrees(&buildbot, &place, &good, (&built, &tested));

    let bad = buildbot.commit("PAY-2: break", "exit 1");
    let build = buildbot.done(&bad).await;
    assert_eq!(build["results"], 2);
    place.run(&["sync"]).ends(0);
    assert_eq!(standing(&place, &bad), (json!("test"), json!("failed")));
    assert_eq!(told_of(&place, &bad, "\"outcome\": \"failure\""), 1);

    let long = buildbot.commit("PAY-3: never ends", "sleep 600");
    let running = buildbot.build(&long, |_| true).await;
    let steps = format!("builds/{}/steps", running["buildid"]);
    let begun = |answer: &Value| {
        let mut steps = answer["steps"].as_array()?.iter();
        let test = steps.find(|step| step["name"] == "test")?;
        test["started_at"].as_i64()
    };
    buildbot.until(&steps, begun).await;
    place.run(&["sync"]).ends(0);
    assert_eq!(standing(&place, &long), (json!("test"), json!("working")));
    buildbot.stop(&running).await;
    let stopped = buildbot.done(&long).await;
    assert_eq!(stopped["results"], 6);
    place.run(&["sync"]).ends(0);
    assert_ne!(standing(&place, &long).1, "working");
    assert_eq!(told_of(&place, &long, "\"outcome\": \"cancelled\""), 1);

    // What was read already is the same event.
    let before = place.run(&["export"]).ends(0).out;
    place.run(&["sync"]).ends(0);
    assert_eq!(place.run(&["export"]).ends(0).out, before);
}

type Step = (Timestamp, Timestamp, Value);

/// The map's figures of the two steps, for the one change that is live.
fn map_agrees(buildbot: &Buildbot, place: &Place, sha: &str, (built, tested): (&Step, &Step)) {
    let map = place
        .run(&["map", "shop", "--json", "--changes", "--since", "2h"])
        .ends(0)
        .json();
    let all = map["change_list"].as_array().unwrap();
    let change = all
        .iter()
        .find(|one| one["change"] == sha)
        .unwrap_or_else(|| panic!("{map}"));
    let figure = |step: &str, key: &str| {
        let mut steps = change["steps"].as_array().unwrap().iter();
        steps.find(|one| one["step"] == step).unwrap()[key]
            .as_f64()
            .unwrap()
    };
    let seconds = |from: Timestamp, to: Timestamp| (to - from).seconds();
    let committed = buildbot
        .git(&["show", "-s", "--format=%ct", sha])
        .parse()
        .unwrap();
    let committed = Timestamp::from_seconds(committed);
    let close = |one: f64, other: f64| (one - other).abs() < 0.001;
    for (name, step, before) in [("build", built, committed), ("test", tested, built.1)] {
        let (process, wait) = (
            figure(name, "process_seconds"),
            figure(name, "wait_seconds"),
        );
        assert!(
            close(process, seconds(step.0, step.1)),
            "{name}: {process} of {step:?}"
        );
        assert!(
            wait >= seconds(before, step.0) - 0.001,
            "{name}: {wait} since {before}"
        );
    }
    assert!(
        close(figure("build", "wait_seconds"), seconds(committed, built.0)),
        "{map}"
    );
    let steps = map["steps"].as_array().unwrap();
    for name in ["build", "test"] {
        let step = steps.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(step["from"], json!(["buildbot"]), "{step}");
    }
}
