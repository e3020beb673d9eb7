//! What an event says, in words: a sentence for people, with who and what it is about. Everything in it comes from outside; a [`Line`] cleans it.

mod named;

pub use named::{about, by, link, subject};

use super::glyph;
use super::sheet::Line;
use super::text::short;
use crate::event::Event;
use crate::event::kind::{
    Artifact, ArtifactPhase, Change, ChangePhase, Commit, Decision, Deployment, Gate, GatePhase,
    Incident, IncidentPhase, Kind, Mark, MarkKind, Outcome, Phase, ReviewState, Run, RunKind, Scan,
    Tag, TagPhase, Ticket, TicketPhase,
};
use crate::theme::Role;

/// A sentence: a sign for how grave it is, what happened, and in the background what makes it plain.
#[must_use]
pub fn happening(event: &Event<String>) -> Line {
    match &event.kind {
        Kind::Commit(fact) => commit(fact),
        Kind::Change(fact) => change(fact),
        Kind::Run(fact) => run(fact),
        Kind::Artifact(fact) => artifact(fact),
        Kind::Scan(fact) => scan(fact),
        Kind::Gate(fact) => gate(fact),
        Kind::Deployment(fact) => deployment(fact),
        Kind::Incident(fact) => incident(fact),
        Kind::Tag(fact) => tag(fact),
        Kind::Branch(fact) => {
            let line = plain(&format!("branch {}", fact.branch));
            with(line, " ends at ", fact.sha.as_deref().map(short))
        }
        Kind::Ticket(fact) => ticket(fact),
        Kind::Mark(fact) => mark(fact),
        Kind::Component(fact) => {
            let line = plain(&format!("component {}", fact.component));
            with(line, " is of ", fact.team.as_deref())
        }
        Kind::Other(kind) => {
            let line = Line::of(Role::Dim, "· a type of event that leadtime does not read");
            with(line, ": ", Some(kind))
        }
    }
}

/// The family of an event, and what happened in it: both are what `type:` finds.
#[must_use]
pub fn kind(event: &Event<String>) -> (&'static str, &'static str) {
    match &event.kind {
        Kind::Commit(_) => ("commit", "created"),
        Kind::Change(fact) => ("change", change_word(fact)),
        Kind::Run(fact) => (run_noun(fact.kind), ran(fact.phase, fact.outcome)),
        Kind::Artifact(fact) => ("artifact", artifact_word(fact.phase)),
        Kind::Scan(fact) => ("scan", ran(Phase::Finished, fact.outcome)),
        Kind::Gate(fact) => ("gate", gate_word(fact)),
        Kind::Deployment(fact) => ("deployment", deployment_word(fact)),
        Kind::Incident(fact) => ("incident", incident_word(fact)),
        Kind::Tag(fact) if fact.phase == TagPhase::Deleted => ("tag", "deleted"),
        Kind::Tag(fact) if fact.release => ("tag", "release"),
        Kind::Tag(_) => ("tag", "created"),
        Kind::Branch(_) => ("branch", "updated"),
        Kind::Ticket(fact) => ("ticket", ticket_word(fact.phase)),
        Kind::Mark(fact) => ("mark", mark_word(fact.kind)),
        Kind::Component(_) => ("component", "described"),
        Kind::Other(_) => ("other", "unread"),
    }
}

/// A sentence about nothing grave.
fn plain(words: &str) -> Line {
    Line::of(Role::Dim, "· ").with(Role::Text, words)
}

fn marked(role: Role, sign: &str, words: &str) -> Line {
    Line::of(role, format!("{sign} ")).with(role, words)
}

/// The sentence with something behind it, where that is known.
fn with(mut line: Line, before: &str, text: Option<&str>) -> Line {
    if let Some(text) = text {
        line.push(Role::Dim, format!("{before}{text}"));
    }
    line
}

fn by_whom(line: Line, who: Option<&str>) -> Line {
    match who {
        Some(who) => line.with(Role::Text, format!(" by {who}")),
        None => line,
    }
}

fn commit(fact: &Commit<String>) -> Line {
    let line = plain(&format!("commit {}", short(&fact.sha)));
    let line = by_whom(line, fact.author.as_deref());
    with(line, ": ", fact.message.as_deref())
}

