//! Where a reference is, looked up in every workload that may know it, for `leadtime where` and for the dashboard alike. A forecast that a workload's own
//! past does not allow goes by the other workloads of its path; those are only read then.

use super::silence::Heard;
use super::{Engine, release};
use crate::config::Source;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::entity::ChangeAt;
use crate::model::forecast::{Past, past};
use crate::model::history::{Happening, history};
use crate::model::locate::{Match, Whereabouts, find, whereabouts};
use crate::model::state::Lives;
use crate::store::StoreError;

/// What the repository that one stands in calls by a name (`HEAD`, a branch), as a sha.
pub type Resolve = Box<dyn Fn(&str) -> Option<String> + Send>;

/// Other workloads of the same path that a forecast may go by.
const MOST_OTHERS: usize = 20;

/// Every change that a reference speaks of, and where it is. What no workload knows may be a name of the repository that one stands in.
pub fn locate(
    engine: &mut Engine,
    sources: &[Source],
    reference: &str,
    resolve: &dyn Fn(&str) -> Option<String>,
    as_of: Timestamp,
) -> Result<Whereabouts, StoreError> {
    let mut known = reference.to_owned();
    let mut candidates = engine.candidates(&known)?;
    if candidates.workloads.is_empty()
        && let Some(sha) = resolve(reference)
    {
        known = sha;
        candidates = engine.candidates(&known)?;
    }
    let heard = Heard::of(sources, engine.log())?;
    let mut matches = Vec::new();
    for definition in candidates.workloads {
        let seek = Seek {
            definition: &definition,
            known: &known,
            as_of,
        };
        // Only a change that is not found by itself may be known by its ticket, or waits for others that bear it.
        matches.extend(
            match look(engine, &heard, &seek, candidates.is_ticket, false)? {
                Some(found) => found,
                None => look(engine, &heard, &seek, false, true)?.unwrap_or_default(),
            },
        );
    }
    matches.sort_by(|one, two| (&one.workload, &one.since).cmp(&(&two.workload, &two.since)));
    Ok(Whereabouts {
        query: reference.to_owned(),
        matches,
    })
}

/// What is looked for, where, and as of when.
struct Seek<'a> {
    definition: &'a Definition,
    known: &'a str,
    as_of: Timestamp,
}

/// The changes of a workload that a reference speaks of; `None` where its tickets would tell more.
fn look(
    engine: &mut Engine,
    heard: &Heard,
    seek: &Seek<'_>,
    is_ticket: bool,
    with_tickets: bool,
) -> Result<Option<Vec<Match>>, StoreError> {
    let workload = if with_tickets {
        engine.workload(seek.definition, seek.as_of)?
    } else {
        engine.workload_without_tickets(seek.definition, seek.as_of)?
    };
    let rules = engine.rules.clone();
    let lives = Lives::new(&workload, &rules, heard.silence(&workload));
    let places = find(&lives, seek.known);
    // Of those that are live, which may be many, the map and the page of the change tell what they waited for.
    let waiting = release::may_wait(&lives, &places);
    if !with_tickets && (is_ticket && places.is_empty() || !waiting.is_empty()) {
        return Ok(None);
    }
    let releases = release::releases(engine, &lives, waiting.into_iter())?;
    tell(engine, &lives.with(releases), &places).map(Some)
}

/// One change of a workload, by its id, and everything that happened to it.
pub fn change(
    engine: &mut Engine,
    sources: &[Source],
    workload: &str,
    id: &str,
    as_of: Timestamp,
) -> Result<Option<(Match, Vec<Happening>)>, StoreError> {
    let known = engine.definitions().iter().find(|one| one.name == workload);
    let Some(definition) = known.cloned() else {
        return Ok(None);
    };
    let workload = engine.workload(&definition, as_of)?;
    let silent = Heard::of(sources, engine.log())?.silence(&workload);
    let rules = engine.rules.clone();
    let lives = Lives::new(&workload, &rules, silent);
    let place = (0..)
        .zip(&workload.changes)
        .find(|(_, change)| workload.text(change.id) == id)
        .map(|(place, _)| place);
    let Some(place) = place else {
        return Ok(None);
    };
    let releases = release::releases(engine, &lives, [place].into_iter())?;
    let lives = lives.with(releases);
    let found = tell(engine, &lives, &[place])?.pop();
    Ok(found.map(|found| (found, history(&lives, place))))
}

/// Where changes of a workload are.
fn tell(
    engine: &mut Engine,
    lives: &Lives<'_>,
    places: &[ChangeAt],
) -> Result<Vec<Match>, StoreError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let own = past(lives);
    let mut others: Option<Vec<Past>> = None;
    let mut told = Vec::with_capacity(places.len());
    for place in places {
        let Some(mut one) = whereabouts(lives, *place, &own, &[]) else {
            continue;
        };
        if one.forecast.why_not.is_some() {
            let others = match &mut others {
                Some(others) => others,
                none => none.insert(of_path(engine, lives.workload)?),
            };
            one = whereabouts(lives, *place, &own, others).unwrap_or(one);
        }
        told.push(one);
    }
    Ok(told)
}

/// The past of other workloads on the same written path.
fn of_path(engine: &mut Engine, workload: &Workload) -> Result<Vec<Past>, StoreError> {
    if workload.path.derived {
        return Ok(Vec::new());
    }
    let is_other = |other: &&Definition| {
        let path = other.path.as_ref();
        other.name != workload.definition.name
            && path.is_some_and(|path| path.name == workload.path.name)
    };
    let others: Vec<Definition> = (engine.definitions().iter().filter(is_other))
        .take(MOST_OTHERS)
        .cloned()
        .collect();
    let mut all = Vec::new();
    for definition in others {
        let other = engine.workload_without_tickets(&definition, workload.as_of)?;
        all.extend(past(&Lives::new(&other, &engine.rules, None)));
    }
    Ok(all)
}
