//! What is being prepared: the object that an order is about, and the requests that are made of it. Nearly all are patches that hold first what must still be
//! so, and each leaves a mark.

use serde_json::{Value, json};

use super::probe::{ACTION, Mark, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::signed;
use crate::connector::error::ErrorKind;
use crate::connector::kubernetes::cursor::Row;
use crate::connector::kubernetes::family::Family;
use crate::connector::kubernetes::wire::{Object, pointer};
use crate::plan::request::{Order, Prepared, Request};

/// The annotation in which an action leaves its reason.
const REASON: &str = "leadtime/reason";

const JSON_PATCH: &str = "application/json-patch+json";

/// What is being prepared.
pub struct Case<'a> {
    pub order: &'a Order,
    /// The name of the source.
    pub connector: &'a str,
    pub family: &'static dyn Family,
    /// The address of the object.
    pub url: String,
    pub object: Object,
    pub beside: Vec<Vec<Object>>,
    /// What follows the object in the id of what the order is about.
    pub thing: String,
    /// Who logs in, as far as it is known.
    pub user: Option<&'a str>,
    /// Nothing is remembered while acting.
    pub row: Row,
    pub made: Prepared,
}

impl Case<'_> {
    #[must_use]
    pub fn nth(&self, number: usize) -> &[Object] {
        self.beside.get(number).map_or(&[], Vec::as_slice)
    }

    /// `Deployment shop/web`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.family.resource().kind, self.object.place())
    }

    /// It is already as it is asked to be, so nothing has to be sent.
    pub fn is_so(&mut self, is: &str) {
        let note = format!("nothing is sent to the cluster: {} is {is}", self.name());
        self.made.notes.push(note);
    }

    pub fn object(&mut self, text: String, lifted_by: &str) {
        let lifted_by = Some(lifted_by.to_owned());
        self.made.objections.push((text, lifted_by));
    }

    #[must_use]
    pub fn nothing(&self, detail: impl Into<String>) -> ConnectorError {
        let context = format!("{} {}", self.order.verb.word(), self.name());
        ConnectorError::new(ErrorKind::NotFound, context, detail)
    }

    /// A patch of the object: what is tested first, and what is done then. It leaves the key of the action.
    pub fn patch(&mut self, what: String, tests: &[&str], changes: Vec<Value>) {
        self.patch_noting(what, tests, changes, &[]);
    }

    /// The same, with annotations of its own.
    pub fn patch_noting(
        &mut self,
        what: String,
        tests: &[&str],
        mut changes: Vec<Value>,
        notes: &[(&str, &str)],
    ) {
        let reason = signed(self.order);
        let own = [(ACTION, self.order.key.as_str()), (REASON, reason.as_str())];
        let present = self.object.raw.pointer("/metadata/annotations");
        if present.is_none_or(Value::is_null) {
            changes.push(json!({"op": "add", "path": "/metadata/annotations", "value": {}}));
        }
        let all = notes.iter().chain(&own);
        changes.extend(all.map(|&(name, text)| {
            let path = pointer(&["metadata", "annotations", name]);
            json!({"op": "add", "path": path, "value": text})
        }));
        let mark = Mark::Left {
            pointer: pointer(&["metadata", "annotations", ACTION]),
            value: self.order.key.clone(),
        };
        self.request(what, "", (tests, changes), mark);
    }

    /// A patch of the status alone, which can leave no key: so the object is given it first, in a request of its own.
    pub fn patch_status(&mut self, what: String, tests: &[&str], changes: Vec<Value>) {
        let note = format!("note on {} what is done to it next, and why", self.name());
        self.patch(note, tests, Vec::new());
        self.request(what, "/status", (tests, changes), Mark::Noted);
    }

    /// The same, where what is written can be told to be ours.
    pub fn patch_known(
        &mut self,
        what: String,
        subresource: &str,
        (tests, changes): (&[&str], Vec<Value>),
        mark: Mark,
    ) {
        self.request(what, subresource, (tests, changes), mark);
    }

    fn request(
        &mut self,
        what: String,
        subresource: &str,
        (tests, changes): (&[&str], Vec<Value>),
        mark: Mark,
    ) {
        let uid = json!({"op": "test", "path": "/metadata/uid", "value": self.object.meta.uid});
        let before: Vec<(String, Value)> = tests
            .iter()
            .map(|&path| {
                let value = self.object.raw.pointer(path).cloned();
                (path.to_owned(), value.unwrap_or_default())
            })
            .collect();
        // What is absent cannot be tested.
        let present = before.iter().filter(|(_, value)| !value.is_null());
        let tests =
            present.map(|(path, value)| json!({"op": "test", "path": path, "value": value}));
        let body: Vec<Value> = std::iter::once(uid).chain(tests).chain(changes).collect();
        let probe = Probe {
            url: self.url.clone(),
            uid: Some(self.object.meta.uid.clone()),
            key: self.order.key.clone(),
            before,
            mark,
        };
        self.made.requests.push(Request {
            connector: self.connector.to_owned(),
            what,
            method: "PATCH".to_owned(),
            url: format!("{}{subresource}", self.url),
            headers: vec![("content-type".to_owned(), JSON_PATCH.to_owned())],
            body: serde_json::to_string(&body).ok(),
            probe: serde_json::to_value(&probe).unwrap_or_default(),
        });
    }

    /// A new object. Its name is made of the key, so that it cannot be made twice.
    pub fn create(&mut self, what: String, url: String, mut object: Value) {
        let name = object
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            let noted = meta.entry("annotations").or_insert_with(|| json!({}));
            if let Some(noted) = noted.as_object_mut() {
                noted.insert(ACTION.to_owned(), json!(self.order.key));
                noted.insert(REASON.to_owned(), json!(signed(self.order)));
            }
        }
        let probe = Probe {
            url: format!("{url}/{name}"),
            uid: None,
            key: self.order.key.clone(),
            before: Vec::new(),
            mark: Mark::Made,
        };
        self.made.requests.push(Request {
            connector: self.connector.to_owned(),
            what,
            method: "POST".to_owned(),
            url,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: serde_json::to_string(&object).ok(),
            probe: serde_json::to_value(&probe).unwrap_or_default(),
        });
    }

    /// The address of the list that the object is in.
    #[must_use]
    pub fn siblings(&self) -> String {
        let list = self.url.rsplit_once('/').map(|(list, _)| list);
        list.unwrap_or(&self.url).to_owned()
    }

    /// A name for a new object, of the key.
    #[must_use]
    pub fn new_name(&self, stem: &str) -> String {
        let key = self.order.key.to_ascii_lowercase();
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let key: String = key.chars().filter(is_plain).take(36).collect();
        let stem: String = stem.chars().take(24).collect();
        let stem = stem.trim_end_matches(['-', '.']);
        format!("{stem}-lt-{}", key.trim_matches('-'))
    }

    /// What keeps the object as something else says, and so undoes what is done by hand.
    pub fn undone(&mut self) {
        let object = &self.object;
        let argo = object.annotation("argocd.argoproj.io/tracking-id");
        let argo = argo.and_then(|text| text.split(':').next());
        let mut found = Vec::new();
        if let Some(name) = argo {
            found.push(format!(
                "Argo CD's application {name} has it as git says: its next sync undoes this, with self-heal at once; hold it first"
            ));
        }
        for (label, kind) in [
            ("kustomize.toolkit.fluxcd.io/name", "Kustomization"),
            ("helm.toolkit.fluxcd.io/name", "HelmRelease"),
        ] {
            if let Some(name) = object.label(label) {
                found.push(format!(
                    "Flux's {kind} {name} has it as its source says: its next reconciliation undoes this; hold it first"
                ));
            }
        }
        if let Some(name) = object.annotation("meta.helm.sh/release-name")
            && found.is_empty()
        {
            found.push(format!(
                "the next upgrade of the Helm release {name} undoes it"
            ));
        }
        self.made.undone_by.extend(found);
    }
}
