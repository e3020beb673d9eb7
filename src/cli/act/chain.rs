//! The one way from what is wanted to what was done.

use std::io::Write;
use std::time::Duration;

use crate::app::acting::carry::{Carried, NotDone, carry};
use crate::app::acting::plan::{Asked, plan};
use crate::app::acting::{Acting, follow};
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
use crate::plan::Plan;
use crate::plan::ask::{Part, Wish};
use crate::report;

/// How often the sources are read while somebody waits.
const LOOK_EVERY: Duration = Duration::from_secs(5);

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
        let option = match session.as_known {
            Some(_) => "--as-known",
            None => "--as-of",
        };
        if session.as_of != session.now || session.as_known.is_some() {
            return Err(Failure::usage(format!(
                "{option} shows how things were, and what is done is done now"
            ))
            .hinted(format!("leave {option} out")));
        }
        Self::looking(session, args)
    }

    /// The same for who only looks, at any time.
    pub fn looking(session: &'a Session, args: &'a ActArgs) -> Result<Self, Failure> {
        let (mut acting, refused) = session.acting()?;
        for line in &refused {
            session.complain(line);
        }
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

    /// Does what is wanted of workloads.
    pub fn run(&mut self, parts: Vec<Part>) -> Result<Ending, Failure> {
        self.go(&Wish {
            parts,
            comment: self.args.comment.clone(),
            overrides: self.args.overrides.clone(),
            second: None,
        })
    }

    /// Agrees, as second, to an action that waits for it.
    pub fn second(&mut self, action: &str) -> Result<Ending, Failure> {
        self.go(&Wish {
            second: Some(action.to_owned()),
            ..Wish::default()
        })
    }

    fn go(&mut self, wish: &Wish) -> Result<Ending, Failure> {
        let permit = self.session.permit();
        let asked = Asked::new(&self.acting, &mut self.engine, wish, permit)?;
        let shown = self.plan(&asked)?;
        if self.args.dry_run {
            return self.dry(&shown);
        }
        if !self.session.json {
            print(&report::plan::plan(&shown, &self.session.style))?;
        }
        if !shown.is_free() {
            if self.session.json {
                self.show(&shown)?;
            }
            self.session.complain("a rule objects; nothing was done");
            return Ok(Ending::Found);
        }
        let Some(assent) = self.assent(&shown, &asked)? else {
            self.session.say("nothing was done");
            return Ok(Ending::Found);
        };
        let now = self.plan(&asked)?;
        let carried = block_on(carry(&mut self.acting, &shown, now, &assent))?;
        self.told(&shown, carried)
    }

    fn plan(&mut self, asked: &Asked) -> Result<Plan, Failure> {
        block_on(plan(&self.acting, &mut self.engine, asked))?
    }

    fn show(&self, plan: &Plan) -> Result<(), Failure> {
        show(self.session, "leadtime/plan/v1", plan, |plan| {
            report::plan::plan(plan, &self.session.style)
        })
    }

    fn dry(&self, plan: &Plan) -> Result<Ending, Failure> {
        if self.args.curl {
            print(&report::curl::curl(plan))?;
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
    fn assent(&self, plan: &Plan, asked: &Asked) -> Result<Option<Assent>, Failure> {
        let name = &plan.workload;
        if let Some(typed) = &self.args.confirm {
            if typed != name {
                return Err(Failure::usage(format!(
                    "--confirm {typed}: the name to type is {name}"
                )));
            }
            return Ok(Some(asked.assent(plan, Some(typed.clone()))));
        }
        let is_typed = asked.is_typed(plan);
        if self.args.yes && !is_typed {
            return Ok(Some(asked.assent(plan, None)));
        }
        if !is_interactive() {
            let how = if is_typed {
                format!("agree with --confirm {name}")
            } else {
                "agree with --yes".to_owned()
            };
            return Err(Failure::usage("nobody is there to be asked")
                .hinted(format!("{how}, or look with --dry-run")));
        }
        if is_typed {
            let typed = prompt(&format!("Type {name} to confirm: "))?;
            return Ok((typed == *name).then(|| asked.assent(plan, Some(typed))));
        }
        let answer = prompt("Do this? [y/N] ")?;
        let agrees = matches!(answer.as_str(), "y" | "Y" | "yes");
        Ok(agrees.then(|| asked.assent(plan, None)))
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
            Err(not_done @ NotDone::NotConfirmed(_)) => {
                self.session.complain(&Failure::from(not_done).text);
                return Ok(Ending::Found);
            }
            Err(not_done) => return Err(not_done.into()),
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
