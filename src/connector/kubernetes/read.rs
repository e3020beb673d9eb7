//! One reading: which groups the cluster has, a list of each family in them, then each object that is another than it was, newest writing first, several at
//! once. What they bring is handed over a handful at a time, each with its row, so that a kill between any two loses and doubles nothing. A quiet cluster is
//! asked for one list a family, and for nothing more.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use super::client::{Cluster, Served, Wanted};
use super::cursor::{self, Row};
use super::families::FAMILIES;
use super::family::{Family, Origin, Seen, Told};
use super::translate::{self, is_end, key, read_id};
use super::wire::Object;
use crate::connector::error::ErrorKind;
use crate::connector::facts::{Facts, Unknown};
use crate::connector::health;
use crate::connector::piece::Failures;
use crate::connector::rows::{Rows, put};
use crate::connector::{Batch, ConnectorError, Finding, Progress, Severity, Sink};
use crate::event::time::Timestamp;

/// Requests under way at once.
const AT_ONCE: usize = 6;
/// Objects in one batch.
const CHUNK: usize = 24;

/// One reading, under way.
pub struct Reader<'a> {
    pub cluster: &'a Cluster<'a>,
    pub origin: Origin<'a>,
    pub rows: Rows,
    pub now: Timestamp,
    /// The oldest fact wanted of an object that was never read.
    pub since: Option<Timestamp>,
}

/// An object that is looked at, of its family.
struct Piece {
    family: &'static dyn Family,
    object: Object,
}

/// What one object brought.
struct Read {
    facts: Facts,
    row: Row,
}

/// All that was listed, by what it is called: asked for once.
type Known = BTreeMap<String, Object>;

impl Reader<'_> {
    pub async fn read(&self, sink: &mut dyn Sink) -> Result<(), ConnectorError> {
        let served = self.cluster.served().await?;
        if let Some(finding) = health::clock(&self.cluster.instance.http, self.origin.source) {
            sink.finding(finding);
        }
        let mut pieces = Vec::new();
        let mut known = Known::new();
        let mut failures = Failures::default();
        for family in FAMILIES.iter().copied() {
            if !family.is_read() || !served.has(family.resource().group) {
                continue;
            }
            let resource = family.resource();
            let listed = match self.cluster.all(&served, resource).await {
                Ok(Some(listed)) => listed,
                Ok(None) => continue,
                Err(error) => match failures.one(error) {
                    Ok(error) => {
                        sink.finding(warning(&resource.name(), error.to_string()));
                        continue;
                    }
                    Err(end) => return end.outcome(),
                },
            };
            failures.none();
            for complaint in &listed.complaints {
                let text = format!("cannot be read, and is left out: {complaint}");
                sink.finding(warning(&resource.name(), text));
            }
            if listed.complaints.is_empty() {
                self.forget(family, &listed.objects, sink)?;
            }
            for object in listed.objects {
                let key = key(family, &object);
                let row = cursor::row(&self.rows, &key);
                let is_news = row.is_none_or(|row| {
                    row.seen != object.meta.resource_version || row.uid != object.meta.uid
                });
                if is_news {
                    let object = object.clone();
                    pieces.push(Piece { family, object });
                }
                known.insert(key, object);
            }
        }
        // Versions of objects count up, all of a cluster together.
        let version = |piece: &Piece| piece.object.meta.resource_version.parse::<u64>().ok();
        pieces.sort_by_key(|piece| Reverse(version(piece)));
        self.each(&pieces, &served, &known, sink).await
    }

    async fn each(
        &self,
        pieces: &[Piece],
        served: &Served,
        known: &Known,
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let mut told: BTreeSet<Unknown> = BTreeSet::new();
        let mut failures = Failures::default();
        let mut done = 0;
        for chunk in pieces.chunks(CHUNK) {
            let looking = chunk.iter().map(|piece| self.look(piece, served, known));
            let looking: Vec<BoxFuture<'_, _>> = looking.collect();
            let read: Vec<_> = stream::iter(looking).buffered(AT_ONCE).collect().await;
            let mut batch = Batch::default();
            let mut ended = None;
            for (piece, result) in chunk.iter().zip(read) {
                match result {
                    Ok(read) => {
                        failures.none();
                        for unknown in &read.facts.unknown {
                            if told.insert(unknown.clone()) {
                                sink.finding(unknown.told(piece.family.resource().kind));
                            }
                        }
                        batch.events.extend(read.facts.events);
                        put(
                            &mut batch,
                            cursor::key(&key(piece.family, &piece.object)),
                            &read.row,
                        );
                    }
                    Err(error) => match failures.one(error) {
                        Ok(error) => {
                            let subject = key(piece.family, &piece.object);
                            sink.finding(warning(&subject, error.to_string()));
                        }
                        Err(end) => ended = ended.or(Some(end)),
                    },
                }
            }
            if !batch.events.is_empty() || !batch.cursors.is_empty() {
                sink.batch(batch)?;
            }
            if let Some(end) = ended {
                return end.outcome();
            }
            done += chunk.len() as u64;
            sink.progress(Progress {
                what: "objects".to_owned(),
                done,
                total: Some(pieces.len() as u64),
            });
        }
        Ok(())
    }

    fn look<'p>(
        &'p self,
        piece: &'p Piece,
        served: &'p Served,
        known: &'p Known,
    ) -> BoxFuture<'p, Result<Read, ConnectorError>> {
        Box::pin(async move {
            let mut beside = Vec::new();
            for wanted in piece.family.beside(&piece.object) {
                beside.push(match listed(&wanted, known) {
                    Some(object) => vec![object.clone()],
                    None => self.cluster.beside(served, &wanted).await?,
                });
            }
            self.made(piece, &beside).map_err(|why| {
                ConnectorError::new(ErrorKind::Malformed, key(piece.family, &piece.object), why)
            })
        })
    }

    /// What is new of an object.
    fn made(&self, piece: &Piece, beside: &[Vec<Object>]) -> Result<Read, String> {
        let object = &piece.object;
        let key = key(piece.family, object);
        let before = cursor::row(&self.rows, &key);
        let is_first = before.is_none();
        let mut facts = Facts::default();
        let before = before.unwrap_or_default();
        // One of the same name that was made anew: the other is gone.
        let is_same = before.uid.is_empty() || before.uid == object.meta.uid;
        let row = if is_same {
            before
        } else {
            facts.events = translate::gone(&self.origin, &key, &before, self.now);
            Row::default()
        };
        let seen = Seen {
            origin: &self.origin,
            object,
            beside,
            row: &row,
            now: self.now,
            unknown: RefCell::default(),
        };
        let told = piece.family.tell(&seen)?;
        for open in lost(&row, &told) {
            let ended = piece.family.ended(&seen, open);
            let unsaid = || translate::ended(&self.origin, open, self.now);
            facts.events.push(ended.unwrap_or_else(unsaid));
        }
        facts.add(seen.unknown.take());
        let next = next(&key, object, &row, &told);
        let mut fresh = told.events;
        fresh.retain(|event| !row.told.contains(rest(&key, &event.id)));
        if let Some(since) = self.since.filter(|_| is_first) {
            fresh.retain(|event| event.at >= since);
        }
        facts.events.extend(fresh);
        Ok(Read { facts, row: next })
    }

    /// Forgets the objects that are gone; what was under way in them is over. Of those in a namespace that is not read any more nothing can be told.
    fn forget(
        &self,
        family: &dyn Family,
        present: &[Object],
        sink: &mut dyn Sink,
    ) -> Result<(), ConnectorError> {
        let present: BTreeSet<String> = present.iter().map(|one| key(family, one)).collect();
        let mut batch = Batch::default();
        let is_read = |id: &str| {
            read_id(id).is_none_or(|(_, namespace, ..)| self.cluster.namespaces.want(namespace))
        };
        for gone in cursor::objects(&self.rows, family.resource()) {
            if !present.contains(&gone) && is_read(&gone) {
                let row = cursor::row(&self.rows, &gone).unwrap_or_default();
                let events = translate::gone(&self.origin, &gone, &row, self.now);
                batch.events.extend(events);
                batch.cursors.push((cursor::key(&gone), None));
            }
        }
        if batch.cursors.is_empty() {
            return Ok(());
        }
        sink.batch(batch)
    }
}

