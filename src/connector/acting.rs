//! What connectors that act have in common: how a deed is signed, what is kept to ask after it, and the no to what a tool has nothing for.

use serde::de::DeserializeOwned;

use super::ConnectorError;
use super::error::ErrorKind;
use crate::plan::request::{Order, Request, Standing};

/// Why a request that was kept is not sent. The credentials go along, so it goes nowhere but below the address of its source.
pub const ELSEWHERE: &str = "not sent: its address is not one of this source's";

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
