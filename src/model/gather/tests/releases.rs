//! Version tags that stand for deployments.

use std::sync::Arc;

use globset::{Glob, GlobSet};

use super::{Told, commit, day, deployed, end, event, gathered, gathered_as, shop};
use crate::event::kind::{Artifact, Deployment, Kind, Tag, TagPhase};
use crate::event::time::Timestamp;
use crate::model::definition::{Definition, Path, Rules, Step, StepKind};
use crate::model::{RELEASE, Workload};

fn tag(tag: &'static str, at: i64, sha: &'static str, prerelease: bool) -> Told {
    let fact = Tag {
        tag,
        repository: Some("shop"),
        sha: Some(sha),
        prerelease,
        ..Tag::default()
    };
    event(tag, at, Kind::Tag(fact))
}

fn tagged() -> Vec<Told> {
    vec![
        commit("a", 1, &[]),
        commit("b", 2, &["a"]),
        tag("v1.0.0", 3, "a", false),
        tag("v1.1.0-rc1", 4, "b", false),
        tag("v1.1.0", 5, "b", true),
        tag("till@2.0.0", 6, "b", false),
        tag("nightly", 7, "b", false),
        end("b", 2),
    ]
}

/// Version, series and time of each release.
fn releases(workload: &Workload) -> Vec<(&str, &str, Option<Timestamp>)> {
    let records = workload.records.iter();
    records
        .map(|record| {
            assert_eq!(workload.text(record.environment.unwrap()), RELEASE);
            let [version, series] =
                [record.version, record.pipeline].map(|name| workload.text(name.unwrap()));
            (version, series, record.finished)
        })
        .collect()
}

#[test]
fn a_version_tag_is_a_release_unless_it_is_early() {
    let workload = gathered(&tagged(), 9);
    assert!(workload.released_by_tags);
    let expected = [
        ("v1.0.0", "", Some(day(3))),
        ("till@2.0.0", "till@", Some(day(6))),
    ];
    assert_eq!(releases(&workload), expected);
}

#[test]
fn a_host_may_call_a_tag_early_that_git_told_of_first() {
    let mut events = tagged();
    let mut told = tag("v1.0.0", 3, "a", true);
    told.id = "v1.0.0 again";
    events.push(told);
    let workload = gathered(&events, 9);
    assert_eq!(releases(&workload), [("till@2.0.0", "till@", Some(day(6)))]);
}

#[test]
fn a_tag_that_nobody_holds_any_more_is_no_release() {
    let told = |source, id, at, phase| {
        let Kind::Tag(fact) = tag("v1.0.0", at, "a", false).kind else {
            unreachable!("a tag")
        };
        let told = event(id, at, Kind::Tag(Tag { phase, ..fact }));
        Told { source, ..told }
    };
    let mut events = tagged();
    events.push(told("tool", "gone", 7, TagPhase::Deleted));
    assert_eq!(releases(&gathered(&events, 6)).len(), 2, "as it was then");
    assert_eq!(releases(&gathered(&events, 9)).len(), 1);
    // Put back: it is the release that it was.
    events.push(told("tool", "back", 8, TagPhase::Created));
    assert_eq!(
        releases(&gathered(&events, 9))[0],
        ("v1.0.0", "", Some(day(3)))
    );
    // One source speaks for itself alone.
    let mut events = tagged();
    events.push(told("host", "seen", 4, TagPhase::Created));
    events.push(told("tool", "gone", 7, TagPhase::Deleted));
    assert_eq!(releases(&gathered(&events, 9)).len(), 2);
    events.push(told("host", "gone", 8, TagPhase::Deleted));
    assert_eq!(releases(&gathered(&events, 9)).len(), 1);
}

