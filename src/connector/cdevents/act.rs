//! A decision as an event: a structured `CloudEvent` whose data is a `CDEvent`, sent to a sink once. Its id is the key of the action, so that a receiver
//! that has it already can drop it. A sink takes and tells nothing, so it cannot be asked after.

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::config::Config;
use super::sign;
use crate::clock;
use crate::connector::descriptor::Settings;
use crate::connector::error::ErrorKind;
use crate::connector::http::mask::masked;
use crate::connector::http::plain::{Login, Plain};
use crate::connector::http::{Answer, Http, Policy};
use crate::connector::once::Once;
use crate::connector::spoken::Spoken;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::Event;
use crate::event::cdevents::write;
use crate::event::kind::{Decision, Deployment, Gate, GatePhase, Kind, Phase};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

/// Who says so.
const SOURCE: &str = "leadtime";
/// How much of a sink's words is told.
const TOLD: usize = 200;

pub struct Act {
    name: String,
    sink: String,
    /// The same without what is secret in it: what plans and the journal tell.
    shown: String,
    secret: Option<SecretString>,
    lacks: Option<ConnectorError>,
    spoken: Spoken,
    http: Http<Plain>,
    once: Once,
}

impl Act {
    pub fn new(config: &Config, settings: &Settings) -> Result<Self, ConnectorError> {
        let login = settings.token.clone().map_or(Login::None, Login::Bearer);
        let sink = config.sink.clone().unwrap_or_default();
        Ok(Self {
            name: config.name.clone(),
            shown: masked(&sink),
            sink,
            secret: config.secret.clone(),
            lacks: config.lacks.clone(),
            spoken: config.spoken.clone(),
            http: Http::new(Plain::new(settings, login)?, Policy::default()),
            once: Once::default(),
        })
    }

    fn prepared(&self, order: &Order) -> Result<Prepared, ConnectorError> {
        if let Some(lacks) = &self.lacks {
            return Err(lacks.clone());
        }
        let data = match order.verb {
            Verb::Approve => self.decision(order, Decision::Approved)?,
            Verb::Reject => self.decision(order, Decision::Rejected)?,
            Verb::Promote | Verb::Rollback => self.deployment(order)?,
            verb => {
                let text = format!("a sink of events cannot be asked to {}", verb.word());
                return Err(self.wrong(text, "do it in the tool itself"));
            }
        };
        let kind = data["context"]["type"].as_str().unwrap_or_default();
        let event = json!({
            "specversion": "1.0",
            "id": order.key,
            "source": SOURCE,
            "type": kind,
            "time": order.at,
            "datacontenttype": "application/json",
            "data": data,
        });
        let request = Request {
            connector: self.name.clone(),
            what: format!("send {kind} to {}", self.name),
            method: "POST".to_owned(),
            url: self.shown.clone(),
            headers: vec![(
                "content-type".to_owned(),
                "application/cloudevents+json; charset=utf-8".to_owned(),
            )],
            body: Some(event.to_string()),
            probe: json!({ "id": order.key }),
        };
        self.once.prepared(&request);
        let mut notes = vec![
            "the event is sent; what is made of it, its receiver decides".to_owned(),
            "where its answer is lost, nobody can be asked whether it arrived".to_owned(),
        ];
        if self.secret.is_some() {
            notes.push("it is signed (X-Hub-Signature-256, Standard Webhooks)".to_owned());
        }
        Ok(Prepared {
            requests: vec![request],
            notes,
            ..Prepared::default()
        })
    }

    fn wrong(&self, text: impl Into<String>, hint: &str) -> ConnectorError {
        let context = format!("source {:?}", self.name);
        ConnectorError::new(ErrorKind::Configuration, context, text).hinted(hint)
    }

    /// The gate is closed.
    fn decision(&self, order: &Order, decision: Decision) -> Result<Value, ConnectorError> {
        let Some(target) = &order.target else {
            return Err(self.wrong("no gate is named", "choose the gate that waits"));
        };
        let to = order.to.clone().unwrap_or_default();
        let gate = Gate {
            gate: target.id.clone(),
            url: target.url.clone(),
            repository: order.repositories.first().cloned(),
            sha: to.sha,
            artifact: to.artifact,
            version: to.version,
            environment: order.environment.clone(),
            comment: order.comment.clone(),
            phase: GatePhase::Closed,
            decision: Some(decision),
            ..Gate::default()
        };
        let mut data = event(order, Kind::Gate(gate));
        // Whose gate it is: its receiver may hear of many.
        data["subject"]["source"] = target.source.as_str().into();
        Ok(data)
    }

