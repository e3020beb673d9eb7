//! The reader: a thread that reads the sources, each as often as it is configured and whenever its tool pushes, into the same log that the worker follows. A
//! source that fails is told so, fails alone, and is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::message::News;
use crate::app::assemble;
use crate::app::doctor::of_finding;
use crate::app::import::{append, keep};
use crate::app::receive::{Door, Pushed};
use crate::app::sync::{Feed, Listener, note, sync};
use crate::clock::Clock;
use crate::connector::Progress;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::Span;
use crate::model::diagnosis::Found;
use crate::store::Store;
use crate::theme::Role;
use crate::view::scene::SourceState;

/// Where news goes; `false` where nobody listens any more.
pub type Tell = Box<dyn Fn(News) -> bool + Send + Sync>;

/// Events that come by themselves, in the order of time.
pub type Trickle = Box<dyn Iterator<Item = Event<String>> + Send>;

/// What is read.
pub struct Feeds {
    /// The file of the log.
    pub log: PathBuf,
    pub feeds: Vec<(Feed, Span)>,
    /// Where tools push what happens.
    pub door: Option<Result<Door, Failure>>,
    /// Events of a demonstration, appended as their time comes.
    pub trickle: Option<Trickle>,
}

/// What tells what is read, as soon as that is known; `None` where it never will be.
pub type Bring = Box<dyn FnOnce() -> Option<Feeds> + Send>;

/// Why something is read before its time.
pub enum Wanted {
    /// Somebody wants to see all that is new.
    All,
    /// A tool pushed it.
    Pushed(Pushed),
}

