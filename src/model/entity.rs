//! The things that events are about, gathered from all the events that speak of each: plain data, made by [`super::gather`], linked by what their
//! identifiers say and by nothing else. Places in the lists of a [`super::Workload`] stand for things ([`CommitAt`], [`ChangeAt`], …).

use super::name::Name;
use crate::event::kind::{Decision, List, Outcome, ReviewState, RunKind, Severities};
use crate::event::time::Timestamp;

/// What heads a message: its first line that says something.
#[must_use]
pub fn heading(message: &str) -> &str {
    let mut lines = message.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or(message)
}

/// A place in `Workload::commits`.
pub type CommitAt = u32;
/// A place in `Workload::changes`.
pub type ChangeAt = u32;
/// The commits of a change: mostly one or a few, which then are where the change is.
pub type Own = smallvec::SmallVec<[CommitAt; 4]>;

/// A commit. One that is only known as somebody's parent has `at: None`. What it comes from the [`super::graph::Graph`] tells.
#[derive(Clone, Debug)]
pub struct Commit {
    pub sha: Name,
    pub repository: Option<Name>,
    /// Author date.
    pub at: Option<Timestamp>,
    /// Committer date, where it differs.
    pub committed: Option<Timestamp>,
    pub author: Option<Name>,
    pub message: Option<Name>,
    /// The change that it belongs to.
    pub change: Option<ChangeAt>,
    /// The commit that it says it is a cherry-pick of, where that one is known.
    pub copy_of: Option<CommitAt>,
    /// Whether it touches the workload's part of the repository; true where paths are not known.
    pub touches: bool,
}

impl Commit {
    /// A commit of which nothing is known but what it is called.
    #[must_use]
    pub const fn new(sha: Name, repository: Option<Name>) -> Self {
        Self {
            sha,
            repository,
            at: None,
            committed: None,
            author: None,
            message: None,
            change: None,
            copy_of: None,
            touches: true,
        }
    }
}

/// A review of a change by somebody.
#[derive(Clone, Debug)]
pub struct Review {
    pub at: Timestamp,
    pub reviewer: Option<Name>,
    pub state: Option<ReviewState>,
    pub bot: bool,
}

/// A merged or open request, or a commit that reached the target branch without one.
#[derive(Clone, Debug)]
pub struct Change {
    /// The request's id; the sha for a direct commit.
    pub id: Name,
    /// A commit without a request.
    pub direct: bool,
    pub repository: Option<Name>,
    pub title: Option<Name>,
    pub author: Option<Name>,
    pub bot: bool,
    pub url: Option<Name>,
    /// The source branch.
    pub branch: Option<Name>,
    pub opened: Option<Timestamp>,
    pub merged: Option<Timestamp>,
    /// Closed without a merge, and not reopened.
    pub abandoned: Option<Timestamp>,
    /// Merge, squash or last rebased commit.
    pub sha: Option<CommitAt>,
    pub head: Option<CommitAt>,
    /// Its own commits, as they were written.
    pub commits: Own,
    pub reviews: List<Review>,
    /// When it was pushed to, or changed otherwise.
    pub updated: List<Timestamp>,
    pub labels: List<Name>,
    pub tickets: List<Name>,
    pub reviewers: List<Name>,
    pub draft: bool,
}

/// A merged change that touches no part of its repository that is the workload's.
#[derive(Clone, Copy, Debug)]
pub struct Outside {
    pub change: Name,
    pub repository: Option<Name>,
    /// What it was merged as.
    pub sha: CommitAt,
}

impl Change {
    /// A change of which nothing is known but what it is called.
    #[must_use]
    pub const fn new(id: Name, repository: Option<Name>) -> Self {
        Self {
            id,
            direct: false,
            repository,
            title: None,
            author: None,
            bot: false,
            url: None,
            branch: None,
            opened: None,
            merged: None,
            abandoned: None,
            sha: None,
            head: None,
            commits: Own::new_const(),
            reviews: List::new(),
            updated: List::new(),
            labels: List::new(),
            tickets: List::new(),
            reviewers: List::new(),
            draft: false,
        }
    }

    /// When something was told of it as a request: that it was changed or reviewed. A request of which only this is known was open by then.
    pub fn told(&self) -> impl Iterator<Item = Timestamp> {
        let reviews = self.reviews.iter().map(|review| review.at);
        self.updated.iter().copied().chain(reviews)
    }
}

/// A run of a pipeline, a task, a test suite or a build: one attempt.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: Name,
    pub kind: RunKind,
    /// Who says so (`context.source`).
    pub source: Name,
    pub name: Option<Name>,
    pub url: Option<Name>,
    pub step: Option<Name>,
    pub commit: Option<CommitAt>,
    pub artifact: Option<Name>,
    pub environment: Option<Name>,
    pub branch: Option<Name>,
    pub attempt: u32,
    pub queued: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub outcome: Option<Outcome>,
}

/// What a build made.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Package URL.
    pub id: Name,
    pub source: Name,
    pub digest: Option<Name>,
    pub version: Option<Name>,
    pub commit: Option<CommitAt>,
    pub packaged: Option<Timestamp>,
    pub published: Option<Timestamp>,
    /// When it was signed first.
    pub signed: Option<Timestamp>,
    pub sbom: Option<Name>,
    pub change: Option<Name>,
}

