//! Two that have the same log open, as a dashboard and an import beside it: who follows goes on from the snapshot that the other keeps, and knows the same.

use std::path::Path;

use leadtime::app::registry::KINDS;
use leadtime::app::silence::Heard;
use leadtime::app::{Engine, assemble, import};
use leadtime::config::Config;
use leadtime::dashboard::LENGTHS;
use leadtime::dashboard::together::Together;
use leadtime::dashboard::worker::{Around, work_out};
use leadtime::demo::{Organisation, Size};
use leadtime::event::time::Timestamp;
use leadtime::model::overview::Summary;
use leadtime::view::scene::Lens;

fn engine(file: &Path, config: &Config) -> Engine {
    let store = Box::new(assemble::open_log(file).unwrap());
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

#[test]
fn who_follows_takes_up_the_snapshot_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let at = Timestamp::parse("2026-03-04T10:00:00Z").unwrap();
    let size = Size {
        workloads: 4,
        events: 9_000,
        days: 60,
    };
    let organisation = Organisation::new(3, size, at);
    let config = Config::parse(
        &organisation.configuration(),
        Path::new("leadtime.toml"),
        &KINDS,
    )
    .unwrap();
    let events: Vec<_> = organisation.events().collect();
    let mut store = assemble::open_log(&file).unwrap();
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
