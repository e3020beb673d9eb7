//! What people declared, and incidents that come back.

use super::{REPOSITORY, Told, day, deployed, event, gathered, gathered_as, incident, shop};
use crate::event::kind::{Deployment, IncidentPhase, Kind, Mark, MarkKind};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::name::Name;

fn mark(id: &'static str, at: i64, kind: MarkKind, target: &'static str) -> Told {
    let fact = Mark {
        mark: id,
        target,
        kind,
        ..Mark::default()
    };
    event(id, at, Kind::Mark(fact))
}

fn linked(id: &'static str, at: i64, deployment: Option<&'static str>) -> Told {
    let fact = Mark {
        mark: id,
        target: "i1",
        deployment,
        kind: MarkKind::IncidentLink,
        ..Mark::default()
    };
    event(id, at, Kind::Mark(fact))
}

fn holds(workload: &Workload) -> Vec<(&str, Timestamp, Option<Timestamp>)> {
    let holds = workload.holds.iter();
    holds
        .map(|hold| (workload.text(hold.environment), hold.from, hold.until))
        .collect()
}

#[test]
fn a_hold_lasts_until_it_is_released() {
    let events = [
        mark("a", 1, MarkKind::Hold, "shop/production"),
        mark("b", 2, MarkKind::Hold, "staging"),
        mark("c", 2, MarkKind::Hold, "cart/production"),
        // Of another workload: it releases nothing here.
        mark("d", 3, MarkKind::ReleaseHold, "cart/production"),
        mark("e", 4, MarkKind::ReleaseHold, "production"),
        mark("f", 6, MarkKind::Hold, "shop/production"),
        mark("g", 8, MarkKind::ReleaseHold, "production"),
    ];
    let production = ("production", day(1), None);
    let staging = ("staging", day(2), None);
    assert_eq!(holds(&gathered(&events, 1)), [production]);
    assert_eq!(holds(&gathered(&events, 3)), [production, staging]);
    let released = ("production", day(1), Some(day(4)));
    assert_eq!(holds(&gathered(&events, 5)), [released, staging]);
    let again = ("production", day(6), None);
    assert_eq!(holds(&gathered(&events, 7)), [released, staging, again]);
    // Released twice, each hold ends with its own release.
    let again = ("production", day(6), Some(day(8)));
    assert_eq!(holds(&gathered(&events, 9)), [released, staging, again]);
}

#[test]
fn workloads_and_environments_may_have_a_slash_in_their_names() {
    let named = Definition {
        name: "acme/shop".to_owned(),
        ..shop()
    };
    let own = [mark("a", 1, MarkKind::Hold, "acme/shop/production")];
    let held = gathered_as(&named, &own, 9);
    assert_eq!(holds(&held), [("production", day(1), None)]);
    assert!(gathered(&own, 9).holds.is_empty());

    let fact = Deployment {
        record: "d1",
        repository: REPOSITORY,
        environment: Some("eu/production"),
        ..Deployment::default()
    };
    let all = mark("b", 2, MarkKind::Hold, "eu/production");
    let events = [event("d", 1, Kind::Deployment(fact)), all.clone()];
    let held = gathered(&events, 9);
    assert_eq!(holds(&held), [("eu/production", day(2), None)]);
    assert!(gathered(&[all], 9).holds.is_empty());
}

#[test]
fn a_hold_of_a_service_is_of_the_workload_that_has_it() {
    let hold = |id, service| {
        let fact = Mark {
            mark: id,
            target: "production",
            service: Some(service),
            kind: MarkKind::Hold,
            ..Mark::default()
        };
        event(id, 1, Kind::Mark(fact))
    };
    let kept = |service| !gathered(&[hold("a", service)], 9).holds.is_empty();
    assert!(kept("till"), "its service");
    assert!(kept("shop"), "its name");
    assert!(!kept("cart"), "another's");
}

