//! What happened last, for the page of that name. Events that were told before are not read again: what is done grows with what is new.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::Engine;
use crate::app::owners::Owners;
use crate::event::cdevents;
use crate::event::kind::MapText;
use crate::event::time::Timestamp;
use crate::report::happening::about;
use crate::store::{StoreError, Stored};
use crate::view::answer::{self, Happened};
use crate::view::scope::Scope;

/// So many events are listed.
const MOST: usize = 2_000;
/// In a narrow scope so many are looked at to find them.
const REACH: usize = 20_000;

/// Events that were told, to be told again.
#[derive(Default)]
pub struct Activity {
    /// By place in the log; none where it is not in scope, or cannot be read.
    known: HashMap<u64, Option<Arc<Happened>>>,
    scope: Scope,
    workloads: usize,
    /// Whose what is, and for which extent of the catalogue that was worked out.
    owners: Owners,
    extent: (usize, usize, usize),
}

impl Activity {
    /// The latest events that happened by an instant; `takes` tells by place which workloads are in scope.
    pub fn answer(
        &mut self,
        engine: &Engine,
        until: Timestamp,
        scope: &Scope,
        takes: &dyn Fn(usize) -> bool,
    ) -> Result<answer::Activity, StoreError> {
        let workloads = engine.definitions().len();
        if *scope != self.scope || workloads != self.workloads {
            self.known.clear();
            self.scope = scope.clone();
            self.workloads = workloads;
        }
        let extent = engine.catalogue().extent();
        if extent != self.extent {
            self.extent = extent;
            self.owners = Owners::of(engine);
        }
        let owners = &self.owners;
        let mut before = std::mem::take(&mut self.known);
        let mut told = answer::Activity {
            all: engine.catalogue().events,
            ..answer::Activity::default()
        };
        let is_all = *scope == Scope::All;
        // Of all workloads every event is told, but the few that cannot be read.
        let reach = if is_all { 2 * MOST } else { REACH };
        let mut latest = engine.log().latest(until, reach + 1)?;
        told.more = latest.len() > reach;
        latest.truncate(reach);
        for seq in latest {
            if told.rows.len() == MOST {
                told.more = true;
                break;
            }
            told.looked += 1;
            let one = if let Some(one) = before.remove(&seq) {
                one
            } else {
                let stored = engine.log().event(seq)?;
                let found = stored.and_then(|stored| read(engine, owners, stored));
                let found =
                    found.filter(|(_, places)| is_all || places.iter().any(|place| takes(*place)));
                found.map(|(one, _)| Arc::new(one))
            };
            told.rows.extend(one.clone());
            self.known.insert(seq, one);
        }
        Ok(told)
    }
}

/// An event, and the places of the workloads that it is about.
fn read(engine: &Engine, owners: &Owners, stored: Stored) -> Option<(Happened, Vec<usize>)> {
    let event = cdevents::read(&stored.body)
        .ok()?
        .map_text(&mut |text: &std::borrow::Cow<'_, str>| text.clone().into_owned());
    let [service, repository, artifact] = about(&event);
    let places = owners.find(service, repository, artifact).to_vec();
    let workload = match places[..] {
        [place] => engine.definitions().get(place),
        _ => None,
    };
    let workload = workload.map(|definition| definition.name.clone());
    let happened = Happened {
        seq: stored.seq,
        arrived: stored.arrived,
        event,
        workload,
        body: stored.body,
    };
    Some((happened, places))
}
