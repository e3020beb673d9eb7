//! Acting in Heroku: [`back`] brings an earlier release of an app back, [`on`] promotes what is live in one stage to the app of another. Either makes a new release of the
//! app, which says what it did and by whom, and by that is it found again.

mod back;
mod on;

use serde::{Deserialize, Serialize};

use super::Heroku;
use super::client;
use super::config::ACCEPT;
use super::read::places;
use super::translate::{Deed, Place, deed};
use super::wire::{Promotion, Release, User};
use crate::connector::acting::{Draft, nothing_to, probe, standing, whose};
use crate::connector::error::ErrorKind;
use crate::connector::http::{Answer, parse};
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::event::time::Timestamp;
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

pub const ACTS: &[Verb] = &[Verb::Promote, Verb::Rollback];

pub const WAYS: &[&str] = &["application"];

/// What has to be known to ask after a request: kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Probe {
    /// The name of the app that is released.
    app: String,
    /// Its newest release before.
    newest: u64,
    /// What is released: of a rollback the number of the release, of a promotion the slug.
    version: Option<u64>,
    slug: Option<String>,
    /// The id of who we are.
    user: String,
    at: Timestamp,
    page: Option<String>,
}

impl Actor for Heroku {
    fn speaks_for(&self, source: &str) -> bool {
        let app = self.instance.within(source);
        app.is_some_and(|app| self.names.want(app))
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            match order.verb {
                Verb::Promote => on::prepare(self, order).await,
                Verb::Rollback => back::prepare(self, order).await,
                _ => Err(nothing_to(order, "Heroku", &self.instance.name)),
            }
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let receipt = |answer: &Answer| receipt(request, answer);
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { standing(self.asked(request).await) })
    }
}

impl Heroku {
    /// The app that an order is about: the one that the way names, else the one of the deployment, else the only one of the environment.
    async fn place(&self, order: &Order) -> Result<(Place, Vec<Place>), ConnectorError> {
        let all = places(&self.instance, &self.names, self.environment.as_deref()).await?;
        let way = order.way.as_ref().and_then(|way| way.get("application"));
        let named = way.and_then(|name| name.as_str()).map(str::to_owned);
        let target = order.target.as_ref();
        let target = target.and_then(|target| self.instance.within(&target.source));
        let name = named.or_else(|| target.map(str::to_owned));
        let found = match &name {
            Some(name) => all.items.iter().find(|one| one.name == *name),
            None => None,
        };
        let what = format!("{} of {}", order.verb.word(), order.workload);
        match found {
            Some(found) => Ok((found.clone(), all.items)),
            None => Err(ConnectorError::new(
                ErrorKind::Configuration,
                what,
                match name {
                    Some(name) => format!("there is no app {name:?} among those that are read"),
                    None => "nothing says which app is meant".to_owned(),
                },
            )
            .hinted("promote = { application = \"shop-production\" }")),
        }
    }

    fn request(&self, what: String, url: String, body: serde_json::Value, probe: Probe) -> Request {
        let mut request = self.instance.request(Draft {
            what,
            method: "POST",
            url,
            body: Some(body),
            probe,
        });
        request
            .headers
            .push(("accept".to_owned(), ACCEPT.to_owned()));
        request
    }

    async fn asked(&self, request: &Request) -> Result<Standing, ConnectorError> {
        let probe: Probe = probe(request)?;
        let releases = client::newest(&self.instance, &probe.app).await?;
        let mut fresh = releases.iter().filter(|one| one.version > probe.newest);
        let fits = |one: &&Release| match probe.version {
            Some(version) => {
                deed(one) == Some(Deed::Rollback)
                    && one.description.trim_end().ends_with(&format!("v{version}"))
            }
            None => {
                deed(one) == Some(Deed::Promote)
                    && one.slug.as_ref().map(|slug| &slug.id) == probe.slug.as_ref()
            }
        };
        let early = |one: &Release| {
            let earliest = self.instance.earliest(probe.at);
            one.created_at.is_some_and(|at| at < earliest)
        };
        let by = |one: &Release| one.user.clone().unwrap_or_default();
        let told = |one: &Release| {
            let user = by(one);
            let who = (!user.id.is_empty()).then_some((user.id.as_str(), user.email.as_str()));
            let deed = format!(
                "released v{} ({}), which is {}",
                one.version, one.description, one.status
            );
            whose(
                &deed,
                (who, Some(&probe.user)),
                early(one),
                probe.page.clone(),
            )
        };
        let ours = fresh
            .clone()
            .filter(fits)
            .map(told)
            .find(|standing| matches!(standing, Standing::Done(_)));
        Ok(match (ours, fresh.next()) {
            (Some(done), _) => done,
            (None, None) => Standing::Open,
            (None, Some(one)) if fits(&one) => told(one),
            (None, Some(one)) => Standing::Moved(format!(
                "{} released v{}: {}",
                by(one).email,
                one.version,
                one.description
            )),
        })
    }
}

/// Where people see the releases of an app.
fn page(app: &str) -> String {
    format!("https://dashboard.heroku.com/apps/{app}/activity")
}

/// Nothing of an app is to be released while something is.
fn pending(app: &str, newest: &Release) -> Option<(String, Option<String>)> {
    (newest.status == "pending").then(|| {
        let text = format!("v{} of {app} is still being released", newest.version);
        (text, Some("its end".to_owned()))
    })
}

fn objected(me: &User, text: String, lifted_by: Option<&str>) -> Prepared {
    crate::connector::acting::objected(Some(me.email.clone()), text, lifted_by)
}

fn receipt(request: &Request, answer: &Answer) -> Receipt {
    let release: Release = parse::one(&answer.body).unwrap_or_default();
    let promotion: Promotion = parse::one(&answer.body).unwrap_or_default();
    let text = if release.version > 0 {
        format!(
            "Heroku took it: it is v{}, {}",
            release.version, release.status
        )
    } else if promotion.id.is_empty() {
        format!("Heroku took it ({})", answer.status)
    } else {
        format!(
            "Heroku took it: promotion {} is {}",
            promotion.id, promotion.status
        )
    };
    Receipt {
        text,
        url: request.probe["page"].as_str().map(str::to_owned),
    }
}
