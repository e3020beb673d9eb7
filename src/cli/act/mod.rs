//! The commands that do something. All go one way ([`chain`]): the sources are read, the plan is made and shown, somebody agrees, the plan is made anew and
//! held against what was shown, it is carried out, and what shows that it was done is looked for.

mod chain;
mod earlier;
mod second;

pub use second::run as confirm;

use super::Ending;
use super::args::{
    Again, DecideArgs, HoldArgs, MarkArgs, MarkWord, PromoteArgs, RespondArgs, RetryArgs,
    RollbackArgs,
};
use super::session::Session;
use crate::app::acting::plan;
use crate::error::Failure;
use crate::event::kind::MarkKind;
use crate::plan::ask::{Deed, Wish};
use crate::plan::request::Verb;

use chain::Chain;

pub fn decide(session: &Session, args: &DecideArgs, approve: bool) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let gates = &args.gates;
    if args.workload.is_none() {
        // One plan for all of them.
        let parts = plan::gates(&mut chain.engine, gates, approve)?;
        return chain.run(parts);
    }
    let deed = Deed::Decide {
        gates: gates.clone(),
        approve,
    };
    one(&mut chain, args.workload.as_ref(), deed)
}

pub fn promote(session: &Session, args: &PromoteArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let deed = Deed::Promote {
        to: args.to.clone(),
        version: args.version.clone(),
    };
    one(&mut chain, Some(&args.workload), deed)
}

pub fn rollback(session: &Session, args: &RollbackArgs) -> Result<Ending, Failure> {
    if args.list {
        return earlier::list(&mut Chain::looking(session, &args.act)?, args);
    }
    let mut chain = Chain::new(session, &args.act)?;
    let deed = Deed::Rollback {
        environment: args.environment.clone(),
        to: args.to.clone(),
    };
    one(&mut chain, Some(&args.workload), deed)
}

pub fn retry(session: &Session, args: &RetryArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let verb = match args.what {
        Again::All => Verb::Retry,
        Again::Failed => Verb::RetryFailed,
        Again::Cancel => Verb::Cancel,
        Again::Resume => Verb::Resume,
    };
    let run = args.run.clone();
    one(
        &mut chain,
        args.workload.as_ref(),
        Deed::Again { run, verb },
    )
}

pub fn respond(session: &Session, args: &RespondArgs, verb: Verb) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    if args.workload.is_none() {
        let parts = plan::incident(&mut chain.engine, &args.incident, verb)?;
        return chain.run(parts);
    }
    let incident = args.incident.clone();
    one(
        &mut chain,
        args.workload.as_ref(),
        Deed::Respond { incident, verb },
    )
}

pub fn hold(session: &Session, args: &HoldArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let environment = args.environment.clone();
    one(&mut chain, Some(&args.workload), Deed::Hold { environment })
}

pub fn release(session: &Session, args: &HoldArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let environment = args.environment.clone();
    one(
        &mut chain,
        Some(&args.workload),
        Deed::Release { environment },
    )
}

pub fn mark(session: &Session, args: &MarkArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let kind = match args.kind {
        MarkWord::IncidentLink => MarkKind::IncidentLink,
        MarkWord::Unplanned => MarkKind::Unplanned,
        MarkWord::Failed => MarkKind::Failed,
        MarkWord::Ignore => MarkKind::Ignore,
    };
    let deed = Deed::Mark {
        kind,
        target: args.target.clone(),
        deployment: args.deployment.clone(),
    };
    one(&mut chain, args.workload.as_ref(), deed)
}

fn one(chain: &mut Chain<'_>, name: Option<&String>, deed: Deed) -> Result<Ending, Failure> {
    let definition = chain.session.only(&chain.engine, name)?;
    chain.run(Wish::of(definition.name, deed).parts)
}
