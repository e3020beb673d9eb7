//! A build is stopped. Jenkins ends it in its own time, and keeps who asked for it once it has.

use serde::{Deserialize, Serialize};

use super::{Me, Probe, Tool, objected};
use crate::connector::ConnectorError;
use crate::connector::jenkins::config::of_job;
use crate::connector::jenkins::translate::gate;
use crate::event::kind::Decision;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub job: String,
    pub number: u64,
    pub user: Option<Me>,
    pub at: Timestamp,
}

pub async fn prepare(tool: &Tool<'_>, order: &Order) -> Result<Prepared, ConnectorError> {
    let named = tool.target(order)?;
    let (job, number) = (named.job, named.number);
    let build = tool.reach.build(job, number).await?;
    let me = tool.me().await?;
    if !build.building {
        let text = format!(
            "{job} #{number} has ended ({}): there is nothing to stop",
            build.result
        );
        return Ok(objected(me.as_ref(), text, None));
    }
    let text = number.to_string();
    let url = of_job(tool.reach.instance, job, &[&text, "stop"], &[]);
    let mut prepared = Prepared {
        user: me.as_ref().map(|me| me.id.clone()),
        ..Prepared::default()
    };
    if named.part.is_some() {
        prepared
            .notes
            .push("Jenkins stops the whole build, not a stage of it".to_owned());
    }
    let probe = Probe::Stop(Deed {
        job: job.to_owned(),
        number,
        user: me,
        at: order.at,
    });
    let what = format!("stop {job} #{number}");
    prepared
        .requests
        .push(tool.request(what, url, None, &probe));
    Ok(prepared)
}

/// How a build that was to be stopped stands.
pub async fn ask(tool: &Tool<'_>, deed: &Deed) -> Result<Standing, ConnectorError> {
    let build = tool.reach.build(&deed.job, deed.number).await?;
    if build.building {
        return Ok(Standing::Open);
    }
    let early = build
        .finished()
        .is_some_and(|at| at < tool.earliest(deed.at));
    let by = match gate::ending(&build) {
        Some((Decision::Cancelled, by)) => by,
        Some((Decision::Rejected, by)) => {
            let by = by.as_deref().unwrap_or("somebody");
            return Ok(Standing::Moved(format!("{by} rejected its input")));
        }
        _ if build.result == "ABORTED" && !early => {
            let text = "it is stopped; Jenkins does not tell by whom";
            return Ok(Standing::Unknown(text.to_owned()));
        }
        _ => {
            let text = format!("it has ended meanwhile: it is {}", build.result);
            return Ok(Standing::Moved(text));
        }
    };
    let ours = by
        .as_ref()
        .zip(deed.user.as_ref())
        .map(|(by, me)| me.is(by));
    let who = by.as_deref().unwrap_or("somebody");
    Ok(match ours {
        Some(true) if !early => Standing::Done(Receipt {
            text: format!("stopped by {who}"),
            url: Some(tool.page(&deed.job, deed.number)),
        }),
        Some(_) => Standing::Moved(format!("{who} stopped it")),
        None => Standing::Unknown("it is stopped; Jenkins does not tell by whom".to_owned()),
    })
}
