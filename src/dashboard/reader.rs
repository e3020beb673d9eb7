//! The reader: a thread that reads the sources, each as often as it is configured, and whenever its tool pushes or says by itself that something is new, into
//! the same log that the worker follows. A source that fails is told so, fails alone, and is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::bell::{Bell, Rope, Rung};
use super::board::{Board, Listening};
use super::message::News;
use crate::app::assemble;
use crate::app::doctor::of_finding;
use crate::app::import::{append, keep};
use crate::app::listen::{Pace, listen};
use crate::app::receive::{Door, Pushed, Take};
use crate::app::sync::{Feed, note, sync};
use crate::clock::Clock;
use crate::connector::Connector;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::Span;
use crate::model::diagnosis::Found;
use crate::store::Store;
use crate::theme::Role;

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

/// How long a source is left alone at least when it was read, whoever says that something is new; and for how many times as long as that took, so that what
/// changes without end costs a large tool no more than a part of its time.
const REST: Duration = Duration::from_millis(250);
const RESTS: u32 = 4;

/// Starts to read, until what is returned is let go of; by it, everything is read now.
#[must_use]
pub fn start(bring: Bring, clock: Clock, tell: Tell) -> Rope {
    let bell = Arc::new(Bell::default());
    let rope = Rope(Arc::clone(&bell));
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
                let take = porter(&reader.feeds, &bell, clock);
                reader.runtime.spawn(door.serve(take));
            }
            Some(Err(failure)) => {
                let text = format!("nothing that is pushed is taken: {}", failure.text);
                (reader.board.tell)(News::Said(Role::Warning, text));
            }
            None => {}
        }
        reader.listen(&bell);
        while reader.board.tell() {
            let wait = reader.read_due();
            let Some(rung) = bell.wait(wait) else {
                break;
            };
            reader.hear(rung);
        }
        // What listens and what takes pushes ends here; a login that somebody is asked for is not waited for.
        reader.runtime.shutdown_background();
    });
    rope
}

/// Takes what is pushed: what is itself the facts, or word that there are some.
fn porter(feeds: &[(Feed, Span)], bell: &Arc<Bell>, clock: Clock) -> Take {
    let bell = Arc::clone(bell);
    let feeds = feeds.iter();
    let connectors: BTreeMap<String, Arc<dyn Connector>> = feeds
        .map(|(feed, _)| (feed.name.clone(), Arc::clone(&feed.connector)))
        .collect();
    Box::new(move |pushed: Pushed| {
        let Some(connector) = connectors.get(&pushed.source) else {
            return true;
        };
        bell.push(&pushed.source, connector.heard(&pushed.body, clock.now()))
    })
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
    /// Until when each is left alone, whoever says that something is new.
    rests: BTreeMap<String, Instant>,
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
            rests: BTreeMap::new(),
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
            let began = Instant::now();
            self.read(place);
            let ended = Instant::now();
            self.rests
                .insert(name.clone(), ended + REST.max((ended - began) * RESTS));
            self.due.insert(name, ended + every);
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

    /// Listens to every source that says something by itself.
    fn listen(&self, bell: &Arc<Bell>) {
        for (feed, _) in &self.feeds {
            let connector = Arc::clone(&feed.connector);
            let listening = Listening::new(&feed.name, bell, &self.board);
            self.runtime
                .spawn(async move { listen(&*connector, &listening, Pace::default()).await });
        }
    }

    fn hear(&mut self, rung: Rung) {
        if rung.all {
            self.due.clear();
            self.unasked = (0..self.feeds.len()).collect();
        }
        for name in rung.sources {
            let rests = self.rests.get(&name).copied();
            if let Some(due) = self.due.get_mut(&name) {
                *due = (*due).min(rests.unwrap_or(*due));
            }
        }
        let now = self.clock.now();
        for (name, documents) in rung.pushed {
            match keep(&mut *self.store, documents, now) {
                Ok(_) => self.board.change(&name, |state| state.read = Some(now)),
                Err(error) => self.not_kept(&name, error.to_string()),
            }
        }
        for (name, text) in rung.unread {
            self.not_kept(&name, text);
        }
    }

    fn not_kept(&self, name: &str, text: String) {
        self.board.change(name, |state| {
            state.findings = vec![Found {
                severity: "warning",
                subject: "what was pushed".to_owned(),
                text,
            }];
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
