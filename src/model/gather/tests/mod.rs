//! Facts written by hand, and the workload that they make. Times are days; facts of one instant are read in the order of their ids, so an id says
//! which of two comes first.

mod changes;
mod damaged;
mod decisions;
mod heads;
mod incidents;
mod named;
mod origins;
mod releases;
mod retold;

use std::sync::Arc;

use crate::event::Event;
use crate::event::kind::{
    Branch, Change, ChangePhase, Commit, Deployment, Incident, IncidentPhase, Kind, MapText,
};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::{Definition, Rules};
use crate::model::gather::{Facts, Surroundings, gather};
use crate::model::name::{Name, Names};

type Told = Event<&'static str>;

const REPOSITORY: Option<&str> = Some("shop");

fn day(day: i64) -> Timestamp {
    Timestamp::from_seconds(day * 86_400)
}

fn event(id: &'static str, at: i64, kind: Kind<&'static str>) -> Told {
    Event {
        source: "tool",
        id,
        at: day(at),
        kind,
    }
}

fn commit(sha: &'static str, at: i64, parents: &[&'static str]) -> Told {
    let fact = Commit {
        sha,
        repository: REPOSITORY,
        parents: Some(parents.into()),
        ..Commit::default()
    };
    event(sha, at, Kind::Commit(fact))
}

/// The target branch ends here.
fn end(sha: &'static str, at: i64) -> Told {
    let fact = Branch {
        branch: "main",
        repository: REPOSITORY,
        sha: Some(sha),
        target: true,
    };
    event("~end", at, Kind::Branch(fact))
}

fn request(change: &'static str, at: i64, phase: ChangePhase) -> Told {
    let fact = Change {
        change,
        repository: REPOSITORY,
        phase,
        ..Change::default()
    };
    event(change, at, Kind::Change(fact))
}

fn merged(change: &'static str, at: i64, sha: &'static str, commits: &[&'static str]) -> Told {
    let fact = Change {
        change,
        repository: REPOSITORY,
        sha: Some(sha),
        commits: commits.into(),
        phase: ChangePhase::Merged,
        ..Change::default()
    };
    event(change, at, Kind::Change(fact))
}

fn deployed(id: &'static str, at: i64, fact: Deployment<&'static str>) -> Told {
    let fact = Deployment {
        record: "d1",
        repository: REPOSITORY,
        environment: Some("production"),
        ..fact
    };
    event(id, at, Kind::Deployment(fact))
}

fn incident(id: &'static str, at: i64, phase: IncidentPhase) -> Told {
    let fact = Incident {
        incident: "i1",
        service: Some("till"),
        phase,
        ..Incident::default()
    };
    event(id, at, Kind::Incident(fact))
}

fn shop() -> Definition {
    Definition {
        name: "shop".to_owned(),
        repositories: vec!["shop".to_owned()],
        services: vec!["till".to_owned()],
        ..Definition::default()
    }
}

fn gathered(events: &[Told], until: i64) -> Workload {
    gathered_as(&shop(), events, until)
}

fn gathered_as(definition: &Definition, events: &[Told], until: i64) -> Workload {
    // Tickets are kept elsewhere.
    let of_tickets = |event: &&Told| matches!(event.kind, Kind::Ticket(_));
    let (tickets, others): (Vec<&Told>, Vec<&Told>) = events.iter().partition(of_tickets);
    let ((names, facts), (ticket_names, tickets)) = (facts(&others), facts(&tickets));
    let around = Surroundings {
        claimed: &|service| service == "till",
        artifact_name: &str::to_owned,
        incident_source: true,
    };
    let facts = Facts {
        names: &names,
        facts: &facts,
    };
    let tickets = Facts {
        names: &ticket_names,
        facts: &tickets,
    };
    let rules = Rules::default();
    gather(definition, &rules, &[facts], &around, day(until)).with_tickets(&rules, &[tickets])
}

/// In canonical order, with a table of their own.
fn facts(events: &[&Told]) -> (Arc<Names>, Vec<Event<Name>>) {
    let mut names = Names::default();
    let mut facts: Vec<Event<Name>> = events
        .iter()
        .map(|event| event.map_text(&mut |text: &&str| names.intern(text)))
        .collect();
    facts.sort_by_key(|fact| (fact.at, names.text(fact.id).to_owned()));
    (Arc::new(names), facts)
}

fn texts(workload: &Workload, names: impl Iterator<Item = Name>) -> Vec<&str> {
    names.map(|name| workload.text(name)).collect()
}

/// The ids of the changes, sorted.
fn changes(workload: &Workload) -> Vec<&str> {
    let mut ids = texts(workload, workload.changes.iter().map(|change| change.id));
    ids.sort_unstable();
    ids
}

/// The change that a commit belongs to.
fn change_of<'w>(workload: &'w Workload, sha: &str) -> Option<&'w str> {
    let place = workload
        .commit_of
        .get(workload.names.get(sha).unwrap())
        .unwrap();
    let change = workload.commits[place as usize].change?;
    Some(workload.text(workload.changes[change as usize].id))
}
