//! `leadtime confirm`: the second person.

use super::chain::{Chain, Wanted};
use crate::app::acting::carry::call_off;
use crate::cli::Ending;
use crate::cli::args::ConfirmArgs;
use crate::cli::session::Session;
use crate::error::Failure;
use crate::journal::story::State;
use crate::plan::Plan;
use crate::plan::ask::Deed;
use crate::plan::request::Verb;

pub fn run(session: &Session, args: &ConfirmArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    let stories = chain.acting.stories()?;
    let Some(story) = stories
        .into_iter()
        .find(|story| story.action == args.action)
    else {
        return Err(
            Failure::unable(format!("there is no action {:?}", args.action))
                .hinted("leadtime audit lists them"),
        );
    };
    if story.state != State::AwaitsSecond {
        let text = format!(
            "action {} waits for nobody: {}",
            story.action,
            story.state.words()
        );
        return Err(Failure::unable(text));
    }
    if args.call_off {
        let by = chain.acting.person.clone();
        let text = args.act.comment.clone().unwrap_or_default();
        call_off(&mut *chain.acting.store, &story.action, by, text)?;
        session.say("called off; nothing was done");
        return Ok(Ending::Done);
    }
    let name = story.plan.workload.clone();
    let definition = session.only(&chain.engine, Some(&name))?;
    let deed = deed(&story.plan)?;
    let wanted = Wanted {
        parts: vec![(definition, deed)],
        action: Some(story),
    };
    chain.run(&wanted)
}

/// What a plan was made of.
fn deed(plan: &Plan) -> Result<Deed, Failure> {
    let environment = plan.environment.clone().unwrap_or_default();
    let version = plan.to_sha.clone().or_else(|| plan.to.clone());
    match plan.intent {
        Verb::Promote => Ok(Deed::Promote {
            to: environment,
            version,
        }),
        Verb::Rollback => Ok(Deed::Rollback {
            environment,
            to: version,
        }),
        Verb::Approve | Verb::Reject => Ok(Deed::Decide {
            gates: plan.gates.clone(),
            approve: plan.intent == Verb::Approve,
        }),
        Verb::Hold => Ok(Deed::Hold { environment }),
        Verb::Release => Ok(Deed::Release { environment }),
        other => Err(Failure::unable(format!(
            "an action of kind {} never waits for a second person",
            other.word()
        ))),
    }
}
