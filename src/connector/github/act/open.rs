//! Opening a request for a branch that another source has pushed.

use serde_json::json;

use super::answer::Opened as Answered;
use super::tool::{Draft, Tool};
use crate::connector::ConnectorError;
use crate::connector::github::read::parse;
use crate::connector::http::address::encoded;
use crate::connector::opening::{Found, Opened, Opening};
use crate::plan::request::{Order, Prepared, Standing};

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    opening: &Opening,
) -> Result<Prepared, ConnectorError> {
    let user = tool.user().await?;
    let body = json!({"title": opening.title, "head": opening.branch, "base": opening.into, "body": opening.text});
    let request = tool.request(Draft {
        what: opening.what(),
        method: "POST",
        path: format!("/repos/{}/pulls", opening.repository),
        body: Some(body),
        probe: super::Probe::Open(opening.kept(order)),
    });
    Ok(Prepared {
        requests: vec![request],
        user,
        ..Prepared::default()
    })
}

pub async fn ask(tool: &Tool<'_>, kept: &Opened) -> Result<Standing, ConnectorError> {
    let repository = &kept.repository;
    let owner = repository.split('/').next().unwrap_or_default();
    let head = encoded(&format!("{owner}:{}", kept.branch));
    let path = format!(
        "/repos/{repository}/pulls?state=all&head={head}&base={}&per_page=100",
        encoded(&kept.into)
    );
    let answer = tool.get(&path).await?;
    if !answer.is_success() {
        return tool
            .understood(repository, &answer)
            .map(|()| Standing::Open);
    }
    let listed = parse::list::<Answered>(&answer.body, None)
        .map_err(|why| parse::unreadable(repository, &why))?;
    Ok(kept.standing(listed.items.into_iter().map(|one| Found {
        name: format!("#{}", one.number),
        is_open: one.state == "open",
        by: one.user.and_then(|user| user.login),
        text: one.body.unwrap_or_default(),
        url: one.html_url,
    })))
}
