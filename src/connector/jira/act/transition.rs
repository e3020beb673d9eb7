//! A decision by the workflow: the issue goes from the status in which it waits to the one that the configuration names for yes or no. The history of the issue
//! keeps leadtime's key, so the deed is known again.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Me, Probe, objected};
use crate::connector::ConnectorError;
use crate::connector::acting::signed;
use crate::connector::descriptor::Waiting;
use crate::connector::jira::client::Reach;
use crate::connector::jira::translate::gate::same;
use crate::connector::jira::translate::in_order;
use crate::connector::jira::wire::{History, Item, Person, Transition};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Standing};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub key: String,
    pub from: String,
    pub to: String,
    pub me: Me,
    pub at: Timestamp,
    /// Of the action.
    pub mark: String,
    pub page: String,
}

#[expect(
    clippy::too_many_lines,
    reason = "one question after the other, each with its own no"
)]
pub async fn prepare(
    reach: &Reach<'_>,
    order: &Order,
    (key, status): (&str, &str),
    approve: bool,
) -> Result<Prepared, ConnectorError> {
    let source = &reach.instance.name;
    let wrong = |detail: String| ConnectorError::configuration(source, "gates", detail);
    let mut gates = reach.told.gates.iter();
    let Some(waiting) = gates.find(|gate| same(&gate.status, status)) else {
        return Err(
            wrong(format!("has no status {status:?} any more")).hinted(format!(
                "gates = [{{ status = {status:?}, approve = \"Done\" }}]"
            )),
        );
    };
    let Some(to) = wanted(waiting, approve) else {
        let word = if approve { "approve" } else { "reject" };
        return Err(
            wrong(format!("{status:?} says nothing of `{word}`")).hinted(format!(
                "gates = [{{ status = {status:?}, {word} = \"the status that it goes to\" }}]"
            )),
        );
    };
    let me = Me::of(reach.me().await?);
    let issue = reach.issue(key).await?;
    let now = issue.said("status").unwrap_or_default();
    if !same(&now, status) {
        let mut histories = issue.changelog.histories;
        in_order(&mut histories);
        let by = left(&histories, status, None).map_or(String::new(), |(history, _)| told(history));
        return Ok(objected(me, format!("{key} is in {now} now{by}"), None));
    }
    let transitions = reach.transitions(key).await?;
    let Some(transition) = transitions.iter().find(|one| same(&one.to.name, to)) else {
        let offered: Vec<&str> = transitions.iter().map(|one| one.to.name.as_str()).collect();
        let text = format!(
            "{} cannot bring {key} from {now} to {to}; what Jira offers leads to: {}",
            me.said,
            offered.join(", ")
        );
        let lifted = "the right to this transition, or another status in `gates`";
        return Ok(objected(me, text, Some(lifted.to_owned())));
    };
    if let Some(asked) = asked(transition) {
        let text = format!(
            "the transition {:?} asks for {asked}, which leadtime does not fill in",
            transition.name
        );
        let lifted = format!("the transition done in Jira: {}", reach.shown(key));
        return Ok(objected(me, text, Some(lifted)));
    }
    let words = signed(order);
    let mut notes = vec![format!(
        "{key} {:?} goes from {now} to {to} by {:?}",
        issue.said("summary").unwrap_or_default(),
        transition.name
    )];
    if order.comment.is_some() {
        notes.push("the comment is kept in the issue's history, not among its comments".to_owned());
    }
    let body = json!({
        "historyMetadata": {
            "activityDescription": words,
            "extraData": {"leadtime": order.key},
            "type": "leadtime",
        },
        "transition": {"id": transition.id},
    });
    let probe = Probe::Transition(Move {
        key: key.to_owned(),
        from: status.to_owned(),
        to: to.to_owned(),
        me: me.clone(),
        at: order.at,
        mark: order.key.clone(),
        page: reach.shown(key),
    });
    let what = format!("{} {key}: bring it from {now} to {to}", order.verb.word());
    Ok(Prepared {
        requests: vec![probe.request(reach, what, &body)],
        notes,
        user: Some(me.said),
        ..Prepared::default()
    })
}

fn wanted(waiting: &Waiting, approve: bool) -> Option<&str> {
    let to = if approve {
        &waiting.approve
    } else {
        &waiting.reject
    };
    to.as_deref()
}

/// What a transition wants to be told.
fn asked(transition: &Transition) -> Option<String> {
    let fields = transition.fields.values();
    let asked = fields.filter(|field| field.required && !field.has_default_value);
    let asked: Vec<&str> = asked.map(|field| field.name.as_str()).collect();
    (!asked.is_empty()).then(|| asked.join(", "))
}

/// The last time that an issue left a status.
fn left<'h>(
    histories: &'h [History],
    status: &str,
    since: Option<Timestamp>,
) -> Option<(&'h History, &'h Item)> {
    let moved = histories.iter().filter_map(|history| {
        let item = history.items.iter().rfind(|item| item.field == "status")?;
        let from = item.from_name.as_deref().unwrap_or_default();
        same(from, status).then_some((history, item))
    });
    let mut moved =
        moved.filter(|(history, _)| since.is_none_or(|since| history.created >= Some(since)));
    moved.next_back()
}

fn told(history: &History) -> String {
    let by = history.author.as_ref().and_then(Person::said);
    let by = by.map_or(String::new(), |by| format!(", by {by}"));
    let at = history
        .created
        .map_or(String::new(), |at| format!(" at {at}"));
    format!("{by}{at}")
}

/// How a transition stands.
pub async fn ask(reach: &Reach<'_>, probe: &Move) -> Result<Standing, ConnectorError> {
    let issue = reach.issue(&probe.key).await?;
    let now = issue.said("status").unwrap_or_default();
    let mut histories = issue.changelog.histories;
    in_order(&mut histories);
    let ours = histories
        .iter()
        .any(|history| history.metadata["extraData"]["leadtime"] == probe.mark.as_str());
    let last = left(&histories, &probe.from, Some(reach.since(probe.at)));
    let by_us = last.is_some_and(|(history, item)| {
        let to = item.to_name.as_deref().unwrap_or_default();
        let by = history.author.as_ref();
        same(to, &probe.to) && by.is_some_and(|by| probe.me.is(by))
    });
    if ours || by_us {
        return Ok(Standing::Done(Receipt {
            text: format!("{} went to {} by {}", probe.key, probe.to, probe.me.said),
            url: Some(probe.page.clone()),
        }));
    }
    if same(&now, &probe.from) {
        return Ok(Standing::Open);
    }
    let nobody = last.is_none_or(|(history, _)| history.author.is_none());
    if nobody && same(&now, &probe.to) {
        let text = format!(
            "{} is in {now}, and Jira does not tell who brought it there",
            probe.key
        );
        return Ok(Standing::Unknown(text));
    }
    let by = last.map_or(String::new(), |(history, _)| told(history));
    Ok(Standing::Moved(format!(
        "{} is in {now} now{by}",
        probe.key
    )))
}
