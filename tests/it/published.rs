//! Worked examples that others have published, as events through the engine: value-stream maps of books and tool makers, and the flow of one timeline.

use leadtime::event::Event;
use leadtime::event::cdevents::write;
use leadtime::event::kind::{
    Commit, Decision, Deployment, Gate, GatePhase, Kind, Outcome, Phase, Run,
};
use leadtime::event::time::{Span, Timestamp};
use serde_json::Value;

use crate::support::door::Door;

/// Hours after the start, which is working time where the example counts so.
fn hour(hours: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "a few weeks of hours")]
    let seconds = (hours * 3_600.0) as i64;
    Timestamp::parse("2025-01-06T00:00:00Z").unwrap() + Span::from_seconds(seconds)
}

/// One direct commit on its way, and what it passes.
struct Way(Vec<Event<String>>);

#[expect(clippy::unnecessary_wraps, reason = "most fields are optional")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

impl Way {
    /// Written at hour 0, after a deployment of what was there before.
    fn new() -> Self {
        let mut way = Self(Vec::new());
        for (sha, at, parents) in [("m0", -100.0, vec![]), ("m1", 0.0, vec!["m0".to_owned()])] {
            let fact = Commit {
                sha: sha.to_owned(),
                repository: some("r"),
                parents: Some(parents),
                ..Commit::default()
            };
            way.tell(at, Kind::Commit(fact));
        }
        way.deploy("m0", -90.0, -90.0);
        way
    }

    fn tell(&mut self, at: f64, kind: Kind<String>) {
        let id = self.0.len().to_string();
        let source = "tool".to_owned();
        self.0.push(Event {
            source,
            id,
            at: hour(at),
            kind,
        });
    }

    fn run(&mut self, step: &str, started: f64, finished: f64) {
        for (phase, at) in [(Phase::Started, started), (Phase::Finished, finished)] {
            let fact = Run {
                run: step.to_owned(),
                repository: some("r"),
                sha: some("m1"),
                step: some(step),
                outcome: (phase == Phase::Finished).then_some(Outcome::Success),
                phase,
                ..Run::default()
            };
            self.tell(at, Kind::Run(fact));
        }
    }

    fn gate(&mut self, opened: f64, closed: f64, decision: Decision) {
        for (phase, at) in [(GatePhase::Created, opened), (GatePhase::Closed, closed)] {
            let fact = Gate {
                gate: "board".to_owned(),
                name: some("cab"),
                repository: some("r"),
                sha: some("m1"),
                decision: (phase == GatePhase::Closed).then_some(decision),
                phase,
                ..Gate::default()
            };
            self.tell(at, Kind::Gate(fact));
        }
    }

    fn deploy(&mut self, sha: &str, started: f64, finished: f64) {
        let fact = Deployment {
            record: sha.to_owned(),
            environment: some("production"),
            repository: some("r"),
            sha: some(sha),
            outcome: Some(Outcome::Success),
            started: Some(hour(started)),
            ..Deployment::default()
        };
        self.tell(finished, Kind::Deployment(fact));
    }

    fn map(&self, steps: &str) -> Value {
        let configuration = format!(
            "[[paths]]\nname = \"p\"\nsteps = [{steps}]\n[[workloads]]\nname = \"w\"\npath = \"p\"\nrepositories = [\"r\"]\n"
        );
        let lines: Vec<String> = self.0.iter().map(write).collect();
        let mut door = Door::on(&lines, &configuration);
        let window = door.window(hour(-50.0), hour(5_000.0));
        door.map("w", window)
    }
}

fn step<'m>(map: &'m Value, name: &str) -> &'m Value {
    let steps = map["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap()
}

/// Lead and process time of a step, in hours.
fn cost(map: &Value, name: &str) -> (f64, f64) {
    let step = step(map, name);
    let sum = |what: &str| step[what]["sum_seconds"].as_f64().unwrap() / 3_600.0;
    (sum("process") + sum("wait"), sum("process"))
}

#[track_caller]
fn near(value: &Value, wanted: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
}

const BOARD: &str = r#"
{ name = "code", kind = "code" },
{ name = "release", kind = "build" },
{ name = "cab", kind = "gate" },
{ name = "production", kind = "deploy", environment = "production" },
"#;

