//! Flux's Kustomizations: each revision that is applied is a deployment of its commit, or of the version of what it was packed in. Flux keeps only the newest,
//! so what was applied between two readings is not seen; that nothing is applied while it is suspended is told as a hold.

use super::{Attempt, deployed, held, home, key};
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::flux::{Spec, Status, commit, not_ready, version};
use crate::connector::kubernetes::wire::{Object, condition};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;

pub struct Kustomizations;

/// What is remembered: the revision that was told last, and since when.
const REVISION: &str = "revision";
const SINCE: &str = "since";

impl Family for Kustomizations {
    fn resource(&self) -> Resource {
        Resource {
            group: "kustomize.toolkit.fluxcd.io",
            plural: "kustomizations",
            kind: "Kustomization",
        }
    }

    fn word(&self) -> &'static str {
        "kustomization"
    }

    fn ails(&self, object: &Object) -> Option<String> {
        not_ready(object)
    }

    fn tell(&self, seen: &Seen<'_>) -> Result<Told, String> {
        let object = seen.object;
        let mut told = Told::default();
        let spec: Spec = object.of("spec")?;
        let status: Status = object.of("status")?;
        let home = home(seen.origin, object);
        if let Some(revision) = newest(&status) {
            let ready = condition(&status.conditions, "Ready");
            let at = ready.and_then(|one| one.last_transition_time);
            let (since, is_first) = since(seen, &mut told, revision, at);
            let id = format!("{}@{since}", key(self, object));
            let mut fact = deployed(&home, &id);
            fact.sha = commit(revision).map(str::to_owned);
            fact.version = version(revision).map(str::to_owned);
            let mut attempt = Attempt {
                seen,
                told: &mut told,
                id,
                fact,
            };
            // When it began is not known of what had ended when it was first seen.
            let began = (!is_first).then_some(since);
            let ended = at.filter(|at| *at >= since).unwrap_or(seen.now);
            let is_applied = status.last_applied_revision == *revision;
            match ready.map(|one| one.status.as_str()) {
                Some("True") if is_applied => {
                    attempt.ended("finished", ended, Outcome::Success, began);
                }
                Some("False") if !is_applied => {
                    attempt.ended("failed", ended, Outcome::Failure, began);
                }
                // It is applied, and something else is wrong since.
                Some("False") => {
                    attempt.ended("finished", since, Outcome::Success, began);
                }
                Some("Unknown" | "True") | None => attempt.begun(since, revision),
                Some(other) => seen.unknown("Ready.status", other),
            }
        }
        if spec.suspend {
            let id = format!("{}@suspended-{}", key(self, object), object.mark());
            held(seen, &mut told, id, &home, "suspended in Flux");
        }
        told.home = Some(home);
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Flux)
    }
}

/// The revision that is applied, or tried.
fn newest(status: &Status) -> Option<&String> {
    let all = [
        &status.last_attempted_revision,
        &status.last_applied_revision,
    ];
    all.into_iter().find(|revision| !revision.is_empty())
}

/// Since when this revision is the newest: as remembered, else as its condition says, else now. And whether nothing was seen of the object before.
fn since(
    seen: &Seen<'_>,
    told: &mut Told,
    revision: &str,
    at: Option<Timestamp>,
) -> (Timestamp, bool) {
    let known = &seen.row.state;
    let before = known.get(SINCE).and_then(|text| Timestamp::parse(text));
    let is_same = known.get(REVISION).is_some_and(|known| known == revision);
    let since = match before {
        Some(before) if is_same => before,
        Some(before) => at.filter(|at| *at > before).unwrap_or(seen.now),
        None => at.unwrap_or(seen.now),
    };
    told.state.insert(REVISION.to_owned(), revision.to_owned());
    told.state.insert(SINCE.to_owned(), since.to_string());
    let first = "first".to_owned();
    let is_first = before.is_none() || (is_same && known.contains_key(&first));
    if is_first {
        told.state.insert(first, String::new());
    }
    (since, is_first)
}