#[test]
fn a_person_links_an_incident_to_a_deployment_or_to_none() {
    let link = |events: &[Told]| {
        let workload = gathered(events, 9);
        let [incident] = &workload.incidents[..] else {
            panic!("{:?}", workload.incidents);
        };
        let link = incident.deployment;
        link.map(|link| link.map(|name| workload.text(name).to_owned()))
    };
    let seen = incident("i", 2, IncidentPhase::Detected);
    assert_eq!(link(std::slice::from_ref(&seen)), None);
    // Told before the incident is known, and of a deployment that nobody knows: what a person says stands.
    let early = linked("a", 1, Some("d7"));
    assert_eq!(
        link(&[early.clone(), seen.clone()]),
        Some(Some("d7".to_owned()))
    );
    let none = linked("b", 3, None);
    assert_eq!(link(&[early, seen.clone(), none.clone()]), Some(None));
    // The last word counts.
    let last = linked("c", 4, Some("d1"));
    assert_eq!(link(&[seen, none, last]), Some(Some("d1".to_owned())));
}

#[test]
fn an_ignored_incident_is_gone_and_the_others_keep_their_links() {
    let mut other = incident("i2", 3, IncidentPhase::Detected);
    if let Kind::Incident(fact) = &mut other.kind {
        fact.incident = "i2";
    }
    let mut link = linked("b", 5, None);
    if let Kind::Mark(fact) = &mut link.kind {
        fact.target = "i2";
    }
    let events = [
        deployed("d", 1, Deployment::default()),
        incident("i", 2, IncidentPhase::Detected),
        other,
        mark("a", 4, MarkKind::Ignore, "i1"),
        mark("a2", 4, MarkKind::Ignore, "d1"),
        link,
    ];
    let workload = gathered(&events, 9);
    let incidents = workload.incidents.iter();
    let known: Vec<_> = incidents
        .map(|incident| (workload.text(incident.id), incident.deployment))
        .collect();
    assert_eq!(known, [("i2", Some(None))]);
    assert!(workload.records.is_empty());
}

#[test]
fn an_incident_seen_again_is_open_again() {
    let events = [
        incident("a", 1, IncidentPhase::Detected),
        incident("b", 2, IncidentPhase::Resolved),
        incident("c", 3, IncidentPhase::Reported),
        incident("d", 4, IncidentPhase::Detected),
        incident("e", 6, IncidentPhase::Resolved),
    ];
    for (until, resolved) in [
        (1, None),
        (2, Some(day(2))),
        (3, Some(day(2))),
        (5, None),
        (9, Some(day(6))),
    ] {
        let workload = gathered(&events, until);
        let [incident] = &workload.incidents[..] else {
            panic!("{:?}", workload.incidents);
        };
        assert_eq!(incident.opened, Some(day(1)));
        assert_eq!(incident.resolved, resolved, "day {until}");
    }
    // Seen and resolved at one instant, in the wrong order.
    let instant = [
        incident("a", 1, IncidentPhase::Resolved),
        incident("b", 1, IncidentPhase::Detected),
    ];
    let workload = gathered(&instant, 9);
    assert_eq!(workload.incidents[0].resolved, Some(day(1)));
}

#[test]
fn of_an_incident_told_of_only_when_it_was_over_the_opening_is_not_known() {
    let events = [
        incident("a", 2, IncidentPhase::Resolved),
        incident("b", 3, IncidentPhase::Reported),
        incident("c", 5, IncidentPhase::Detected),
    ];
    for (until, opened, resolved) in [
        (2, None, Some(day(2))),
        (3, None, Some(day(2))),
        (5, Some(day(5)), None),
    ] {
        let incident = &gathered(&events, until).incidents[0];
        let told = (incident.opened, incident.resolved);
        assert_eq!(told, (opened, resolved), "day {until}");
    }
}

