//! What Jenkins answers, as far as it is needed: its own API (`api/json`, of which `tree` names the fields) and that of the stage view (`wfapi`). Lenient on
//! purpose: everything may be missing or `null`, a word that is not known stays a word. The trees that are asked for stand beside what reads them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::event::time::{Span, Timestamp};

/// A value that may be `null`.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A list that may be `null`, or hold some: Jenkins writes so for what it does not show.
fn sparse<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list: Option<Vec<Option<T>>> = Option::deserialize(from)?;
    Ok(list.into_iter().flatten().flatten().collect())
}

/// Defines answers whose every field may be missing or `null`.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$attribute:meta])* $field:ident: $type:ty,)*
        $(@lists { $($(#[$l_attribute:meta])* $list:ident: $item:ty,)* })?
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            $($(#[$attribute])* #[serde(deserialize_with = "nullable")] pub $field: $type,)*
            $($($(#[$l_attribute])* #[serde(deserialize_with = "sparse")] pub $list: Vec<$item>,)*)?
        }
    )*};
}

answers! {
    /// A job, or a folder of them.
    Item {
        #[serde(rename = "_class")]
        class: String,
        name: String,
        last_build: Option<LastBuild>,
        /// Absent where it is no folder.
        jobs: Option<Vec<Item>>,
    }
    LastBuild {
        number: u64,
    }
    Builds {
        @lists { all_builds: Build, }
    }
    Build {
        #[serde(rename = "_class")]
        class: String,
        number: u64,
        building: bool,
        result: String,
        timestamp: i64,
        duration: i64,
        @lists { actions: Action, }
    }
    /// One of many kinds; which it is, its fields tell.
    Action {
        #[serde(rename = "_class")]
        class: String,
        /// What was checked out.
        last_built_revision: Option<Revision>,
        /// An approval of an input: by whom.
        user_id: String,
        /// How long it waited for an executor, where a plugin keeps that.
        queuing_duration_millis: Option<i64>,
        @lists {
            remote_urls: String,
            /// Why it began; or why it was ended.
            causes: Cause,
            parameters: Parameter,
        }
    }
    Revision {
        #[serde(rename = "SHA1")]
        sha: String,
        @lists { branch: Named, }
    }
    Named {
        name: String,
    }
    Cause {
        #[serde(rename = "_class")]
        class: String,
        short_description: String,
        user_id: String,
        user: Option<User>,
    }
    User {
        id: String,
        full_name: String,
    }
    Parameter {
        name: String,
        /// Absent where it is a secret.
        value: Option<Value>,
    }
    /// A build, as the stage view sees it.
    Run {
        status: String,
        @lists { stages: Stage, }
    }
    /// A stage; or a step of one.
    Stage {
        id: String,
        name: String,
        status: String,
        start_time_millis: i64,
        duration_millis: i64,
        pause_duration_millis: Option<i64>,
        @lists { stage_flow_nodes: Stage, }
    }
    /// An input that waits.
    Input {
        id: String,
        message: String,
        @lists { inputs: Named, }
    }
    Job {
        full_name: String,
        buildable: Option<bool>,
        last_build: Option<LastBuild>,
        @lists { property: Property, }
    }
    Property {
        @lists { parameter_definitions: Definition, }
    }
    /// A parameter that a job takes.
    Definition {
        name: String,
        #[serde(rename = "type")]
        class: String,
        @lists { choices: String, }
    }
    Queue {
        @lists { items: Waiting, }
    }
    /// A build that has not begun.
    Waiting {
        id: u64,
        why: String,
        cancelled: bool,
        task: Task,
        executable: Option<LastBuild>,
        @lists { actions: Action, }
    }
    Task {
        url: String,
    }
}

/// What is asked of an item, and of those in it.
pub const ITEM: &str = "name,lastBuild[number]";
/// What is asked of a build.
pub const BUILD: &str = "number,building,result,timestamp,duration,actions[lastBuiltRevision[SHA1,branch[name]],remoteUrls,causes[shortDescription,userId,user[id,fullName]],parameters[name,value],userId,queuingDurationMillis]";
/// What is asked of a job before it is built.
pub const JOB: &str =
    "fullName,buildable,lastBuild[number],property[parameterDefinitions[name,type,choices]]";
/// What is asked of the queue.
pub const QUEUE: &str = "items[id,why,task[url],actions[causes[userId],parameters[name,value]]]";
/// The status of a stage whose input waits.
pub const PAUSED: &str = "PAUSED_PENDING_INPUT";

fn millis(millis: i64) -> Option<Timestamp> {
    (millis > 0).then(|| Timestamp::from_micros(millis.saturating_mul(1000)))
}

fn span(millis: i64) -> Span {
    Span::from_micros(millis.max(0).saturating_mul(1000))
}

impl Build {
    #[must_use]
    pub fn started(&self) -> Option<Timestamp> {
        millis(self.timestamp)
    }

    /// `None` while it runs.
    #[must_use]
    pub fn finished(&self) -> Option<Timestamp> {
        let started = self.started().filter(|_| !self.building)?;
        Some(started + span(self.duration))
    }

    #[must_use]
    pub fn queued(&self) -> Option<Timestamp> {
        let mut waits = self
            .actions
            .iter()
            .filter_map(|one| one.queuing_duration_millis);
        let wait = waits.find(|wait| *wait > 0)?;
        Some(self.started()? - span(wait))
    }

    /// Whether the stage view can know stages of it. Old Jenkinses name no class.
    #[must_use]
    pub fn is_pipeline(&self) -> bool {
        self.class.is_empty() || self.class.ends_with("WorkflowRun")
    }

    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        self.actions.iter().flat_map(|one| &one.causes)
    }

    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.actions.iter().flat_map(|one| &one.parameters)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|one| one.name == name)?.text()
    }

    /// Who approved its inputs, in their order.
    pub fn approvals(&self) -> impl Iterator<Item = &str> {
        let all = self.actions.iter().map(|one| one.user_id.as_str());
        all.filter(|user| !user.is_empty())
    }
}

impl Parameter {
    /// As a form says it. `None`: a secret, or nothing that a form could say.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.value.as_ref()? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(is) => Some(is.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Cause {
    /// Who: the id, else what the sentence says after its verb (`Aborted by jane`).
    #[must_use]
    pub fn who(&self) -> Option<String> {
        let user = self.user.as_ref().map(|user| user.id.clone());
        let id = user.or_else(|| Some(self.user_id.clone()));
        let said = self.short_description.rsplit_once(" by ");
        id.filter(|id| !id.is_empty())
            .or_else(|| said.map(|(_, name)| name.trim().to_owned()))
            .filter(|name| !name.is_empty())
    }
}

impl Stage {
    #[must_use]
    pub fn started(&self) -> Option<Timestamp> {
        millis(self.start_time_millis)
    }

    #[must_use]
    pub fn finished(&self) -> Option<Timestamp> {
        Some(self.started()? + span(self.duration_millis))
    }

    /// Whether an input waits, or waited, in it.
    #[must_use]
    pub fn has_paused(&self) -> bool {
        self.status == PAUSED || self.pause_duration_millis.is_some_and(|pause| pause > 0)
    }

    /// When a pause that is over was.
    #[must_use]
    pub fn resumed(&self) -> Option<Timestamp> {
        let pause = self.pause_duration_millis.filter(|pause| *pause > 0);
        Some(self.started()? + span(pause.unwrap_or(self.duration_millis)))
    }
}

impl Job {
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.property
            .iter()
            .flat_map(|one| &one.parameter_definitions)
    }

    /// The number of its newest build; 0 where there is none.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.last_build.as_ref().map_or(0, |build| build.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_or_missing_is_empty() {
        let body = r#"{"_class":"x.WorkflowRun","number":7,"result":null,"building":true,"timestamp":1000,
            "actions":[null,{},{"_class":"a","causes":[{"shortDescription":"Aborted by Jane Doe"}]},
            {"parameters":[{"name":"A","value":true},{"name":"SECRET"}]},{"userId":"omar"}]}"#;
        let build: Build = serde_json::from_str(body).unwrap();
        assert!(build.is_pipeline());
        assert_eq!(build.finished(), None);
        assert_eq!(build.parameter("A").as_deref(), Some("true"));
        assert_eq!(build.parameter("SECRET"), None);
        assert_eq!(build.approvals().collect::<Vec<_>>(), ["omar"]);
        assert_eq!(
            build.causes().next().unwrap().who().as_deref(),
            Some("Jane Doe")
        );
        let folder: Item =
            serde_json::from_str(r#"{"jobs":[{"name":"a","lastBuild":null}]}"#).unwrap();
        assert_eq!(folder.jobs.unwrap()[0].last_build, None);
    }
}
