//! What holds for any history, however odd: drawn at random, cycles and places out of range included.

use proptest::prelude::*;

use super::*;
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;
use crate::model::sample::Sample;

/// A commit of a made-up history: up to two earlier or, in broken data, any parents.
fn any_workload() -> impl Strategy<Value = Workload> {
    let commit = prop::option::of(prop::collection::vec(0u32..14, 0..3));
    let record = (0u8..6, 0u32..15, 0u8..4, 0u8..3, 0i64..200);
    let change = (0u32..14, 0u32..14, any::<bool>(), 0i64..200);
    (
        prop::collection::vec(commit, 1..12),
        prop::collection::vec(record, 0..14),
        prop::collection::vec(change, 0..10),
    )
        .prop_map(|(commits, records, changes)| {
            let mut s = Sample::new("any");
            for (place, parents) in commits.into_iter().enumerate() {
                s.dated(&format!("c{place}"), "03-01 10:00");
                let repository = s.name("r");
                s.workload().commits[place].repository = Some(repository);
                if let Some(parents) = parents {
                    s.workload().graph.tell(place.try_into().unwrap(), parents);
                }
            }
            for (place, (sha, head, direct, merged)) in changes.into_iter().enumerate() {
                s.request(&format!("p{place}"), "r", &[]);
                let change = s.last_change();
                (change.sha, change.head) = (Some(sha), Some(head));
                change.direct = direct;
                change.merged = Some(Timestamp::from_seconds(merged * 3600));
                change.opened = Some(Timestamp::from_seconds(sha.into()));
            }
            for (deployment, commit, outcome, pipeline, time) in records {
                s.deploy(&format!("d{deployment}"), "r", "", "03-01 10:00");
                s.pipeline(&format!("p{pipeline}"));
                let record = s.record();
                record.commit = Some(commit);
                record.finished = Some(Timestamp::from_seconds(time * 3600));
                if outcome == 0 {
                    record.outcome = Some(Outcome::Failure);
                }
                record.rollback = outcome == 1;
            }
            s.done()
        })
}

proptest! {
    #[test]
    fn any_history_gives_each_change_one_arrival(workload in any_workload()) {
        let delivery = deliver(&workload, "production");
        let mut shipped: Vec<ChangeAt> =
            delivery.attempts.iter().flat_map(|a| a.changes.clone()).collect();
        let n = shipped.len();
        shipped.sort_unstable();
        shipped.dedup();
        prop_assert_eq!(n, shipped.len(), "shipped by one deployment at most");
        prop_assert_eq!(n, delivery.arrivals.iter().flatten().filter(|a| a.counts()).count());
        for arrival in delivery.arrivals.iter().flatten() {
            let row = &delivery.rows[arrival.row as usize];
            prop_assert!(row.success && row.at == arrival.at && row.attempt == arrival.attempt);
        }
        for (place, row) in delivery.rows.iter().enumerate() {
            prop_assert!(row.baseline.is_none_or(|b| (b as usize) < place
                && delivery.rows[b as usize].success
                && delivery.rows[b as usize].attempt != row.attempt));
        }
    }
}
