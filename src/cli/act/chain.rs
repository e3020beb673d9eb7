//! The one way from what is wanted to what was done.

use std::io::Write;
use std::time::Duration;

use crate::app::acting::carry::{Carried, NotDone, carry};
use crate::app::acting::plan::{NoPlan, complete};
use crate::app::acting::{Acting, action_key, follow};
use crate::app::{Engine, assemble, sync};
use crate::cli::args::ActArgs;
use crate::cli::bar::Bars;
use crate::cli::session::{Session, block_on, is_interactive, print};
use crate::cli::{Ending, show};
use crate::clock;
use crate::confirm::Assent;
use crate::error::Failure;
use crate::journal::End;
use crate::journal::story::{State, Story};
use crate::model::definition::{Confirm, Definition};
use crate::model::state::Lives;
use crate::plan::ask::{Ask, Deed};
use crate::plan::{Draft, Plan, Refusal, draft, policy};
use crate::report;

/// How often the sources are read while somebody waits.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is wanted, of which workloads.
pub struct Wanted {
    pub parts: Vec<(Definition, Deed)>,
    /// An action that waits for a second person.
    pub action: Option<Story>,
}

/// What the way needs.
pub struct Chain<'a> {
    pub session: &'a Session,
    pub engine: Engine,
    pub acting: Acting,
    args: &'a ActArgs,
}

impl<'a> Chain<'a> {
    /// Reads the sources, opens the log, and finds out what earlier actions left open.
    pub fn new(session: &'a Session, args: &'a ActArgs) -> Result<Self, Failure> {
        let mut acting = session.acting()?;
        let engine = if args.no_sync {
            session.engine()?
        } else {
            read(session, &mut acting)?;
            session.open(assemble::open_log(&session.log)?)?
        };
        let mut chain = Self {
            session,
            engine,
            acting,
            args,
        };
        block_on(follow::settle(&mut chain.acting))??;
        chain.look()?;
        Ok(chain)
    }

    /// Takes in what is new in the log, and whether it shows what was done.
    fn look(&mut self) -> Result<(), Failure> {
        self.engine.refresh(&mut |_, _| {})?;
        follow::look_for(&mut self.acting, &mut self.engine)?;
        Ok(())
    }

    pub fn run(&mut self, wanted: &Wanted) -> Result<Ending, Failure> {
        let ask = self.ask(wanted.action.as_ref());
        let plan = self.plan(&ask, wanted)?;
        if self.args.dry_run {
            return self.dry(&plan);
        }
        if !self.session.json {
            print(&report::plan::plan(&plan, &self.session.style))?;
        }
        if plan.standing().next().is_some() {
            if self.session.json {
                self.show(&plan)?;
            }
            self.session.complain("a rule objects; nothing was done");
            return Ok(Ending::Found);
        }
        let Some(assent) = self.assent(&plan, wanted.action.as_ref())? else {
            self.session.say("nothing was done");
            return Ok(Ending::Found);
        };
        let now = self.plan(&ask, wanted)?;
        let carried = block_on(carry(&mut self.acting, &plan, now, &assent))?;
        self.told(&plan, carried)
    }

    /// Who asks. A second person agrees to what the first one meant.
    fn ask(&self, first: Option<&Story>) -> Ask {
        let permit = self.session.permit();
        let Some(story) = first else {
            let now = clock::now();
            return Ask {
                comment: self.args.comment.clone(),
                overrides: self.args.overrides.clone(),
                by: self.acting.person.name.clone(),
                at: now,
                key: action_key(now),
                permit,
            };
        };
        let set_aside = story.plan.objections.iter().filter(|one| one.overridden);
        Ask {
            comment: story.plan.comment.clone(),
            overrides: set_aside.map(|one| one.rule.clone()).collect(),
            by: story.by.name.clone(),
            at: story.plan.at,
            key: story.action.clone(),
            permit,
        }
    }

    /// One plan for all that is wanted.
    fn plan(&mut self, ask: &Ask, wanted: &Wanted) -> Result<Plan, Failure> {
        self.engine.refresh(&mut |_, _| {})?;
        policy::check(&ask.overrides).map_err(|refusal| refused(&refusal))?;
        let mut whole: Option<Draft> = None;
        for (place, (definition, deed)) in wanted.parts.iter().enumerate() {
            let workload = self.engine.workload(definition, clock::now())?;
            let lives = Lives::new(&workload, &self.session.rules, None);
            let ask = Ask {
                key: match place {
                    0 => ask.key.clone(),
                    place => format!("{}.w{place}", ask.key),
                },
                ..ask.clone()
            };
            let drafted = draft(&ask, deed, &lives).map_err(|refusal| refused(&refusal))?;
            whole = Some(match whole {
                None => drafted,
                Some(whole) => whole.join(drafted),
            });
        }
        let Some(whole) = whole else {
            return Err(Failure::usage("nothing was asked for"));
        };
        let plan = block_on(complete(&self.acting, ask, whole))?;
        plan.map_err(|none| match none {
            NoPlan::Refused(refusal) => refused(&refusal),
            NoPlan::Tool(error) => error.into(),
        })
    }

    fn show(&self, plan: &Plan) -> Result<(), Failure> {
        show(self.session, "leadtime/plan/v1", plan, |plan| {
            report::plan::plan(plan, &self.session.style)
        })
    }

    fn dry(&self, plan: &Plan) -> Result<Ending, Failure> {
        if self.args.curl {
            print(&report::plan::curl(plan))?;
        } else {
            self.show(plan)?;
        }
        Ok(if plan.is_free() {
            Ending::Done
        } else {
            Ending::Found
        })
    }

