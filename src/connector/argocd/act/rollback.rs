//! Rolling back: to any entry that the history still has, by the deployment that made it, else by its revision. Argo CD refuses it while auto-sync is on,
//! and auto-sync would undo it: so it is switched off first, and left off until it is released.

use super::Case;
use super::request::Probe;
use crate::connector::ConnectorError;
use crate::connector::argocd::translate::{Revision, deployment};
use crate::connector::argocd::wire::Entry;
use crate::plan::request::Version;

impl Case<'_> {
    pub(super) async fn roll_back(&mut self) -> Result<(), ConnectorError> {
        let Some(to) = self.order.to.clone() else {
            return Err(self.nothing("the version to bring back is not named".to_owned()));
        };
        let Some(entry) = self.entry(&to).cloned() else {
            return Err(self.gone(&to));
        };
        let name = self.name().to_owned();
        let revision = Revision::read(&entry.revision, &entry.revisions);
        let id = revision.as_ref().map(Revision::id).unwrap_or_default();
        let short = revision.map_or_else(String::new, |revision| revision.short());
        let is_live = self.application.newest().map(|newest| newest.id) == Some(entry.id);
        if is_live && self.application.status.sync.status == "Synced" {
            self.object(format!("{name} runs {short} already"), "nothing");
        }
        if entry.source.is_none() && entry.sources.is_empty() {
            let text = format!("entry {} of the history does not say its source", entry.id);
            self.object(text, "syncing to its revision instead");
        }
        self.look("sync").await;
        let prune = self.prunes();
        if let Some(automated) = self.application.auto_sync().cloned() {
            self.may_switch_off().await;
            self.switch_off(automated);
            let heals = self.heals();
            let follows = self.follows();
            self.made.undone_by.push(format!(
                "auto-sync{heals} would bring {follows} back at once: it is switched off first, and undoes this when it is switched on again"
            ));
        }
        let probe = Probe::Rollback {
            place: self.place.clone(),
            before: self.before(),
            user: self.made.user.clone(),
            revision: id,
            id: entry.id,
        };
        let what = format!(
            "roll {name} back to {short} (entry {} of its history)",
            entry.id
        );
        let request = self.maker().rollback(what, entry.id, prune, &probe);
        self.made.requests.push(request);
        self.made.notes.push(
            "the application's own settings of then (path, parameters, values) come back for this sync too"
                .to_owned(),
        );
        self.comes_back();
        Ok(())
    }

    async fn may_switch_off(&mut self) {
        if self.reach.may("update", &self.application).await == Some(false) {
            let project = &self.application.spec.project;
            let by = format!(
                "`applications, update, {project}/{}` in Argo CD's RBAC",
                self.name()
            );
            let text = "the token may not switch auto-sync off".to_owned();
            self.object(text, &by);
        }
    }

    fn heals(&self) -> &'static str {
        let automated = self.application.auto_sync();
        let heals = automated.and_then(|auto| auto.get("selfHeal"));
        if heals == Some(&serde_json::Value::Bool(true)) {
            " with self-heal"
        } else {
            ""
        }
    }

    /// The entry of the history that a version is: the deployment that made it live, else the newest of its revision.
    fn entry(&self, to: &Version) -> Option<&Entry> {
        let history = &self.application.status.history;
        let deployed = to.deployment.as_deref().and_then(deployment::read_id);
        let by_id = deployed
            .filter(|(application, _)| *application == self.application.key())
            .and_then(|(_, started)| {
                history
                    .iter()
                    .find(|entry| entry.started() == Some(started))
            });
        by_id.or_else(|| {
            let mut fitting: Vec<&Entry> = history.iter().filter(|e| is(e, to)).collect();
            fitting.sort_by_key(|entry| (entry.deployed_at, entry.id));
            fitting.pop()
        })
    }

    fn gone(&self, to: &Version) -> ConnectorError {
        let wanted = to.sha.as_ref().or(to.version.as_ref());
        let wanted = wanted.or(to.deployment.as_ref());
        let wanted = wanted.map_or("what is asked for", String::as_str);
        let kept: Vec<String> = self
            .application
            .status
            .history
            .iter()
            .filter_map(|entry| Revision::read(&entry.revision, &entry.revisions))
            .map(|revision| revision.short())
            .collect();
        let detail = if kept.is_empty() {
            "Argo CD keeps no history of it".to_owned()
        } else {
            format!(
                "Argo CD's history has no {wanted}, only {}",
                kept.join(", ")
            )
        };
        self.nothing(detail).hinted(
            "promote it instead (a sync to its revision), or keep more with `revisionHistoryLimit` of the application",
        )
    }
}

/// Whether an entry is of a version.
fn is(entry: &Entry, to: &Version) -> bool {
    let revisions = std::iter::once(&entry.revision).chain(&entry.revisions);
    let mut revisions = revisions.filter(|revision| !revision.is_empty());
    revisions.any(|revision| {
        let is_sha = |sha: &String| sha.len() >= 7 && revision.starts_with(sha.as_str());
        to.sha.as_ref().is_some_and(is_sha) || to.version.as_ref() == Some(revision)
    })
}
