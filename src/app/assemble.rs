//! The configuration into what the engine runs on: rules, workloads, paths, the log, the connectors.

use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use directories::ProjectDirs;
use globset::GlobSetBuilder;
use sha2::{Digest, Sha256};

use crate::config::{
    Choice, Config, ConfigError, DeploymentRule, LinkWindow, Metrics, Pattern, StoreUrl,
    UnplannedRule, Workload,
};
use crate::connector::http::mask::masked;
use crate::fold::{Catalogue, Class};
use crate::model::calendar::Calendar;
use crate::model::definition::{
    Confirm, Definition, Freeze, Limits, Parts, Path, Rules, Step, StepKind, Way,
};
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// A workload as configured: what is fixed, and the patterns that are matched against what the log knows.
#[derive(Clone, Debug)]
pub struct Configured {
    fixed: Definition,
    repositories: Vec<Choice>,
    services: Vec<Pattern>,
    artifacts: Vec<Pattern>,
}

impl Configured {
    /// The workload, with every pattern replaced by the names that it matches.
    #[must_use]
    pub fn definition(&self, catalogue: &Catalogue) -> Definition {
        let named = |patterns: &[&Pattern], class: Class, takes: &dyn Fn(&str) -> bool| {
            let mut names: Vec<String> = patterns
                .iter()
                .filter(|pattern| pattern.is_plain())
                .map(|pattern| pattern.text().to_owned())
                .collect();
            if patterns.iter().any(|pattern| !pattern.is_plain()) {
                let known = catalogue.of_class(class).map(|(_, summary)| &*summary.key);
                names.extend(known.filter(|key| takes(key)).map(str::to_owned));
            }
            names.sort();
            names.dedup();
            names
        };
        let taken_in: Vec<&Pattern> = self
            .repositories
            .iter()
            .filter(|choice| !choice.leaves_out)
            .map(|choice| &choice.pattern)
            .collect();
        let any = |patterns: &[Pattern], key: &str| patterns.iter().any(|p| p.matches(key));
        let services: Vec<&Pattern> = self.services.iter().collect();
        let artifacts: Vec<&Pattern> = self.artifacts.iter().collect();
        Definition {
            repositories: named(&taken_in, Class::Repository, &|key| {
                Choice::takes(&self.repositories, key)
            }),
            services: named(&services, Class::Service, &|key| any(&self.services, key)),
            artifacts: named(&artifacts, Class::Artifact, &|key| {
                any(&self.artifacts, key)
            }),
            ..self.fixed.clone()
        }
    }
}

/// The rules by which figures are made. Without `people.me`, who asks is the host's own user.
#[must_use]
pub fn rules(config: &Config, host_user: Option<String>) -> Rules {
    let metrics = &config.metrics;
    let mut names = GlobSetBuilder::new();
    let mut labels = Vec::new();
    for rule in &metrics.unplanned {
        match rule {
            UnplannedRule::Name(pattern) => {
                if let Some(glob) = pattern.glob() {
                    names.add(glob);
                }
            }
            UnplannedRule::Label(pattern) => labels.push(pattern.text().to_owned()),
        }
    }
    let items = metrics
        .items
        .types()
        .into_iter()
        .flat_map(|(kind, labels)| {
            let labels = labels.iter().cloned();
            labels.map(move |label| (label, kind.to_owned()))
        });
    Rules {
        timezone: metrics.timezone,
        window: metrics.window,
        calendar: calendar(metrics),
        production: metrics.production.clone(),
        link_window: match metrics.link_window {
            LinkWindow::Within(span) => Some(span),
            LinkWindow::Unbounded => None,
        },
        unplanned_names: names.build().unwrap_or_default(),
        unplanned_labels: labels,
        items: items.collect(),
        me: config.people.me.clone().or(host_user),
        teams: config.people.teams.clone(),
    }
}

/// When the business is open, in the zone of the metrics.
fn calendar(metrics: &Metrics) -> Calendar {
    let open = &metrics.calendar;
    let mut days = [false; 7];
    for day in &open.days {
        days[*day as usize] = true;
    }
    let holidays = open.holidays.iter().map(|holiday| holiday.0);
    Calendar::new(
        metrics.timezone,
        (open.hours.from, open.hours.to),
        days,
        holidays.collect(),
    )
}

