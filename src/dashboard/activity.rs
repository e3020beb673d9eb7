//! What happened last, for the page of that name. Events that were told before are not read again: what is done grows with what is new.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::app::Engine;
use crate::app::owners::Owners;
use crate::event::cdevents;
use crate::event::kind::MapText;
use crate::event::time::Timestamp;
use crate::report::happening::about;
use crate::store::StoreError;
use crate::view::answer::{self, Happened};
use crate::view::scene::Scope;

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
        let owners = Owners::of(engine);
        let mut before = std::mem::take(&mut self.known);
        let mut told = answer::Activity {
            all: engine.catalogue().events,
            ..answer::Activity::default()
        };
        engine.log().read_back(until, &mut |seq, arrived, body| {
            if told.rows.len() == MOST || told.looked == REACH {
                told.more = true;
                return ControlFlow::Break(());
            }
            told.looked += 1;
            let one = before.remove(&seq).unwrap_or_else(|| {
                let found = read(engine, &owners, seq, (arrived, body));
                found
                    .filter(|(_, places)| {
                        *scope == Scope::All || places.iter().any(|place| takes(*place))
                    })
                    .map(|(one, _)| Arc::new(one))
            });
            told.rows.extend(one.clone());
            self.known.insert(seq, one);
            ControlFlow::Continue(())
        })?;
        Ok(told)
    }
}

/// An event, and the places of the workloads that it is about.
fn read(
    engine: &Engine,
    owners: &Owners,
    seq: u64,
    (arrived, body): (Timestamp, &str),
) -> Option<(Happened, Vec<usize>)> {
    let event = cdevents::read(body).ok()?;
    let event = event.map_text(&mut |text: &std::borrow::Cow<'_, str>| text.clone().into_owned());
    let [service, repository, artifact] = about(&event);
    let places = owners.find(service, repository, artifact).to_vec();
    let workload = match places[..] {
        [place] => engine.definitions().get(place),
        _ => None,
    };
    let workload = workload.map(|definition| definition.name.clone());
    let happened = Happened {
        seq,
        arrived,
        event,
        workload,
        body: body.to_owned(),
    };
    Some((happened, places))
}
