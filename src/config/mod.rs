//! The settings: `leadtime.toml` into types. Reading goes in three passes, each of which tells all that it finds at once: TOML itself, then the
//! shape of the file along its schema ([`mod@schema`]), then its sense (`check`). It knows no other part of leadtime but the words for time; a secret is
//! kept as a reference and is found only when it is asked for ([`secret`]). Names of files in it start from the folder of the file.

mod act;
mod calendar;
mod check;
mod locate;
mod path;
mod pattern;
mod personal;
mod place;
mod problem;
pub mod propose;
mod schedule;
mod schema;
pub mod secret;
mod settings;
mod shape;
mod source;
mod value;
mod workload;

use std::path::{Path as FilePath, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use place::Places;
use shape::Walk;

pub use act::{Acting, Way};
pub use calendar::{Calendar, Holiday, Hours, Weekday};
pub use locate::{FILE_NAME, locate};
pub use path::{Confirm, Limits, Path, Selector, Step, StepKind};
pub use pattern::{Choice, DeploymentRule, Pattern, UnplannedRule};
pub use personal::Personal;
pub use problem::{ConfigError, Problem};
pub use schedule::{Freeze, Schedule};
pub use schema::schema;
pub use secret::{SecretError, SecretRef, expand};
pub use settings::{Items, Metrics, People, Receive, Store, StoreUrl};
pub use source::{Kind, Source, SourceKind, Waiting};
pub use value::{Address, LinkWindow};
pub use workload::{StepChoice, Workload};

/// Every setting with its default and what it is for.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// The settings of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub store: Store,
    pub metrics: Metrics,
    pub people: People,
    pub acting: Acting,
    pub receive: Receive,
    pub sources: Vec<Source>,
    pub paths: Vec<Path>,
    pub workloads: Vec<Workload>,
    /// Where it was read from.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// What is allowed and yet unlikely to be meant.
    #[serde(skip)]
    pub warnings: Vec<Problem>,
}

impl Config {
    /// Reads a text and checks it. `file` is what problems name, and its folder is where relative names start;
    /// `kinds` are the sources that there are.
    pub fn parse(text: &str, file: &FilePath, kinds: &[Kind]) -> Result<Self, ConfigError> {
        let places = Places::new(file, text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            // Only the message: the error's own text quotes the line, and a secret could stand there.
            let told = errors.iter().map(|error| {
                let offset = error.span().map_or(0, |span| span.start);
                places.problem_at(offset, "", format!("not TOML: {}", error.message()), "")
            });
            return Err(ConfigError::of_all(told.collect()));
        }
        let whole = root.span();
        let root = toml::Spanned::new(whole.clone(), DeValue::Table(root.into_inner()));
        let mut walk = Walk::new(&places);
        walk.value(&schema::TREE, &root);
        let mut problems = walk.problems;
        if !problems.is_empty() {
            return Err(ConfigError::of_all(problems));
        }
        let root = match root.into_inner() {
            DeValue::Table(root) => root,
            _ => DeTable::new(),
        };
        let mut config = Self::deserialize_at(toml::Spanned::new(whole, root), &places)?;
        problems = check::errors(&config, kinds, &places);
        if !problems.is_empty() {
            return Err(ConfigError::of_all(problems));
        }
        config.warnings = check::warnings(&config, &places);
        config.anchor(file.parent().unwrap_or(FilePath::new("")));
        config.file = Some(file.to_path_buf());
        Ok(config)
    }

    /// The walk has seen everything that serde can object to; if it has not, what serde says is told at its place.
    fn deserialize_at(
        root: toml::Spanned<DeTable<'_>>,
        places: &Places,
    ) -> Result<Self, ConfigError> {
        let told = |key: &str, error: &toml::de::Error| {
            ConfigError::of(places.problem(key, error.message(), ""))
        };
        let reader = toml::de::Deserializer::from(root);
        serde_path_to_error::deserialize(reader)
            .map_err(|error| told(&error.path().to_string(), error.inner()))
    }

    /// Makes names of files start from the folder of the configuration, and `~` the user's own folder.
    fn anchor(&mut self, folder: &FilePath) {
        let place = |path: &mut PathBuf| *path = folder.join(expand(path));
        if let Some(StoreUrl::Sqlite(file)) = &mut self.store.url {
            place(file);
        }
        for source in &mut self.sources {
            source.path.as_mut().map(place);
            source.ca_file.as_mut().map(place);
            source.client_certificate.as_mut().map(place);
            source.kubeconfig.as_mut().map(place);
            for secret in [&mut source.token, &mut source.secret] {
                if let Some(SecretRef::File(file)) = secret {
                    place(file);
                }
            }
        }
    }
}
