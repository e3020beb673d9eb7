//! The worker on a log that grows while it looks: its overviews stand in the places of the workloads that there are now, and claim nothing of a workload
//! whose source has fallen silent.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use leadtime::app::locate::Nowhere;
use leadtime::app::{Engine, assemble, import, sync};
use leadtime::clock::Clock;
use leadtime::config::Config;
use leadtime::dashboard::Setting;
use leadtime::dashboard::message::{News, Order};
use leadtime::dashboard::worker::{Workshop, run};
use leadtime::event::Event;
use leadtime::event::kind::{Commit, Deployment, Kind, Outcome, Phase};
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::definition::Rules;
use leadtime::model::overview::Overview;
use leadtime::store::sqlite::SqliteStore;
use leadtime::store::{Batch, Cursor, Store};
use leadtime::view::scene::{Lens, Stage};
use serde_json::json;

use crate::peers::release::{CONFIGURATION, at, events};
use crate::support::door::keep;

/// Longer than anything here takes: only a worker that says nothing any more waits so long.
const PATIENCE: Duration = Duration::from_mins(1);

fn event(id: &str, at: Timestamp, kind: Kind<String>) -> Event<String> {
    Event {
        source: "test".to_owned(),
        id: id.to_owned(),
        at,
        kind,
    }
}

fn commit(sha: &str, repository: &str, now: Timestamp) -> Event<String> {
    let fact = Commit {
        sha: sha.to_owned(),
        repository: Some(repository.to_owned()),
        ..Commit::default()
    };
    event(sha, now - Span::from_seconds(7_200), Kind::Commit(fact))
}

/// What makes a repository a part of a service, whose name the workload then bears: that stands elsewhere among the names.
fn deployment(now: Timestamp) -> Event<String> {
    let fact = Deployment {
        record: "1".to_owned(),
        service: Some("zeta".to_owned()),
        environment: Some("production".to_owned()),
        repository: Some("acme/shop".to_owned()),
        sha: Some("a1b2c3d4".to_owned()),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        ..Deployment::default()
    };
    let at = now - Span::from_seconds(3_600);
    event("deployment", at, Kind::Deployment(fact))
}

/// The workloads of the next fleet that is whole and holds `name`.
fn fleet_with(name: &str, heard: &Receiver<News>) -> Vec<String> {
    loop {
        let news = heard.recv_timeout(PATIENCE).expect("a fleet");
        if let News::Failed(why) = &news {
            panic!("{why}");
        }
        let News::Fleet {
            overviews,
            stage: Stage::Ready,
            ..
        } = news
        else {
            continue;
        };
        let names = overviews.iter().map(|one| one.summary.workload.clone());
        let names: Vec<String> = names.collect();
        if names.iter().any(|known| known == name) {
            return names;
        }
    }
}

/// A worker on a log, with these sources.
fn work_on(
    file: &Path,
    configuration: &str,
    clock: Clock,
) -> (Sender<Order>, Receiver<News>, JoinHandle<()>) {
    let lens = Lens {
        length: Span::from_seconds(30 * 86_400),
        as_of: None,
        now: clock.now(),
        zone: Rules::default().timezone,
    };
    let (orders, work) = channel::<Order>();
    let (tell, heard) = channel::<News>();
    let file = file.to_owned();
    let kinds = &leadtime::app::registry::KINDS;
    let config = Config::parse(configuration, Path::new("leadtime.toml"), kinds).unwrap();
    let worker = std::thread::spawn(move || {
        let open = move || {
            let store = Box::new(SqliteStore::open(&file).unwrap());
            let workloads = assemble::workloads(&config);
            let engine = Engine::open(store, workloads, Rules::default(), &mut |_, _| {})?;
            Ok(Some(Workshop {
                engine,
                sources: config.sources,
                here: Arc::new(Nowhere),
                kept: None,
                title: "test".to_owned(),
                setting: Setting::default(),
            }))
        };
        let tell = Box::new(move |news| tell.send(news).is_ok());
        run(Box::new(open), lens, clock, &work, tell);
    });
    (orders, heard, worker)
}

const LOG: &str = "log.db";

/// The log of two repositories, in a folder of its own.
fn shop_and_wiki(now: Timestamp) -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let mut log = SqliteStore::open(&folder.path().join(LOG)).unwrap();
    let commits = [
        commit("a1b2c3d4", "acme/shop", now),
        commit("b1b2c3d4", "acme/wiki", now),
    ];
    import::append(&mut log, &commits, now).unwrap();
    (folder, log)
}

