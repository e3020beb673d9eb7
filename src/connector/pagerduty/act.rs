//! Acknowledging an incident of `PagerDuty`, and resolving it; what is said with it becomes a note of the incident. Who did so and when stands in the log of the
//! incident, and a note bears the key of its action: by these a deed is known again.
//!
//! `PagerDuty` takes an acknowledgement of what is resolved as the wish to open it again, so the incident is looked at before anything is sent.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PagerDuty;
use super::translate::is_open;
use super::wire::{Held, Incident, LogEntry, Named, User};
use crate::connector::acting::{
    Draft, ELSEWHERE, nothing_to, objected, probe, signed, standing, target, whose,
};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Acknowledge, Verb::Resolve];

const ACKNOWLEDGED: &str = "acknowledged";
const RESOLVED: &str = "resolved";

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Probe {
    incident: String,
    deed: Deed,
    key: String,
    at: Timestamp,
    /// The id of who does it, where `PagerDuty` tells it.
    user: Option<String>,
    page: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    /// `acknowledged`, `resolved`.
    Status(String),
    Note,
}

impl Actor for PagerDuty {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Acknowledge => self.respond(order, ACKNOWLEDGED).await,
                Verb::Resolve => self.respond(order, RESOLVED).await,
                _ => Err(nothing_to(order, "PagerDuty", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let Ok(kept) = probe::<Probe>(request) else {
                return Sent::Refused(ELSEWHERE.to_owned());
            };
            let receipt = |_: &Answer| Receipt {
                text: match &kept.deed {
                    Deed::Status(wanted) => format!("{} is {wanted}", kept.incident),
                    Deed::Note => format!("{} has the note", kept.incident),
                },
                url: kept.page.clone(),
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl PagerDuty {
    async fn respond(&self, order: &Order, wanted: &str) -> Result<Prepared, ConnectorError> {
        let reach = self.reach();
        let id = &target(order, "PagerDuty")?.id;
        let incident = reach.incident(id).await?.ok_or_else(|| {
            let context = format!("{} {id}", order.verb.word());
            let detail = "PagerDuty has no such incident any more, or the key may not see it";
            ConnectorError::new(ErrorKind::NotFound, context, detail)
        })?;
        let me = match self.me().await? {
            Ok(me) => me,
            Err((text, lifted)) => return Ok(objected(None, text, Some(&lifted))),
        };
        let name = Some(me.told());
        if incident.status == wanted || !is_open(&incident) {
            let (who, since) = self.how(&incident).await?;
            let text = format!("{id} is {} by {who} since {since}", incident.status);
            let lifted = (wanted == ACKNOWLEDGED && !is_open(&incident))
                .then_some("opening it again in PagerDuty, if it is not over");
            return Ok(objected(name, text, lifted));
        }
        let mut requests = vec![self.status(order, &incident, wanted, &me)];
        requests.extend(
            order
                .comment
                .as_ref()
                .map(|_| self.note(order, &incident, &me)),
        );
        Ok(Prepared {
            requests,
            notes: vec![told(&incident)],
            undone_by: vec![undone(wanted).to_owned()],
            user: name,
            ..Prepared::default()
        })
    }

    /// Who `PagerDuty` is to take us for: the address that the source names, else whose key it is; or why nobody can be told, and what helps.
    async fn me(&self) -> Result<Result<User, (String, String)>, ConnectorError> {
        let reach = self.reach();
        let source = &self.instance.name;
        let Some(address) = &self.user else {
            return Ok(reach.own().await?.ok_or_else(|| {
                let text = "the key is not one person's, and PagerDuty asks who it is that acts";
                let lifted = format!(
                    "`user`, the e-mail address of a user of PagerDuty, in [[sources]] name = {source:?}"
                );
                (text.to_owned(), lifted)
            }));
        };
        let found = reach.user(address).await?;
        Ok(found.ok_or_else(|| {
            let text = format!("PagerDuty has no user with the address {address}");
            let lifted = format!("the address of one as `user` of [[sources]] name = {source:?}");
            (text, lifted)
        }))
    }

    fn status(&self, order: &Order, incident: &Incident, wanted: &str, me: &User) -> Request {
        let id = &incident.id;
        let draft = Draft {
            what: format!("{} {id} as {}", order.verb.word(), me.told()),
            method: "PUT",
            url: self.instance.address(&["incidents", id], &[]),
            body: Some(json!({"incident": {"type": "incident_reference", "status": wanted}})),
            probe: kept(order, incident, me, Deed::Status(wanted.to_owned())),
        };
        self.from(me, draft)
    }

    fn note(&self, order: &Order, incident: &Incident, me: &User) -> Request {
        let id = &incident.id;
        let draft = Draft {
            what: format!("note on {id} what was said"),
            method: "POST",
            url: self.instance.address(&["incidents", id, "notes"], &[]),
            body: Some(json!({"note": {"content": signed(order)}})),
            probe: kept(order, incident, me, Deed::Note),
        };
        self.from(me, draft)
    }

    /// `PagerDuty` wants to know of whoever changes something.
    fn from(&self, me: &User, draft: Draft<Probe>) -> Request {
        let mut request = self.instance.request(draft);
        if let Some(address) = &me.email {
            request.headers.push(("from".to_owned(), address.clone()));
        }
        request
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let probe: Probe = probe(request)?;
        let reach = self.reach();
        let id = &probe.incident;
        let Some(incident) = reach.incident(id).await? else {
            return Ok(Standing::Moved(format!("{id} is gone")));
        };
        let Deed::Status(wanted) = &probe.deed else {
            let mut all = reach.notes(id).await?.items.into_iter();
            let is_there = all.any(|note| note.content.contains(&probe.key));
            return Ok(if is_there {
                Standing::Done(Receipt {
                    text: format!("{id} has the note"),
                    url: probe.page,
                })
            } else {
                Standing::Open
            });
        };
        self.stands(&incident, wanted, &probe).await
    }

    /// The log tells what was done, whatever became of it since; the incident itself, how it is now.
    async fn stands(
        &self,
        incident: &Incident,
        wanted: &str,
        probe: &Probe,
    ) -> Result<Standing, ConnectorError> {
        let earliest = self.instance.earliest(probe.at);
        let me = probe.user.as_deref();
        let entries = self.reach().log(&incident.id).await?.items;
        let mut late = entries
            .iter()
            .filter(|entry| entry.says(wanted) && entry.at().is_some_and(|at| at >= earliest));
        let own = |entry: &&LogEntry| {
            let agent = entry.agent.as_ref().map(|agent| agent.id.as_str());
            me.is_some() && agent == me
        };
        let deed = format!("{wanted} it");
        let of = |agent: Option<&Named>, early: bool| {
            let by = agent.and_then(|one| Some((one.id.as_str(), one.told()?)));
            let by = by.as_ref().map(|(id, name)| (*id, name.as_str()));
            whose(&deed, (by, me), early, probe.page.clone())
        };
        if let Some(entry) = late.clone().find(own) {
            return Ok(of(entry.agent.as_ref(), false));
        }
        if incident.status == wanted {
            if let Some(entry) = late.next() {
                return Ok(of(entry.agent.as_ref(), false));
            }
            // The log may come a little later.
            let early = incident.changed().is_none_or(|at| at < earliest);
            return Ok(of(incident.last_status_change_by.as_ref(), early));
        }
        if is_open(incident) {
            return Ok(Standing::Open);
        }
        let (who, since) = self.how(incident).await?;
        let (id, status) = (&incident.id, &incident.status);
        Ok(Standing::Moved(format!(
            "{id} is {status} by {who} since {since}"
        )))
    }

    /// By whom an incident is as it is, and since when: as its log tells, else as it tells itself.
    async fn how(&self, incident: &Incident) -> Result<(String, String), ConnectorError> {
        let entries = self.reach().log(&incident.id).await?.items;
        let said = entries.iter().filter(|entry| entry.says(&incident.status));
        let last = said.max_by_key(|entry| entry.at());
        let (by, at) = match last {
            Some(entry) => (entry.agent.as_ref(), entry.at()),
            None => (incident.last_status_change_by.as_ref(), incident.changed()),
        };
        let by = by.and_then(Named::told);
        let at = at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
        Ok((by.unwrap_or_else(|| "somebody".to_owned()), at))
    }
}

fn kept(order: &Order, incident: &Incident, me: &User, deed: Deed) -> Probe {
    Probe {
        incident: incident.id.clone(),
        deed,
        key: order.key.clone(),
        at: order.at,
        user: Some(me.id.clone()).filter(|id| !id.is_empty()),
        page: incident.html_url.clone(),
    }
}

/// How it is just now, for who decides.
fn told(incident: &Incident) -> String {
    let title = incident.title.as_deref().or(incident.summary.as_deref());
    let title = title.unwrap_or_default();
    let mut parts = vec![format!("{} {title:?} is {}", incident.id, incident.status)];
    for (word, all) in [
        ("assigned to", &incident.assignments),
        ("acknowledged by", &incident.acknowledgements),
    ] {
        let names: Vec<String> = all.iter().filter_map(Held::told).collect();
        if !names.is_empty() {
            parts.push(format!("{word} {}", names.join(", ")));
        }
    }
    parts.join(", ")
}

fn undone(wanted: &str) -> &'static str {
    if wanted == ACKNOWLEDGED {
        "PagerDuty itself, when the acknowledgement timeout of the service is over, where it has one"
    } else {
        "whoever opens it again in PagerDuty; a new alert opens another incident"
    }
}