/// `#412` of `acme/checkout#412`: which repository it is of stands beside it.
fn number(change: &str) -> &str {
    match change.rfind('#') {
        Some(at) if at + 1 < change.len() => &change[at..],
        _ => change,
    }
}

fn change_word(fact: &Change<String>) -> &'static str {
    match (fact.phase, fact.state) {
        (ChangePhase::Created, _) => "opened",
        (ChangePhase::Updated, _) => "updated",
        (ChangePhase::Merged, _) => "merged",
        (ChangePhase::Abandoned, _) => "abandoned",
        (ChangePhase::Reviewed, Some(ReviewState::Approved)) => "approved",
        (ChangePhase::Reviewed, Some(ReviewState::ChangesRequested)) => "sent back",
        (ChangePhase::Reviewed, Some(ReviewState::Commented)) => "commented on",
        (ChangePhase::Reviewed, Some(ReviewState::Other) | None) => "reviewed",
    }
}

fn change(fact: &Change<String>) -> Line {
    let draft = fact.draft == Some(true) && fact.phase == ChangePhase::Created;
    let as_draft = if draft { " as a draft" } else { "" };
    let words = format!("{} {}{as_draft}", number(&fact.change), change_word(fact));
    let line = match (fact.phase, fact.state) {
        (ChangePhase::Merged, _) | (_, Some(ReviewState::Approved)) => {
            marked(Role::Good, glyph::GOOD, &words)
        }
        (_, Some(ReviewState::ChangesRequested)) => marked(Role::Warning, "!", &words),
        _ => plain(&words),
    };
    let line = match fact.phase {
        ChangePhase::Reviewed => by_whom(line, fact.reviewer.as_deref()),
        ChangePhase::Created | ChangePhase::Updated => by_whom(line, fact.author.as_deref()),
        ChangePhase::Merged | ChangePhase::Abandoned => line,
    };
    let line = with(line, ": ", fact.title.as_deref());
    match fact.phase {
        ChangePhase::Merged | ChangePhase::Abandoned => with(line, ", of ", fact.author.as_deref()),
        _ => line,
    }
}

const fn run_noun(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Pipeline => "run",
        RunKind::Task => "task",
        RunKind::Test => "test",
        RunKind::Build => "build",
    }
}

const fn ran(phase: Phase, outcome: Option<Outcome>) -> &'static str {
    match (phase, outcome) {
        (Phase::Queued, _) => "queued",
        (Phase::Started, _) => "started",
        (Phase::Finished, Some(Outcome::Success)) => "passed",
        (Phase::Finished, Some(Outcome::Failure)) => "failed",
        (Phase::Finished, Some(Outcome::Cancelled)) => "cancelled",
        (Phase::Finished, Some(Outcome::Skipped)) => "skipped",
        (Phase::Finished, Some(Outcome::Other) | None) => "finished",
    }
}

/// A sentence, as grave as how it ended.
fn ended(phase: Phase, outcome: Option<Outcome>, words: &str) -> Line {
    match (phase, outcome) {
        (Phase::Finished, Some(Outcome::Success)) => {
            Line::of(Role::Good, format!("{} ", glyph::GOOD)).with(Role::Text, words)
        }
        (Phase::Finished, Some(Outcome::Failure)) => marked(Role::Bad, glyph::BAD, words),
        (Phase::Started, _) => {
            Line::of(Role::Process, format!("{} ", glyph::ARROW)).with(Role::Text, words)
        }
        _ => plain(words),
    }
}

fn run(fact: &Run<String>) -> Line {
    let name = fact.name.as_deref().unwrap_or(&fact.run);
    let (noun, verb) = (run_noun(fact.kind), ran(fact.phase, fact.outcome));
    let words = if name == noun {
        format!("{noun} {verb}")
    } else {
        format!("{noun} {name} {verb}")
    };
    let line = ended(fact.phase, fact.outcome, &words);
    let attempt = fact.attempt.filter(|attempt| *attempt > 1);
    let again = attempt.map(|attempt| format!("(attempt {attempt})"));
    let line = with(line, " ", again.as_deref());
    let line = with(line, " in ", fact.environment.as_deref());
    let line = with(line, " on ", fact.branch.as_deref());
    with(line, " at ", fact.sha.as_deref().map(short))
}

/// The name of an artifact within its package URL.
fn package(artifact: &str) -> &str {
    let bare = artifact.split(['?', '#']).next().unwrap_or(artifact);
    let last = bare.rsplit('/').next().unwrap_or(bare);
    last.split('@').next().unwrap_or(last)
}

