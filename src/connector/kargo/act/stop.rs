//! A promotion is aborted.

use serde::{Deserialize, Serialize};

use super::promote::is_open;
use super::{Kargo, NAME, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, foreign, objected, unkept};
use crate::connector::kargo::client;
use crate::connector::kargo::translate::Named;
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub project: String,
    pub promotion: String,
}

pub async fn prepare(this: &Kargo, order: &Order) -> Result<Prepared, ConnectorError> {
    let (project, Named::Promotion(name)) = this.named(order)? else {
        return Err(foreign(order, NAME));
    };
    let one = client::promotion(&this.instance, project, name).await?;
    if !is_open(&one) {
        let text = format!("promotion {name} is over: it is {}", one.status.phase);
        return Ok(objected(None, text, None));
    }
    let request = this.instance.request(Draft {
        what: format!("abort promotion {name} to {} of {project}", one.spec.stage),
        method: "POST",
        url: client::url(&this.instance, project, &["promotions", name, "abort"], &[]),
        body: None,
        probe: Probe::Stop(Deed {
            project: project.to_owned(),
            promotion: name.to_owned(),
        }),
    });
    let mut notes: Vec<String> = unkept(order, NAME).into_iter().collect();
    notes.push("what it has done by then stays done".to_owned());
    Ok(Prepared {
        requests: vec![request],
        notes,
        ..Prepared::default()
    })
}

pub async fn ask(this: &Kargo, probe: &Deed) -> Result<Standing, ConnectorError> {
    let one = client::promotion(&this.instance, &probe.project, &probe.promotion).await?;
    Ok(match one.status.phase.as_str() {
        "Aborted" => Standing::Unknown("it is aborted; Kargo does not tell by whom".to_owned()),
        _ if is_open(&one) => Standing::Open,
        phase => Standing::Moved(format!("it is over meanwhile: it is {phase}")),
    })
}
