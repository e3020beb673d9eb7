//! Requests held against an API description by a Prism that serves it. `.ci/prism` starts one for each description that is there, and names it in a variable of the
//! environment; a test without its variable says that it is left out.

use std::collections::BTreeSet;

use leadtime::connector::http::dial::{Dial, dial_as};
use serde_json::Value;

use super::left_out;
use super::wild::Asked;

/// Method, path with query, and body (empty: none).
pub type Sent = (String, String, String);

/// Each request once.
pub fn each(asked: impl IntoIterator<Item = Asked>) -> BTreeSet<Sent> {
    let asked = asked.into_iter();
    asked
        .map(|one| (one.method, one.target, one.body))
        .collect()
}

/// A Prism.
pub struct Prism {
    url: String,
    /// What stands before the paths in the tool, and not here: Prism does not serve a description's base.
    base: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    client: reqwest::Client,
}

/// What it says to a request.
pub struct Answered {
    pub status: u16,
    pub body: String,
    /// What in the request or in the answer is not as the description says.
    pub violations: Vec<Value>,
    is_problem: bool,
}

impl Answered {
    /// Whether the description allows the request.
    pub fn allows(&self) -> bool {
        let ours = |one: &Value| one["location"][0] == "request";
        !self.is_problem && !self.violations.iter().any(ours)
    }
}

impl Prism {
    /// The one that a variable names.
    pub fn named(variable: &str) -> Option<Self> {
        let Ok(url) = std::env::var(variable) else {
            left_out(&format!("{variable} names no Prism (see .ci/prism)"));
            return None;
        };
        Some(Self {
            url,
            base: "",
            headers: vec![("accept", "application/json")],
            client: dial_as(&Dial::default()).unwrap(),
        })
    }

    pub fn below(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }

    pub async fn ask(&self, (method, target, body): &Sent) -> Answered {
        let path = target.strip_prefix(self.base).unwrap_or(target);
        let mut request = self
            .client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            // Prism drops connections that were idle, at times just when they are used again.
            .header("connection", "close");
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request
                .header("content-type", "application/json")
                .body(body.clone());
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let violations = header("sl-violations").unwrap_or_else(|| "[]".to_owned());
        Answered {
            status: answer.status().as_u16(),
            violations: serde_json::from_str(&violations).unwrap(),
            is_problem: header("content-type").is_some_and(|kind| kind.contains("problem+json")),
            body: answer.text().await.unwrap(),
        }
    }

    /// That the description allows them all.
    pub async fn hold(&self, all: &BTreeSet<Sent>) {
        let mut wrong = Vec::new();
        for one in all {
            let answer = self.ask(one).await;
            if !answer.allows() {
                let (status, violations) = (answer.status, &answer.violations);
                wrong.push(format!("{one:?}: {status} {violations:?} {}", answer.body));
            }
        }
        let (many, of) = (wrong.len(), all.len());
        assert!(wrong.is_empty(), "{many} of {of}: {wrong:#?}");
    }

    /// That the description is able to say no.
    pub async fn refuse(&self, method: &str, target: &str, body: &str) {
        let one = (method.to_owned(), target.to_owned(), body.to_owned());
        let answer = self.ask(&one).await;
        assert!(!answer.allows(), "{one:?}: {}", answer.status);
    }
}

/// That all parts are asked for, so that nothing is held that nobody asks.
pub fn asks_for(all: &BTreeSet<Sent>, parts: &[&str]) {
    for part in parts {
        let has = |(_, target, _): &Sent| target.contains(part);
        assert!(all.iter().any(has), "nothing asked for {part}");
    }
}
