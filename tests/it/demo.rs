//! The generated organisation: the laws that any history keeps, whatever its seed and size, and all the things that the default demo has to show.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Datelike;
use leadtime::demo::{Organisation, Size};
use leadtime::event::Event;
use leadtime::event::kind::{
    ChangePhase, Decision, Deployment, GatePhase, IncidentPhase, Kind, List, MarkKind, Outcome,
    Phase, ReviewState, RunKind,
};
use leadtime::event::time::{Span, Timestamp};
use proptest::prelude::*;

fn until() -> Timestamp {
    Timestamp::parse("2026-11-20T14:30:00Z").unwrap()
}

fn organisation(seed: u64, workloads: usize, events: u64) -> Organisation {
    let size = Size {
        workloads,
        events,
        days: 90,
    };
    Organisation::new(seed, size, until())
}

fn default_demo(seed: u64) -> Vec<Event<String>> {
    Organisation::new(seed, Size::default(), until())
        .events()
        .collect()
}

fn lines(organisation: &Organisation) -> Vec<String> {
    organisation
        .events()
        .map(|event| serde_json::to_string(&event).unwrap())
        .collect()
}

/// The laws of any history: order, identity, nothing from the future, parents first.
fn assert_lawful(events: &[Event<String>], until: Timestamp) {
    let mut seen = HashSet::new();
    let mut commits = HashSet::new();
    let mut last = Timestamp::MIN;
    for event in events {
        assert!(event.at >= last, "out of order: {event:?}");
        assert!(event.at <= until, "from the future: {event:?}");
        assert!(
            seen.insert((&event.source, &event.id)),
            "told twice: {event:?}"
        );
        last = event.at;
        if let Kind::Commit(commit) = &event.kind {
            for parent in commit.parents.iter().flatten() {
                assert!(
                    commits.contains(parent),
                    "its parent is not there yet: {event:?}"
                );
            }
            assert!(commit.committed.is_none_or(|at| at <= until));
            assert!(
                commits.insert(commit.sha.clone()),
                "one sha twice: {event:?}"
            );
        }
    }
}

/// Whatever names a commit names one that was told of, the strays apart.
fn assert_connected(events: &[Event<String>]) {
    let mut commits = HashSet::new();
    let mut artifacts = HashSet::new();
    let mut requests = HashSet::new();
    for event in events
        .iter()
        .filter(|event| !event.id.starts_with("stray/"))
    {
        let (sha, artifact) = match &event.kind {
            Kind::Commit(commit) => {
                commits.insert(commit.sha.clone());
                continue;
            }
            Kind::Change(change) => {
                if change.phase == ChangePhase::Created {
                    requests.insert(change.change.clone());
                }
                assert!(requests.contains(&change.change), "{event:?}");
                assert!(change.commits.iter().all(|sha| commits.contains(sha)));
                (change.sha.as_ref().or(change.head.as_ref()), None)
            }
            Kind::Artifact(artifact) => {
                artifacts.insert(artifact.artifact.clone());
                (artifact.sha.as_ref(), None)
            }
            Kind::Run(run) => (run.sha.as_ref(), None),
            Kind::Scan(scan) => (scan.sha.as_ref(), scan.artifact.as_ref()),
            Kind::Gate(gate) => (gate.sha.as_ref(), None),
            Kind::Deployment(deployment) => (deployment.sha.as_ref(), None),
            Kind::Incident(incident) => (incident.sha.as_ref(), None),
            Kind::Tag(tag) => (tag.sha.as_ref(), None),
            Kind::Branch(_)
            | Kind::Ticket(_)
            | Kind::Mark(_)
            | Kind::Component(_)
            | Kind::Other(_) => continue,
        };
        assert!(
            sha.is_none_or(|sha| commits.contains(sha)),
            "an unknown commit: {event:?}"
        );
        assert!(
            artifact.is_none_or(|purl| artifacts.contains(purl)),
            "an unknown artifact: {event:?}"
        );
    }
}

