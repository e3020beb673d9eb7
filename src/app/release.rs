//! What the changes of a workload wait for in others: the parts of its features there, looked up only where a change is ready and waits.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use crate::model::definition::Definition;
use crate::model::entity::ChangeAt;
use crate::model::feature::{Releases, parts_of};
use crate::model::state::{Lives, State};
use crate::store::StoreError;

/// Whether a change stood before production at some time with nothing left to do.
fn waited(lives: &Lives<'_>, place: ChangeAt) -> bool {
    let life = lives.life(place);
    lives.production_step().is_some_and(|production| {
        let legs = life.iter().flat_map(|life| &life.legs);
        let mut legs = legs.chain(life.as_ref().and_then(|life| life.now.as_ref()));
        legs.any(|leg| leg.step == production && leg.state == State::Waiting)
    })
}

/// Those of these changes that stood there.
#[must_use]
pub fn may_have_waited(lives: &Lives<'_>, places: impl Iterator<Item = ChangeAt>) -> Vec<ChangeAt> {
    places.filter(|place| waited(lives, *place)).collect()
}

/// The tickets of those of these changes that waited to be let go live.
fn waiting(lives: &Lives<'_>, places: impl Iterator<Item = ChangeAt>) -> BTreeSet<String> {
    let workload = lives.workload;
    let changes = places.filter_map(|place| Some((place, workload.changes.get(place as usize)?)));
    let named = changes.filter(|(_, change)| !change.tickets.is_empty());
    let waiting = named.filter(|(place, _)| waited(lives, *place));
    let tickets = waiting.flat_map(|(_, change)| &change.tickets);
    tickets
        .map(|name| workload.text(*name).to_owned())
        .collect()
}

/// What all changes of a workload, which was gathered with the tickets that name them, wait for in other workloads, and waited for.
pub fn all(engine: &mut Engine, lives: &Lives<'_>) -> Result<Releases, StoreError> {
    let places = (0..).zip(&lives.workload.changes).map(|(place, _)| place);
    releases(engine, lives, places)
}

/// What these changes of a workload, which was gathered with the tickets that name them, wait for in other workloads, and waited for.
pub fn releases(
    engine: &mut Engine,
    lives: &Lives<'_>,
    places: impl Iterator<Item = ChangeAt>,
) -> Result<Releases, StoreError> {
    let own = lives.workload.name();
    // Nobody else is there to be waited for.
    if engine.definitions().iter().all(|known| known.name == own) {
        return Ok(Releases::default());
    }
    let tickets = waiting(lives, places);
    let mut others: BTreeMap<String, Definition> = BTreeMap::new();
    for ticket in &tickets {
        for definition in engine.candidates(ticket)?.workloads {
            if definition.name != own {
                others.insert(definition.name.clone(), definition);
            }
        }
    }
    if others.is_empty() {
        return Ok(Releases::default());
    }
    let mut told = vec![(own.to_owned(), parts_of(lives, &tickets))];
    for (name, definition) in others {
        let workload = engine.workload_with_links(&definition, lives.workload.as_of)?;
        let theirs = Lives::new(&workload, &engine.rules, None);
        told.push((name, parts_of(&theirs, &tickets)));
    }
    let parts = told.iter();
    let parts = parts.flat_map(|(name, parts)| parts.iter().map(|part| (name.as_str(), part)));
    Ok(Releases::of(own, parts))
}
