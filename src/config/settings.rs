//! The settings that stand once in a file: where the log is kept, how figures are counted, who the people are.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

use super::calendar::Calendar;
use super::pattern::UnplannedRule;
use super::problem::suggestion;
use super::value::{LinkWindow, Refusal, Text, TextSchema, optional_text, text, written_as_text};
use crate::event::time::Span;

/// Where the log is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// `sqlite:FILE` (from the folder of this file). Default: a file in the user's data folder.
    pub url: Option<StoreUrl>,
}

/// Where tools push what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Receive {
    /// The address and port at which pushes are taken, as in `127.0.0.1:8477`. Default: none are.
    #[serde(with = "optional_text")]
    #[schemars(with = "Option<TextSchema<Listen>>")]
    pub listen: Option<SocketAddr>,
}

/// Where pushes are taken.
pub(super) type Listen = SocketAddr;

impl Text for Listen {
    const FORMAT: &'static str = "address-and-port";
    const EXAMPLES: &'static [&'static str] = &["127.0.0.1:8477"];

    fn read(text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|_| {
            Refusal::new(
                format!("{text:?} is not an address of this machine with a port"),
                "write it in numbers, as \"127.0.0.1:8477\" or \"[::1]:8477\"",
            )
        })
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// The address of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    Sqlite(PathBuf),
    /// Never holds a password.
    Postgres(url::Url),
}

written_as_text!(StoreUrl);

impl Text for StoreUrl {
    const FORMAT: &'static str = "store-address";
    const EXAMPLES: &'static [&'static str] = &["sqlite:leadtime.db"];

    fn read(text: &str) -> Result<Self, Refusal> {
        const HINT: &str = "write it as \"sqlite:leadtime.db\"";
        match text.split_once(':') {
            Some(("sqlite", "")) => Err(Refusal::new("the name of the file is missing", HINT)),
            Some(("sqlite", ":memory:")) => Err(Refusal::new(
                "what is in memory is gone when a command ends",
                HINT,
            )),
            Some(("sqlite", file)) => {
                let file = file.strip_prefix("//").unwrap_or(file);
                Ok(Self::Sqlite(PathBuf::from(file)))
            }
            Some(("postgres" | "postgresql", _)) => {
                let url = url::Url::parse(text).map_err(|error| {
                    Refusal::new(
                        format!("this is not an address of a database ({error})"),
                        HINT,
                    )
                })?;
                let asks = url.query_pairs().any(|(key, _)| key.ends_with("password"));
                if url.password().is_some() || asks {
                    return Err(Refusal::new(
                        "a password stands in the address, and a secret is never inline",
                        "take it out, and put it in $PGPASSWORD or ~/.pgpass",
                    ));
                }
                Ok(Self::Postgres(url))
            }
            Some((scheme, _)) => Err(Refusal::new(
                format!("{scheme:?} is not a kind of store"),
                suggestion(scheme, ["sqlite", "postgres"]),
            )),
            None => Err(Refusal::new("this is not an address of a store", HINT)),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(url) => url.to_string(),
        }
    }
}

/// How figures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// The zone that days and weeks are counted in, by its IANA name.
    #[serde(with = "text")]
    #[schemars(with = "TextSchema<Tz>")]
    pub timezone: Tz,
    /// How far back figures look.
    #[serde(with = "text")]
    #[schemars(with = "TextSchema<Span>")]
    pub window: Span,
    /// The environment that delivery means.
    #[schemars(length(min = 1))]
    pub production: String,
    /// How far back an incident that names no deployment looks for one; or "unbounded".
    pub link_window: LinkWindow,
    /// What tells that a deployment was not planned: a branch or pipeline name, or `label:` and a label.
    pub unplanned: Vec<UnplannedRule>,
    /// Which labels make a ticket or change a feature, a defect, a risk or a debt.
    pub items: Items,
    /// When the business is open, for maps that are told by its hours.
    pub calendar: Calendar,
}

/// The labels of each type of flow item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Items {
    #[schemars(inner(length(min = 1)))]
    pub feature: Vec<String>,
    #[schemars(inner(length(min = 1)))]
    pub defect: Vec<String>,
    #[schemars(inner(length(min = 1)))]
    pub risk: Vec<String>,
    #[schemars(inner(length(min = 1)))]
    pub debt: Vec<String>,
}

impl Items {
    /// Each type with its labels, in the order that they are shown in.
    #[must_use]
    pub fn types(&self) -> [(&'static str, &[String]); 4] {
        [
            ("feature", &self.feature),
            ("defect", &self.defect),
            ("risk", &self.risk),
            ("debt", &self.debt),
        ]
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            timezone: Tz::UTC,
            window: Span::from_seconds(30 * 86_400),
            production: "production".to_owned(),
            link_window: LinkWindow::Within(Span::from_seconds(86_400)),
            unplanned: ["hotfix/*", "label:hotfix"]
                .into_iter()
                .filter_map(|rule| UnplannedRule::read(rule).ok())
                .collect(),
            items: Items::default(),
            calendar: Calendar::default(),
        }
    }
}

/// Who the people are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct People {
    /// Your name as the tools carry it. Default: the host's own user.
    #[schemars(length(min = 1))]
    pub me: Option<String>,
    /// The teams and who is in them.
    pub teams: BTreeMap<String, Vec<String>>,
}
