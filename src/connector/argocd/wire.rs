//! What Argo CD answers, as far as it is needed: Kubernetes objects and small answers of its API. Lenient on purpose: everything may be missing or `null`,
//! a word that is not known stays a word. Auto-sync's settings are kept whole, so that they can be put back as they were.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::connector::http::parse::one;
use crate::connector::lenient::answers;
use crate::event::time::Timestamp;

answers! {
    Application {
        metadata: Metadata,
        spec: Spec,
        status: Status,
        /// Asked for, or under way.
        operation: Option<Operation>,
    }
    Metadata {
        name: String,
        namespace: String,
        labels: BTreeMap<String, String>,
        annotations: BTreeMap<String, String>,
        creation_timestamp: Option<Timestamp>,
        deletion_timestamp: Option<Timestamp>,
        owner_references: Vec<Owner>,
    }
    Owner {
        kind: String,
        name: String,
    }
    Spec {
        project: String,
        source: Option<Source>,
        sources: Vec<Source>,
        destination: Destination,
        sync_policy: SyncPolicy,
    }
    Source {
        #[serde(rename = "repoURL")]
        repo_url: String,
        path: String,
        target_revision: String,
        chart: String,
    }
    Destination {
        server: String,
        name: String,
        namespace: String,
    }
    SyncPolicy {
        /// `null`: a person syncs.
        automated: Option<Value>,
    }
    Status {
        health: Health,
        sync: Sync,
        history: Vec<Entry>,
        operation_state: Option<OperationState>,
        reconciled_at: Option<Timestamp>,
        summary: Summary,
        resources: Vec<Resource>,
        controller_namespace: String,
    }
    Health {
        status: String,
        last_transition_time: Option<Timestamp>,
    }
    Sync {
        status: String,
        revision: String,
        revisions: Vec<String>,
    }
    /// A sync that was carried out in full.
    Entry {
        id: i64,
        revision: String,
        revisions: Vec<String>,
        deploy_started_at: Option<Timestamp>,
        deployed_at: Option<Timestamp>,
        initiated_by: Initiator,
        source: Option<Source>,
        sources: Vec<Source>,
    }
    Initiator {
        username: String,
        automated: bool,
    }
    OperationState {
        phase: String,
        message: String,
        started_at: Option<Timestamp>,
        finished_at: Option<Timestamp>,
        operation: Operation,
        sync_result: SyncResult,
    }
    SyncResult {
        revision: String,
        revisions: Vec<String>,
    }
    Operation {
        sync: Option<SyncOperation>,
        initiated_by: Initiator,
        info: Vec<Info>,
    }
    SyncOperation {
        revision: String,
        revisions: Vec<String>,
        dry_run: bool,
        /// Only these: a part of the application.
        resources: Vec<Value>,
    }
    Info {
        name: String,
        value: String,
    }
    Summary {
        images: Vec<String>,
    }
    Resource {
        group: String,
        version: String,
        kind: String,
        namespace: String,
        name: String,
    }
    RevisionMetadata {
        date: Option<Timestamp>,
    }
    SyncWindows {
        active_windows: Vec<SyncWindow>,
        assigned_windows: Vec<SyncWindow>,
        /// Whether a person may sync now.
        can_sync: Option<bool>,
    }
    SyncWindow {
        kind: String,
        schedule: String,
        duration: String,
        manual_sync: bool,
    }
    Answered {
        value: String,
    }
    UserInfo {
        logged_in: bool,
        username: String,
    }
    Version {
        #[serde(rename = "Version")]
        version: String,
    }
    Actions {
        actions: Vec<Action>,
    }
    Action {
        name: String,
        disabled: bool,
    }
    /// Kubernetes events of an application: Argo CD's own record of who did what.
    Events {
        items: Vec<Noted>,
    }
    Noted {
        message: String,
        last_timestamp: Option<Timestamp>,
    }
}

/// The applications of a list, and what could not be read, in words that name the item.
pub fn applications(body: &str) -> Result<(Vec<Application>, Vec<String>), String> {
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    let list: List<'_> = one(body)?;
    let mut read = Vec::new();
    let mut complaints = Vec::new();
    for (index, item) in list.items.unwrap_or_default().into_iter().enumerate() {
        match one::<Application>(item.get()) {
            Ok(application) if application.metadata.name.is_empty() => {
                complaints.push(format!("item {}: has no name", index + 1));
            }
            Ok(application) => read.push(application),
            Err(why) => complaints.push(format!("item {}: {why}", index + 1)),
        }
    }
    Ok((read, complaints))
}

impl Application {
    /// `namespace/name`: what it is called in ids.
    #[must_use]
    pub fn key(&self) -> String {
        let Metadata {
            name, namespace, ..
        } = &self.metadata;
        if namespace.is_empty() {
            name.clone()
        } else {
            format!("{namespace}/{name}")
        }
    }

    /// Whether Argo CD syncs it by itself: `automated` is there, and not told to be off.
    #[must_use]
    pub fn auto_sync(&self) -> Option<&Value> {
        let automated = self.spec.sync_policy.automated.as_ref()?;
        (automated.get("enabled") != Some(&Value::Bool(false))).then_some(automated)
    }

    /// What it is made of: one source, or several.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        match &self.spec.source {
            _ if !self.spec.sources.is_empty() => &self.spec.sources,
            Some(source) => std::slice::from_ref(source),
            None => &[],
        }
    }

    /// The operation that is under way, where one is.
    #[must_use]
    pub fn running(&self) -> Option<&OperationState> {
        let state = self.status.operation_state.as_ref()?;
        (state.finished_at.is_none() && !state.phase.is_empty()).then_some(state)
    }

    /// The newest entry of its history.
    #[must_use]
    pub fn newest(&self) -> Option<&Entry> {
        let entries = self.status.history.iter();
        entries.max_by_key(|entry| (entry.deployed_at, entry.id))
    }
}

impl Entry {
    /// When its sync began, as the operation itself says.
    #[must_use]
    pub fn started(&self) -> Option<Timestamp> {
        self.deploy_started_at.or(self.deployed_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_or_missing_is_empty_and_what_is_wrong_is_named() {
        let body = r#"{"metadata":{},"items":[
            {"metadata":{"name":"a","labels":null},"spec":{"sources":null,"syncPolicy":null},"status":{"history":null,"operationState":null}},
            {"metadata":{"name":"b"},"status":{"history":[{"id":"3"}]}},
            {"metadata":{}}]}"#;
        let (read, complaints) = applications(body).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].key(), "a");
        assert!(complaints[0].starts_with("item 2: field `status.history[0].id`"));
        assert_eq!(complaints[1], "item 3: has no name");
        assert_eq!(applications(r#"{"items":null}"#).unwrap(), (vec![], vec![]));
        assert!(applications("<html>").is_err());
    }

    #[test]
    fn auto_sync_is_on_unless_it_says_otherwise() {
        let auto = |policy: &str| {
            let body = format!(r#"{{"spec":{{"syncPolicy":{policy}}}}}"#);
            let application: Application = one(&body).unwrap();
            application.auto_sync().is_some()
        };
        assert!(auto(r#"{"automated":{}}"#));
        assert!(auto(r#"{"automated":{"enabled":true,"prune":true}}"#));
        assert!(!auto(r#"{"automated":{"enabled":false}}"#));
        assert!(!auto(r#"{"automated":null}"#));
        assert!(!auto("null"));
    }
}
