//! `OpenVEX`: who says of which vulnerability in which product that it does not count, and why. The forms of before 0.2, in which products are plain texts, are
//! read as well.

use serde::Deserialize;
use std::collections::BTreeMap;

use crate::event::time::Timestamp;

use super::vex::{Product, Statement};
use super::{Content, Unreadable, said};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    timestamp: Option<String>,
    last_updated: Option<String>,
    statements: Option<Vec<Stated>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stated {
    vulnerability: Option<Vulnerability>,
    products: Option<Vec<Thing>>,
    /// Before 0.2: of all products.
    subcomponents: Option<Vec<Thing>>,
    status: Option<String>,
    justification: Option<String>,
    impact_statement: Option<String>,
    status_notes: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Name(String),
    Names(Names),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names {
    #[serde(rename = "@id")]
    id: Option<String>,
    name: Option<String>,
    aliases: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Thing {
    Name(String),
    Described(Described),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Described {
    #[serde(rename = "@id")]
    id: Option<String>,
    identifiers: Option<BTreeMap<String, String>>,
    hashes: Option<BTreeMap<String, String>>,
    subcomponents: Option<Vec<Thing>>,
}

#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "every form is read in the same way"
)]
pub(super) fn read(document: Document) -> Result<Content, Unreadable> {
    let of_all = [&document.last_updated, &document.timestamp];
    let statements = document.statements.iter().flatten();
    let statements = statements.map(|one| {
        let times = [&one.last_updated, &one.timestamp]
            .into_iter()
            .chain(of_all);
        Statement {
            ids: one
                .vulnerability
                .as_ref()
                .map(Vulnerability::ids)
                .unwrap_or_default(),
            products: one.products(),
            status: one.status.clone().unwrap_or_default().to_ascii_lowercase(),
            reason: one.reason(),
            at: times.flatten().find_map(|text| Timestamp::parse(text)),
        }
    });
    Ok(Content {
        statements: statements.collect(),
        ..Content::default()
    })
}

impl Stated {
    fn products(&self) -> Vec<Product> {
        let for_all = names(self.subcomponents.as_ref());
        let products = self.products.iter().flatten().map(|thing| {
            let parts = match thing {
                Thing::Described(one) => names(one.subcomponents.as_ref()),
                Thing::Name(_) => Vec::new(),
            };
            Product {
                names: thing.names(),
                parts: if parts.is_empty() {
                    for_all.clone()
                } else {
                    parts
                },
            }
        });
        products.collect()
    }

    fn reason(&self) -> Option<String> {
        let why = said(self.justification.as_ref());
        let more =
            said(self.impact_statement.as_ref()).or_else(|| said(self.status_notes.as_ref()));
        match (why, more) {
            (Some(why), Some(more)) => Some(format!("{why} ({more})")),
            (why, more) => why.or(more),
        }
    }
}

impl Vulnerability {
    fn ids(&self) -> Vec<String> {
        match self {
            Self::Name(name) => vec![name.clone()],
            Self::Names(names) => {
                // An id may be an address that ends in the name.
                let last = |id: &String| id.rsplit('/').next().unwrap_or(id).to_owned();
                let id = names.id.as_ref().map(last);
                let others = names.aliases.iter().flatten().cloned();
                names
                    .name
                    .clone()
                    .into_iter()
                    .chain(id)
                    .chain(others)
                    .collect()
            }
        }
    }
}

impl Thing {
    fn names(&self) -> Vec<String> {
        match self {
            Self::Name(name) => vec![name.clone()],
            Self::Described(one) => {
                let others = one
                    .identifiers
                    .iter()
                    .flatten()
                    .map(|(_, name)| name.clone());
                let hashes = one.hashes.iter().flatten().map(|(algorithm, hex)| {
                    let algorithm = algorithm.to_ascii_lowercase().replace('-', "");
                    format!("{algorithm}:{hex}")
                });
                one.id
                    .clone()
                    .into_iter()
                    .chain(others)
                    .chain(hashes)
                    .collect()
            }
        }
    }
}

fn names(things: Option<&Vec<Thing>>) -> Vec<String> {
    things
        .into_iter()
        .flatten()
        .flat_map(Thing::names)
        .collect()
}
