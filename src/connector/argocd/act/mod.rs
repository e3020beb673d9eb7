//! Acting in Argo CD: an order becomes the exact requests ([`draft`], [`rollback`], [`rollout`]), each made in [`request`] with what is needed to ask after
//! it later ([`ask`]). Which application is meant is told by the step's `application`, else by the gate or deployment that the order is about.

pub mod ask;
mod draft;
pub mod request;
mod rollback;
mod rollout;

use super::ArgoCd;
use super::client::{Place, Reach};
use super::translate::{deployment, gate};
use super::wire::{Application, SyncWindows};
use crate::connector::error::ErrorKind;
use crate::connector::http::Answer;
use crate::connector::{Actor, Answering, ConnectorError, Pending};
use crate::plan::request::{Order, Prepared, Receipt, Request, Sent, Standing, Verb};

impl Actor for ArgoCd {
    fn speaks_for(&self, source: &str) -> bool {
        source == self.instance.source
    }

    fn prepare<'a>(&'a self, order: &'a Order) -> Pending<'a, Prepared> {
        Box::pin(async move {
            let reach = self.reach();
            let place = find(&reach, order).await?;
            let application = reach.application(&place).await?;
            let user = reach.user().await.ok().flatten();
            let mut case = Case {
                reach: &reach,
                order,
                place: Place::of(&application),
                application,
                made: Prepared {
                    user,
                    ..Prepared::default()
                },
            };
            case.draft().await?;
            Ok(case.made)
        })
    }

    fn send<'a>(&'a self, request: &'a Request) -> Answering<'a, Sent> {
        Box::pin(async move {
            let page = request::page(&self.instance, request);
            let receipt = |answer: &Answer| Receipt {
                text: format!("Argo CD took it ({}): {}", answer.status, request.what),
                url: page.clone(),
            };
            self.instance.carry_out(request, receipt).await
        })
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Answering<'a, Standing> {
        Box::pin(async move { ask::ask(&self.reach(), request).await })
    }
}

/// What is being prepared.
struct Case<'a> {
    reach: &'a Reach<'a>,
    order: &'a Order,
    application: Application,
    place: Place,
    made: Prepared,
}

impl Case<'_> {
    async fn draft(&mut self) -> Result<(), ConnectorError> {
        match self.order.verb {
            Verb::Approve => self.approve().await,
            Verb::Promote => self.promote().await,
            Verb::Rollback => self.roll_back().await,
            Verb::Retry => self.retry().await,
            Verb::Cancel => self.cancel().await,
            Verb::Resume => self.resume().await,
            Verb::Hold => self.hold().await,
            Verb::Release => self.release().await,
            verb => Err(ConnectorError::new(
                ErrorKind::Configuration,
                format!("{} in Argo CD", verb.word()),
                "Argo CD has no such thing",
            )),
        }
    }

    fn name(&self) -> &str {
        &self.application.metadata.name
    }

    fn object(&mut self, text: String, lifted_by: &str) {
        let lifted_by = Some(lifted_by.to_owned());
        self.made.objections.push((text, lifted_by));
    }

    fn nothing(&self, detail: String) -> ConnectorError {
        let context = format!("{} {}", self.order.verb.word(), self.name());
        ConnectorError::new(ErrorKind::NotFound, context, detail)
    }

    /// What keeps any sync from happening: rights, windows, what is under way, an application that goes.
    async fn look(&mut self, action: &str) {
        let name = self.name().to_owned();
        if self.application.metadata.deletion_timestamp.is_some() {
            self.object(format!("{name} is being deleted"), "nothing");
        }
        if self.reach.may(action, &self.application).await == Some(false) {
            let user = self.made.user.as_deref().unwrap_or("the token");
            let project = &self.application.spec.project;
            let text = format!("{user} may not {action} {project}/{name} in Argo CD");
            let by = format!("`applications, {action}, {project}/{name}` in Argo CD's RBAC");
            self.object(text, &by);
        }
        if action != "sync" {
            return;
        }
        if let Some(state) = self.application.running() {
            let by = by(&state.operation.initiated_by.username);
            let since = state
                .started_at
                .map_or_else(String::new, |at| format!(" since {at}"));
            let text = format!("an operation is under way{since}, by {by}");
            self.object(text, "its end, or cancelling it");
        } else if self.application.operation.is_some() {
            self.object("an operation was just asked for".to_owned(), "its end");
        }
        let windows: Result<SyncWindows, _> =
            self.reach.of(&self.place, &["syncwindows"], &[]).await;
        if let Ok(windows) = windows
            && windows.can_sync == Some(false)
        {
            let why = gate::barred(&windows);
            let text = why.unwrap_or_else(|| "a sync window forbids it".to_owned());
            let by = "the end of the window, or `manualSync` of it in the project";
            self.object(text, by);
        }
    }
}

/// A user as Argo CD names them, or what it means when it names none.
fn by(username: &str) -> &str {
    if username.is_empty() {
        "auto-sync"
    } else {
        username
    }
}

/// The application that an order is about.
async fn find(reach: &Reach<'_>, order: &Order) -> Result<Place, ConnectorError> {
    let way = order.way.as_ref().and_then(|way| way.get("application"));
    if let Some(text) = way.and_then(|text| text.as_str()) {
        let (project, name) = text.split_once('/').unwrap_or(("", text));
        return looked_up(reach, project, "", name).await;
    }
    let target = order.target.iter().map(|target| target.id.as_str());
    let live = order.from.iter().chain(order.to.iter());
    let ids = target.chain(live.filter_map(|version| version.deployment.as_deref()));
    for id in ids {
        let gate = gate::read_id(id).map(|(application, _)| application);
        let deployed = || deployment::read_id(id).map(|(application, _)| application);
        if let Some(application) = gate.or_else(deployed) {
            let (namespace, name) = application.rsplit_once('/').unwrap_or(("", application));
            return looked_up(reach, "", namespace, name).await;
        }
    }
    let environment = order.environment.as_deref().unwrap_or("its environment");
    let detail = format!(
        "nothing tells which application deploys {} to {environment}: no deployment of it was reported",
        order.workload
    );
    let context = format!("{} {}", order.verb.word(), order.workload);
    Err(
        ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(format!(
            "name it in the step: {} = {{ from = {:?}, application = \"…\" }}",
            if order.verb == Verb::Rollback {
                "rollback"
            } else {
                "promote"
            },
            reach.instance.name
        )),
    )
}

async fn looked_up(
    reach: &Reach<'_>,
    project: &str,
    namespace: &str,
    name: &str,
) -> Result<Place, ConnectorError> {
    let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    let mut found = reach.named(name).await?;
    found
        .retain(|one| fits(project, &one.spec.project) && fits(namespace, &one.metadata.namespace));
    match found.as_slice() {
        [one] => Ok(Place::of(one)),
        [] => Err(ConnectorError::new(
            ErrorKind::NotFound,
            format!("application {name}"),
            "Argo CD has none, or the token may not see it",
        )),
        several => {
            let places: Vec<String> = several.iter().map(Application::key).collect();
            Err(ConnectorError::new(
                ErrorKind::Configuration,
                format!("application {name}"),
                format!("there are several: {}", places.join(", ")),
            )
            .hinted("name it with its project: application = \"project/name\""))
        }
    }
}
