//! The reader: a thread that has the sources read, each as often as it is configured, and whenever its tool pushes or says by itself that something is new, into
//! the same log that the worker follows. They are read side by side: one that fails, or does not answer, is told so, keeps no other waiting, and is tried again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::bell::{Bell, Rope, Rung};
use super::board::{Board, Listening};
use super::message::{News, Tell};
use super::turn::Turn;
use crate::app::assemble;
use crate::app::doctor::of_finding;
use crate::app::import::{append, keep};
use crate::app::listen::{Pace, listen};
use crate::app::receive::{Door, Pushed, Take, Taken};
use crate::app::sync::{self, Feed, note};
use crate::clock::Clock;
use crate::error::Failure;
use crate::event::Event;
use crate::event::time::{Span, Timestamp};
use crate::model::diagnosis::Found;
use crate::store::Store;
use crate::theme::Role;

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
        let board = Board::new(&feeds.feeds, tell);
        let mut reader = match Reader::new(feeds, clock, board, Arc::clone(&bell)) {
            Ok(reader) => reader,
            Err((board, failure)) => {
                board.all_failed(&failure.words());
                return;
            }
        };
        match door {
            Some(Ok(door)) => {
                let take = porter(&reader.rounds, &bell, clock);
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
fn porter(rounds: &[Round], bell: &Arc<Bell>, clock: Clock) -> Take {
    let bell = Arc::clone(bell);
    let feeds: BTreeMap<String, Arc<Feed>> = rounds
        .iter()
        .map(|round| (round.feed.name.clone(), Arc::clone(&round.feed)))
        .collect();
    Box::new(move |pushed: Pushed| {
        let Some(feed) = feeds.get(&pushed.source) else {
            return Taken::Yes;
        };
        let read = feed.connector.heard(&pushed.body, clock.now());
        let taken = match &read {
            Err(why) => Taken::Refused(why.to_string()),
            Ok(Some(heard)) if !heard.left_out.is_empty() => Taken::Without(heard.left_out.clone()),
            Ok(_) => Taken::Yes,
        };
        if bell.push(&pushed.source, read) {
            taken
        } else {
            Taken::Full
        }
    })
}

/// So many sources that are read from the disk may keep a thread each.
const THREADS: usize = 4;

type Log = Arc<Mutex<Box<dyn Store>>>;

struct Reader {
    log: Log,
    rounds: Vec<Round>,
    trickle: Option<std::iter::Peekable<Trickle>>,
    clock: Clock,
    board: Arc<Board>,
    runtime: tokio::runtime::Runtime,
    /// Rung when a reading is over, too.
    bell: Arc<Bell>,
}

/// A source, and when it is read.
struct Round {
    feed: Arc<Feed>,
    turn: Turn,
    /// It was not asked yet how it is.
    unasked: bool,
}

impl Round {
    fn new((feed, every): (Feed, Span)) -> Self {
        Self {
            feed: Arc::new(feed),
            turn: Turn::every(every),
            unasked: true,
        }
    }
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
        let rounds = feeds.feeds.into_iter();
        Ok(Self {
            log: Arc::new(Mutex::new(Box::new(store))),
            rounds: rounds.map(Round::new).collect(),
            trickle: feeds.trickle.map(Iterator::peekable),
            clock,
            board,
            runtime,
            bell,
        })
    }

    /// Begins to read what is due; tells how long nothing is.
    fn read_due(&mut self) -> Duration {
        self.trickle();
        let now = Instant::now();
        for place in 0..self.rounds.len() {
            if self.rounds[place].turn.is_due(now) {
                self.read(place, now);
            }
        }
        let next = self.rounds.iter().filter_map(|one| one.turn.next()).min();
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
        for round in &self.rounds {
            let feed = Arc::clone(&round.feed);
            let listening = Listening::new(&feed.name, &self.bell, &self.board);
            self.runtime.spawn(async move {
                listen(&*feed.connector, &listening, Pace::default()).await;
            });
        }
    }

    fn hear(&mut self, rung: Rung) {
        let now = Instant::now();
        for place in rung.over {
            self.rounds[place].turn.end(now);
        }
        for round in &mut self.rounds {
            if rung.all {
                round.unasked = true;
                round.turn.want_now();
            } else if rung.sources.contains(&round.feed.name) {
                round.turn.want();
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

    /// Has a source read, beside the others; and asked how it is, where that was not done yet.
    fn read(&mut self, place: usize, now: Instant) {
        let over = Over(place, Arc::clone(&self.bell));
        let round = &mut self.rounds[place];
        round.turn.begin(now);
        let is_unasked = std::mem::take(&mut round.unasked);
        let feed = Arc::clone(&round.feed);
        let (log, board, clock) = (Arc::clone(&self.log), Arc::clone(&self.board), self.clock);
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
        Ok(outcome) => outcome.error.map(|error| error.cause_first()),
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
