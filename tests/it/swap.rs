//! A swap without a break: in the middle of a month a workload takes another tool for a step, by one line of its configuration. The step's figures run on
//! over the whole month, the step tells of both tools, and a step that the path has locked refuses.

use std::path::Path;

use leadtime::app::registry::KINDS;
use leadtime::config::Config;
use leadtime::event::Event;
use leadtime::event::cdevents::write;
use leadtime::event::kind::{
    Artifact, ArtifactPhase, Change, ChangePhase, Commit, Deployment, Kind, Outcome, Phase, Run,
    RunKind,
};
use leadtime::event::time::{Span, Timestamp};
use serde_json::Value;

use crate::support::door::Door;

/// As two tools tell of the same step: their `context.source`, and what they call the run.
type Tools = [(&'static str, &'static str); 2];

const TESTS: Tools = [
    ("https://jenkins.acme.example/job/shop", "shop-unit"),
    ("circleci:circleci.com/gh/acme/shop", "test"),
];
const BUILDS: Tools = [
    ("kpack:cluster/shop", "build of shop"),
    ("kaniko:cluster/shop", "build"),
];

/// The first change of the new tool; there is one a day.
const SWAPPED: i64 = 15;
const DAYS: i64 = 28;

fn at(day: i64, minute: i64) -> Timestamp {
    let first = Timestamp::parse("2026-03-01T00:00:00Z").unwrap();
    first + Span::from_seconds((day - 1) * 86_400 + minute * 60)
}

fn tool(tools: &Tools, day: i64) -> &(&'static str, &'static str) {
    &tools[usize::from(day >= SWAPPED)]
}

/// A month of changes, each tested, built and brought to production on its day.
fn month(tests: &Tools, builds: &Tools) -> Vec<String> {
    let mut lines = Vec::new();
    let repository = || Some("acme/shop".to_owned());
    for day in 1..=DAYS {
        let sha = format!("{day:040x}");
        let mut tell = |source: &str, id: String, minute: i64, kind: Kind<String>| {
            let event = Event {
                source: source.to_owned(),
                id,
                at: at(day, minute),
                kind,
            };
            lines.push(write(&event));
        };
        let parent = (day > 1).then(|| format!("{:040x}", day - 1));
        let commit = Commit {
            sha: sha.clone(),
            repository: repository(),
            parents: Some(parent.into_iter().collect()),
            ..Commit::default()
        };
        tell("git:acme/shop", sha.clone(), 0, Kind::Commit(commit));
        for (phase, minute) in [(ChangePhase::Created, 1), (ChangePhase::Merged, 10)] {
            let change = Change {
                change: format!("pr{day}"),
                repository: repository(),
                head: Some(sha.clone()),
                commits: [sha.clone()].into_iter().collect(),
                sha: (phase == ChangePhase::Merged).then(|| sha.clone()),
                phase,
                ..Change::default()
            };
            let id = format!("pr{day}/{phase:?}");
            tell(
                "github:github.com/acme/shop",
                id,
                minute,
                Kind::Change(change),
            );
        }
        // Tests take twelve minutes after a wait of three, builds twenty after five.
        for (tools, kind, minutes) in [
            (tests, RunKind::Test, [10, 13, 25]),
            (builds, RunKind::Build, [25, 30, 50]),
        ] {
            let (source, name) = tool(tools, day);
            for (phase, minute) in [Phase::Queued, Phase::Started, Phase::Finished]
                .into_iter()
                .zip(minutes)
            {
                let run = Run {
                    run: format!("{kind:?}{day}"),
                    name: Some((*name).to_owned()),
                    repository: repository(),
                    sha: Some(sha.clone()),
                    kind,
                    phase,
                    outcome: (phase == Phase::Finished).then_some(Outcome::Success),
                    ..Run::default()
                };
                tell(
                    source,
                    format!("{kind:?}{day}/{phase:?}"),
                    minute,
                    Kind::Run(run),
                );
            }
        }
        let artifact = Artifact {
            artifact: format!("pkg:oci/shop@sha256%3A{day:064x}"),
            repository: repository(),
            sha: Some(sha.clone()),
            phase: ArtifactPhase::Published,
            ..Artifact::default()
        };
        tell(
            tool(builds, day).0,
            format!("image{day}"),
            50,
            Kind::Artifact(artifact),
        );
        let deployment = Deployment {
            record: format!("d{day}"),
            environment: Some("production".to_owned()),
            repository: repository(),
            sha: Some(sha),
            outcome: Some(Outcome::Success),
            started: Some(at(day, 55)),
            ..Deployment::default()
        };
        tell(
            "argocd:cd.example.com",
            format!("d{day}"),
            60,
            Kind::Deployment(deployment),
        );
    }
    lines
}

