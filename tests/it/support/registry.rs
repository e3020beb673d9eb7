//! Docker's own registry, where it is installed, and what is pushed to one as a builder does: images, indexes, and what refers to them.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use leadtime::connector::oci::wire::{digest_like, fallback_tag};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::left_out;
use super::served::{Served, address};

pub const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// What something becomes that refers to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    Bill,
    Signature,
    /// Findings by severity, the gravest first, and whose they are.
    Scan(&'static str, [u32; 4]),
    /// A report of no use, which is told.
    Note,
}

/// What builders, scanners and signers put beside images: its type, and the beginning of what it holds.
pub const BESIDE: [(&str, &str, Becomes); 11] = [
    (
        "application/vnd.cyclonedx+json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6"}"#,
        Becomes::Bill,
    ),
    (
        "application/spdx+json",
        r#"{"spdxVersion":"SPDX-2.3"}"#,
        Becomes::Bill,
    ),
    (
        "application/vnd.goharbor.harbor.sbom.v1",
        r#"{"spdxVersion":"SPDX-2.3","name":"shop"}"#,
        Becomes::Bill,
    ),
    (
        "application/vnd.cncf.notary.signature",
        "a signature",
        Becomes::Signature,
    ),
    (
        "application/vnd.dev.cosign.artifact.sig.v1+json",
        "another",
        Becomes::Signature,
    ),
    (
        "application/sarif+json",
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Semgrep","rules":[{"id":"A","properties":{"security-severity":"9.8"}}]}},
            "results":[{"ruleId":"A","ruleIndex":0},{"level":"note"}]}]}"#,
        Becomes::Scan("semgrep", [1, 0, 0, 1]),
    ),
    (
        "application/vnd.aquasec.trivy.report.v1+json",
        r#"{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"Severity":"HIGH"},{"Severity":"MEDIUM"}]}]}"#,
        Becomes::Scan("trivy", [0, 1, 1, 0]),
    ),
    (
        "application/vnd.aquasec.trivy.report.sarif.v1",
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy"}},"results":[{"level":"error"}]}]}"#,
        Becomes::Scan("trivy", [0, 1, 0, 0]),
    ),
    (
        "application/vnd.anchore.grype+json",
        r#"{"descriptor":{"name":"grype"},"matches":[{"vulnerability":{"id":"CVE-2026-1","severity":"Medium"},"artifact":{"name":"zlib","version":"1"}}]}"#,
        Becomes::Scan("grype", [0, 0, 1, 0]),
    ),
    (
        "application/vnd.snyk+json",
        r#"{"ok":false,"dependencyCount":1,"vulnerabilities":[{"id":"SNYK-1","severity":"low","packageName":"zlib","version":"1"}]}"#,
        Becomes::Scan("snyk", [0, 0, 0, 1]),
    ),
    (
        "application/vnd.trivy+json",
        r#"{"something":"else"}"#,
        Becomes::Note,
    ),
];

/// What a repository of a registry holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Repository {
    pub tags: BTreeMap<String, String>,
    /// Media type and bytes, by digest.
    pub manifests: BTreeMap<String, (String, String)>,
    pub blobs: BTreeMap<String, String>,
}

impl Repository {
    pub fn blob(&mut self, kind: &str, body: &str) -> Value {
        let digest = digest_like("", body.as_bytes());
        self.blobs.insert(digest.clone(), body.to_owned());
        json!({"mediaType": kind, "digest": digest, "size": body.len()})
    }

    /// Takes in a manifest as it is.
    pub fn put(&mut self, kind: &str, body: &str) -> String {
        let digest = digest_like("", body.as_bytes());
        let entry = (kind.to_owned(), body.to_owned());
        self.manifests.insert(digest.clone(), entry);
        digest
    }

    /// An image with labels and annotations, not yet tagged.
    pub fn image(&mut self, labels: &Value, annotations: &Value) -> String {
        let config = json!({"created": "2026-01-02T03:04:05Z", "config": {"Labels": labels}});
        let config = self.blob(CONFIG, &config.to_string());
        let manifest = json!({"schemaVersion": 2, "mediaType": IMAGE, "config": config,
            "layers": [], "annotations": annotations});
        // As people write it: what is put again must be the same bytes, not the same JSON.
        self.put(IMAGE, &serde_json::to_string_pretty(&manifest).unwrap())
    }

