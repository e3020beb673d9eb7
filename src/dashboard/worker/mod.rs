//! The worker: a thread that owns the engine, works out the overviews and answers questions. Whatever is asked comes before the overviews, and what came
//! into the log touches only the workloads that it is about.

mod asking;
mod shown;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::answer::Known;
use super::diagnosis::Setting;
use super::kept::Kept;
use super::message::{News, Order};
use super::together::Together;
use crate::app::Engine;
use crate::app::locate::Here;
use crate::app::silence::Heard;
use crate::clock::Clock;
use crate::config::Source;
use crate::error::Failure;
use crate::event::time::{Span, Timestamp};
use crate::model::definition::Definition;
use crate::model::feature::{Releases, parts_of};
use crate::model::overview::{Overview, overview};
use crate::model::state::Lives;
use crate::screen::yield_to_drawing;
use crate::store::StoreError;
use crate::view::answer::Question;
use crate::view::scene::{Lens, Stage};
use shown::Shown;

/// How often the log is looked at for what is new.
const LOOK: Duration = Duration::from_millis(500);
/// How often the fleet is told while it is being worked out and somebody waits for it; else as often as the log is looked at.
const TELL: Duration = Duration::from_millis(150);
/// Ages, freezes and soaks go on without any event: so often every workload is worked out again.
const AGAIN: Duration = Duration::from_mins(10);
/// So often the summaries are kept for the next start.
const KEEP_AGAIN: Duration = Duration::from_mins(1);

/// What the worker is made of.
pub struct Workshop {
    pub engine: Engine,
    pub sources: Vec<Source>,
    /// What the repository that one stands in calls by a name.
    pub here: Arc<dyn Here + Send + Sync>,
    pub kept: Option<Kept>,
    pub title: String,
    pub setting: Setting,
}

/// What opens the log, in the worker's own thread.
/// `None` where there is nothing to open.
pub type Open = Box<dyn FnOnce() -> Result<Option<Workshop>, Failure> + Send>;

/// Where news goes; `false` where nobody listens any more.
pub type Tell = Box<dyn Fn(News) -> bool + Send>;

/// Runs until nobody orders any more.
pub fn run(open: Open, lens: Lens, clock: Clock, orders: &Receiver<Order>, tell: Tell) {
    yield_to_drawing();
    let workshop = match open() {
        Ok(Some(workshop)) => workshop,
        Ok(None) => return,
        Err(failure) => {
            tell(News::Failed(failure.words()));
            return;
        }
    };
    let mut worker = Worker::new(workshop, lens, clock, tell);
    if let Err(error) = worker.work(orders) {
        (worker.tell)(News::Failed(Failure::from(error).words()));
    }
    worker.end();
}

/// What a workload stands among.
pub struct Around<'a> {
    pub heard: &'a Heard,
    pub together: &'a Together,
    pub overviews: &'a [Arc<Overview>],
}

/// What is to be seen of a workload, by its place, through a lens; `None` where there is no such place.
pub fn work_out(
    engine: &mut Engine,
    around: &Around<'_>,
    lens: &Lens,
    place: usize,
) -> Result<Option<Overview>, StoreError> {
    let Some(definition) = engine.definitions().get(place).cloned() else {
        return Ok(None);
    };
    let at = lens.instant();
    let workload = engine.workload_without_tickets(&definition, at)?;
    let silence = around.heard.silence(&workload);
    let lives = Lives::new(&workload, &engine.rules, silence);
    let (window, overviews) = (lens.window(), around.overviews);
    // What went live before the window is in none of its figures.
    let tickets = lives.tickets_since(window.from);
    let releases = match around.together.shared(place, tickets) {
        shared if shared.is_empty() => Releases::default(),
        shared => {
            let own = parts_of(&lives, &shared);
            around
                .together
                .releases(place, (workload.name(), &own), overviews)
        }
    };
    Ok(Some(overview(&lives.with(releases), window)))
}

struct Worker {
    engine: Engine,
    known: Known,
    /// As of the last look at the log.
    heard: Heard,
    /// The sources that were silent then, and since when.
    silent: BTreeSet<(String, Timestamp)>,
    kept: Option<Kept>,
    kept_at: Option<Instant>,
    title: String,
    lens: Lens,
    /// How far figures look back where nobody said otherwise.
    usual: Span,
    clock: Clock,
    tell: Tell,
    overviews: Vec<Arc<Overview>>,
    /// Workloads, by place, that are to be worked out.
    dirty: BTreeSet<usize>,
    /// Those of which another said so while it was worked out: after all others, so that each is worked out once more however many say so.
    once_more: BTreeSet<usize>,
    /// Which of them take part in the same features.
    together: Together,
    /// Workloads that are still as they were worked out for another instant.
    foreign: BTreeSet<usize>,
    /// Nobody waits for them: they are worked out beside other things.
    at_leisure: bool,
    questions: Vec<Question>,
    /// What was asked and changes with whatever comes into the log, one of each kind: told anew then, whether its page is in front or not, so that the page
    /// is up to date when it is opened and does not change under the eye.
    followed: Vec<Question>,
    shown: Shown,
    /// Whose turn it was last: of the diagnosis, or of the overviews.
    turn: bool,
    told: Instant,
    changed: bool,
    looked: Instant,
    whole: Instant,
}

