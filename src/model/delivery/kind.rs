//! What a successful row did to the version that was live before it.

use super::{Delivery, RowKind};
use crate::model::Workload;
use crate::model::entity::{CommitAt, Record};
use crate::model::gather::tags;
use crate::model::graph::{Depths, Marks};

/// The row that a rollback goes back from, where its pipeline does nothing else: what the environment ran last of the repository, whoever brought it.
pub(super) fn gone_back_from(workload: &Workload, delivery: &Delivery, number: u32) -> Option<u32> {
    let row = delivery.row(number)?;
    workload
        .records
        .get(row.record as usize)
        .filter(|record| record.rollback)?;
    let before = delivery.rows.get(..number as usize)?;
    let found = before.iter().rposition(|other| {
        other.success && other.attempt != row.attempt && other.repository == row.repository
    });
    u32::try_from(found?).ok()
}

/// What it did: by the graph where it knows both commits, else by the names of what was deployed.
pub(super) fn of(
    workload: &Workload,
    depths: &mut Option<Depths>,
    reached: &Marks,
    (record, baseline): (&Record, &Record),
) -> RowKind {
    if let (Some(commit), Some(other)) = (record.commit, baseline.commit) {
        let was_reached = reached.contains(commit);
        if commit == other || was_reached && is_second_tag(workload, record) {
            return RowKind::Redeploy;
        }
        let graph = &workload.graph;
        // A pipeline that only rolls back may not have reached what it goes back to.
        if was_reached || record.rollback {
            let depths = depths.get_or_insert_with(|| Depths::of(graph));
            if depths.is_ancestor(graph, commit, other) {
                return if is_late_release(workload, record, baseline) {
                    RowKind::Change
                } else {
                    RowKind::Rollback
                };
            }
        }
        if in_graph(workload, commit) && in_graph(workload, other) {
            return RowKind::Change;
        }
    } else {
        let names = [
            (record.digest, baseline.digest),
            (record.artifact, baseline.artifact),
            (record.version, baseline.version),
        ];
        let told = names.iter().find_map(|(one, other)| one.zip(*other));
        if told.is_some_and(|(one, other)| one == other) {
            return RowKind::Redeploy;
        }
    }
    if record.rollback {
        RowKind::Rollback
    } else {
        RowKind::Change
    }
}

/// Another name for a commit that a version of the same series had already released: nothing that anybody gets is new, or older.
fn is_second_tag(workload: &Workload, record: &Record) -> bool {
    let is_tag = |record: &Record| record.version == Some(record.deployment);
    let is_same = |other: &Record| {
        other.commit == record.commit
            && (other.pipeline, other.repository) == (record.pipeline, record.repository)
            && other.finished < record.finished
            && is_tag(other)
    };
    workload.released_by_tags && is_tag(record) && workload.records.iter().any(is_same)
}

/// A tag of an older version that comes late (a fix of several release lines is mostly tagged newest first) takes nothing back.
fn is_late_release(workload: &Workload, record: &Record, baseline: &Record) -> bool {
    let tag = |record: &Record| record.version.filter(|tag| *tag == record.deployment);
    let by_tags = workload.released_by_tags;
    let both = tag(record).zip(tag(baseline)).filter(|_| by_tags);
    both.is_some_and(|(one, other)| {
        let text = |name| workload.text(name);
        tags::numbers(text(one)) < tags::numbers(text(other))
    })
}

/// Whether the graph knows what a commit comes from.
pub(super) fn in_graph(workload: &Workload, commit: CommitAt) -> bool {
    workload.graph.told(commit).is_some()
}
