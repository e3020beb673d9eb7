//! Flux's `HelmReleases`: each release in their history is a deployment of the version of its chart; a release that failed may have been rolled back by Flux.

use super::{Attempt, Told, deployed, held, home, key};
use crate::connector::ConnectorError;
use crate::connector::kubernetes::act::{self, Case};
use crate::connector::kubernetes::client::Resource;
use crate::connector::kubernetes::family::{Family, Seen};
use crate::connector::kubernetes::wire::Object;
use crate::connector::kubernetes::wire::flux::{Spec, Status, not_ready};
use crate::event::kind::Outcome;

pub struct HelmReleases;

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
        for (place, release) in releases.iter().enumerate() {
            let Some(at) = release.last_deployed.or(release.first_deployed) else {
                continue;
            };
            let id = format!(
                "{}@{}-{}",
                key(self, object),
                release.version,
                object.mark()
            );
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
                "deployed" | "superseded" | "uninstalled" | "uninstalling" => {
                    attempt.ended("finished", at, Outcome::Success, None);
                }
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
        told.home = Some(home);
        Ok(told)
    }

    fn draft(&self, case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
        act::flux::draft(case)
    }
}
