//! The page drawn from figures by hand: steps side by side, an empty one, names that break things; at every size, with any key.

use std::sync::Arc;

use chrono_tz::Tz;
use ratatui::buffer::Buffer;

use super::*;
use crate::event::time::{Span, Timestamp};
use crate::model::definition::StepKind;
use crate::model::flow::Flow;
use crate::model::locate::Leg;
use crate::model::overview::{Detail, Overview, Summary};
use crate::model::statistic::{Share, Spread, Times};
use crate::model::stream::{Efficiency, MapChange, MapChangeStep, Pace, Visit};
use crate::report::{Style, Surroundings};
use crate::theme::Theme;
use crate::view::scene::{Lens, Stage};

const HOUR: i64 = 3_600;

fn hours(hours: i64) -> Span {
    Span::from_seconds(hours * HOUR)
}

fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

fn step(name: &str, needs: &[usize], visits: usize, wait: i64) -> StepFigures {
    let times = |n: usize, one: i64| Times {
        n,
        p50_seconds: (n > 0).then(|| hours(one)),
        p85_seconds: (n > 0).then(|| hours(one * 2)),
        sum_seconds: (n > 0).then(|| hours(one * i64::try_from(n).unwrap())),
    };
    StepFigures {
        name: name.to_owned(),
        kind: StepKind::Test,
        environment: None,
        locked: name == "scan",
        reason: (name == "scan").then(|| "the security team asks".to_owned()),
        from: vec!["jenkins".to_owned()],
        by_producer: None,
        visits,
        wip: 0,
        process: times(visits, 1),
        wait: times(visits, wait),
        complete_accurate: Share::default(),
        share_of_lead: Some(0.25),
        constraint: wait == 9,
        empty: (visits == 0).then(|| "no event fills it".to_owned()),
        needs: needs.to_vec(),
        stay: Spread {
            n: visits,
            p50_seconds: (visits > 0).then(|| hours(wait + 1)),
            p85_seconds: (visits > 0).then(|| hours(2 * wait + 2)),
        },
    }
}

fn map(delivered: usize) -> Map {
    let steps = vec![
        step("code", &[], delivered, 0),
        step("test", &[0], delivered, 9),
        step("build \u{1b}[2J日本語の長い名前", &[0], delivered, 1),
        step("scan", &[2], 0, 0),
        step("production", &[1, 3], delivered, 2),
    ];
    let visit = |wait: i64| Visit {
        entered: now() - hours(100),
        process: hours(1),
        wait: hours(wait),
        beside: false,
    };
    let change = |n: i64| MapChange {
        change: format!("acme/shop#{n}"),
        title: Some("مرحبا add \u{202e}carts".to_owned()),
        start: now() - hours(100),
        deployed: now(),
        lead_seconds: hours(100),
        process_seconds: hours(4),
        wait_seconds: hours(96),
        inferred: n == 1,
        steps: steps
            .iter()
            .map(|step| MapChangeStep {
                step: step.name.clone(),
                process_seconds: hours(1),
                wait_seconds: hours(n),
                visit: (step.visits > 0).then(|| visit(n)),
            })
            .collect(),
    };
    let lead = Spread::of(vec![hours(100); delivered]);
    Map {
        workload: "shop".to_owned(),
        path: "web".to_owned(),
        derived: false,
        window: crate::model::window::Window::of(now(), hours(720), Tz::UTC),
        known_from: None,
        changes: delivered,
        lead,
        lead_seconds: Some(hours(100 * i64::try_from(delivered).unwrap())),
        process_seconds: Some(hours(4)),
        wait_seconds: Some(hours(96)),
        flow_efficiency: Efficiency::default(),
        rolled_complete_accurate: None,
        states: Vec::new(),
        flow: Flow::default(),
        inferred: false,
        notes: vec!["a note".to_owned()],
        cost: None,
        calendar: None,
        change_list: Some(
            (1..=i64::try_from(delivered).unwrap())
                .map(change)
                .collect(),
        ),
        steps,
    }
}

fn flying(n: i64, step: &str, age: i64) -> Match {
    Match {
        workload: "shop".to_owned(),
        change: format!("acme/shop#{n}"),
        title: Some("a change".to_owned()),
        author: None,
        url: None,
        repository: None,
        commits: Vec::new(),
        artifact: None,
        version: None,
        state: "waiting",
        step: Some(step.to_owned()),
        since: Some(now() - hours(1)),
        until: None,
        on: vec!["payments".to_owned()],
        environments: std::collections::BTreeMap::new(),
        rolled_back: std::collections::BTreeMap::new(),
        forecast: crate::model::forecast::Forecast::default(),
        sentence: String::new(),
        outside: None,
        inferred: false,
        timeline: vec![
            Leg {
                step: step.to_owned(),
                state: "working",
                from: now() - hours(age),
                to: now() - hours(1),
            },
            Leg {
                step: step.to_owned(),
                state: "waiting",
                from: now() - hours(1),
                to: now(),
            },
        ],
        labels: Vec::new(),
        tickets: Vec::new(),
        rejected: false,
    }
}

