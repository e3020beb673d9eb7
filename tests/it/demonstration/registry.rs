//! The registry of images: docker's own, where it is installed, else one of ours; each a process.

use std::path::Path;

use leadtime::event::time::Timestamp;
use serde_json::json;

use super::code::Change;
use super::happen::ADDRESS;
use super::process::Process;
use crate::oci::world::World;
use crate::support::registry::{Real, Repository};
use crate::support::served::Served;

/// The repository of its images.
pub const NAME: &str = "team/shop";

pub enum Registry {
    Real(Real),
    Ours(Process<World>),
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

impl Registry {
    pub fn start(folder: &Path) -> Self {
        match block_on(Real::start()) {
            Some(real) => Self::Real(real),
            None => Self::Ours(Process::start(folder, World::default())),
        }
    }

    pub fn served(&mut self) -> &mut Served {
        match self {
            Self::Real(real) => &mut real.served,
            Self::Ours(ours) => &mut ours.served,
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Real(real) => real.served.url(),
            Self::Ours(ours) => ours.served.url(),
        }
    }

    /// Its images, as others name them.
    pub fn image(&self) -> String {
        format!("{}/{NAME}", self.url().replace("http://", ""))
    }

    /// Pushes the image of a change, and the report of a scanner beside it; tells its digest.
    pub fn push(&self, change: &Change, at: Timestamp) -> String {
        let mut content = Repository::default();
        let annotations = json!({
            "org.opencontainers.image.revision": change.merged, "org.opencontainers.image.source": ADDRESS,
            "org.opencontainers.image.created": at.to_string(),
        });
        let digest = content.image(&json!({}), &annotations);
        content.tags.insert(change.version(), digest.clone());
        let report = json!({
            "SchemaVersion": 2, "CreatedAt": at.to_string(), "ArtifactName": format!("shop:{}", change.version()),
            "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-2026-1", "PkgName": "zlib", "InstalledVersion": "1", "Severity": "LOW"}]}],
        });
        let kind = "application/vnd.aquasec.trivy.report.v1+json";
        content.attach(&digest, kind, &report.to_string());
        match self {
            Self::Real(real) => {
                // It keeps no lists of what refers to an image, so who pushes does.
                content.keep_list(&digest);
                content.blob("application/vnd.oci.empty.v1+json", "{}");
                block_on(real.push(NAME, &content));
            }
            Self::Ours(ours) => ours.change(|world| {
                let known = world.repositories.entry(NAME.to_owned()).or_default();
                known.tags.extend(content.tags.clone());
                known.manifests.extend(content.manifests.clone());
                known.blobs.extend(content.blobs.clone());
            }),
        }
        digest
    }
}
