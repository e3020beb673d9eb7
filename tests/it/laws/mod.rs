//! Laws of the engine, whatever the events: the answers are a function of the set of events; the life of a change is tiled by its legs; sums agree; the
//! past does not change with what came after it. Held over small random organisations ([`organisation`]) and over generated ones of `demo`.

mod organisation;

use std::collections::BTreeSet;

use chrono_tz::Tz;
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::cdevents::write;
use leadtime::event::kind::Kind;
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::calendar::{Calendar, Clock};
use leadtime::model::state::{End, Lives};
use leadtime::model::stream::{Map, map_by};
use leadtime::model::window::Window;
use leadtime::store::Store;
use leadtime::store::sqlite::SqliteStore;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::door::{Door, Shared, keep};
use organisation::{CONFIGURATIONS, events, start};

fn day(days: i64) -> Span {
    Span::from_seconds(days * 86_400)
}

/// An instant after all that the random organisations tell.
fn late() -> Timestamp {
    start() + day(21)
}

fn lines(events: &[Event<String>]) -> Vec<String> {
    events.iter().map(write).collect()
}

fn window(door: &Door, to: Timestamp) -> Window {
    door.window(to - day(90), to)
}

/// References that may be asked for.
fn asked(events: &[Event<String>]) -> Vec<String> {
    let mut all = BTreeSet::from(["T-1".to_owned(), "1.0.1".to_owned()]);
    for event in events {
        match &event.kind {
            Kind::Change(fact) => {
                all.insert(fact.change.clone());
            }
            Kind::Commit(fact) if all.len() < 12 => {
                all.insert(fact.sha.clone());
            }
            _ => {}
        }
    }
    all.into_iter().take(24).collect()
}

fn answers(door: &mut Door, to: Timestamp, asked: &[String]) -> Vec<String> {
    let window = window(door, to);
    door.answers(window, to, asked)
}

/// Keeps the lines in batches, opening the log anew after each, from its snapshot.
fn in_batches(
    open: &dyn Fn() -> Box<dyn Store>,
    lines: &[String],
    batch: usize,
    configuration: &str,
) -> Door {
    for lines in lines.chunks(batch.max(1)) {
        let mut store = open();
        keep(&mut *store, lines);
        drop(Door::open(store, configuration));
    }
    Door::open(open(), configuration)
}

/// What must hold of one workload's lives and figures.
fn hold_sums(door: &mut Door, to: Timestamp) {
    let window = window(door, to);
    for definition in door.engine.definitions().to_vec() {
        let workload = door.engine.workload(&definition, to).unwrap();
        let lives = Lives::new(&workload, &door.rules, None);
        let places = 0..u32::try_from(workload.changes.len()).unwrap();
        for life in places.filter_map(|place| lives.life(place)) {
            let id = workload.text(workload.changes[life.change as usize].id);
            let end = match life.end {
                End::Delivered(at) => at,
                End::InFlight => to.max(life.start),
                _ => {
                    assert!(life.legs.is_empty(), "{id}");
                    continue;
                }
            };
            let mut at = life.start;
            for leg in &life.legs {
                assert!(leg.from == at && leg.from < leg.to, "{id}: {:?}", life.legs);
                assert!(leg.step < workload.path.steps.len());
                at = leg.to;
            }
            assert_eq!(at, end, "{id}: {:?}", life.legs);
            let costs = (0..workload.path.steps.len()).map(|place| life.cost(place));
            let sum: Span = costs.map(|cost| cost.process + cost.wait).sum();
            assert_eq!(sum, end - life.start, "{id}");
        }
        for clock in [Clock::Wall, Clock::Business(&door.rules.calendar)] {
            hold_map(&map_by(&lives, window, clock, true));
        }
        let wall = map_by(&lives, window, Clock::Wall, true);
        assert!(wall.calendar.is_none());
        let always = Calendar::new(Tz::UTC, (0, 24 * 60), [true; 7], BTreeSet::new());
        let mut always = map_by(&lives, window, Clock::Business(&always), true);
        let told = always.calendar.take().unwrap();
        assert_eq!(told.wall_clock_lead, wall.lead);
        let json = |map: &Map| serde_json::to_string(map).unwrap();
        assert_eq!(json(&always), json(&wall));
    }
    for definition in door.engine.definitions().to_vec() {
        let dora = door.dora(&definition.name, window, to);
        let map = door.map(&definition.name, window);
        hold_figures(&dora["workloads"][0], &map);
    }
}