/// Of each thing with phases: it starts before it finishes, and does each once.
fn assert_phases(events: &[Event<String>]) {
    let mut phases: HashMap<(String, u32), Vec<Phase>> = HashMap::new();
    for event in events
        .iter()
        .filter(|event| !event.id.starts_with("stray/"))
    {
        let (key, phase) = match &event.kind {
            Kind::Run(run) => ((run.run.clone(), run.attempt.unwrap_or(0)), run.phase),
            Kind::Deployment(d) => ((d.record.clone(), 0), d.phase),
            _ => continue,
        };
        phases.entry(key).or_default().push(phase);
    }
    let usual = [Phase::Queued, Phase::Started, Phase::Finished];
    for (key, told) in phases {
        let expected = if told[0] == Phase::Queued {
            &usual[..]
        } else {
            &usual[1..]
        };
        assert_eq!(told, expected[..told.len().min(expected.len())], "{key:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let (a, b, c) = (
        organisation(7, 12, 3_000),
        organisation(7, 12, 3_000),
        organisation(8, 12, 3_000),
    );
    assert_eq!(lines(&a), lines(&b));
    assert_eq!(a.configuration(), b.configuration());
    assert_ne!(lines(&a), lines(&c));
}

#[test]
fn histories_are_lawful_and_connected() {
    for (seed, workloads, events) in [
        (1, 12, 6_000),
        (2, 40, 20_000),
        (3, 200, 8_000),
        (4, 1, 2_000),
    ] {
        let events: Vec<_> = organisation(seed, workloads, events).events().collect();
        assert_lawful(&events, until());
        assert_connected(&events);
        assert_phases(&events);
    }
}

#[test]
fn there_are_about_as_many_events_as_were_asked_for() {
    for (seed, workloads, wanted) in [
        (1, 12, 6_000),
        (2, 12, 6_000),
        (3, 12, 60_000),
        (4, 100, 20_000),
        (5, 2_000, 100_000),
        (6, 3, 5_000),
    ] {
        let count = organisation(seed, workloads, wanted).events().count();
        let off = (i64::try_from(count).unwrap() - i64::try_from(wanted).unwrap()).abs();
        assert!(
            off * 50 <= i64::try_from(wanted).unwrap(),
            "seed {seed}, {workloads} workloads: {count} events for {wanted}"
        );
    }
}

#[test]
fn a_workload_is_the_same_whatever_stands_beside_it() {
    let block = |workloads: usize| {
        let configuration = organisation(5, workloads, 6_000).configuration();
        let from = configuration.find("name = \"orders-api\"").unwrap();
        let to = configuration[from..].find("\n\n").unwrap();
        configuration[from..from + to].to_owned()
    };
    assert_eq!(block(20), block(1_500));
}

/// Which of the things that the demo has to show occur in these events, by name.
#[expect(clippy::too_many_lines, reason = "a line for each thing to be shown")]
fn features(events: &[Event<String>]) -> BTreeMap<&'static str, bool> {
    let mut features = BTreeMap::new();
    let mut note = |name, found: bool| *features.entry(name).or_insert(false) |= found;
    let mut ends: HashMap<String, Phase> = HashMap::new();
    let mut gates: HashMap<&str, GatePhase> = HashMap::new();
    let mut open: HashMap<&str, ChangePhase> = HashMap::new();
    let mut incidents: HashMap<&str, IncidentPhase> = HashMap::new();
    let mut tickets: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut records: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut tools: HashMap<&str, HashSet<bool>> = HashMap::new();
    for event in events {
        match &event.kind {
            Kind::Commit(commit) => {
                let message = commit.message.as_deref().unwrap_or_default();
                let parents = commit.parents.as_ref().map_or(0, List::len);
                note("merge commit", parents == 2);
                note("squash merge", parents == 1 && message.contains("(#"));
                note("root", parents == 0);
                note("revert", message.starts_with("Revert"));
                note(
                    "cherry-pick",
                    message.contains("(cherry picked from commit "),
                );
                note("committed later", commit.committed.is_some());
                note("monorepo paths", commit.paths.is_some());
                note(
                    "two parts at once",
                    commit.paths.as_ref().is_some_and(|p| p.len() == 2),
                );
            }
            Kind::Change(change) => {
                open.insert(&change.change, change.phase);
                note("draft", change.draft == Some(true));
                note(
                    "draft made ready",
                    change.phase == ChangePhase::Updated && change.draft == Some(false),
                );
                note(
                    "changes requested",
                    change.state == Some(ReviewState::ChangesRequested),
                );
                note("approved", change.state == Some(ReviewState::Approved));
                note(
                    "bot review",
                    change.bot && change.phase == ChangePhase::Reviewed,
                );
                note(
                    "bot request",
                    change.bot && change.phase == ChangePhase::Created,
                );
                note("abandoned", change.phase == ChangePhase::Abandoned);
                note(
                    "hotfix",
                    change.labels.iter().any(|label| label == "hotfix"),
                );
                for ticket in &change.tickets {
                    let repository = change.repository.as_deref().unwrap_or_default();
                    tickets.entry(ticket).or_default().insert(repository);
                }
            }
            Kind::Run(run) => {
                ends.insert(format!("{}/{:?}", run.run, run.attempt), run.phase);
                note("retry", run.attempt.is_some_and(|attempt| attempt > 1));
                note("queued", run.phase == Phase::Queued);
                note("failed run", run.outcome == Some(Outcome::Failure));
                note("cancelled run", run.outcome == Some(Outcome::Cancelled));
                note("test", run.kind == RunKind::Test);
                note("build", run.kind == RunKind::Build);
                note("plan", run.step.as_deref() == Some("configure"));
                if run.run.starts_with("notifications-") {
                    let is_jenkins = event.source.contains("jenkins");
                    tools.entry("notifications").or_default().insert(is_jenkins);
                }
            }
            Kind::Artifact(artifact) => {
                note("artifact without sha", artifact.sha.is_none());
                note(
                    "digest",
                    artifact.digest.is_some() && artifact.version.is_some(),
                );
            }
            Kind::Scan(scan) => {
                note(
                    "bad scan",
                    scan.counts.is_some_and(|counts| counts.critical > 0),
                );
            }
            Kind::Gate(gate) => {
                gates.insert(&gate.gate, gate.phase);
                note("gate approved", gate.decision == Some(Decision::Approved));
                note("gate rejected", gate.decision == Some(Decision::Rejected));
                note(
                    "gate asks the board",
                    gate.approvers.iter().any(|a| a == "@change-board"),
                );
                note(
                    "gate asks quality",
                    gate.approvers.iter().any(|a| a == "@qa"),
                );
            }
            Kind::Deployment(deployment) => {
                if let Some(id) = &deployment.deployment {
                    records.entry(id).or_default().insert(&deployment.record);
                }
                note_deployment(deployment, &mut note);
            }
            Kind::Incident(incident) => {
                incidents.insert(&incident.incident, incident.phase);
                note(
                    "incident names its cause",
                    incident.deployment.is_some() || incident.sha.is_some(),
                );
                note(
                    "incident names no cause",
                    incident.deployment.is_none() && incident.sha.is_none(),
                );
                note(
                    "unknown service",
                    incident.service.as_deref() == Some("mainframe-bridge"),
                );
            }
            Kind::Tag(tag) => note("release tag", tag.release),
            Kind::Ticket(ticket) => {
                for kind in ["feature", "defect", "risk", "debt"] {
                    note(kind, ticket.labels.iter().any(|label| label == kind));
                }
            }
            Kind::Mark(mark) => {
                note("incident link", mark.kind == MarkKind::IncidentLink);
                note("hold", mark.kind == MarkKind::Hold);
            }
            Kind::Branch(_) | Kind::Component(_) => {}
            Kind::Other(_) => note("unknown type", true),
        }
    }
    note(
        "open gates",
        (3..20).contains(&gates.values().filter(|&&p| p != GatePhase::Closed).count()),
    );
    note(
        "running now",
        ends.values().any(|&phase| phase == Phase::Started),
    );
    let is_open =
        |phase: &ChangePhase| !matches!(phase, ChangePhase::Merged | ChangePhase::Abandoned);
    note(
        "open requests",
        open.values().filter(|phase| is_open(phase)).count() > 3,
    );
    note(
        "open incident",
        incidents.values().any(|&p| p != IncidentPhase::Resolved),
    );
    note(
        "incident resolved",
        incidents.values().any(|&p| p == IncidentPhase::Resolved),
    );
    note(
        "ticket across repositories",
        tickets.values().any(|r| r.len() > 1),
    );
    note(
        "records that share an id",
        records.values().any(|r| r.len() > 1),
    );
    note(
        "a tool is swapped",
        tools.values().any(|tools| tools.len() == 2),
    );
    features
}

