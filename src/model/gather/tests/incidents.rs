//! Incidents that name nobody: whose they are, and what they struck.

use super::{REPOSITORY, Told, commit, deployed, end, event, gathered, incident, merged, texts};
use crate::event::kind::{Deployment, Incident, IncidentPhase, Kind, Mark, MarkKind};
use crate::model::Workload;

fn caused(id: &'static str, at: i64, fact: &Incident<&'static str>) -> Told {
    let fact = Incident {
        incident: id,
        ..fact.clone()
    };
    event(id, at, Kind::Incident(fact))
}

fn by_deployment(id: &'static str, at: i64, deployment: &'static str) -> Told {
    let fact = Incident {
        deployment: Some(deployment),
        ..Incident::default()
    };
    caused(id, at, &fact)
}

fn ids(workload: &Workload) -> Vec<&str> {
    texts(workload, workload.incidents.iter().map(|one| one.id))
}

/// Each incident, with its service and its environment.
fn placed(workload: &Workload) -> Vec<[&str; 3]> {
    let text = |name: Option<_>| name.map_or("-", |name| workload.text(name));
    let incidents = workload.incidents.iter();
    incidents
        .map(|one| {
            [
                workload.text(one.id),
                text(one.service),
                text(one.environment),
            ]
        })
        .collect()
}

fn deployments() -> Vec<Told> {
    let to = |environment, deployment| Deployment {
        environment: Some(environment),
        deployment: Some(deployment),
        service: Some("till"),
        sha: Some("m1"),
        ..Deployment::default()
    };
    let record = |id, at, fact: Deployment<&'static str>| {
        let fact = Deployment {
            record: id,
            repository: REPOSITORY,
            ..fact.clone()
        };
        event(id, at, Kind::Deployment(fact))
    };
    vec![
        record("r1", 2, to("production", "d1")),
        record("r2", 2, to("staging", "s1")),
        record("r3", 2, to("staging", "both")),
        record("r4", 2, to("production", "both")),
    ]
}

#[test]
fn an_incident_of_a_deployment_alone_struck_what_that_deployed() {
    let mut events = deployments();
    events.extend([
        // Told of before its deployment, too.
        by_deployment("early", 1, "d1"),
        by_deployment("staging", 3, "s1"),
        by_deployment("record", 3, "r1"),
        by_deployment("two", 3, "both"),
        by_deployment("others", 3, "d9"),
    ]);
    assert_eq!(
        placed(&gathered(&events, 9)),
        [
            ["early", "till", "production"],
            ["record", "till", "production"],
            ["staging", "till", "staging"],
            ["two", "till", "-"],
        ]
    );
    assert!(gathered(&events, 1).incidents.is_empty());
}

#[test]
fn what_an_incident_says_itself_goes_before_what_its_deployment_does() {
    let mut events = deployments();
    let said = Incident {
        deployment: Some("s1"),
        environment: Some("production"),
        ..Incident::default()
    };
    events.push(caused("i", 3, &said));
    assert_eq!(placed(&gathered(&events, 9)), [["i", "till", "production"]]);
    // A person says of which deployment it really is.
    let mut events = deployments();
    events.push(by_deployment("i", 3, "s1"));
    let mark = Mark {
        mark: "m",
        target: "i",
        deployment: Some("d1"),
        kind: MarkKind::IncidentLink,
        ..Mark::default()
    };
    events.push(event("m", 4, Kind::Mark(mark)));
    assert_eq!(placed(&gathered(&events, 9)), [["i", "till", "production"]]);
}

#[test]
fn an_incident_is_of_who_knows_the_commit_or_the_change_that_it_names() {
    let sha = |sha| Incident {
        sha: Some(sha),
        ..Incident::default()
    };
    let change = |change| Incident {
        change: Some(change),
        ..Incident::default()
    };
    let events = [
        commit("a", 1, &[]),
        commit("b", 2, &["a"]),
        merged("7", 2, "b", &[]),
        end("b", 2),
        deployed(
            "d",
            3,
            Deployment {
                sha: Some("unseen"),
                ..Deployment::default()
            },
        ),
        caused("commit", 4, &sha("a")),
        caused("deployed", 4, &sha("unseen")),
        caused("elsewhere", 4, &sha("e")),
        caused("of-request", 4, &change("shop#7")),
        caused("of-commit", 4, &change("a")),
        caused("of-another", 4, &change("else#7")),
        // A number alone is a change of any repository.
        caused("of-anybody", 4, &change("7")),
    ];
    assert_eq!(
        ids(&gathered(&events, 9)),
        ["commit", "deployed", "of-commit", "of-request"]
    );
}

#[test]
fn an_end_that_names_nothing_is_of_whose_the_incident_is() {
    let over = |id| {
        let fact = Incident {
            incident: id,
            phase: IncidentPhase::Resolved,
            ..Incident::default()
        };
        let event_id = if id == "i" { "~i" } else { "~j" };
        event(event_id, 5, Kind::Incident(fact))
    };
    let mut events = deployments();
    events.push(by_deployment("i", 3, "d1"));
    events.push(by_deployment("j", 3, "d9"));
    events.extend([over("i"), over("j")]);
    // An incident that names its service keeps what it says, whatever its end does not say.
    events.push(incident("k", 3, IncidentPhase::Detected));
    let workload = gathered(&events, 9);
    assert_eq!(ids(&workload), ["i", "i1"]);
    let resolved = workload.incidents.iter().map(|one| one.resolved.is_some());
    assert_eq!(resolved.collect::<Vec<_>>(), [true, false]);
}
