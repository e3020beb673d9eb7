//! Worked examples that others have published, as events through the engine: value-stream maps of books and tool makers, and the flow of one timeline.

use leadtime::event::Event;
use leadtime::event::cdevents::write;
use leadtime::event::kind::{
    Branch, Change, ChangePhase, Commit, Decision, Deployment, Gate, GatePhase, Kind, Outcome,
    Phase, ReviewState, Run,
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
        way.commit("m0", -100.0, None);
        way.commit("m1", 0.0, Some("m0"));
        way.deploy("m0", -90.0, -90.0);
        way
    }

    /// Changes, after a deployment of what was there before; each is told by `tell`.
    fn of(changes: usize, mut tell: impl FnMut(&mut Self, usize)) -> Self {
        let mut way = Self(Vec::new());
        way.commit("m0", -1_000.0, None);
        way.deploy("m0", -900.0, -900.0);
        (1..=changes).for_each(|number| tell(&mut way, number));
        way
    }

    fn commit(&mut self, sha: &str, at: f64, parent: Option<&str>) {
        let fact = Commit {
            sha: sha.to_owned(),
            repository: some("r"),
            parents: Some(parent.map(str::to_owned).into_iter().collect()),
            ..Commit::default()
        };
        self.tell(at, Kind::Commit(fact));
    }

    /// The branch that changes are meant to reach ends here.
    fn end(&mut self, sha: &str, at: f64) {
        let fact = Branch {
            branch: "main".to_owned(),
            repository: some("r"),
            sha: some(sha),
            target: true,
        };
        self.tell(at, Kind::Branch(fact));
    }

    fn change(&mut self, number: usize, at: f64, fact: Change<String>) {
        let fact = Change {
            change: format!("pr{number}"),
            repository: some("r"),
            author: some("jane"),
            ..fact
        };
        self.tell(at, Kind::Change(fact));
    }

    fn review(&mut self, number: usize, at: f64, state: ReviewState) {
        let fact = Change {
            reviewer: some("li"),
            state: Some(state),
            phase: ChangePhase::Reviewed,
            ..Change::default()
        };
        self.change(number, at, fact);
    }

    /// A request, squashed onto the one before it.
    fn request(&mut self, number: usize, [written, opened, merged]: [f64; 3], label: Option<&str>) {
        let own = format!("c{number}");
        let (sha, before) = (format!("m{number}"), format!("m{}", number - 1));
        self.commit(&own, written, Some(&before));
        self.commit(&sha, merged, Some(&before));
        let labels = label.map(str::to_owned).into_iter().collect();
        let open = Change {
            labels,
            ..Change::default()
        };
        self.change(number, opened, open);
        let merge = Change {
            sha: Some(sha),
            commits: vec![own],
            phase: ChangePhase::Merged,
            ..Change::default()
        };
        self.change(number, merged, merge);
    }

    fn ci(&mut self, number: usize, attempt: u32, finished: f64, outcome: Outcome) {
        let fact = Run {
            run: format!("ci{number}"),
            repository: some("r"),
            sha: Some(format!("m{number}")),
            step: some("ci"),
            attempt: Some(attempt),
            outcome: Some(outcome),
            ..Run::default()
        };
        self.tell(finished, Kind::Run(fact));
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
            record: format!("{sha} at {finished}"),
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
        self.map_of(steps, "", [-50.0, 5_000.0])
    }

    fn map_of(&self, steps: &str, settings: &str, [from, to]: [f64; 2]) -> Value {
        let configuration = format!(
            "{settings}\n[[paths]]\nname = \"p\"\nsteps = [{steps}]\n[[workloads]]\nname = \"w\"\npath = \"p\"\nrepositories = [\"r\"]\n"
        );
        let lines: Vec<String> = self.0.iter().map(write).collect();
        let mut door = Door::on(&lines, &configuration);
        let window = door.window(hour(from), hour(to));
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

const REVIEWED: &str = r#"
{ name = "code", kind = "code" },
{ name = "review", kind = "review" },
{ name = "ci", kind = "test" },
{ name = "production", kind = "deploy", environment = "production" },
"#;

#[expect(clippy::cast_precision_loss, reason = "a few changes")]
fn hours(number: usize, each: f64) -> f64 {
    number as f64 * each
}

/// Of 10 changes 4 had changes requested, 2 failed CI, 1 was rolled back: .6 * .8 * .9 = 43.2 %. A return is charged to the step that it is sent back
/// to, else to the one before the step that noticed.
#[test]
fn what_was_complete_and_accurate_rolls_through_all_steps() {
    let mut way = Way::of(10, |way, number| {
        let at = hours(number, 24.0);
        way.request(number, [at, at + 1.0, at + 6.0], None);
        if number <= 4 {
            way.review(number, at + 2.0, ReviewState::ChangesRequested);
        }
        way.review(number, at + 5.0, ReviewState::Approved);
        if number == 5 || number == 6 {
            way.ci(number, 1, at + 7.0, Outcome::Failure);
        }
        way.ci(number, 2, at + 8.0, Outcome::Success);
        way.deploy(&format!("m{number}"), at + 9.0, at + 10.0);
    });
    way.deploy("m9", 260.0, 261.0);
    let map = way.map(REVIEWED);
    for (name, rate) in [
        ("code", 0.6),
        ("review", 0.8),
        ("ci", 0.9),
        ("production", 1.0),
    ] {
        let found = &step(&map, name)["complete_accurate"];
        assert_eq!(found["n"], 10, "{name}");
        near(&found["rate"], rate);
    }
    near(&map["rolled_complete_accurate"], 0.432);
}

/// Seven changes, of which one is labelled as a defect: 14.3 %; of the others nothing is said, and nothing is guessed.
#[test]
fn one_defect_of_seven_is_a_seventh_of_the_flow() {
    let way = Way::of(7, |way, number| {
        let at = hours(number, 24.0);
        let label = (number == 4).then_some("bug");
        way.request(number, [at, at + 1.0, at + 2.0], label);
        way.deploy(&format!("m{number}"), at + 3.0, at + 3.0);
    });
    let settings = "[metrics]\nitems = { defect = [\"bug\"] }";
    let map = way.map_of(REVIEWED, settings, [0.0, 672.0]);
    let flow = &map["flow"];
    assert_eq!(flow["velocity"], 7);
    near(&flow["velocity_per_week"], 1.75);
    let types = flow["distribution"].as_array().unwrap();
    let names: Vec<_> = types.iter().map(|one| one["type"].as_str()).collect();
    assert_eq!(names, [Some("defect"), Some("unclassified")]);
    near(&types[0]["share"], 1.0 / 7.0);
    near(&types[1]["share"], 6.0 / 7.0);
}

/// The first request of the timeline: 3 h of coding and 18 h of review of 27 h are at most 77.8 %, and no machine's time is known.
#[test]
fn people_are_at_most_seven_ninths_of_the_first_request() {
    let way = Way::of(1, |way, number| {
        way.request(number, [0.0, 3.0, 25.0], None);
        way.review(number, 7.0, ReviewState::ChangesRequested);
        way.review(number, 24.0, ReviewState::Approved);
        way.deploy("m1", 27.0, 27.0);
    });
    let map = way.map(REVIEWED);
    assert_eq!(map["lead"]["p50_seconds"], 27 * 3_600);
    near(&map["flow_efficiency"]["low"], 0.0);
    near(&map["flow_efficiency"]["high"], 21.0 / 27.0);
}

/// 24 items in work, 3 a day: Little's law expects 8 days, which is what each of them takes. Where work piles up, the law is told to be
/// off.
#[test]
fn twenty_four_items_at_three_a_day_take_eight_days() {
    // One every eight hours, off the hours at which the window begins and ends.
    let steady = |delivered: usize| {
        Way::of(70, |way, number| {
            let at = hours(number, 8.0) - 300.0;
            let sha = format!("m{number}");
            way.commit(&sha, at, Some(&format!("m{}", number - 1)));
            way.end(&sha, at);
            if number <= delivered {
                way.deploy(&sha, at + 192.0, at + 192.0);
            }
        })
    };
    let window = [0.0, 240.0];
    let map = steady(70).map_of(REVIEWED, "", window);
    let flow = &map["flow"];
    assert_eq!(flow["velocity"], 30);
    assert_eq!(flow["load"], 24);
    near(&flow["wip_average"], 24.0);
    for figure in ["little_expected_seconds", "little_measured_seconds"] {
        near(&flow[figure], 8.0 * 86_400.0);
    }
    assert_eq!(flow["little_warning"], false);
    // Nothing more goes live from the middle of the window on, and work goes on piling up.
    let map = steady(28).map_of(REVIEWED, "", window);
    assert_eq!(map["flow"]["velocity"], 15);
    assert_eq!(map["flow"]["little_warning"], true);
}
