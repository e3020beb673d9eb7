//! What is done to the Rollouts of an application, by the actions that Argo CD offers for them just now: going on after a pause, going on to the end,
//! stopping, trying again.

use super::request::{Probe, Target};
use super::{Case, ask};
use crate::connector::ConnectorError;
use crate::connector::argocd::wire::{Actions, Resource};

impl Case<'_> {
    pub(super) async fn resume(&mut self) -> Result<(), ConnectorError> {
        if self.act("resume", "go on with").await? == 0 {
            let detail = "none of its Rollouts is paused".to_owned();
            return Err(self.nothing(detail));
        }
        Ok(())
    }

    /// What is being rolled out already is rolled out to the end. Whether there was anything to do.
    pub(super) async fn promote_fully(&mut self) -> Result<bool, ConnectorError> {
        let found = self.act("promote-full", "promote fully").await?;
        if found > 0 {
            let note = "it is being rolled out already: this skips the steps, pauses and analyses that are left";
            self.made.notes.push(note.to_owned());
        }
        Ok(found > 0)
    }

    pub(super) async fn abort_rollout(&mut self) -> Result<(), ConnectorError> {
        if self.act("abort", "abort").await? == 0 {
            let detail = "no operation and no Rollout is under way".to_owned();
            return Err(self.nothing(detail));
        }
        let note = "traffic goes back to the stable version; the application is Degraded until it is retried or rolled back";
        self.made.notes.push(note.to_owned());
        Ok(())
    }

    /// An aborted Rollout is tried again; an ill one is restarted.
    pub(super) async fn retry_rollout(&mut self) -> Result<(), ConnectorError> {
        let mut found = self.act("retry", "retry").await?;
        if found == 0 && self.application.status.health.status == "Degraded" {
            found = self.act("restart", "restart the pods of").await?;
        }
        if found == 0 {
            let detail = "its last operation did not fail, and no Rollout was aborted".to_owned();
            return Err(self.nothing(detail));
        }
        Ok(())
    }

    /// Makes a request for every Rollout to which the action is open; how many.
    async fn act(&mut self, action: &str, words: &str) -> Result<usize, ConnectorError> {
        let resources = self.application.status.resources.clone();
        let rollouts = resources
            .into_iter()
            .filter(|one| one.kind == "Rollout" && one.group == "argoproj.io");
        let mut found = 0;
        let mut old = None;
        for rollout in rollouts.map(target) {
            if !is_open(self, &rollout, action).await? {
                continue;
            }
            let old = match old {
                Some(old) => old,
                None => *old.insert(self.is_old().await),
            };
            let done = ask::ran(&rollout, action);
            let noted = ask::noted(self.reach, &self.place, &done).await;
            let what = format!("{words} the Rollout {} of {}", rollout.name, self.name());
            let probe = Probe::Action {
                place: self.place.clone(),
                resource: rollout,
                action: action.to_owned(),
                user: self.made.user.clone(),
                noted: noted.and_then(|noted| noted.at),
            };
            let request = self.maker().action(what, old, &probe);
            self.made.requests.extend(request);
            found += 1;
        }
        Ok(found)
    }

    /// Whether Argo CD is older than 3.1, which brought the form that can take parameters. What does not say is taken for new.
    async fn is_old(&self) -> bool {
        let version = self.reach.version().await.unwrap_or_default();
        let mut numbers = version.trim_start_matches('v').split('.');
        let mut number = || numbers.next()?.parse::<u32>().ok();
        match (number(), number()) {
            (Some(major), Some(minor)) => (major, minor) < (3, 1),
            _ => false,
        }
    }
}

async fn is_open(case: &Case<'_>, rollout: &Target, action: &str) -> Result<bool, ConnectorError> {
    let pieces = ["resource", "actions"];
    let query = rollout.query();
    let offered: Actions = case.reach.of(&case.place, &pieces, &query).await?;
    let mut actions = offered.actions.iter();
    Ok(actions.any(|one| one.name == action && !one.disabled))
}

fn target(resource: Resource) -> Target {
    Target {
        group: resource.group,
        version: resource.version,
        kind: resource.kind,
        namespace: resource.namespace,
        name: resource.name,
    }
}
