//! An input is decided: it goes on (`proceedEmpty`), or the build is aborted. An input that asks for parameters is left to Jenkins' own page: what is left out of
//! its form counts as empty there. Who decided is known by the approvals that the build keeps, and by what ended it.

use serde::{Deserialize, Serialize};

use super::{Me, Probe, Tool, objected};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::jenkins::config::of_job;
use crate::connector::jenkins::read::detail;
use crate::connector::jenkins::translate::gate::{self, Stands};
use crate::connector::jenkins::wire::{Build, Input, Stage};
use crate::event::kind::Decision;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub job: String,
    pub number: u64,
    /// The step that waits, as the stage view numbers it.
    pub step: String,
    /// The input, as the address of the deed names it.
    pub input: String,
    pub approve: bool,
    pub user: Option<Me>,
    pub at: Timestamp,
}

/// A build, and the stages in which its inputs are.
async fn look(
    tool: &Tool<'_>,
    job: &str,
    number: u64,
) -> Result<(Build, Vec<Stage>), ConnectorError> {
    let build = tool.reach.build(job, number).await?;
    let detail = detail::of(&tool.reach, job, &build).await?;
    Ok((build, detail.paused))
}

pub async fn prepare(
    tool: &Tool<'_>,
    order: &Order,
    approve: bool,
) -> Result<Prepared, ConnectorError> {
    let named = tool.target(order)?;
    let (job, number) = (named.job, named.number);
    let Some(("input", step)) = named.part else {
        let what = format!("{} of {job} #{number}", order.verb.word());
        let detail = "it is no input, and nothing else in Jenkins waits for a person";
        return Err(ConnectorError::new(ErrorKind::NotFound, what, detail));
    };
    let me = tool.me().await?;
    let input = match meant(tool, (job, number, step), approve).await? {
        Ok(input) => input,
        Err((text, lifted)) => return Ok(objected(me.as_ref(), text, lifted)),
    };
    let mut prepared = Prepared {
        user: me.as_ref().map(|me| me.id.clone()),
        ..Prepared::default()
    };
    if order.comment.is_some() {
        let text = "Jenkins keeps no comment of a decision: it stays in leadtime's journal";
        prepared.notes.push(text.to_owned());
    }
    let last = if approve { "proceedEmpty" } else { "abort" };
    let text = number.to_string();
    let pieces = [text.as_str(), "input", &input.id, last];
    let url = of_job(tool.reach.instance, job, &pieces, &[]);
    let what = if approve {
        format!("let {job} #{number} go on: {}", input.message)
    } else {
        format!("abort {job} #{number} at its input: {}", input.message)
    };
    let probe = Probe::Input(Deed {
        job: job.to_owned(),
        number,
        step: step.to_owned(),
        input: input.id.clone(),
        approve,
        user: me,
        at: order.at,
    });
    prepared
        .requests
        .push(tool.request(what, url, None, &probe));
    Ok(prepared)
}

/// The input that waits at a step; or why it cannot be decided here, and what to do.
async fn meant(
    tool: &Tool<'_>,
    (job, number, step): (&str, u64, &str),
    approve: bool,
) -> Result<Result<Input, (String, Option<String>)>, ConnectorError> {
    let page = format!("{}input/", tool.page(job, number));
    let (build, paused) = look(tool, job, number).await?;
    let steps = gate::steps(&build, &paused);
    let waiting = steps.iter().filter(|one| one.stands == Stands::Waits);
    if !waiting.clone().any(|one| one.step.id == step) {
        let text = format!("the input of {job} #{number} waits no more");
        return Ok(Err((text, None)));
    }
    let mut inputs = tool.reach.inputs(job, number).await?;
    let many = inputs.len().max(waiting.count());
    let Some(input) = inputs.pop().filter(|_| many == 1) else {
        let text = format!(
            "{job} #{number} waits at {many} inputs, and Jenkins does not tell which of them is meant"
        );
        return Ok(Err((text, Some(format!("deciding at {page}")))));
    };
    if approve && !input.inputs.is_empty() {
        let asked: Vec<&str> = input.inputs.iter().map(|one| one.name.as_str()).collect();
        let text = format!("the input asks for {}", asked.join(", "));
        return Ok(Err((text, Some(format!("answering it at {page}")))));
    }
    Ok(Ok(input))
}

/// How a decision stands.
pub async fn ask(tool: &Tool<'_>, deed: &Deed) -> Result<Standing, ConnectorError> {
    let (build, paused) = look(tool, &deed.job, deed.number).await?;
    let steps = gate::steps(&build, &paused);
    let Some(one) = steps.iter().find(|one| one.step.id == deed.step) else {
        return Ok(Standing::Unknown(
            "Jenkins does not show the input any more".to_owned(),
        ));
    };
    Ok(match one.stands {
        Stands::Waits => {
            let inputs = tool.reach.inputs(&deed.job, deed.number).await?;
            if inputs.iter().any(|input| input.id == deed.input) {
                Standing::Open
            } else {
                let text = "it is being decided; Jenkins does not tell how yet";
                Standing::Unknown(text.to_owned())
            }
        }
        Stands::Approved => {
            let by = gate::approver(&build, &steps, &deed.step);
            let early = one
                .step
                .resumed()
                .is_some_and(|at| at < tool.earliest(deed.at));
            decided(tool, deed, (true, early), by.as_deref())
        }
        Stands::Ended if build.building => {
            Standing::Unknown("the build is being ended; by whom is told when it has".to_owned())
        }
        Stands::Ended => match gate::ending(&build) {
            Some((Decision::Rejected, by)) => decided(tool, deed, (false, false), by.as_deref()),
            Some((Decision::Expired, _)) => Standing::Moved("its time ran out".to_owned()),
            Some((_, by)) => {
                let by = by.as_deref().unwrap_or("somebody");
                Standing::Moved(format!("{by} stopped the build"))
            }
            None => Standing::Unknown("it is decided; Jenkins does not tell by whom".to_owned()),
        },
    })
}

/// Somebody decided, one way or the other; perhaps before it was asked for.
fn decided(
    tool: &Tool<'_>,
    deed: &Deed,
    (approved, early): (bool, bool),
    by: Option<&str>,
) -> Standing {
    let word = if approved { "approved" } else { "rejected" };
    let ours = match (by, &deed.user) {
        (Some(by), Some(me)) => Some(me.is(by)),
        // Nobody was logged in: Jenkins names nobody, and it may have been anybody.
        _ => None,
    };
    let who = by.unwrap_or("somebody");
    match ours {
        _ if approved != deed.approve || early => Standing::Moved(format!("{who} {word} it")),
        Some(true) => Standing::Done(Receipt {
            text: format!("{word} by {who}"),
            url: Some(tool.page(&deed.job, deed.number)),
        }),
        Some(false) => Standing::Moved(format!("{who} {word} it")),
        None => Standing::Unknown(format!("it is {word}; Jenkins does not tell by whom")),
    }
}
