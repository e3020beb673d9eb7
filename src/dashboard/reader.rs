//! The reader: a thread that has the sources read, each as often as it is configured, and whenever its tool pushes or says by itself that something is new, into
//! the same log that the worker follows. They are read side by side: one that fails, or does not answer, is told so, keeps no other waiting, and is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
use crate::app::sync::{self, Feed, note};
use crate::clock::Clock;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::{Span, Timestamp};
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
        let mut reader = match Reader::new(feeds, clock, board, Arc::clone(&bell)) {
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
        reader.listen();
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
fn porter(feeds: &[(Arc<Feed>, Span)], bell: &Arc<Bell>, clock: Clock) -> Take {
    let bell = Arc::clone(bell);
    let feeds: BTreeMap<String, Arc<Feed>> = feeds
        .iter()
        .map(|(feed, _)| (feed.name.clone(), Arc::clone(feed)))
        .collect();
    Box::new(move |pushed: Pushed| {
        let Some(feed) = feeds.get(&pushed.source) else {
            return true;
        };
        bell.push(
            &pushed.source,
            feed.connector.heard(&pushed.body, clock.now()),
        )
    })
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
    /// Rung when a reading is over, too.
    bell: Arc<Bell>,
    /// When each source is read next, by place; at once where nothing is said.
    due: BTreeMap<usize, Instant>,
    /// Until when each is left alone, whoever says that something is new.
    rests: BTreeMap<usize, Instant>,
    /// When the reading that is under way began.
    began: BTreeMap<usize, Instant>,
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
        bell: Arc<Bell>,
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
            bell,
            due: BTreeMap::new(),
            rests: BTreeMap::new(),
            began: BTreeMap::new(),
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

    /// Listens to every source that says something by itself.
    fn listen(&self) {
        for (feed, _) in &self.feeds {
            let feed = Arc::clone(feed);
            let listening = Listening::new(&feed.name, &self.bell, &self.board);
            self.runtime.spawn(async move {
                listen(&*feed.connector, &listening, Pace::default()).await;
            });
        }
    }

    fn hear(&mut self, rung: Rung) {
        for place in rung.over {
            self.was_read(place);
        }
        if rung.all {
            self.unasked = (0..self.feeds.len()).collect();
            for place in 0..self.feeds.len() {
                self.rests.remove(&place);
                self.want(place);
            }
        }
        for name in rung.sources {
            let mut feeds = self.feeds.iter();
            if let Some(place) = feeds.position(|(feed, _)| feed.name == name) {
                self.want(place);
            }
        }
        let now = self.clock.now();
        for (name, documents) in rung.pushed {
            let kept = keep(&mut **lock(&self.log), documents, now);
            match kept {
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

    /// It is to be read as soon as it may be; where it is being read, once more after that, which may have looked too early.
    fn want(&mut self, place: usize) {
        if self.busy.contains(&place) {
            self.again.insert(place);
            return;
        }
        match (self.rests.get(&place), self.due.get_mut(&place)) {
            (Some(rests), Some(due)) => *due = (*due).min(*rests),
            _ => drop(self.due.remove(&place)),
        }
    }

    fn was_read(&mut self, place: usize) {
        self.busy.remove(&place);
        let now = Instant::now();
        let took = self.began.remove(&place).map_or(REST, |began| now - began);
        let rests = now + REST.max(took * RESTS);
        self.rests.insert(place, rests);
        let every = self.feeds[place].1.micros();
        let every = Duration::from_micros(u64::try_from(every).unwrap_or(1_000_000));
        let next = now + every.max(Duration::from_secs(1));
        let is_wanted = self.again.remove(&place);
        self.due
            .insert(place, if is_wanted { rests.min(next) } else { next });
    }

    /// Has a source read, beside the others; and asked how it is, where that was not done yet.
    fn read(&mut self, place: usize) {
        let over = Over(place, Arc::clone(&self.bell));
        self.began.insert(place, Instant::now());
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
struct Over(usize, Arc<Bell>);

impl Drop for Over {
    fn drop(&mut self) {
        self.1.over(self.0);
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
