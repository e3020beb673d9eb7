//! What leadtime asks of a tool. An [`Order`] says it in leadtime's own words; the connector answers with the exact [`Request`]s that it would send for it;
//! each of them, once sent, is [`Sent`], and can be asked after ([`Standing`]) without being sent again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::time::Timestamp;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Decide a gate.
    Approve,
    Reject,
    /// Bring a version to an environment.
    Promote,
    /// Bring an earlier version back.
    Rollback,
    /// Run a run again, whole or only what failed, or stop it.
    Retry,
    RetryFailed,
    Cancel,
    /// Let a paused rollout go on.
    Resume,
    /// Take an incident on, and say that it is over.
    Acknowledge,
    Resolve,
    /// Keep an environment as it is, and let it go again.
    Hold,
    Release,
    /// Declare something: what leadtime alone records.
    Mark,
}

impl Verb {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Retry => "retry",
            Self::RetryFailed => "retry_failed",
            Self::Cancel => "cancel",
            Self::Resume => "resume",
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Mark => "mark",
        }
    }
}

/// A version of a workload, by all the names that are known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Version {
    /// As people call it.
    pub version: Option<String>,
    pub sha: Option<String>,
    /// Package URL.
    pub artifact: Option<String>,
    pub digest: Option<String>,
    /// The deployment that made it live, as its source calls it: what the tool's own history is known by.
    pub deployment: Option<String>,
}

impl Version {
    /// What to call it.
    #[must_use]
    pub fn name(&self) -> String {
        let short = |sha: &String| sha.get(..7).unwrap_or(sha).to_owned();
        let sha = || self.sha.as_ref().map(short);
        let rest = || self.digest.clone().or_else(|| self.deployment.clone());
        self.version
            .clone()
            .or_else(sha)
            .or_else(rest)
            .unwrap_or_else(|| "an unknown version".to_owned())
    }
}

/// The thing in a tool that is acted on: as the events of it say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// `context.source` of its events.
    pub source: String,
    /// The id of the gate, run, deployment or incident in its events.
    pub id: String,
    pub url: Option<String>,
}

/// What is asked, in leadtime's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub verb: Verb,
    pub workload: String,
    /// Its repositories, as events name them.
    pub repositories: Vec<String>,
    pub environment: Option<String>,
    /// The gate, the run, the incident, or the newest deployment to the environment.
    pub target: Option<Target>,
    /// What is to be live.
    pub to: Option<Version>,
    /// What is live.
    pub from: Option<Version>,
    /// What the step's `promote` or `rollback` says, filled in: the keys of [`super::super::connector::descriptor::Capability::ways`].
    pub way: Option<Map<String, Value>>,
    /// Why, in the words of who asks.
    pub comment: Option<String>,
    /// Of this action alone: sent along where the tool knows such keys, and written where it can be found again.
    pub key: String,
    /// When it was asked: what it causes is not older.
    pub at: Timestamp,
}

/// One request, exactly as it will be sent but for the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of the source that sends it.
    pub connector: String,
    /// What it does, in words: `approve the deployment of run 42 to production`.
    pub what: String,
    /// An HTTP method; or `PUSH` (git), `RUN` (a program), `RECORD` (leadtime's own log).
    pub method: String,
    pub url: String,
    /// Headers that matter, without credentials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// As it is sent; a change of a file as a unified diff; the arguments of a program as a JSON list.
    pub body: Option<String>,
    /// What the connector needs to ask after it: its own business, kept with the request.
    #[serde(default)]
    pub probe: Value,
}

/// What a connector would do for an order, and what it learned while finding out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// In the order in which they are sent.
    pub requests: Vec<Request>,
    /// What the one who decides should know: `the workflow has no input "version"`.
    pub notes: Vec<String>,
    /// Why the tool will not do it: `jane may not approve`; each with what would change that.
    pub objections: Vec<(String, Option<String>)>,
    /// What may undo it: auto-sync, the next merge.
    pub undone_by: Vec<String>,
    /// Who the tool takes us for.
    pub user: Option<String>,
    /// What another source is asked to do after it, and that source: a request for the branch that was pushed.
    pub then: Vec<(Order, String)>,
}

/// What became of a request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The tool took it: what it answered, in words, and where to look.
    Done(Receipt),
    /// The tool did not take it, for sure: nothing was done.
    Refused(String),
    /// Nobody can tell from here: no answer, or one that may come after the deed. To be asked after.
    Doubtful(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub text: String,
    pub url: Option<String>,
}

/// How a request stands in the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be sent: what it would do is not done.
    Open,
    /// It is done, by this request.
    Done(Receipt),
    /// Somebody else did something meanwhile: what, in words. It must not be sent.
    Moved(String),
    /// The tool does not tell.
    Unknown(String),
}