impl Worker {
    fn new(workshop: Workshop, lens: Lens, clock: Clock, tell: Tell) -> Self {
        let me = workshop.engine.rules.me.clone();
        tell(News::Opened {
            title: workshop.title.clone(),
            me,
        });
        let now = Instant::now();
        let mut worker = Self {
            engine: workshop.engine,
            known: Known::new(workshop.sources, workshop.here, workshop.setting),
            heard: Heard::default(),
            silent: BTreeSet::new(),
            kept: workshop.kept,
            kept_at: None,
            title: workshop.title,
            usual: lens.length,
            lens,
            clock,
            tell,
            overviews: Vec::new(),
            dirty: BTreeSet::new(),
            once_more: BTreeSet::new(),
            together: Together::default(),
            foreign: BTreeSet::new(),
            at_leisure: false,
            questions: Vec::new(),
            followed: Vec::new(),
            shown: Shown::default(),
            turn: false,
            told: now,
            changed: false,
            looked: now,
            whole: now,
        };
        worker.line_up();
        worker
    }

    /// Whether every place is still that of the workload whose overview it holds: as many workloads may be others.
    fn is_lined_up(&self) -> bool {
        let places = self.overviews.iter().map(|one| &one.summary.workload);
        let definitions = self.engine.definitions().iter();
        places.eq(definitions.map(|definition| &definition.name))
    }

    /// A place for each workload, with what was kept of it from an earlier start.
    fn line_up(&mut self) {
        let mut known: HashMap<String, Arc<Overview>> = self
            .overviews
            .drain(..)
            .map(|one| (one.summary.workload.clone(), one))
            .collect();
        let kept = self.kept.as_mut().map(Kept::take).unwrap_or_default();
        // They were as of then, which is next to now and nothing else.
        for one in kept.into_iter().filter(|_| self.lens.as_of.is_none()) {
            known.entry(one.summary.workload.clone()).or_insert(one);
        }
        let definitions = self.engine.definitions();
        self.overviews = definitions
            .iter()
            .map(|definition| {
                known.remove(&definition.name).unwrap_or_else(|| {
                    let mut one = Overview::default();
                    one.summary.workload.clone_from(&definition.name);
                    one.summary.team.clone_from(&definition.team);
                    Arc::new(one)
                })
            })
            .collect();
        for one in known.into_values() {
            self.shown.hold(one);
        }
        self.dirty = (0..definitions.len()).collect();
        self.once_more.clear();
        self.together = Together::of(&self.overviews);
        if !self.foreign.is_empty() {
            // Their places are others now.
            self.foreign.clone_from(&self.dirty);
        }
        self.at_leisure = false;
        self.changed = true;
    }

    fn work(&mut self, orders: &Receiver<Order>) -> Result<(), StoreError> {
        self.listen()?;
        loop {
            loop {
                match orders.try_recv() {
                    Ok(order) => self.take(order),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Ok(()),
                }
            }
            if self.looked.elapsed() >= LOOK {
                self.look()?;
            }
            if let Some(question) = self.questions.pop() {
                self.answer(question)?;
            } else if self.known.diagnosis.is_looking() && (self.dirty.is_empty() || !self.turn) {
                self.turn = true;
                if self.known.diagnosis.step(&mut self.engine)? {
                    self.diagnose()?;
                }
            } else if let Some(place) = self.dirty.pop_first() {
                self.turn = false;
                let began = Instant::now();
                self.work_out(place)?;
                if self.at_leisure && !self.wait(orders, began.elapsed().min(LOOK)) {
                    return Ok(());
                }
            } else {
                self.publish();
                if !self.wait(orders, LOOK.saturating_sub(self.looked.elapsed())) {
                    return Ok(());
                }
            }
            let often = if self.at_leisure { LOOK } else { TELL };
            if self.told.elapsed() >= often {
                self.publish();
            }
        }
    }

    /// Waits for an order, and no longer than this; `false` where none will come any more.
    fn wait(&mut self, orders: &Receiver<Order>, most: Duration) -> bool {
        match orders.recv_timeout(most) {
            Ok(order) => self.take(order),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Look(lens) => {
                if lens.as_of != self.lens.as_of {
                    self.foreign = (0..self.overviews.len()).collect();
                }
                self.lens = lens;
                self.questions.clear();
                self.followed.clear();
                self.known.diagnosis.forget();
                self.dirty = (0..self.overviews.len()).collect();
                self.at_leisure = false;
                self.changed = true;
            }
            Order::Usual(length) => {
                if self.usual != length {
                    self.usual = length;
                    self.kept_at = None;
                }
            }
            Order::Ask(question) => self.ask(question),
            Order::Refresh => self.looked = self.looked.checked_sub(LOOK).unwrap_or(self.looked),
        }
    }

