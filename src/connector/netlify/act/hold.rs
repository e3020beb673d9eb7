//! What is published is locked, so that no deploy takes its place by itself; and unlocked.

use serde::{Deserialize, Serialize};

use super::{Netlify, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{objected, unkept};
use crate::connector::netlify::client;
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub site: String,
    pub deploy: String,
    /// To lock it, or to unlock it.
    pub lock: bool,
    pub page: Option<String>,
}

pub async fn prepare(
    this: &Netlify,
    order: &Order,
    lock: bool,
) -> Result<Prepared, ConnectorError> {
    let site = this.site(order).await?;
    let name = &site.name;
    let me = this.me().await?;
    let Some(live) = &site.published_deploy else {
        let text = format!("{name} has published nothing, so there is nothing to hold");
        return Ok(objected(me, text, None));
    };
    if live.locked.unwrap_or_default() == lock {
        let word = if lock { "locked already" } else { "not locked" };
        let text = format!("the published deploy of {name} is {word}");
        return Ok(objected(me, text, None));
    }
    let word = if lock { "lock" } else { "unlock" };
    let what = format!("{word} the published deploy {} of {name}", live.id);
    let probe = Probe::Hold(Hold {
        site: site.id.clone(),
        deploy: live.id.clone(),
        lock,
        page: live.admin_url.clone(),
    });
    let mut notes: Vec<String> = unkept(order, "Netlify").into_iter().collect();
    notes.push(if lock {
        "deploys are made as before, and wait unpublished".to_owned()
    } else {
        "what waits unpublished is not published by this, but what is made next is".to_owned()
    });
    Ok(Prepared {
        requests: vec![this.request(what, &["deploys", &live.id, word], probe)],
        notes,
        user: me,
        ..Prepared::default()
    })
}

pub async fn ask(this: &Netlify, probe: &Hold) -> Result<Standing, ConnectorError> {
    let site = client::site(&this.instance, &probe.site).await?;
    let live = site.published_deploy.unwrap_or_default();
    if live.id != probe.deploy {
        let text = format!("another deploy was published meanwhile: {}", live.id);
        return Ok(Standing::Moved(text));
    }
    Ok(if live.locked.unwrap_or_default() == probe.lock {
        let word = if probe.lock { "locked" } else { "unlocked" };
        Standing::Unknown(format!("it is {word} now; Netlify does not tell by whom"))
    } else {
        Standing::Open
    })
}
