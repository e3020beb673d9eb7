//! `CycloneDX` as JSON: a bill of materials; a scan, where vulnerabilities stand in it; what somebody says of them (VEX), where nothing else does. An empty
//! list of vulnerabilities says nothing: makers of bills write one without having looked.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::event::time::Timestamp;

use super::severity::Severity;
use super::subject::{self, Subject};
use super::vex::{Product, Statement};
use super::{Bill, Content, Found, Scan, Unreadable, said, tool};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Document {
    serial_number: Option<String>,
    version: Option<i64>,
    metadata: Option<Metadata>,
    components: Option<Vec<Component>>,
    vulnerabilities: Option<Vec<Vulnerability>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    timestamp: Option<String>,
    tools: Option<Tools>,
    component: Option<Component>,
    properties: Option<Vec<Property>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Tools {
    /// Before 1.5.
    List(Vec<Named>),
    Parts(ToolParts),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ToolParts {
    components: Option<Vec<Named>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    version: Option<String>,
    purl: Option<String>,
    properties: Option<Vec<Property>>,
    components: Option<Vec<Component>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Property {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Vulnerability {
    id: Option<String>,
    references: Option<Vec<Reference>>,
    ratings: Option<Vec<Rating>>,
    affects: Option<Vec<Affected>>,
    analysis: Option<Analysis>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rating {
    severity: Option<String>,
    score: Option<f64>,
    method: Option<String>,
    vector: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Affected {
    #[serde(rename = "ref")]
    reference: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Analysis {
    state: Option<String>,
    justification: Option<String>,
    detail: Option<String>,
    last_updated: Option<String>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every form is read in the same way"
)]
pub(super) fn read(document: &Document) -> Result<Content, Unreadable> {
    let found = document.vulnerabilities.as_deref().unwrap_or_default();
    let holds = document
        .components
        .as_ref()
        .is_some_and(|all| !all.is_empty());
    let states = |one: &Vulnerability| one.analysis.as_ref().is_some_and(|one| one.state.is_some());
    if !holds && !found.is_empty() && found.iter().all(states) {
        return Ok(Content {
            statements: found.iter().map(|one| document.statement(one)).collect(),
            ..Content::default()
        });
    }
    let about = document.metadata.as_ref();
    let (of, at) = (document.of(), document.at());
    let mut content = Content::default();
    if holds || found.is_empty() {
        let version = document.version.unwrap_or(1);
        let serial = said(document.serial_number.as_ref());
        let serial = serial.and_then(|all| all.strip_prefix("urn:uuid:").map(str::to_owned));
        content.bill = Some(Bill {
            of: of.clone(),
            at,
            // A BOM-Link.
            name: serial.map(|serial| format!("urn:cdx:{serial}/{version}")),
        });
    }
    if !found.is_empty() {
        let packages = document.packages();
        content.scans.push(Scan {
            tool: tool(about.and_then(Metadata::tool), "cyclonedx"),
            at,
            of,
            found: found.iter().flat_map(|one| one.found(&packages)).collect(),
            broke_off: false,
        });
    }
    Ok(content)
}

impl Document {
    fn at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.metadata.as_ref()?.timestamp.as_deref()?)
    }

    fn of(&self) -> Subject {
        let Some(about) = &self.metadata else {
            return Subject::default();
        };
        let mut of = about
            .component
            .as_ref()
            .map(Component::of)
            .unwrap_or_default();
        if of.digest.is_none() {
            let own = about.component.as_ref();
            let own = own.and_then(|own| own.properties.as_ref());
            let all = || about.properties.iter().chain(own).flatten();
            let label = |key: &str| {
                let ends = |one: &&Property| one.name.as_ref().is_some_and(|n| n.ends_with(key));
                all().find(ends).and_then(|one| one.value.as_deref())
            };
            of = of.or(&Subject::labelled(
                label("labels:org.opencontainers.image.revision"),
                label("labels:org.opencontainers.image.source"),
            ));
        }
        of
    }

    /// What is in it, by the names that the document has for it.
    fn packages(&self) -> FxHashMap<&str, String> {
        let mut packages = FxHashMap::default();
        let mut open: Vec<&Component> = self.components.iter().flatten().collect();
        while let Some(one) = open.pop() {
            open.extend(one.components.iter().flatten());
            let told = said(one.purl.as_ref()).or_else(|| {
                let version = one.version.as_deref().unwrap_or_default();
                Some(format!("{}@{version}", one.name.as_deref()?))
            });
            if let (Some(reference), Some(told)) = (one.reference.as_deref(), told) {
                packages.insert(reference, told);
            }
        }
        packages
    }

    /// What a document without components says of a vulnerability.
    fn statement(&self, one: &Vulnerability) -> Statement {
        let analysis = one.analysis.as_ref();
        let state = analysis.and_then(|one| one.state.as_deref());
        let updated = analysis.and_then(|one| Timestamp::parse(one.last_updated.as_deref()?));
        let own = self.of().artifact();
        let affected = one
            .affects
            .iter()
            .flatten()
            .filter_map(|one| one.reference.as_deref());
        let products = affected.map(|text| {
            // A BOM-Link ends in the name of the component.
            let name = text.rsplit_once('#').map_or(text, |(_, name)| name);
            let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            Product {
                names: vec![name.into_owned()],
                parts: Vec::new(),
            }
        });
        let mut products: Vec<Product> = products.collect();
        if products.is_empty() {
            products.extend(own.map(|own| Product {
                names: vec![own],
                parts: Vec::new(),
            }));
        }
        Statement {
            ids: one.ids(),
            products,
            status: match state {
                Some("not_affected" | "false_positive") => "not_affected",
                Some("resolved" | "resolved_with_pedigree") => "fixed",
                Some("exploitable") => "affected",
                _ => "under_investigation",
            }
            .to_owned(),
            reason: analysis.and_then(Analysis::why),
            at: updated.or_else(|| self.at()),
        }
    }
}

impl Metadata {
    fn tool(&self) -> Option<&str> {
        let tools = match self.tools.as_ref()? {
            Tools::List(tools) => Some(tools),
            Tools::Parts(parts) => parts.components.as_ref(),
        };
        tools?.first()?.name.as_deref()
    }
}

impl Component {
    fn of(&self) -> Subject {
        let mut of = Subject::named(self.purl.as_deref().unwrap_or_default());
        let properties = || self.properties.iter().flatten();
        for key in ["RepoDigest", "RepoTag"] {
            let wanted = format!("aquasecurity:trivy:{key}");
            for one in properties().filter(|one| one.name.as_ref() == Some(&wanted)) {
                of = of.or(&Subject::named(one.value.as_deref().unwrap_or_default()));
            }
        }
        if self.kind.as_deref() == Some("container") {
            let version = self.version.as_deref().unwrap_or_default();
            let digest = subject::digest(version);
            let named = Subject::named(self.name.as_deref().unwrap_or_default());
            let tag = Some(version.to_owned()).filter(|tag| !tag.is_empty() && digest.is_none());
            of = of.or(&named.or(&Subject {
                tag,
                digest,
                ..Subject::default()
            }));
        }
        of
    }
}

impl Vulnerability {
    fn ids(&self) -> Vec<String> {
        let others = self
            .references
            .iter()
            .flatten()
            .filter_map(|one| one.id.as_ref());
        let mut ids: Vec<String> = Vec::new();
        for id in self.id.iter().chain(others) {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// One finding for each package that it is in; one, where it is said of none.
    fn found(&self, packages: &FxHashMap<&str, String>) -> Vec<Found> {
        let one = Found {
            ids: self.ids(),
            package: None,
            severity: self.severity().unwrap_or_default(),
            aside: self.analysis.as_ref().and_then(Analysis::aside),
        };
        let affected = self
            .affects
            .iter()
            .flatten()
            .filter_map(|one| one.reference.as_deref());
        let in_all = affected.map(|reference| Found {
            package: packages.get(reference).cloned(),
            ..one.clone()
        });
        let found: Vec<Found> = in_all.collect();
        if found.is_empty() { vec![one] } else { found }
    }

    /// The gravest of its ratings: which of the sources to believe the document does not say.
    fn severity(&self) -> Option<Severity> {
        let ratings = || self.ratings.iter().flatten();
        let words = ratings().filter_map(|one| Severity::of_word(one.severity.as_deref()?));
        // EPSS and others are scores of something else.
        let by_cvss = ratings().filter(|one| {
            let method = one.method.as_deref().unwrap_or_default();
            method.starts_with("CVSS")
        });
        let scores = by_cvss.filter_map(|one| {
            let score = one.score.and_then(Severity::of_score);
            score.or_else(|| Severity::of_text(one.vector.as_deref()?))
        });
        words.max().or_else(|| scores.max())
    }
}

impl Analysis {
    fn why(&self) -> Option<String> {
        match (
            said(self.justification.as_ref()),
            said(self.detail.as_ref()),
        ) {
            (Some(why), Some(more)) => Some(format!("{why} ({more})")),
            (why, more) => why.or(more),
        }
    }

    fn aside(&self) -> Option<String> {
        let state = self.state.as_deref()?;
        let aside = matches!(
            state,
            "not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree"
        );
        aside.then(|| {
            self.why()
                .map_or(state.to_owned(), |why| format!("{state}, {why}"))
        })
    }
}
