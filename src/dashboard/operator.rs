//! The operator: a thread that works out plans, carries out what was agreed to, and looks for what shows that it was done. It alone reaches out to act; the
//! worker and the drawing go on meanwhile. Sources and log are opened when they are first needed: most who look never act.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::message::{Job, News};
use super::worker::Tell;
use crate::app::acting::carry::{Carried, NotDone, carry};
use crate::app::acting::plan::{Asked, plan};
use crate::app::acting::{Acting, entries, follow};
use crate::app::{Engine, assemble};
use crate::error::Failure;
use crate::event::time::Span;
use crate::journal::story::{State, Story, stories};
use crate::plan::Plan;
use crate::plan::ask::{Permit, Wish};
use crate::view::deeds::Reply;

/// How often the log is looked at for what is new, while something is waited for.
const LOOK: Duration = Duration::from_secs(2);
/// So often it is looked for whether the time to be seen is over, where nothing is new.
const AGAIN: Duration = Duration::from_secs(30);

/// So often tools are asked what became of what is in doubt: one that was down may be there again.
const DOUBT: Duration = Duration::from_secs(10);

/// What plans and acts need.
pub struct Bench {
    pub acting: Acting,
    pub engine: Engine,
}

/// What is known before anything is opened.
pub struct Operations {
    pub log: PathBuf,
    /// How long leadtime stays armed without a key.
    pub armed: Span,
    /// Whether acting is allowed at all.
    pub permit: Permit,
    /// Opens the sources and the log.
    pub equip: Box<dyn Fn() -> Result<Bench, Failure> + Send>,
}

/// What tells of the operations, in the operator's own thread. `None` where there is nothing to act with.
pub type Begin = Box<dyn FnOnce() -> Option<Operations> + Send>;

