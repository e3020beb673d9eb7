//! Two that have the same log open, as a dashboard and an import beside it: who follows goes on from the snapshot that the other keeps, and knows the same.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use leadtime::app::locate::Nowhere;
use leadtime::app::registry::KINDS;
use leadtime::app::silence::Heard;
use leadtime::app::{Engine, assemble, import};
use leadtime::clock::Clock;
use leadtime::config::Config;
use leadtime::dashboard::message::{News, Order};
use leadtime::dashboard::together::Together;
use leadtime::dashboard::worker::{self, Around, Workshop, work_out};
use leadtime::dashboard::{LENGTHS, Setting};
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::overview::Summary;
use leadtime::store::Store;
use leadtime::store::memory::MemoryStore;
use leadtime::store::sqlite::SqliteStore;
use leadtime::view::answer::{Answer, Question};
use leadtime::view::scene::Lens;
use leadtime::view::scope::Scope;
use tempfile::TempDir;

fn engine(file: &Path, config: &Config) -> Engine {
    engine_on(Box::new(assemble::open_log(file).unwrap()), config)
}

fn engine_on(store: Box<dyn Store>, config: &Config) -> Engine {
    let rules = assemble::rules(config, None);
    Engine::open(store, assemble::workloads(config), rules, &mut |_, _| {}).unwrap()
}

/// What is to be seen of every workload.
fn seen(engine: &mut Engine, at: Timestamp) -> Vec<Summary> {
    let lens = Lens {
        length: LENGTHS[1],
        as_of: Some(at),
        now: at,
        zone: chrono_tz::Tz::UTC,
    };
    let around = Around {
        heard: &Heard::default(),
        together: &Together::default(),
        overviews: &[],
    };
    (0..engine.definitions().len())
        .filter_map(|place| work_out(engine, &around, &lens, place).unwrap())
        .map(|one| one.summary)
        .collect()
}

/// A small organisation: its configuration, and its events.
fn organisation(at: Timestamp) -> (Config, Vec<Event<String>>) {
    let size = Size {
        workloads: 4,
        events: 9_000,
        days: 60,
    };
    let organisation = Organisation::new(3, size, at);
    let text = organisation.configuration();
    let config = Config::parse(&text, Path::new("leadtime.toml"), &KINDS).unwrap();
    let events = organisation.events().collect();
    (config, events)
}

/// An empty log in a file, and the folder that goes with it.
fn log() -> (TempDir, PathBuf, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let store = assemble::open_log(&file).unwrap();
    (folder, file, store)
}

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-04T12:00:00Z").unwrap()
}

#[test]
fn who_follows_takes_up_the_snapshot_of_another() {
    let at = noon();
    let (config, events) = organisation(at);
    let (_folder, file, mut store) = log();
    let mut follower = engine(&file, &config);
    let (first, rest) = events.split_at(5_000);
    import::append(&mut store, first, at).unwrap();
    let touched = follower.follow().unwrap();
    assert!(!touched.is_empty());
    assert!(follower.not_kept() > 4_000);
    let mut other = engine(&file, &config);
    for some in rest.chunks(1_000) {
        import::append(&mut store, some, at).unwrap();
        follower.follow().unwrap();
        assert!(follower.not_kept() <= 5_000, "{}", follower.not_kept());
        other.refresh(&mut |_, _| {}).unwrap();
    }
    let mut fresh = engine(&file, &config);
    assert_eq!(follower.seq(), fresh.seq());
    let expected = seen(&mut fresh, at);
    assert_eq!(expected.len(), 4);
    assert_eq!(seen(&mut follower, at), expected);
}

/// While one fills the log, another folds what is there by now: what is left for the end is little, and what is known then is the same.
#[test]
fn who_reads_ahead_knows_the_same() {
    let at = noon();
    let (config, events) = organisation(at);
    let (_folder, file, mut store) = log();
    let own = Box::new(assemble::open_log(&file).unwrap());
    let (workloads, rules) = (assemble::workloads(&config), assemble::rules(&config, None));
    let mut ahead = Engine::begin(own, workloads, rules).unwrap();
    assert!(!ahead.read_ahead().unwrap(), "nothing is there yet");
    let (first, rest) = events.split_at(7_000);
    for some in first.chunks(2_000) {
        import::append(&mut store, some, at).unwrap();
        assert!(ahead.read_ahead().unwrap());
        assert_eq!(ahead.seq(), store.head().unwrap());
    }
    assert!(!ahead.read_ahead().unwrap(), "all is read");
    assert!(store.snapshot().unwrap().is_none(), "nothing is kept yet");
    import::append(&mut store, rest, at).unwrap();
    ahead.refresh(&mut |_, _| {}).unwrap();
    assert_eq!(ahead.not_kept(), 0);
    let mut whole = MemoryStore::new();
    import::append(&mut whole, &events, at).unwrap();
    let mut whole = engine_on(Box::new(whole), &config);
    assert_eq!(seen(&mut ahead, at), seen(&mut whole, at));
    let mut again = engine(&file, &config);
    assert_eq!(seen(&mut again, at), seen(&mut whole, at));
}