const fn artifact_word(phase: ArtifactPhase) -> &'static str {
    match phase {
        ArtifactPhase::Packaged => "packaged",
        ArtifactPhase::Published => "published",
        ArtifactPhase::Signed => "signed",
        ArtifactPhase::Deleted => "deleted",
    }
}

fn artifact(fact: &Artifact<String>) -> Line {
    let version = fact.version.as_deref().or(fact.digest.as_deref());
    let version = version.map_or_else(String::new, |version| format!(" {}", short(version)));
    let (name, verb) = (package(&fact.artifact), artifact_word(fact.phase));
    let line = plain(&format!("artifact {name}{version} {verb}"));
    with(line, " from ", fact.sha.as_deref().map(short))
}

fn scan(fact: &Scan<String>) -> Line {
    let verb = ran(Phase::Finished, fact.outcome);
    let tool = fact.tool.as_deref().unwrap_or("a");
    let line = ended(
        Phase::Finished,
        fact.outcome,
        &format!("{tool} scan {verb}"),
    );
    let line = match fact.counts {
        Some(counts) => {
            let grave = [
                (counts.critical, "critical"),
                (counts.high, "high"),
                (counts.medium, "medium"),
                (counts.low, "low"),
            ];
            let found: Vec<String> = grave
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            let found = if found.is_empty() {
                "nothing found".to_owned()
            } else {
                found.join(", ")
            };
            with(line, ": ", Some(&found))
        }
        None => line,
    };
    with(line, ", of ", fact.artifact.as_deref().map(package))
}

const fn gate_word(fact: &Gate<String>) -> &'static str {
    match (fact.phase, fact.decision) {
        (GatePhase::Created, _) => "opened",
        (GatePhase::Updated, _) => "updated",
        (GatePhase::Closed, Some(Decision::Approved)) => "approved",
        (GatePhase::Closed, Some(Decision::Rejected)) => "rejected",
        (GatePhase::Closed, Some(Decision::Cancelled)) => "cancelled",
        (GatePhase::Closed, Some(Decision::Expired)) => "expired",
        (GatePhase::Closed, Some(Decision::Other) | None) => "closed",
    }
}

fn gate(fact: &Gate<String>) -> Line {
    let names = [&fact.name, &fact.environment];
    let name = names.into_iter().find_map(Option::as_deref);
    let name = name.unwrap_or(&fact.gate);
    let words = format!("gate {name} {}", gate_word(fact));
    let line = match (fact.phase, fact.decision) {
        (GatePhase::Closed, Some(Decision::Approved)) => marked(Role::Good, glyph::GOOD, &words),
        (GatePhase::Closed, Some(Decision::Rejected | Decision::Expired)) => {
            marked(Role::Bad, glyph::BAD, &words)
        }
        (GatePhase::Created, _) => marked(Role::Gate, glyph::GATE, &words),
        _ => plain(&words),
    };
    let line = match fact.phase {
        GatePhase::Created => with(line, ", asked by ", fact.requestor.as_deref()),
        GatePhase::Updated | GatePhase::Closed => by_whom(line, fact.responder.as_deref()),
    };
    let what = [&fact.version, &fact.sha];
    let what = what.into_iter().find_map(Option::as_deref);
    let line = with(line, " for ", what.map(short));
    with(line, ": ", fact.comment.as_deref())
}

const fn deployment_word(fact: &Deployment<String>) -> &'static str {
    if fact.removed {
        return "removed";
    }
    match (fact.phase, fact.outcome) {
        (Phase::Finished, Some(Outcome::Success)) if fact.rollback => "rolled back",
        (Phase::Finished, Some(Outcome::Success)) => "deployed",
        (phase, outcome) => ran(phase, outcome),
    }
}

