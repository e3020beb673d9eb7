//! An event into one line of CDEvents 0.5.1, family by family: `read(&write(event))` gives the event back, with two liberties: an empty text
//! comes back as absent, and an artifact's version and digest come back from its package URL where they were not given.
//!
//! Where the standard type demands what is not known, it gets `about:blank` or, where that is allowed, an empty text. What the standard type has
//! no field for goes into `customData`. What it cannot say at all (a test run that was skipped, a queued task) is written as leadtime's own type.

use serde_json::json;

use super::body::{Body, is_uri};
use super::line::line;
use super::words;
use crate::event::Event;
use crate::event::kind::{
    Artifact, ArtifactPhase, Branch, Change, ChangePhase, Commit, Component, Deployment, Gate,
    GatePhase, Incident, IncidentPhase, Kind, Mark, Outcome, Phase, Run, RunKind, Scan, Tag,
    TagPhase, Ticket, TicketPhase,
};

/// CDEvents demands a text that the event does not hold, and nobody reads back.
const UNKNOWN: &str = "unknown";

/// Writes an event as one line of JSON.
#[must_use]
pub fn write(event: &Event<String>) -> String {
    let (subject, body) = match &event.kind {
        Kind::Commit(fact) => (&fact.sha, commit(fact)),
        Kind::Change(fact) => (&fact.change, change(fact)),
        Kind::Run(fact) => (&fact.run, run(fact)),
        Kind::Artifact(fact) => (&fact.artifact, artifact(fact)),
        Kind::Scan(fact) => (&fact.scan, scan(fact)),
        Kind::Gate(fact) => (&fact.gate, gate(fact)),
        Kind::Deployment(fact) => (&fact.record, deployment(fact)),
        Kind::Incident(fact) => (&fact.incident, incident(fact)),
        Kind::Tag(fact) => (&fact.tag, tag(fact)),
        Kind::Branch(fact) => (&fact.branch, branch(fact)),
        Kind::Ticket(fact) => (&fact.ticket, ticket(fact)),
        Kind::Mark(fact) => (&fact.mark, mark(fact)),
        Kind::Component(fact) => (&fact.component, component(fact)),
        Kind::Other(kind) => (&event.id, Body::new(kind.clone())),
    };
    line(event, subject, &body)
}

fn commit(fact: &Commit<String>) -> Body {
    let mut body = Body::own("commit", "created");
    let content = &mut body.content;
    content.reference("repository", fact.repository.as_ref());
    content.known("parents", fact.parents.as_ref());
    content.text("author", fact.author.as_ref());
    content.text("message", fact.message.as_ref());
    content.text("change", fact.change.as_ref());
    content.known("paths", fact.paths.as_ref());
    if let Some(committed) = fact.committed {
        body.custom.put("committed", committed.to_string());
    }
    body.custom.text("artifactId", fact.artifact.as_ref());
    body
}

fn change(fact: &Change<String>) -> Body {
    let mut body = match fact.phase {
        ChangePhase::Created => Body::standard("change", "created", "0.4.0"),
        ChangePhase::Updated => Body::standard("change", "updated", "0.3.0"),
        ChangePhase::Reviewed => Body::standard("change", "reviewed", "0.3.0"),
        ChangePhase::Merged => Body::standard("change", "merged", "0.3.0"),
        ChangePhase::Abandoned => Body::standard("change", "abandoned", "0.3.0"),
    };
    body.content
        .reference("repository", fact.repository.as_ref());
    let custom = &mut body.custom;
    custom.text("title", fact.title.as_ref());
    custom.text("author", fact.author.as_ref());
    custom.text("url", fact.url.as_ref());
    custom.text("branch", fact.branch.as_ref());
    custom.text("headSha", fact.head.as_ref());
    custom.text("reviewer", fact.reviewer.as_ref());
    custom.text("sha", fact.sha.as_ref());
    custom.list("commits", &fact.commits);
    custom.list("labels", &fact.labels);
    custom.list("tickets", &fact.tickets);
    custom.list("reviewers", &fact.reviewers);
    if let Some(state) = fact.state {
        custom.put("state", words::of_review(state));
    }
    custom.flag("bot", fact.bot);
    if let Some(draft) = fact.draft {
        custom.put("draft", draft);
    }
    body
}

