//! Opening a merge request for a branch that another source has pushed.

use serde_json::json;

use super::Probe;
use super::tool::{Draft, Tool, at};
use crate::connector::ConnectorError;
use crate::connector::gitlab::wire::Request;
use crate::connector::http::address::encoded;
use crate::connector::opening::{Found, Opened, Opening};
use crate::plan::request::{Order, Prepared, Standing};

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    opening: &Opening,
) -> Result<Prepared, ConnectorError> {
    let me = tool.me().await?;
    let body = json!({
        "source_branch": opening.branch, "target_branch": opening.into, "title": opening.title, "description": opening.text,
    });
    let request = tool.request(Draft {
        what: opening.what(),
        method: "POST",
        path: at(&opening.repository, "/merge_requests"),
        body: Some(body),
        probe: Probe::Open(opening.kept(order)),
    });
    Ok(Prepared {
        requests: vec![request],
        user: me.username,
        ..Prepared::default()
    })
}

pub async fn ask(tool: &Tool<'_>, kept: &Opened) -> Result<Standing, ConnectorError> {
    let what = format!("{}: requests for {}", kept.repository, kept.branch);
    let query = format!(
        "/merge_requests?state=all&source_branch={}&target_branch={}",
        encoded(&kept.branch),
        encoded(&kept.into)
    );
    let all: Vec<Request> = tool.list(&what, &at(&kept.repository, &query)).await?;
    Ok(kept.standing(all.into_iter().map(|one| Found {
        name: format!("!{}", one.iid),
        is_open: one.state == "opened",
        by: one.author.and_then(|author| author.username),
        text: one.description.unwrap_or_default(),
        url: one.web_url,
    })))
}