/// Starts to read; what is returned asks for a reading now.
#[must_use]
pub fn start(bring: Bring, clock: Clock, tell: Tell) -> Sender<Wanted> {
    let (send, receive) = channel::<Wanted>();
    let pushes = send.clone();
    thread::spawn(move || {
        let Some(mut feeds) = bring() else {
            return;
        };
        let door = feeds.door.take();
        let board = Board::new(&feeds, tell);
        let mut reader = match Reader::new(feeds, clock, board) {
            Ok(reader) => reader,
            Err((board, failure)) => {
                board.all_failed(&failure.to_string());
                return;
            }
        };
        match door {
            Some(Ok(door)) => {
                let take = Box::new(move |pushed| pushes.send(Wanted::Pushed(pushed)).is_ok());
                reader.runtime.spawn(door.serve(take));
            }
            Some(Err(failure)) => {
                let text = format!("nothing that is pushed is taken: {}", failure.text);
                (reader.board.tell)(News::Said(Role::Warning, text));
            }
            None => {}
        }
        while reader.board.tell() {
            let wait = reader.read_due();
            match receive.recv_timeout(wait) {
                Ok(wanted) => {
                    reader.hear(wanted);
                    // Of ten pushes that came meanwhile, one reading is made.
                    for wanted in receive.try_iter() {
                        reader.hear(wanted);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    send
}

/// How the sources are doing, told whenever it changes.
struct Board {
    states: Mutex<Vec<SourceState>>,
    tell: Tell,
}

impl Board {
    fn new(feeds: &Feeds, tell: Tell) -> Arc<Self> {
        let states = feeds.feeds.iter().map(|(feed, every)| SourceState {
            name: feed.name.clone(),
            kind: feed.connector.kind().to_owned(),
            every: Some(*every),
            ..SourceState::default()
        });
        Arc::new(Self {
            states: Mutex::new(states.collect()),
            tell,
        })
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut SourceState)) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.iter_mut().find(|state| state.name == name) {
            change(state);
        }
        drop(states);
        self.tell();
    }

    fn has_failed(&self, name: &str) -> bool {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.iter().find(|state| state.name == name);
        state.is_some_and(|state| state.error.is_some())
    }

    fn all_failed(&self, reason: &str) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        for state in states.iter_mut() {
            state.error = Some(reason.to_owned());
        }
        drop(states);
        self.tell();
    }

    fn tell(&self) -> bool {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        (self.tell)(News::Sources(states.clone()))
    }
}

impl Listener for Arc<Board> {
    fn progress(&self, source: &str, progress: &Progress) {
        let words = match progress.total {
            Some(total) => format!("{} {} of {total}", progress.what, progress.done),
            None => format!("{} {}", progress.what, progress.done),
        };
        self.change(source, |state| state.reading = Some(words));
    }
}

struct Reader {
    store: Box<dyn Store>,
    feeds: Vec<(Feed, Span)>,
    trickle: Option<std::iter::Peekable<Trickle>>,
    clock: Clock,
    board: Arc<Board>,
    runtime: tokio::runtime::Runtime,
    /// When each source is read next; at once where nothing is said.
    due: BTreeMap<String, Instant>,
    /// Sources that were not asked yet how they are, by place.
    unasked: BTreeSet<usize>,
}

impl Reader {
    fn new(feeds: Feeds, clock: Clock, board: Arc<Board>) -> Result<Self, (Arc<Board>, Failure)> {
        let made = assemble::open_log(&feeds.log)
            .map_err(Failure::from)
            .and_then(|store| {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build()
                    .map_err(|error| Failure::unable(format!("threads: {error}")))?;
                Ok((store, runtime))
            });
        let (store, runtime) = match made {
            Ok(made) => made,
            Err(failure) => return Err((board, failure)),
        };
        for (feed, _) in &feeds.feeds {
            if let Ok(note) = note(&store, &feed.name) {
                board.change(&feed.name, |state| {
                    state.read = note.read;
                    state.error = note.error;
                });
            }
        }
        let unasked = (0..feeds.feeds.len()).collect();
        Ok(Self {
            store: Box::new(store),
            feeds: feeds.feeds,
            trickle: feeds.trickle.map(Iterator::peekable),
            clock,
            board,
            runtime,
            due: BTreeMap::new(),
            unasked,
        })
    }

    /// Reads what is due; tells how long nothing is.
    fn read_due(&mut self) -> Duration {
        self.trickle();
        for place in 0..self.feeds.len() {
            let (feed, every) = &self.feeds[place];
            let due = self.due.get(&feed.name);
            if due.is_some_and(|due| *due > Instant::now()) {
                continue;
            }
            let every = Duration::from_micros(u64::try_from(every.micros()).unwrap_or(1_000_000));
            let (name, every) = (feed.name.clone(), every.max(Duration::from_secs(1)));
            self.read(place);
            self.due.insert(name, Instant::now() + every);
        }
        while let Some(place) = self.unasked.pop_first() {
            self.ask(place);
        }
        let next = self.due.values().min().copied();
        let wait = next.map_or(Duration::from_mins(1), |next| {
            next.saturating_duration_since(Instant::now())
        });
        if self.trickle.is_some() {
            wait.min(Duration::from_millis(300))
        } else {
            wait
        }
    }

    fn hear(&mut self, wanted: Wanted) {
        let pushed = match wanted {
            Wanted::All => {
                self.due.clear();
                self.unasked = (0..self.feeds.len()).collect();
                return;
            }
            Wanted::Pushed(pushed) => pushed,
        };
        let mut feeds = self.feeds.iter();
        let Some((feed, _)) = feeds.find(|(feed, _)| feed.name == pushed.source) else {
            return;
        };
        let now = self.clock.now();
        let failed = match feed.connector.heard(&pushed.body, now) {
            Ok(None) => {
                self.due.remove(&pushed.source);
                return;
            }
            Ok(Some(documents)) => keep(&mut *self.store, documents, now)
                .err()
                .map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        self.board.change(&pushed.source, |state| match failed {
            None => state.read = Some(now),
            Some(text) => {
                state.findings = vec![Found {
                    severity: "warning",
                    subject: "what was pushed".to_owned(),
                    text,
                }];
            }
        });
    }

    fn read(&mut self, place: usize) {
        let (feed, _) = &self.feeds[place];
        let name = feed.name.clone();
        self.board
            .change(&name, |state| state.reading = Some("reading".to_owned()));
        let now = self.clock.now();
        let feeds = std::slice::from_ref(feed);
        let reading = sync(feeds, &mut *self.store, now, &self.board);
        let outcome = self.runtime.block_on(reading);
        let error = match outcome {
            Ok(outcomes) => outcomes
                .into_iter()
                .find_map(|outcome| outcome.error)
                .map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        self.board.change(&name, |state| {
            state.reading = None;
            if error.is_none() {
                state.read = Some(now);
            }
            state.error = error;
        });
    }

    /// Asks a source how it is. One that could just not be read has said it.
    fn ask(&self, place: usize) {
        let (feed, _) = &self.feeds[place];
        if self.board.has_failed(&feed.name) {
            return;
        }
        let health = self
            .runtime
            .block_on(feed.connector.check(self.clock.now()));
        self.board.change(&feed.name, |state| match health {
            Ok(health) => {
                state.facts = health.facts;
                state.findings = health.findings.iter().map(of_finding).collect();
            }
            Err(error) => {
                state.findings = vec![Found {
                    severity: "warning",
                    subject: "asked how it is".to_owned(),
                    text: error.to_string(),
                }];
            }
        });
    }

    /// Appends the events of a demonstration whose time has come.
    fn trickle(&mut self) {
        let now = self.clock.now();
        let Some(trickle) = &mut self.trickle else {
            return;
        };
        let mut events = Vec::new();
        while let Some(event) = trickle.next_if(|event| event.at <= now) {
            events.push(event);
        }
        if !events.is_empty()
            && let Err(error) = append(&mut *self.store, &events, now)
        {
            tracing::warn!(%error, "the demonstration");
        }
    }
}