fn note_deployment(deployment: &Deployment<String>, note: &mut impl FnMut(&'static str, bool)) {
    let environment = deployment.environment.as_deref();
    note("staging", environment == Some("staging"));
    note("production", environment == Some("production"));
    note("environment off the path", environment == Some("perf-lab"));
    note(
        "failed attempt",
        deployment.outcome == Some(Outcome::Failure) && environment == Some("production"),
    );
    note("told rollback", deployment.rollback);
    note("blue", deployment.slot.as_deref() == Some("blue"));
    note("green", deployment.slot.as_deref() == Some("green"));
    note("unplanned", deployment.unplanned);
}

#[test]
fn the_default_demo_shows_everything() {
    for seed in [1, 2, 3, 42] {
        let features = features(&default_demo(seed));
        let missing: Vec<_> = features
            .iter()
            .filter(|(_, found)| !**found)
            .map(|(name, _)| name)
            .collect();
        assert!(missing.is_empty(), "seed {seed} shows no {missing:?}");
    }
}

#[test]
fn production_goes_back_and_repeats_itself() {
    for seed in [1, 2, 3, 42] {
        let mut shas: HashMap<String, Vec<String>> = HashMap::new();
        for event in default_demo(seed) {
            let Kind::Deployment(deployment) = event.kind else {
                continue;
            };
            if deployment.environment.as_deref() == Some("production")
                && deployment.outcome == Some(Outcome::Success)
            {
                let told = shas.entry(deployment.service.unwrap()).or_default();
                told.push(deployment.sha.unwrap());
            }
        }
        let is_redeploy = |shas: &Vec<String>| shas.windows(2).any(|pair| pair[0] == pair[1]);
        let is_rollback = |shas: &Vec<String>| {
            shas.windows(3)
                .any(|three| three[0] == three[2] && three[0] != three[1])
        };
        assert!(shas.values().any(is_redeploy), "seed {seed}");
        assert!(shas.values().any(is_rollback), "seed {seed}");
        assert_eq!(
            shas.len(),
            12,
            "seed {seed}: every workload was delivered: {:?}",
            shas.keys()
        );
    }
}

#[test]
fn the_board_takes_four_weeks_and_people_keep_office_hours() {
    let events = default_demo(1);
    let mut asked = HashMap::new();
    let mut decided = 0;
    let mut commits = [0_usize; 2];
    for event in &events {
        match &event.kind {
            Kind::Gate(gate) if gate.service.as_deref() == Some("ledger") => match gate.phase {
                GatePhase::Created => {
                    asked.insert(gate.gate.clone(), event.at);
                }
                GatePhase::Closed => {
                    let waited = event.at - asked[&gate.gate];
                    decided += usize::from(waited > Span::from_seconds(26 * 86_400));
                }
                GatePhase::Updated => {}
            },
            Kind::Commit(commit) if commit.author.as_deref() != Some("renovate[bot]") => {
                let is_weekend = event.at.to_utc().weekday().number_from_monday() > 5;
                commits[usize::from(is_weekend)] += 1;
            }
            _ => {}
        }
    }
    assert!(decided >= 2, "{decided} decisions of the board");
    assert!(
        commits[1] * 20 < commits[0],
        "{commits:?} on week days and at weekends"
    );
}

#[test]
fn the_strays_are_there() {
    let events = default_demo(9);
    let commits: HashSet<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Commit(commit) => Some(commit.sha.as_str()),
            _ => None,
        })
        .collect();
    let strays: Vec<_> = events
        .iter()
        .filter(|event| event.id.starts_with("stray/"))
        .collect();
    assert_eq!(strays.len(), 10);
    let mut starts = HashMap::new();
    let (mut unknown, mut backwards) = (false, false);
    for event in strays {
        let Kind::Run(run) = &event.kind else {
            continue;
        };
        unknown |= !commits.contains(run.sha.as_deref().unwrap());
        let first = *starts.entry(&run.run).or_insert(run.phase);
        backwards |= run.phase == Phase::Queued && first != Phase::Queued;
    }
    assert!(unknown && backwards);
}

