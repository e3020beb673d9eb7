//! The requests themselves: address, body and what is kept to ask after each. A body is built from a struct, so that its keys stand in one order.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::connector::argocd::client::Place;
use crate::connector::argocd::config::{self, api};
use crate::connector::argocd::translate::gate::HELD;
use crate::connector::http::instance::Instance;
use crate::event::time::Timestamp;
use crate::plan::request::Request;

/// What is needed to ask after a request. Times and ids are Argo CD's own, so that no clocks are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Probe {
    Sync {
        place: Place,
        before: Before,
        user: Option<String>,
        /// What it brings; empty: what its sources say by then.
        revision: String,
        key: String,
    },
    Rollback {
        place: Place,
        before: Before,
        user: Option<String>,
        revision: String,
        id: i64,
    },
    /// Auto-sync, off or on: its settings as they are while it is on.
    AutoSync {
        place: Place,
        on: bool,
        automated: Value,
        key: String,
    },
    Terminate {
        place: Place,
        /// The operation that is meant: when it began.
        started: Timestamp,
        user: Option<String>,
        noted: Option<Timestamp>,
    },
    Action {
        place: Place,
        resource: Target,
        action: String,
        user: Option<String>,
        noted: Option<Timestamp>,
    },
}

/// How things stood: the newest operation and the newest entry of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    pub started: Option<Timestamp>,
    pub entry: Option<i64>,
}

/// A resource of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl Target {
    /// The query that names it.
    #[must_use]
    pub fn query(&self) -> [(&'static str, &str); 5] {
        [
            ("namespace", &self.namespace),
            ("resourceName", &self.name),
            ("version", &self.version),
            ("group", &self.group),
            ("kind", &self.kind),
        ]
    }
}

impl Probe {
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            Self::Sync { place, .. }
            | Self::Rollback { place, .. }
            | Self::AutoSync { place, .. }
            | Self::Terminate { place, .. }
            | Self::Action { place, .. } => place,
        }
    }
}

/// Where people look at what a request is about.
#[must_use]
pub fn page(instance: &Instance, request: &Request) -> Option<String> {
    let probe: Probe = serde_json::from_value(request.probe.clone()).ok()?;
    let place = probe.place();
    Some(config::page(instance, &place.namespace, &place.name))
}

/// Makes requests for one application.
pub struct Maker<'a> {
    pub instance: &'a Instance,
    pub place: &'a Place,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SyncBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_namespace: &'a str,
    project: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    revision: &'a str,
    prune: bool,
    infos: Vec<InfoBody<'a>>,
}

#[derive(Serialize)]
struct InfoBody<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RollbackBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_namespace: &'a str,
    project: &'a str,
    /// A number; Argo CD takes `{}` for 0 and brings back whatever has it.
    id: i64,
    prune: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PatchBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_namespace: &'a str,
    project: &'a str,
    patch: &'a str,
    patch_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_namespace: &'a str,
    project: &'a str,
    namespace: &'a str,
    resource_name: &'a str,
    version: &'a str,
    group: &'a str,
    kind: &'a str,
    action: &'a str,
}

/// The name of the information that says which action a sync is.
pub const KEY: &str = "leadtime";

