//! Deployments and their statuses: one event when it was asked for, and one for each status.

use crate::connector::facts::{Facts, given};
use crate::connector::github::wire::{Deployment, DeploymentStatus};
use crate::connector::origin::Origin;
use crate::event::kind::{self, Kind, Outcome, Phase};

/// Whether no status is expected after this one.
#[must_use]
pub fn is_final(state: &str) -> bool {
    matches!(state, "success" | "failure" | "error" | "inactive")
}

/// The deployment was asked for.
#[must_use]
pub fn deployment(origin: &Origin, deployment: &Deployment, tags: &[String]) -> Facts {
    let fact = fact(origin, deployment, tags);
    let id = format!("deployment/{}/created", deployment.id);
    let event = origin.event(id, deployment.created_at, Kind::Deployment(fact));
    event.into()
}

/// Its statuses, oldest or newest first.
#[must_use]
pub fn statuses(
    origin: &Origin,
    deployment: &Deployment,
    statuses: &[DeploymentStatus],
    tags: &[String],
) -> Facts {
    let mut facts = Facts::default();
    let begun = statuses
        .iter()
        .filter(|status| status.state.eq_ignore_ascii_case("in_progress"))
        .map(|status| status.created_at)
        .min();
    for status in statuses {
        let state = status.state.to_ascii_lowercase();
        let (phase, outcome) = match state.as_str() {
            "queued" | "pending" | "waiting" => (Phase::Queued, None),
            "in_progress" => (Phase::Started, None),
            "success" => (Phase::Finished, Some(Outcome::Success)),
            "failure" | "error" => (Phase::Finished, Some(Outcome::Failure)),
            other => {
                if other != "inactive" {
                    facts.unknown("deployment_status.state", other);
                }
                // Another deployment took its place: that one tells so. This is kept, and changes nothing.
                let kind = format!(
                    "dev.cdeventsx.github-deploymentstatus.{}.0.1.0",
                    slug(other)
                );
                let id = format!("deployment/{}/status/{}", deployment.id, status.id);
                let event = origin.event(id, status.created_at, Kind::Other(kind));
                facts.events.push(event);
                continue;
            }
        };
        let log = given(status.log_url.as_ref()).or_else(|| given(status.target_url.as_ref()));
        let fact = kind::Deployment {
            environment: given(status.environment.as_ref())
                .or_else(|| Some(deployment.environment.clone())),
            pipeline: log.as_deref().and_then(run_of),
            url: given(status.environment_url.as_ref()).or(log),
            phase,
            outcome,
            started: begun.filter(|begun| phase == Phase::Finished && *begun <= status.created_at),
            ..fact(origin, deployment, tags)
        };
        let id = format!("deployment/{}/status/{}", deployment.id, status.id);
        let event = origin.event(id, status.created_at, Kind::Deployment(fact));
        facts.events.push(event);
    }
    facts
}

fn fact(origin: &Origin, deployment: &Deployment, tags: &[String]) -> kind::Deployment<String> {
    let id = deployment.id.to_string();
    kind::Deployment {
        record: id.clone(),
        deployment: Some(id),
        environment: Some(deployment.environment.clone()),
        repository: Some(origin.repository.clone()),
        sha: Some(deployment.sha.clone()),
        version: version(deployment, tags),
        phase: Phase::Queued,
        rollback: deployment
            .task
            .as_deref()
            .is_some_and(|task| task.contains("rollback")),
        ..kind::Deployment::default()
    }
}

/// The ref, when it is a tag: one that is known, or one that says so, or one that looks like a version.
fn version(deployment: &Deployment, tags: &[String]) -> Option<String> {
    let reference = given(deployment.reference.as_ref())?;
    if let Some(tag) = reference.strip_prefix("refs/tags/") {
        return Some(tag.to_owned());
    }
    let mut parts = reference.trim_start_matches('v').split('.');
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let looks_like_one = parts.clone().count() > 1 && parts.by_ref().take(2).all(is_number);
    (looks_like_one || tags.contains(&reference)).then_some(reference)
}

/// The run of Actions that a log belongs to.
#[must_use]
pub fn run_of(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("/actions/runs/")?;
    let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!id.is_empty()).then_some(id)
}

/// A word as it may stand in the type of an event.
fn slug(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_is_a_version_when_it_is_a_tag() {
        let read = |reference: &str| {
            let json = format!(
                r#"{{"id":1,"sha":"a","ref":{reference:?},"environment":"p","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}"#
            );
            version(&serde_json::from_str(&json).unwrap(), &["nightly".into()])
        };
        assert_eq!(read("refs/tags/anything").as_deref(), Some("anything"));
        assert_eq!(read("v1.2.3-rc.1").as_deref(), Some("v1.2.3-rc.1"));
        assert_eq!(read("nightly").as_deref(), Some("nightly"));
        assert_eq!(read("main"), None);
        assert_eq!(read("v-next"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn the_run_of_a_deployment_stands_in_its_log() {
        assert_eq!(
            run_of("https://github.com/a/b/actions/runs/42/job/7").as_deref(),
            Some("42")
        );
        assert_eq!(run_of("https://deploy.example.com/42"), None);
    }
}