/// A path whose machine steps say what is given, and a workload on it that chooses what is given.
fn configuration(test: &str, build: &str, choice: &str) -> String {
    format!(
        r#"
[[paths]]
name = "web"
selector = {{ labels = {{}} }}
steps = [
  {{ name = "code", kind = "code" }},
  {{ name = "review", kind = "review" }},
  {{ name = "test", kind = "test"{test} }},
  {{ name = "build", kind = "build"{build} }},
  {{ name = "production", kind = "deploy", environment = "production" }},
]
[[workloads]]
name = "shop"
repositories = ["acme/shop"]
{choice}
"#
    )
}

fn map(lines: &[String], configuration: &str) -> Value {
    let mut door = Door::on(lines, configuration);
    let window = door.window(at(1, 0), at(DAYS + 1, 0));
    door.map("shop", window)
}

fn step<'m>(map: &'m Value, name: &str) -> &'m Value {
    let mut steps = map["steps"].as_array().unwrap().iter();
    steps.find(|step| step["name"] == name).unwrap()
}

/// A map without who filled its steps.
fn figures(mut map: Value) -> Value {
    for step in map["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("from");
        step.as_object_mut().unwrap().remove("by_producer");
    }
    map
}

/// What is told of a choice that is refused.
fn refused(configuration: &str) -> String {
    let path = Path::new("leadtime.toml");
    Config::parse(configuration, path, &KINDS)
        .unwrap_err()
        .to_string()
}

/// What each tool did makes up the whole: the new one from its day on, the old one before.
fn parted(of: &Value, tools: [&str; 2]) {
    let parts = of["by_producer"].as_array().unwrap();
    let told: Vec<&Value> = parts.iter().map(|part| &part["producer"]).collect();
    assert_eq!(told, tools, "{of}");
    let mut visits: Vec<i64> = parts
        .iter()
        .map(|part| part["visits"].as_i64().unwrap())
        .collect();
    visits.sort_unstable();
    assert_eq!(visits, [SWAPPED - 2, DAYS - SWAPPED + 1]);
    for kind in ["process", "wait"] {
        let sum = |of: &Value| of[kind]["sum_seconds"].as_i64().unwrap();
        assert_eq!(parts.iter().map(sum).sum::<i64>(), sum(of), "{of}");
        for part in parts {
            assert_eq!(part[kind]["p50_seconds"], of[kind]["p50_seconds"]);
            assert_eq!(part[kind]["n"], part["visits"]);
        }
    }
}

/// The step's figures over the month are those of a month without a swap, and both tools are told.
fn runs_on(swapped: &Value, same: Value, name: &str, tools: [&str; 2]) {
    // The first deployment that is known delivers nothing that can be measured.
    let visits = DAYS - 1;
    let of = step(swapped, name);
    assert_eq!(of["visits"], visits, "{of}");
    assert_eq!(of["from"], serde_json::json!(tools));
    assert_eq!(of["empty"], Value::Null);
    parted(of, tools);
    let number = |value: &Value| value.as_f64().unwrap();
    let minutes = |kind: &str| number(&of[kind]["sum_seconds"]) / number(&of["visits"]) / 60.0;
    let wanted = if name == "test" {
        (12.0, 3.0)
    } else {
        (20.0, 5.0)
    };
    assert_eq!((minutes("process"), minutes("wait")), wanted, "{of}");
    assert_eq!(figures(swapped.clone()), figures(same));
}