    /// An image of a commit under a tag.
    pub fn tagged(&mut self, tag: &str, sha: &str) -> String {
        let annotations = json!({"org.opencontainers.image.revision": sha,
            "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
            "org.opencontainers.image.source": "https://github.com/acme/shop"});
        let digest = self.image(&json!({}), &annotations);
        self.tags.insert(tag.to_owned(), digest.clone());
        digest
    }

    /// Something that refers to an image, with one layer.
    pub fn attach(&mut self, subject: &str, kind: &str, body: &str) -> String {
        let layer = self.blob(kind, body);
        let manifest = json!({"schemaVersion": 2, "mediaType": IMAGE, "artifactType": kind,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_like("", b"{}"), "size": 2},
            "layers": [layer], "subject": {"mediaType": IMAGE, "digest": subject, "size": 1}});
        self.put(IMAGE, &manifest.to_string())
    }

    pub fn referrers(&self, subject: &str) -> String {
        let all = self.manifests.iter().filter_map(|(digest, (kind, body))| {
            let manifest: Value = serde_json::from_str(body).unwrap_or_default();
            (manifest["subject"]["digest"] == subject).then(|| {
                json!({"mediaType": kind, "digest": digest, "size": body.len(),
                    "artifactType": manifest["artifactType"], "annotations": manifest["annotations"]})
            })
        });
        let all: Vec<Value> = all.collect();
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": all}).to_string()
    }

    /// What a client does where the registry keeps no lists: it puts one under a tag.
    pub fn keep_list(&mut self, subject: &str) {
        let list = self.referrers(subject);
        let digest = self.put(INDEX, &list);
        self.tags.insert(fallback_tag(subject), digest);
    }
}

/// A registry, until it is dropped.
pub struct Real {
    pub served: Served,
    pub url: String,
    _folder: TempDir,
}

impl Real {
    /// `None`: it is not installed.
    pub async fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = address();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {:?}}}, delete: {{enabled: true}}}}\nhttp: {{addr: \"{address}\"}}\n",
            folder.path().join("data")
        );
        let file = folder.path().join("config.yml");
        fs::write(&file, config).unwrap();
        let mut command = Command::new("docker-registry");
        command
            .arg("serve")
            .arg(&file)
            .env("OTEL_TRACES_EXPORTER", "none");
        let Ok(served) = Served::start(address, command) else {
            left_out("a real registry: docker-registry is not installed");
            return None;
        };
        let url = served.url();
        let answer = reqwest::get(format!("{url}/v2/")).await.unwrap();
        assert_eq!(answer.status(), 200);
        Some(Self {
            served,
            url,
            _folder: folder,
        })
    }

    /// Pushes what a repository holds: blobs, then manifests, then tags.
    pub async fn push(&self, name: &str, content: &Repository) {
        let client = reqwest::Client::new();
        for (digest, body) in &content.blobs {
            let start = client.post(format!("{}/v2/{name}/blobs/uploads/", self.url));
            let start = start.send().await.unwrap();
            assert_eq!(start.status(), 202);
            let place = start.headers()["location"].to_str().unwrap();
            let put = client
                .put(format!("{place}&digest={digest}"))
                .body(body.clone());
            assert_eq!(put.send().await.unwrap().status(), 201);
        }
        // An index after what it names.
        let mut manifests: Vec<_> = content.manifests.iter().collect();
        manifests.sort_by_key(|(_, (kind, _))| kind == INDEX);
        for (digest, (kind, body)) in manifests {
            let tags = content.tags.iter().filter(|(_, of)| *of == digest);
            let names = tags.map(|(tag, _)| tag).chain([digest]);
            for reference in names {
                let put = client.put(format!("{}/v2/{name}/manifests/{reference}", self.url));
                let put = put.header("content-type", kind).body(body.clone());
                let answer = put.send().await.unwrap();
                let status = answer.status();
                assert_eq!(status, 201, "{reference}: {}", answer.text().await.unwrap());
            }
        }
    }
}
