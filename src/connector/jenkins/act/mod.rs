//! Acting in Jenkins: an order becomes one request, made in the file of its family ([`input`]: an input is decided; [`start`]: a job is built; [`stop`]: a build is
//! ended), with what is needed to ask after it later. Which build is meant is told by the id of the gate or run; which job, by the step's `job`.

mod input;
mod start;
mod stop;

use serde::{Deserialize, Serialize};

use super::Jenkins;
use super::client::Reach;
use super::config::{Selection, of_job};
use super::translate::{Named, read_id};
use super::wire::User;
use crate::connector::acting::{ELSEWHERE, nothing_to, probe, standing};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::http::deed::judge;
use crate::connector::http::instance::Instance;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

/// What is needed to ask after a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Probe {
    Input(input::Deed),
    Start(start::Deed),
    Stop(stop::Deed),
}

/// Who Jenkins takes us for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Me {
    pub id: String,
    pub name: String,
}

impl Me {
    fn of(user: Option<User>) -> Option<Self> {
        user.map(|user| Self {
            id: user.id,
            name: user.full_name,
        })
    }

    /// Whether somebody whom Jenkins names, by id or in a sentence, is us.
    #[must_use]
    pub fn is(&self, who: &str) -> bool {
        !who.is_empty() && (who == self.id || who == self.name)
    }
}

/// What every deed needs.
pub struct Tool<'a> {
    pub reach: Reach<'a>,
    pub selection: &'a Selection,
}

impl Tool<'_> {
    /// The build that an order is about.
    pub fn target<'o>(&self, order: &'o Order) -> Result<Named<'o>, ConnectorError> {
        let what = format!("{} of {}", order.verb.word(), order.workload);
        let missing = |detail: String| ConnectorError::new(ErrorKind::NotFound, what, detail);
        let Some(target) = &order.target else {
            return Err(missing("nothing says what it is about".to_owned()));
        };
        let known = self.reach.instance.within(&target.source);
        match read_id(&target.id).filter(|named| known == Some(named.job)) {
            Some(named) => Ok(named),
            None => Err(missing(format!(
                "{:?} of {:?} is no build of this Jenkins",
                target.id, target.source
            ))),
        }
    }

    pub async fn me(&self) -> Result<Option<Me>, ConnectorError> {
        Ok(Me::of(self.reach.me().await?))
    }

    /// What happened earlier, by Jenkins' clock, was not caused by what was asked then.
    #[must_use]
    pub fn earliest(&self, at: Timestamp) -> Timestamp {
        self.reach.instance.earliest(at)
    }

    /// Where people look at a build.
    #[must_use]
    pub fn page(&self, job: &str, number: u64) -> String {
        of_job(self.reach.instance, job, &[&number.to_string(), ""], &[])
    }

    #[must_use]
    pub fn request(
        &self,
        what: String,
        url: String,
        body: Option<String>,
        probe: &Probe,
    ) -> Request {
        let form = "application/x-www-form-urlencoded".to_owned();
        let form = ("content-type".to_owned(), form);
        Request {
            connector: self.reach.instance.name.clone(),
            what,
            method: "POST".to_owned(),
            url,
            headers: body.iter().map(|_| form.clone()).collect(),
            body,
            probe: serde_json::to_value(probe).unwrap_or_default(),
        }
    }
}

/// Nothing is sent, and why.
fn objected(user: Option<&Me>, text: String, lifted_by: Option<String>) -> Prepared {
    Prepared {
        objections: vec![(text, lifted_by)],
        user: user.map(|me| me.id.clone()),
        ..Prepared::default()
    }
}

impl Jenkins {
    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let tool = self.tool();
        match probe(request)? {
            Probe::Input(deed) => input::ask(&tool, &deed).await,
            Probe::Start(deed) => start::ask(&tool, &deed).await,
            Probe::Stop(deed) => stop::ask(&tool, &deed).await,
        }
    }

    fn tool(&self) -> Tool<'_> {
        Tool {
            reach: self.reach(),
            selection: &self.selection,
        }
    }
}

impl Actor for Jenkins {
    fn speaks_for(&self, source: &str) -> bool {
        let job = self.instance.within(source);
        job.is_some_and(|job| self.selection.wants(job))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let tool = self.tool();
            match order.verb {
                Verb::Approve => input::prepare(&tool, order, true).await,
                Verb::Reject => input::prepare(&tool, order, false).await,
                Verb::Promote | Verb::Rollback => start::promote(&tool, order).await,
                Verb::Retry => start::again(&tool, order).await,
                Verb::Cancel => stop::prepare(&tool, order).await,
                _ => Err(nothing_to(order, "Jenkins", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let tool = self.tool();
            let jobs = of_job(&self.instance, "", &["job", ""], &[]);
            if !request.url.starts_with(&jobs) {
                return Sent::Refused(ELSEWHERE.to_owned());
            }
            let probe: Option<Probe> = probe(request).ok();
            let taken = |answer: &Answer| Receipt {
                text: format!("Jenkins took it ({}): {}", answer.status, request.what),
                url: place(&tool, probe.as_ref(), answer),
            };
            let judged = |answer: &Answer| match &probe {
                // Jenkins sends who stops a build on to its page.
                Some(Probe::Stop(_)) if is_sent_on(&tool, answer) => Sent::Done(taken(answer)),
                _ => judge(answer, taken, |answer| refusal(&self.instance, answer)),
            };
            let sent = self.instance.http.carry_out_judged(request, judged).await;
            match (sent, &probe) {
                (Sent::Done(receipt), Some(Probe::Start(deed))) => {
                    Sent::Done(start::followed(&tool, deed, receipt).await)
                }
                (sent, _) => sent,
            }
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

/// Where what was done is seen: where the answer says, else the build.
fn place(tool: &Tool<'_>, probe: Option<&Probe>, answer: &Answer) -> Option<String> {
    match probe? {
        Probe::Input(deed) => Some(tool.page(&deed.job, deed.number)),
        Probe::Stop(deed) => Some(tool.page(&deed.job, deed.number)),
        Probe::Start(deed) => {
            let own = of_job(tool.reach.instance, "", &[""], &[]);
            let said = answer.header("location").map(str::to_owned);
            said.filter(|url| url.starts_with(&own))
                .or_else(|| Some(of_job(tool.reach.instance, &deed.job, &[""], &[])))
        }
    }
}

/// Whether an answer sends on to a page of Jenkins itself, and not to where people log in.
fn is_sent_on(tool: &Tool<'_>, answer: &Answer) -> bool {
    let own = of_job(tool.reach.instance, "", &[""], &[]);
    let to = answer.header("location").unwrap_or_default();
    matches!(answer.status, 302 | 303)
        && (to.starts_with(&own) || to.starts_with('/') || to == ".")
        && !to.contains("login")
}

/// What Jenkins' no means where that is not what others mean by it.
fn refusal(instance: &Instance, answer: &Answer) -> String {
    let says = instance.says(answer);
    match answer.status {
        403 if says.to_ascii_lowercase().contains("crumb") => format!(
            "Jenkins wants a crumb: {says}; with an API token it wants none (a password is no token)"
        ),
        301..=399 => format!(
            "Jenkins sends elsewhere ({}): is somebody to log in there?",
            answer.status
        ),
        _ => instance.declined(answer),
    }
}
