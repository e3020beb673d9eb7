//! `leadtime where`.

use super::args::WhereArgs;
use super::session::Session;
use super::{Ending, show};
use crate::app::Engine;
use crate::error::Failure;
use crate::model::forecast::{Past, past};
use crate::model::locate::{Match, Whereabouts, find, whereabouts};
use crate::model::state::{Lives, State};
use crate::report;

/// Other workloads of the same path that a forecast may go by.
const MOST_OTHERS: usize = 20;

pub fn run(session: &Session, args: &WhereArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let mut reference = args.reference.clone();
    let mut candidates = engine.candidates(&reference)?;
    if candidates.is_empty()
        && let Some(sha) = session.resolve(&reference)
    {
        reference = sha;
        candidates = engine.candidates(&reference)?;
    }
    let mut matches = Vec::new();
    for definition in candidates {
        // Only a change that is not found by itself may be known by its ticket.
        let mut workload = engine.workload_without_tickets(&definition, session.as_of)?;
        if find(&Lives::new(&workload, &session.rules, None), &reference).is_empty() {
            workload = engine.workload(&definition, session.as_of)?;
        }
        let silent = session.silent_since(&engine, &definition)?;
        let lives = Lives::new(&workload, &session.rules, silent);
        let found = find(&lives, &reference);
        if found.is_empty() {
            continue;
        }
        let own = past(&lives);
        let mut others: Option<Vec<Past>> = None;
        for place in found {
            let Some(mut one) = whereabouts(&lives, place, &own, &[]) else {
                continue;
            };
            // The path's past is only looked up where the workload's own does not do.
            if one.forecast.why_not.is_some() {
                if others.is_none() {
                    others = Some(of_path(session, &mut engine, &workload)?);
                }
                one = whereabouts(&lives, place, &own, others.as_deref().unwrap_or(&[]))
                    .unwrap_or(one);
            }
            matches.push(one);
        }
    }
    matches.sort_by(|one, two| (&one.workload, &one.since).cmp(&(&two.workload, &two.since)));
    let answer = Whereabouts {
        query: args.reference.clone(),
        matches,
    };
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

/// The past of other workloads on the same written path.
fn of_path(
    session: &Session,
    engine: &mut Engine,
    workload: &crate::model::Workload,
) -> Result<Vec<Past>, Failure> {
    if workload.path.derived {
        return Ok(Vec::new());
    }
    let others: Vec<_> = engine
        .definitions()
        .iter()
        .filter(|other| other.name != workload.definition.name)
        .filter(|other| {
            let path = other.path.as_ref();
            path.is_some_and(|path| path.name == workload.path.name)
        })
        .take(MOST_OTHERS)
        .cloned()
        .collect();
    let mut all = Vec::new();
    for definition in others {
        let other = engine.workload_without_tickets(&definition, session.as_of)?;
        all.extend(past(&Lives::new(&other, &session.rules, None)));
    }
    Ok(all)
}