fn deployment(fact: &Deployment<String>) -> Line {
    let to = fact.environment.as_deref().unwrap_or("somewhere");
    let what = [&fact.version, &fact.sha].into_iter();
    let what = what.flatten().next().map(|what| short(what));
    let what = what.or_else(|| fact.artifact.as_deref().map(package));
    let what = what.unwrap_or("something");
    let is_done = fact.phase == Phase::Finished && fact.outcome == Some(Outcome::Success);
    let line = if fact.removed {
        plain(&format!("removed from {to}"))
    } else if fact.rollback && is_done {
        marked(Role::Warning, "!", &format!("rolled {to} back to {what}"))
    } else if is_done {
        marked(Role::Good, glyph::GOOD, &format!("deployed {what} to {to}"))
    } else {
        let verb = deployment_word(fact);
        let noun = if fact.rollback {
            "rollback"
        } else {
            "deployment"
        };
        let words = format!("{noun} of {what} to {to} {verb}");
        ended(fact.phase, fact.outcome, &words)
    };
    let line = with(line, ", slot ", fact.slot.as_deref());
    let unplanned = fact.unplanned.then_some("unplanned");
    with(line, ", ", unplanned)
}

const fn incident_word<T>(fact: &Incident<T>) -> &'static str {
    match fact.phase {
        IncidentPhase::Detected if fact.acknowledged.is_some() => "acknowledged",
        IncidentPhase::Detected => "opened",
        IncidentPhase::Reported => "reported",
        IncidentPhase::Resolved => "resolved",
    }
}

fn incident(fact: &Incident<String>) -> Line {
    let words = format!("incident {} {}", fact.incident, incident_word(fact));
    let line = match fact.phase {
        IncidentPhase::Resolved => marked(Role::Good, glyph::GOOD, &words),
        _ if fact.acknowledged.is_some() => marked(Role::Warning, "!", &words),
        IncidentPhase::Detected | IncidentPhase::Reported => marked(Role::Bad, glyph::BAD, &words),
    };
    let line = with(line, " by ", fact.acknowledged_by.as_deref());
    let line = with(line, ", ", fact.severity.as_deref());
    let line = with(line, " in ", fact.environment.as_deref());
    with(line, ": ", fact.description.as_deref())
}

fn tag(fact: &Tag<String>) -> Line {
    if fact.phase == TagPhase::Deleted {
        let line = plain(&format!("tag {} deleted", fact.tag));
        return with(line, " that was at ", fact.sha.as_deref().map(short));
    }
    let words = match (fact.release, fact.prerelease) {
        (true, true) => format!("prerelease {} published", fact.tag),
        (true, false) => format!("release {} published", fact.tag),
        (false, _) => format!("tag {}", fact.tag),
    };
    with(plain(&words), " at ", fact.sha.as_deref().map(short))
}

const fn ticket_word(phase: TicketPhase) -> &'static str {
    match phase {
        TicketPhase::Created => "created",
        TicketPhase::Updated => "updated",
        TicketPhase::Closed => "closed",
    }
}

fn ticket(fact: &Ticket<String>) -> Line {
    let words = format!("ticket {} {}", fact.ticket, ticket_word(fact.phase));
    with(plain(&words), ": ", fact.summary.as_deref())
}

const fn mark_word(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::IncidentLink => "linked",
        MarkKind::Unplanned => "unplanned",
        MarkKind::Failed => "failed",
        MarkKind::Hold => "hold",
        MarkKind::ReleaseHold => "released",
        MarkKind::Ignore => "ignore",
        MarkKind::Override => "override",
        MarkKind::Other => "other",
    }
}

fn mark(fact: &Mark<String>) -> Line {
    let target = short(&fact.target);
    let line = match fact.kind {
        MarkKind::Hold => marked(Role::Warning, glyph::LOCK, &format!("{target} is held")),
        MarkKind::ReleaseHold => plain(&format!("{target} is held no longer")),
        MarkKind::Unplanned => plain(&format!("{target} marked as unplanned")),
        MarkKind::Failed => marked(Role::Bad, glyph::BAD, &format!("{target} marked as failed")),
        MarkKind::Ignore => plain(&format!("{target} marked to be ignored")),
        MarkKind::Override => {
            let why = fact.reason.as_deref().unwrap_or("a rule");
            marked(
                Role::Warning,
                "!",
                &format!("set aside for {target}: {why}"),
            )
        }
        MarkKind::IncidentLink => match fact.deployment.as_deref() {
            Some(deployment) => plain(&format!("{target} linked to deployment {deployment}")),
            None => plain(&format!("{target} linked to no deployment")),
        },
        MarkKind::Other => plain(&format!("a mark on {target}")),
    };
    let line = by_whom(line, fact.by.as_deref());
    with(line, ": ", fact.reason.as_deref())
}

#[cfg(test)]
mod tests;
