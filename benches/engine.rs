//! How fast the engine is: reading, folding, opening by the snapshot, and answering, on generated organisations. `cargo bench` prints the figures;
//! none of them is a test.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot run may say so by failing"
)]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use leadtime::app::{Engine, assemble, import};
use leadtime::config::Config;
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::cdevents;
use leadtime::event::time::Timestamp;
use leadtime::fold::{Fold, Partition};
use leadtime::model::delivery::deliver;
use leadtime::model::locate;
use leadtime::model::state::Lives;
use leadtime::model::stream::map;
use leadtime::model::window::Window;
use leadtime::store::Store;
use leadtime::store::memory::MemoryStore;
use leadtime::store::sqlite::SqliteStore;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZE: Size = Size {
    workloads: 200,
    events: 100_000,
    days: 90,
};

/// What is known of all workloads together is much more than a processor's caches hold.
const LARGE: Size = Size {
    workloads: 2_000,
    events: 1_000_000,
    days: 90,
};

fn until() -> Timestamp {
    Timestamp::parse("2026-11-01T00:00:00Z").unwrap()
}

fn organisation() -> Organisation {
    Organisation::new(1, SIZE, until())
}

fn bodies(size: Size) -> Vec<String> {
    Organisation::new(1, size, until())
        .events()
        .map(|event| cdevents::write(&event))
        .collect()
}

fn read(bodies: &[String]) -> Vec<Event<Cow<'_, str>>> {
    bodies
        .iter()
        .map(|body| cdevents::read(body).unwrap())
        .collect()
}

/// How long the fold of all events takes, without their reading; where all is brought, with the texts of each partition looked up and its facts in order.
fn folded(bodies: &[String], brings_all: bool) -> Duration {
    let until = until();
    let mut fold = Fold::default();
    let mut taken = Duration::ZERO;
    let mut places = 1..;
    for bodies in bodies.chunks(256) {
        let events = read(bodies);
        let start = Instant::now();
        for (event, place) in events.iter().zip(&mut places) {
            fold.apply(event, place, until);
        }
        taken += start.elapsed();
    }
    let start = Instant::now();
    fold.settle();
    if brings_all {
        for number in fold.changed() {
            fold.put(number, Partition::default());
        }
    }
    taken + start.elapsed()
}

fn reading(c: &mut Criterion) {
    let bodies = bodies(SIZE);
    let count = bodies.len() as u64;
    let mut group = c.benchmark_group("events");
    group.sample_size(10);
    group.throughput(Throughput::Elements(count));
    group.bench_function("read", |b| b.iter(|| black_box(read(&bodies).len())));
    // As the engine does it: what was just read is folded.
    group.bench_function("fold", |b| {
        b.iter_custom(|rounds| (0..rounds).map(|_| folded(&bodies, false)).sum());
    });
    group.bench_function("fold and bring all", |b| {
        b.iter_custom(|rounds| (0..rounds).map(|_| folded(&bodies, true)).sum());
    });
    group.bench_function("import into memory", |b| {
        let lines = bodies.join("\n");
        b.iter(|| {
            let mut store = MemoryStore::new();
            import::import(lines.as_bytes(), &mut store, until(), |_| {}, || {}).unwrap()
        });
    });
    group.finish();
}

/// All of a large organisation, as where its log is read for the first time.
fn folding(c: &mut Criterion) {
    let bodies = bodies(LARGE);
    let mut group = c.benchmark_group("events");
    group.sample_size(10);
    group.throughput(Throughput::Elements(bodies.len() as u64));
    group.bench_function("fold 2,000 workloads", |b| {
        b.iter_custom(|rounds| (0..rounds).map(|_| folded(&bodies, false)).sum());
    });
    group.bench_function("fold 2,000 workloads and bring all", |b| {
        b.iter_custom(|rounds| (0..rounds).map(|_| folded(&bodies, true)).sum());
    });
    group.finish();
}

/// A log in a file, with its snapshot.
fn log(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let file = folder.path().join("log.db");
    let mut store = SqliteStore::open(&file).unwrap();
    let lines = bodies(SIZE).join("\n");
    import::import(lines.as_bytes(), &mut store, until(), |_| {}, || {}).unwrap();
    open(Box::new(store));
    file
}

fn open(store: Box<dyn Store>) -> Engine {
    let text = organisation().configuration();
    let config = Config::parse(
        &text,
        std::path::Path::new("leadtime.toml"),
        &leadtime::app::registry::KINDS,
    )
    .unwrap();
    let rules = assemble::rules(&config, None);
    Engine::open(store, assemble::workloads(&config), rules, &mut |_, _| {}).unwrap()
}

fn asking(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let file = log(&folder);
    let sha = organisation()
        .events()
        .filter_map(|event| match event.kind {
            leadtime::event::kind::Kind::Change(change) => change.sha,
            _ => None,
        })
        .last()
        .unwrap();
    let mut group = c.benchmark_group("ask");
    group.sample_size(20);
    group.bench_function("open by the snapshot and answer where", |b| {
        b.iter(|| {
            let mut engine = open(Box::new(SqliteStore::open(&file).unwrap()));
            let mut found = 0;
            for definition in engine.candidates(&sha).unwrap().workloads {
                let workload = engine.workload(&definition, until()).unwrap();
                let rules = engine.rules.clone();
                let lives = Lives::new(&workload, &rules, None);
                found += locate::find(&lives, &sha).len();
            }
            assert!(found > 0);
        });
    });
    let mut engine = open(Box::new(SqliteStore::open(&file).unwrap()));
    let busiest = engine.definitions()[0].clone();
    let rules = engine.rules.clone();
    group.bench_function("gather a workload", |b| {
        b.iter(|| engine.workload(&busiest, until()).unwrap());
    });
    let workload = engine.workload(&busiest, until()).unwrap();
    group.bench_function("what its deployments ship", |b| {
        b.iter(|| deliver(&workload, "production"));
    });
    let window = Window {
        from: Timestamp::parse("2026-10-01T00:00:00Z").unwrap(),
        to: until(),
        timezone: rules.timezone,
    };
    group.bench_function("its map", |b| {
        b.iter(|| map(&Lives::new(&workload, &rules, None), window, false));
    });
    group.finish();
}

criterion_group!(benches, reading, folding, asking);
criterion_main!(benches);
