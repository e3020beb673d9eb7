//! Features over workloads drawn by hand, and the law that a feature is done when all its parts are.

use proptest::prelude::*;

use super::*;
use crate::model::definition::{Rules, StepKind};
use crate::model::entity::Ticket;
use crate::model::sample::{Sample, at};
use crate::model::state::Lives;

/// #1 is live, #2 merged and in staging, #3 open; all name SHOP-7, #1 names OLD-1 too, #4 names none.
fn sample() -> Sample {
    let mut s = Sample::new("shop");
    s.path(&[
        ("code", StepKind::Code, None),
        ("review", StepKind::Review, None),
        ("staging", StepKind::Deploy, Some("staging")),
        ("production", StepKind::Deploy, Some("production")),
    ]);
    s.commit("r", "m0", "03-01 10:00", &[])
        .commit("r", "m1", "03-02 10:00", &["m0"])
        .commit("r", "m2", "03-03 10:00", &["m1"]);
    let (feature, old) = (s.name("SHOP-7"), s.name("OLD-1"));
    let summary = Some(s.name("Baskets"));
    s.workload().tickets.push(Ticket {
        id: feature,
        summary,
        url: None,
        kind: None,
        labels: Vec::new(),
        changes: Vec::new(),
        created: at("03-01 10:00"),
        closed: None,
    });
    s.request("#1", "r", &[])
        .opened("03-02 09:00")
        .merged("m1", "03-02 10:00");
    s.last_change().tickets = [feature, old].into();
    s.request("#2", "r", &[])
        .opened("03-03 09:00")
        .merged("m2", "03-03 10:00");
    s.last_change().tickets = [feature].into();
    s.request("#3", "r", &[]).opened("03-04 09:00");
    s.last_change().tickets = [feature].into();
    s.request("#4", "r", &[]).opened("03-04 09:00");
    for (id, sha, time, environment) in [
        ("p0", "m0", "03-01 12:00", "production"),
        ("s0", "m0", "03-01 11:00", "staging"),
        ("s1", "m1", "03-02 11:00", "staging"),
        ("p1", "m1", "03-02 12:00", "production"),
        ("s2", "m2", "03-03 12:00", "staging"),
    ] {
        let environment = s.name(environment);
        s.deploy(id, "r", sha, time);
        s.record().environment = Some(environment);
    }
    s
}

fn told(s: Sample, since: &str) -> Vec<FeaturePart> {
    let workload = s.done();
    let rules = Rules::default();
    parts(&Lives::new(&workload, &rules, None), at(since))
}

#[test]
fn a_part_stands_where_its_last_change_does() {
    let all = told(sample(), "03-10 00:00");
    assert_eq!(all.len(), 1, "OLD-1 was done before, #4 is no feature");
    let part = &all[0];
    assert_eq!(
        (part.feature.as_str(), part.title.as_deref()),
        ("SHOP-7", Some("Baskets"))
    );
    let ids: Vec<&str> = part
        .changes
        .iter()
        .map(|change| change.change.as_str())
        .collect();
    assert_eq!(ids, ["#3", "#2", "#1"]);
    assert_eq!(
        (part.stands.step.as_deref(), part.stands.passed),
        (Some("review"), 1)
    );
    assert_eq!((part.ready, part.done), (None, None));
    assert_eq!(part.changes[2].live, Some(at("03-02 12:00")));

    let all = told(sample(), "03-01 00:00");
    assert_eq!(
        (all[0].feature.as_str(), all[0].done),
        ("OLD-1", Some(at("03-02 12:00")))
    );
}

#[test]
fn a_part_is_ready_when_only_production_is_left_and_done_when_all_are_live() {
    let mut s = sample();
    s.workload().changes[2].abandoned = Some(at("03-05 09:00"));
    let part = told(s, "03-10 00:00").remove(0);
    assert_eq!(part.changes.len(), 2, "what was given up is no part of it");
    assert_eq!((part.ready, part.done), (Some(at("03-03 12:00")), None));
    assert_eq!(
        (part.stands.state.as_str(), part.stands.step.as_deref()),
        ("waiting", Some("production"))
    );

    let mut s = sample();
    s.workload().changes[2].abandoned = Some(at("03-05 09:00"));
    s.deploy("p2", "r", "m2", "03-06 12:00");
    let part = told(s, "03-01 00:00").remove(1);
    assert_eq!(
        (part.ready, part.done),
        (Some(at("03-03 12:00")), Some(at("03-06 12:00"))),
        "ready as it was before it went live"
    );
    assert_eq!(
        (part.stands.state.as_str(), part.stands.since),
        ("delivered", part.done)
    );
}

#[test]
fn what_was_rolled_back_is_not_live() {
    let with = |deployments: &[(&str, &str, &str)]| {
        let mut s = sample();
        s.workload().changes[2].abandoned = Some(at("03-05 09:00"));
        for (id, sha, time) in deployments {
            s.deploy(id, "r", sha, time);
        }
        let all = told(s, "03-10 00:00");
        all.into_iter().find(|part| part.feature == "SHOP-7")
    };
    let (up, down) = (("p2", "m2", "03-06 12:00"), ("p3", "m1", "03-07 12:00"));
    assert_eq!(with(&[up]), None, "done before");
    let part = with(&[up, down]).unwrap();
    let stands = &part.changes[0].stands;
    assert_eq!(part.changes[0].change, "#2");
    assert_eq!((part.ready, part.done), (None, None));
    assert_eq!(
        (stands.state.as_str(), stands.step.as_deref(), stands.since),
        ("failed", Some("production"), Some(at("03-07 12:00")))
    );
    assert_eq!(part.changes[1].live, Some(at("03-02 12:00")));
    let left = part.unready.last().copied();
    assert_eq!(left, Some((at("03-07 12:00"), Timestamp::MAX)));
    assert_eq!(with(&[up, down, ("p4", "m2", "03-08 12:00")]), None);
}

