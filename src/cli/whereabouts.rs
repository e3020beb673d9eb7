//! `leadtime where`.

use super::args::WhereArgs;
use super::session::Session;
use super::{Ending, show};
use crate::app::locate;
use crate::error::Failure;
use crate::model::locate::Match;
use crate::model::state::State;
use crate::report;

pub fn run(session: &Session, args: &WhereArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let answer = locate::locate(
        &mut engine,
        &session.config.sources,
        &args.reference,
        &|name| session.resolve(name),
        session.as_of,
    )?;
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
