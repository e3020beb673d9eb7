//! The worker on a log that grows while it looks: its overviews stand in the places of the workloads that there are now.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use leadtime::app::{Engine, import};
use leadtime::clock::Clock;
use leadtime::dashboard::Setting;
use leadtime::dashboard::message::{News, Order};
use leadtime::dashboard::worker::{Workshop, run};
use leadtime::event::Event;
use leadtime::event::kind::{Commit, Deployment, Kind, Outcome, Phase};
use leadtime::event::time::{Span, Timestamp};
use leadtime::model::definition::Rules;
use leadtime::store::sqlite::SqliteStore;
use leadtime::view::scene::{Lens, Stage};

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

#[test]
fn as_many_workloads_by_other_names_take_other_places() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let clock = Clock::system();
    let now = clock.now();
    let mut log = SqliteStore::open(&file).unwrap();
    let commits = [
        commit("a1b2c3d4", "acme/shop", now),
        commit("b1b2c3d4", "acme/wiki", now),
    ];
    import::append(&mut log, &commits, now).unwrap();
    let lens = Lens {
        length: Span::from_seconds(30 * 86_400),
        as_of: None,
        now,
        zone: Rules::default().timezone,
    };
    let (orders, work) = channel::<Order>();
    let (tell, heard) = channel::<News>();
    let worker = std::thread::spawn(move || {
        let open = move || {
            let store = Box::new(SqliteStore::open(&file).unwrap());
            let engine = Engine::open(store, Vec::new(), Rules::default(), &mut |_, _| {})?;
            Ok(Some(Workshop {
                engine,
                sources: Vec::new(),
                resolve: Box::new(|_| None),
                kept: None,
                title: "test".to_owned(),
                setting: Setting::default(),
            }))
        };
        let tell = Box::new(move |news| tell.send(news).is_ok());
        run(Box::new(open), lens, clock, &work, tell);
    });
    assert_eq!(fleet_with("shop", &heard), ["shop", "wiki"]);
    import::append(&mut log, &[deployment(now)], now).unwrap();
    orders.send(Order::Refresh).unwrap();
    assert_eq!(fleet_with("zeta", &heard), ["wiki", "zeta"]);
    drop(orders);
    worker.join().unwrap();
}
