//! Changes on their way, told as events, and the map that they make: what every example here is written in.

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
pub fn hour(hours: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "a few weeks of hours")]
    let seconds = (hours * 3_600.0) as i64;
    Timestamp::parse("2025-01-06T00:00:00Z").unwrap() + Span::from_seconds(seconds)
}

/// One direct commit on its way, and what it passes.
pub struct Way(Vec<Event<String>>);

#[expect(clippy::unnecessary_wraps, reason = "most fields are optional")]
pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

impl Way {
    /// Written at hour 0, after a deployment of what was there before.
    pub fn new() -> Self {
        let mut way = Self(Vec::new());
        way.commit("m0", -100.0, None);
        way.commit("m1", 0.0, Some("m0"));
        way.deploy("m0", -90.0, -90.0);
        way
    }

    /// Changes, after a deployment of what was there before; each is told by `tell`.
    pub fn of(changes: usize, mut tell: impl FnMut(&mut Self, usize)) -> Self {
        let mut way = Self(Vec::new());
        way.commit("m0", -1_000.0, None);
        way.deploy("m0", -900.0, -900.0);
        (1..=changes).for_each(|number| tell(&mut way, number));
        way
    }

    pub fn commit(&mut self, sha: &str, at: f64, parent: Option<&str>) {
        let fact = Commit {
            sha: sha.to_owned(),
            repository: some("r"),
            parents: Some(parent.map(str::to_owned).into_iter().collect()),
            ..Commit::default()
        };
        self.tell(at, Kind::Commit(fact));
    }

    /// The branch that changes are meant to reach ends here.
    pub fn end(&mut self, sha: &str, at: f64) {
        let fact = Branch {
            branch: "main".to_owned(),
            repository: some("r"),
            sha: some(sha),
            target: true,
        };
        self.tell(at, Kind::Branch(fact));
    }

    pub fn change(&mut self, number: usize, at: f64, fact: Change<String>) {
        let fact = Change {
            change: format!("pr{number}"),
            repository: some("r"),
            author: some("jane"),
            ..fact
        };
        self.tell(at, Kind::Change(fact));
    }

    pub fn review(&mut self, number: usize, at: f64, state: ReviewState) {
        let fact = Change {
            reviewer: some("li"),
            state: Some(state),
            phase: ChangePhase::Reviewed,
            ..Change::default()
        };
        self.change(number, at, fact);
    }

    /// A request, squashed onto the one before it.
    pub fn request(
        &mut self,
        number: usize,
        [written, opened, merged]: [f64; 3],
        label: Option<&str>,
    ) {
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
            commits: [own].into(),
            phase: ChangePhase::Merged,
            ..Change::default()
        };
        self.change(number, merged, merge);
    }

    pub fn ci(&mut self, number: usize, attempt: u32, finished: f64, outcome: Outcome) {
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

    pub fn tell(&mut self, at: f64, kind: Kind<String>) {
        let id = self.0.len().to_string();
        let source = "tool".to_owned();
        self.0.push(Event {
            source,
            id,
            at: hour(at),
            kind,
        });
    }

    pub fn run(&mut self, step: &str, started: f64, finished: f64) {
        self.try_run(1, step, [started, finished], Outcome::Success);
    }

    /// One attempt of a change at a step.
    pub fn try_run(
        &mut self,
        number: usize,
        step: &str,
        [started, finished]: [f64; 2],
        outcome: Outcome,
    ) {
        for (phase, at) in [(Phase::Started, started), (Phase::Finished, finished)] {
            let fact = Run {
                run: format!("{step} of {number} at {started}"),
                repository: some("r"),
                sha: Some(format!("m{number}")),
                step: some(step),
                outcome: (phase == Phase::Finished).then_some(outcome),
                phase,
                ..Run::default()
            };
            self.tell(at, Kind::Run(fact));
        }
    }

    pub fn gate(&mut self, opened: f64, closed: f64, decision: Decision) {
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

    pub fn deploy(&mut self, sha: &str, started: f64, finished: f64) {
        self.try_deploy(sha, [started, finished], Outcome::Success);
    }

    pub fn try_deploy(&mut self, sha: &str, [started, finished]: [f64; 2], outcome: Outcome) {
        let fact = Deployment {
            record: format!("{sha} at {finished}"),
            environment: some("production"),
            repository: some("r"),
            sha: some(sha),
            outcome: Some(outcome),
            started: Some(hour(started)),
            ..Deployment::default()
        };
        self.tell(finished, Kind::Deployment(fact));
    }

    pub fn map(&self, steps: &str) -> Value {
        self.map_of(steps, "", [-50.0, 5_000.0])
    }

    pub fn map_of(&self, steps: &str, settings: &str, [from, to]: [f64; 2]) -> Value {
        let mut door = self.door(steps, settings);
        let window = door.window(hour(from), hour(to));
        door.map("w", window)
    }

    pub fn door(&self, steps: &str, settings: &str) -> Door {
        let configuration = format!(
            "{settings}\n[[paths]]\nname = \"p\"\nsteps = [{steps}]\n[[workloads]]\nname = \"w\"\npath = \"p\"\nrepositories = [\"r\"]\nservices = [\"s\"]\n"
        );
        let lines: Vec<String> = self.0.iter().map(write).collect();
        Door::on(&lines, &configuration)
    }
}

pub fn step<'m>(map: &'m Value, name: &str) -> &'m Value {
    let steps = map["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap()
}

/// Lead and process time of a step, in hours.
pub fn cost(map: &Value, name: &str) -> (f64, f64) {
    let step = step(map, name);
    let sum = |what: &str| step[what]["sum_seconds"].as_f64().unwrap() / 3_600.0;
    (sum("process") + sum("wait"), sum("process"))
}

#[track_caller]
pub fn near(value: &Value, wanted: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
}

#[expect(clippy::cast_precision_loss, reason = "a few changes")]
pub fn hours(number: usize, each: f64) -> f64 {
    number as f64 * each
}
