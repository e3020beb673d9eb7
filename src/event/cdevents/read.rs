//! A kept document into an event, family by family. Texts borrow from the document. Which fields are read is the table of `docs/events.md`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::envelope::{CdEvent, Envelope, ReadError, envelope};
use super::family::{Family, ServiceVerb};
use super::fields::{Facts, Fields, count};
use super::{purl, words};
use crate::event::Event;
use crate::event::kind::{
    Artifact, ArtifactPhase, Branch, Change, ChangePhase, Commit, Component, Decision, Deployment,
    Gate, GatePhase, Incident, IncidentPhase, Kind, Mark, Outcome, Phase, Run, RunKind, Scan,
    Severities, Tag, TagPhase, Ticket, TicketPhase,
};

type Text<'a> = Cow<'a, str>;

/// Reads one event (JSON text) as kept in the log. A `CloudEvent` that is kept as such is an event of another kind.
pub fn read(json: &str) -> Result<Event<Cow<'_, str>>, ReadError> {
    match envelope(json)? {
        Envelope::CdEvent(event) => Ok(known(event)),
        Envelope::CloudEvent(event) => Ok(Event {
            source: event.source,
            id: event.id,
            at: event.at.ok_or(ReadError::Missing("time"))?,
            kind: Kind::Other(event.kind),
        }),
    }
}

fn known(event: CdEvent<'_>) -> Event<Text<'_>> {
    let fact = Family::of(&event.kind)
        .zip(event.subject)
        .and_then(|(family, subject)| {
            let facts = Facts::of(event.content, event.custom);
            fact(family, subject, &event.id, &facts)
        });
    Event {
        kind: fact.unwrap_or(Kind::Other(event.kind)),
        source: event.source,
        id: event.id,
        at: event.at,
    }
}

/// `None` where the event lacks what makes it a fact of its family.
fn fact<'a>(
    family: Family,
    subject: Text<'a>,
    id: &Text<'a>,
    facts: &Facts<'a>,
) -> Option<Kind<Text<'a>>> {
    Some(match family {
        Family::Commit => Kind::Commit(commit(subject, facts)),
        Family::Change(phase) => Kind::Change(change(phase, subject, facts)),
        Family::Run(kind, phase) => Kind::Run(run(kind, phase, subject, facts)),
        Family::Artifact(phase) => Kind::Artifact(artifact(phase, subject, facts)),
        Family::Scan => Kind::Scan(scan(subject, facts)),
        Family::Gate(phase) => Kind::Gate(gate(phase, subject, facts)),
        Family::Deployment(phase) => Kind::Deployment(deployment(phase, subject, facts)),
        Family::Service(verb) => Kind::Deployment(service(verb, subject, id.clone(), facts)),
        Family::Incident(phase) => Kind::Incident(incident(phase, subject, facts)),
        Family::Ticket(phase) => Kind::Ticket(ticket(phase, subject, facts)),
        Family::Tag(phase) => Kind::Tag(tag(phase, subject, facts)),
        Family::Branch => Kind::Branch(branch(subject, facts)),
        Family::Mark => Kind::Mark(mark(subject, facts)?),
        Family::Component => Kind::Component(component(subject, facts)),
    })
}

fn commit<'a>(sha: Text<'a>, facts: &Facts<'a>) -> Commit<Text<'a>> {
    Commit {
        sha,
        repository: facts.text("repository"),
        author: facts.text("author"),
        message: facts.text("message"),
        change: facts.text("change"),
        artifact: facts.text("artifactId"),
        parents: facts.known("parents"),
        paths: facts.known("paths"),
        committed: facts.time("committed"),
    }
}

fn change<'a>(phase: ChangePhase, change: Text<'a>, facts: &Facts<'a>) -> Change<Text<'a>> {
    Change {
        change,
        repository: facts.text("repository"),
        title: facts
            .text("title")
            .or_else(|| facts.text("description").and_then(first_line)),
        author: facts.text("author"),
        url: facts.first(&["url", "uri"]),
        branch: facts.text("branch"),
        head: facts.text("headSha"),
        reviewer: facts.text("reviewer"),
        sha: facts.text("sha"),
        commits: facts.list("commits"),
        labels: facts.list("labels"),
        tickets: facts.list("tickets"),
        reviewers: facts.list("reviewers"),
        phase,
        state: facts.text("state").map(|word| words::review(&word)),
        bot: facts.flag("bot").unwrap_or(false),
        draft: facts.flag("draft"),
    }
}