    /// Looks for what is new in the log.
    fn look(&mut self) -> Result<(), StoreError> {
        self.looked = Instant::now();
        self.shown.let_go();
        self.lens.now = self.clock.now();
        let before = self.engine.seq();
        self.engine.log().must_be_there()?;
        let touched = self.engine.follow()?;
        let fell_silent = self.listen()?;
        if !self.is_lined_up() {
            self.line_up();
        }
        let calm = self.dirty.is_empty();
        if self.lens.as_of.is_none() {
            if !fell_silent.is_empty() {
                // What is on the screen claims what is not known any more.
                (self.changed, self.at_leisure) = (true, false);
            }
            self.dirty.extend(fell_silent);
            if !touched.is_empty() {
                self.changed = true;
                self.at_leisure |= calm;
            }
            self.dirty.extend(touched);
            if self.whole.elapsed() >= AGAIN {
                self.whole = Instant::now();
                self.at_leisure |= calm;
                self.dirty = (0..self.overviews.len()).collect();
            }
            if self.engine.seq() != before {
                self.follow()?;
            }
        }
        self.engine.rest_if_due()
    }

    /// Looks when each source was read last. Tells the workloads, by place, that rest on one that is silent since the last look, or is no longer.
    fn listen(&mut self) -> Result<Vec<usize>, StoreError> {
        self.heard = Heard::of(&self.known.sources, self.engine.log())?;
        let silent = self.heard.silent(self.lens.now);
        let turned: BTreeSet<&str> = silent
            .symmetric_difference(&self.silent)
            .map(|(source, _)| source.as_str())
            .collect();
        let rests = |(place, definition): &(usize, &Definition)| {
            let detail = self
                .overviews
                .get(*place)
                .and_then(|one| one.detail.as_ref());
            let told_by = || detail.iter().flat_map(|detail| &detail.told_by);
            turned.iter().any(|source| {
                let told_by = told_by().map(String::as_str);
                self.heard
                    .rests_on(source, &definition.repositories, told_by)
            })
        };
        let resting = if turned.is_empty() {
            Vec::new()
        } else {
            let places = self.engine.definitions().iter().enumerate();
            places.filter(rests).map(|(place, _)| place).collect()
        };
        self.silent = silent;
        Ok(resting)
    }

    fn work_out(&mut self, place: usize) -> Result<(), StoreError> {
        let around = Around {
            heard: &self.heard,
            together: &self.together,
            overviews: &self.overviews,
        };
        let worked = work_out(&mut self.engine, &around, &self.lens, place)?;
        if let (Some(one), Some(slot)) = (worked, self.overviews.get_mut(place)) {
            let before = std::mem::replace(slot, Arc::new(one));
            self.foreign.remove(&place);
            self.once_more.remove(&place);
            self.changed = true;
            let waiting = self.together.changed(place, &before, &self.overviews);
            self.once_more.extend(waiting);
            self.shown.hold(before);
        }
        if self.dirty.is_empty() {
            self.dirty = std::mem::take(&mut self.once_more);
        }
        Ok(())
    }

    /// Tells the fleet where it changed.
    fn publish(&mut self) {
        self.told = Instant::now();
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let total = self.overviews.len();
        let stage = if self.dirty.is_empty() || self.at_leisure {
            Stage::Ready
        } else {
            Stage::Working(total - self.dirty.len(), total)
        };
        let is_due = self.kept_at.is_none_or(|at| at.elapsed() >= KEEP_AGAIN);
        let keeps = stage == Stage::Ready && is_due;
        (self.tell)(News::Fleet {
            lens: self.lens,
            overviews: self.overviews.clone(),
            stage,
            seq: self.engine.seq(),
        });
        if keeps {
            self.keep();
        }
    }

    /// Keeps what the next start begins with: what one sees without moving in time.
    fn keep(&mut self) {
        let is_usual = self.lens.as_of.is_none() && self.lens.length == self.usual;
        if let Some(kept) = self.kept.as_ref().filter(|_| is_usual) {
            let me = self.engine.rules.me.as_deref();
            kept.keep(&self.title, me, &self.lens, &self.overviews);
            self.kept_at = Some(Instant::now());
        }
    }

    fn end(&mut self) {
        if self.dirty.is_empty() && self.kept_at.is_some() {
            self.keep();
        }
        // What is not kept now is folded again at the next start.
        if let Err(error) = self.engine.rest() {
            tracing::warn!(%error, "keeping the snapshot");
        }
    }
}
