//! Gates and environments as they are seen, drawn from scenes made by hand: at three sizes, in plain and in the worst cases, and what keys do there.

use std::sync::Arc;

use leadtime::dashboard::{App, text};
use leadtime::event::time::Span;
use leadtime::intent::{Intent, View};
use leadtime::key::Keymap;
use leadtime::model::environment::Running;
use leadtime::model::gate::OpenGate;
use leadtime::model::overview::{Overview, overview};
use leadtime::model::ran::{Ahead, Brief, History, Ran};
use leadtime::model::state::Lives;
use leadtime::model::window::Window;
use leadtime::theme::Theme;
use leadtime::view::answer::{Answer, Question};
use leadtime::view::scene::{Lens, Scene, Stage};
use leadtime::view::scope::Scope;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::reports::{sample, style};
use crate::support::door::Door;

const NAMES: [&str; 3] = ["checkout", "cart", "ledger"];
/// Wide, from right to left, and with codes that would move the cursor.
const HOSTILE: &str = "支払い\u{202e}מסד\u{1b}[2J-with-a-name-that-goes-on-and-on";

/// A workload of which nothing is known, with these gates and environments.
fn one(name: &str, gates: Vec<OpenGate>, environments: Vec<Running>) -> Arc<Overview> {
    let configuration = format!(
        "[[workloads]]\nname = \"checkout\"\nteam = \"{}\"\nrepositories = [\"acme/checkout\"]\n",
        if name == "ledger" { "core" } else { "payments" }
    );
    let mut door = Door::on::<&str>(&[], &configuration);
    let workload = door.workload("checkout", sample::now());
    let rules = door.rules.clone();
    let lives = Lives::new(&workload, &rules, None);
    let window = Window::of(sample::now(), Span::from_seconds(86_400), chrono_tz::UTC);
    let mut made = overview(&lives, window);
    name.clone_into(&mut made.summary.workload);
    made.summary.gates = gates.len();
    let detail = made.detail.as_mut().unwrap();
    detail.gates = gates;
    detail.environments = environments;
    Arc::new(made)
}

fn scene(fleet: Vec<Arc<Overview>>) -> Scene {
    let lens = Lens {
        length: Span::from_seconds(30 * 86_400),
        as_of: None,
        now: sample::now(),
        zone: chrono_tz::UTC,
    };
    let mut scene = Scene::new(lens, style(120), Some("jane".to_owned()));
    scene.enter(fleet);
    scene.stage = Stage::Ready;
    scene.seq = 1;
    "acme".clone_into(&mut scene.title);
    scene
}

fn fleet() -> Vec<Arc<Overview>> {
    let mut gates = sample::gates().gates;
    let mut environments = sample::environments().workloads.into_iter();
    NAMES
        .into_iter()
        .map(|name| {
            let mut own: Vec<OpenGate> = Vec::new();
            gates.retain(|gate| {
                let here = gate.workload == name;
                own.extend(here.then(|| gate.clone()));
                !here
            });
            let mut running = environments.next().unwrap().environments;
            if let Some(last) = running.last_mut().filter(|_| name != "ledger") {
                last.before = Some("staging".to_owned());
            }
            one(name, own, running)
        })
        .collect()
}

fn worst() -> Vec<Arc<Overview>> {
    let mut gate = sample::gate();
    HOSTILE.clone_into(&mut gate.workload);
    gate.step = Some(HOSTILE.to_owned());
    gate.changes = (0..60).map(|n| format!("{HOSTILE}#{n}")).collect();
    gate.approvers = vec![HOSTILE.to_owned(); 3];
    gate.superseded_by = Some(HOSTILE.to_owned());
    let mut environments = Vec::new();
    for workload in sample::environments().workloads {
        for (number, mut running) in workload.environments.into_iter().enumerate() {
            running.environment = format!("{}-{number}-{HOSTILE}", workload.workload);
            running.version = Some(HOSTILE.to_owned());
            running.held = Some(HOSTILE.to_owned());
            environments.push(running);
        }
    }
    vec![one(HOSTILE, vec![gate], environments)]
}

fn app(view: View, fleet: Vec<Arc<Overview>>) -> App {
    let mut app = App::new(view, scene(fleet), Keymap::default(), Theme::default());
    app.settle();
    app
}

fn shot(app: &mut App, width: u16, height: u16) -> String {
    app.settle();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    app.draw(&mut buffer);
    leadtime::dashboard::lines(&buffer)
}

fn shots(name: &str, app: &mut App) {
    for (width, height) in [(80, 24), (120, 36), (200, 60)] {
        let drawn = shot(app, width, height);
        assert!(!drawn.chars().any(|char| char.is_control() && char != '\n'));
        insta::assert_snapshot!(format!("{name}-{width}"), drawn);
    }
}

#[test]
fn gates() {
    shots("gates", &mut app(View::Gates, fleet()));
    shots("gates-none", &mut app(View::Gates, Vec::new()));
    shots("gates-worst", &mut app(View::Gates, worst()));
    let mut app = app(View::Gates, fleet());
    app.intent(Intent::Open);
    shots("gate", &mut app);
}