    /// A deployment is asked for: as leadtime's own event, or as the one that the step names.
    fn deployment(&self, order: &Order) -> Result<Value, ConnectorError> {
        let to = order.to.clone().unwrap_or_default();
        let deployment = Deployment {
            record: order.key.clone(),
            service: Some(order.workload.clone()),
            environment: order.environment.clone(),
            repository: order.repositories.first().cloned(),
            sha: to.sha.clone(),
            artifact: to.artifact.clone(),
            version: to.version.clone(),
            phase: Phase::Queued,
            rollback: order.verb == Verb::Rollback,
            ..Deployment::default()
        };
        let mut data = event(order, Kind::Deployment(deployment));
        let empty = Map::new();
        let way = order.way.as_ref().unwrap_or(&empty);
        let Some(kind) = way.get("event").and_then(Value::as_str) else {
            return Ok(data);
        };
        if !is_type(kind) {
            return Err(self.wrong(
                format!("{kind:?} is no type of a CDEvent"),
                "write `event` as \"dev.cdevents.service.upgraded.0.3.0\"",
            ));
        }
        data["context"]["type"] = kind.into();
        if kind.starts_with("dev.cdevents.") {
            standard(&mut data, order, kind);
        }
        Ok(data)
    }

    async fn sent(&self, request: &Request) -> Sent {
        if let Some(lacks) = &self.lacks {
            return Sent::Refused(format!("not sent: {lacks}"));
        }
        self.once.sending(request);
        let mut signed = request.clone();
        if let (Some(secret), Some(body)) = (&self.secret, &request.body) {
            let id = request.probe["id"].as_str().unwrap_or_default();
            let headers = sign::headers(secret, id, clock::now(), body);
            signed.headers.extend(headers);
        }
        let sent = if request.url == self.shown {
            signed.url.clone_from(&self.sink);
            self.http.carry_out(&signed, receipt, refusal).await
        } else {
            Sent::Refused("the source leads elsewhere than when this was prepared".to_owned())
        };
        self.once.sent(request, &sent);
        sent
    }
}

/// A type of `CDEvents` as the standard and its extensions write it, with its version.
fn is_type(kind: &str) -> bool {
    let parts: Vec<&str> = kind.split('.').collect();
    let graphic = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic());
    parts.len() >= 7
        && parts[0] == "dev"
        && ["cdevents", "cdeventsx"].contains(&parts[1])
        && parts.iter().all(|part| graphic(part))
        && parts[4..6].iter().all(|part| part.parse::<u32>().is_ok())
}

fn event(order: &Order, kind: Kind<String>) -> Value {
    let event = Event {
        source: SOURCE.to_owned(),
        id: order.key.clone(),
        at: order.at,
        kind,
    };
    // What was written just now is JSON.
    serde_json::from_str(&write(&event)).unwrap_or_default()
}

/// A standard event has fields of its own; what it has none for stays in its custom data.
fn standard(data: &mut Value, order: &Order, kind: &str) {
    let content = data["subject"]["content"].take();
    if let (Some(content), Some(subject)) = (content.as_object(), data.as_object_mut()) {
        let custom = subject.entry("customData").or_insert_with(|| json!({}));
        if let Some(custom) = custom.as_object_mut() {
            custom.extend(content.clone());
            custom.insert("deployment".to_owned(), order.key.as_str().into());
        }
        subject.insert(
            "customDataContentType".to_owned(),
            "application/json".into(),
        );
    }
    if kind.starts_with("dev.cdevents.service.") {
        data["subject"]["id"] = order.workload.as_str().into();
    }
    let mut content = Map::new();
    if let Some(environment) = &order.environment {
        content.insert("environment".to_owned(), json!({ "id": environment }));
    }
    let artifact = order.to.as_ref().and_then(|to| to.artifact.as_deref());
    if let Some(artifact) = artifact {
        content.insert("artifactId".to_owned(), artifact.into());
    }
    data["subject"]["content"] = Value::Object(content);
}

fn receipt(answer: &Answer) -> Receipt {
    let url = answer.header("location").map(str::to_owned);
    Receipt {
        text: format!("the sink took it ({})", answer.status),
        url: url.filter(|url| url.starts_with("http")),
    }
}

fn refusal(answer: &Answer) -> String {
    let words = answer.body.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words
        .chars()
        .filter(|c| !c.is_control())
        .take(TOLD)
        .collect();
    let what = match answer.status {
        401 | 403 => ": check the `token` or `secret` of the source",
        404 | 410 => ": check the `url` of the source",
        300..=399 => ": it leads elsewhere; set `url` to where it leads",
        _ => "",
    };
    let said = if words.is_empty() {
        String::new()
    } else {
        format!(" ({words})")
    };
    format!("the sink answers {}{said}{what}", answer.status)
}

impl Actor for Act {
    fn speaks_for(&self, source: &str) -> bool {
        self.spoken.is_for(source)
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move { self.prepared(order) })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(self.sent(request))
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { self.once.standing(request) })
    }
}
