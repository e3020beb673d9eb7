//! A piece of freight is promoted to a stage. One that the stage may not take yet is approved for it first, which passes by its verification; the plan says so.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Kargo, NAME, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, foreign, objected, unkept};
use crate::connector::kargo::available::available;
use crate::connector::kargo::client;
use crate::connector::kargo::translate::{Named, artifact, commit, version};
use crate::connector::kargo::wire::{Freight, Promotion, Stage};
use crate::connector::wish;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing, Verb, Version};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub project: String,
    pub stage: String,
    pub freight: String,
    /// The promotions to the stage that there were.
    pub known: Vec<String>,
}

/// The gate is decided: what waits is promoted.
pub async fn approve(this: &Kargo, order: &Order) -> Result<Prepared, ConnectorError> {
    let (project, Named::Waiting { stage, freight }) = this.named(order)? else {
        return Err(foreign(order, NAME));
    };
    let all = client::freight(&this.instance, project).await?;
    let found = all.items.iter().find(|one| one.metadata.name == freight);
    let Some(found) = found else {
        return Ok(objected(
            None,
            format!("the freight {freight} is gone"),
            None,
        ));
    };
    let stage = client::stage(&this.instance, project, stage).await?;
    let what = format!("promote {} to {}", name(found), stage.metadata.name);
    promoted(this, order, (project, &stage, found), what).await
}

pub async fn prepare(this: &Kargo, order: &Order) -> Result<Prepared, ConnectorError> {
    let way = order.way.as_ref().and_then(|way| way.get("application"));
    let way = way.and_then(|name| name.as_str());
    let target = order.target.as_ref();
    let target = target.and_then(|target| this.instance.within(&target.source));
    let wrong = |detail: &str| {
        wish::wrong(order, detail).hinted("promote = { application = \"project/stage\" }")
    };
    let (project, stage) = match (
        way.map(|way| way.split_once('/')),
        target,
        &order.environment,
    ) {
        (Some(Some((project, stage))), _, _) => (project, stage),
        (Some(None), _, _) => return Err(wrong("`application` is no project/stage")),
        (None, Some(project), Some(stage)) => (project, stage.as_str()),
        _ => return Err(wrong("nothing says which stage is meant")),
    };
    let stage = client::stage(&this.instance, project, stage).await?;
    let all = client::freight(&this.instance, project).await?;
    let promotions = client::promotions(&this.instance, project).await?;
    let to = order.to.clone().unwrap_or_default();
    let Some(found) = meant(&all.items, &promotions.items, &to) else {
        let text = format!("{project} has no freight of {}", to.name());
        let lifted = "a warehouse of it that finds it";
        return Ok(objected(None, text, Some(lifted)));
    };
    let name = name(found);
    let what = match order.verb {
        Verb::Rollback => format!("bring {} back to {name}", stage.metadata.name),
        _ => format!("promote {name} to {}", stage.metadata.name),
    };
    promoted(this, order, (project, &stage, found), what).await
}

/// What to call a piece of freight.
fn name(freight: &Freight) -> String {
    version(freight).unwrap_or_else(|| freight.metadata.name.chars().take(7).collect())
}

/// The freight that a version is: what made it live, else by its image or commit; of several the newest.
fn meant<'f>(all: &'f [Freight], promotions: &[Promotion], to: &Version) -> Option<&'f Freight> {
    let id = to.deployment.as_deref();
    let id = id.and_then(|id| id.strip_prefix("promotion/"));
    let by_deployment = || {
        let made = promotions
            .iter()
            .find(|one| Some(one.metadata.name.as_str()) == id)?;
        all.iter()
            .find(|one| one.metadata.name == made.spec.freight)
    };
    by_deployment().or_else(|| by_version(all, to))
}

fn by_version<'f>(all: &'f [Freight], to: &Version) -> Option<&'f Freight> {
    let fits = |one: &&Freight| {
        let same = |own: Option<String>, wanted: &Option<String>| own.is_some() && own == *wanted;
        let digests = one.images.iter().filter_map(|image| image.digest.as_ref());
        let mut digests = digests.filter(|digest| Some(*digest) == to.digest.as_ref());
        same(artifact(one), &to.artifact)
            || digests.next().is_some()
            || same(commit(one).0, &to.sha)
            || same(version(one), &to.version)
    };
    all.iter()
        .filter(fits)
        .max_by_key(|one| one.metadata.creation_timestamp)
}

