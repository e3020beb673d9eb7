//! What an order to promote or to roll back asks for, and what is wrong with the way that the configuration gives for it: in the words that connectors share.

use super::ConnectorError;
use super::error::ErrorKind;
use crate::plan::request::{Order, Verb, Version};

/// What is wished, in a few words: `bring checkout 1.2.3 to production`.
#[must_use]
pub fn wish(order: &Order) -> String {
    let to = order.to.as_ref().map(Version::name);
    let to = to.unwrap_or_else(|| "a version".to_owned());
    let environment = order.environment.as_deref().unwrap_or("its environment");
    match order.verb {
        Verb::Rollback => format!("bring {} in {environment} back to {to}", order.workload),
        _ => format!("bring {} {to} to {environment}", order.workload),
    }
}

/// The key of a step that says how it is done.
#[must_use]
pub const fn key(order: &Order) -> &'static str {
    match order.verb {
        Verb::Rollback => "rollback",
        _ => "promote",
    }
}

/// What is configured does not work.
#[must_use]
pub fn wrong(order: &Order, detail: impl Into<String>) -> ConnectorError {
    let environment = order.environment.as_deref().unwrap_or("the environment");
    let place = format!(
        "`{}` of the step that brings {} to {environment}",
        key(order),
        order.workload
    );
    ConnectorError::new(ErrorKind::Configuration, place, detail)
}
