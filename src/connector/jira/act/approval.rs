//! An approval of Jira Service Management: the answer of the account itself. Jira keeps no comment and no time with an answer, but whose it is.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Me, Probe, objected};
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::jira::client::Reach;
use crate::connector::jira::translate::gate::{is_open, responder};
use crate::connector::jira::wire::Approval;
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub key: String,
    pub id: String,
    /// `approved`, `declined`.
    pub wanted: String,
    pub me: Me,
    pub at: Timestamp,
    pub page: String,
}

pub async fn prepare(
    reach: &Reach<'_>,
    order: &Order,
    (key, id): (&str, &str),
    approve: bool,
) -> Result<Prepared, ConnectorError> {
    let approval = find(reach, key, id).await?;
    let me = Me::of(reach.me().await?);
    if let Some(text) = gone(key, &approval) {
        return Ok(objected(me, text, None));
    }
    let pending = approval
        .approvers
        .iter()
        .filter(|one| one.approver_decision == "pending");
    let pending: Vec<String> = pending.filter_map(|one| one.approver.said()).collect();
    let lifted = (!pending.is_empty()).then(|| format!("a decision of {}", pending.join(", ")));
    match own(&approval, &me) {
        Some("pending") => {}
        Some(answer) => {
            let text = format!("{} has {answer} it already", me.said);
            return Ok(objected(me, text, lifted));
        }
        None => {
            let text = format!("{} is not asked to decide {key}", me.said);
            return Ok(objected(me, text, lifted));
        }
    }
    if approval.can_answer_approval == Some(false) {
        let text = format!("Jira says that {} may not answer it", me.said);
        return Ok(objected(me, text, lifted));
    }
    let (word, wanted) = if approve {
        ("approve", "approved")
    } else {
        ("decline", "declined")
    };
    let notes = order.comment.iter().map(|comment| {
        format!("Jira keeps no comment with an approval: {comment:?} is kept in leadtime's journal")
    });
    let probe = Probe::Approval(Answer {
        key: key.to_owned(),
        id: id.to_owned(),
        wanted: wanted.to_owned(),
        me: me.clone(),
        at: order.at,
        page: reach.shown(key),
    });
    let what = format!("{word} {:?} of {key} as {}", approval.name, me.said);
    Ok(Prepared {
        requests: vec![probe.request(reach, what, &json!({"decision": word}))],
        notes: notes.collect(),
        user: Some(me.said),
        ..Prepared::default()
    })
}

async fn find(reach: &Reach<'_>, key: &str, id: &str) -> Result<Approval, ConnectorError> {
    let found = reach.approvals(key).await?;
    let found = found.into_iter().find(|approval| approval.id == id);
    found.ok_or_else(|| {
        let detail = "it has no such approval any more, or the account may not see it";
        ConnectorError::new(ErrorKind::NotFound, format!("{key}, approval {id}"), detail)
    })
}

/// How we answered; `None` where we are not asked.
fn own<'a>(approval: &'a Approval, me: &Me) -> Option<&'a str> {
    let own = approval.approvers.iter().find(|one| me.is(&one.approver))?;
    Some(&own.approver_decision)
}

/// Why it waits for nobody.
fn gone(key: &str, approval: &Approval) -> Option<String> {
    if is_open(approval) {
        return None;
    }
    let by = responder(approval).map_or(String::new(), |by| format!(" by {by}"));
    let at = approval
        .completed_date
        .at
        .map_or(String::new(), |at| format!(" at {at}"));
    Some(format!("{key} is {}{by}{at}", approval.final_decision))
}

/// How an answer stands.
pub async fn ask(reach: &Reach<'_>, probe: &Answer) -> Result<Standing, ConnectorError> {
    let approval = find(reach, &probe.key, &probe.id).await?;
    let own = own(&approval, &probe.me).unwrap_or_default();
    if own == probe.wanted {
        return Ok(Standing::Done(Receipt {
            text: format!("{} {own} by {}", probe.key, probe.me.said),
            url: Some(probe.page.clone()),
        }));
    }
    Ok(match gone(&probe.key, &approval) {
        Some(gone) => Standing::Moved(gone),
        None if own == "pending" => Standing::Open,
        None => Standing::Moved(format!("{} has {own} it", probe.me.said)),
    })
}