/// Every workload of the configuration.
#[must_use]
pub fn workloads(config: &Config) -> Vec<Configured> {
    // Thousands of workloads share a handful of paths.
    let mut shared: BTreeMap<&str, Arc<Path>> = BTreeMap::new();
    config
        .workloads
        .iter()
        .map(|workload| Configured {
            fixed: Definition {
                path: path(config, workload, &mut shared),
                ..fixed(workload)
            },
            repositories: workload.repositories.clone(),
            services: workload.services.clone(),
            artifacts: workload.artifacts.clone(),
        })
        .collect()
}

fn fixed(workload: &Workload) -> Definition {
    let globs = |leaves_out: bool| {
        let choices = workload.paths.iter();
        choices
            .filter(|choice| choice.leaves_out == leaves_out)
            .filter_map(|choice| choice.pattern.glob())
            .collect()
    };
    let parts = (!workload.paths.is_empty()).then(|| Parts::new(globs(false), globs(true)));
    Definition {
        name: workload.name.clone(),
        team: workload.team.clone(),
        labels: workload.labels.clone(),
        parts,
        release_tags: workload
            .deployments
            .as_ref()
            .and_then(|DeploymentRule::Tags(pattern)| pattern.matcher()),
        ..Definition::default()
    }
}

/// The path of a workload: one for all that made no choices of their own.
fn path<'c>(
    config: &'c Config,
    workload: &Workload,
    shared: &mut BTreeMap<&'c str, Arc<Path>>,
) -> Option<Arc<Path>> {
    let path = config.path_of(workload)?;
    if !workload.steps.is_empty() {
        return Some(Arc::new(filled(config, path, workload)));
    }
    let known = shared
        .entry(&path.name)
        .or_insert_with(|| Arc::new(filled(config, path, workload)));
    Some(Arc::clone(known))
}

/// A path with a workload's own choices of tools filled in.
fn filled(config: &Config, path: &crate::config::Path, workload: &Workload) -> Path {
    let steps = config.steps_of(workload);
    let place = |name: &String| steps.iter().position(|step| step.name == *name);
    Path {
        name: path.name.clone(),
        steps: steps
            .iter()
            .map(|step| Step {
                name: step.name.clone(),
                kind: kind(step.kind),
                environment: step.environment.clone(),
                needs: step.needs.iter().flatten().filter_map(place).collect(),
                locked: step.locked,
                reason: step.reason.clone(),
                from: step.from.clone(),
                accepts: step.accepts.clone(),
                matches: step
                    .matching
                    .as_ref()
                    .and_then(crate::config::Pattern::matcher),
                limits: step.limits.map(|limits| Limits {
                    critical: limits.critical,
                    high: limits.high,
                    medium: limits.medium,
                    low: limits.low,
                }),
                fresh: step.fresh,
                approvers: step.approvers.clone(),
                within: step.within,
                soak: step.soak,
                confirm: step.confirm.map(confirm),
                approvals: step.approvals.unwrap_or(1).max(1),
                four_eyes: step.four_eyes,
                promote: step.promote.as_ref().map(way),
                rollback: step.rollback.as_ref().map(way),
            })
            .collect(),
        freezes: path
            .freezes
            .iter()
            .map(|freeze| Freeze {
                environment: freeze.environment.clone(),
                schedule: freeze.schedule.rule().to_owned(),
                length: freeze.length,
                reason: freeze.reason.clone(),
            })
            .collect(),
        derived: false,
    }
}

fn confirm(confirm: crate::config::Confirm) -> Confirm {
    use crate::config::Confirm as Written;
    match confirm {
        Written::Yes => Confirm::Yes,
        Written::Typed => Confirm::Typed,
        Written::Second => Confirm::Second,
    }
}

fn way(way: &crate::config::Way) -> Way {
    let settings = match serde_json::to_value(way) {
        Ok(serde_json::Value::Object(settings)) => settings,
        _ => serde_json::Map::new(),
    };
    Way {
        from: way.from.clone(),
        settings,
    }
}

