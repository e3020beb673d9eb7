//! Looks whether CircleCI can be read, without reading it through: whose token it is, what is left of its allowance, and whether a page of each list of
//! pipelines can be read.

use super::DESCRIPTOR;
use super::client::{Reach, pipelines};
use super::config::Selection;
use super::wire::Pipeline;
use crate::connector::error::ErrorKind;
use crate::connector::http::page::Page;
use crate::connector::{ConnectorError, Health};

/// Looks.
pub async fn check(reach: &Reach<'_>, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.host;
    match reach.me().await {
        Ok(me) => health
            .facts
            .push(format!("{host} answers; the token belongs to {}", me.login)),
        Err(stop) => {
            let error = stop.clone().into_error(host);
            if error.kind == ErrorKind::Unauthorized {
                return Err(error);
            }
            health.note(host, stop)?;
        }
    }
    for list in selection.lists() {
        let path = pipelines(&list);
        let read: Result<Page<Pipeline>, _> = reach.page(list.name(), &path, None).await;
        let page = match read {
            Ok(page) => page,
            Err(stop) => {
                health.note(list.name(), stop)?;
                continue;
            }
        };
        let wanted = page.items.iter();
        let wanted = wanted.filter(|one| selection.has(&one.project_slug));
        let (seen, wanted) = (page.items.len(), wanted.count());
        health.facts.push(format!(
            "{}: {wanted} of its newest {seen} pipelines are of projects that are read",
            list.name()
        ));
        if seen == 0 {
            let text = "no pipeline is seen: for an organization CircleCI tells of the projects that the owner of the token follows";
            health.warn(list.name(), text);
        }
        for complaint in page.complaints {
            health.warn(list.name(), complaint);
        }
    }
    health.untold(DESCRIPTOR.tool);
    health.allowance(&reach.instance.http);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
