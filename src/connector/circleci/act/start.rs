//! Promoting, and bringing an earlier version back, by running a pipeline: what it is told are its parameters, which its configuration has to declare. No key
//! goes along where it declares none, so it is known by who set it off, how, and when; and by the key where one of the parameters is `{id}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Probe;
use super::tool::{Draft, Tool};
use crate::connector::ConnectorError;
use crate::connector::circleci::client::pipelines;
use crate::connector::circleci::config::{List, long, pages, short};
use crate::connector::circleci::wire::Pipeline;
use crate::connector::error::ErrorKind;
use crate::connector::http::address::encoded;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// What a step says of how a version is brought to its environment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    repository: Option<String>,
    pipeline: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    parameters: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub slug: String,
    /// The name of who we are.
    pub login: String,
    pub at: Timestamp,
    /// The parameters as they were sent, by which ours is told from others.
    pub parameters: Map<String, Value>,
    pub page: Option<String>,
}

/// How a step says it, for those who have said it otherwise.
fn example(tool: &Tool<'_>, order: &Order) -> String {
    format!(
        "{} = {{ from = {:?}, parameters = {{ version = \"{{version}}\" }} }}",
        order.verb.word(),
        tool.reach.instance.name
    )
}

fn wrong(tool: &Tool<'_>, order: &Order, detail: impl Into<String>) -> ConnectorError {
    let context = format!(
        "{} of {} in source {:?}",
        order.verb.word(),
        order.workload,
        tool.reach.instance.name
    );
    ConnectorError::new(ErrorKind::Configuration, context, detail)
        .hinted(format!("say it in the step: {}", example(tool, order)))
}

/// The project in which it is done: the one that the step names, else the workload's only one that is read here.
fn project(tool: &Tool<'_>, order: &Order, way: &Way) -> Result<String, ConnectorError> {
    let slugs = |repository: &str| -> Vec<String> {
        let as_it_is = (repository.split('/').count() == 3).then(|| short(repository));
        let of_hosts = ["gh", "bb"].map(|host| format!("{host}/{repository}"));
        as_it_is.into_iter().chain(of_hosts).collect()
    };
    let known = |slug: &String| tool.selection.has(slug);
    if let Some(named) = &way.repository {
        return slugs(named).into_iter().find(known).ok_or_else(|| {
            let detail = format!("the project {named:?} is none that the source reads");
            wrong(tool, order, detail)
        });
    }
    let all = order.repositories.iter();
    let mut found: Vec<String> = all
        .filter_map(|one| slugs(one).into_iter().find(known))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(wrong(
            tool,
            order,
            "the workload has several projects: name the one as `repository`",
        )),
        (None, _) => Err(wrong(
            tool,
            order,
            "no repository of the workload is a project that the source reads: name it as `repository` (gh/acme/deploy)",
        )),
    }
}

/// `true` and `false` are sent as such, since CircleCI takes no text for a boolean; all else is a text.
fn value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.into(),
    }
}

/// Where a pipeline is taken from: a branch, or a tag as `refs/tags/v1`.
fn at(reference: &str) -> Value {
    if let Some(tag) = reference.strip_prefix("refs/tags/") {
        return json!({"tag": tag});
    }
    let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    json!({"branch": branch})
}

/// What the step says, which has to name parameters.
fn way(tool: &Tool<'_>, order: &Order) -> Result<Way, ConnectorError> {
    let Some(way) = &order.way else {
        return Err(wrong(tool, order, "nothing says which pipeline does it"));
    };
    let way: Way = serde_json::from_value(Value::Object(way.clone()))
        .map_err(|error| wrong(tool, order, error.to_string()))?;
    if way.parameters.is_empty() {
        let detail = "without `parameters` the pipeline is not told which version it is about";
        return Err(wrong(tool, order, detail));
    }
    Ok(way)
}

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let way = way(tool, order)?;
    let slug = project(tool, order, &way)?;
    let me = tool.me().await?;
    // Whether it is there at all, before anybody is asked to confirm.
    let path = pipelines(&List::Project(slug.clone()));
    tool.reach
        .page::<Pipeline>(&slug, &path, None)
        .await
        .map_err(|stop| stop.into_error(&slug))?;
    let parameters: Map<String, Value> = way
        .parameters
        .iter()
        .map(|(name, text)| (name.clone(), value(text)))
        .collect();
    let told: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let (path, body) = request(&slug, &way, &parameters);
    let mut notes = vec![format!(
        "the configuration of {slug} has to declare the parameters: {}",
        told.join(", ")
    )];
    if !told.iter().any(|one| one.contains(&order.key)) {
        notes.push(format!(
            "without a parameter that holds {{id}} the pipeline is known by {} having run it then",
            me.login
        ));
    }
    let version = order.to.as_ref().map(crate::plan::request::Version::name);
    let draft = Draft {
        what: format!(
            "{} {} to {}: run a pipeline of {slug} with {}",
            order.verb.word(),
            version.unwrap_or_default(),
            order.environment.as_deref().unwrap_or("it"),
            told.join(", ")
        ),
        path,
        body: Some(body),
        probe: Probe::Start(Start {
            page: Some(format!(
                "{}/pipelines/{}",
                pages(tool.reach.instance),
                long(&slug)
            )),
            slug,
            login: me.login.clone(),
            at: order.at,
            parameters,
        }),
    };
    Ok(Prepared {
        requests: vec![tool.request(draft)],
        notes,
        user: Some(me.login),
        ..Prepared::default()
    })
}

