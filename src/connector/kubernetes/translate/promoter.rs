//! The `GitOps` Promoter: a `ChangeTransferPolicy` brings commits into the branch of one environment. Each commit that the branch comes to hold is a deployment to
//! it; one that is proposed and not there yet waits, for a merge or for commit statuses, and that is a gate. A `PromotionStrategy` is the sum of its policies,
//! and tells nothing beside.

use super::{Attempt, closed, deployed, key};
use crate::connector::environment::labelled;
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::cursor::{Home, Open, What};
use crate::connector::kubernetes::family::{Family, Seen, Told};
use crate::connector::kubernetes::wire::promoter::{Spec, State, Status};
use crate::connector::kubernetes::wire::runs::repository;
use crate::connector::kubernetes::wire::{Object, is_sha};
use crate::event::Event;
use crate::event::kind::{Decision, Gate, Outcome};

pub struct Policies;

const STRATEGY: &str = "promoter.argoproj.io/promotion-strategy";

impl Family for Policies {
    fn resource(&self) -> Resource {
        Resource {
            group: "promoter.argoproj.io",
            plural: "changetransferpolicies",
            kind: "ChangeTransferPolicy",
        }
    }

    fn word(&self) -> &'static str {
        "changetransferpolicy"
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let mut told = Told::default();
        let home = home(object, &spec.active_branch);
        let past = status.history.iter().map(|one| &one.active);
        let mut held: Vec<&State> = Vec::new();
        for state in std::iter::once(&status.active).chain(past) {
            let is_known = held
                .iter()
                .any(|one| one.hydrated.sha == state.hydrated.sha);
            if is_sha(&state.dry.sha) && is_sha(&state.hydrated.sha) && !is_known {
                held.push(state);
            }
        }
        for state in held {
            let id = format!("{}@{}", key(self, object), &state.hydrated.sha[..12]);
            let mut fact = deployed(&home, &id);
            fact.sha = Some(state.dry.sha.clone());
            fact.repository = repository(&state.dry.repo_url);
            let mut attempt = Attempt {
                seen,
                told: &mut told,
                id,
                fact,
            };
            let at = state.hydrated.commit_time.unwrap_or(seen.now);
            attempt.ended("finished", at, Outcome::Success, None);
        }
        let proposed = &status.proposed.dry;
        if is_sha(&proposed.sha) && proposed.sha != status.active.dry.sha {
            let id = format!("{}@{}/promotion", key(self, object), &proposed.sha[..12]);
            let request = status.pull_request.as_ref();
            let opened = request.and_then(|one| one.pr_creation_time);
            let opened = opened.or(status.proposed.hydrated.commit_time);
            let gate = Gate {
                name: home
                    .environment
                    .as_ref()
                    .map(|name| format!("promotion {name}")),
                service: Some(home.service.clone()),
                environment: home.environment.clone(),
                sha: Some(proposed.sha.clone()),
                repository: repository(&proposed.repo_url),
                url: request
                    .map(|one| one.url.clone())
                    .filter(|url| !url.is_empty()),
                comment: Some(waits(&spec, &status)),
                ..Gate::default()
            };
            told.wait(seen, id, opened, gate);
        }
        Ok(told)
    }

    fn ended(&self, seen: &Seen<'_>, open: &Open) -> Option<Event<String>> {
        if open.what != What::Gate {
            return None;
        }
        let status: Status = seen.object.of("status").unwrap_or_default();
        let active = &status.active;
        let mark = active.dry.sha.get(..12).unwrap_or_default();
        let is_there = !mark.is_empty() && open.id.ends_with(&format!("@{mark}/promotion"));
        let event = if is_there {
            let at = active.hydrated.commit_time.unwrap_or(seen.now);
            let decided = (Decision::Approved, "it was merged into the branch");
            closed(seen.origin, open, at, decided)
        } else {
            let decided = (Decision::Cancelled, "another commit is proposed instead");
            closed(seen.origin, open, seen.now, decided)
        };
        Some(event)
    }
}

/// The strategy, and the environment that the branch is: `environments/production` is `production`.
fn home(object: &Object, branch: &str) -> Home {
    let strategy = object.label(STRATEGY).unwrap_or(&object.meta.name);
    let before = ["environments/", "environment/", "envs/", "env/"];
    let mut ends = before
        .iter()
        .filter_map(|before| branch.strip_prefix(before));
    let branch = ends.next().unwrap_or(branch);
    Home {
        service: strategy.to_owned(),
        environment: labelled(&object.meta.labels)
            .or_else(|| Some(branch.to_owned()).filter(|branch| !branch.is_empty())),
    }
}

/// What a proposed commit waits for.
fn waits(spec: &Spec, status: &Status) -> String {
    let statuses = status.proposed.commit_statuses.iter();
    let open: Vec<String> = statuses
        .filter(|one| one.phase != "success")
        .map(|one| format!("{} ({})", one.key, one.phase))
        .collect();
    let mut conditions = status.conditions.iter();
    let refused = conditions.find(|one| one["type"] == "Ready" && one["status"] == "False");
    match (open.is_empty(), spec.auto_merge, refused) {
        (false, ..) => format!("it waits for {}", open.join(", ")),
        (true, _, Some(ready)) => {
            let said = ready["message"].as_str().unwrap_or_default().chars();
            let said: String = said.filter(|c| !c.is_control()).take(300).collect();
            format!("it cannot be merged: {said}")
        }
        (true, Some(false), _) => "its pull request waits to be merged".to_owned(),
        (true, ..) => "it is about to be merged".to_owned(),
    }
}
