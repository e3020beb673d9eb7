//! Deciding a change request: the approval that is asked of the account itself, and no other's. ServiceNow says who changed an approval and when, and keeps the
//! comment with the key, so a deed is known again.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ServiceNow;
use super::client::Reach;
use super::translate::{Standing as Gate, approvers, of_gate, responder, standing as stands};
use super::wire::Record;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, signed, standing};
use crate::connector::error::ErrorKind;
use crate::connector::facts::Facts;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::time::{Span, Timestamp};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Approve, Verb::Reject];

/// ServiceNow's times are of whole seconds, and its clock is another.
const SLACK: Span = Span::from_seconds(5);

/// What has to be known to ask after a decision: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub number: String,
    pub approval: String,
    /// `approved`, `rejected`.
    pub wanted: String,
    pub user: String,
    pub key: String,
    pub at: Timestamp,
    pub page: String,
}

impl Actor for ServiceNow {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Approve => self.decide(order, "approved").await,
                Verb::Reject => self.decide(order, "rejected").await,
                _ => Err(nothing_to(order, "ServiceNow", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let ours = probe(request).is_ok_and(|probe: Probe| {
                request.method == "PATCH" && request.url == self.reach().deciding(&probe.approval)
            });
            if !ours {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let http = &self.instance.http;
            let page = || request.probe["page"].as_str().map(str::to_owned);
            http.carry_out(
                request,
                |_| Receipt {
                    text: "ServiceNow took the decision".to_owned(),
                    url: page(),
                },
                |answer| self.instance.declined(answer),
            )
            .await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl ServiceNow {
    async fn decide(&self, order: &Order, wanted: &str) -> Result<Prepared, ConnectorError> {
        let reach = self.reach();
        let id = order.target.as_ref().map_or("", |target| &target.id);
        let (number, is_start) = of_gate(id);
        let missing = |detail: &str| {
            let context = format!("{} {number}", order.verb.word());
            ConnectorError::new(ErrorKind::NotFound, context, detail)
        };
        let change = reach.by_number(number).await?;
        let change = change.ok_or_else(|| {
            missing("there is no such change request, or the account may not see it")
        })?;
        let approvals = reach.approvals(&[change.id()]).await?.items;
        let approvals: Vec<&Record> = approvals.iter().collect();
        let Some(me) = reach.me().await? else {
            return Err(missing("ServiceNow does not tell whose account it is")
                .hinted("give the source a `user`, and the password as its `token`"));
        };
        if is_start {
            let start = change.shown("start_date");
            let text = format!("{number} waits for its planned start, {start}, and for nobody");
            let lifted = Some("the start of the work, or another planned start".to_owned());
            return Ok(objected(me, text, lifted));
        }
        if let Some(text) = gone(&change, &approvals) {
            return Ok(objected(me, text, None));
        }
        match own(&approvals, &me) {
            Ok(approval) => Ok(self.prepared(order, wanted, (&change, approval), me)),
            Err((text, lifted)) => Ok(objected(me, text, lifted)),
        }
    }

    fn prepared(
        &self,
        order: &Order,
        wanted: &str,
        (change, approval): (&Record, &Record),
        me: String,
    ) -> Prepared {
        let reach = self.reach();
        let number = change.number();
        let body = json!({"comments": signed(order), "state": wanted});
        let json = "application/json".to_owned();
        let probe = Probe {
            number: number.to_owned(),
            approval: approval.id().to_owned(),
            wanted: wanted.to_owned(),
            user: me.clone(),
            key: order.key.clone(),
            at: order.at,
            page: reach.shown(change),
        };
        let mut notes = vec![format!(
            "{number} {:?} is in state {}, its approval {}",
            change.value("short_description"),
            change.shown("state"),
            change.shown("approval").to_lowercase(),
        )];
        if let Some(start) = change.said("start_date") {
            notes.push(format!(
                "its planned start is {start}, as ServiceNow shows it"
            ));
        }
        Prepared {
            requests: vec![Request {
                connector: self.instance.name.clone(),
                what: format!("{} the change request {number} as {me}", order.verb.word()),
                method: "PATCH".to_owned(),
                url: reach.deciding(approval.id()),
                headers: vec![
                    ("content-type".to_owned(), json.clone()),
                    ("accept".to_owned(), json),
                ],
                body: Some(body.to_string()),
                probe: serde_json::to_value(probe).unwrap_or_default(),
            }],
            notes,
            user: Some(me),
            ..Prepared::default()
        }
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let probe: Probe = probe(request)?;
        let reach = self.reach();
        let approval = reach.approval(&probe.approval).await?;
        let state = approval.value("state");
        if state == "requested" {
            return Ok(match still_asked(&reach, &probe).await? {
                None => Standing::Open,
                Some(gone) => Standing::Moved(gone),
            });
        }
        let by = approval.value("sys_updated_by");
        let at = approval.time("sys_updated_on");
        let keyed = approval.value("comments").contains(&probe.key);
        let skew = self.instance.http.skew().unwrap_or(Span::ZERO);
        let since = probe.at + skew - SLACK;
        let ours = by.eq_ignore_ascii_case(&probe.user) && at.is_some_and(|at| at >= since);
        if state == probe.wanted && by.is_empty() && !keyed {
            let text = format!(
                "{} is {state}, and ServiceNow does not tell by whom",
                probe.number
            );
            return Ok(Standing::Unknown(text));
        }
        Ok(if state == probe.wanted && (keyed || ours) {
            Standing::Done(Receipt {
                text: format!("{} {state} by {}", probe.number, probe.user),
                url: Some(probe.page),
            })
        } else {
            let at = at.map_or(String::new(), |at| format!(" at {at}"));
            Standing::Moved(format!("{by} set it to {state}{at}"))
        })
    }
}

/// Whether the approval of the change request is still asked for; `None` where it is.
async fn still_asked(reach: &Reach<'_>, probe: &Probe) -> Result<Option<String>, ConnectorError> {
    let Some(change) = reach.by_number(&probe.number).await? else {
        return Ok(Some(format!("{} is gone", probe.number)));
    };
    Ok(gone(&change, &[]))
}

/// Why a change request waits for nobody's decision.
fn gone(change: &Record, approvals: &[&Record]) -> Option<String> {
    let number = change.number();
    match stands(change, approvals, &mut Facts::default()) {
        Gate::Open => None,
        Gate::Ahead => Some(format!(
            "nobody is asked to decide {number} yet: it is in state {}",
            change.shown("state")
        )),
        Gate::Closed(decision) => {
            let by = responder(approvals, decision);
            let by = by.map_or(String::new(), |by| format!(" by {by}"));
            let at = change.time("approval_set");
            let at = at.map_or(String::new(), |at| format!(" at {at}"));
            let word = change.shown("approval").to_lowercase();
            let state = change.shown("state");
            Some(format!("{number} is {word}{by}{at}, in state {state}"))
        }
    }
}

/// The approval that is asked of the account; else why there is none, and who could decide.
fn own<'r>(approvals: &[&'r Record], me: &str) -> Result<&'r Record, (String, Option<String>)> {
    let is_own = |one: &Record| {
        one.who("approver")
            .is_some_and(|name| name.eq_ignore_ascii_case(me))
    };
    let own: Vec<&'r Record> = approvals
        .iter()
        .copied()
        .filter(|one| is_own(one))
        .collect();
    if let Some(asked) = own.iter().find(|one| one.value("state") == "requested") {
        return Ok(asked);
    }
    let asked = approvals.iter().copied();
    let asked: Vec<&Record> = asked
        .filter(|one| one.value("state") == "requested")
        .collect();
    let asked = approvers(&asked);
    let lifted = (!asked.is_empty()).then(|| format!("a decision of {}", asked.join(", ")));
    let text = own.last().map_or_else(
        || format!("{me} is not asked to decide"),
        |one| format!("{me} has {} it already", one.value("state")),
    );
    Err((text, lifted))
}

fn objected(user: String, text: String, lifted: Option<String>) -> Prepared {
    Prepared {
        user: Some(user),
        objections: vec![(text, lifted)],
        ..Prepared::default()
    }
}