#[test]
fn an_incident_is_acknowledged_until_it_is_told_of_without() {
    let told = |id, at, since: Option<i64>| {
        let mut told = incident(id, at, IncidentPhase::Detected);
        if let Kind::Incident(fact) = &mut told.kind {
            fact.acknowledged = since.map(day);
            fact.acknowledged_by = since.and(Some("ann"));
        }
        told
    };
    let known = |events: &[Told]| {
        let workload = gathered(events, 20);
        let one = &workload.incidents[0];
        one.acknowledged
            .map(|is| (is.at, is.by.map(|name| workload.text(name).to_owned())))
    };
    let by = |at| Some((day(at), Some("ann".to_owned())));
    let opened = told("x", 2, None);
    let taken = told("b", 3, Some(3));
    assert_eq!(known(std::slice::from_ref(&opened)), None);
    assert_eq!(known(&[opened.clone(), taken.clone()]), by(3));
    // At one instant, in the wrong order.
    assert_eq!(known(&[opened.clone(), told("a", 2, Some(2))]), by(2));
    // Over: who was at it stays known.
    let over = incident("c", 5, IncidentPhase::Resolved);
    assert_eq!(known(&[opened.clone(), taken.clone(), over]), by(3));
    // It took too long, and rings again.
    let again = told("d", 4, None);
    assert_eq!(known(&[opened, taken, again]), None);
}

#[test]
fn a_mark_of_another_workload_says_nothing_here() {
    let of = |service, kind| {
        let mut told = mark("a", 3, kind, "d1");
        if let Kind::Mark(fact) = &mut told.kind {
            fact.service = service;
        }
        gathered(&[deployed("d", 1, Deployment::default()), told], 9)
    };
    for (service, ours) in [
        (None, true),
        (Some("till"), true),
        (Some("shop"), true),
        (Some("cart"), false),
    ] {
        let counts = of(service, MarkKind::Ignore).records.len();
        let failed = of(service, MarkKind::Failed).marked_failed.len();
        let unplanned = of(service, MarkKind::Unplanned).marked_unplanned.len();
        let marked = (1 - counts, failed, unplanned);
        assert_eq!(
            marked,
            if ours { (1, 1, 1) } else { (0, 0, 0) },
            "{service:?}"
        );
    }
}

#[test]
fn incidents_of_two_tools_are_two_whatever_their_numbers() {
    let mut other = incident("b", 3, IncidentPhase::Detected);
    other.source = "another tool";
    let mut end = incident("c", 4, IncidentPhase::Resolved);
    end.source = "another tool";
    let events = [
        incident("a", 2, IncidentPhase::Detected),
        other,
        end,
        linked("d", 5, Some("d1")),
    ];
    let workload = gathered(&events, 9);
    let told: Vec<_> = workload
        .incidents
        .iter()
        .map(|one| (one.opened, one.resolved))
        .collect();
    assert_eq!(told, [(Some(day(2)), None), (Some(day(3)), Some(day(4)))]);
    // What a person says of a number is said of both.
    assert!(
        workload
            .incidents
            .iter()
            .all(|one| one.deployment.is_some())
    );
}

#[test]
fn a_deployment_is_named_by_one_of_its_records_as_well() {
    let row = Deployment {
        deployment: Some("D"),
        ..Deployment::default()
    };
    let told = |kind| {
        let events = [
            deployed("e", 1, row.clone()),
            mark("m", 2, kind, "d1"),
            mark("n", 2, kind, "other"),
        ];
        gathered(&events, 9)
    };
    let names = |workload: &Workload, names: &[Name]| -> Vec<String> {
        let texts = names.iter().map(|name| workload.text(*name).to_owned());
        texts.collect()
    };
    let failed = told(MarkKind::Failed);
    assert_eq!(names(&failed, &failed.marked_failed), ["D", "other"]);
    let unplanned = told(MarkKind::Unplanned);
    assert_eq!(
        names(&unplanned, &unplanned.marked_unplanned),
        ["D", "other"]
    );
    assert!(told(MarkKind::Ignore).records.is_empty());
}
