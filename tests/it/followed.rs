//! Events that name nothing but their subject belong where the others of their subject do (model.md: "followed through identifiers"): what is known is the
//! same as if each had named everything, whichever came first.

use std::path::Path;

use leadtime::app::doctor::Search;
use leadtime::app::registry::KINDS;
use leadtime::app::{Engine, assemble, import};
use leadtime::config::Config;
use leadtime::event::Event;
use leadtime::event::kind::{
    Change, ChangePhase, Commit, Decision, Deployment, Gate, GatePhase, Incident, IncidentPhase,
    Kind, Outcome, Phase, Run, RunKind,
};
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::environment;
use leadtime::model::gate;
use leadtime::model::state::Lives;
use leadtime::model::stream::map;
use leadtime::model::window::Window;
use leadtime::store::Store;
use leadtime::store::memory::MemoryStore;

const CONFIGURATION: &str = r#"
[[paths]]
name = "web"
steps = [
  { name = "code", kind = "code" },
  { name = "review", kind = "review" },
  { name = "test", kind = "test" },
  { name = "cab", kind = "gate" },
  { name = "production", kind = "deploy", environment = "production" },
]
[[workloads]]
name = "shop"
path = "web"
repositories = ["acme/shop"]
services = ["shop"]
[[workloads]]
name = "wiki"
path = "web"
repositories = ["acme/wiki"]
services = ["wiki"]
"#;

fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    Timestamp::parse(&format!("2026-03-{day}T{time}:00Z")).unwrap()
}

fn event(id: &str, time: &str, kind: Kind<String>) -> Event<String> {
    let source = match &kind {
        Kind::Incident(_) => "/pager",
        Kind::Run(_) => "/ci",
        _ => "/host",
    };
    Event {
        source: source.to_owned(),
        id: id.to_owned(),
        at: at(time),
        kind,
    }
}

/// A change on its way, and an incident; what follows up on something names its repository and service only where `whole`.
fn events(whole: bool) -> Vec<Event<String>> {
    let some = |text: &str| Some(text.to_owned());
    let follow = |text: &str| whole.then(|| text.to_owned());
    let commit = |sha: &str, parents: &[&str]| {
        Kind::Commit(Commit {
            sha: sha.to_owned(),
            repository: some("acme/shop"),
            parents: Some(parents.iter().map(|one| (*one).to_owned()).collect()),
            ..Commit::default()
        })
    };
    let change = |phase, sha: Option<&str>, repository| {
        Kind::Change(Change {
            change: "7".to_owned(),
            phase,
            sha: sha.map(str::to_owned),
            repository,
            ..Change::default()
        })
    };
    let run = |phase, outcome, sha: Option<String>, repository| {
        Kind::Run(Run {
            run: "t1".to_owned(),
            name: some("test"),
            kind: RunKind::Test,
            phase,
            outcome,
            sha,
            repository,
            ..Run::default()
        })
    };
    let gate = |phase, decision, sha: Option<String>, repository| {
        Kind::Gate(Gate {
            gate: "g1".to_owned(),
            name: sha.as_ref().map(|_| "cab".to_owned()),
            phase,
            decision,
            sha,
            repository,
            ..Gate::default()
        })
    };
    let deployed = |record: &str, phase, outcome, sha: Option<&str>, service: Option<String>| {
        Kind::Deployment(Deployment {
            record: record.to_owned(),
            environment: sha.map(|_| "production".to_owned()),
            repository: service.as_ref().map(|_| "acme/shop".to_owned()),
            service,
            sha: sha.map(str::to_owned),
            phase,
            outcome,
            ..Deployment::default()
        })
    };
    let incident = |phase, service| {
        Kind::Incident(Incident {
            incident: "i1".to_owned(),
            environment: some("production"),
            service,
            phase,
            ..Incident::default()
        })
    };
    let good = Some(Outcome::Success);
    let (started, finished) = (Phase::Started, Phase::Finished);
    vec![
        event("1", "01 09:00", commit("m0aaaaaa", &[])),
        event(
            "2",
            "01 12:00",
            deployed("d0", finished, good, Some("m0aaaaaa"), some("shop")),
        ),
        event(
            "3",
            "02 09:00",
            change(ChangePhase::Created, None, some("acme/shop")),
        ),
        event("4", "02 10:00", commit("m1bbbbbb", &["m0aaaaaa"])),
        event(
            "5",
            "02 10:00",
            change(ChangePhase::Merged, Some("m1bbbbbb"), follow("acme/shop")),
        ),
        event(
            "6",
            "02 11:00",
            run(started, None, some("m1bbbbbb"), some("acme/shop")),
        ),
        event(
            "7",
            "02 12:00",
            run(finished, good, None, follow("acme/shop")),
        ),
        event(
            "8",
            "02 13:00",
            gate(
                GatePhase::Created,
                None,
                some("m1bbbbbb"),
                some("acme/shop"),
            ),
        ),
        event(
            "9",
            "03 13:00",
            gate(
                GatePhase::Closed,
                Some(Decision::Approved),
                None,
                follow("acme/shop"),
            ),
        ),
        event(
            "10",
            "03 14:00",
            deployed("d1", started, None, Some("m1bbbbbb"), some("shop")),
        ),
        event(
            "11",
            "03 15:00",
            deployed("d1", finished, good, None, follow("shop")),
        ),
        event(
            "12",
            "03 16:00",
            incident(IncidentPhase::Detected, some("shop")),
        ),
        event(
            "13",
            "03 18:00",
            incident(IncidentPhase::Resolved, follow("shop")),
        ),
    ]
}

