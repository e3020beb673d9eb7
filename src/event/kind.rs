//! The kinds of fact that leadtime knows, one struct a family, generic over how a text is held: `Event<String>` where an event is made or read,
//! `Event<Name>` where many of them are kept. Field by field this is the table of `docs/events.md`. An absent fact is `None` or an empty list,
//! never an empty text.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// A list that takes one word where it stands. Most lists of most facts are empty, and millions of facts are kept.
pub type List<T> = thin_vec::ThinVec<T>;

/// Turns every text of a value into another kind of text: how facts are interned, and merged.
pub trait MapText<T, U> {
    type Output;
    fn map_text(&self, turn: &mut impl FnMut(&T) -> U) -> Self::Output;
}

/// Defines a family: its struct, and how its texts are turned. Fields are grouped by how they hold text; `plain` fields hold none.
macro_rules! family {
    (
        $(#[$doc:meta])*
        $name:ident {
            $(text { $($(#[$t_doc:meta])* $t:ident,)+ })?
            $(optional { $($(#[$o_doc:meta])* $o:ident,)+ })?
            $(list { $($(#[$l_doc:meta])* $l:ident,)+ })?
            $(optional_list { $($(#[$ol_doc:meta])* $ol:ident,)+ })?
            $(plain { $($(#[$p_doc:meta])* $p:ident: $p_type:ty,)+ })?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name<T> {
            $($($(#[$t_doc])* pub $t: T,)+)?
            $($($(#[$o_doc])* pub $o: Option<T>,)+)?
            $($($(#[$l_doc])* pub $l: List<T>,)+)?
            $($($(#[$ol_doc])* pub $ol: Option<List<T>>,)+)?
            $($($(#[$p_doc])* pub $p: $p_type,)+)?
        }

        impl<T, U> MapText<T, U> for $name<T> {
            type Output = $name<U>;
            fn map_text(&self, turn: &mut impl FnMut(&T) -> U) -> $name<U> {
                $name {
                    $($($t: turn(&self.$t),)+)?
                    $($($o: self.$o.as_ref().map(&mut *turn),)+)?
                    $($($l: self.$l.iter().map(&mut *turn).collect(),)+)?
                    $($($ol: self.$ol.as_ref().map(|list| list.iter().map(&mut *turn).collect()),)+)?
                    $($($p: self.$p,)+)?
                }
            }
        }
    };
}

/// How a thing that runs ended. `Other` is a word that leadtime does not know; the event itself keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    Success,
    Failure,
    /// Stopped by somebody or something before it could succeed or fail.
    Cancelled,
    Skipped,
    #[default]
    Other,
}

/// Where in its life a thing that runs (a run, a deployment) is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    Queued,
    Started,
    #[default]
    Finished,
}

family! {
    /// A commit exists. The time of the event is its author date.
    Commit {
        text {
            sha,
        }
        optional {
            repository,
            author,
            /// The first line of the message, and the trailers that matter, as written.
            message,
            /// The request that the commit is known to belong to.
            change,
            artifact,
        }
        optional_list {
            /// `None`: not known; an empty list: a root.
            parents,
            /// Paths touched, when known.
            paths,
        }
        plain {
            /// Committer date: when the commit was made as it is, where that differs from the author date.
            committed: Option<Timestamp>,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChangePhase {
    #[default]
    Created,
    Updated,
    Reviewed,
    Merged,
    Abandoned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    Commented,
    Other,
}

family! {
    /// A request (pull request, merge request) was opened, updated, reviewed, merged or abandoned.
    Change {
        text {
            change,
        }
        optional {
            repository,
            title,
            author,
            url,
            /// The source branch.
            branch,
            head,
            reviewer,
            /// Merged: the merge, squash or last rebased commit.
            sha,
        }
        list {
            commits,
            labels,
            tickets,
            /// Who was asked to review.
            reviewers,
        }
        plain {
            phase: ChangePhase,
            state: Option<ReviewState>,
            /// The author or reviewer of this event is a program.
            bot: bool,
            /// A draft is not yet up for review.
            draft: Option<bool>,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunKind {
    #[default]
    Pipeline,
    Task,
    Test,
    Build,
}

family! {
    /// A pipeline, task, test suite or build was queued, started or finished.
    Run {
        text {
            run,
        }
        optional {
            name,
            url,
            repository,
            sha,
            artifact,
            /// The kind of step that this run fills, when its producer says so.
            step,
            environment,
            branch,
        }
        plain {
            kind: RunKind,
            phase: Phase,
            outcome: Option<Outcome>,
            attempt: Option<u32>,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ArtifactPhase {
    #[default]
    Packaged,
    Published,
    Signed,
    Deleted,
}

family! {
    /// An artifact was packaged, published, signed or deleted.
    Artifact {
        text {
            /// Package URL.
            artifact,
        }
        optional {
            change,
            sbom,
            repository,
            sha,
            version,
            digest,
        }
        plain {
            phase: ArtifactPhase,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Severities {
    pub critical: u32,
    pub high: u32,
    pub medium: u32,
    pub low: u32,
}

family! {
    /// A scanner has finished with an artifact or a commit.
    Scan {
        text {
            scan,
        }
        optional {
            artifact,
            repository,
            sha,
            tool,
            url,
        }
        list {
            /// What was found and does not count, each with the reason: `CVE-2023-3446: not_affected, vulnerable_code_not_present`.
            suppressed,
        }
        plain {
            outcome: Option<Outcome>,
            counts: Option<Severities>,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GatePhase {
    #[default]
    Created,
    Updated,
    Closed,
}

/// What became of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decision {
    Approved,
    Rejected,
    Cancelled,
    Expired,
    Other,
}

family! {
    /// A decision was asked for, commented on or made.
    Gate {
        text {
            gate,
        }
        optional {
            /// The name of the step that the gate is.
            name,
            requestor,
            responder,
            url,
            repository,
            sha,
            artifact,
            version,
            service,
            environment,
            comment,
        }
        list {
            approvers,
            changes,
        }
        plain {
            phase: GatePhase,
            decision: Option<Decision>,
            /// Whether the one who reads may decide, when the tool has said so.
            may_decide: Option<bool>,
        }
    }
}

family! {
    /// One record of a deployment; records that share `deployment` are one deployment.
    Deployment {
        text {
            record,
        }
        optional {
            deployment,
            service,
            environment,
            repository,
            sha,
            artifact,
            version,
            pipeline,
            slot,
            url,
        }
        optional_list {
            /// What it ships, when the tool says so and no graph is known.
            commits,
        }
        plain {
            phase: Phase,
            outcome: Option<Outcome>,
            unplanned: bool,
            started: Option<Timestamp>,
            /// The tool called it a rollback.
            rollback: bool,
            /// The service was taken out of the environment.
            removed: bool,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IncidentPhase {
    #[default]
    Detected,
    Reported,
    Resolved,
}

family! {
    /// An incident was detected, reported or resolved.
    Incident {
        text {
            incident,
        }
        optional {
            service,
            environment,
            description,
            url,
            severity,
            artifact,
            /// The deployment that caused it, where the incident names it.
            deployment,
            /// The commit or change that caused it, where the incident names it.
            sha,
            change,
            /// Who has taken it on, where it is acknowledged.
            acknowledged_by,
        }
        plain {
            phase: IncidentPhase,
            /// Since when somebody is at it. An incident that is told of later without it is acknowledged no longer.
            acknowledged: Option<Timestamp>,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TicketPhase {
    #[default]
    Created,
    Updated,
    Closed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TagPhase {
    #[default]
    Created,
    Deleted,
}

family! {
    /// A tag was put on a commit, or taken off it. The time of the event is the tagger's date, else the date of the commit or of the release.
    Tag {
        text {
            tag,
        }
        optional {
            repository,
            sha,
            url,
        }
        plain {
            phase: TagPhase,
            /// The host published it as a release.
            release: bool,
            prerelease: bool,
        }
    }
}

family! {
    /// A branch was seen to end at a commit. The time of the event is the commit's own.
    Branch {
        text {
            branch,
        }
        optional {
            repository,
            sha,
        }
        plain {
            /// The branch that changes are meant to reach.
            target: bool,
        }
    }
}

family! {
    /// A ticket was created, updated or closed.
    Ticket {
        text {
            ticket,
        }
        optional {
            summary,
            url,
            kind,
        }
        list {
            labels,
            changes,
        }
        plain {
            phase: TicketPhase,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarkKind {
    /// An incident belongs to a deployment, or to none.
    IncidentLink,
    /// A deployment was not planned.
    Unplanned,
    /// A deployment failed.
    Failed,
    Hold,
    ReleaseHold,
    Ignore,
    /// Rules of a workload's environment were set aside, with a reason.
    Override,
    #[default]
    Other,
}

family! {
    /// What a person declared.
    Mark {
        text {
            mark,
            target,
        }
        optional {
            /// For an incident link: the deployment; none where the incident belongs to none.
            deployment,
            by,
            reason,
            service,
            environment,
        }
        plain {
            kind: MarkKind,
        }
    }
}

family! {
    /// What a catalogue says of a component: which repository it is of, and whose it is.
    Component {
        text {
            component,
        }
        optional {
            service,
            repository,
            team,
            system,
            lifecycle,
            title,
            url,
        }
    }
}

/// A fact, by family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind<T> {
    Commit(Commit<T>),
    Change(Change<T>),
    Run(Run<T>),
    Artifact(Artifact<T>),
    Scan(Scan<T>),
    Gate(Gate<T>),
    Deployment(Deployment<T>),
    Incident(Incident<T>),
    Tag(Tag<T>),
    Branch(Branch<T>),
    Ticket(Ticket<T>),
    Mark(Mark<T>),
    Component(Component<T>),
    /// A type that leadtime does not know, or knows and does not need: kept and counted.
    Other(T),
}

impl<T, U> MapText<T, U> for Kind<T> {
    type Output = Kind<U>;
    fn map_text(&self, turn: &mut impl FnMut(&T) -> U) -> Kind<U> {
        match self {
            Self::Commit(fact) => Kind::Commit(fact.map_text(turn)),
            Self::Change(fact) => Kind::Change(fact.map_text(turn)),
            Self::Run(fact) => Kind::Run(fact.map_text(turn)),
            Self::Artifact(fact) => Kind::Artifact(fact.map_text(turn)),
            Self::Scan(fact) => Kind::Scan(fact.map_text(turn)),
            Self::Gate(fact) => Kind::Gate(fact.map_text(turn)),
            Self::Deployment(fact) => Kind::Deployment(fact.map_text(turn)),
            Self::Incident(fact) => Kind::Incident(fact.map_text(turn)),
            Self::Tag(fact) => Kind::Tag(fact.map_text(turn)),
            Self::Branch(fact) => Kind::Branch(fact.map_text(turn)),
            Self::Ticket(fact) => Kind::Ticket(fact.map_text(turn)),
            Self::Mark(fact) => Kind::Mark(fact.map_text(turn)),
            Self::Component(fact) => Kind::Component(fact.map_text(turn)),
            Self::Other(kind) => Kind::Other(turn(kind)),
        }
    }
}
