//! The reader: a thread that has the sources read, each as often as it is configured and whenever its tool pushes, into the same log that the worker follows. They
//! are read side by side: one that fails, or does not answer, is told so, keeps no other waiting, and is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::message::News;
use crate::app::assemble;
use crate::app::doctor::of_finding;
use crate::app::import::{append, keep};
use crate::app::receive::{Door, Pushed};
use crate::app::sync::{self, Feed, Listener, note};
use crate::clock::Clock;
use crate::connector::Progress;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::{Span, Timestamp};
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

/// What the reader is told.
pub enum Wanted {
    /// Somebody wants to see all that is new.
    All,
    /// A tool pushed it.
    Pushed(Pushed),
    /// The reading of a source is over, by its place.
    Read(usize),
}

/// Starts to read; what is returned asks for a reading now.
#[must_use]
pub fn start(bring: Bring, clock: Clock, tell: Tell) -> Sender<Wanted> {
    let (send, receive) = channel::<Wanted>();
    let (pushes, over) = (send.clone(), send.clone());
    thread::spawn(move || {
        let Some(mut feeds) = bring() else {
            return;
        };
        let door = feeds.door.take();
        let board = Board::new(&feeds, tell);
        let mut reader = match Reader::new(feeds, clock, board, over) {
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
        let mut states = lock(&self.states);
        if let Some(state) = states.iter_mut().find(|state| state.name == name) {
            change(state);
        }
        drop(states);
        self.tell();
    }

    fn all_failed(&self, reason: &str) {
        let mut states = lock(&self.states);
        for state in states.iter_mut() {
            state.error = Some(reason.to_owned());
        }
        drop(states);
        self.tell();
    }

    fn tell(&self) -> bool {
        let states = lock(&self.states);
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

/// So many sources that are read from the disk may keep a thread each.
const THREADS: usize = 4;

type Log = Arc<Mutex<Box<dyn Store>>>;

struct Reader {
    log: Log,
    feeds: Vec<(Arc<Feed>, Span)>,
    trickle: Option<std::iter::Peekable<Trickle>>,
    clock: Clock,
    board: Arc<Board>,
    runtime: tokio::runtime::Runtime,
    /// Told when a reading is over.
    over: Sender<Wanted>,
    /// When each source is read next, by place; at once where nothing is said.
    due: BTreeMap<usize, Instant>,
    /// Those that are being read.
    busy: BTreeSet<usize>,
    /// Those of them that are to be read again: something is new since they began to be.
    again: BTreeSet<usize>,
    /// Sources that were not asked yet how they are.
    unasked: BTreeSet<usize>,
}

impl Reader {
    fn new(
        feeds: Feeds,
        clock: Clock,
        board: Arc<Board>,
        over: Sender<Wanted>,
    ) -> Result<Self, (Arc<Board>, Failure)> {
        let made = assemble::open_log(&feeds.log)
            .map_err(Failure::from)
            .and_then(|store| {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(THREADS)
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
        let feeds_shared = feeds.feeds.into_iter();
        Ok(Self {
            log: Arc::new(Mutex::new(Box::new(store))),
            feeds: feeds_shared
                .map(|(feed, every)| (Arc::new(feed), every))
                .collect(),
            trickle: feeds.trickle.map(Iterator::peekable),
            clock,
            board,
            runtime,
            over,
            due: BTreeMap::new(),
            busy: BTreeSet::new(),
            again: BTreeSet::new(),
            unasked,
        })
    }

    /// Begins to read what is due; tells how long nothing is.
    fn read_due(&mut self) -> Duration {
        self.trickle();
        let now = Instant::now();
        for place in 0..self.feeds.len() {
            let is_due = self.due.get(&place).is_none_or(|due| *due <= now);
            if is_due && self.busy.insert(place) {
                self.read(place);
            }
        }
        let idle = self
            .due
            .iter()
            .filter(|(place, _)| !self.busy.contains(place));
        let next = idle.map(|(_, due)| *due).min();
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
                self.unasked = (0..self.feeds.len()).collect();
                for place in 0..self.feeds.len() {
                    self.want(place);
                }
                return;
            }
            Wanted::Read(place) => return self.was_read(place),
            Wanted::Pushed(pushed) => pushed,
        };
        let mut feeds = self.feeds.iter();
        let Some(place) = feeds.position(|(feed, _)| feed.name == pushed.source) else {
            return;
        };
        let now = self.clock.now();
        let failed = match self.feeds[place].0.connector.heard(&pushed.body, now) {
            Ok(None) => return self.want(place),
            Ok(Some(documents)) => keep(&mut **lock(&self.log), documents, now)
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

    /// It is to be read now; where it is being read, once more after that, which may have looked too early.
    fn want(&mut self, place: usize) {
        if self.busy.contains(&place) {
            self.again.insert(place);
        }
        self.due.remove(&place);
    }

    fn was_read(&mut self, place: usize) {
        self.busy.remove(&place);
        if self.again.remove(&place) {
            return;
        }
        let every = self.feeds[place].1.micros();
        let every = Duration::from_micros(u64::try_from(every).unwrap_or(1_000_000));
        let next = Instant::now() + every.max(Duration::from_secs(1));
        self.due.insert(place, next);
    }

    /// Has a source read, beside the others; and asked how it is, where that was not done yet.
    fn read(&mut self, place: usize) {
        let over = Over(place, self.over.clone());
        let feed = Arc::clone(&self.feeds[place].0);
        let (log, board, clock) = (Arc::clone(&self.log), Arc::clone(&self.board), self.clock);
        let is_unasked = self.unasked.remove(&place);
        self.runtime.spawn(async move {
            let _over = over;
            let is_well = read(&feed, &log, clock.now(), &board).await;
            // One that could just not be read has said how it is.
            if is_well && is_unasked {
                ask(&feed, &board, clock).await;
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
            && let Err(error) = append(&mut **lock(&self.log), &events, now)
        {
            tracing::warn!(%error, "the demonstration");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells that a reading is over, also where it broke off.
struct Over(usize, Sender<Wanted>);

impl Drop for Over {
    fn drop(&mut self) {
        // Nobody waits for it where the reader is gone.
        let _gone = self.1.send(Wanted::Read(self.0));
    }
}

/// Reads a source; tells whether it could be.
async fn read(feed: &Feed, log: &Log, now: Timestamp, board: &Arc<Board>) -> bool {
    board.change(&feed.name, |state| {
        state.reading = Some("reading".to_owned());
    });
    let error = match sync::read(feed, &**log, now, board).await {
        Ok(outcome) => outcome.error.map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let is_well = error.is_none();
    board.change(&feed.name, |state| {
        state.reading = None;
        if is_well {
            state.read = Some(now);
        }
        state.error = error;
    });
    is_well
}

/// Asks a source how it is.
async fn ask(feed: &Feed, board: &Board, clock: Clock) {
    let health = feed.connector.check(clock.now()).await;
    board.change(&feed.name, |state| match health {
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
