//! Repair, compliance and releases: in a generated organisation, and where nothing is known.

use leadtime::dashboard::message::{Effect, Errand};
use leadtime::demo::{Organisation, Size};
use leadtime::event::kind::Kind;

use leadtime::view::answer::{Answer, Question};

use super::{Desk, demo, desk, now, pictures, press, shot};

#[test]
fn repair() {
    let mut desk = demo(12, 6_000);
    press(&mut desk, "7");
    pictures("repair", &mut desk);
    press(&mut desk, "enter");
    pictures("incident", &mut desk);
    press(&mut desk, "enter");
    assert!(shot(&mut desk, 120, 36).contains(" › "), "its change");
}

#[test]
fn compliance() {
    let mut desk = demo(12, 6_000);
    press(&mut desk, "8");
    pictures("compliance", &mut desk);
    press(&mut desk, "/ 'state:missing' enter");
    assert!(shot(&mut desk, 120, 36).contains("missing"));
    press(&mut desk, "l l enter");
    pictures("compliance-workload", &mut desk);
}

#[test]
fn releases() {
    let mut desk = demo(12, 6_000);
    press(&mut desk, "9");
    pictures("releases", &mut desk);
    press(&mut desk, "enter");
    pictures("feature", &mut desk);
    press(&mut desk, "esc tab");
    pictures("ships-next", &mut desk);
    press(&mut desk, "y");
    let notice = desk.copied().unwrap_or_default().to_owned();
    assert!(notice.starts_with("# "), "{notice}");
    press(&mut desk, "e enter");
    let saved = desk.effects.iter().find_map(|effect| match effect {
        Effect::Errand(Errand::Save { file, text }) => Some((file.clone(), text.clone())),
        _ => None,
    });
    assert_eq!(saved, Some(("releases.md".to_owned(), notice)));
}

/// A feature of which a scope has a part is told with all its parts; one of which it has none is not told.
#[test]
fn a_feature_is_whole_whatever_the_scope() {
    let mut desk = demo(12, 6_000);
    let features = |desk: &Desk| {
        let question = Question::Features(desk.scene.scope.clone());
        match desk.scene.answer(&question) {
            Some(Answer::Features(told)) => told.what.clone(),
            other => panic!("{other:?}"),
        }
    };
    press(&mut desk, "9");
    let all = features(&desk);
    let several = all.iter().find(|one| one.workloads.len() > 1).unwrap();
    let part = several.workloads[0].workload.clone();
    press(&mut desk, &format!("1 / 'workload:{part}' enter . 9"));
    let within = features(&desk);
    assert!(within.len() < all.len());
    for feature in &within {
        assert!(all.contains(feature), "{feature:?}");
        assert!(feature.workloads.iter().any(|one| one.workload == part));
    }
    assert!(within.contains(several));
}

#[test]
fn nothing_known_is_told_as_nothing_known() {
    for (keys, words) in [
        ("7", "no workload in all workloads"),
        ("8", "no workload is known yet"),
        ("9", "names a ticket"),
    ] {
        let mut desk = desk(&[], "");
        press(&mut desk, keys);
        let seen = shot(&mut desk, 120, 36);
        assert!(seen.contains(words), "{keys}: {seen}");
    }
}

#[test]
fn without_who_tells_of_incidents_none_is_no_news() {
    let size = Size {
        workloads: 4,
        events: 1_500,
        days: 40,
    };
    let organisation = Organisation::new(7, size, now());
    let events = organisation.events();
    let events: Vec<_> = events
        .filter(|event| !matches!(event.kind, Kind::Incident(_)))
        .collect();
    let mut desk = desk(&events, &organisation.configuration());
    press(&mut desk, "7");
    let seen = shot(&mut desk, 120, 36);
    assert!(seen.contains("No source tells of incidents"), "{seen}");
    assert!(seen.contains("incident.detected"), "{seen}");
}
