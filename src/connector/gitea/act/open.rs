//! Opening a request for a branch that another source has pushed.

use serde_json::json;

use super::{Probe, Tool};
use crate::connector::ConnectorError;
use crate::connector::gitea::client::Page;
use crate::connector::gitea::wire::{Pull, login};
use crate::connector::opening::{Found, Opened, Opening};
use crate::plan::request::{Order, Prepared, Standing};

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    opening: &Opening,
) -> Result<Prepared, ConnectorError> {
    let body = json!({"title": opening.title, "head": opening.branch, "base": opening.into, "body": opening.text});
    let path = format!("/repos/{}/pulls", opening.repository);
    let probe = Probe::Open(opening.kept(order));
    Ok(Prepared {
        requests: vec![tool.request(opening.what(), &path, Some(body), &probe)],
        user: tool.reach.me().await?,
        ..Prepared::default()
    })
}

/// Gitea does not look requests up by their branch, so those that changed last are looked through.
pub async fn ask(tool: &Tool<'_>, kept: &Opened) -> Result<Standing, ConnectorError> {
    let what = format!("{}: its newest requests", kept.repository);
    let path = format!(
        "/repos/{}/pulls?state=all&sort=recentupdate",
        kept.repository
    );
    let page: Page<Pull> = tool.reach.page(&what, (&path, None), 1).await?;
    let own = page
        .items
        .into_iter()
        .filter(|one| one.head.name == kept.branch && one.base.name == kept.into);
    Ok(kept.standing(own.map(|one| Found {
        name: format!("#{}", one.number),
        is_open: one.state == "open",
        by: login(one.user.as_ref()),
        text: one.body,
        url: Some(one.html_url),
    })))
}