fn run(fact: &Run<String>) -> Body {
    let predicate = phase_word(fact.phase);
    // What CDEvents has a word for.
    let sayable = matches!(
        fact.outcome,
        Some(Outcome::Success | Outcome::Failure | Outcome::Cancelled)
    );
    let mut body = match (fact.kind, fact.phase) {
        (RunKind::Pipeline, _) => Body::standard("pipelinerun", predicate, "0.3.0"),
        (RunKind::Build, _) => Body::standard("build", predicate, "0.3.0"),
        (RunKind::Task, Phase::Queued) => Body::own("taskrun", predicate),
        (RunKind::Task, _) => Body::standard("taskrun", predicate, "0.3.0"),
        (RunKind::Test, Phase::Finished) if !sayable => Body::own("testsuiterun", predicate),
        (RunKind::Test, _) => Body::standard("testsuiterun", predicate, "0.3.0"),
    };
    run_content(&mut body, fact);
    let finished = fact.phase == Phase::Finished && fact.kind != RunKind::Build;
    if finished && sayable {
        body.content.outcome(fact.outcome);
    } else {
        body.custom.outcome(fact.outcome);
    }
    let custom = &mut body.custom;
    custom.text("repository", fact.repository.as_ref());
    custom.text("sha", fact.sha.as_ref());
    custom.text("step", fact.step.as_ref());
    custom.text("branch", fact.branch.as_ref());
    if let Some(attempt) = fact.attempt {
        custom.put("attempt", attempt);
    }
    body
}

/// What differs between the kinds of run: how the name is called, and which fields the standard type has.
fn run_content(body: &mut Body, fact: &Run<String>) {
    let name = fact.name.as_ref();
    let started_pipeline = fact.kind == RunKind::Pipeline && fact.phase == Phase::Started;
    match fact.kind {
        RunKind::Pipeline => {
            body.content.text("pipelineName", name);
            if started_pipeline && name.is_none_or(String::is_empty) {
                body.content.put("pipelineName", "");
            }
        }
        RunKind::Task => body.content.text("taskName", name),
        RunKind::Test => {
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                body.content
                    .put("testSuite", json!({ "id": name, "name": name }));
            }
        }
        RunKind::Build => body.custom.text("name", name),
    }
    match fact.kind {
        RunKind::Pipeline | RunKind::Task => {
            body.address("uri", fact.url.as_ref(), started_pipeline);
        }
        RunKind::Test | RunKind::Build => body.custom.text("uri", fact.url.as_ref()),
    }
    if fact.kind == RunKind::Test {
        body.content
            .demanded_reference("environment", fact.environment.as_ref());
    } else {
        body.custom.text("environment", fact.environment.as_ref());
    }
    if fact.kind == RunKind::Build && fact.phase == Phase::Finished {
        body.content.text("artifactId", fact.artifact.as_ref());
    } else {
        body.custom.text("artifactId", fact.artifact.as_ref());
    }
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Queued => "queued",
        Phase::Started => "started",
        Phase::Finished => "finished",
    }
}

