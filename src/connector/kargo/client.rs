//! Kargo's API, as far as it is asked. Its lists come whole.

use serde::de::DeserializeOwned;

use super::wire::{Freight, Groups, Project, Promotion, Stage};
use crate::connector::ConnectorError;
use crate::connector::http::instance::Instance;
use crate::connector::http::parse::Parsed;

/// An address of a project, or below it.
#[must_use]
pub fn url(instance: &Instance, project: &str, rest: &[&str], query: &[(&str, &str)]) -> String {
    let mut pieces = vec!["v1beta1", "projects", project];
    pieces.extend(rest);
    instance.address(&pieces, query)
}

async fn items<T: DeserializeOwned>(
    instance: &Instance,
    project: &str,
    what: &str,
) -> Result<Parsed<T>, ConnectorError> {
    let url = url(instance, project, &[what], &[]);
    instance
        .list(&url, Some("items"), &format!("{project}: {what}"))
        .await
}

pub async fn projects(instance: &Instance) -> Result<Parsed<Project>, ConnectorError> {
    let url = instance.address(&["v1beta1", "projects"], &[]);
    instance.list(&url, Some("items"), "projects").await
}

pub async fn stages(instance: &Instance, project: &str) -> Result<Parsed<Stage>, ConnectorError> {
    items(instance, project, "stages").await
}

pub async fn stage(
    instance: &Instance,
    project: &str,
    name: &str,
) -> Result<Stage, ConnectorError> {
    let url = url(instance, project, &["stages", name], &[]);
    instance
        .one(&url, &format!("{project}: stage {name}"))
        .await
}

pub async fn promotions(
    instance: &Instance,
    project: &str,
) -> Result<Parsed<Promotion>, ConnectorError> {
    items(instance, project, "promotions").await
}

pub async fn promotion(
    instance: &Instance,
    project: &str,
    name: &str,
) -> Result<Promotion, ConnectorError> {
    let url = url(instance, project, &["promotions", name], &[]);
    instance
        .one(&url, &format!("{project}: promotion {name}"))
        .await
}

/// All freight of a project.
pub async fn freight(
    instance: &Instance,
    project: &str,
) -> Result<Parsed<Freight>, ConnectorError> {
    let url = url(instance, project, &["freight"], &[]);
    let groups: Groups = instance.one(&url, &format!("{project}: freight")).await?;
    let mut parsed = Parsed {
        items: Vec::new(),
        complaints: Vec::new(),
    };
    for value in groups.groups.into_values().flat_map(|group| group.items) {
        match serde_json::from_value(value) {
            Ok(one) => parsed.items.push(one),
            Err(error) => parsed
                .complaints
                .push(format!("a piece of freight: {error}")),
        }
    }
    Ok(parsed)
}