fn first_line(text: Text<'_>) -> Option<Text<'_>> {
    let line = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.lines().next()?.trim()),
        Cow::Owned(text) => Cow::Owned(text.lines().next()?.trim().to_owned()),
    };
    Some(line).filter(|line| !line.is_empty())
}

fn run<'a>(kind: RunKind, phase: Phase, run: Text<'a>, facts: &Facts<'a>) -> Run<Text<'a>> {
    Run {
        run,
        name: match kind {
            RunKind::Pipeline => facts.text("pipelineName"),
            RunKind::Task => facts.text("taskName"),
            RunKind::Test => facts
                .inside("testSuite", "name")
                .or_else(|| facts.text("testSuite")),
            RunKind::Build => facts.text("name"),
        },
        url: facts.first(&["uri", "url"]),
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        artifact: facts.text("artifactId"),
        step: facts.text("step"),
        environment: facts.text("environment"),
        branch: facts.text("branch"),
        kind,
        phase,
        outcome: outcome(facts),
        attempt: facts.count("attempt"),
    }
}

fn outcome(facts: &Facts<'_>) -> Option<Outcome> {
    facts
        .first(&["outcome", "conclusion"])
        .map(|word| words::outcome(&word))
}

fn artifact<'a>(phase: ArtifactPhase, artifact: Text<'a>, facts: &Facts<'a>) -> Artifact<Text<'a>> {
    let (mut version, mut digest) = (facts.text("version"), facts.text("digest"));
    if version.is_none() || digest.is_none() {
        let named = purl::named(&artifact);
        version = version.or_else(|| named.version.map(owned));
        digest = digest.or_else(|| named.digest.map(owned));
    }
    Artifact {
        artifact,
        change: facts.text("change"),
        sbom: facts.inside("sbom", "uri").or_else(|| facts.text("sbom")),
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        version,
        digest,
        phase,
    }
}

fn owned<'b>(text: Text<'_>) -> Text<'b> {
    Cow::Owned(text.into_owned())
}

fn scan<'a>(scan: Text<'a>, facts: &Facts<'a>) -> Scan<Text<'a>> {
    Scan {
        scan,
        artifact: facts.text("artifactId"),
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        tool: facts.text("tool"),
        url: facts.first(&["uri", "url"]),
        suppressed: facts.list("suppressed"),
        outcome: outcome(facts),
        counts: facts.find("counts", severities),
    }
}

/// How many findings there are of each severity; one that is not named has none. `None` where one is no count: that is no reason to call it none.
fn severities(raw: &RawValue) -> Option<Severities> {
    if !raw.get().starts_with('{') {
        return None;
    }
    let counts = Fields::of(Some(raw));
    let of = |severity| {
        let told = counts.get(severity).filter(|told| told.get() != "null");
        told.map_or(Some(0), count)
    };
    Some(Severities {
        critical: of("critical")?,
        high: of("high")?,
        medium: of("medium")?,
        low: of("low")?,
    })
}

fn gate<'a>(phase: GatePhase, gate: Text<'a>, facts: &Facts<'a>) -> Gate<Text<'a>> {
    Gate {
        gate,
        name: facts.text("gate"),
        requestor: facts.text("requestor"),
        responder: facts.text("responder"),
        url: facts.first(&["approvalDetailsUrl", "url"]),
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        artifact: facts.text("artifactId"),
        version: facts.text("version"),
        service: facts.text("service"),
        environment: facts.text("environment"),
        comment: facts.text("comment"),
        approvers: facts.list("approvers"),
        changes: facts.list("changes"),
        phase,
        decision: decision(phase, facts),
        may_decide: facts.flag("mayDecide"),
    }
}

/// `decision` is what the last one said, `status` what became of the gate: once it is closed, the status goes first.
fn decision(phase: GatePhase, facts: &Facts<'_>) -> Option<Decision> {
    let said = facts.text("decision").map(|word| words::decision(&word));
    let status = facts.text("status").map(|word| words::decision(&word));
    let (first, second) = match phase {
        GatePhase::Closed => (status, said),
        GatePhase::Created | GatePhase::Updated => (said, status),
    };
    match first {
        None | Some(Decision::Other) => second.or(first),
        Some(_) => first,
    }
}

