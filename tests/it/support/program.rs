//! What reads while the program runs: the reader itself, with one source, and the log that it fills.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use leadtime::app::assemble;
use leadtime::app::listen::{Hearer, Pace};
use leadtime::app::sync::Feed;
use leadtime::clock::Clock;
use leadtime::connector::{Connector, ConnectorError, Ear, Finding};
use leadtime::dashboard::bell::Rope;
use leadtime::dashboard::message::News;
use leadtime::dashboard::reader::{self, Feeds};
use leadtime::event::time::Span;
use leadtime::store::Store;
use leadtime::view::scene::SourceState;

/// The reader, until it is dropped.
pub struct Program {
    _rope: Rope,
    log: PathBuf,
    state: Arc<Mutex<SourceState>>,
    _folder: tempfile::TempDir,
}

impl Program {
    /// Reads a source once, and then only when something says that there is something new.
    pub fn start(connector: impl Connector + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.db");
        let feed = Feed {
            name: "source".to_owned(),
            connector: Arc::new(connector),
            since: None,
        };
        let feeds = Feeds {
            log: log.clone(),
            feeds: vec![(feed, Span::from_seconds(86_400))],
            door: None,
            trickle: None,
        };
        let state = Arc::new(Mutex::new(SourceState::default()));
        let told = Arc::clone(&state);
        let tell = move |news: News| {
            if let News::Sources(mut states) = news {
                *told.lock().unwrap() = states.remove(0);
            }
            true
        };
        let bring = Box::new(move || Some(feeds));
        Self {
            _rope: reader::start(bring, Clock::system(), Box::new(tell)),
            log,
            state,
            _folder: folder,
        }
    }

    pub fn state(&self) -> SourceState {
        self.state.lock().unwrap().clone()
    }

    /// Waits until its source is so; how long that took.
    pub fn until(&self, is_so: impl Fn(&SourceState) -> bool) -> Duration {
        let began = Instant::now();
        while !is_so(&self.state()) {
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "{:?}",
                self.state()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        began.elapsed()
    }

    /// Waits until an event that holds all of these is in the log; how long that took.
    pub fn logged(&self, parts: &[&str]) -> Duration {
        let began = Instant::now();
        loop {
            let mut found = false;
            let store = assemble::open_log(&self.log).unwrap();
            let take = &mut |_, _, body: &str| {
                found |= parts.iter().all(|part| body.contains(part));
                ControlFlow::Continue(())
            };
            store.read_after(0, take).unwrap();
            if found {
                return began.elapsed();
            }
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "never logged: {parts:?}, {:?}",
                self.state()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Pauses that no test waits long for.
pub const QUICK: Pace = Pace {
    first_pause: Duration::from_millis(10),
    longest_pause: Duration::from_millis(40),
    steady: Duration::from_mins(1),
    whole: Duration::from_mins(1),
};

/// Who remembers what was heard.
#[derive(Debug, Default)]
pub struct Remembers(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    heard: usize,
    begun: usize,
    findings: Vec<Finding>,
    errors: Vec<String>,
}

impl Ear for Remembers {
    fn heard(&self) {
        self.0.lock().unwrap().heard += 1;
    }

    fn finding(&self, finding: Finding) {
        self.0.lock().unwrap().findings.push(finding);
    }
}

impl Hearer for Remembers {
    fn begun(&self) {
        self.0.lock().unwrap().begun += 1;
    }

    fn ended(&self, error: Option<&ConnectorError>) {
        let error = error.map(|error| format!("{error} {error:?}"));
        self.0.lock().unwrap().errors.extend(error);
    }
}

impl Remembers {
    /// How often it was told that something happened, as soon as that is so often.
    pub fn heard(&self, wanted: usize) -> usize {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let heard = self.0.lock().unwrap().heard;
            if heard >= wanted || Instant::now() > patience {
                return heard;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn begun(&self) -> usize {
        self.0.lock().unwrap().begun
    }

    /// All that was found and went wrong.
    pub fn told(&self) -> String {
        let memory = self.0.lock().unwrap();
        format!("{:?} {:?}", memory.findings, memory.errors)
    }
}