async fn promoted(
    this: &Kargo,
    order: &Order,
    (project, stage, freight): (&str, &Stage, &Freight),
    what: String,
) -> Result<Prepared, ConnectorError> {
    let place = stage.metadata.name.as_str();
    let promotions = client::promotions(&this.instance, project).await?;
    let own: Vec<&Promotion> = promotions
        .items
        .iter()
        .filter(|one| one.spec.stage == place)
        .collect();
    let running = own.iter().find(|one| is_open(one));
    let mut prepared = Prepared::default();
    if let Some(running) = running {
        prepared.notes.push(format!(
            "{place} is being promoted by {}: this one waits until that is over",
            running.metadata.name
        ));
    }
    let live = stage.status.freight_history.first();
    let live = live.is_some_and(|live| {
        live.items
            .values()
            .any(|one| one.name == freight.metadata.name)
    });
    if live && running.is_none() {
        return Ok(objected(
            None,
            format!("{place} has {} already", name(freight)),
            None,
        ));
    }
    prepared.notes.extend(unkept(order, NAME));
    if stage.status.auto_promotion_enabled {
        prepared.undone_by.push(format!(
            "auto-promotion of {place}: it brings newer freight as soon as there is some"
        ));
    }
    let deed = Deed {
        project: project.to_owned(),
        stage: place.to_owned(),
        freight: freight.metadata.name.clone(),
        known: own.iter().map(|one| one.metadata.name.clone()).collect(),
    };
    let from = available(stage, freight);
    if from.is_none_or(|from| from > order.at) {
        allow(this, &mut prepared, (freight, from), &deed);
    }
    prepared.requests.push(this.instance.request(Draft {
        what: format!("{what} of {project}"),
        method: "POST",
        url: client::url(
            &this.instance,
            project,
            &["stages", place, "promotions"],
            &[],
        ),
        body: Some(json!({"freight": freight.metadata.name})),
        probe: Probe::Promote(deed),
    }));
    Ok(prepared)
}

/// What was not verified on its way, or not for as long as the stage asks, is approved by hand first.
fn allow(
    this: &Kargo,
    prepared: &mut Prepared,
    (freight, from): (&Freight, Option<Timestamp>),
    deed: &Deed,
) {
    let (name, place) = (name(freight), deed.stage.as_str());
    let why = match from {
        None => format!("{name} was not verified on its way to {place}"),
        Some(from) => format!("{name} soaks until {from} before {place} may take it"),
    };
    prepared
        .notes
        .push(format!("{why}: it is approved for it by hand first"));
    let rest = ["freight", deed.freight.as_str(), "approve"];
    prepared.requests.push(this.instance.request(Draft {
        what: format!("approve {name} for {place}, unverified"),
        method: "POST",
        url: client::url(&this.instance, &deed.project, &rest, &[("stage", place)]),
        body: None,
        probe: Probe::Allow(deed.clone()),
    }));
}

/// Whether a promotion is not over.
pub fn is_open(one: &Promotion) -> bool {
    matches!(one.status.phase.as_str(), "" | "Pending" | "Running")
}

pub async fn ask_allow(this: &Kargo, probe: &Deed) -> Result<Standing, ConnectorError> {
    let all = client::freight(&this.instance, &probe.project).await?;
    let found = all
        .items
        .iter()
        .find(|one| one.metadata.name == probe.freight);
    Ok(match found {
        None => Standing::Moved(format!("the freight {} is gone", probe.freight)),
        Some(one) if one.status.approved_for.contains_key(&probe.stage) => {
            Standing::Done(Receipt {
                text: format!("it is approved for {}", probe.stage),
                url: None,
            })
        }
        Some(_) => Standing::Open,
    })
}

pub async fn ask(this: &Kargo, probe: &Deed) -> Result<Standing, ConnectorError> {
    let all = client::promotions(&this.instance, &probe.project).await?;
    let fresh = |one: &&Promotion| {
        one.spec.stage == probe.stage && !probe.known.contains(&one.metadata.name)
    };
    let mut fresh = all.items.iter().filter(fresh);
    let own = fresh.clone().find(|one| one.spec.freight == probe.freight);
    Ok(match (own, fresh.next()) {
        (Some(one), _) => Standing::Unknown(format!(
            "promotion {} does it and is {}; whether it is leadtime's Kargo does not tell",
            one.metadata.name, one.status.phase
        )),
        (None, Some(one)) => Standing::Moved(format!(
            "promotion {} brings other freight to {}",
            one.metadata.name, probe.stage
        )),
        (None, None) => Standing::Open,
    })
}