fn engine(store: Box<dyn Store>) -> Engine {
    let config = Config::parse(CONFIGURATION, Path::new("leadtime.toml"), &KINDS).unwrap();
    let rules = assemble::rules(&config, None);
    Engine::open(store, assemble::workloads(&config), rules, &mut |_, _| {}).unwrap()
}

/// What is known of every workload.
fn known(engine: &mut Engine, as_of: Timestamp) -> Vec<String> {
    let rules = engine.rules.clone();
    let window = Window::of(as_of, Span::from_seconds(30 * 86_400), rules.timezone);
    let definitions = engine.definitions().to_vec();
    let told = definitions.iter().map(|definition| {
        let workload = engine.workload(definition, as_of).unwrap();
        let lives = Lives::new(&workload, &rules, None);
        let of = (
            map(&lives, window, true),
            environment::running(&lives),
            gate::open(&lives),
            workload
                .incidents
                .iter()
                .map(|one| one.resolved)
                .collect::<Vec<_>>(),
        );
        serde_json::to_string_pretty(&of).unwrap()
    });
    told.collect()
}

fn log(events: &[Event<String>]) -> Box<MemoryStore> {
    let mut store = Box::new(MemoryStore::new());
    import::append(&mut *store, events, at("04 00:00")).unwrap();
    store
}

#[test]
fn what_names_its_subject_alone_is_known_as_if_it_named_everything() {
    let now = at("04 00:00");
    let expected = known(&mut engine(log(&events(true))), now);
    assert!(expected[0].contains("\"changes\": 1"), "{}", expected[0]);
    let mut bare = events(false);
    let mut dice = fastrand::Rng::with_seed(3);
    for _ in 0..20 {
        assert_eq!(known(&mut engine(log(&bare)), now), expected);
        dice.shuffle(&mut bare);
    }
    // As of an instant between two of them, too.
    for time in [
        "02 10:30", "02 12:00", "03 12:59", "03 13:00", "03 14:30", "03 17:00",
    ] {
        let whole = known(&mut engine(log(&events(true))), at(time));
        assert_eq!(known(&mut engine(log(&bare)), at(time)), whole, "{time}");
    }
}

#[test]
fn who_follows_is_told_whose_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let mut store = assemble::open_log(&file).unwrap();
    let now = at("04 00:00");
    let mut follower = engine(Box::new(assemble::open_log(&file).unwrap()));
    for one in events(false) {
        let is_bare = ["5", "7", "9", "11", "13"].contains(&one.id.as_str());
        import::append(&mut store, &[one], now).unwrap();
        let touched = follower.follow().unwrap();
        assert_eq!(touched, if is_bare { vec![0, 1] } else { vec![0] });
        follower.rest().unwrap();
    }
    let expected = known(&mut engine(log(&events(true))), now);
    assert_eq!(known(&mut follower, now), expected);
}

#[test]
fn what_belongs_to_nobody_is_still_told() {
    let mut all = events(false);
    let stray = Incident {
        incident: "i2".to_owned(),
        ..Incident::default()
    };
    all.push(event("14", "03 19:00", Kind::Incident(stray)));
    let mut engine = engine(log(&all));
    let mut search = Search::new(&mut engine, at("04 00:00")).unwrap();
    while search.step(&mut engine).unwrap() {}
    let found = search.found();
    let homeless = found
        .iter()
        .filter(|one| one.reason.contains("names no repository"));
    let told: Vec<(&str, u64)> = homeless
        .map(|one| (one.reason.as_str(), one.count))
        .collect();
    assert_eq!(
        told,
        [(
            "an incident that names no repository, service or artifact",
            1
        )]
    );
}
