//! What does not fit, as in every organisation: a run for a commit that nobody knows, an image without a revision label, a deployment to an
//! environment that is on no path, a type nobody speaks, an incident of an unknown service, a clock that is wrong. Always the same few, so that the
//! event doctor has something to say.

use crate::event::Event;
use crate::event::kind::{
    Artifact, ArtifactPhase, Deployment, Incident, Kind, Outcome, Phase, Run, RunKind,
};
use crate::event::time::{Span, Timestamp};

use super::random::{digest, sha};
use super::{Organisation, Origin};

/// How many there are.
pub const COUNT: u64 = 10;
const MINUTE: i64 = 60;

/// In the order of time.
pub fn events(organisation: &Organisation) -> Vec<Event<String>> {
    let Some(origin) = organisation.origins.first() else {
        return Vec::new();
    };
    let mut events = runs(organisation, origin);
    events.extend(others(organisation, origin));
    events.retain(|event| (organisation.start..=organisation.until).contains(&event.at));
    events.sort_by_key(|event| event.at);
    for (number, event) in events.iter_mut().enumerate() {
        event.id = format!("stray/{number}");
    }
    events
}

fn instant(organisation: &Organisation, thousandths: i64, minutes: i64) -> Timestamp {
    let length = (organisation.until - organisation.start).micros();
    organisation.start
        + Span::from_micros(length / 1_000 * thousandths)
        + Span::from_seconds(minutes * MINUTE)
}

fn runs(organisation: &Organisation, origin: &Origin) -> Vec<Event<String>> {
    let unknown = sha(organisation.seed ^ 0x0bad, 7);
    let root = sha(origin.key, 0);
    let jenkins = "https://jenkins.acme.example/job/experiment";
    let attic = "https://circleci.com/gh/acme/attic-tools";
    let name = &origin.name;
    let mut events = Vec::new();
    let mut tell = |source, thousandths, minutes, run| {
        let at = instant(organisation, thousandths, minutes);
        events.push(event(source, at, run));
    };
    tell(jenkins, 400, 0, run(name, "1", &unknown, Phase::Started));
    tell(jenkins, 400, 6, run(name, "1", &unknown, Phase::Finished));
    // The controller's clock is right, that of the agent is eleven minutes slow.
    tell(jenkins, 600, 0, run(name, "2", &root, Phase::Queued));
    tell(jenkins, 600, -11, run(name, "2", &root, Phase::Started));
    tell(jenkins, 600, -6, run(name, "2", &root, Phase::Finished));
    let last = run("acme/attic-tools", "3", &unknown, Phase::Finished);
    tell(attic, 900, 0, last);
    events
}

fn others(organisation: &Organisation, origin: &Origin) -> Vec<Event<String>> {
    let name = &organisation.workloads[0].name;
    let at = |thousandths| instant(organisation, thousandths, 0);
    let image = Kind::Artifact(Artifact {
        artifact: format!(
            "pkg:oci/{name}@sha256%3A{}?repository_url=ghcr.io/acme/{name}",
            digest(organisation.seed, 7)
        ),
        phase: ArtifactPhase::Published,
        ..Artifact::default()
    });
    let elsewhere = Kind::Deployment(Deployment {
        record: format!("{name}-perf-lab-1"),
        service: Some(name.clone()),
        environment: Some("perf-lab".to_owned()),
        repository: Some(origin.name.clone()),
        sha: Some(sha(origin.key, 0)),
        phase: Phase::Finished,
        outcome: Some(Outcome::Success),
        ..Deployment::default()
    });
    let stranger = Kind::Other("com.acme.deploybot.heartbeat.1.0.0".to_owned());
    let lost = Kind::Incident(Incident {
        incident: "P9999-1".to_owned(),
        service: Some("mainframe-bridge".to_owned()),
        description: Some("No heartbeat (mainframe-bridge)".to_owned()),
        ..Incident::default()
    });
    let registry = format!("https://registry.acme.example/acme/{name}");
    vec![
        event(&registry, at(700), image),
        event("https://argocd.acme.example", at(750), elsewhere),
        event("https://deploybot.acme.example", at(800), stranger),
        event("https://acme.pagerduty.com", at(850), lost),
    ]
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