/// A part with `passed` of 10 steps behind it, ready or live at hours of 1 March.
fn part(id: &str, passed: usize, ready: Option<i64>, done: Option<i64>) -> FeaturePart {
    let hour = |hour: i64| at("03-01 00:00") + Span::from_seconds(hour * 3_600);
    FeaturePart {
        feature: id.to_owned(),
        title: None,
        url: None,
        changes: Vec::new(),
        stands: Stands {
            state: "waiting".to_owned(),
            step: None,
            since: None,
            passed,
            of: 10,
        },
        ready: ready.or(done).map(hour),
        done: done.map(hour),
        unready: Vec::new(),
    }
}

fn across(parts: &[(&str, FeaturePart)], hour: i64) -> Vec<Feature> {
    let as_of = at("03-01 00:00") + Span::from_seconds(hour * 3_600);
    features(parts.iter().map(|(name, part)| (*name, part)), as_of)
}

#[test]
fn the_longest_wait_is_first_and_what_is_done_last() {
    let all = across(
        &[
            ("cart", part("DONE-1", 10, None, Some(4))),
            ("cart", part("DONE-2", 10, None, Some(6))),
            ("cart", part("ALONE", 3, None, None)),
            ("cart", part("SHORT", 3, None, None)),
            ("shop", part("SHORT", 9, Some(15), None)),
            ("cart", part("LONG", 3, None, None)),
            ("shop", part("LONG", 9, Some(10), None)),
        ],
        20,
    );
    let order: Vec<&str> = all.iter().map(|one| &*one.feature).collect();
    assert_eq!(order, ["LONG", "SHORT", "ALONE", "DONE-2", "DONE-1"]);
}

#[test]
fn the_finished_parts_wait_for_the_slowest() {
    let all = across(
        &[
            ("cart", part("F-1", 10, None, Some(4))),
            ("checkout", part("F-1", 9, Some(10), None)),
            ("ledger", part("F-1", 3, None, None)),
            ("search", part("F-1", 5, None, None)),
            ("cart", part("F-2", 10, None, Some(4))),
        ],
        20,
    );
    let [open, done] = &all[..] else {
        panic!("{all:?}")
    };
    assert_eq!(
        (open.feature.as_str(), open.held_up_by.as_deref()),
        ("F-1", Some("ledger"))
    );
    let order: Vec<(&str, Option<i64>)> = open
        .workloads
        .iter()
        .map(|one| {
            (
                one.workload.as_str(),
                one.waited_seconds.map(|span| span.micros() / 3_600_000_000),
            )
        })
        .collect();
    assert_eq!(
        order,
        [
            ("ledger", None),
            ("search", None),
            ("checkout", Some(10)),
            ("cart", Some(16))
        ]
    );
    assert_eq!(open.waited_seconds, Span::from_seconds(26 * 3_600));
    assert_eq!(
        (done.held_up_by.as_deref(), done.waited_seconds),
        (None, Span::ZERO)
    );
}

#[test]
fn once_the_last_is_ready_nobody_waits_for_another() {
    let all = across(
        &[
            ("cart", part("F-1", 10, None, Some(4))),
            ("checkout", part("F-1", 9, Some(10), Some(15))),
        ],
        20,
    );
    assert_eq!(all[0].held_up_by.as_deref(), Some("checkout"));
    assert_eq!(all[0].waited_seconds, Span::from_seconds(6 * 3_600));
    assert_eq!(all[0].done, Some(at("03-01 15:00")));
}

proptest! {
    #[test]
    fn a_feature_is_done_when_all_its_parts_are(
        drawn in proptest::collection::vec(
            (0usize..3, 0usize..5, 0usize..10, proptest::option::of(0i64..50), proptest::option::of(0i64..50)), 0..20)
    ) {
        let drawn: Vec<(String, FeaturePart)> = drawn
            .into_iter()
            .map(|(feature, workload, passed, ready, done)| {
                // Nothing is live before it is ready.
                let ready = ready.map(|ready| done.map_or(ready, |done| ready.min(done)));
                (format!("w{workload}"), part(&format!("F-{feature}"), passed, ready, done))
            })
            .collect();
        let mut turned = drawn.clone();
        turned.reverse();
        let of = |parts: &[(String, FeaturePart)]| {
            features(parts.iter().map(|(name, part)| (name.as_str(), part)), at("03-05 00:00"))
        };
        let all = of(&drawn);
        prop_assert_eq!(all.iter().map(|one| one.workloads.len()).sum::<usize>(), drawn.len());
        for feature in &all {
            let own = || drawn.iter().filter(|(_, part)| part.feature == feature.feature);
            prop_assert_eq!(feature.done.is_some(), own().all(|(_, part)| part.done.is_some()));
            prop_assert_eq!(feature.done.is_some(), feature.workloads.iter().all(|one| one.done.is_some()));
            if feature.done.is_some() {
                prop_assert_eq!(feature.done, own().filter_map(|(_, part)| part.done).max());
            }
            prop_assert!(feature.workloads.iter().all(|one| one.waited_seconds.is_none_or(|span| span >= Span::ZERO)));
            prop_assert_eq!(feature.held_up_by.is_some(), feature.workloads.len() > 1);
        }
        let other = of(&turned);
        for (one, two) in all.iter().zip(&other) {
            prop_assert_eq!(&one.feature, &two.feature);
            prop_assert_eq!((one.done, one.waited_seconds, &one.held_up_by), (two.done, two.waited_seconds, &two.held_up_by));
        }
        let kept = postcard::to_allocvec(&all).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Vec<Feature>>(&kept).unwrap(), all);
    }
}
