//! Worked examples that others have published, as events through the engine: value-stream maps of books and tool makers, the flow of one timeline, and
//! figures of delivery ([`delivered`]).

mod delivered;
mod rolled;
mod way;

use leadtime::event::kind::{Decision, ReviewState};

use way::{Way, cost, hours, near, step};

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

/// Tailspin, Microsoft Learn: 22 days, of which only two boxes add value: 5 of 22, printed as 23 %. What adds none is waiting for us.
#[test]
fn the_map_of_tailspin() {
    let mut way = Way::new();
    let mut days = 0.0;
    for (name, lead, value) in [
        ("label", 3.0, 0.0),
        ("feature", 4.0, 4.0),
        ("notify", 2.0, 0.0),
        ("test", 3.0, 0.0),
        ("triage", 3.0, 0.0),
        ("preproduction", 2.0, 0.0),
        ("approval", 4.0, 0.0),
    ] {
        days += lead;
        way.run(name, 24.0 * (days - value), 24.0 * days);
    }
    way.deploy("m1", 24.0 * 21.0, 24.0 * 22.0);
    let map = way.map(TAILSPIN);
    assert_eq!(map["lead"]["p50_seconds"], 22 * 86_400);
    assert_eq!(map["process_seconds"], 5 * 86_400);
    near(&map["flow_efficiency"]["low"], 5.0 / 22.0);
    near(&step(&map, "approval")["share_of_lead"], 4.0 / 22.0);
}

const TAILSPIN: &str = r#"
{ name = "label", kind = "configure" },
{ name = "feature", kind = "build" },
{ name = "notify", kind = "configure" },
{ name = "test", kind = "test" },
{ name = "triage", kind = "verify" },
{ name = "preproduction", kind = "configure" },
{ name = "approval", kind = "verify" },
{ name = "production", kind = "deploy", environment = "production" },
"#;

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
