//! What ships next: the changes that one environment of a workload has and the next one has not, as an advance shipping notice tells them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Workload;
use super::delivery::{Arrival, ArrivalKind};
use super::entity::Change;
use super::environment::{before, live, short, version};
use super::flow::UNCLASSIFIED;
use super::name::Name;
use super::state::Lives;
use super::version::{Version, difference};
use crate::event::time::Timestamp;

/// `leadtime/notes/v1`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    pub workload: String,
    pub as_of: Timestamp,
    /// Where the changes are; none: merged to the target branch.
    pub from: Option<String>,
    pub to: String,
    /// Two versions are held against each other, and no environments: `to` and `version` are the newer, `current` the older.
    #[serde(default)]
    pub between: bool,
    /// The version in `from`.
    pub version: Option<String>,
    /// The version in `to`.
    pub current: Option<String>,
    /// By type, in the order feature, defect, risk, debt, unclassified.
    pub groups: Vec<NoteGroup>,
    /// A change among them carries a label that says `migration`: going back may not be possible.
    pub migration: bool,
    /// That a change is in `from` rests on its date alone (`~`).
    pub inferred: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteGroup {
    #[serde(rename = "type")]
    pub kind: String,
    /// Oldest first.
    pub changes: Vec<NoteChange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteChange {
    pub change: String,
    pub title: Option<String>,
    pub author: Option<String>,
    pub url: Option<String>,
    pub tickets: Vec<NoteTicket>,
    /// Since when it is in `from`; of what lies between two versions, when it was merged.
    pub since: Timestamp,
    pub migration: bool,
    pub inferred: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteTicket {
    pub ticket: String,
    pub summary: Option<String>,
    pub url: Option<String>,
}

/// The types in the order in which they are told.
const TYPES: [&str; 5] = ["feature", "defect", "risk", "debt", UNCLASSIFIED];

/// What would ship next to an environment of the path: what the environment before it has, or the target branch where there is none. Another environment
/// can be named instead.
#[must_use]
pub fn release(lives: &Lives<'_>, from: Option<&str>, to: &str) -> Notes {
    let workload = lives.workload;
    let place = lives.deliveries.iter().position(|d| d.environment == to);
    let named = from.and_then(|from| lives.deliveries.iter().find(|d| d.environment == from));
    let from = named.or_else(|| before(lives, to));
    let mut found = Vec::new();
    for (at, change) in (0..).zip(&workload.changes) {
        let here = place.and_then(|place| lives.deliveries.get(place)?.holds(at));
        if here.is_some() {
            continue;
        }
        let there = from.map(|delivery| delivery.holds(at));
        let since = match there {
            Some(arrival) => arrival.map(|arrival| arrival.at),
            None => change.merged.filter(|_| change.abandoned.is_none()),
        };
        let by_date = |arrival: &Arrival| arrival.kind == ArrivalKind::Inferred;
        let inferred = there.flatten().is_some_and(by_date);
        found.extend(since.map(|since| (change, since, inferred)));
    }
    let groups = grouped(lives, found);
    let all = || groups.iter().flat_map(|group| &group.changes);
    Notes {
        workload: workload.name().to_owned(),
        as_of: workload.as_of,
        version: from.and_then(|delivery| running(workload, &delivery.environment)),
        current: running(workload, to),
        from: from.map(|delivery| delivery.environment.clone()),
        to: to.to_owned(),
        between: false,
        migration: all().any(|change| change.migration),
        inferred: all().any(|change| change.inferred),
        groups,
    }
}

/// What one version has and another has not; none where the commit graph does not tell.
#[must_use]
pub fn between(lives: &Lives<'_>, before: &Version, after: &Version) -> Option<Notes> {
    let workload = lives.workload;
    let way = difference(workload, Some(before.commit?), after.commit)?;
    let changes = way.ships.iter();
    let changes = changes.filter_map(|place| workload.changes.get(*place as usize));
    let since = |change: &Change| change.merged.or(change.opened).unwrap_or(workload.as_of);
    let groups = grouped(
        lives,
        changes
            .map(|change| (change, since(change), false))
            .collect(),
    );
    let mut all = groups.iter().flat_map(|group| &group.changes);
    Some(Notes {
        workload: workload.name().to_owned(),
        as_of: workload.as_of,
        version: Some(after.name()),
        current: Some(before.name()),
        from: None,
        to: after.name(),
        between: true,
        migration: all.any(|change| change.migration),
        inferred: false,
        groups,
    })
}

/// Changes by their types, each with since when it is there, and whether that rests on its date alone.
fn grouped(lives: &Lives<'_>, found: Vec<(&Change, Timestamp, bool)>) -> Vec<NoteGroup> {
    let mut groups: BTreeMap<(usize, &str), Vec<NoteChange>> = BTreeMap::new();
    for (change, since, inferred) in found {
        let kind = kind(lives, change);
        let order = TYPES.iter().position(|known| *known == kind);
        groups
            .entry((order.unwrap_or(TYPES.len()), kind))
            .or_default()
            .push(note(lives.workload, change, since, inferred));
    }
    let groups = groups.into_iter().map(|((_, kind), mut changes)| {
        changes.sort_by(|one, two| (one.since, &one.change).cmp(&(two.since, &two.change)));
        NoteGroup {
            kind: kind.to_owned(),
            changes,
        }
    });
    groups.collect()
}

fn running(workload: &Workload, environment: &str) -> Option<String> {
    let record = live(workload, environment)?;
    let sha = || {
        let commit = workload.commits.get(record.commit? as usize)?;
        Some(short(workload.text(commit.sha)).to_owned())
    };
    version(workload, record).or_else(sha)
}

/// The type of a change: by the labels of its ticket, else by its own.
fn kind<'a>(lives: &Lives<'a>, change: &Change) -> &'a str {
    let (workload, rules) = (lives.workload, lives.rules);
    let of = |labels: &[Name]| {
        let mut labels = labels.iter();
        labels.find_map(|label| rules.items.get(workload.text(*label)))
    };
    let mut tickets = workload.tickets.iter();
    tickets
        .find(|ticket| change.tickets.contains(&ticket.id))
        .and_then(|ticket| of(&ticket.labels))
        .or_else(|| of(&change.labels))
        .map_or(UNCLASSIFIED, String::as_str)
}

