//! How figures move over the timeline, and what a material keeps.

use proptest::prelude::*;

use super::law::any_workload;
use super::timeline::timeline;
use super::*;
use crate::model::dora::trend::{
    Direction, Every, Middle, Verdict, comparison, distribution, lead_trend, trend, verdict,
};

fn late_march() -> Window {
    window("03-17 00:00", "03-31 00:00")
}

#[test]
fn two_weeks_against_the_two_before() {
    let material = drawn(&timeline().done());
    let told = comparison("shop", &[&material], late_march());
    assert_eq!(told.before.known_from, Some(at("03-03 00:00")));
    assert_eq!(
        (told.now.deployments, told.before.deployments),
        (Some(2), Some(4))
    );
    let [lead, frequency, fail, recovery, rework] = told.changes;
    // 191, 1 1/3 and 1 hours; 27, 6, 3 and 2 before.
    assert_eq!((lead.now, lead.before), (Some(4_800.0), Some(16_200.0)));
    assert_eq!(lead.direction, Direction::Better);
    assert_eq!((frequency.now, frequency.before), (Some(1.0), Some(2.0)));
    assert_eq!(frequency.direction, Direction::Worse);
    assert_eq!((fail.now, fail.before), (Some(0.0), Some(0.25)));
    assert_eq!(fail.direction, Direction::Same, "half a deployment of two");
    assert_eq!((recovery.now, recovery.before), (None, Some(7_200.0)));
    assert_eq!(recovery.direction, Direction::Unknown);
    assert_eq!((rework.now, rework.before), (Some(0.0), Some(0.5)));
    assert_eq!(rework.direction, Direction::Better);
}

#[test]
fn a_window_before_that_is_hardly_known_says_nothing() {
    let material = drawn(&timeline().done());
    let told = comparison("shop", &[&material], four_weeks());
    assert_eq!(told.before.deployments, Some(1));
    assert!(
        told.changes
            .iter()
            .all(|change| change.direction == Direction::Unknown)
    );
}

#[test]
fn what_is_only_the_least_is_compared_with_nothing() {
    let mut s = timeline();
    s.workload().incidents.clear();
    s.workload().incident_source = false;
    let told = comparison("shop", &[&drawn(&s.done())], late_march());
    assert!(told.before.change_fail_rate.at_least);
    assert_eq!(told.changes[2].direction, Direction::Unknown);
}