/// Whatever the clock, the parts of a map are all of it.
fn hold_map(map: &Map) {
    let steps = map.steps.iter();
    let sum: Span = steps.map(|step| step.process.sum() + step.wait.sum()).sum();
    // Nothing is told where nothing went live, and then there is nothing to add up either.
    let told = (map.changes > 0).then_some(sum);
    assert_eq!(told, map.lead_seconds);
    let parts = map.process_seconds.zip(map.wait_seconds);
    assert_eq!(parts.map(|(one, two)| one + two), map.lead_seconds);
    let states: Span = map.states.iter().map(|state| state.seconds).sum();
    assert_eq!(states, sum);
    for step in &map.steps {
        for times in [step.process, step.wait] {
            assert_eq!(times.sum_seconds.is_some(), step.visits > 0);
        }
    }
    for change in map.listed() {
        assert_eq!(
            change.process_seconds + change.wait_seconds,
            change.lead_seconds
        );
    }
    if map.lead_seconds.is_some_and(|lead| lead > Span::ZERO) {
        let shares = map.steps.iter().filter_map(|step| step.share_of_lead);
        assert!((shares.sum::<f64>() - 1.0).abs() < 1e-9);
    }
    let (low, high) = (map.flow_efficiency.low, map.flow_efficiency.high);
    if let Some((low, high)) = low.zip(high) {
        assert!(
            0.0 <= low && low <= high && high <= 1.0 + 1e-9,
            "{low} {high}"
        );
    }
    for step in &map.steps {
        let rate = step.complete_accurate.rate;
        assert!(rate.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
    }
}

fn hold_figures(figures: &Value, map: &Value) {
    for rate in ["change_fail_rate", "attempt_failure_rate"] {
        let (n, failed) = (&figures[rate]["n"], &figures[rate]["failed"]);
        assert!(failed.is_null() || failed.as_u64() <= n.as_u64(), "{rate}");
        let rate = figures[rate]["rate"].as_f64();
        assert!(rate.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
    }
    let rework = &figures["deployment_rework_rate"];
    assert!(rework["rework"].is_null() || rework["rework"].as_u64() <= rework["n"].as_u64());
    let list = figures["deployment_list"].as_array().unwrap();
    let failed = list.iter().filter(|line| line["failed"] == true).count();
    if let Some(told) = figures["change_fail_rate"]["failed"].as_u64() {
        assert_eq!(told, failed as u64);
    }
    let changes = figures["change_list"].as_array().unwrap();
    assert_eq!(figures["change_lead_time"]["n"], changes.len());
    let mut leads: Vec<(String, String)> = Vec::new();
    for change in changes {
        let parts = ["coding", "pickup", "review", "deploy"];
        let parts = parts.map(|part| change[format!("{part}_seconds")].as_f64());
        if parts.iter().any(Option::is_some) {
            let sum: f64 = parts.iter().flatten().sum();
            let lead = change["lead_seconds"].as_f64().unwrap();
            assert!((sum - lead).abs() < 1e-3, "{change}");
        }
        leads.push((
            change["change"].to_string(),
            change["lead_seconds"].to_string(),
        ));
    }
    // The map tells of the very changes that the metrics do, with the same lead times.
    let lines = map["change_list"].as_array().cloned().unwrap_or_default();
    let mut lived: Vec<(String, String)> = lines
        .iter()
        .map(|line| (line["change"].to_string(), line["lead_seconds"].to_string()))
        .collect();
    leads.sort();
    lived.sort();
    assert_eq!(leads, lived);
}

fn shuffle(lines: &mut [String], seed: u64) {
    fastrand::Rng::with_seed(seed).shuffle(lines);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_a_function_of_the_set_of_events(
        events in events(),
        seed in any::<u64>(),
        batches in 1usize..6,
        twice in any::<bool>(),
        configuration in 0usize..3,
    ) {
        let configuration = CONFIGURATIONS[configuration];
        let asked = asked(&events);
        let ordered = lines(&events);
        let mut door = Door::on(&ordered, configuration);
        let expected = answers(&mut door, late(), &asked);
        prop_assert!(expected.iter().all(|answer| serde_json::from_str::<Value>(answer).is_ok()));

        let mut other = ordered.clone();
        if twice {
            other.extend(ordered.iter().cloned());
        }
        shuffle(&mut other, seed);
        prop_assert_eq!(&answers(&mut Door::on(&other, configuration), late(), &asked), &expected);

        let log = Shared::default();
        let mut door = in_batches(&|| Box::new(log.clone()), &other, other.len().div_ceil(batches), configuration);
        prop_assert_eq!(&answers(&mut door, late(), &asked), &expected);
        // What was kept is what is opened the next time.
        let mut door = Door::open(Box::new(log), configuration);
        prop_assert_eq!(&answers(&mut door, late(), &asked), &expected);
    }

    #[test]
    fn sums_agree(events in events(), configuration in 0usize..3, part in 1i64..21) {
        let mut door = Door::on(&lines(&events), CONFIGURATIONS[configuration]);
        hold_sums(&mut door, late());
        hold_sums(&mut door, start() + day(part));
    }

    /// Where workloads are written down with all that is theirs. Without that, which repository belongs to which service is found in the events, and
    /// later ones tell it too.
    #[test]
    fn the_past_does_not_change(events in events(), configuration in 1usize..3, hours in 1i64..360) {
        let configuration = CONFIGURATIONS[configuration];
        let then = start() + Span::from_seconds(hours * 1_800);
        let asked = asked(&events);
        let whole = answers(&mut Door::on(&lines(&events), configuration), then, &asked);
        let past: Vec<_> = events.into_iter().filter(|event| event.at <= then).collect();
        let past = answers(&mut Door::on(&lines(&past), configuration), then, &asked);
        prop_assert_eq!(past, whole);
    }

    /// Whatever can be asked for and is found is offered by the index.
    #[test]
    fn the_index_knows_all_that_is_found(events in events(), configuration in 0usize..3) {
        let mut door = Door::on(&lines(&events), CONFIGURATIONS[configuration]);
        for query in asked(&events) {
            let candidates = door.candidates(&query);
            for definition in door.engine.definitions().to_vec() {
                let workload = door.engine.workload(&definition, late()).unwrap();
                let lives = Lives::new(&workload, &door.rules, None);
                let found = !leadtime::model::locate::find(&lives, &query).is_empty();
                prop_assert!(!found || candidates.contains(&definition.name), "{query}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_a_file_gives_the_same_answers(
        events in events(),
        seed in any::<u64>(),
        configuration in 0usize..3,
    ) {
        let configuration = CONFIGURATIONS[configuration];
        let asked = asked(&events);
        let mut lines = lines(&events);
        let expected = answers(&mut Door::on(&lines, configuration), late(), &asked);
        shuffle(&mut lines, seed);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.db");
        let open = || -> Box<dyn Store> { Box::new(SqliteStore::open(&file).unwrap()) };
        let mut door = in_batches(&open, &lines, lines.len().div_ceil(3), configuration);
        prop_assert_eq!(answers(&mut door, late(), &asked), expected);
    }
}

/// The laws again, on organisations as the demo makes them.
#[test]
fn generated_organisations_keep_the_laws() {
    let until = Timestamp::parse("2026-11-20T14:30:00Z").unwrap();
    for seed in [1, 7, 23] {
        let size = Size {
            workloads: 5,
            events: 1_500,
            days: 90,
        };
        let organisation = Organisation::new(seed, size, until);
        let events: Vec<_> = organisation.events().collect();
        let configuration = organisation.configuration();
        let asked = asked(&events);
        let mut ordered = lines(&events);
        let mut door = Door::on(&ordered, &configuration);
        let expected = answers(&mut door, until, &asked);
        hold_sums(&mut door, until);
        let then = until - day(30);
        hold_sums(&mut door, then);
        let whole = answers(&mut door, then, &asked);
        let past: Vec<_> = events.into_iter().filter(|e| e.at <= then).collect();
        let mut past = Door::on(&lines(&past), &configuration);
        assert_eq!(answers(&mut past, then, &asked), whole, "seed {seed}");
        shuffle(&mut ordered, seed);
        let log = Shared::default();
        let mut door = in_batches(&|| Box::new(log.clone()), &ordered, 400, &configuration);
        assert_eq!(answers(&mut door, until, &asked), expected, "seed {seed}");
    }
}

/// Whichever part of what is kept is damaged: the log has it all.
#[test]
fn what_is_damaged_is_made_anew() {
    let until = Timestamp::parse("2026-11-20T14:30:00Z").unwrap();
    let size = Size {
        workloads: 3,
        events: 600,
        days: 90,
    };
    let organisation = Organisation::new(5, size, until);
    let events: Vec<_> = organisation.events().collect();
    let (configuration, asked) = (organisation.configuration(), asked(&events));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let open = || -> Box<dyn Store> { Box::new(SqliteStore::open(&file).unwrap()) };
    keep(&mut *open(), &lines(&events));
    let expected = answers(&mut Door::open(open(), &configuration), until, &asked);
    let change = |number: i64, sql: &str| {
        let connection = rusqlite::Connection::open(&file).unwrap();
        connection.execute(sql, [number]).unwrap()
    };
    let damaged =
        |number: &i64| change(*number, "UPDATE piece SET bytes = x'ff' WHERE number = ?1") > 0;
    let (mut tried, pieces) = (0, 0..200);
    for number in pieces.filter(damaged) {
        let mut door = Door::open(open(), &configuration);
        assert_eq!(answers(&mut door, until, &asked), expected, "{number}");
        tried += 1;
    }
    assert!(tried > 3, "{tried}");
}
