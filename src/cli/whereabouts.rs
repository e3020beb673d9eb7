//! `leadtime where`.

use super::args::WhereArgs;
use super::session::Session;
use super::{Ending, show};
use crate::app::locate::{self, Asked};
use crate::error::Failure;
use crate::model::locate::Match;
use crate::model::state::State;
use crate::report;

pub fn run(session: &Session, args: &WhereArgs) -> Result<Ending, Failure> {
    if args.reference.trim().is_empty() {
        return Err(Failure::usage("nothing is asked for: the reference is empty").hinted(
            "name a commit, a change (its number or id), a ticket, a tag, a version or a digest",
        ));
    }
    let mut engine = session.engine()?;
    let asked = Asked {
        reference: &args.reference,
        here: session,
        as_of: session.as_of,
        looking_back: session.as_of < session.now,
    };
    let answer = locate::locate(&mut engine, &session.config.sources, &asked)?;
    show(session, "leadtime/where/v1", &answer, |answer| {
        report::whereabouts(answer, &session.style)
    })?;
    Ok(ending(&answer.matches))
}

fn ending(matches: &[Match]) -> Ending {
    if matches.is_empty() {
        Ending::Unable
    } else if matches
        .iter()
        .all(|one| one.state == State::Delivered.word())
    {
        Ending::Done
    } else {
        Ending::Found
    }
}
