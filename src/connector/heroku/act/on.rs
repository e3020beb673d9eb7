//! What is live in one stage of a pipeline is promoted to the app of another: Heroku copies the slug that runs there now, so it can promote nothing else.

use serde_json::{Value, json};

use super::{Heroku, Probe, objected, page, pending};
use crate::connector::ConnectorError;
use crate::connector::acting::unkept;
use crate::connector::heroku::client;
use crate::connector::heroku::translate::{Place, read_id};
use crate::connector::heroku::wire::Release;
use crate::plan::request::{Order, Prepared, Version};

/// The app of the pipeline in which a version is live, with its release.
async fn live(
    this: &Heroku,
    others: &[&Place],
    to: &Version,
) -> Result<Option<(Place, Release)>, ConnectorError> {
    let id = to.deployment.as_deref().and_then(read_id);
    for place in others {
        let releases = client::newest(&this.instance, &place.name).await?;
        let Some(current) = releases.into_iter().find(|one| one.current) else {
            continue;
        };
        let mut is_it = Some(current.id.as_str()) == id;
        if let (false, Some(slug), Some(sha)) = (is_it, &current.slug, &to.sha) {
            let slug = client::slug(&this.instance, &place.name, &slug.id).await?;
            is_it = slug.commit.as_ref() == Some(sha);
        }
        if is_it {
            return Ok(Some(((*place).clone(), current)));
        }
    }
    Ok(None)
}

/// Why nothing can be promoted to an app now.
fn in_the_way(app: &str, releases: &[Release], wanted: &Release) -> Vec<(String, Option<String>)> {
    let newest = releases.first().and_then(|newest| pending(app, newest));
    let mut objections: Vec<_> = newest.into_iter().collect();
    let runs = releases.iter().find(|one| one.current);
    if runs.is_some_and(|one| one.slug.is_some() && one.slug == wanted.slug) {
        objections.push((format!("{app} runs it already"), None));
    }
    objections
}

fn notes(order: &Order, source: &Place) -> Vec<String> {
    let text = format!(
        "Heroku promotes what {} runs when it is asked, and not a release",
        source.name
    );
    let mut notes = vec![text];
    notes.extend(unkept(order, "Heroku"));
    notes
}

/// What is sent: from which app to which.
fn body(pipeline: &str, source: &Place, target: &Place) -> Value {
    json!({
        "pipeline": {"id": pipeline},
        "source": {"app": {"id": source.app}},
        "targets": [{"app": {"id": target.app}}],
    })
}

pub async fn prepare(this: &Heroku, order: &Order) -> Result<Prepared, ConnectorError> {
    let (place, all) = this.place(order).await?;
    let app = &place.name;
    let me = client::me(&this.instance).await?;
    let Some(pipeline) = &place.pipeline else {
        let text = format!("{app} is in no pipeline, so nothing can be promoted to it");
        return Ok(objected(
            &me,
            text,
            Some("adding it to a pipeline of Heroku's"),
        ));
    };
    let to = order.to.clone().unwrap_or_default();
    let others = all
        .iter()
        .filter(|one| one.pipeline.as_ref() == Some(pipeline) && one.app != place.app);
    let others: Vec<&Place> = others.collect();
    let Some((source, current)) = live(this, &others, &to).await? else {
        let text = format!(
            "{} is live in no other app of the pipeline {:?}, and Heroku promotes only what is",
            to.name(),
            place.service
        );
        return Ok(objected(
            &me,
            text,
            Some("deploying it to an earlier stage"),
        ));
    };
    let releases = client::newest(&this.instance, app).await?;
    let newest = releases.first().cloned().unwrap_or_default();
    let objections = in_the_way(app, &releases, &current);
    let what = format!(
        "promote v{} of {} to {app} ({})",
        current.version, source.name, place.environment
    );
    let body = body(pipeline, &source, &place);
    let probe = Probe {
        app: app.clone(),
        newest: newest.version,
        version: None,
        slug: current.slug.map(|slug| slug.id),
        user: me.id.clone(),
        at: order.at,
        page: Some(page(app)),
    };
    let url = this.instance.address(&["pipeline-promotions"], &[]);
    Ok(Prepared {
        requests: vec![this.request(what, url, body, probe)],
        notes: notes(order, &source),
        objections,
        undone_by: vec![format!(
            "the next deployment or promotion to {app}, automatic ones too"
        )],
        user: Some(me.email),
        ..Prepared::default()
    })
}