/// What a scanner found.
#[derive(Clone, Debug)]
pub struct Scan {
    pub id: Name,
    pub source: Name,
    pub at: Timestamp,
    pub tool: Option<Name>,
    pub commit: Option<CommitAt>,
    pub artifact: Option<Name>,
    /// What the artifact's own text says, so that it is known by whatever name.
    pub digest: Option<Name>,
    pub outcome: Option<Outcome>,
    pub counts: Option<Severities>,
    /// What was found and does not count, each with the reason.
    pub suppressed: Vec<Name>,
    pub url: Option<Name>,
}

/// One voice at a gate that did not decide it.
#[derive(Clone, Debug)]
pub struct Vote {
    pub at: Timestamp,
    pub by: Option<Name>,
    pub decision: Option<Decision>,
    pub comment: Option<Name>,
}

/// A decision by people.
#[derive(Clone, Debug)]
pub struct Gate {
    pub id: Name,
    pub source: Name,
    pub name: Option<Name>,
    pub environment: Option<Name>,
    pub opened: Timestamp,
    pub closed: Option<Timestamp>,
    pub decision: Option<Decision>,
    pub requestor: Option<Name>,
    pub responder: Option<Name>,
    pub comment: Option<Name>,
    pub approvers: Vec<Name>,
    pub may_decide: Option<bool>,
    pub votes: Vec<Vote>,
    pub commit: Option<CommitAt>,
    pub artifact: Option<Name>,
    pub version: Option<Name>,
    /// Ids of changes that the gate itself names.
    pub changes: Vec<Name>,
    pub url: Option<Name>,
}

impl Gate {
    /// A decision that was asked for, and of which nothing more is known yet.
    pub(crate) fn asked(source: Name, id: Name, opened: Timestamp) -> Self {
        Self {
            id,
            source,
            name: None,
            environment: None,
            opened,
            closed: None,
            decision: None,
            requestor: None,
            responder: None,
            comment: None,
            approvers: Vec::new(),
            may_decide: None,
            votes: Vec::new(),
            commit: None,
            artifact: None,
            version: None,
            changes: Vec::new(),
            url: None,
        }
    }
}

/// One finished record of a deployment, or one that is under way. Records that share `deployment` and the environment are one attempt.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: Name,
    pub source: Name,
    pub deployment: Name,
    pub service: Option<Name>,
    pub environment: Option<Name>,
    pub repository: Option<Name>,
    pub pipeline: Option<Name>,
    /// The commit, said or found by the artifact or version.
    pub commit: Option<CommitAt>,
    pub artifact: Option<Name>,
    pub digest: Option<Name>,
    pub version: Option<Name>,
    /// What it ships, when the tool says so.
    pub commits: Option<Vec<CommitAt>>,
    pub queued: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// `None` while it has not finished.
    pub outcome: Option<Outcome>,
    pub unplanned: bool,
    pub rollback: bool,
    pub removed: bool,
    pub slot: Option<Name>,
    pub url: Option<Name>,
}

impl Record {
    /// A record of which only the name is known. Without another word it is a deployment of its own.
    pub(super) fn begun(source: Name, id: Name) -> Self {
        Self {
            id,
            source,
            deployment: id,
            service: None,
            environment: None,
            repository: None,
            pipeline: None,
            commit: None,
            artifact: None,
            digest: None,
            version: None,
            commits: None,
            queued: None,
            started: None,
            finished: None,
            outcome: None,
            unplanned: false,
            rollback: false,
            removed: false,
            slot: None,
            url: None,
        }
    }
}

/// Somebody is at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub at: Timestamp,
    pub by: Option<Name>,
}

/// Something that went wrong.
#[derive(Clone, Debug)]
pub struct Incident {
    pub id: Name,
    /// Who told of it first.
    pub source: Name,
    /// `None`: told of only when it was over.
    pub opened: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    pub acknowledged: Option<Acknowledgement>,
    pub service: Option<Name>,
    pub environment: Option<Name>,
    pub description: Option<Name>,
    pub severity: Option<Name>,
    pub url: Option<Name>,
    /// The deployment that caused it, where it is named. `Some(None)`: a person said that none did.
    pub deployment: Option<Option<Name>>,
    pub commit: Option<CommitAt>,
    pub change: Option<Name>,
    pub artifact: Option<Name>,
}

/// A tag on a commit.
#[derive(Clone, Debug)]
pub struct Tag {
    pub name: Name,
    pub at: Timestamp,
    pub commit: Option<CommitAt>,
    pub repository: Option<Name>,
    pub source: Name,
    pub prerelease: bool,
}

/// A ticket.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: Name,
    pub summary: Option<Name>,
    pub url: Option<Name>,
    pub kind: Option<Name>,
    pub labels: Vec<Name>,
    pub changes: Vec<Name>,
    pub created: Timestamp,
    pub closed: Option<Timestamp>,
}

/// An environment kept as it is by somebody, for a reason.
#[derive(Clone, Debug)]
pub struct Hold {
    pub environment: Name,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    pub by: Option<Name>,
    pub reason: Option<Name>,
}