#[test]
fn week_by_week() {
    let material = drawn(&timeline().done());
    let points = trend(&[&material], four_weeks(), Every::of(&four_weeks()));
    let deployments: Vec<_> = points.iter().map(|point| point.deployments).collect();
    assert_eq!(deployments, [1, 3, 0, 2].map(Some));
    let lead = points
        .iter()
        .map(|point| hours(point.change_lead_time.p50_seconds));
    assert_eq!(
        lead.collect::<Vec<_>>(),
        [Some(27.0), Some(3.0), None, Some(4.0 / 3.0)]
    );
    let rates = points.iter().map(|point| point.change_fail_rate.rate);
    assert_eq!(
        rates.collect::<Vec<_>>(),
        [Some(0.0), Some(1.0 / 3.0), None, Some(0.0)]
    );
    let recoveries: Vec<_> = points
        .iter()
        .map(|point| point.failed_deployment_recovery.n)
        .collect();
    assert_eq!(recoveries, [0, 1, 0, 0]);
    assert!(points.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert!(points.iter().all(|point| !point.partial));
    // The same medians, since the four parts of the window are its weeks.
    let lead = lead_trend(&material, four_weeks(), 4);
    let told = points
        .iter()
        .map(|point| point.change_lead_time.p50_seconds);
    assert_eq!(lead, told.collect::<Vec<_>>());
    assert!(lead_trend(&material, four_weeks(), 0).is_empty());
}

#[test]
fn before_anything_is_known_there_is_no_count() {
    let material = drawn(&timeline().done());
    let long = window("02-03 00:00", "03-31 00:00");
    let points = trend(&[&material], long, Every::Week);
    let deployments: Vec<_> = points.iter().map(|point| point.deployments).collect();
    // Known since Thursday 27 February, d0 on the day after.
    assert_eq!(deployments[..5], [None, None, None, Some(1), Some(1)]);
    let partial: Vec<bool> = points.iter().map(|point| point.partial).collect();
    assert_eq!(partial[..5], [false, false, false, true, false]);
    let year = window("01-01 00:00", "12-31 00:00");
    assert_eq!(Every::of(&year), Every::Month);
    let months = trend(
        &[&material],
        window("01-15 00:00", "04-01 00:00"),
        Every::Month,
    );
    let deployments: Vec<_> = months.iter().map(|point| point.deployments).collect();
    assert_eq!(deployments, [Some(1), Some(6)], "February and March");
    assert_eq!(months[0].from, at("02-01 00:00"));
}

#[test]
fn bars_that_people_read() {
    let material = drawn(&timeline().done());
    let told = distribution(material.lead_times(four_weeks()));
    // 1, 1 1/3, 2, 3, 6, 27 and 191 hours: a value on a limit belongs to the bar below it.
    let counts: Vec<usize> = told.bars.iter().map(|bar| bar.count).collect();
    assert_eq!(counts, [1, 3, 1, 1, 0, 1, 0, 0]);
    assert_eq!((told.n, told.p50_bar, told.p90_bar), (7, Some(1), Some(4)));
    assert_eq!(told.bars[7].up_to_seconds, None);
    let none = distribution([]);
    assert_eq!((none.n, none.p50_bar, none.p50_seconds), (0, None, None));
}

#[test]
fn a_pace_changes_by_more_than_a_fifth_of_enough() {
    let middle = |n, seconds| Middle {
        n,
        p50: Some(Span::from_seconds(seconds)),
    };
    assert_eq!(verdict(middle(5, 100), middle(5, 80)), Verdict::Steady);
    assert_eq!(verdict(middle(5, 101), middle(5, 80)), Verdict::Slower);
    assert_eq!(verdict(middle(5, 80), middle(5, 101)), Verdict::Faster);
    assert_eq!(verdict(middle(5, 0), middle(5, 0)), Verdict::Steady);
    assert_eq!(verdict(middle(4, 900), middle(5, 80)), Verdict::Unknown);
    assert_eq!(
        verdict(LeadTime::default(), middle(5, 80)),
        Verdict::Unknown
    );
}

#[test]
fn a_material_outlives_a_file() {
    let material = drawn(&timeline().done());
    let bytes = postcard::to_stdvec(&material).unwrap();
    let again: Material = postcard::from_bytes(&bytes).unwrap();
    let told = |material: &Material| {
        serde_json::to_string(&figures("shop", &[material], four_weeks(), &ALL)).unwrap()
    };
    assert_eq!(told(&again), told(&material));
}

proptest! {
    #[test]
    fn weeks_and_bars_hold_all_that_there_is(one in any_workload(), other in any_workload()) {
        let (one, other) = (drawn(&one), drawn(&other));
        let both = [&one, &other];
        let whole = figures("both", &both, four_weeks(), &Wanted::default());
        let weeks = trend(&both, four_weeks(), Every::Week);
        prop_assert_eq!(weeks.len(), 4);
        let sum: usize = weeks.iter().filter_map(|week| week.deployments).sum();
        prop_assert_eq!(sum, whole.deployments.unwrap_or(0));
        let n: usize = weeks.iter().map(|week| week.change_lead_time.n).sum();
        prop_assert_eq!(n, whole.change_lead_time.n);
        let told = distribution(both.iter().flat_map(|one| one.lead_times(four_weeks())));
        prop_assert_eq!(told.n, n);
        prop_assert_eq!(told.bars.iter().map(|bar| bar.count).sum::<usize>(), n);
        prop_assert_eq!(told.p90_seconds, whole.change_lead_time.p90_seconds);
        let now = comparison("both", &both, four_weeks()).now;
        prop_assert_eq!(now.change_lead_time.p50_seconds, whole.change_lead_time.p50_seconds);
    }
}