fn scene(delivered: usize) -> Scene {
    let question = Question::Map {
        workload: "shop".to_owned(),
        business: false,
    };
    let detail = Detail {
        changes: vec![
            flying(1, "test", 5),
            flying(2, "test", 50),
            flying(3, "test", 15),
        ],
        gates: Vec::new(),
        environments: Vec::new(),
        material: crate::model::dora::Material::default(),
        repairs: Vec::new(),
        lanes: crate::model::repair::LaneTimes::default(),
        parts: Vec::new(),
        told_by: std::collections::BTreeSet::new(),
        compliance: crate::model::compliance::Compliance::default(),
    };
    let summary = Summary {
        workload: "shop".to_owned(),
        ..Summary::default()
    };
    let overview = Overview {
        summary,
        detail: Some(detail),
    };
    let lens = Lens {
        length: hours(720),
        as_of: None,
        now: now(),
        zone: Tz::UTC,
    };
    let style = Style::detect(&Surroundings::default(), Theme::default(), now());
    let mut scene = Scene::new(lens, style, None);
    scene.enter(vec![Arc::new(overview)]);
    scene.stage = Stage::Ready;
    scene.seq = 1;
    let told = Answer::Map(Box::new(map(delivered)));
    scene.answers.insert(question, Arc::new(told));
    scene
}

fn drawn(page: &dyn Page, scene: &Scene, (width, height): (u16, u16)) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let mut pen = Pen {
        buffer: &mut buffer,
        scene,
        theme: &Theme::default(),
        hits: &mut Vec::new(),
    };
    page.draw(Rect::new(0, 0, width, height), &mut pen);
    let cells: Vec<&str> = buffer
        .content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    let rows = cells.chunks(usize::from(width)).map(<[&str]>::concat);
    rows.collect::<Vec<_>>().join("\n")
}

fn page(scene: &Scene) -> MapPage {
    let mut page = MapPage::default();
    page.refresh(scene);
    page
}

#[test]
fn it_begins_at_the_constraint_and_goes_through_the_columns() {
    let scene = scene(3);
    let mut page = page(&scene);
    drawn(&page, &scene, (200, 40));
    let name = |page: &MapPage| page.step().map(|step| step.name.clone()).unwrap();
    assert_eq!(name(&page), "test");
    page.on(Intent::Down, &scene);
    assert!(name(&page).starts_with("build"), "the same column");
    page.on(Intent::Right, &scene);
    assert_eq!(name(&page), "scan");
    page.on(Intent::Fold, &scene);
    assert_eq!(name(&page), "test", "what is folded cannot be in front");
    page.on(Intent::Last, &scene);
    assert_eq!(name(&page), "production");
    page.on(Intent::Right, &scene);
    assert_eq!(name(&page), "production");
    assert!(drawn(&page, &scene, (200, 40)).contains("1 empty step folded"));
}

#[test]
fn where_nothing_went_live_it_says_so_and_shows_what_is_on_its_way() {
    let scene = scene(0);
    let shown = drawn(&page(&scene), &scene, (200, 40));
    assert!(shown.contains("Nothing went live in 30d"), "{shown}");
    assert!(shown.contains("? #2"), "nothing to compare with: {shown}");
}

#[test]
fn live_tells_age_against_the_usual_oldest_first() {
    let scene = scene(3);
    let mut page = page(&scene);
    page.on(Intent::Live, &scene);
    let shown = drawn(&page, &scene, (200, 40));
    let found = |sign: &str| {
        shown
            .find(sign)
            .unwrap_or_else(|| panic!("{sign} in\n{shown}"))
    };
    assert!(found("▲ #2") < found("! #3"), "{shown}");
    assert!(found("! #3") < found("· #1"));
    let step = &map(3).steps[1];
    assert_eq!(
        step.pace(hours(10)),
        Pace::Usual,
        "the median itself is usual"
    );
    assert_eq!(step.pace(hours(21)), Pace::Stuck);
}

#[test]
fn the_visits_behind_a_step_come_longest_first() {
    let scene = scene(3);
    let mut page = page(&scene);
    let Reaction::Push(mut visits) = page.on(Intent::Open, &scene) else {
        panic!("no page");
    };
    visits.refresh(&scene);
    let grid = visits.grid(&scene).unwrap();
    let changes: Vec<&str> = grid.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(changes, ["acme/shop#3", "acme/shop#2", "acme/shop#1"]);
    assert_eq!(grid.rows[2][3], "~1h 00m", "inferred");
    assert_eq!(grid.rows[0][5], "4 %");
}

#[test]
fn a_locked_step_says_why() {
    let scene = scene(3);
    let mut told = 0;
    for live in [false, true] {
        let mut page = page(&scene);
        drawn(&page, &scene, (200, 40));
        if live {
            page.on(Intent::Live, &scene);
        }
        page.on(Intent::Down, &scene);
        page.on(Intent::Right, &scene);
        if let Reaction::Push(mut behind) = page.on(Intent::Open, &scene) {
            behind.refresh(&scene);
            let shown = drawn(&*behind, &scene, (80, 21));
            assert!(shown.contains("locked: the security team asks"), "{shown}");
            told += 1;
        }
    }
    assert!(told > 0);
}

#[test]
fn no_size_and_no_key_breaks_it() {
    let keys = [
        Intent::Live,
        Intent::Statistic,
        Intent::Fold,
        Intent::Right,
        Intent::PageDown,
        Intent::Up,
    ];
    for delivered in [0, 1, 40] {
        let scene = scene(delivered);
        let mut page = page(&scene);
        for key in keys.into_iter().chain(keys) {
            page.on(key, &scene);
            for size in [(60, 9), (80, 21), (100, 10), (120, 33), (200, 57)] {
                let shown = drawn(&page, &scene, size);
                assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
            }
        }
    }
}
