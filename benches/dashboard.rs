//! How fast the dashboard is, without a terminal: working out the rows of the fleet, drawing a frame, and from a key to a drawn frame, with 2,000 workloads.
//! `cargo bench` prints the figures; none of them is a test.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot run may say so by failing"
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use leadtime::app::silence::Heard;
use leadtime::app::{Engine, assemble, import};
use leadtime::config::Config;
use leadtime::dashboard::message::News;
use leadtime::dashboard::together::Together;
use leadtime::dashboard::{App, worker};
use leadtime::demo::{Organisation, Size};
use leadtime::event::time::Timestamp;
use leadtime::intent::View;
use leadtime::key::{Chord, Keymap};
use leadtime::model::overview::Overview;
use leadtime::report::{Style, Surroundings};
use leadtime::store::memory::MemoryStore;
use leadtime::theme::Theme;
use leadtime::view::scene::{Lens, Scene, Stage};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WORKLOADS: usize = 2_000;
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn now() -> Timestamp {
    Timestamp::parse("2026-03-04T10:00:00Z").unwrap()
}

/// What 2,000 workloads look like: 50 that are worked out, again and again under names of their own.
fn fleet() -> Vec<Arc<Overview>> {
    let size = Size {
        workloads: 50,
        events: 12_000,
        days: 60,
    };
    let organisation = Organisation::new(7, size, now());
    let config = Config::parse(
        &organisation.configuration(),
        Path::new("leadtime.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap();
    let rules = assemble::rules(&config, Some("you".to_owned()));
    let mut store = MemoryStore::new();
    let events: Vec<_> = organisation.events().collect();
    import::append(&mut store, &events, now()).unwrap();
    let workloads = assemble::workloads(&config);
    let mut engine = Engine::open(Box::new(store), workloads, rules, &mut |_, _| {}).unwrap();
    let lens = lens();
    let around = worker::Around {
        heard: &Heard::default(),
        together: &Together::default(),
        overviews: &[],
    };
    let worked: Vec<Overview> = (0..engine.definitions().len())
        .filter_map(|place| worker::work_out(&mut engine, &around, &lens, place).unwrap())
        .collect();
    let names = (0..WORKLOADS).map(|number| {
        let mut one = worked[number % worked.len()].clone();
        one.summary.workload = format!("{}-{number}", one.summary.workload);
        Arc::new(one)
    });
    names.collect()
}

fn lens() -> Lens {
    Lens {
        length: leadtime::dashboard::LENGTHS[1],
        as_of: None,
        now: now(),
        zone: chrono_tz::Tz::UTC,
    }
}

fn app(fleet: &[Arc<Overview>]) -> App {
    let style = Style::detect(&Surroundings::default(), Theme::default(), now());
    let scene = Scene::new(lens(), style, None);
    let mut app = App::new(View::Fleet, scene, Keymap::default(), Theme::default());
    told(&mut app, fleet);
    app.settle();
    app
}

/// News of the worker.
fn told(app: &mut App, fleet: &[Arc<Overview>]) {
    app.news(News::Fleet {
        lens: app.scene.lens,
        overviews: fleet.to_vec(),
        stage: Stage::Ready,
        seq: 1,
    });
}

fn drawing(c: &mut Criterion) {
    let fleet = fleet();
    let mut app = app(&fleet);
    let mut group = c.benchmark_group("fleet of 2,000");
    for (width, height) in SIZES {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        group.bench_function(format!("draw {width}x{height}"), |b| {
            b.iter(|| app.draw(black_box(&mut buffer)));
        });
    }
    group.finish();
}

/// What comes in while one looks at a view: ten workloads are others.
fn news(c: &mut Criterion) {
    let mut fleet = fleet();
    let mut app = app(&fleet);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 36));
    let mut group = c.benchmark_group("news to drawn, 120x36");
    let mut first = 0;
    for view in View::ALL {
        app.intent(view.intent());
        group.bench_function(view.title(), |b| {
            b.iter(|| {
                for step in 0..10 {
                    let place = (first + 199 * step) % WORKLOADS;
                    fleet[place] = Arc::new((*fleet[place]).clone());
                }
                first = (first + 1) % WORKLOADS;
                told(&mut app, &fleet);
                app.settle();
                app.draw(black_box(&mut buffer));
            });
        });
    }
    group.finish();
}

fn keys(c: &mut Criterion) {
    let fleet = fleet();
    let mut app = app(&fleet);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    app.draw(&mut buffer);
    let mut group = c.benchmark_group("key to drawn, 200x60");
    // Each with what undoes it, so that every round changes the screen.
    for (name, keys) in [
        ("down", "j k"),
        ("page down", "pgdn pgup"),
        ("last row", "G g"),
        ("sort", "s"),
        ("group", "t"),
        ("type into the filter", "/ c h esc"),
        ("palette", ": esc"),
        ("help", "? esc"),
        ("to Map and back", "2 1"),
        ("to Changes and back", "3 1"),
        ("to Gates and back", "4 1"),
        ("to Environments and back", "5 1"),
        ("to Releases and back", "6 1"),
        ("to Repair and back", "7 1"),
        ("to Compliance and back", "8 1"),
    ] {
        let chords: Vec<Chord> = keys.split(' ').map(|key| key.parse().unwrap()).collect();
        group.bench_function(format!("{name} ({keys})"), |b| {
            b.iter(|| {
                for chord in &chords {
                    app.key(*chord);
                    app.settle();
                    app.draw(black_box(&mut buffer));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, drawing, news, keys);
criterion_main!(benches);
