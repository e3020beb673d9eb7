//! Flux's `HelmReleases`: each release in their history is a deployment of the version of its chart; a release that failed may have been rolled back or
//! uninstalled by Flux. What is installed anew after that counts its releases from one again, so that they are known by when it was installed, too.

use super::{Attempt, deployed, held, home, key, removed};
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Deeds, Family, Seen, Told};
use crate::connector::kubernetes::wire::flux::{Release, Spec, Status, not_ready};
use crate::connector::kubernetes::wire::{Object, condition};
use crate::event::kind::Outcome;
use crate::event::time::Timestamp;

pub struct HelmReleases;

/// What is remembered: when that was installed of which releases were seen first.
const INSTALLED: &str = "installed";

impl Family for HelmReleases {
    fn resource(&self) -> Resource {
        Resource {
            group: "helm.toolkit.fluxcd.io",
            plural: "helmreleases",
            kind: "HelmRelease",
        }
    }

    fn word(&self) -> &'static str {
        "helmrelease"
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
        let mut releases: Vec<_> = status.history.iter().collect();
        releases.sort_by_key(|release| release.version);
        let first = first(seen, &releases);
        told.state
            .extend(first.clone().map(|at| (INSTALLED.to_owned(), at)));
        let id = |release: &Release| {
            let anew = anew(release, first.as_deref());
            let (version, mark) = (release.version, object.mark());
            format!("{}@{version}-{mark}{anew}", key(self, object))
        };
        for (place, release) in releases.iter().enumerate() {
            let Some(at) = release.last_deployed.or(release.first_deployed) else {
                continue;
            };
            let id = id(release);
            let mut fact = deployed(&home, &id);
            fact.version = Some(release.chart_version.clone()).filter(|text| !text.is_empty());
            // Helm makes a rollback a release of its own, of what was released before.
            fact.rollback = releases[..place].iter().rev().skip(1).any(|earlier| {
                earlier.chart_version == release.chart_version
                    && releases[place - 1].status == "failed"
            });
            let mut attempt = Attempt {
                seen,
                told: &mut told,
                id,
                fact,
            };
            match release.status.as_str() {
                "deployed" | "superseded" => {
                    attempt.ended("finished", at, Outcome::Success, None);
                }
                "uninstalled" | "uninstalling" => taken_away(attempt, &status, at),
                "failed" => attempt.ended("failed", at, Outcome::Failure, None),
                "pending-install" | "pending-upgrade" | "pending-rollback" => {
                    attempt.begun(at, "");
                }
                other => seen.unknown("history.status", other),
            }
        }
        if spec.suspend {
            let id = format!("{}@suspended-{}", key(self, object), object.mark());
            held(seen, &mut told, id, &home, "suspended in Flux");
        }
        match releases.last().filter(|one| one.status == "uninstalled") {
            Some(newest) if has_run(seen, &releases) => {
                let at = newest.deleted.unwrap_or(seen.now);
                told.events
                    .push(removed(seen.origin, &home, &id(newest), at));
            }
            Some(_) => {}
            None => told.home = Some(home),
        }
        Ok(told)
    }

    fn deeds(&self) -> Option<Deeds> {
        Some(Deeds::Flux)
    }
}

/// When that was installed of which releases were seen first.
fn first(seen: &Seen<'_>, releases: &[&Release]) -> Option<String> {
    let known = seen.row.state.get(INSTALLED).cloned();
    let mut installed = releases.iter().filter_map(|release| release.first_deployed);
    known.or_else(|| installed.next().map(|at| at.to_string()))
}

/// What the ids of releases end with that were installed anew.
fn anew(release: &Release, first: Option<&str>) -> String {
    let installed = release.first_deployed.map(|at| at.to_string());
    let anew = installed.filter(|at| Some(at.as_str()) != first);
    anew.map_or_else(String::new, |at| format!("-{at}"))
}

/// A release that is uninstalled: Flux does that to one that has failed. Of another, where it was not seen before, nobody knows whether it ran.
fn taken_away(mut attempt: Attempt<'_, '_>, status: &Status, at: Timestamp) {
    let remedy = condition(&status.conditions, "Remediated");
    let is_remedy = remedy.is_some_and(|one| one.reason.starts_with("Uninstall"));
    if attempt.is_told("finished") {
        attempt.ended("finished", at, Outcome::Success, None);
    } else if is_remedy || attempt.is_told("failed") {
        attempt.ended("failed", at, Outcome::Failure, None);
    } else {
        attempt.ended("over", at, Outcome::Other, None);
    }
}

/// Whether any of these releases ran before nothing did.
fn has_run(seen: &Seen<'_>, releases: &[&Release]) -> bool {
    let mut told = seen.row.told.iter();
    let mut before = releases.iter();
    told.any(|id| id.ends_with("/finished")) || before.any(|one| one.status == "superseded")
}
