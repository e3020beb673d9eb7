//! What holds for the figures of any workload.

use proptest::prelude::*;

use super::*;
use crate::event::kind::Outcome;
use crate::model::entity::Review;

/// A line of commits with requests and deployments at any time, some of them failed, rolled back or broken by an incident.
pub(super) fn any_workload() -> impl Strategy<Value = Workload> {
    let change = (0i64..600, 0i64..600, 0i64..600, prop::option::of(0i64..600));
    let record = (0usize..12, 0u8..5, 0i64..700);
    let incident = (0i64..700, prop::option::of(0i64..100));
    (
        prop::collection::vec(change, 0..10),
        prop::collection::vec(record, 0..14),
        prop::collection::vec(incident, 0..5),
    )
        .prop_map(|(changes, records, incidents)| {
            let hour = |hour: i64| at("03-01 00:00") + Span::from_seconds(hour * 3600);
            let mut s = Sample::new("any");
            s.commit("r", "m0", "03-01 00:00", &[]);
            for (place, (written, opened, merged, review)) in changes.into_iter().enumerate() {
                let (own, sha) = (format!("c{place}"), format!("m{}", place + 1));
                s.commit("r", &sha, "03-01 00:00", &[&format!("m{place}")]);
                s.dated(&own, "03-01 00:00");
                let own_at = s.sha(&own) as usize;
                s.workload().commits[own_at].at = Some(hour(written));
                s.request(&format!("p{place}"), "r", &[&own]);
                s.merged(&sha, "03-01 00:00");
                let change = s.last_change();
                change.merged = (merged % 7 > 0).then(|| hour(merged));
                change.opened = (opened % 5 > 0).then(|| hour(opened));
                change.reviews.extend(review.map(|review| Review {
                    at: hour(review),
                    reviewer: None,
                    state: None,
                    bot: false,
                }));
            }
            for (place, (sha, outcome, time)) in records.into_iter().enumerate() {
                s.deploy(
                    &format!("d{}", place / 2),
                    "r",
                    &format!("m{sha}"),
                    "03-01 00:00",
                );
                s.record().finished = Some(hour(time));
                if outcome == 0 {
                    s.outcome(Outcome::Failure);
                }
            }
            for (place, (opened, lasted)) in incidents.into_iter().enumerate() {
                s.incident(&format!("i{place}"), "03-01 00:00", None);
                let incident = s.last_incident();
                incident.opened = Some(hour(opened));
                incident.resolved = lasted.map(|lasted| hour(opened + lasted));
            }
            s.done()
        })
}

fn both(one: &Workload, other: &Workload) -> Figures {
    let (first, second) = (drawn(one), drawn(other));
    figures("both", &[&first, &second], four_weeks(), &ALL)
}

proptest! {
    #[test]
    fn the_parts_of_a_lead_time_add_up(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), four_weeks());
        for line in told.change_list.unwrap() {
            let parts = [line.coding_seconds, line.pickup_seconds, line.review_seconds, line.deploy_seconds];
            prop_assert!(parts.iter().flatten().all(|part| *part >= Span::ZERO));
            prop_assert_eq!(parts.into_iter().flatten().sum::<Span>(), line.lead_seconds);
        }
    }

    #[test]
    fn no_more_fail_than_there_are(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), four_weeks());
        let n = told.deployments.unwrap_or(0);
        prop_assert_eq!(n, told.change_fail_rate.n);
        prop_assert!(told.change_fail_rate.failed.unwrap_or(0) <= n);
        prop_assert!(told.deployment_rework_rate.rework.unwrap_or(0) <= n);
        let tried = told.attempt_failure_rate;
        prop_assert!(tried.failed.unwrap_or(0) <= tried.n);
        let failed = told.deployment_list.unwrap().iter().filter(|line| line.failed).count();
        prop_assert_eq!(failed, told.change_fail_rate.failed.unwrap_or(0));
        if let Some(overall) = told.quick_check.overall {
            prop_assert!((0.0..=10.0).contains(&overall));
        }
    }

    #[test]
    fn pooling_adds_observations(one in any_workload(), other in any_workload()) {
        let (first, second) = (
            told(&one, &Rules::default(), four_weeks()),
            told(&other, &Rules::default(), four_weeks()),
        );
        let both = both(&one, &other);
        let n = |f: &Figures| [
            f.deployments.unwrap_or(0),
            f.change_lead_time.n,
            f.merge_to_production.n,
            f.change_fail_rate.n,
            f.change_fail_rate.failed.unwrap_or(0),
            f.deployment_rework_rate.rework.unwrap_or(0),
            f.failed_deployment_recovery.n + f.failed_deployment_recovery.open,
            f.time_to_restore.n,
            f.attempt_failure_rate.n,
        ];
        let sum: Vec<usize> = n(&first).iter().zip(n(&second)).map(|(a, b)| a + b).collect();
        prop_assert_eq!(n(&both).to_vec(), sum);
    }

    #[test]
    fn a_window_that_holds_nothing_has_no_times(workload in any_workload()) {
        let told = told(&workload, &Rules::default(), window("01-05 00:00", "01-12 00:00"));
        prop_assert_eq!(told.deployments, None);
        prop_assert_eq!(told.change_lead_time.p50_seconds, None);
        prop_assert_eq!(told.change_fail_rate.rate, None);
    }
}