/// What is wanted beside an object, where it was listed already.
fn listed<'k>(wanted: &Wanted, known: &'k Known) -> Option<&'k Object> {
    let name = wanted.name.as_ref()?;
    known.get(&format!(
        "{}/{}/{name}",
        wanted.resource.name(),
        wanted.namespace
    ))
}

/// What was open, is not any more, and of which no event says how it ended.
fn lost<'r>(row: &'r Row, told: &Told) -> Vec<&'r cursor::Open> {
    let is_open = |id: &str| told.open.iter().any(|open| open.id == id);
    let is_ended = |id: &str| {
        let mut events = told.events.iter();
        let of_it = |event: &str| {
            event
                .strip_prefix(id)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        events.any(|event| is_end(event) && of_it(&event.id))
    };
    let gone = |open: &&cursor::Open| !is_open(&open.id) && !is_ended(&open.id);
    row.open.iter().filter(gone).collect()
}

/// The row of an object as it is now. Of what can still be told, all that was told stays known; while nothing can be told, all of it.
fn next(key: &str, object: &Object, row: &Row, told: &Told) -> Row {
    let ids: BTreeSet<String> = told
        .events
        .iter()
        .map(|event| rest(key, &event.id).to_owned())
        .collect();
    let things: BTreeSet<&str> = ids.iter().map(|id| thing(id)).collect();
    let is_kept = |id: &&String| ids.is_empty() || things.contains(thing(id));
    let kept = row.told.iter().filter(is_kept);
    let kept: BTreeSet<String> = kept.cloned().collect();
    Row {
        seen: object.meta.resource_version.clone(),
        uid: object.meta.uid.clone(),
        told: &ids | &kept,
        open: told.open.clone(),
        state: told.state.clone(),
        home: told.home.clone(),
    }
}

fn rest<'i>(key: &str, id: &'i str) -> &'i str {
    id.strip_prefix(key).unwrap_or(id)
}

/// What an event is of: its id without its last word.
fn thing(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(thing, _)| thing)
}

fn warning(subject: &str, text: String) -> Finding {
    Finding {
        subject: subject.to_owned(),
        severity: Severity::Warning,
        text,
    }
}
