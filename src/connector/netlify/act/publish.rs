//! A deploy that is ready is published: an earlier one, or one that was held back. Its files are there already, so nothing is built.

use serde::{Deserialize, Serialize};

use super::{Netlify, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{objected, unkept};
use crate::connector::error::ErrorKind;
use crate::connector::netlify::client;
use crate::connector::netlify::translate::{environment, read_id};
use crate::connector::netlify::wire::{Deploy, Site};
use crate::plan::request::{Order, Prepared, Standing, Version};

/// Pages of deploys that are looked through for a version.
const PAGES: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publish {
    pub site: String,
    pub deploy: String,
    /// What was published before.
    pub before: Option<String>,
    pub page: Option<String>,
}

/// The deploy that a version is: the one that made it live, else the newest of its commit that goes to the same place.
async fn meant(
    this: &Netlify,
    site: &Site,
    order: &Order,
    to: &Version,
) -> Result<Option<Deploy>, ConnectorError> {
    if let Some(id) = to.deployment.as_deref().and_then(read_id) {
        match client::deploy(&this.instance, &site.id, id).await {
            Ok(deploy) => return Ok(Some(deploy)),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let fits = |one: &Deploy| {
        let place = environment(one);
        one.state == "ready"
            && to.sha.is_some()
            && one.commit_ref == to.sha
            && (order.environment.is_none() || place == order.environment)
    };
    let mut next = Some(client::deploys_url(&this.instance, &site.id));
    for _ in 0..PAGES {
        let Some(url) = next.take() else { break };
        let page = client::deploys(&this.instance, &url, &site.name).await?;
        if let Some(found) = page.items.into_iter().find(fits) {
            return Ok(Some(found));
        }
        next = page.next;
    }
    Ok(None)
}

type Objections = Vec<(String, Option<String>)>;

/// Why a deploy cannot take the place of the one that is live, and what would undo it.
fn weighed(name: &str, deploy: &Deploy, live: &Deploy) -> (Objections, Vec<String>) {
    let mut objections = Vec::new();
    if deploy.state != "ready" {
        let text = format!("the deploy {} of {name} is {}", deploy.id, deploy.state);
        objections.push((text, Some("deploying it again".to_owned())));
    }
    if deploy.context != "production" {
        let text = format!(
            "the deploy {} of {name} was made for {}, and not for production",
            deploy.id, deploy.context
        );
        objections.push((text, Some("a deploy of the production branch".to_owned())));
    }
    let mut undone_by = Vec::new();
    if live.locked == Some(true) {
        let text = format!("{name} is held: its published deploy is locked");
        objections.push((text, Some("releasing it".to_owned())));
    } else {
        undone_by.push(format!(
            "the next deploy of {name}'s production branch, which is published by itself unless it is held"
        ));
    }
    (objections, undone_by)
}

pub async fn prepare(this: &Netlify, order: &Order) -> Result<Prepared, ConnectorError> {
    let site = this.site(order).await?;
    let name = &site.name;
    let me = this.me().await?;
    let to = order.to.clone().unwrap_or_default();
    let Some(deploy) = meant(this, &site, order, &to).await? else {
        let text = format!("{name} has no deploy of {} that is ready", to.name());
        return Ok(objected(me, text, Some("deploying it again")));
    };
    let live = site.published_deploy.clone().unwrap_or_default();
    if deploy.id == live.id {
        return Ok(objected(me, format!("{name} serves it already"), None));
    }
    let (objections, undone_by) = weighed(name, &deploy, &live);
    let commit = deploy.commit_ref.as_deref().and_then(|sha| sha.get(..7));
    let what = format!(
        "publish the deploy {} ({}) of {name}",
        deploy.id,
        commit.unwrap_or("no commit")
    );
    let probe = Probe::Publish(Publish {
        site: site.id.clone(),
        deploy: deploy.id.clone(),
        before: Some(live.id).filter(|id| !id.is_empty()),
        page: deploy.admin_url.clone(),
    });
    let rest = [
        "sites",
        site.id.as_str(),
        "deploys",
        deploy.id.as_str(),
        "restore",
    ];
    Ok(Prepared {
        requests: vec![this.request(what, &rest, probe)],
        notes: unkept(order, "Netlify").into_iter().collect(),
        objections,
        undone_by,
        user: me,
        ..Prepared::default()
    })
}

pub async fn ask(this: &Netlify, probe: &Publish) -> Result<Standing, ConnectorError> {
    let site = client::site(&this.instance, &probe.site).await?;
    let live = site.published_deploy.map(|live| live.id);
    Ok(if live.as_ref() == Some(&probe.deploy) {
        let text = "it is published now; Netlify does not tell by whom";
        Standing::Unknown(text.to_owned())
    } else if live == probe.before {
        Standing::Open
    } else {
        let live = live.unwrap_or_else(|| "none".to_owned());
        Standing::Moved(format!("another deploy was published meanwhile: {live}"))
    })
}