#[test]
fn the_configuration_names_what_the_events_carry() {
    for workloads in [12, 150] {
        let organisation = organisation(3, workloads, 12_000);
        let configuration: toml::Table = organisation.configuration().parse().unwrap();
        let named = |key: &str| -> HashSet<String> {
            let workloads = configuration["workloads"].as_array().unwrap();
            let names = workloads
                .iter()
                .flat_map(|w| w[key].as_array().unwrap().clone());
            names
                .map(|name| name.as_str().unwrap().to_owned())
                .collect()
        };
        let (repositories, services) = (named("repositories"), named("services"));
        for event in organisation
            .events()
            .filter(|e| !e.id.starts_with("stray/"))
        {
            let (repository, service) = match event.kind {
                Kind::Commit(fact) => (fact.repository, None),
                Kind::Change(fact) => (fact.repository, None),
                Kind::Run(fact) => (fact.repository, None),
                Kind::Deployment(fact) => (fact.repository, fact.service),
                Kind::Gate(fact) => (fact.repository, fact.service),
                Kind::Incident(fact) => (None, fact.service),
                _ => (None, None),
            };
            assert!(repository.is_none_or(|name| repositories.contains(&name)));
            assert!(service.is_none_or(|name| services.contains(&name)));
        }
        let workloads = configuration["workloads"].as_array().unwrap();
        let paths = configuration["paths"].as_array().unwrap();
        let teams = configuration["people"]["teams"].as_table().unwrap();
        for workload in workloads {
            assert!(paths.iter().any(|path| path["name"] == workload["path"]));
            assert!(teams.contains_key(workload["team"].as_str().unwrap()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_history_is_lawful(
        seed: u64,
        workloads in 0_usize..40,
        count in 0_u64..3_000,
        days in 0_u32..200,
        until in 0_i64..4_000_000_000,
    ) {
        let until = Timestamp::from_seconds(until);
        let organisation = Organisation::new(seed, Size { workloads, events: count, days }, until);
        let events: Vec<_> = organisation.events().collect();
        assert_lawful(&events, until);
        assert_connected(&events);
        assert_phases(&events);
    }
}
