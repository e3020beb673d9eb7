//! Looks whether Opsgenie can be read: its services, and which of them are wanted; and what each list tells.

use super::DESCRIPTOR;
use super::client::{Kind, Reach};
use super::wire::Trouble;
use crate::connector::pattern::Names;
use crate::connector::{ConnectorError, Health};

pub async fn check(reach: &Reach<'_>, services: &Names) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    for kind in Kind::ALL {
        match reach.page(kind, 0).await {
            Ok((page, _)) => {
                let open = page.items.iter().filter(|one: &&Trouble| one.is_open());
                let (open, all) = (open.count(), page.items.len());
                let what = kind.word();
                let fact = format!("{host} answers; {open} of its newest {all} {what} are open");
                health.facts.push(fact);
            }
            Err(error) => health.note(host, error.into())?,
        }
    }
    if health.facts.is_empty() {
        let error = reach.page(Kind::Alert, 0).await.err();
        return error.map_or(Ok(health), Err);
    }
    match reach.services().await {
        Ok(found) => {
            let names: Vec<String> = found.items.into_iter().map(|one| one.name).collect();
            let wanted = names.iter().filter(|name| services.want(name)).count();
            let fact = format!("{wanted} of {} services are read", names.len());
            health.facts.push(fact);
            for idle in services.idle(&names) {
                let text = format!(
                    "no service fits {idle:?} of `projects`: is it spelt as Opsgenie has it, and may the key see it?"
                );
                health.warn(host, text);
            }
        }
        Err(error) => health.note(host, error.into())?,
    }
    health.untold(DESCRIPTOR.tool);
    health.warn(host, "Atlassian ends Opsgenie in April 2027");
    health.allowance(&reach.instance.http);
    health.clock(&reach.instance.http, host);
    Ok(health)
}