#[test]
fn a_gate_that_waits_is_never_hidden_in_silence() {
    let mut app = app(View::Gates, fleet());
    app.scene.scope = Scope::Workload("cart".to_owned());
    app.scene.version += 1;
    let drawn = shot(&mut app, 80, 24);
    assert!(drawn.contains("1 more outside cart"), "{drawn}");
    app.scene.scope = Scope::All;
    app.scene.version += 1;
    app.settle();
    let page = app.ui.page_mut().unwrap();
    page.rows_mut().unwrap().set_filter("state:late", None);
    let drawn = shot(&mut app, 80, 24);
    assert!(drawn.contains("1 hidden by the filter"), "{drawn}");
}

#[test]
fn gates_are_found_by_what_is_asked_of_them() {
    let mut app = app(View::Gates, fleet());
    let found = |app: &mut App, filter: &str| {
        let rows = app.ui.page_mut().unwrap().rows_mut().unwrap();
        rows.set_filter(filter, Some("jane"));
        let position = rows.position();
        position.split_once(" of ").unwrap().1.to_owned()
    };
    for (filter, position) in [
        ("", "2"),
        ("state:late", "1 (of 2)"),
        ("state:mine", "1 (of 2)"),
        ("on:@me", "1 (of 2)"),
        ("on:change-board", "2"),
        ("environment:production step:cab", "1 (of 2)"),
        ("team:core", "0 (of 2)"),
    ] {
        assert_eq!(found(&mut app, filter), position, "{filter}");
    }
}

#[test]
fn a_gate_that_is_decided_while_one_reads_stays_and_says_so() {
    let mut app = app(View::Gates, fleet());
    app.intent(Intent::Open);
    app.settle();
    app.scene
        .enter(vec![one("checkout", Vec::new(), Vec::new())]);
    app.scene.version += 1;
    let drawn = shot(&mut app, 120, 36);
    assert!(
        drawn.contains("no longer open") && drawn.contains("812 passed"),
        "{drawn}"
    );
}

#[test]
fn environments() {
    shots("environments", &mut app(View::Environments, fleet()));
    shots(
        "environments-none",
        &mut app(View::Environments, Vec::new()),
    );
    shots("environments-worst", &mut app(View::Environments, worst()));
}

#[test]
fn the_cell_in_front_stays_in_sight_however_narrow_it_is() {
    let mut app = app(View::Environments, worst());
    for _ in 0..6 {
        app.intent(Intent::Right);
    }
    let drawn = shot(&mut app, 80, 24);
    assert!(
        drawn.contains("ledger-0-") && drawn.contains('‹'),
        "{drawn}"
    );
    for _ in 0..6 {
        app.intent(Intent::Left);
    }
    let drawn = shot(&mut app, 80, 24);
    assert!(
        drawn.contains("checkout-0-") && drawn.contains('›'),
        "{drawn}"
    );
}

fn history() -> History {
    let brief = |change: &str| Brief {
        change: change.to_owned(),
        title: Some(format!("Change {change}")),
        author: Some("jane".to_owned()),
        url: None,
        at: sample::at("2026-11-20T09:00:00Z"),
    };
    let ran = |deployment: &str, kind: &'static str, at: &str, changes: Vec<Brief>| Ran {
        deployment: deployment.to_owned(),
        version: Some(format!("v-{deployment}")),
        sha: None,
        artifact: None,
        at: sample::at(at),
        kind,
        by: "argocd".to_owned(),
        unplanned: kind == "rollback",
        changes,
        inferred: false,
        live: kind == "rollback",
        until: None,
        url: None,
    };
    History {
        workload: "checkout".to_owned(),
        environment: "production".to_owned(),
        runs: vec![
            ran("d4", "deploying", "2026-11-21T08:59:00Z", Vec::new()),
            ran("d3", "rollback", "2026-11-20T09:00:00Z", Vec::new()),
            ran("d2", "failed", "2026-11-19T09:00:00Z", Vec::new()),
            ran(
                "d1",
                "change",
                "2026-11-18T09:00:00Z",
                vec![brief("411"), brief("410")],
            ),
        ],
        ahead: Ahead {
            before: Some("staging".to_owned()),
            missing: vec![brief("412"), brief("413")],
            extra: vec![brief("hotfix")],
        },
    }
}

#[test]
fn what_ran_in_a_cell() {
    let mut app = app(View::Environments, fleet());
    app.intent(Intent::Open);
    assert!(shot(&mut app, 80, 24).contains("working out what ran here"));
    let question = Question::History {
        workload: "checkout".to_owned(),
        environment: "production".to_owned(),
    };
    app.scene
        .answers
        .insert(question, Arc::new(Answer::History(Box::new(history()))));
    app.scene.version += 1;
    shots("past", &mut app);
    app.intent(Intent::Last);
    app.intent(Intent::Open);
    let drawn = shot(&mut app, 80, 24);
    assert!(
        drawn.contains("v-d1 brought 2 changes") && drawn.contains("Change 410"),
        "{drawn}"
    );
    assert!(text(&mut app).contains("Change 411"));
}