fn artifact(fact: &Artifact<String>) -> Body {
    let mut body = match fact.phase {
        ArtifactPhase::Packaged => Body::standard("artifact", "packaged", "0.3.0"),
        ArtifactPhase::Published => Body::standard("artifact", "published", "0.3.0"),
        ArtifactPhase::Signed => Body::standard("artifact", "signed", "0.3.0"),
        ArtifactPhase::Deleted => Body::standard("artifact", "deleted", "0.2.0"),
    };
    let (change, sbom) = (fact.change.as_ref(), fact.sbom.as_ref());
    if fact.phase == ArtifactPhase::Packaged {
        body.content.demanded_reference("change", change);
    } else {
        body.custom.text("change", change);
    }
    match (fact.phase, sbom) {
        (ArtifactPhase::Packaged | ArtifactPhase::Published, Some(uri)) if is_uri(uri) => {
            body.content.put("sbom", json!({ "uri": uri }));
        }
        _ => body.custom.text("sbom", sbom),
    }
    if fact.phase == ArtifactPhase::Signed {
        body.content.put("signature", UNKNOWN);
    }
    let custom = &mut body.custom;
    custom.text("repository", fact.repository.as_ref());
    custom.text("sha", fact.sha.as_ref());
    custom.text("version", fact.version.as_ref());
    custom.text("digest", fact.digest.as_ref());
    body
}

fn scan(fact: &Scan<String>) -> Body {
    let mut body = Body::own("scan", "finished");
    let content = &mut body.content;
    content.text("artifactId", fact.artifact.as_ref());
    content.reference("repository", fact.repository.as_ref());
    content.text("sha", fact.sha.as_ref());
    content.text("tool", fact.tool.as_ref());
    content.text("uri", fact.url.as_ref());
    content.outcome(fact.outcome);
    if let Some(counts) = fact.counts {
        content.put(
            "counts",
            json!({
                "critical": counts.critical,
                "high": counts.high,
                "medium": counts.medium,
                "low": counts.low,
            }),
        );
    }
    content.list("suppressed", &fact.suppressed);
    body
}

fn gate(fact: &Gate<String>) -> Body {
    let mut body = match fact.phase {
        GatePhase::Created => Body::own("approval", "created"),
        GatePhase::Updated => Body::own("approval", "updated"),
        GatePhase::Closed => Body::own("approval", "closed"),
    };
    let content = &mut body.content;
    content.text("requestor", fact.requestor.as_ref());
    content.text("responder", fact.responder.as_ref());
    content.text("approvalDetailsUrl", fact.url.as_ref());
    if let Some(decision) = fact.decision {
        let word = words::of_decision(decision);
        content.put("decision", word);
        if fact.phase == GatePhase::Closed {
            content.put("status", word);
        }
    }
    let custom = &mut body.custom;
    custom.text("gate", fact.name.as_ref());
    custom.text("repository", fact.repository.as_ref());
    custom.text("sha", fact.sha.as_ref());
    custom.text("artifactId", fact.artifact.as_ref());
    custom.text("version", fact.version.as_ref());
    custom.text("service", fact.service.as_ref());
    custom.text("environment", fact.environment.as_ref());
    custom.text("comment", fact.comment.as_ref());
    custom.list("approvers", &fact.approvers);
    custom.list("changes", &fact.changes);
    if let Some(may) = fact.may_decide {
        custom.put("mayDecide", may);
    }
    body
}

fn deployment(fact: &Deployment<String>) -> Body {
    let mut body = Body::own("deployment", phase_word(fact.phase));
    let content = &mut body.content;
    content.text("deployment", fact.deployment.as_ref());
    content.text("service", fact.service.as_ref());
    content.text("environment", fact.environment.as_ref());
    content.text("repository", fact.repository.as_ref());
    content.text("sha", fact.sha.as_ref());
    content.text("artifactId", fact.artifact.as_ref());
    content.text("version", fact.version.as_ref());
    content.text("pipeline", fact.pipeline.as_ref());
    content.text("slot", fact.slot.as_ref());
    content.text("url", fact.url.as_ref());
    content.known("commits", fact.commits.as_ref());
    content.outcome(fact.outcome);
    content.flag("unplanned", fact.unplanned);
    content.flag("rollback", fact.rollback);
    content.flag("removed", fact.removed);
    if let Some(started) = fact.started {
        content.put("started", started.to_string());
    }
    body
}