/// The address and the body: of the pipeline that is named, else of the project's own.
fn request(slug: &str, way: &Way, parameters: &Map<String, Value>) -> (String, Value) {
    let reference = way.reference.as_deref().map(at);
    if let Some(definition) = &way.pipeline {
        let parts: Vec<String> = slug.split('/').map(encoded).collect();
        let mut body = json!({"definition_id": definition, "parameters": parameters});
        if let Some(reference) = reference {
            body["config"] = reference.clone();
            body["checkout"] = reference;
        }
        return (format!("/project/{}/pipeline/run", parts.join("/")), body);
    }
    let mut body = reference.unwrap_or_else(|| json!({}));
    body["parameters"] = json!(parameters);
    (format!("/project/{}/pipeline", encoded(slug)), body)
}

/// How a pipeline that was to be run stands.
pub async fn ask(tool: &Tool<'_>, probe: &Start) -> Result<Standing, ConnectorError> {
    let path = pipelines(&List::Project(probe.slug.clone()));
    let page = tool.reach.page::<Pipeline>(&probe.slug, &path, None).await;
    let page = page.map_err(|stop| stop.into_error(&probe.slug))?;
    let since = tool.since(probe.at);
    let fresh = page.items.iter().filter(|one| {
        let after = one.created_at.is_some_and(|at| at >= since);
        let by_hand = !matches!(one.trigger.kind.as_str(), "webhook" | "scheduled_pipeline");
        after && by_hand && one.trigger.actor.login == probe.login
    });
    let ours: Vec<&Pipeline> = fresh.filter(|one| fits(one, &probe.parameters)).collect();
    Ok(match ours.as_slice() {
        [] => Standing::Open,
        [one] => Standing::Done(Receipt {
            text: format!(
                "pipeline {} was run by {}; it is {} now",
                one.number.unwrap_or_default(),
                probe.login,
                one.state
            ),
            url: probe.page.clone(),
        }),
        several => Standing::Unknown(format!(
            "{} ran {} pipelines since, and CircleCI does not tell which is this one",
            probe.login,
            several.len()
        )),
    })
}

/// Whether a pipeline has these parameters, as far as CircleCI tells.
fn fits(pipeline: &Pipeline, parameters: &Map<String, Value>) -> bool {
    let told = &pipeline.trigger_parameters;
    let differs = |name: &String, value: &Value| {
        let said = told.get(name).or_else(|| told["parameters"].get(name));
        said.is_some_and(|said| said != value)
    };
    !parameters.iter().any(|(name, value)| differs(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_run_by_its_definition_or_as_the_projects_own() {
        let mut way = Way {
            reference: Some("refs/tags/v1".to_owned()),
            ..Way::default()
        };
        let parameters = Map::from_iter([("go".to_owned(), value("true"))]);
        let (path, body) = request("gh/acme/shop", &way, &parameters);
        assert_eq!(path, "/project/gh%2Facme%2Fshop/pipeline");
        assert_eq!(body, json!({"tag": "v1", "parameters": {"go": true}}));
        way.pipeline = Some("d".to_owned());
        way.reference = Some("refs/heads/main".to_owned());
        let (path, body) = request("gh/acme/shop", &way, &parameters);
        assert_eq!(path, "/project/gh/acme/shop/pipeline/run");
        let main = json!({"branch": "main"});
        assert_eq!(
            body,
            json!({"definition_id": "d", "parameters": {"go": true}, "config": main, "checkout": main})
        );
        assert_eq!(value("1.2.3"), json!("1.2.3"));
    }
}
