//! Acting in a cluster: an order becomes the exact requests, by what the family of its object can do ([`deployment`], [`rollout`], …). Nearly all are patches
//! that hold first what must still be so, and so are refused by the cluster itself where something has changed; each leaves a mark by which it is known again
//! ([`probe`]). Which object is meant is told by the step's `application`, else by the gate, run or deployment that the order is about.

pub mod build;
pub mod deployment;
pub mod flux;
pub mod kargo;
pub mod knative;
pub mod probe;
pub mod rollout;
pub mod tekton;

use serde_json::{Value, json};

use self::probe::{Mark, Probe};
use super::Kubernetes;
use super::client::{Cluster, Served};
use super::cursor::Row;
use super::family::{FAMILIES, Family, family};
use super::translate::read_id;
use super::wire::Object;
use crate::connector::acting::{ELSEWHERE, nothing_to, signed};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

/// The annotation in which an action leaves its key.
pub const ACTION: &str = "leadtime/action";
/// The annotation in which it leaves its reason.
const REASON: &str = "leadtime/reason";

const JSON_PATCH: &str = "application/json-patch+json";

impl Actor for Kubernetes {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let cluster = self.cluster();
            let found = find(&cluster, order).await?;
            let mut beside = Vec::new();
            for wanted in found.family.needed(&found.object) {
                beside.push(cluster.beside(&found.served, &wanted).await?);
            }
            let mut case = Case {
                order,
                connector: &self.instance.name,
                family: found.family,
                url: found.url,
                object: found.object,
                beside,
                thing: found.thing,
                user: self.user.as_deref(),
                row: Row::default(),
                made: Prepared {
                    user: self.user.clone(),
                    ..Prepared::default()
                },
            };
            match found.family.draft(&mut case) {
                Some(Ok(())) => Ok(case.made),
                Some(Err(error)) => Err(error),
                // What the tool cannot hold leadtime holds alone.
                None if matches!(order.verb, Verb::Hold | Verb::Release) => {
                    let kind = found.family.resource().kind;
                    let note = format!("nothing is sent to the cluster: a {kind} cannot be held");
                    case.made.notes.push(note);
                    Ok(case.made)
                }
                None => Err(nothing_to(
                    order,
                    found.family.resource().kind,
                    &self.instance.name,
                )),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            if !request.url.starts_with(&self.instance.address(&[], &[])) {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let receipt = |answer: &Answer| Receipt {
                text: format!("the cluster took it ({}): {}", answer.status, request.what),
                url: None,
            };
            let refusal = |answer: &Answer| match answer.status {
                // A test of the patch failed.
                422 => format!(
                    "something has changed meanwhile, or the cluster does not take it: {}",
                    self.instance.says(answer)
                ),
                _ => self.instance.declined(answer),
            };
            self.instance
                .http
                .carry_out(request, receipt, refusal)
                .await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { probe::ask(&self.cluster(), request).await })
    }
}

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

/// A path into an object, as patches and pointers write it.
#[must_use]
pub fn pointer(parts: &[&str]) -> String {
    let escaped = |part: &&str| format!("/{}", part.replace('~', "~0").replace('/', "~1"));
    parts.iter().map(escaped).collect()
}

/// The object that an order is about.
struct Found {
    family: &'static dyn Family,
    served: Served,
    url: String,
    object: Object,
    thing: String,
}

async fn find(cluster: &Cluster<'_>, order: &Order) -> Result<Found, ConnectorError> {
    let named = order.way.as_ref().and_then(|way| way.get("application"));
    let target = order.target.iter().map(|target| target.id.as_str());
    let target: Vec<&str> = target.collect();
    let live = order.from.iter().chain(order.to.iter());
    let ids = live.filter_map(|version| version.deployment.as_deref());
    let found = if let Some(text) = named.and_then(Value::as_str) {
        by_word(text).ok_or_else(|| unnamed(cluster, order))?
    } else {
        let ids = target.iter().copied().chain(ids);
        let mut found = ids.filter_map(|id| {
            let (name, namespace, object, rest) = read_id(id)?;
            Some((family(name)?, namespace, object, rest))
        });
        found.next().ok_or_else(|| unnamed(cluster, order))?
    };
    let (family, namespace, name, thing) = found;
    let served = cluster.served().await?;
    let place = (namespace, name);
    let resource = family.resource();
    let Some((url, object)) = cluster.find(&served, resource, place).await? else {
        return Err(ConnectorError::new(
            ErrorKind::NotFound,
            format!("{} {namespace}/{name}", resource.kind),
            "the cluster has none, or the login may not see it",
        ));
    };
    Ok(Found {
        family,
        served,
        url,
        object,
        thing: thing.to_owned(),
    })
}

/// `deployment/shop/web`.
fn by_word(text: &str) -> Option<(&'static dyn Family, &str, &str, &str)> {
    let mut parts = text.splitn(3, '/');
    let (word, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    let mut all = FAMILIES.iter().copied();
    let family = all.find(|family| family.word().eq_ignore_ascii_case(word))?;
    Some((family, namespace, name, ""))
}

fn unnamed(cluster: &Cluster<'_>, order: &Order) -> ConnectorError {
    let environment = order.environment.as_deref().unwrap_or("its environment");
    let detail = format!(
        "nothing tells which object deploys {} to {environment}: no deployment of it was reported, and `application` names none",
        order.workload
    );
    let context = format!("{} {}", order.verb.word(), order.workload);
    let key = if order.verb == Verb::Rollback {
        "rollback"
    } else {
        "promote"
    };
    ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(format!(
        "name it in the step: {key} = {{ from = {:?}, application = \"deployment/<namespace>/<name>\" }}",
        cluster.instance.name
    ))
}
