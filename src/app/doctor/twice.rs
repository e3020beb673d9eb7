//! One deployment that two sources tell, each by a name of its own: it counts twice.

use std::collections::BTreeMap;

use crate::event::kind::Outcome;
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::entity::Record;
use crate::model::name::Name;

/// So far apart two tools may tell the end of one.
const APART: Span = Span::from_seconds(600);

/// What brings the same to the same place: its environment, and the commit or else the artifact.
type Same = (Name, Option<u32>, Option<Name>);

/// The records that tell what another source has told already.
pub(super) fn told_twice(workload: &Workload) -> Vec<&Record> {
    let mut alike: BTreeMap<Same, Vec<(Timestamp, &Record)>> = BTreeMap::new();
    for record in &workload.records {
        if let (Some(same), Some(finished)) = (same(record), record.finished) {
            alike.entry(same).or_default().push((finished, record));
        }
    }
    let mut found = Vec::new();
    for mut records in alike.into_values() {
        records.sort_by_key(|(finished, record)| (*finished, record.source, record.id));
        for pair in records.windows(2) {
            if let [(before, one), (after, other)] = pair
                && *after - *before <= APART
                && is_of_two_sources(one, other)
            {
                found.push(*other);
            }
        }
    }
    found
}

/// What a deployment that went well brought, and where.
fn same(record: &Record) -> Option<Same> {
    let went_well = record.outcome == Some(Outcome::Success) && !record.removed;
    let artifact = record.artifact.filter(|_| record.commit.is_none());
    let is_known = record.commit.is_some() || artifact.is_some();
    let environment = record.environment.filter(|_| went_well && is_known)?;
    Some((environment, record.commit, artifact))
}

fn is_of_two_sources(one: &Record, other: &Record) -> bool {
    // Two services, or two slots, are brought the same by right.
    let differ =
        |one: Option<Name>, other| matches!((one, other), (Some(one), Some(other)) if one != other);
    one.source != other.source
        && one.deployment != other.deployment
        && !differ(one.service, other.service)
        && !differ(one.slot, other.slot)
}
