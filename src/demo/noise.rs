//! What does not fit, as in every organisation: a run for a commit that nobody knows, an image without a revision label, a deployment to an
//! environment that is on no path, a type nobody speaks, an incident of an unknown service, a clock that is wrong. Always the same few, so that the
//! event doctor has something to say.

use crate::event::Event;
use crate::event::kind::{
    Artifact, ArtifactPhase, Deployment, Incident, Kind, Outcome, Phase, Run, RunKind,
};
use crate::event::time::{Span, Timestamp};

use super::Organisation;
use super::random::{digest, sha};

/// How many there are.
pub const COUNT: u64 = 10;
const MINUTE: i64 = 60;

/// In the order of time.
pub fn events(organisation: &Organisation) -> Vec<Event<String>> {
    let Some(origin) = organisation.origins.first() else {
        return Vec::new();
    };
    let (repository, name) = (&origin.name, &organisation.workloads[0].name);
    let unknown = sha(organisation.seed ^ 0x0bad, 7);
    let root = sha(origin.key, 0);
    let length = organisation.until - organisation.start;
    let at = |thousandths: i64, minutes: i64| {
        organisation.start
            + Span::from_micros(length.micros() / 1_000 * thousandths)
            + Span::from_seconds(minutes * MINUTE)
    };
    let mut events = Vec::new();
    let jenkins = format!("https://jenkins.acme.example/job/{name}");
    for (minutes, phase) in [(0, Phase::Started), (6, Phase::Finished)] {
        let run = run(repository, "9001", &unknown, phase);
        events.push(event(&jenkins, at(400, minutes), run));
    }
    // The controller's clock is right, that of the agent is eleven minutes slow.
    for (minutes, phase) in [
        (0, Phase::Queued),
        (-11, Phase::Started),
        (-6, Phase::Finished),
    ] {
        let run = run(repository, "9002", &root, phase);
        events.push(event(&jenkins, at(600, minutes), run));
    }
    let image = Kind::Artifact(Artifact {
        artifact: format!(
            "pkg:oci/{name}@sha256%3A{}?repository_url=ghcr.io/acme/{name}",
            digest(organisation.seed, 7)
        ),
        phase: ArtifactPhase::Published,
        ..Artifact::default()
    });
    events.push(event(
        "https://registry.acme.example/acme/attic",
        at(700, 0),
        image,
    ));
    let elsewhere = Kind::Deployment(Deployment {
        record: format!("{name}-perf-lab-1"),
        service: Some(name.clone()),
        environment: Some("perf-lab".to_owned()),
        repository: Some(repository.clone()),
        sha: Some(root),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        ..Deployment::default()
    });
    events.push(event("https://argocd.acme.example", at(750, 0), elsewhere));
    let stranger = Kind::Other("com.acme.deploybot.heartbeat.1.0.0".to_owned());
    events.push(event(
        "https://deploybot.acme.example",
        at(800, 0),
        stranger,
    ));
    let lost = Kind::Incident(Incident {
        incident: "P9999-1".to_owned(),
        service: Some("mainframe-bridge".to_owned()),
        description: Some("No heartbeat (mainframe-bridge)".to_owned()),
        ..Incident::default()
    });
    events.push(event("https://acme.pagerduty.com", at(850, 0), lost));
    let attic = run("acme/attic-tools", "1", &unknown, Phase::Finished);
    events.push(event(
        "https://circleci.com/gh/acme/attic-tools",
        at(900, 0),
        attic,
    ));
    events.retain(|event| (organisation.start..=organisation.until).contains(&event.at));
    events.sort_by_key(|event| event.at);
    for (number, event) in events.iter_mut().enumerate() {
        event.id = format!("stray/{number}");
    }
    events
}

fn run(repository: &str, number: &str, sha: &str, phase: Phase) -> Kind<String> {
    Kind::Run(Run {
        run: format!("stray-{number}"),
        name: Some("experiment".to_owned()),
        repository: Some(repository.to_owned()),
        sha: Some(sha.to_owned()),
        kind: RunKind::Pipeline,
        phase,
        outcome: (phase == Phase::Finished).then_some(Outcome::Success),
        ..Run::default()
    })
}

fn event(source: &str, at: Timestamp, kind: Kind<String>) -> Event<String> {
    Event {
        source: source.to_owned(),
        id: String::new(),
        at,
        kind,
    }
}
