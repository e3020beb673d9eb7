//! What is a sync, or stops one: approving a revision that waits, bringing a version, trying again, ending what is under way; and keeping auto-sync from an
//! application, and letting it go on.

use serde_json::Value;

use super::request::{Before, Maker, Probe, read_held};
use super::{Case, ask};
use crate::connector::ConnectorError;
use crate::connector::argocd::translate::deployment::of_operation;
use crate::connector::argocd::translate::gate::{self, HELD};
use crate::connector::argocd::translate::{Revision, is_sha};
use crate::connector::argocd::wire::Source;
use crate::connector::error::ErrorKind;

impl Case<'_> {
    pub(super) async fn approve(&mut self) -> Result<(), ConnectorError> {
        let target = self.order.target.as_ref();
        let gate = target.and_then(|target| gate::read_id(&target.id));
        let Some((_, wanted)) = gate else {
            let id = target.map_or("nothing", |target| target.id.as_str());
            let detail = format!("{id} is no sync that waits in Argo CD");
            return Err(self.nothing(detail));
        };
        let wanted = wanted.to_owned();
        match gate::waiting(&self.application) {
            Some(waiting) if waiting.id() == wanted => {}
            Some(waiting) => {
                let text = format!("it is not this one that waits now, but {}", waiting.short());
                self.object(text, "deciding on the newer one");
            }
            None => {
                let text = format!("{} does not wait to be synced any more", self.name());
                self.object(text, "nothing: it is decided");
            }
        }
        self.look("sync").await;
        // Exactly what was looked at, where Argo CD takes a revision.
        let pinned = if self.is_pinnable() {
            wanted.as_str()
        } else {
            ""
        };
        self.sync(pinned, &wanted);
        Ok(())
    }

    pub(super) async fn promote(&mut self) -> Result<(), ConnectorError> {
        let revision = self.wanted()?;
        let name = self.name().to_owned();
        if self.application.sources().len() > 1 {
            let context = format!("promote {name}");
            let detail = "it has several sources: Argo CD cannot be told one revision for them";
            return Err(
                ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(
                    "promote by a change of what the application says (a git source, `file` and `key`), and sync it",
                ),
            );
        }
        let is_there = self.application.newest().is_some_and(|entry| {
            entry.revision == revision && self.application.status.sync.revision == revision
        });
        if is_there && self.promote_fully().await? {
            return Ok(());
        }
        if is_there && self.application.status.sync.status == "Synced" {
            self.object(format!("{name} is synced to {revision} already"), "nothing");
        }
        let follows = self.follows();
        let auto_sync = self.application.auto_sync().is_some();
        if auto_sync && follows != revision {
            let text = format!(
                "auto-sync is on and follows {follows}: Argo CD syncs to nothing else by order"
            );
            let by = format!("bringing it to {follows}, or holding {name} first");
            self.object(text, &by);
        }
        self.look("sync").await;
        self.sync(&revision, &revision);
        self.comes_back();
        Ok(())
    }

    /// The revision that an order names: the step's `ref`, else a chart's version, else the commit, else the version as a tag.
    fn wanted(&self) -> Result<String, ConnectorError> {
        let way = self.order.way.as_ref().and_then(|way| way.get("ref"));
        let to = self.order.to.as_ref();
        let sha = to.and_then(|to| to.sha.clone());
        let version = to.and_then(|to| to.version.clone());
        let is_chart = self
            .application
            .sources()
            .first()
            .is_some_and(|source| !source.chart.is_empty());
        let named = if is_chart { version } else { sha.or(version) };
        let way = way.and_then(Value::as_str).map(str::to_owned);
        way.or(named)
            .filter(|revision| !revision.is_empty())
            .ok_or_else(|| {
                let context = format!("promote {}", self.name());
                let detail = if is_chart {
                    "it is a chart, and the version of the chart to bring is not known"
                } else {
                    "neither the commit nor the version to bring is known"
                };
                ConnectorError::new(ErrorKind::Configuration, context, detail)
                    .hinted("say it with `ref` in the step's `promote`: ref = \"v{version}\"")
            })
    }

    pub(super) async fn retry(&mut self) -> Result<(), ConnectorError> {
        let state = self.application.status.operation_state.as_ref();
        let failed = state.filter(|state| {
            state.finished_at.is_some() && matches!(state.phase.as_str(), "Failed" | "Error")
        });
        let Some(revision) = failed.map(|state| of_operation(state).map(|it| it.id())) else {
            return self.retry_rollout().await;
        };
        let revision = revision.unwrap_or_default();
        self.look("sync").await;
        let pinned = if self.is_pinnable() {
            revision.as_str()
        } else {
            ""
        };
        self.sync(pinned, &revision);
        Ok(())
    }

    pub(super) async fn cancel(&mut self) -> Result<(), ConnectorError> {
        let Some(state) = self.application.running() else {
            return self.abort_rollout().await;
        };
        let Some(started) = state.started_at else {
            return Err(self.nothing("the operation has not begun; look again".to_owned()));
        };
        let by = super::by(&state.operation.initiated_by.username).to_owned();
        if state.phase == "Terminating" {
            self.object("it is being ended already".to_owned(), "nothing");
        }
        if self.reach.may("sync", &self.application).await == Some(false) {
            let name = self.name().to_owned();
            let text = format!("the token may not end what {name} does");
            self.object(text, "`applications, sync` on it in Argo CD's RBAC");
        }
        let noted = ask::noted(self.reach, &self.place, ask::TERMINATED).await;
        let probe = Probe::Terminate {
            place: self.place.clone(),
            started,
            user: self.made.user.clone(),
            noted: noted.and_then(|noted| noted.at),
        };
        let what = format!("end the operation of {} that {by} began", self.name());
        let request = self.maker().terminate(what, &probe);
        self.made.requests.push(request);
        self.made
            .notes
            .push("what it has applied by then stays applied".to_owned());
        Ok(())
    }

    pub(super) async fn hold(&mut self) -> Result<(), ConnectorError> {
        let Some(automated) = self.application.auto_sync().cloned() else {
            let name = self.name().to_owned();
            self.object(format!("auto-sync of {name} is off already"), "nothing");
            return Ok(());
        };
        self.look("update").await;
        self.switch_off(automated);
        Ok(())
    }

    pub(super) async fn release(&mut self) -> Result<(), ConnectorError> {
        let name = self.name().to_owned();
        let annotations = &self.application.metadata.annotations;
        let Some((automated, _)) = annotations.get(HELD).and_then(|text| read_held(text)) else {
            return Err(self
                .nothing("leadtime has not switched its auto-sync off".to_owned())
                .hinted(format!(
                    "where it is to be on: argocd app set {name} --sync-policy automated"
                )));
        };
        if self.application.auto_sync().is_some() {
            let text = format!("auto-sync of {name} is on already, by somebody else");
            self.object(text, "nothing");
        }
        self.look("update").await;
        let probe = Probe::AutoSync {
            place: self.place.clone(),
            on: true,
            automated: automated.clone(),
            key: self.order.key.clone(),
        };
        let what = format!("switch auto-sync of {name} on again, as it was: {automated}");
        let request = self.maker().auto_sync(what, &probe);
        self.made.requests.push(request);
        let status = &self.application.status.sync;
        if status.status == "OutOfSync" {
            let revision = Revision::read(&status.revision, &status.revisions);
            let short = revision.map_or_else(|| self.follows(), |revision| revision.short());
            let text = format!("auto-sync then brings {short} at once");
            self.made.notes.push(text);
        }
        Ok(())
    }

    /// Switches auto-sync off, and says what could switch it on again.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is what the application had, and has no more"
    )]
    pub(super) fn switch_off(&mut self, automated: Value) {
        let probe = Probe::AutoSync {
            place: self.place.clone(),
            on: false,
            automated: automated.clone(),
            key: self.order.key.clone(),
        };
        let what = format!(
            "switch auto-sync of {} off; its settings {automated} are kept in its annotation {HELD}",
            self.name()
        );
        let request = self.maker().auto_sync(what, &probe);
        self.made.requests.push(request);
        let release =
            "it stays off until it is released (leadtime puts its settings back as they were)";
        self.made.notes.push(release.to_owned());
        self.made.undone_by.extend(self.makers());
    }

    /// Who else writes the application, and so may switch auto-sync on again.
    fn makers(&self) -> Vec<String> {
        let meta = &self.application.metadata;
        let sets = meta.owner_references.iter();
        let sets = sets.filter(|owner| owner.kind == "ApplicationSet");
        let mut found: Vec<String> = sets
            .map(|owner| {
                format!(
                    "the ApplicationSet {} makes this application: it switches auto-sync on again unless it ignores differences of /spec/syncPolicy",
                    owner.name
                )
            })
            .collect();
        let tracked = meta.annotations.get("argocd.argoproj.io/tracking-id");
        let parent = tracked.and_then(|text| text.split(':').next());
        let parent = parent.or_else(|| {
            let label = meta.labels.get("argocd.argoproj.io/instance");
            label.map(String::as_str)
        });
        found.extend(parent.map(|parent| {
            format!("the application {parent} manages this one: its next sync switches auto-sync on again where git says so")
        }));
        found
    }

    /// A sync; `pinned` is what Argo CD is told, `expected` what will run.
    fn sync(&mut self, pinned: &str, expected: &str) {
        let probe = Probe::Sync {
            place: self.place.clone(),
            before: self.before(),
            user: self.made.user.clone(),
            revision: pinned.to_owned(),
            key: self.order.key.clone(),
        };
        let prune = self.prunes();
        let short = Revision::read(expected, &[]).map(|revision| revision.short());
        let to = short.unwrap_or_else(|| self.follows());
        let what = format!("sync {} to {to}", self.name());
        let comment = self.order.comment.as_deref();
        let request = self.maker().sync(what, comment, prune, &probe);
        self.made.requests.push(request);
        if !prune {
            let note = "what is not in the sources any more is left (no prune)";
            self.made.notes.push(note.to_owned());
        }
    }

    /// What undoes a sync to another revision than the one that the application follows.
    pub(super) fn comes_back(&mut self) {
        let follows = self.follows();
        if is_sha(&follows) {
            return;
        }
        self.made.undone_by.push(format!(
            "the next sync of {} undoes it: its source is {follows}, not a commit",
            self.name()
        ));
    }

    /// What the application follows, as it says.
    pub(super) fn follows(&self) -> String {
        let targets = self.application.sources().iter().map(target);
        let targets: Vec<&str> = targets.collect();
        if targets.is_empty() {
            "HEAD".to_owned()
        } else {
            targets.join(", ")
        }
    }

    /// Whether Argo CD can be told a revision: it has one source, and auto-sync is off.
    fn is_pinnable(&self) -> bool {
        self.application.sources().len() < 2 && self.application.auto_sync().is_none()
    }

    /// Whether auto-sync would take away what is not in the sources any more; so does what is done in its place.
    pub(super) fn prunes(&self) -> bool {
        let automated = self.application.auto_sync();
        automated.and_then(|auto| auto.get("prune")) == Some(&Value::Bool(true))
    }

    pub(super) fn before(&self) -> Before {
        let state = self.application.status.operation_state.as_ref();
        let entries = self.application.status.history.iter();
        Before {
            started: state.and_then(|state| state.started_at),
            entry: entries.map(|entry| entry.id).max(),
        }
    }

    pub(super) fn maker(&self) -> Maker<'_> {
        Maker {
            instance: self.reach.instance,
            place: &self.place,
        }
    }
}

fn target(source: &Source) -> &str {
    if source.target_revision.is_empty() {
        "HEAD"
    } else {
        &source.target_revision
    }
}
