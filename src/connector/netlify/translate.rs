//! Deploys into events: pure. A deploy is built, which is a run; and it is published, at once or later or again, which is a deployment. Previews of requests are left out.

use super::cursor::Published;
use super::wire::{Deploy, Site};
use crate::connector::facts::{Facts, given};
use crate::connector::scanner::subject::repository;
use crate::connector::told::is_sha;
use crate::event::Event;
use crate::event::kind::{Deployment, Kind, Outcome, Phase, Run, RunKind};
use crate::event::time::Timestamp;

/// A site, and where its facts come from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub instance: &'a str,
    pub site: &'a Site,
}

/// The name of a deploy in events; of its publications it is the beginning.
#[must_use]
pub fn deploy_id(id: &str) -> String {
    format!("deploy/{id}")
}

/// The deploy that a name of ours is of.
#[must_use]
pub fn read_id(id: &str) -> Option<&str> {
    let rest = id.strip_prefix("deploy/")?;
    let id = rest.split('/').next()?;
    (!id.is_empty()).then_some(id)
}

/// Where a deploy goes. `None`: it is a preview.
#[must_use]
pub fn environment(deploy: &Deploy) -> Option<String> {
    match deploy.context.as_str() {
        "" | "deploy-preview" | "dev" | "preview-server" => None,
        "branch-deploy" => given(deploy.branch.as_ref()),
        other => Some(other.to_owned()),
    }
}

/// How the making of a deploy ended. `None`: it has not.
fn outcome(facts: &mut Facts, deploy: &Deploy) -> Option<Outcome> {
    let stopped = || {
        let text = deploy.error_message.as_deref().unwrap_or_default();
        let text = text.to_ascii_lowercase();
        deploy.skipped == Some(true) || text.contains("cancel") || text.contains("skipped")
    };
    match deploy.state.as_str() {
        "ready" => Some(Outcome::Success),
        "error" if stopped() => Some(Outcome::Cancelled),
        "error" => Some(Outcome::Failure),
        "rejected" => Some(Outcome::Cancelled),
        "new" | "pending_review" | "accepted" | "enqueued" | "building" | "uploading"
        | "uploaded" | "preparing" | "prepared" | "processing" | "processed" | "retrying" => None,
        other => {
            facts.unknown("deploy.state", other);
            None
        }
    }
}

/// Whether it is still being made.
#[must_use]
pub fn is_open(deploy: &Deploy) -> bool {
    !matches!(deploy.state.as_str(), "ready" | "error" | "rejected")
}

impl Origin<'_> {
    fn event(&self, id: String, at: Timestamp, kind: Kind<String>) -> Event<String> {
        Event {
            source: format!("{}/{}", self.instance, self.site.name),
            id,
            at,
            kind,
        }
    }

    /// What a deploy tells, but for what is published now ([`Self::published`]).
    #[must_use]
    pub fn deploy(&self, deploy: &Deploy) -> Facts {
        let mut facts = Facts::default();
        let (Some(environment), Some(began)) = (environment(deploy), deploy.created_at) else {
            return facts;
        };
        let outcome = outcome(&mut facts, deploy);
        let id = deploy_id(&deploy.id);
        let sha = sha(deploy);
        let mut tell = |what: &str, phase: Phase, at: Timestamp| {
            let run = Run {
                run: id.clone(),
                name: Some("build".to_owned()),
                url: given(deploy.admin_url.as_ref()),
                repository: sha.as_ref().and_then(|_| repository_of(deploy)),
                sha: sha.clone(),
                branch: given(deploy.branch.as_ref()),
                environment: Some(environment.clone()),
                kind: RunKind::Build,
                phase,
                outcome: outcome.filter(|_| phase == Phase::Finished),
                ..Run::default()
            };
            facts
                .events
                .push(self.event(format!("{id}/{what}"), at, Kind::Run(run)));
        };
        tell("started", Phase::Started, began);
        let ended = deploy.published_at.min(deploy.updated_at);
        let ended = ended.or(deploy.updated_at).unwrap_or(began).max(began);
        if outcome.is_some() {
            tell("finished", Phase::Finished, ended);
        }
        if outcome == Some(Outcome::Failure) {
            let fact = Deployment {
                record: id.clone(),
                outcome,
                ..self.fact(deploy, &environment)
            };
            let id = format!("{id}/failed");
            facts
                .events
                .push(self.event(id, ended, Kind::Deployment(fact)));
        }
        let live = self.site.published_deploy.as_ref();
        // One of a branch is out as soon as it is ready, at an address of its own.
        let out = deploy.published_at.or_else(|| {
            let of_branch = deploy.context == "branch-deploy";
            Some(ended).filter(|_| of_branch && outcome == Some(Outcome::Success))
        });
        if let Some(at) = out.filter(|_| live.is_none_or(|live| live.id != deploy.id)) {
            facts.events.push(self.publication(deploy, at, false));
        }
        facts
    }

    /// What is published now, where that is news; and what is to be kept of it.
    #[must_use]
    pub fn published(
        &self,
        before: Option<&Published>,
        now: Timestamp,
    ) -> (Facts, Option<Published>) {
        let mut facts = Facts::default();
        let Some(live) = &self.site.published_deploy else {
            return (facts, None);
        };
        let kept = Published {
            deploy: live.id.clone(),
            created: live.created_at,
            at: live.published_at,
        };
        if before == Some(&kept) {
            return (facts, Some(kept));
        }
        let is_again =
            before.is_some_and(|before| before.deploy != kept.deploy && kept.at <= before.at);
        // One that is published again may say when it first was.
        let at = live.published_at.filter(|_| !is_again).unwrap_or(now);
        let back = before
            .is_some_and(|before| before.deploy != kept.deploy && kept.created < before.created);
        if environment(live).is_some() {
            facts.events.push(self.publication(live, at, back));
        }
        (facts, Some(kept))
    }

    fn publication(&self, deploy: &Deploy, at: Timestamp, rollback: bool) -> Event<String> {
        let environment = environment(deploy).unwrap_or_default();
        let id = format!(
            "{}/published/{}",
            deploy_id(&deploy.id),
            at.micros() / 1_000_000
        );
        let fact = Deployment {
            record: id.clone(),
            outcome: Some(Outcome::Success),
            rollback,
            ..self.fact(deploy, &environment)
        };
        self.event(id, at, Kind::Deployment(fact))
    }

    fn fact(&self, deploy: &Deploy, environment: &str) -> Deployment<String> {
        let sha = sha(deploy);
        Deployment {
            service: Some(self.site.name.clone()),
            environment: Some(environment.to_owned()),
            repository: sha.as_ref().and_then(|_| repository_of(deploy)),
            version: given(deploy.title.as_ref()).filter(|_| sha.is_none()),
            sha,
            url: given(deploy.admin_url.as_ref()),
            pipeline: Some(deploy_id(&deploy.id)),
            phase: Phase::Finished,
            ..Deployment::default()
        }
    }
}

fn sha(deploy: &Deploy) -> Option<String> {
    let text = deploy.commit_ref.as_deref()?;
    is_sha(text).then(|| text.to_ascii_lowercase())
}

/// The repository, by the page of the commit.
fn repository_of(deploy: &Deploy) -> Option<String> {
    repository(deploy.commit_url.as_deref()?)
}