#[test]
fn a_test_step_goes_from_jenkins_to_circleci_by_one_line_and_its_figures_run_on() {
    let builds = [BUILDS[0], BUILDS[0]];
    let lines = month(&TESTS, &builds);
    let line = r#"steps.test = { from = "circleci", accepts = ["jenkins"] }"#;
    let swapped = map(&lines, &configuration("", "", line));
    let same = map(
        &month(&[TESTS[0], TESTS[0]], &builds),
        &configuration("", "", ""),
    );
    runs_on(&swapped, same, "test", ["circleci", "jenkins"]);
    // In any order of the lines, and without a word about tools.
    let mut backwards = lines.clone();
    backwards.reverse();
    assert_eq!(map(&backwards, &configuration("", "", line)), swapped);
    assert_eq!(map(&lines, &configuration("", "", "")), swapped);
    // Without `accepts` the step knows the new tool only, and does not count what another one did.
    let broken = map(
        &lines,
        &configuration("", "", r#"steps.test = { from = "circleci" }"#),
    );
    assert_eq!(
        step(&broken, "test")["from"],
        serde_json::json!(["circleci"])
    );
    let process = |map: &Value| {
        step(map, "test")["process"]["sum_seconds"]
            .as_f64()
            .unwrap()
    };
    assert!((process(&broken) - 14.0 * 720.0).abs() < 1e-6, "{broken}");
}

#[test]
fn a_build_step_goes_from_kpack_to_kaniko_and_back_and_its_figures_run_on() {
    let tests = [TESTS[0], TESTS[0]];
    let same = || {
        map(
            &month(&tests, &[BUILDS[0], BUILDS[0]]),
            &configuration("", "", ""),
        )
    };
    let lines = month(&tests, &BUILDS);
    let line = r#"steps.build = { from = "kaniko", accepts = ["kpack"] }"#;
    let swapped = map(&lines, &configuration("", "", line));
    runs_on(&swapped, same(), "build", ["kaniko", "kpack"]);
    let lines = month(&tests, &[BUILDS[1], BUILDS[0]]);
    let line = r#"steps.build = { from = "kpack", accepts = ["kaniko"] }"#;
    let back = map(&lines, &configuration("", "", line));
    runs_on(&back, same(), "build", ["kaniko", "kpack"]);
    assert_eq!(
        figures(back),
        figures(swapped),
        "who was first is not of account"
    );
}

#[test]
fn a_locked_step_refuses_the_swap_and_says_which_path_has_locked_it() {
    let locked = r#", locked = true, from = "jenkins", accepts = ["circleci"]"#;
    for line in [
        r#"steps.test = { from = "circleci" }"#,
        r#"steps.test = { accepts = ["buildkite"] }"#,
    ] {
        let told = refused(&configuration(locked, "", line));
        let wanted = "step \"test\" is locked by path \"web\": a workload may not choose for it";
        assert!(told.contains(wanted), "{told}");
        assert!(
            told.contains("leadtime.toml:15:") && told.contains("whoever keeps the path"),
            "{told}"
        );
    }
    // With the path's reason, where it gives one; the step tells it too.
    let because = r#", locked = true, from = "jenkins", reason = "one runner is audited""#;
    let told = refused(&configuration(
        because,
        "",
        r#"steps.test = { from = "circleci" }"#,
    ));
    let wanted = "is locked by path \"web\" (one runner is audited): a workload may not";
    assert!(told.contains(wanted), "{told}");
    let builds = [BUILDS[0], BUILDS[0]];
    let kept = map(&month(&TESTS, &builds), &configuration(because, "", ""));
    assert_eq!(step(&kept, "test")["reason"], "one runner is audited");
    assert_eq!(step(&kept, "build")["reason"], Value::Null);
    let told = refused(&configuration(r#", reason = "why""#, "", ""));
    assert!(
        told.contains("steps[2].reason") && told.contains("is not; add `locked = true`"),
        "{told}"
    );
    // The path itself may accept both, and then nothing has to be chosen.
    let lines = month(&TESTS, &builds);
    let swapped = map(&lines, &configuration(locked, "", ""));
    let same = map(
        &month(&[TESTS[0], TESTS[0]], &builds),
        &configuration(locked, "", ""),
    );
    runs_on(&swapped, same, "test", ["circleci", "jenkins"]);
    // What it does not accept is not taken for the step, though it ran.
    let strict = r#", locked = true, from = "jenkins""#;
    let swapped = map(&lines, &configuration(strict, "", ""));
    assert_eq!(
        step(&swapped, "test")["from"],
        serde_json::json!(["jenkins"])
    );
}