#[test]
fn as_many_workloads_by_other_names_take_other_places() {
    let clock = Clock::system();
    let now = clock.now();
    let (folder, mut log) = shop_and_wiki(now);
    let file = folder.path().join(LOG);
    let (orders, heard, worker) = work_on(&file, "", clock);
    assert_eq!(fleet_with("shop", &heard), ["shop", "wiki"]);
    import::append(&mut log, &[deployment(now)], now).unwrap();
    orders.send(Order::Refresh).unwrap();
    assert_eq!(fleet_with("zeta", &heard), ["wiki", "zeta"]);
    drop(orders);
    worker.join().unwrap();
}

/// That a source was read to its end at an instant.
fn read(log: &mut SqliteStore, source: &str, at: Timestamp) {
    let note = json!({"tried": at, "read": at, "error": null, "findings": []});
    let cursor = Cursor {
        source: source.to_owned(),
        key: sync::NOTE.to_owned(),
        value: Some(note.to_string()),
    };
    let batch = Batch {
        entries: Vec::new(),
        cursors: vec![cursor],
    };
    log.append(&batch, at).unwrap();
}

/// The overviews of the next fleet that is whole and in which the change of a workload is in the state `unknown`, or in another.
fn fleet_in(workload: &str, unknown: bool, heard: &Receiver<News>) -> Vec<Arc<Overview>> {
    loop {
        let news = heard.recv_timeout(PATIENCE).expect("a fleet");
        let News::Fleet {
            overviews,
            stage: Stage::Ready,
            ..
        } = news
        else {
            continue;
        };
        let one = overviews
            .iter()
            .find(|one| one.summary.workload == workload)
            .expect("the workload");
        let Some(detail) = &one.detail else { continue };
        let [change] = &detail.changes[..] else {
            panic!("{:?}", detail.changes)
        };
        if (change.state == "unknown") == unknown {
            return overviews;
        }
    }
}

#[test]
fn a_source_that_falls_silent_is_felt_by_its_workloads_alone() {
    let clock = Clock::system();
    let now = clock.now();
    let (folder, mut log) = shop_and_wiki(now);
    let file = folder.path().join(LOG);
    let source = |name: &str, repository: &str| {
        format!(
            "[[sources]]\nname = \"{name}\"\nkind = \"github\"\ntoken = {{ env = \"T\" }}\nrepositories = [\"{repository}\"]\n"
        )
    };
    let sources = source("one", "acme/shop") + &source("two", "acme/wiki");
    read(&mut log, "one", now);
    read(&mut log, "two", now);
    let (orders, heard, worker) = work_on(&file, &sources, clock);
    let before = fleet_in("shop", false, &heard);

    read(&mut log, "one", now - Span::from_seconds(3_700));
    orders.send(Order::Refresh).unwrap();
    let silent = fleet_in("shop", true, &heard);
    assert!(
        Arc::ptr_eq(&before[1], &silent[1]),
        "acme/wiki was worked out again, which another source has"
    );

    read(&mut log, "one", now);
    orders.send(Order::Refresh).unwrap();
    let again = fleet_in("shop", false, &heard);
    assert!(Arc::ptr_eq(&before[1], &again[1]));
    drop(orders);
    worker.join().unwrap();
}

/// The state of the one change of a workload on its way, in the next fleet that is whole and in which that is not `other`.
fn turned(workload: &str, other: &str, heard: &Receiver<News>) -> String {
    loop {
        let news = heard.recv_timeout(PATIENCE).expect("a fleet");
        let News::Fleet {
            overviews,
            stage: Stage::Ready,
            ..
        } = news
        else {
            continue;
        };
        let mut all = overviews.iter();
        let one = all.find(|one| one.summary.workload == workload);
        let changes = one.and_then(|one| Some(&one.detail.as_ref()?.changes));
        let Some([change]) = changes.map(|changes| &changes[..]) else {
            continue;
        };
        if change.state != other {
            return change.state.to_owned();
        }
    }
}

#[test]
fn who_waits_for_the_release_is_told_when_the_other_workload_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let mut log = SqliteStore::open(&file).unwrap();
    let lines = events(&json!({"tickets": ["SHOP-7"]}));
    let is_later = |line: &&String| line.contains("2025-03-06T");
    let is_earlier = |line: &&String| {
        line.contains("2025-03-01T") || line.contains("2025-03-02T") || line.contains("2025-03-03T")
    };
    let earlier: Vec<&String> = lines.iter().filter(is_earlier).collect();
    keep(&mut log, &earlier);
    let clock = Clock::fast(at("07 10:00"), 2);
    let (orders, heard, worker) = work_on(&file, CONFIGURATION, clock);
    assert_eq!(turned("shop", "", &heard), "waiting_for_release");
    // Nothing happens to the shop: its only other part is merged.
    let later: Vec<&String> = lines.iter().filter(is_later).collect();
    keep(&mut log, &later);
    orders.send(Order::Refresh).unwrap();
    assert_eq!(turned("shop", "waiting_for_release", &heard), "waiting");
    drop(orders);
    worker.join().unwrap();
}
