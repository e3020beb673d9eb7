//! The types of event that leadtime reads facts from, and how each is written. A type ends in a version, which says nothing here: the part
//! before it decides. `dev.cdevents.` and `dev.cdeventsx.leadtime-` are the same to the reader, so that a type that a later CDEvents takes up is
//! known by both names.

use crate::event::kind::{
    ArtifactPhase, ChangePhase, GatePhase, IncidentPhase, Phase, RunKind, TagPhase, TicketPhase,
};

/// What a service event says of a service in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServiceVerb {
    /// Deployed, upgraded or published: it is there now.
    Deployed,
    RolledBack,
    Removed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Commit,
    Change(ChangePhase),
    Run(RunKind, Phase),
    Artifact(ArtifactPhase),
    Scan,
    Gate(GatePhase),
    Deployment(Phase),
    Service(ServiceVerb),
    Incident(IncidentPhase),
    Ticket(TicketPhase),
    Tag(TagPhase),
    Branch,
    Mark,
    Component,
}

impl Family {
    /// The family of a type; `None` where leadtime needs nothing of it.
    pub fn of(kind: &str) -> Option<Self> {
        let rest = kind
            .strip_prefix("dev.cdevents.")
            .or_else(|| kind.strip_prefix("dev.cdeventsx.leadtime-"))?;
        let (subject, rest) = rest.split_once('.')?;
        let predicate = rest
            .split_once('.')
            .map_or(rest, |(predicate, _)| predicate);
        match subject {
            "pipelinerun" => phase(predicate).map(|phase| Self::Run(RunKind::Pipeline, phase)),
            "taskrun" => phase(predicate).map(|phase| Self::Run(RunKind::Task, phase)),
            "testsuiterun" => phase(predicate).map(|phase| Self::Run(RunKind::Test, phase)),
            "build" => phase(predicate).map(|phase| Self::Run(RunKind::Build, phase)),
            "deployment" => phase(predicate).map(Self::Deployment),
            _ => Self::of_thing(subject, predicate),
        }
    }

    fn of_thing(subject: &str, predicate: &str) -> Option<Self> {
        Some(match (subject, predicate) {
            ("commit", "created") => Self::Commit,
            ("tag", "created") => Self::Tag(TagPhase::Created),
            ("tag", "deleted") => Self::Tag(TagPhase::Deleted),
            ("branch", "updated") => Self::Branch,
            ("mark", "created") => Self::Mark,
            ("component", "described") => Self::Component,
            ("scan", "finished") => Self::Scan,
            ("change", "created") => Self::Change(ChangePhase::Created),
            ("change", "updated") => Self::Change(ChangePhase::Updated),
            ("change", "reviewed") => Self::Change(ChangePhase::Reviewed),
            ("change", "merged") => Self::Change(ChangePhase::Merged),
            ("change", "abandoned") => Self::Change(ChangePhase::Abandoned),
            ("artifact", "packaged") => Self::Artifact(ArtifactPhase::Packaged),
            ("artifact", "published") => Self::Artifact(ArtifactPhase::Published),
            ("artifact", "signed") => Self::Artifact(ArtifactPhase::Signed),
            ("artifact", "deleted") => Self::Artifact(ArtifactPhase::Deleted),
            ("approval", "created") => Self::Gate(GatePhase::Created),
            ("approval", "updated") => Self::Gate(GatePhase::Updated),
            ("approval", "closed") => Self::Gate(GatePhase::Closed),
            ("service", "deployed" | "upgraded" | "published") => {
                Self::Service(ServiceVerb::Deployed)
            }
            ("service", "rolledback") => Self::Service(ServiceVerb::RolledBack),
            ("service", "removed") => Self::Service(ServiceVerb::Removed),
            ("incident", "detected") => Self::Incident(IncidentPhase::Detected),
            ("incident", "reported") => Self::Incident(IncidentPhase::Reported),
            ("incident", "resolved") => Self::Incident(IncidentPhase::Resolved),
            ("ticket", "created") => Self::Ticket(TicketPhase::Created),
            ("ticket", "updated") => Self::Ticket(TicketPhase::Updated),
            ("ticket", "closed") => Self::Ticket(TicketPhase::Closed),
            _ => return None,
        })
    }
}

fn phase(predicate: &str) -> Option<Phase> {
    Some(match predicate {
        "queued" => Phase::Queued,
        "started" => Phase::Started,
        "finished" => Phase::Finished,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_of_a_type_is_the_type() {
        let merged = Some(Family::Change(ChangePhase::Merged));
        for version in ["", ".0.1.2", ".0.3.0", ".9.9.9-draft"] {
            assert_eq!(
                Family::of(&format!("dev.cdevents.change.merged{version}")),
                merged
            );
        }
        assert_eq!(
            Family::of("dev.cdeventsx.leadtime-approval.closed.0.1.0"),
            Family::of("dev.cdevents.approval.closed.0.1.0"),
        );
    }

    #[test]
    fn other_types_have_no_family() {
        for other in [
            "dev.cdevents.environment.created.0.3.0",
            "dev.cdevents.artifact.downloaded.0.2.0",
            "dev.cdevents.change",
            "dev.cdevents.build.paused.0.1.0",
            "dev.cdeventsx.mytool-change.merged.0.1.0",
            "com.example.change.merged",
            "",
        ] {
            assert_eq!(Family::of(other), None, "{other}");
        }
    }
}
