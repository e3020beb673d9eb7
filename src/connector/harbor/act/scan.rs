//! An artifact is scanned again.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Harbor, Probe};
use crate::connector::ConnectorError;
use crate::connector::acting::{Draft, foreign, objected, target};
use crate::connector::harbor::client;
use crate::connector::harbor::translate::{digest_of, is_open};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    pub repository: String,
    pub digest: String,
    pub at: Timestamp,
}

pub async fn prepare(this: &Harbor, order: &Order) -> Result<Prepared, ConnectorError> {
    let target = target(order, "Harbor")?;
    let name = this.instance.within(&target.source);
    let (Some(name), Some(digest)) = (name, digest_of(&target.id)) else {
        return Err(foreign(order, "Harbor"));
    };
    let me = client::me(&this.instance)
        .await?
        .or_else(|| this.user.clone());
    let Some(found) = client::artifact(&this.instance, name, digest).await? else {
        return Ok(objected(
            me,
            format!("{name} has no {digest} any more"),
            None,
        ));
    };
    if is_open(&found) {
        let text = format!("{name}@{digest} is being scanned");
        return Ok(objected(me, text, Some("its end")));
    }
    let request = this.instance.request(Draft {
        what: format!("scan {name}@{digest} again"),
        method: "POST",
        url: client::artifacts_url(&this.instance, name, &[digest, "scan"], &[]),
        body: Some(json!({"scan_type": "vulnerability"})),
        probe: Probe::Scan(Scan {
            repository: name.to_owned(),
            digest: digest.to_owned(),
            at: order.at,
        }),
    });
    Ok(Prepared {
        requests: vec![request],
        user: me,
        ..Prepared::default()
    })
}

pub async fn ask(this: &Harbor, probe: &Scan) -> Result<Standing, ConnectorError> {
    let found = client::artifact(&this.instance, &probe.repository, &probe.digest).await?;
    let Some(found) = found else {
        return Ok(Standing::Moved("it is gone".to_owned()));
    };
    let earliest = this.instance.earliest(probe.at);
    let mut reports = found.scan_overview.iter().flat_map(|all| all.values());
    let since = reports.any(|report| report.start_time.is_some_and(|at| at >= earliest));
    Ok(if is_open(&found) || since {
        // A scan is a scan, whoever asked for it; but who did Harbor does not tell.
        Standing::Unknown("it was scanned since, or is; Harbor does not tell who asked".to_owned())
    } else {
        Standing::Open
    })
}
