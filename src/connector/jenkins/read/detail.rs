//! What the stage view knows of a build: its stages, and of those in which an input waits or waited, their steps. A build that ran no pipeline has none.

use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::jenkins::client::Reach;
use crate::connector::jenkins::wire::{Build, Stage};

/// The stages of a build.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    pub stages: Option<Vec<Stage>>,
    /// Those with pauses, with their steps.
    pub paused: Vec<Stage>,
    /// It is a pipeline, and the stage view did not answer.
    pub blind: bool,
}

/// Asks for it.
pub async fn of(reach: &Reach<'_>, job: &str, build: &Build) -> Result<Detail, ConnectorError> {
    if !build.is_pipeline() {
        return Ok(Detail::default());
    }
    let run = match reach.run(job, build.number).await {
        Ok(run) => run,
        Err(error) if error.kind == ErrorKind::NotFound => {
            return Ok(Detail {
                blind: !build.class.is_empty(),
                ..Detail::default()
            });
        }
        Err(error) => return Err(error),
    };
    let paused = paused(reach, job, build.number, &run.stages).await?;
    Ok(Detail {
        stages: Some(run.stages),
        paused,
        blind: false,
    })
}

/// The stages in which an input waits or waited, with their steps.
pub async fn paused(
    reach: &Reach<'_>,
    job: &str,
    number: u64,
    stages: &[Stage],
) -> Result<Vec<Stage>, ConnectorError> {
    let mut found = Vec::new();
    for stage in stages.iter().filter(|stage| stage.has_paused()) {
        match reach.stage(job, number, &stage.id).await {
            Ok(whole) => found.push(Stage {
                // As the build sees it: the stage alone may not know that it waits.
                status: stage.status.clone(),
                name: stage.name.clone(),
                ..whole
            }),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