/// Runs until nobody has a job any more. `busy` is set while something is being sent: who quits waits for that.
pub fn run(begin: Begin, jobs: &Receiver<Job>, busy: &AtomicBool, tell: Tell) {
    let Some(operations) = begin() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::warn!(%error, "nothing can be done from here");
            return;
        }
    };
    let mut operator = Operator {
        operations,
        runtime,
        bench: None,
        shown: None,
        known: Vec::new(),
        looked: Instant::now(),
        asked: Instant::now(),
        tell,
    };
    operator.open();
    loop {
        let job = if operator.waits() {
            jobs.recv_timeout(LOOK)
        } else {
            jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match job {
            Ok(Job::Plan { id, wish, permit }) => operator.plan(id, &wish, permit),
            Ok(Job::Agree { id, typed }) => {
                busy.store(true, Ordering::SeqCst);
                operator.agree(id, typed);
                busy.store(false, Ordering::SeqCst);
            }
            Err(RecvTimeoutError::Timeout) if !operator.is_due() => {}
            Ok(Job::Look) | Err(RecvTimeoutError::Timeout) => operator.look(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

struct Operator {
    operations: Operations,
    runtime: Runtime,
    bench: Option<Bench>,
    /// The wish whose plan was told last, and that plan.
    shown: Option<(u64, Asked, Plan)>,
    /// What was told of actions.
    known: Vec<Arc<Story>>,
    looked: Instant,
    /// When tools were last asked what became of what is in doubt.
    asked: Instant,
    tell: Tell,
}

impl Operator {
    /// Tells what can be done, and what was; asks tools what became of what was cut off. Nothing is sent.
    fn open(&mut self) {
        let forbidden = match &self.operations.permit {
            Permit::Forbidden { text, .. } => Some(text.clone()),
            Permit::Given | Permit::NotArmed(_) => None,
        };
        (self.tell)(News::Acting {
            lasts: self.operations.armed,
            forbidden,
        });
        let read = assemble::open_log(&self.operations.log)
            .and_then(|store| Ok(stories(entries(&store)?)));
        match read {
            Ok(read) => self.publish(read),
            Err(error) => tracing::warn!(%error, "the journal"),
        }
        let mut known = self.known.iter();
        if known.any(|story| matches!(story.state, State::Sending | State::InDoubt)) {
            self.settle();
            self.look();
        }
    }

    fn settle(&mut self) {
        self.asked = Instant::now();
        let settled = self.with(|runtime, bench| {
            runtime.block_on(follow::settle(&mut bench.acting))?;
            Ok(())
        });
        if let Err(failure) = settled {
            tracing::warn!(%failure, "asking what became of actions");
        }
    }

    /// Whether something is still to be seen, or to be found out.
    fn waits(&self) -> bool {
        let mut known = self.known.iter();
        known.any(|story| matches!(story.state, State::Sent | State::InDoubt))
    }

    /// Whether it is time to ask what became of what is in doubt.
    fn is_in_doubt(&self) -> bool {
        let mut known = self.known.iter();
        self.asked.elapsed() >= DOUBT && known.any(|story| story.state == State::InDoubt)
    }

    fn with<T>(
        &mut self,
        work: impl FnOnce(&Runtime, &mut Bench) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let bench = match &mut self.bench {
            Some(bench) => bench,
            None => self.bench.insert((self.operations.equip)()?),
        };
        work(&self.runtime, bench)
    }

    fn plan(&mut self, id: u64, wish: &Wish, armed: Permit) {
        self.shown = None;
        // Who forbids it altogether comes before who has not armed it.
        let permit = match &self.operations.permit {
            Permit::Given => armed,
            forbidden => forbidden.clone(),
        };
        let made = self.with(|runtime, bench| {
            let asked = Asked::new(&bench.acting, &mut bench.engine, wish, permit)?;
            let plan = runtime.block_on(plan(&bench.acting, &mut bench.engine, &asked))?;
            Ok((asked, plan))
        });
        let reply = match made {
            Err(failure) => nothing(failure),
            Ok((asked, plan)) => {
                let typed = asked.is_typed(&plan);
                self.shown = Some((id, asked, plan.clone()));
                let plan = Box::new(plan);
                Reply::Planned { plan, typed }
            }
        };
        (self.tell)(News::Replied(id, reply));
    }

    /// Carries out the plan that was told, if it still is what would be done.
    fn agree(&mut self, id: u64, typed: Option<String>) {
        let Some((_, asked, shown)) = self.shown.take().filter(|(of, ..)| *of == id) else {
            let failure = Failure::unable("nothing was done: another plan was asked for since");
            (self.tell)(News::Replied(id, nothing(failure)));
            return;
        };
        let action = shown.action.clone();
        (self.tell)(News::Replied(id, Reply::Carried(action)));
        let carried = self.with(|runtime, bench| {
            let now = runtime.block_on(plan(&bench.acting, &mut bench.engine, &asked))?;
            let assent = asked.assent(&shown, typed);
            Ok(runtime.block_on(carry(&mut bench.acting, &shown, now, &assent)))
        });
        match carried {
            Ok(Ok(Carried::Done(_) | Carried::AwaitsSecond)) => self.look(),
            Ok(Err(NotDone::Moved { what, plan })) => {
                let typed = asked.is_typed(&plan);
                self.shown = Some((id, asked, (*plan).clone()));
                (self.tell)(News::Replied(id, Reply::Moved { what, plan, typed }));
            }
            Ok(Err(not_done)) => {
                (self.tell)(News::Replied(id, nothing(not_done.into())));
                self.look();
            }
            Err(failure) => {
                (self.tell)(News::Replied(id, nothing(failure)));
            }
        }
    }

    /// Whether there may be something to be seen: the log has grown, or it was long since.
    fn is_due(&mut self) -> bool {
        if self.looked.elapsed() >= AGAIN || self.is_in_doubt() {
            return true;
        }
        let grew = self.with(|_, bench| Ok(!bench.engine.follow()?.is_empty()));
        grew.unwrap_or(true)
    }

    /// Looks in the log for what shows that something was done, and tells of it.
    fn look(&mut self) {
        if self.is_in_doubt() {
            self.settle();
        }
        self.looked = Instant::now();
        let waits = self.waits() || self.bench.is_some();
        let read = if waits {
            self.with(|_, bench| {
                bench.engine.refresh(&mut |_, _| {})?;
                follow::look_for(&mut bench.acting, &mut bench.engine)?;
                Ok(bench.acting.stories()?)
            })
        } else {
            assemble::open_log(&self.operations.log)
                .and_then(|store| Ok(stories(entries(&store)?)))
                .map_err(Failure::from)
        };
        match read {
            Ok(read) => self.publish(read),
            Err(failure) => tracing::warn!(%failure, "looking what became of actions"),
        }
    }

    fn publish(&mut self, read: Vec<Story>) {
        let told: Vec<Arc<Story>> = read.into_iter().rev().map(Arc::new).collect();
        if told != self.known {
            self.known.clone_from(&told);
            (self.tell)(News::Stories(told));
        }
    }
}

fn nothing(failure: Failure) -> Reply {
    Reply::Nothing {
        text: failure.text,
        hint: failure.hint,
    }
}
