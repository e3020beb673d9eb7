//! `leadtime where`.

use super::args::WhereArgs;
use super::session::Session;
use super::{Ending, show};
use crate::app::locate::{self, Asked};
use crate::error::Failure;
use crate::model::locate::GIVEN_UP;
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
    let states: Vec<&str> = answer.matches.iter().map(|one| one.state).collect();
    Ok(match ending(&states) {
        Ending::Unable if answer.ticket.is_some() => Ending::Found,
        ending => ending,
    })
}

fn ending(states: &[&str]) -> Ending {
    if states.is_empty() {
        return Ending::Unable;
    }
    let count = |word: &str| states.iter().filter(|state| **state == word).count();
    let live = count(State::Delivered.word());
    // What was given up is no part of what a ticket or a version asks for.
    if live > 0 && live + count(GIVEN_UP) == states.len() {
        Ending::Done
    } else {
        Ending::Found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_up_holds_up_nothing_that_is_live() {
        assert!(matches!(ending(&[]), Ending::Unable));
        assert!(matches!(ending(&["delivered", GIVEN_UP]), Ending::Done));
        assert!(matches!(ending(&["delivered", "gated"]), Ending::Found));
        assert!(matches!(ending(&[GIVEN_UP]), Ending::Found));
    }
}