    /// What whoever sits there gives to agree; `None` where they do not.
    fn assent(&self, plan: &Plan, first: Option<&Story>) -> Result<Option<Assent>, Failure> {
        let name = &plan.workload;
        let second = |typed: String| {
            first.map(|story| Assent::Second {
                first: story.by.clone(),
                typed,
            })
        };
        if let Some(typed) = &self.args.confirm {
            let assent = second(typed.clone()).unwrap_or_else(|| Assent::Typed(typed.clone()));
            if typed != name {
                return Err(Failure::usage(format!(
                    "--confirm {typed}: the name to type is {name}"
                )));
            }
            let only_first = plan.confirm == Confirm::Second && first.is_none();
            return Ok(Some(if only_first { Assent::Yes } else { assent }));
        }
        let typed_needed = plan.confirm == Confirm::Typed || first.is_some();
        if self.args.yes && !typed_needed {
            return Ok(Some(Assent::Yes));
        }
        if !is_interactive() {
            let how = if typed_needed {
                format!("agree with --confirm {name}")
            } else {
                "agree with --yes".to_owned()
            };
            return Err(Failure::usage("nobody is there to be asked")
                .hinted(format!("{how}, or look with --dry-run")));
        }
        if typed_needed {
            let typed = prompt(&format!("Type {name} to confirm: "))?;
            if typed != *name {
                return Ok(None);
            }
            return Ok(Some(second(typed.clone()).unwrap_or(Assent::Typed(typed))));
        }
        let answer = prompt("Do this? [y/N] ")?;
        Ok(matches!(answer.as_str(), "y" | "Y" | "yes").then_some(Assent::Yes))
    }

    fn told(&mut self, plan: &Plan, carried: Result<Carried, NotDone>) -> Result<Ending, Failure> {
        let ending = match carried {
            Ok(Carried::Done(ending)) => ending,
            Ok(Carried::AwaitsSecond) => {
                self.session.say(&format!(
                    "a second person has to agree: leadtime confirm {}",
                    plan.action
                ));
                return Ok(Ending::Found);
            }
            Err(NotDone::Moved { what, plan }) => {
                print(&report::plan::plan(&plan, &self.session.style))?;
                let text = format!(
                    "nothing was done: since the plan was shown, {} changed; this is the plan now",
                    what.join(", ")
                );
                self.session.complain(&text);
                return Ok(Ending::Found);
            }
            Err(NotDone::NotConfirmed(why)) => {
                let text = format!("nothing was done: {}", why.words());
                self.session.complain(&text);
                return Ok(Ending::Found);
            }
            Err(NotDone::Busy) => {
                return Err(Failure::unable(
                    "nothing was done: another leadtime is acting on this log",
                )
                .hinted("try again when it has ended"));
            }
            Err(NotDone::NotKept(text)) => {
                return Err(Failure::unable(format!(
                    "the journal cannot be written, so nothing more was sent: {text}"
                )));
            }
        };
        if self.args.wait && ending.end == End::Sent {
            self.wait(&plan.action)?;
        }
        self.last_word(&plan.action, ending.end)
    }

    /// Reads the sources until an event shows what was to come about, or the time for it is over.
    fn wait(&mut self, action: &str) -> Result<(), Failure> {
        let until = clock::now() + self.acting.seen_within;
        loop {
            let story = self.story(action)?;
            if story.is_none_or(|story| story.state != State::Sent) || clock::now() > until {
                return Ok(());
            }
            block_on(async { tokio::time::sleep(LOOK_EVERY).await })?;
            read(self.session, &mut self.acting)?;
            self.look()?;
        }
    }

    fn story(&self, action: &str) -> Result<Option<Story>, Failure> {
        let stories = self.acting.stories()?;
        Ok(stories.into_iter().find(|story| story.action == action))
    }

    fn last_word(&self, action: &str, end: End) -> Result<Ending, Failure> {
        let Some(story) = self.story(action)? else {
            return Err(Failure::unable(format!(
                "the journal has lost action {action}"
            )));
        };
        show(self.session, "leadtime/action/v1", &story, |story| {
            let text = if story.text.is_empty() {
                String::new()
            } else {
                format!(": {}", story.text)
            };
            format!("\n{}{text}\nleadtime audit {action}\n", story.state.words())
        })?;
        Ok(match (end, story.state) {
            (End::Stopped | End::InDoubt, _) => Ending::Unable,
            (End::Sent, State::SeenOtherwise | State::Unseen) => Ending::Found,
            (End::Sent, _) => Ending::Done,
        })
    }
}

/// Reads every source once; one that cannot be read is told of, and holds nobody up.
fn read(session: &Session, acting: &mut Acting) -> Result<(), Failure> {
    if acting.feeds.is_empty() || acting.store.is_read_only() {
        return Ok(());
    }
    let bars = Bars::new(session.quiet);
    let store = &mut *acting.store;
    let outcomes = block_on(sync::sync(&acting.feeds, store, clock::now(), &bars))??;
    bars.end();
    for outcome in outcomes {
        if let Some(error) = outcome.error {
            session.complain(&format!("{}: {error}", outcome.source));
        }
    }
    Ok(())
}

fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::unable(refusal.text.clone());
    match &refusal.hint {
        Some(hint) => failure.hinted(hint.clone()),
        None => failure,
    }
}

fn prompt(text: &str) -> Result<String, Failure> {
    let mut err = std::io::stderr();
    // Nothing can be done where standard error is gone.
    let _gone = write!(err, "\n{text}");
    let _gone = err.flush();
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::unable(format!("standard input: {error}")))?;
    Ok(answer.trim().to_owned())
}
