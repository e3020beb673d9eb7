//! What the `GitOps` Promoter says of the way of a commit into one branch: what that branch holds, what is proposed for it, and what stands in the way.

use serde_json::Value;

use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    Spec {
        active_branch: String,
        /// `null`: it merges by itself.
        auto_merge: Option<bool>,
    }
    Status {
        active: State,
        proposed: State,
        /// What the branch held before, the newest first.
        history: Vec<Past>,
        pull_request: Option<PullRequest>,
        /// Read with care: one of another shape is no reason to leave the rest out.
        conditions: Vec<Value>,
    }
    Past {
        active: State,
    }
    State {
        /// The commit that somebody made.
        dry: Commit,
        /// The one that was made of it for the branch.
        hydrated: Commit,
        commit_statuses: Vec<CommitStatus>,
    }
    Commit {
        sha: String,
        #[serde(rename = "repoURL")]
        repo_url: String,
        commit_time: Option<Timestamp>,
    }
    CommitStatus {
        key: String,
        phase: String,
    }
    PullRequest {
        state: String,
        url: String,
        pr_creation_time: Option<Timestamp>,
    }
}