#[test]
fn a_rule_says_which_tags_are_releases() {
    let ruled = |pattern: &str| Definition {
        release_tags: Some(GlobSet::new([Glob::new(pattern).unwrap()]).unwrap()),
        ..shop()
    };
    let workload = gathered_as(&ruled("till@*"), &tagged(), 9);
    assert_eq!(releases(&workload), [("till@2.0.0", "till@", Some(day(6)))]);
    // What a person wrote down counts, whatever the tag looks like.
    let workload = gathered_as(&ruled("nightly"), &tagged(), 9);
    assert_eq!(releases(&workload), [("nightly", "", Some(day(7)))]);
    assert!(gathered_as(&ruled("x*"), &tagged(), 9).records.is_empty());
}

#[test]
fn where_a_deployment_is_known_tags_are_only_tags() {
    let mut events = tagged();
    events.push(deployed("d", 8, Deployment::default()));
    let workload = gathered(&events, 9);
    assert!(!workload.released_by_tags);
    assert_eq!(workload.records.len(), 1);
    assert_eq!(workload.tags.len(), 5);
    assert_eq!(gathered(&events, 7).records.len(), 2, "before it was known");
}

#[test]
fn a_rule_makes_deliveries_to_production_where_a_path_leads_there_and_no_tool_tells_of_any() {
    let path = |environment: &str| {
        let deploy = Step {
            environment: Some(environment.to_owned()),
            ..Step::bare("ship", StepKind::Deploy)
        };
        Path {
            name: "lib".to_owned(),
            steps: vec![deploy],
            freezes: Vec::new(),
            derived: false,
        }
    };
    let with_path = |environment: &str| Definition {
        release_tags: Some(GlobSet::new([Glob::new("v*").unwrap()]).unwrap()),
        path: Some(Arc::new(path(environment))),
        ..shop()
    };
    let rules = Rules::default();
    for (written, expected) in [("production", "production"), ("shelf", RELEASE)] {
        let workload = gathered_as(&with_path(written), &tagged(), 9);
        assert_eq!(workload.production(&rules), expected);
        let environments = workload.records.iter().map(|record| record.environment);
        let environments: Vec<&str> = environments
            .map(|name| workload.text(name.unwrap()))
            .collect();
        assert_eq!(environments, [expected; 3]);
    }
    // A tool that tells of another environment says nothing of production.
    let staged = Deployment {
        environment: Some("staging"),
        record: "s1",
        repository: Some("shop"),
        ..Deployment::default()
    };
    let mut events = tagged();
    events.push(event("s", 7, Kind::Deployment(staged)));
    let workload = gathered_as(&with_path("production"), &events, 9);
    assert!(workload.released_by_tags);
    assert_eq!(workload.records.len(), 4);
    events.push(deployed("d", 8, Deployment::default()));
    let workload = gathered_as(&with_path("production"), &events, 9);
    assert!(!workload.released_by_tags);
    assert_eq!(workload.records.len(), 2);
    assert_eq!(workload.production(&rules), "production");
}

#[test]
fn a_commit_of_which_nothing_is_known_gives_way_to_what_the_artifact_was_made_of() {
    let image = "pkg:oci/shop@sha256%3A0b";
    let made = Artifact {
        artifact: image,
        sha: Some("a"),
        repository: Some("shop"),
        ..Artifact::default()
    };
    let deployed = |id: &'static str, at, sha| {
        let fact = Deployment {
            record: id,
            sha: Some(sha),
            artifact: Some(image),
            environment: Some("production"),
            repository: Some("shop"),
            ..Deployment::default()
        };
        event(id, at, Kind::Deployment(fact))
    };
    let told = [
        commit("a", 1, &[]),
        commit("b", 2, &["a"]),
        event("image", 3, Kind::Artifact(made)),
        deployed("by configuration", 4, "configuration"),
        deployed("by commit", 5, "b"),
    ];
    let workload = gathered(&told, 9);
    let shas: Vec<&str> = workload
        .records
        .iter()
        .map(|record| workload.text(workload.commits[record.commit.unwrap() as usize].sha))
        .collect();
    assert_eq!(shas, ["a", "b"]);
}
