//! Looks whether Jenkins can be read, without reading it through: its version, who the token belongs to, which jobs are seen, and whether the stages of one of
//! them can be read.

use super::DESCRIPTOR;
use super::client::Reach;
use super::config::Selection;
use super::read::detail;
use super::read::walk::{self, Found};
use crate::connector::{ConnectorError, Health};

/// So many jobs are looked into for a pipeline.
const TRIED: usize = 5;

/// Looks.
pub async fn check(reach: &Reach<'_>, selection: &Selection) -> Result<Health, ConnectorError> {
    let mut health = Health::default();
    let host = &reach.instance.source;
    health.facts.push(match reach.version().await? {
        Some(version) => format!("{host} answers; it is Jenkins {version}"),
        None => format!("{host} answers, and does not say that it is Jenkins"),
    });
    health.facts.push(match reach.me().await? {
        Some(user) => format!("the token belongs to {}", user.id),
        None => "nobody is logged in: only what everybody may see".to_owned(),
    });
    let found = walk::jobs(reach, selection).await?;
    for (place, why) in &found.complaints {
        health.warn(place, why.clone());
    }
    health.facts.push(match found.jobs.len() {
        1 => "1 job is visible".to_owned(),
        many => format!("{many} jobs are visible"),
    });
    let names: Vec<&str> = found.jobs.iter().map(|job| job.name.as_str()).collect();
    for idle in selection.idle(&names) {
        let text = format!(
            "no job fits {idle:?} of `projects`: is it the full name, as in the job's address, and may the user of source {:?} see it?",
            reach.instance.name
        );
        health.warn(host, text);
    }
    stages(reach, &found, &mut health).await?;
    health.untold(DESCRIPTOR.tool);
    health.clock(&reach.instance.http, host);
    Ok(health)
}

/// Whether stages can be read, by the newest build of the first pipeline.
async fn stages(
    reach: &Reach<'_>,
    found: &Found,
    health: &mut Health,
) -> Result<(), ConnectorError> {
    let built = found.jobs.iter().filter(|job| job.newest > 0);
    for job in built.take(TRIED) {
        let newest = match reach.build(&job.name, job.newest).await {
            Ok(newest) => newest,
            Err(error) => {
                health.warn(&job.name, error.to_string());
                continue;
            }
        };
        if !newest.class.ends_with("WorkflowRun") {
            continue;
        }
        let detail = detail::of(reach, &job.name, &newest).await?;
        if let Some(stages) = detail.stages {
            let fact = format!("{}: {} stages can be read", job.name, stages.len());
            health.facts.push(fact);
        } else {
            let text = "its stages and inputs cannot be read: install the plugin Pipeline: Stage View (pipeline-rest-api)";
            health.warn(&job.name, text);
        }
        return Ok(());
    }
    Ok(())
}
