//! What a stage has is verified again.

use serde::{Deserialize, Serialize};

use super::{Kargo, NAME, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, foreign, objected};
use crate::connector::kargo::client;
use crate::connector::kargo::translate::Named;
use crate::connector::kargo::wire::{Stage, Verification};
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub project: String,
    pub stage: String,
    /// The verifications that there were.
    pub known: Vec<String>,
}

fn verifications(stage: &Stage) -> impl Iterator<Item = &Verification> {
    let newest = stage.status.freight_history.first();
    newest.into_iter().flat_map(|one| &one.verification_history)
}

pub async fn prepare(this: &Kargo, order: &Order) -> Result<Prepared, ConnectorError> {
    let (project, Named::Verification { stage }) = this.named(order)? else {
        return Err(foreign(order, NAME));
    };
    let found = client::stage(&this.instance, project, stage).await?;
    let running =
        verifications(&found).any(|one| matches!(one.phase.as_str(), "Pending" | "Running"));
    if running {
        let text = format!("{stage} is being verified");
        return Ok(objected(None, text, Some("its end")));
    }
    let request = this.instance.request(Draft {
        what: format!("verify {stage} of {project} again"),
        method: "POST",
        url: client::url(
            &this.instance,
            project,
            &["stages", stage, "verification"],
            &[],
        ),
        body: None,
        probe: Probe::Verify(Deed {
            project: project.to_owned(),
            stage: stage.to_owned(),
            known: verifications(&found).map(|one| one.id.clone()).collect(),
        }),
    });
    Ok(Prepared {
        requests: vec![request],
        notes: vec!["what the stage has now is verified, whatever it had then".to_owned()],
        ..Prepared::default()
    })
}

pub async fn ask(this: &Kargo, probe: &Deed) -> Result<Standing, ConnectorError> {
    let found = client::stage(&this.instance, &probe.project, &probe.stage).await?;
    let fresh = verifications(&found).any(|one| !probe.known.contains(&one.id));
    Ok(if fresh {
        Standing::Unknown("it is verified again; Kargo does not tell who asked".to_owned())
    } else {
        Standing::Open
    })
}
