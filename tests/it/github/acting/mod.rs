//! Acting in GitHub: every deed, sent to a GitHub that changes by it and behaves badly, and asked after. Whatever comes back, a deed is sent once, and
//! what is said of it afterwards is what is so.

pub mod hub;
mod mischief;
mod preparing;
mod standing;

use std::time::Duration;

use leadtime::connector::github::{Config, GitHub};
use leadtime::connector::{Actor, Connector};
use leadtime::plan::request::{Order, Prepared, Request, Target, Verb, Version};
use secrecy::SecretString;
use serde_json::{Value, json};

use self::hub::{FAILED, Hub, REPOSITORY, SHA, WAITING};
use super::{CANARY, now};
use crate::support::wild::Wild;

pub const KEY: &str = "01JQKEY0000000000000000000";

/// A deed in each form that GitHub has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Approve,
    Reject,
    Retry,
    RetryJob,
    RetryFailed,
    Cancel,
    Dispatch,
    DispatchKeyed,
    Deploy,
    Merge,
    Open,
    RollBackByDispatch,
    RollBackByRun,
}

pub const CASES: [Case; 13] = [
    Case::Approve,
    Case::Reject,
    Case::Retry,
    Case::RetryJob,
    Case::RetryFailed,
    Case::Cancel,
    Case::Dispatch,
    Case::DispatchKeyed,
    Case::Deploy,
    Case::Merge,
    Case::Open,
    Case::RollBackByDispatch,
    Case::RollBackByRun,
];

pub fn order(verb: Verb) -> Order {
    Order {
        verb,
        workload: "shop".to_owned(),
        repositories: vec![REPOSITORY.to_owned()],
        environment: Some("production".to_owned()),
        target: None,
        to: Some(Version {
            version: Some("1.2.3".to_owned()),
            sha: Some(SHA.to_owned()),
            deployment: Some("500".to_owned()),
            ..Version::default()
        }),
        from: None,
        way: None,
        comment: Some("seen on staging".to_owned()),
        key: KEY.to_owned(),
        at: now(),
    }
}

pub fn at(verb: Verb, id: &str) -> Order {
    Order {
        target: Some(Target {
            source: format!("github:127.0.0.1/{REPOSITORY}"),
            id: id.to_owned(),
            url: None,
        }),
        ..order(verb)
    }
}

pub fn by(verb: Verb, way: &Value) -> Order {
    Order {
        way: way.as_object().cloned(),
        ..order(verb)
    }
}

impl Case {
    pub fn order(self) -> Order {
        let inputs = json!({"version": "1.2.3", "where": "production"});
        let dispatch = json!({"workflow": "deploy.yml", "inputs": inputs});
        let gate = format!("{WAITING}/production");
        match self {
            Self::Approve => at(Verb::Approve, &gate),
            Self::Reject => at(Verb::Reject, &gate),
            Self::Retry => at(Verb::Retry, &FAILED.to_string()),
            Self::RetryJob => {
                let mut order = at(Verb::Retry, "77");
                let url = "https://github.com/acme/shop/actions/runs/41/job/77".to_owned();
                order.target.as_mut().unwrap().url = Some(url);
                order
            }
            Self::RetryFailed => at(Verb::RetryFailed, &FAILED.to_string()),
            Self::Cancel => at(Verb::Cancel, &WAITING.to_string()),
            Self::Dispatch => by(Verb::Promote, &dispatch),
            Self::DispatchKeyed => {
                let inputs = json!({"version": "1.2.3", "where": "production", "leadtime": KEY});
                let way = json!({"workflow": "deploy.yml", "inputs": inputs, "ref": "main"});
                by(Verb::Promote, &way)
            }
            Self::Deploy => by(Verb::Promote, &json!({"deployment": true})),
            Self::Merge => by(Verb::Promote, &json!({"merge": "promote/*"})),
            Self::Open => by(
                Verb::Promote,
                &json!({
                    "repository": REPOSITORY, "open": "promote/shop-9", "ref": "main", "title": "Promote shop 9 to production",
                    "text": format!("seen on staging\n\nLeadtime-Action: {KEY}"),
                }),
            ),
            Self::RollBackByDispatch => by(Verb::Rollback, &dispatch),
            Self::RollBackByRun => order(Verb::Rollback),
        }
    }

    /// Somebody else does the same, or what makes it pointless.
    pub fn overtaken(self, hub: &mut Hub) {
        match self {
            Self::Approve | Self::Reject => {
                let body = json!({"environment_ids": [7], "state": "rejected", "comment": "no (leadtime 01JQOTHER)"});
                hub.decide(&body, "li");
            }
            Self::Retry | Self::RetryFailed => drop(hub.again(FAILED, "li")),
            Self::RetryJob | Self::RollBackByRun => drop(hub.again(hub::DEPLOYED, "li")),
            Self::Cancel => {
                let run = hub.run(WAITING).unwrap();
                run["status"] = json!("completed");
                run["conclusion"] = json!("success");
            }
            Self::Deploy => {
                let stamp = hub::ago(-1);
                hub.deployments.insert(
                    0,
                    json!({"id": 502, "sha": SHA, "environment": "production", "payload": {"leadtime": "01JQOTHER"},
                        "creator": {"login": "li"}, "created_at": stamp}),
                );
            }
            Self::Merge => {
                let body = json!({"sha": SHA});
                hub.merge(&body, "li");
            }
            Self::Open => {
                let body = json!({"head": "promote/shop-9", "base": "main", "title": "x", "body": "Leadtime-Action: 01JQOTHER"});
                hub.open(&body, "li");
            }
            // Two may dispatch at the same time: this is ours all the same.
            Self::Dispatch | Self::DispatchKeyed | Self::RollBackByDispatch => {
                hub.dispatch(&json!({"ref": "main", "inputs": {}}), "li");
            }
        }
    }
}

pub fn connector(wild: &Wild<Hub>, patience: Option<Duration>) -> GitHub {
    GitHub::new(Config {
        name: "gh".to_owned(),
        url: Some(wild.url()),
        token: Some(SecretString::from(CANARY)),
        repositories: vec!["acme/*".to_owned()],
        patience,
        ..Config::default()
    })
    .unwrap()
}

pub fn actor(github: &GitHub) -> &dyn Actor {
    github.actor().unwrap()
}

pub async fn prepared(wild: &Wild<Hub>, github: &GitHub, order: &Order) -> Prepared {
    let prepared = actor(github).prepare(order).await;
    assert_eq!(wild.deeds().len(), 0, "preparing does nothing");
    prepared.unwrap_or_else(|error| panic!("{order:?}: {error}"))
}

/// The one request for an order, as it comes back from a journal.
pub async fn request(wild: &Wild<Hub>, github: &GitHub, order: &Order) -> Request {
    let prepared = prepared(wild, github, order).await;
    assert_eq!(prepared.objections, [], "{order:?}");
    assert_eq!(prepared.requests.len(), 1, "{order:?}");
    let kept = serde_json::to_string(&prepared.requests[0]).unwrap();
    serde_json::from_str(&kept).unwrap()
}

/// Who refuses says why, and the token is nowhere.
pub fn is_clean(text: &str) {
    assert!(!text.contains(CANARY), "{text}");
    assert!(!text.contains(&CANARY[4..]), "{text}");
}
