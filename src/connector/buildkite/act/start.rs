//! A build with an environment and meta-data of its own, which is how a version is brought somewhere. The key of the action goes along as meta-data, so that the
//! build is found again by it alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Buildkite, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, signed};
use crate::connector::buildkite::client;
use crate::connector::buildkite::wire::Build;
use crate::connector::scanner::subject::repository;
use crate::connector::told;
use crate::connector::wish;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

/// The meta-data by which a build is known again.
const KEY: &str = "leadtime";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    pub slug: String,
    pub key: String,
    pub at: Timestamp,
    pub page: Option<String>,
}

/// What a step's `promote` or `rollback` says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Way {
    pipeline: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    parameters: BTreeMap<String, String>,
    inputs: BTreeMap<String, String>,
}

fn wrong(order: &Order, detail: &str) -> ConnectorError {
    wish::wrong(order, detail).hinted(
        "promote = { pipeline = \"acme/deploy\", parameters = { VERSION = \"{version}\" } }",
    )
}

/// The commit that is built, and its branch.
async fn place(
    this: &Buildkite,
    order: &Order,
    slug: &str,
    reference: Option<String>,
) -> Result<(String, String), ConnectorError> {
    let pipeline = client::pipeline(&this.instance, slug).await?;
    let own = pipeline.repository.as_deref().and_then(repository);
    let is_own = own.is_some_and(|own| order.repositories.contains(&own));
    let sha = order.to.as_ref().and_then(|to| to.sha.clone());
    // Another repository does not have the commit.
    let commit = sha.filter(|sha| is_own && told::is_sha(sha));
    let commit = commit.unwrap_or_else(|| "HEAD".to_owned());
    let branch = reference.or(pipeline.default_branch).ok_or_else(|| {
        let detail = "names no branch (`ref`), and the pipeline has none of its own";
        wrong(order, detail)
    })?;
    Ok((commit, branch))
}

pub async fn prepare(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let way: Way = match &order.way {
        Some(way) => serde_json::from_value(Value::Object(way.clone()))
            .map_err(|error| wrong(order, &error.to_string()))?,
        None => Way::default(),
    };
    let Some(slug) = way.pipeline.filter(|slug| slug.contains('/')) else {
        return Err(wrong(
            order,
            "names no `pipeline`, as organization/pipeline",
        ));
    };
    if way.parameters.is_empty() && way.inputs.is_empty() {
        let detail = "tells the pipeline nothing: with neither `parameters` nor `inputs` it cannot know the version";
        return Err(wrong(order, detail));
    }
    let (commit, branch) = place(this, order, &slug, way.reference).await?;
    let what = wish::wish(order);
    let mut meta = way.inputs;
    meta.insert(KEY.to_owned(), order.key.clone());
    let body = json!({
        "commit": commit,
        "branch": branch,
        "message": format!("{what}: {}", signed(order)),
        "env": way.parameters,
        "meta_data": meta,
    });
    let mut notes = Vec::new();
    if !this.selection.has(&slug) {
        notes.push(format!(
            "`projects` of source {:?} leaves {slug} out: its builds will not be seen",
            this.instance.name
        ));
    }
    let draft = Draft {
        what: format!("{what}: build {slug} at {commit} of {branch}"),
        method: "POST",
        url: client::pipeline_url(&this.instance, &slug, &["builds"], &[]),
        body: Some(body),
        probe: Probe::Start(Start {
            slug,
            key: order.key.clone(),
            at: order.at,
            page: None,
        }),
    };
    Ok(Prepared {
        requests: vec![this.instance.request(draft)],
        notes,
        user: this.me().await?.map(|me| me.name),
        ..Prepared::default()
    })
}

pub async fn ask(this: &Buildkite, probe: &Start) -> Result<Standing, ConnectorError> {
    let only = [("meta_data[leadtime]", probe.key.as_str())];
    let earliest = this.instance.earliest(probe.at);
    let fresh = client::since(&this.instance, &probe.slug, earliest, &only).await?;
    let has_key = |one: &&Build| {
        let meta = one.meta_data.as_ref().and_then(|meta| meta.get(KEY));
        meta.and_then(Value::as_str) == Some(probe.key.as_str())
    };
    Ok(match fresh.iter().find(has_key) {
        Some(one) => Standing::Done(Receipt {
            text: format!("build {} of {}: {}", one.number, probe.slug, one.state),
            url: one.web_url.clone(),
        }),
        None => Standing::Open,
    })
}