/// Two weeks to make a release, four weeks for the board: two thirds.
#[test]
fn the_change_board_is_two_thirds_of_the_lead_time() {
    let mut way = Way::new();
    way.run("release", 0.0, 336.0);
    way.gate(336.0, 1_008.0, Decision::Approved);
    way.deploy("m1", 1_008.0, 1_008.0);
    let map = way.map(BOARD);
    near(&step(&map, "cab")["share_of_lead"], 4.0 / 6.0);
    assert_eq!(step(&map, "cab")["constraint"], true);
    assert_eq!(map["lead"]["p50_seconds"], 1_008 * 3_600);
}

/// GitLab's cumulative stage: 9 to 10 and 12 to 14 o'clock is three hours at the gate, not five; the time between belongs to the step it was sent back to.
#[test]
fn a_step_entered_again_adds_its_visits() {
    let mut way = Way::new();
    way.run("release", 0.0, 9.0);
    way.gate(9.0, 10.0, Decision::Rejected);
    way.gate(12.0, 14.0, Decision::Approved);
    way.deploy("m1", 14.0, 14.0);
    let map = way.map(BOARD);
    assert_eq!(cost(&map, "cab"), (3.0, 0.0));
    assert_eq!(cost(&map, "release"), (11.0, 9.0));
    near(&step(&map, "release")["complete_accurate"]["rate"], 0.0);
    near(&step(&map, "cab")["complete_accurate"]["rate"], 1.0);
}

const BOOK: &str = r#"
{ name = "design", kind = "configure" },
{ name = "design-approval", kind = "verify" },
{ name = "planning", kind = "configure" },
{ name = "development", kind = "build" },
{ name = "showcase", kind = "verify" },
{ name = "exploratory", kind = "test", needs = ["showcase"] },
{ name = "change-approval", kind = "configure", needs = ["showcase"] },
{ name = "production", kind = "deploy", environment = "production", needs = ["exploratory", "change-approval"] },
"#;

/// Humble, Molesky, O'Reilly, Lean Enterprise: 384 h of lead time, 56 h of work, 14.6 %. Of the two boxes side by side the longer one counts.
#[test]
fn the_map_of_lean_enterprise() {
    let mut way = Way::new();
    for (name, end, work) in [
        ("design", 80.0, 16.0),
        ("design-approval", 120.0, 2.0),
        ("planning", 240.0, 1.0),
        ("development", 280.0, 32.0),
        ("showcase", 304.0, 2.0),
        ("exploratory", 320.0, 8.0),
        ("change-approval", 344.0, 1.0),
    ] {
        way.run(name, end - work, end);
    }
    way.deploy("m1", 382.0, 384.0);
    let map = way.map(BOOK);
    assert_eq!(map["lead"]["p50_seconds"], 384 * 3_600);
    assert_eq!(map["process_seconds"], 56 * 3_600);
    near(&map["flow_efficiency"]["low"], 56.0 / 384.0);
    assert_eq!(cost(&map, "change-approval"), (40.0, 1.0));
    // Beside the ladder: told with its own figures, and in no sum.
    assert_eq!(cost(&map, "exploratory"), (0.0, 0.0));
    assert_eq!(
        step(&map, "exploratory")["process"]["p50_seconds"],
        8 * 3_600
    );
}

const STAGES: &str = r#"
{ name = "issue", kind = "configure" },
{ name = "plan", kind = "configure" },
{ name = "code", kind = "build" },
{ name = "test", kind = "test" },
{ name = "review", kind = "verify", needs = ["code"] },
{ name = "production", kind = "deploy", environment = "production", needs = ["review", "test"] },
"#;

/// GitLab's example: 10.5 h from 09:00 to 19:30, and the test inside the review adds nothing.
#[test]
fn a_test_inside_the_review_adds_nothing() {
    let mut way = Way::new();
    way.run("issue", 0.0, 2.0);
    way.run("plan", 2.0, 3.0);
    way.run("code", 3.0, 5.0);
    way.run("test", 6.0, 6.25);
    way.run("review", 5.0, 10.0);
    way.deploy("m1", 10.0, 10.5);
    let map = way.map(STAGES);
    assert_eq!(map["lead"]["p50_seconds"], 37_800);
    assert_eq!(cost(&map, "test"), (0.0, 0.0));
    assert_eq!(cost(&map, "review"), (5.0, 5.0));
    assert_eq!(cost(&map, "production"), (0.5, 0.5));
}
