//! Where a reading stands: a row for each list of pipelines, one for each pipeline that has to be looked at again, one for each person who decided
//! something, since CircleCI tells of people by their ids.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::config::List;
use super::wire::{Pipeline, Workflow};
use crate::connector::rows::Rows;
use crate::connector::series::AGAIN;
use crate::event::time::{Span, Timestamp};

/// How far a list is read: from `head` back to its end, or to where `token` goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// When the newest pipeline that is told was made, and which ones are told that were made then or a little before: a list may lag behind.
    pub head: Option<Timestamp>,
    pub newest: Vec<String>,
    /// The page with which it goes on into the past.
    pub token: Option<String>,
}

impl Place {
    /// Takes in a page, the newest first.
    pub fn add(&mut self, pipelines: &[Pipeline]) {
        let newest = pipelines.iter().filter_map(|one| one.created_at).max();
        self.head = self.head.max(newest);
        let late = pipelines.iter().filter(|one| !self.is_past(one));
        let late: Vec<String> = late.map(|one| one.id.clone()).collect();
        self.newest.extend(late);
    }

    /// Whether a pipeline is told already.
    #[must_use]
    pub fn has(&self, pipeline: &Pipeline) -> bool {
        self.is_past(pipeline) || self.newest.contains(&pipeline.id)
    }

    /// Whether it was made so long before the newest that is told that all from then are listed.
    #[must_use]
    pub fn is_past(&self, pipeline: &Pipeline) -> bool {
        let from = self.head.map(|head| head - AGAIN);
        pipeline.created_at.is_some() && pipeline.created_at < from
    }
}

/// What of a pipeline its events tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    pub id: String,
    pub number: Option<i64>,
    /// As the API names the project.
    pub slug: String,
    pub repository: Option<String>,
    pub sha: Option<String>,
    pub branch: Option<String>,
    /// Who set it off.
    pub by: Option<String>,
    pub created: Option<Timestamp>,
    pub state: String,
    /// Why it has no workflows.
    pub error: bool,
}

impl Known {
    /// Whether CircleCI is through with making workflows of it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        matches!(self.state.as_str(), "created" | "errored")
    }
}

/// A pipeline that has to be looked at again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Todo {
    pub pipeline: Known,
    /// Workflows that have ended and are told.
    pub told: Vec<String>,
    /// Its approvals that waited when it was last seen.
    pub gates: Vec<String>,
    /// Not before.
    pub next: Option<Timestamp>,
}

const MINUTE: Span = Span::from_seconds(60);
const DAY: Span = Span::from_seconds(86_400);
/// What has not ended by then never will: CircleCI lets nothing wait so long.
const LONGEST: Span = Span::from_micros(DAY.micros() * 120);

/// By when all of a pipeline has ended, whatever is told of it.
#[must_use]
pub fn end(pipeline: &Known) -> Option<Timestamp> {
    Some(pipeline.created? + LONGEST)
}

/// When a pipeline is looked at next. What runs or waits: at once, later the older it is. What has ended may be run again, of which no list tells: after
/// as long as it has been quiet, for a day, or a week where it did not succeed.
#[must_use]
pub fn next(pipeline: &Known, workflows: &[Workflow], now: Timestamp) -> Option<Timestamp> {
    let age = pipeline.created.map_or(Span::ZERO, |created| now - created);
    let moving = !pipeline.is_made()
        || workflows.iter().any(|one| !one.has_ended())
        // They appear a moment after it.
        || (workflows.is_empty() && !pipeline.error && age < MINUTE + MINUTE);
    if moving {
        let pause = Span::from_micros((age.micros() / 500).max(0));
        let goes_on = end(pipeline).is_none_or(|end| now < end);
        return goes_on.then_some(now + pause);
    }
    let ended = workflows.iter().filter_map(|one| one.stopped_at).max();
    let quiet = now - ended.or(pipeline.created)?;
    let well = workflows.iter().all(|one| one.status == "success");
    let days = if well { 1 } else { 7 };
    let horizon = Span::from_micros(DAY.micros() * days);
    let pause = quiet.max(MINUTE + MINUTE);
    (quiet < horizon).then_some(now + pause)
}

#[must_use]
pub fn place_key(list: &List) -> String {
    match list {
        List::Project(slug) => format!("project {slug}"),
        List::Organization(slug) => format!("organization {slug}"),
    }
}

#[must_use]
pub fn todo_key(pipeline: &str) -> String {
    format!("todo {pipeline}")
}

#[must_use]
pub fn user_key(id: &str) -> String {
    format!("user {id}")
}

/// The pipelines that are to be looked at now, the newest first.
#[must_use]
pub fn due(rows: &Rows, now: Timestamp) -> Vec<Todo> {
    let all = rows.below::<Todo>("todo ").map(|(_, todo)| todo);
    let mut due: Vec<Todo> = all
        .filter(|todo| todo.next.is_none_or(|next| next <= now))
        .collect();
    due.sort_by_key(|todo| Reverse(todo.pipeline.created));
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_is_looked_at_often_and_what_is_quiet_ever_more_seldom() {
        let created = Timestamp::from_seconds(1_000_000);
        let pipeline = Known {
            created: Some(created),
            state: "created".to_owned(),
            ..Known::default()
        };
        let workflow = |status: &str, stopped: Option<Timestamp>| {
            let text = serde_json::json!({"id": "w", "name": "w", "status": status, "stopped_at": stopped});
            vec![serde_json::from_value::<Workflow>(text).unwrap()]
        };
        let after = |seconds| created + Span::from_seconds(seconds);
        let on_hold = workflow("on_hold", None);
        assert_eq!(next(&pipeline, &on_hold, after(0)), Some(after(0)));
        assert_eq!(
            next(&pipeline, &on_hold, after(50_000)),
            Some(after(50_100))
        );
        assert_eq!(next(&pipeline, &on_hold, after(86_400 * 121)), None);
        let failed = workflow("failed", Some(after(0)));
        assert_eq!(next(&pipeline, &failed, after(10)), Some(after(130)));
        assert_eq!(
            next(&pipeline, &failed, after(90_000)),
            Some(after(180_000))
        );
        let well = workflow("success", Some(after(0)));
        assert_eq!(next(&pipeline, &well, after(90_000)), None);
        let soon = after(60) + Span::from_micros(120_000);
        assert_eq!(next(&pipeline, &[], after(60)), Some(soon));
        assert_eq!(next(&pipeline, &[], after(86_400 * 8)), None);
    }
}
