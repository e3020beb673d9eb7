//! What connectors that act have in common: how a request is written down and sent, how a deed is signed, what is kept to ask after it, whose one is that is
//! found done, and the no to what a tool has nothing for.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ConnectorError;
use super::error::ErrorKind;
use super::http::Answer;
use super::http::instance::Instance;
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Target};

/// Why a request that was kept is not sent. The credentials go along, so it goes nowhere but below the address of its source.
pub const ELSEWHERE: &str = "not sent: its address is not one of this source's";

/// Clocks may differ by so much after the difference that is known is taken away: answers tell the time in whole seconds.
const SLACK: Span = Span::from_seconds(5);

/// A request, as its connector writes it.
#[derive(Debug)]
pub struct Draft<P> {
    /// What it does, in words.
    pub what: String,
    pub method: &'static str,
    pub url: String,
    /// Sent as JSON.
    pub body: Option<Value>,
    /// What is needed to ask after it.
    pub probe: P,
}

impl Instance {
    /// A request to this instance, exactly as it will be sent.
    #[must_use]
    pub fn request<P: Serialize>(&self, draft: Draft<P>) -> Request {
        let body = draft.body.map(|body| body.to_string());
        let json = ("content-type".to_owned(), "application/json".to_owned());
        Request {
            connector: self.name.clone(),
            what: draft.what,
            method: draft.method.to_owned(),
            url: draft.url,
            headers: body.iter().map(|_| json.clone()).collect(),
            body,
            probe: serde_json::to_value(draft.probe).unwrap_or_default(),
        }
    }

    /// Sends a request once, where its address is one of this instance's.
    pub async fn carry_out(&self, request: &Request, receipt: impl Fn(&Answer) -> Receipt) -> Sent {
        // It ends with a slash, so that no other host or path only begins alike.
        if !request.url.starts_with(&self.address(&[""], &[])) {
            return Sent::Refused(ELSEWHERE.to_owned());
        }
        let declined = |answer: &Answer| self.declined(answer);
        self.http.carry_out(request, receipt, declined).await
    }

    /// What happened earlier, by the tool's clock, was not caused by what was asked at `at`.
    #[must_use]
    pub fn earliest(&self, at: Timestamp) -> Timestamp {
        at + self.http.skew().unwrap_or(Span::ZERO) - SLACK
    }
}

/// What an order is about, as events name it.
pub fn target<'o>(order: &'o Order, tool: &str) -> Result<&'o Target, ConnectorError> {
    order.target.as_ref().ok_or_else(|| {
        let what = format!("{} of {} in {tool}", order.verb.word(), order.workload);
        ConnectorError::new(ErrorKind::NotFound, what, "nothing says what it is about")
    })
}

/// What an order is about is nothing of a source's.
#[must_use]
pub fn foreign(order: &Order, tool: &str) -> ConnectorError {
    let what = format!("{} of {} in {tool}", order.verb.word(), order.workload);
    let named = order.target.as_ref();
    let named = named.map_or_else(String::new, |it| format!("{:?} of {:?} ", it.id, it.source));
    let detail = format!("{named}is nothing that can be done this to in {tool}");
    ConnectorError::new(ErrorKind::NotFound, what, detail)
}

/// Nothing is sent, and why; with what would change that.
#[must_use]
pub fn objected(user: Option<String>, text: String, lifted_by: Option<&str>) -> Prepared {
    Prepared {
        objections: vec![(text, lifted_by.map(str::to_owned))],
        user,
        ..Prepared::default()
    }
}

/// The note on a comment for which a tool has no place.
#[must_use]
pub fn unkept(order: &Order, tool: &str) -> Option<String> {
    order.comment.as_ref()?;
    Some(format!(
        "{tool} keeps no comment with it: it stays in leadtime's journal"
    ))
}

/// Whose a deed is that is found done, by who did it and when: told as done by us, or by somebody else, or as not to be known.
#[must_use]
pub fn whose(
    deed: &str,
    (by, me): (Option<(&str, &str)>, Option<&str>),
    early: bool,
    url: Option<String>,
) -> Standing {
    match (by, me) {
        _ if early => {
            let who = by.map_or("somebody", |(_, name)| name);
            Standing::Moved(format!("{who} {deed} before"))
        }
        (Some((id, name)), Some(me)) if id == me => Standing::Done(Receipt {
            text: format!("{name} {deed}"),
            url,
        }),
        (Some((_, name)), Some(_)) => Standing::Moved(format!("{name} {deed}")),
        _ => Standing::Unknown(format!("somebody {deed}: by whom cannot be told")),
    }
}

/// The comment that goes with a deed: the words of who asked, and the key by which it is known again.
#[must_use]
pub fn signed(order: &Order) -> String {
    let key = &order.key;
    let words = order.comment.as_deref().map(str::trim);
    match words.filter(|words| !words.is_empty()) {
        Some(words) => format!("{words} (leadtime {key})"),
        None => format!("leadtime {key}"),
    }
}

/// What was kept with a request to ask after it.
pub fn probe<T: DeserializeOwned>(request: &Request) -> Result<T, ConnectorError> {
    serde_json::from_value(request.probe.clone()).map_err(|error| {
        let detail = format!("what was kept of it cannot be read: {error}");
        ConnectorError::new(ErrorKind::Malformed, request.what.clone(), detail)
    })
}

/// How a request stands, where asking may have failed.
#[must_use]
pub fn standing(asked: Result<Standing, ConnectorError>) -> Standing {
    asked.unwrap_or_else(|error| Standing::Unknown(error.to_string()))
}

/// A verb that means nothing to the tool of a source.
#[must_use]
pub fn nothing_to(order: &Order, tool: &str, source: &str) -> ConnectorError {
    let context = format!("source {source:?}");
    let detail = format!("{tool} has nothing to {}", order.verb.word());
    ConnectorError::new(ErrorKind::Configuration, context, detail)
}