fn incident(fact: &Incident<String>) -> Body {
    let mut body = match fact.phase {
        IncidentPhase::Detected => Body::standard("incident", "detected", "0.3.0"),
        IncidentPhase::Reported => Body::standard("incident", "reported", "0.3.0"),
        IncidentPhase::Resolved => Body::standard("incident", "resolved", "0.3.0"),
    };
    if fact.phase == IncidentPhase::Reported {
        body.address("ticketURI", fact.url.as_ref(), true);
    } else {
        body.custom.text("ticketURI", fact.url.as_ref());
    }
    let content = &mut body.content;
    content.demanded_reference("environment", fact.environment.as_ref());
    content.reference("service", fact.service.as_ref());
    content.text("description", fact.description.as_ref());
    content.text("artifactId", fact.artifact.as_ref());
    let custom = &mut body.custom;
    custom.text("severity", fact.severity.as_ref());
    custom.text("deployment", fact.deployment.as_ref());
    custom.text("sha", fact.sha.as_ref());
    custom.text("change", fact.change.as_ref());
    if let Some(at) = fact.acknowledged {
        custom.put("acknowledged", at.to_string());
    }
    custom.text("acknowledgedBy", fact.acknowledged_by.as_ref());
    body
}

fn component(fact: &Component<String>) -> Body {
    let mut body = Body::own("component", "described");
    let content = &mut body.content;
    content.reference("repository", fact.repository.as_ref());
    content.reference("service", fact.service.as_ref());
    content.text("team", fact.team.as_ref());
    content.text("system", fact.system.as_ref());
    content.text("lifecycle", fact.lifecycle.as_ref());
    content.text("title", fact.title.as_ref());
    content.text("url", fact.url.as_ref());
    body
}

fn ticket(fact: &Ticket<String>) -> Body {
    let mut body = match fact.phase {
        TicketPhase::Created => Body::standard("ticket", "created", "0.2.0"),
        TicketPhase::Updated => Body::standard("ticket", "updated", "0.2.0"),
        TicketPhase::Closed => Body::standard("ticket", "closed", "0.2.0"),
    };
    body.address("uri", fact.url.as_ref(), true);
    let content = &mut body.content;
    match fact.phase {
        TicketPhase::Created => {
            content.put("summary", "");
            content.put("creator", UNKNOWN);
        }
        TicketPhase::Updated => {}
        TicketPhase::Closed => content.put("resolution", UNKNOWN),
    }
    content.text("summary", fact.summary.as_ref());
    content.text("ticketType", fact.kind.as_ref());
    content.list("labels", &fact.labels);
    body.custom.list("changes", &fact.changes);
    body
}

fn tag(fact: &Tag<String>) -> Body {
    let predicate = match fact.phase {
        TagPhase::Created => "created",
        TagPhase::Deleted => "deleted",
    };
    let mut body = Body::own("tag", predicate);
    let content = &mut body.content;
    content.reference("repository", fact.repository.as_ref());
    content.text("sha", fact.sha.as_ref());
    content.text("url", fact.url.as_ref());
    content.flag("release", fact.release);
    content.flag("prerelease", fact.prerelease);
    body
}

fn branch(fact: &Branch<String>) -> Body {
    let mut body = Body::own("branch", "updated");
    let content = &mut body.content;
    content.reference("repository", fact.repository.as_ref());
    content.text("sha", fact.sha.as_ref());
    content.flag("target", fact.target);
    body
}

fn mark(fact: &Mark<String>) -> Body {
    let mut body = Body::own("mark", "created");
    let content = &mut body.content;
    content.put("kind", words::of_mark(fact.kind));
    content.put("target", fact.target.as_str());
    content.text("deployment", fact.deployment.as_ref());
    content.text("by", fact.by.as_ref());
    content.text("reason", fact.reason.as_ref());
    content.text("service", fact.service.as_ref());
    content.text("environment", fact.environment.as_ref());
    body
}
