//! What Gitea and Forgejo answer, as far as it is needed. Lenient on purpose: everything may be missing or `null`, a word that is not known stays a word. What
//! Forgejo calls otherwise is read as well. A time that is none is written as the year 1 or 1970.

use serde::{Deserialize, Deserializer};

use crate::event::time::Timestamp;

/// A value that may be `null`.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A time, or none.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    const YEAR: i64 = 366 * 24 * 3600;
    let text: Option<String> = Option::deserialize(from)?;
    let time = text.and_then(|text| Timestamp::parse(&text));
    Ok(time.filter(|time| *time > Timestamp::from_seconds(YEAR)))
}

/// Defines answers whose every field may be missing or `null`.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$attribute:meta])* $field:ident: $type:ty,)*
        $(@times { $($(#[$t_attribute:meta])* $time:ident,)* })?
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$attribute])* #[serde(deserialize_with = "nullable")] pub $field: $type,)*
            $($($(#[$t_attribute])* #[serde(deserialize_with = "time")] pub $time: Option<Timestamp>,)*)?
        }
    )*};
}

answers! {
    User {
        login: String,
    }
    Repository {
        full_name: String,
        default_branch: String,
        archived: bool,
        empty: bool,
        default_merge_style: String,
    }
    Pull {
        number: i64,
        title: String,
        body: String,
        html_url: String,
        state: String,
        draft: Option<bool>,
        merged: bool,
        mergeable: Option<bool>,
        merge_commit_sha: String,
        merged_by: Option<User>,
        user: Option<User>,
        labels: Vec<Label>,
        requested_reviewers: Vec<User>,
        head: Branch,
        base: Branch,
        @times { created_at, updated_at, closed_at, merged_at, }
    }
    Label {
        name: String,
    }
    Branch {
        #[serde(rename = "ref")]
        name: String,
        sha: String,
        repo: Option<Repository>,
    }
    Review {
        id: i64,
        state: String,
        user: Option<User>,
        commit_id: String,
        html_url: String,
        dismissed: bool,
        @times { submitted_at, }
    }
    Commit {
        sha: String,
        commit: Body,
        author: Option<User>,
        parents: Option<Vec<Parent>>,
    }
    Body {
        message: String,
        author: Signature,
        committer: Signature,
    }
    Signature {
        name: String,
        @times { date, }
    }
    Parent {
        sha: String,
        @times { created, }
    }
    Runs {
        workflow_runs: Vec<Run>,
    }
    Run {
        id: i64,
        /// `ci.yml@refs/heads/main`; Forgejo: `ci.yml`.
        #[serde(alias = "workflow_id")]
        path: String,
        #[serde(alias = "title")]
        display_title: String,
        #[serde(alias = "prettyref")]
        head_branch: String,
        #[serde(alias = "commit_sha")]
        head_sha: String,
        status: String,
        conclusion: String,
        html_url: String,
        event: String,
        run_attempt: Option<u32>,
        #[serde(alias = "trigger_user")]
        trigger_actor: Option<User>,
        @times {
            #[serde(alias = "started")]
            started_at,
            #[serde(alias = "stopped")]
            completed_at,
        }
    }
    Jobs {
        jobs: Vec<Job>,
    }
    Job {
        id: i64,
        name: String,
        status: String,
        conclusion: String,
        html_url: String,
        run_attempt: Option<u32>,
        @times { created_at, started_at, completed_at, }
    }
    /// What another tool says of a commit.
    Status {
        id: i64,
        context: String,
        #[serde(alias = "state")]
        status: String,
        target_url: String,
        @times { created_at, }
    }
    Release {
        id: i64,
        tag_name: String,
        target_commitish: String,
        html_url: String,
        draft: bool,
        prerelease: bool,
        @times { created_at, published_at, }
    }
    Tag {
        name: String,
        commit: Parent,
    }
    Issue {
        number: i64,
        title: String,
        html_url: String,
        state: String,
        labels: Vec<Label>,
        @times { created_at, updated_at, closed_at, }
    }
    Version {
        version: String,
    }
    /// What was made of a dispatch.
    Dispatched {
        workflow_run_id: i64,
        html_url: String,
    }
}

impl Run {
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.run_attempt.unwrap_or(1).max(1)
    }

    /// The file of its workflow.
    #[must_use]
    pub fn file(&self) -> &str {
        let path = self.path.split('@').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// A name that says something.
#[must_use]
pub fn login(user: Option<&User>) -> Option<String> {
    let login = &user?.login;
    (!login.is_empty()).then(|| login.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_or_missing_is_empty_and_no_time_is_none() {
        let body = r#"{"id":7,"path":".gitea/workflows/ci.yml@refs/heads/main","status":null,"run_attempt":0,
            "started_at":"0001-01-01T00:00:00Z","completed_at":"1970-01-01T01:00:00+01:00","trigger_actor":null}"#;
        let run: Run = serde_json::from_str(body).unwrap();
        assert_eq!((run.attempt(), run.file()), (1, "ci.yml"));
        assert_eq!((run.started_at, run.completed_at), (None, None));
        let body = r#"{"id":7,"workflow_id":"ci.yml","commit_sha":"a","started":"2026-01-01T00:00:00Z","trigger_user":{"login":"jane"}}"#;
        let run: Run = serde_json::from_str(body).unwrap();
        assert_eq!((run.file(), run.head_sha.as_str()), ("ci.yml", "a"));
        assert!(run.started_at.is_some());
        assert_eq!(login(run.trigger_actor.as_ref()).as_deref(), Some("jane"));
    }
}