fn kind(kind: crate::config::StepKind) -> StepKind {
    use crate::config::StepKind as Written;
    match kind {
        Written::Code => StepKind::Code,
        Written::Review => StepKind::Review,
        Written::Test => StepKind::Test,
        Written::Build => StepKind::Build,
        Written::Scan => StepKind::Scan,
        Written::Configure => StepKind::Configure,
        Written::Gate => StepKind::Gate,
        Written::Deploy => StepKind::Deploy,
        Written::Verify => StepKind::Verify,
    }
}

/// Reads a configuration.
pub fn read_configuration(file: &FilePath) -> Result<Config, ConfigError> {
    tracing::info!(file = %file.display(), "configuration");
    Config::read(file, &super::registry::KINDS)
}

/// The user's folder of settings.
#[must_use]
pub fn user_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "leadtime").map(|folders| folders.config_dir().to_path_buf())
}

/// The user's folder of what can be made again.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "leadtime").map(|folders| folders.cache_dir().to_path_buf())
}

/// The file that the log is in where none is named: in the user's data folder, one for each configuration or repository. `of`: the file of the
/// configuration, or the folder of a repository together with its id. A repository that comes to be called otherwise has another log: all its history is
/// read again under the new id, and is not told beside what came under the old one.
#[must_use]
pub fn default_log(of: Option<(&FilePath, Option<&str>)>) -> Option<PathBuf> {
    let folders = ProjectDirs::from("", "", "leadtime")?;
    let name = of.map_or_else(|| "log".to_owned(), |(file, id)| log_name(file, id));
    Some(folders.data_dir().join(format!("{name}.db")))
}

/// So much of a log's name is for the reader.
const READABLE: usize = 40;

/// The end of a path for the reader, and what tells it from every other. File systems bound how long a name may be.
fn log_name(of: &FilePath, repository: Option<&str>) -> String {
    let end: Vec<_> = of
        .iter()
        .rev()
        .take(2)
        .map(|part| part.to_string_lossy())
        .collect();
    let end = end.into_iter().rev().collect::<Vec<_>>().join("-");
    let kept = |c: char| {
        if c.is_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    let short = end.chars().count().saturating_sub(READABLE);
    let readable: String = end.chars().skip(short).map(kept).collect();
    let mut hash = Sha256::new();
    hash.update(of.as_os_str().as_encoded_bytes());
    if let Some(repository) = repository {
        hash.update([0]);
        hash.update(repository);
    }
    let mark = hex::encode(&hash.finalize()[..8]);
    format!("{}-{mark}", readable.trim_matches(['-', '.']))
}

/// The file of a store address.
pub fn log_file(url: &StoreUrl) -> Result<PathBuf, StoreError> {
    match url {
        StoreUrl::Sqlite(file) => Ok(file.clone()),
        StoreUrl::Postgres(url) => Err(StoreError::Unopenable {
            path: masked(url.as_str()),
            detail: "this leadtime keeps its log in SQLite only; write `sqlite:FILE`".to_owned(),
        }),
    }
}

/// Opens the log in a file.
pub fn open_log(file: &FilePath) -> Result<SqliteStore, StoreError> {
    tracing::info!(file = %file.display(), "log");
    SqliteStore::open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_and_every_repository_has_a_log_of_its_own() {
        let name = |folder: &str, id: Option<&str>| log_name(FilePath::new(folder), id);
        let of = |folder: &str| name(folder, Some("b"));
        assert_eq!(of("/x/a/b"), of("/x/a/b"));
        for other in ["/x/a-b", "/x/a_b", "/x/a/b/"] {
            assert_ne!(of("/x/a/c"), of(other), "{other}");
        }
        assert_ne!(of("/x/a-b"), of("/x/a/b"));
        assert_ne!(of("/x/a_b"), of("/x/a-b"));
        assert_ne!(of("/x/a/b"), name("/x/a/b", Some("acme/b")), "renamed");
        assert!(name("/home/jane/shop/leadtime.toml", None).starts_with("shop-leadtime.toml-"));
        let long = format!("/{}/{}", "é".repeat(120), "日".repeat(80));
        assert!(of(&long).len() < 200, "a name that every file system takes");
        assert!(of("/").len() > 8);
    }
}
