//! An earlier release is brought back: Heroku makes a new one of its slug and its configuration.

use serde_json::json;

use super::{Heroku, Probe, objected, page, pending};
use crate::connector::ConnectorError;
use crate::connector::acting::unkept;
use crate::connector::heroku::client;
use crate::connector::heroku::translate::{Place, read_id};
use crate::connector::heroku::wire::Release;
use crate::connector::told::is_sha;
use crate::plan::request::{Order, Prepared, Version};

/// The release that a version is, among the newest of its app.
async fn meant<'r>(
    this: &Heroku,
    place: &Place,
    releases: &'r [Release],
    to: &Version,
) -> Result<Option<&'r Release>, ConnectorError> {
    let id = to.deployment.as_deref().and_then(read_id);
    if let Some(found) = releases.iter().find(|one| Some(one.id.as_str()) == id) {
        return Ok(Some(found));
    }
    let version = to.version.as_deref();
    let by_number = |one: &&Release| version == Some(format!("v{}", one.version).as_str());
    if let Some(found) = releases.iter().find(by_number) {
        return Ok(Some(found));
    }
    let Some(sha) = to.sha.as_deref().filter(|sha| is_sha(sha)) else {
        return Ok(None);
    };
    let eligible = |one: &&Release| one.eligible_for_rollback != Some(false);
    for one in releases.iter().filter(eligible) {
        let Some(slug) = &one.slug else { continue };
        let found = client::slug(&this.instance, &place.name, &slug.id).await?;
        if found.commit.as_deref() == Some(sha) {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

pub async fn prepare(this: &Heroku, order: &Order) -> Result<Prepared, ConnectorError> {
    let (place, _) = this.place(order).await?;
    let app = &place.name;
    let me = client::me(&this.instance).await?;
    let releases = client::newest(&this.instance, app).await?;
    let to = order.to.clone().unwrap_or_default();
    let found = meant(this, &place, &releases, &to).await?;
    let (Some(found), Some(newest)) = (found, releases.first()) else {
        let text = format!("{app} has no release of {} any more", to.name());
        return Ok(objected(&me, text, Some("deploying it again")));
    };
    if found.current {
        let text = format!("{app} runs v{} already", found.version);
        return Ok(objected(&me, text, None));
    }
    let mut objections = Vec::new();
    objections.extend(pending(app, newest));
    if found.eligible_for_rollback == Some(false) {
        let text = format!("Heroku does not bring v{} of {app} back", found.version);
        objections.push((
            text,
            Some("another release, or deploying it again".to_owned()),
        ));
    }
    let mut notes = vec![format!(
        "the configuration of v{} comes back with its code; add-ons and databases stay as they are",
        found.version
    )];
    notes.extend(unkept(order, "Heroku"));
    let probe = Probe {
        app: app.clone(),
        newest: newest.version,
        version: Some(found.version),
        slug: None,
        user: me.id.clone(),
        at: order.at,
        page: Some(page(app)),
    };
    let what = format!(
        "roll {app} back to v{} ({})",
        found.version, found.description
    );
    let url = client::releases_url(&this.instance, app);
    let body = json!({"release": found.id});
    Ok(Prepared {
        requests: vec![this.request(what, url, body, probe)],
        notes,
        objections,
        undone_by: vec![format!(
            "the next deployment or promotion to {app}, automatic ones too"
        )],
        user: Some(me.email),
        ..Prepared::default()
    })
}
