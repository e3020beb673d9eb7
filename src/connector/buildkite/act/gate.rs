//! A block step is unblocked. Buildkite keeps who did and when; what a step asks for in fields is left to its own page, and its defaults stand.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Buildkite, NAME, Probe, by, part};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, objected, unkept, whose};
use crate::connector::buildkite::client;
use crate::connector::buildkite::translate::{Part, Thing, has_ended, job};
use crate::connector::buildkite::wire::{Build, Job};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unblock {
    pub slug: String,
    pub number: u64,
    pub block: String,
    /// The id of who we are.
    pub user: Option<String>,
    pub at: Timestamp,
    pub page: Option<String>,
}

/// Why a block step waits for nobody.
pub fn gone(build: &Build, job: &Job) -> Option<String> {
    let by = job.unblocked_by.as_ref();
    let by = by.map_or("somebody", |user| user.name.as_str());
    if job.state == "unblocked" {
        let at = job.unblocked_at;
        let at = at.map_or(String::new(), |at| format!(" at {at}"));
        return Some(format!("{by} unblocked it{at}"));
    }
    if has_ended(build) {
        return Some(format!("its build has ended: it is {}", build.state));
    }
    (job.unblockable != Some(true))
        .then(|| "it does not wait yet: what is before it is not done".to_owned())
}

pub async fn prepare(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = this.thing(order)?;
    let build = client::build(&this.instance, &thing).await?;
    let block = part(&build, &thing, Part::Block)?;
    let me = this.me().await?;
    let name = me.as_ref().map(|me| me.name.clone());
    if let Some(text) = gone(&build, block) {
        return Ok(objected(name, text, None));
    }
    let url = client::build_url(&this.instance, &thing, &["jobs", &block.id, "unblock"]);
    let draft = Draft {
        what: format!("unblock {:?} of {}", job::name(block), thing.build()),
        method: "PUT",
        url,
        body: Some(json!({"fields": {}})),
        probe: Probe::Unblock(Unblock {
            slug: thing.slug.clone(),
            number: thing.number,
            block: block.id.clone(),
            user: me.map(|me| me.id),
            at: order.at,
            page: block.unblock_url.clone().or(build.web_url.clone()),
        }),
    };
    let mut notes: Vec<String> = unkept(order, NAME).into_iter().collect();
    notes.push("fields that the step asks for keep their defaults".to_owned());
    Ok(Prepared {
        requests: vec![this.instance.request(draft)],
        notes,
        user: name,
        ..Prepared::default()
    })
}

pub async fn ask(this: &Buildkite, probe: &Unblock) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        number: probe.number,
        part: Some((Part::Block, probe.block.clone())),
    };
    let build = client::build(&this.instance, &thing).await?;
    let block = part(&build, &thing, Part::Block)?;
    if block.state != "unblocked" {
        return Ok(gone(&build, block).map_or(Standing::Open, Standing::Moved));
    }
    let early = block
        .unblocked_at
        .is_some_and(|at| at < this.instance.earliest(probe.at));
    let who = (by(block.unblocked_by.as_ref()), probe.user.as_deref());
    Ok(whose("unblocked it", who, early, probe.page.clone()))
}