fn deployment<'a>(phase: Phase, record: Text<'a>, facts: &Facts<'a>) -> Deployment<Text<'a>> {
    Deployment {
        record,
        deployment: facts.text("deployment"),
        service: facts.text("service"),
        environment: facts.text("environment"),
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        artifact: facts.text("artifactId"),
        version: facts.text("version"),
        pipeline: facts.text("pipeline"),
        slot: facts.text("slot"),
        url: facts.first(&["url", "uri"]),
        commits: facts.known("commits"),
        phase,
        outcome: outcome(facts),
        unplanned: facts.flag("unplanned").unwrap_or(false),
        started: facts.time("started"),
        rollback: facts.flag("rollback").unwrap_or(false),
        removed: facts.flag("removed").unwrap_or(false),
    }
}

/// CDEvents speaks of a service once it is there: a finished, successful deployment, whose record is the event itself.
fn service<'a>(
    verb: ServiceVerb,
    service: Text<'a>,
    id: Text<'a>,
    facts: &Facts<'a>,
) -> Deployment<Text<'a>> {
    let said = deployment(Phase::Finished, id, facts);
    Deployment {
        service: Some(service),
        outcome: Some(Outcome::Success),
        rollback: said.rollback || verb == ServiceVerb::RolledBack,
        removed: said.removed || verb == ServiceVerb::Removed,
        ..said
    }
}

fn incident<'a>(phase: IncidentPhase, incident: Text<'a>, facts: &Facts<'a>) -> Incident<Text<'a>> {
    Incident {
        incident,
        service: facts.text("service"),
        environment: facts.text("environment"),
        description: facts.text("description"),
        url: facts.first(&["ticketURI", "url", "uri"]),
        severity: facts.text("severity"),
        artifact: facts.text("artifactId"),
        deployment: facts.text("deployment"),
        sha: facts.text("sha"),
        change: facts.text("change"),
        acknowledged_by: facts.text("acknowledgedBy"),
        phase,
        acknowledged: facts.time("acknowledged"),
    }
}

fn ticket<'a>(phase: TicketPhase, ticket: Text<'a>, facts: &Facts<'a>) -> Ticket<Text<'a>> {
    Ticket {
        ticket,
        summary: facts.text("summary"),
        url: facts.first(&["uri", "url"]),
        kind: facts.text("ticketType"),
        labels: facts.list("labels"),
        changes: facts.list("changes"),
        phase,
    }
}

fn component<'a>(component: Text<'a>, facts: &Facts<'a>) -> Component<Text<'a>> {
    Component {
        component,
        service: facts.text("service"),
        repository: facts.text("repository"),
        team: facts.text("team"),
        system: facts.text("system"),
        lifecycle: facts.text("lifecycle"),
        title: facts.text("title"),
        url: facts.first(&["uri", "url"]),
    }
}

fn tag<'a>(phase: TagPhase, tag: Text<'a>, facts: &Facts<'a>) -> Tag<Text<'a>> {
    Tag {
        tag,
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        url: facts.first(&["url", "uri"]),
        phase,
        release: facts.flag("release").unwrap_or(false),
        prerelease: facts.flag("prerelease").unwrap_or(false),
    }
}

fn branch<'a>(branch: Text<'a>, facts: &Facts<'a>) -> Branch<Text<'a>> {
    Branch {
        branch,
        repository: facts.text("repository"),
        sha: facts.text("sha"),
        target: facts.flag("target").unwrap_or(false),
    }
}

/// A mark on nothing marks nothing.
fn mark<'a>(mark: Text<'a>, facts: &Facts<'a>) -> Option<Mark<Text<'a>>> {
    Some(Mark {
        mark,
        target: facts.text("target")?,
        deployment: facts.text("deployment"),
        by: facts.text("by"),
        reason: facts.text("reason"),
        service: facts.text("service"),
        environment: facts.text("environment"),
        kind: facts
            .text("kind")
            .map(|word| words::mark(&word))
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_that_cannot_be_counted_are_not_none() {
        let counts = |json: &str| severities(serde_json::from_str(json).unwrap());
        let found = |critical, high| Severities {
            critical,
            high,
            ..Severities::default()
        };
        assert_eq!(counts("{}"), Some(found(0, 0)));
        assert_eq!(counts(r#"{"critical":null,"high":1.0}"#), Some(found(0, 1)));
        assert_eq!(counts(r#"{"critical":1e30}"#), Some(found(u32::MAX, 0)));
        for unread in [r#"{"critical":"some"}"#, r#"{"critical":-1}"#, "[]", "3"] {
            assert_eq!(counts(unread), None, "{unread}");
        }
    }
}