pub(super) fn note(
    workload: &Workload,
    change: &Change,
    since: Timestamp,
    inferred: bool,
) -> NoteChange {
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let tickets = change.tickets.iter().map(|id| {
        let known = workload.tickets.iter().find(|ticket| ticket.id == *id);
        NoteTicket {
            ticket: workload.text(*id).to_owned(),
            summary: text(known.and_then(|ticket| ticket.summary)),
            url: text(known.and_then(|ticket| ticket.url)),
        }
    });
    let subject = || {
        change
            .sha
            .and_then(|sha| workload.commits.get(sha as usize)?.message)
    };
    let mut labels = change.labels.iter().map(|label| workload.text(*label));
    NoteChange {
        change: workload.text(change.id).to_owned(),
        title: change
            .title
            .or_else(subject)
            .map(|name| workload.heading(name).to_owned()),
        author: text(change.author),
        url: text(change.url),
        tickets: tickets.collect(),
        since,
        migration: labels.any(is_migration),
        inferred,
    }
}

/// Whether a label has the word `migration` in it: `migration`, `db-migration`, `Migrations`.
#[must_use]
pub fn is_migration(label: &str) -> bool {
    label
        .split(|char: char| !char.is_alphanumeric())
        .any(|word| {
            let word = word.to_ascii_lowercase();
            word == "migration" || word == "migrations"
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::definition::{Rules, StepKind};
    use crate::model::entity::Ticket;
    use crate::model::sample::{Sample, at};

    /// m1 is in production; m2 in staging, m3 merged.
    fn sample() -> Sample {
        let mut s = Sample::new("shop");
        s.path(&[
            ("code", StepKind::Code, None),
            ("staging", StepKind::Deploy, Some("staging")),
            ("production", StepKind::Deploy, Some("production")),
        ]);
        s.commit("r", "m0", "03-01 10:00", &[])
            .commit("r", "m1", "03-02 10:00", &["m0"])
            .commit("r", "m2", "03-03 10:00", &["m1"])
            .commit("r", "m3", "03-04 10:00", &["m2"]);
        for (place, sha) in ["m1", "m2", "m3"].into_iter().enumerate() {
            s.request(&format!("#{}", place + 1), "r", &[]);
            let time = format!("03-0{} 10:00", place + 2);
            s.opened(&time).merged(sha, &time);
        }
        for (id, sha, time, environment) in [
            ("p0", "m0", "03-01 12:00", "production"),
            ("s0", "m0", "03-01 11:00", "staging"),
            ("p1", "m1", "03-02 12:00", "production"),
            ("s1", "m1", "03-02 11:00", "staging"),
            ("s2", "m2", "03-03 12:00", "staging"),
        ] {
            let environment = s.name(environment);
            s.deploy(id, "r", sha, time);
            s.record().environment = Some(environment);
        }
        s
    }

    fn told(s: Sample, from: Option<&str>, to: &str) -> Notes {
        let workload = s.done();
        let rules = Rules {
            items: [
                ("bug".to_owned(), "defect".to_owned()),
                ("new".to_owned(), "feature".to_owned()),
            ]
            .into(),
            ..Rules::default()
        };
        release(&Lives::new(&workload, &rules, None), from, to)
    }

    fn ids(notes: &Notes) -> Vec<(&str, Vec<&str>)> {
        let groups = notes.groups.iter();
        groups
            .map(|group| {
                let ids = group.changes.iter().map(|change| change.change.as_str());
                (group.kind.as_str(), ids.collect())
            })
            .collect()
    }

    #[test]
    fn what_the_environment_before_has_ships_next() {
        let notes = told(sample(), None, "production");
        assert_eq!(ids(&notes), [("unclassified", vec!["#2"])]);
        assert_eq!(
            (notes.version.as_deref(), notes.current.as_deref()),
            (Some("m2"), Some("m1"))
        );
        assert_eq!(notes.groups[0].changes[0].since, at("03-03 12:00"));
        assert!(!notes.migration && !notes.inferred);
        let notes = told(sample(), None, "staging");
        assert_eq!(
            (notes.from.as_deref(), ids(&notes)),
            (None, vec![("unclassified", vec!["#3"])])
        );
    }

    #[test]
    fn changes_are_grouped_by_type_and_migrations_flagged() {
        let mut s = sample();
        let (bug, new, migration) = (s.name("bug"), s.name("new"), s.name("db-migration"));
        let ticket = s.name("SHOP-7");
        let tickets = &mut s.workload().tickets;
        tickets.push(Ticket {
            id: ticket,
            summary: None,
            url: None,
            kind: None,
            labels: vec![new],
            changes: Vec::new(),
            created: at("03-01 10:00"),
            closed: None,
        });
        let changes = &mut s.workload().changes;
        changes[1].labels = [bug, migration].into();
        changes[2].labels = [bug].into();
        changes[2].tickets = [ticket].into();
        s.deploy("s3", "r", "m3", "03-04 12:00");
        let staging = s.name("staging");
        s.record().environment = Some(staging);
        let notes = told(s, Some("staging"), "production");
        assert_eq!(
            ids(&notes),
            [("feature", vec!["#3"]), ("defect", vec!["#2"])],
            "the ticket's label first"
        );
        assert!(notes.migration);
        assert!(notes.groups[1].changes[0].migration);
        assert_eq!(notes.groups[0].changes[0].tickets[0].ticket, "SHOP-7");
    }

    #[test]
    fn what_a_rollback_took_out_ships_next_again_and_not_from_where_it_is_gone() {
        let next = |environment: &str| {
            let mut s = sample();
            let place = s.name(environment);
            s.deploy("back", "r", "m0", "03-05 12:00");
            s.record().environment = Some(place);
            let notes = told(s, None, "production");
            let groups = notes.groups.iter().flat_map(|group| &group.changes);
            let ids = groups.map(|change| change.change.clone());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(next("production"), ["#1", "#2"]);
        assert!(next("staging").is_empty());
    }

    #[test]
    fn what_lies_between_two_versions_is_what_the_newer_has_and_the_older_has_not() {
        let workload = sample().done();
        let rules = Rules::default();
        let lives = Lives::new(&workload, &rules, None);
        let version = |name: &str| crate::model::version::named(&workload, name).remove(0);
        let told = |before: &str, after: &str| {
            let notes = between(&lives, &version(before), &version(after)).unwrap();
            let groups = notes.groups.iter().flat_map(|group| &group.changes);
            let ids = groups.map(|change| change.change.clone());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(told("m1", "m3"), ["#2", "#3"]);
        assert!(told("m3", "m1").is_empty());
    }

    #[test]
    fn a_label_says_migration_as_a_word() {
        for label in ["migration", "DB-Migration", "type: migrations"] {
            assert!(is_migration(label), "{label}");
        }
        assert!(!is_migration("immigration"));
    }
}
