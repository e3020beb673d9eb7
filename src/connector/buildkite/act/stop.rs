//! A build is cancelled: to stop it, and to refuse what waits in it, for which Buildkite has nothing else. Its REST API does not tell who cancelled a build.

use serde::{Deserialize, Serialize};

use super::{Buildkite, NAME, Probe, gate, part};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, objected, unkept};
use crate::connector::buildkite::client;
use crate::connector::buildkite::translate::{Part, Thing, has_ended, job};
use crate::connector::buildkite::wire::Build;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub slug: String,
    pub number: u64,
    /// The block step that is refused by it.
    pub block: Option<String>,
    pub at: Timestamp,
    pub page: Option<String>,
}

pub async fn reject(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = this.thing(order)?;
    let build = client::build(&this.instance, &thing).await?;
    let block = part(&build, &thing, Part::Block)?;
    if let Some(text) = gate::gone(&build, block) {
        let me = this.me().await?;
        return Ok(objected(me.map(|me| me.name), text, None));
    }
    let what = format!("reject {:?}: cancel {}", job::name(block), thing.build());
    let mut prepared = prepared(this, order, (&thing, &build), what).await?;
    let note = "Buildkite cannot reject a block step: the whole build is cancelled instead";
    prepared.notes.insert(0, note.to_owned());
    if matches!(build.state.as_str(), "passed" | "failed") {
        let note = "nothing of it runs: Buildkite may refuse to cancel what only waits, and then its own page is the way";
        prepared.notes.insert(1, note.to_owned());
    }
    prepared.notes.extend(unkept(order, NAME));
    Ok(prepared)
}

pub async fn cancel(this: &Buildkite, order: &Order) -> Result<Prepared, ConnectorError> {
    let thing = this.thing(order)?;
    let build = client::build(&this.instance, &thing).await?;
    if has_ended(&build) {
        let me = this.me().await?;
        let text = format!(
            "{} has ended ({}): there is nothing to stop",
            thing.build(),
            build.state
        );
        return Ok(objected(me.map(|me| me.name), text, None));
    }
    let what = format!("cancel {}", thing.build());
    let mut prepared = prepared(this, order, (&thing, &build), what).await?;
    if thing.part.is_some() {
        let note = "the whole build is cancelled, and not this part of it alone";
        prepared.notes.push(note.to_owned());
    }
    Ok(prepared)
}

async fn prepared(
    this: &Buildkite,
    order: &Order,
    (thing, build): (&Thing, &Build),
    what: String,
) -> Result<Prepared, ConnectorError> {
    let block = thing.part.as_ref().filter(|(part, _)| *part == Part::Block);
    let draft = Draft {
        what,
        method: "PUT",
        url: client::build_url(&this.instance, thing, &["cancel"]),
        body: None,
        probe: Probe::Stop(Stop {
            slug: thing.slug.clone(),
            number: thing.number,
            block: block.map(|(_, id)| id.clone()),
            at: order.at,
            page: build.web_url.clone(),
        }),
    };
    let running = build.jobs.iter().filter(|job| job.state == "running");
    let running: Vec<String> = running.map(job::name).collect();
    let mut notes = Vec::new();
    if !running.is_empty() {
        notes.push(format!(
            "this stops what runs in it: {}",
            running.join(", ")
        ));
    }
    Ok(Prepared {
        requests: vec![this.instance.request(draft)],
        notes,
        user: this.me().await?.map(|me| me.name),
        ..Prepared::default()
    })
}

pub async fn ask(this: &Buildkite, probe: &Stop) -> Result<Standing, ConnectorError> {
    let thing = Thing {
        slug: probe.slug.clone(),
        number: probe.number,
        part: probe.block.clone().map(|id| (Part::Block, id)),
    };
    let build = client::build(&this.instance, &thing).await?;
    if matches!(build.state.as_str(), "canceled" | "canceling") {
        let early = build
            .finished_at
            .is_some_and(|at| at < this.instance.earliest(probe.at));
        let text = "it is cancelled; Buildkite's API does not tell by whom";
        return Ok(if early {
            Standing::Moved("it was cancelled before".to_owned())
        } else {
            Standing::Unknown(text.to_owned())
        });
    }
    if has_ended(&build) {
        let text = format!("it has ended meanwhile: it is {}", build.state);
        return Ok(Standing::Moved(text));
    }
    if probe.block.is_some() {
        // What does not wait any more was decided otherwise.
        let block = part(&build, &thing, Part::Block)?;
        if let Some(gone) = gate::gone(&build, block) {
            return Ok(Standing::Moved(gone));
        }
    }
    Ok(Standing::Open)
}