/// In any order of happening: what came is asked for before it is kept, kept before it is asked for, or cannot be kept, since another writes for long.
#[test]
fn what_came_is_known_whenever_it_is_kept() {
    let at = noon();
    let (config, mut events) = organisation(at);
    let mut dice = fastrand::Rng::with_seed(7);
    dice.shuffle(&mut events);
    let (_folder, file, mut store) = log();
    let mut follower = engine(&file, &config);
    for some in events.chunks(300) {
        import::append(&mut store, some, at).unwrap();
        follower.follow().unwrap();
        match dice.u8(..4) {
            0 => follower.rest().unwrap(),
            1 => drop(seen(&mut follower, at)),
            2 => {
                // Another, that has read as far and keeps it first.
                engine(&file, &config).rest().unwrap();
                follower.rest().unwrap();
            }
            _ => {}
        }
    }
    let mut whole = MemoryStore::new();
    import::append(&mut whole, &events, at).unwrap();
    let mut whole = engine_on(Box::new(whole), &config);
    let expected = seen(&mut whole, at);
    assert_eq!(expected.len(), 4);
    assert_eq!(seen(&mut follower, at), expected, "in memory");
    follower.rest().unwrap();
    assert_eq!(seen(&mut engine(&file, &config), at), expected, "kept");
}

/// Pieces that cannot be read are made anew from the log, whether they are asked for or added to.
#[test]
fn what_cannot_be_read_any_more_is_made_anew() {
    let at = noon();
    let (config, events) = organisation(at);
    let (_folder, file, mut store) = log();
    let (first, rest) = events.split_at(8_000);
    import::append(&mut store, first, at).unwrap();
    let mut follower = engine(&file, &config);
    assert_eq!(follower.not_kept(), 0);
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute("UPDATE piece SET bytes = x'ff'", [])
        .unwrap();
    import::append(&mut store, rest, at).unwrap();
    follower.follow().unwrap();
    follower.rest().unwrap();
    assert_eq!(follower.not_kept(), 0);
    let kept = seen(&mut follower, at);
    std::fs::remove_file(&file).unwrap();
    let mut store = assemble::open_log(&file).unwrap();
    import::append(&mut store, &events, at).unwrap();
    assert_eq!(kept, seen(&mut engine(&file, &config), at));
}

/// Little that came since the snapshot is known to each who opens the log, and is kept with what comes after it.
#[test]
fn what_is_little_is_kept_when_there_is_more() {
    let at = noon();
    let (config, events) = organisation(at);
    let (_folder, file, mut store) = log();
    let (first, rest) = events.split_at(6_000);
    let (little, more) = rest.split_at(1_000);
    import::append(&mut store, first, at).unwrap();
    assert_eq!(engine(&file, &config).not_kept(), 0, "all of it, at first");
    let kept = store.snapshot().unwrap();
    let later = at + Span::from_seconds(60);
    import::append(&mut store, little, later).unwrap();
    let mut other = engine(&file, &config);
    assert_eq!(other.not_kept(), 1_000);
    assert_eq!(other.kept_until().unwrap(), Some(at));
    assert_eq!(store.snapshot().unwrap(), kept);
    let mut whole = MemoryStore::new();
    import::append(&mut whole, &events[..7_000], at).unwrap();
    let expected = seen(&mut engine_on(Box::new(whole), &config), at);
    assert_eq!(seen(&mut other, at), expected);

    import::append(&mut store, more, later).unwrap();
    let other = engine(&file, &config);
    assert_eq!(other.not_kept(), 0);
    assert_eq!(other.kept_until().unwrap(), Some(later));
}

/// How many events the log had when each of the two was told, once both have been told of so many.
fn told(news: &Receiver<News>, events: u64) {
    let (mut stream, mut doctor) = (0, 0);
    while (stream, doctor) != (events, events) {
        let one = news.recv_timeout(Duration::from_mins(1)).unwrap();
        if let News::Answer { answer, .. } = one {
            match &*answer {
                Answer::Activity(told) => stream = told.all,
                Answer::Doctor(told) => doctor = told.doctor.log.events,
                _ => {}
            }
        }
    }
}

/// Who was asked what goes on tells it anew when something came, though nobody asks again: neither the stream of events nor how the log is.
#[test]
fn what_goes_on_is_told_again_unasked() {
    let at = noon();
    let (config, events) = organisation(at);
    let (_folder, file, mut store) = log();
    let (first, rest) = events.split_at(8_000);
    import::append(&mut store, first, at).unwrap();
    let workshop = Workshop {
        engine: engine(&file, &config),
        sources: Vec::new(),
        here: Arc::new(Nowhere),
        kept: None,
        title: String::new(),
        setting: Setting::default(),
    };
    let lens = Lens {
        length: LENGTHS[1],
        as_of: None,
        now: at,
        zone: chrono_tz::Tz::UTC,
    };
    let (orders, work) = channel();
    let (tell, news) = channel();
    let clock = Clock::fast(at, 1);
    let worker = std::thread::spawn(move || {
        let tell = Box::new(move |one| tell.send(one).is_ok());
        worker::run(Box::new(|| Ok(Some(workshop))), lens, clock, &work, tell);
    });
    for question in [Question::Activity(Scope::All), Question::Doctor] {
        orders.send(Order::Ask(question)).unwrap();
    }
    told(&news, 8_000);
    import::append(&mut store, rest, at).unwrap();
    told(&news, u64::try_from(events.len()).unwrap());
    drop(orders);
    worker.join().unwrap();
}