impl Maker<'_> {
    /// A sync; it carries the key of the action, and why.
    #[must_use]
    pub fn sync(&self, what: String, comment: Option<&str>, prune: bool, probe: &Probe) -> Request {
        let (revision, key) = match probe {
            Probe::Sync { revision, key, .. } => (revision.as_str(), key.as_str()),
            _ => ("", ""),
        };
        let comment = comment.filter(|text| !text.is_empty());
        let key = InfoBody {
            name: KEY,
            value: key,
        };
        let why = comment.map(|value| InfoBody {
            name: "Reason",
            value,
        });
        let body = SyncBody {
            name: &self.place.name,
            app_namespace: &self.place.namespace,
            project: &self.place.project,
            revision,
            prune,
            infos: std::iter::once(key).chain(why).collect(),
        };
        self.request("POST", &["sync"], what, json(&body), probe)
    }

    #[must_use]
    pub fn rollback(&self, what: String, id: i64, prune: bool, probe: &Probe) -> Request {
        let body = RollbackBody {
            name: &self.place.name,
            app_namespace: &self.place.namespace,
            project: &self.place.project,
            id,
            prune,
        };
        self.request("POST", &["rollback"], what, json(&body), probe)
    }

    /// Switches auto-sync off, and keeps its settings in an annotation; or on again as they were, and takes the annotation away.
    #[must_use]
    pub fn auto_sync(&self, what: String, probe: &Probe) -> Request {
        let (held, automated) = match probe {
            Probe::AutoSync {
                on: false,
                automated,
                key,
                ..
            } => (Value::from(held(automated, key)), Value::Null),
            Probe::AutoSync { automated, .. } => (Value::Null, automated.clone()),
            _ => (Value::Null, Value::Null),
        };
        let patch = json!({
            "metadata": {"annotations": {HELD: held}},
            "spec": {"syncPolicy": {"automated": automated}},
        });
        let body = PatchBody {
            name: &self.place.name,
            app_namespace: &self.place.namespace,
            project: &self.place.project,
            patch: &patch.to_string(),
            patch_type: "merge",
        };
        self.request("PATCH", &[], what, json(&body), probe)
    }

    #[must_use]
    pub fn terminate(&self, what: String, probe: &Probe) -> Request {
        let mut request = self.request("DELETE", &["operation"], what, None, probe);
        let pieces = ["applications", &self.place.name, "operation"];
        request.url = api(self.instance, &pieces, &self.place.query());
        request
    }

    /// An action of a resource. `old`: as Argo CD before 3.1 takes it, in the query, with the action alone as the body.
    #[must_use]
    pub fn action(&self, what: String, old: bool, probe: &Probe) -> Option<Request> {
        let Probe::Action {
            resource, action, ..
        } = probe
        else {
            return None;
        };
        if old {
            let pieces = ["resource", "actions"];
            let mut request = self.request("POST", &pieces, what, json(action), probe);
            let mut query: Vec<(&str, &str)> = resource.query().to_vec();
            query.extend(self.place.query());
            let path = ["applications", &self.place.name, "resource", "actions"];
            request.url = api(self.instance, &path, &query);
            return Some(request);
        }
        let body = ActionBody {
            name: &self.place.name,
            app_namespace: &self.place.namespace,
            project: &self.place.project,
            namespace: &resource.namespace,
            resource_name: &resource.name,
            version: &resource.version,
            group: &resource.group,
            kind: &resource.kind,
            action,
        };
        let pieces = ["resource", "actions", "v2"];
        Some(self.request("POST", &pieces, what, json(&body), probe))
    }

    #[expect(clippy::too_many_arguments, reason = "a request has so many parts")]
    fn request(
        &self,
        method: &str,
        pieces: &[&str],
        what: String,
        body: Option<String>,
        probe: &Probe,
    ) -> Request {
        let mut path = vec!["applications", self.place.name.as_str()];
        path.extend(pieces);
        Request {
            connector: self.instance.name.clone(),
            what,
            method: method.to_owned(),
            url: api(self.instance, &path, &[]),
            // Argo CD refuses whatever is no GET without it, body or not.
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body,
            probe: serde_json::to_value(probe).unwrap_or_default(),
        }
    }
}

fn json(body: &impl Serialize) -> Option<String> {
    serde_json::to_string(body).ok()
}

/// What the annotation says: the settings of auto-sync as they were, and the action that switched it off.
#[must_use]
pub fn held(automated: &Value, key: &str) -> String {
    json!({"automated": automated, "key": key}).to_string()
}

/// The settings and the action of an annotation.
#[must_use]
pub fn read_held(text: &str) -> Option<(Value, String)> {
    #[derive(Deserialize)]
    struct Held {
        automated: Value,
        #[serde(default)]
        key: String,
    }
    let held: Held = serde_json::from_str(text).ok()?;
    held.automated.is_object().then_some(())?;
    Some((held.automated, held.key))
}
