//! The sense of `[[workloads]]`: each has a path that exists, or one alone that fits it, and chooses only where the path lets it.

use super::Findings;
use crate::config::problem::{nearest, suggestion};
use crate::config::workload::Fit;
use crate::config::{Config, Workload};

pub(super) fn errors(config: &Config, findings: &mut Findings) {
    let names = config
        .workloads
        .iter()
        .map(|workload| workload.name.as_str());
    findings.duplicates("workloads", names);
    for (place, workload) in config.workloads.iter().enumerate() {
        let key = format!("workloads[{place}]");
        path(config, workload, &key, findings);
        choices(config, workload, &key, findings);
        findings.exclusions(
            &format!("{key}.repositories"),
            &workload.repositories,
            "owner/*",
        );
        findings.exclusions(&format!("{key}.paths"), &workload.paths, "**");
    }
}

fn path(config: &Config, workload: &Workload, key: &str, findings: &mut Findings) {
    let known = || config.paths.iter().map(|path| path.name.as_str());
    if let Some(name) = &workload.path {
        if !known().any(|path| path == name) {
            let hint = match suggestion(name, known()) {
                none if none.is_empty() => "add it under [[paths]], or take the key out".to_owned(),
                hint => hint,
            };
            findings.add(
                &format!("{key}.path"),
                format!("no path is named {name:?}"),
                hint,
            );
        }
    } else if let Fit::Several(paths) = workload.fit(&config.paths) {
        let names: Vec<String> = paths
            .iter()
            .map(|path| format!("{:?}", path.name))
            .collect();
        findings.add(
            key,
            format!(
                "workload {:?} fits the selectors of {} equally well",
                workload.name,
                names.join(" and ")
            ),
            format!(
                "name one, such as `path = {}`, or ask for another label in one of the selectors",
                names[0]
            ),
        );
    }
}

fn choices(config: &Config, workload: &Workload, key: &str, findings: &mut Findings) {
    // A path that is not known, or not the only one, has been told already.
    let path = config.path_of(workload);
    let told = workload.path.is_some() || matches!(workload.fit(&config.paths), Fit::Several(_));
    for name in workload.steps.keys() {
        let key = super::super::place::below(&format!("{key}.steps"), name);
        let Some(path) = path else {
            if !told {
                findings.add(
                    &key,
                    format!(
                        "workload {:?} has no path, and so no step {name:?} to choose for",
                        workload.name
                    ),
                    "name its path, or take the choice out",
                );
            }
            continue;
        };
        match path.steps.iter().find(|step| step.name == *name) {
            None => findings.add(
                &key,
                format!("path {:?} has no step {name:?}", path.name),
                suggestion(name, path.steps.iter().map(|step| step.name.as_str())),
            ),
            Some(step) if step.locked => findings.add(
                &key,
                format!(
                    "step {name:?} is locked by path {:?}{}: a workload may not choose for it",
                    path.name,
                    told_why(step.reason.as_deref())
                ),
                "take it out, or ask whoever keeps the path to unlock the step",
            ),
            Some(_) => {}
        }
    }
}

/// The reason that the path gives, where it gives one.
fn told_why(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

pub(super) fn warnings(config: &Config, findings: &mut Findings) {
    for (place, workload) in config.workloads.iter().enumerate() {
        let key = format!("workloads[{place}]");
        team(config, workload, &key, findings);
        let owns = workload.repositories.len() + workload.services.len() + workload.artifacts.len();
        if owns == 0 {
            findings.add(
                &key,
                format!("workload {:?} has no repositories, services or artifacts: no event will be its own", workload.name),
                "add `repositories = [\"owner/name\"]`",
            );
        }
        for (name, choice) in &workload.steps {
            let key = super::super::place::below(&format!("{key}.steps"), name);
            let approvers = choice.approvers.as_deref().unwrap_or_default();
            super::paths::approvers(config, &format!("{key}.approvers"), approvers, findings);
        }
    }
}

fn team(config: &Config, workload: &Workload, key: &str, findings: &mut Findings) {
    let teams = &config.people.teams;
    if let Some(team) = &workload.team
        && !teams.is_empty()
        && !teams.contains_key(team)
    {
        let near = nearest(team, teams.keys().map(String::as_str));
        findings.add(
            &format!("{key}.team"),
            format!("team {team:?} is not in people.teams"),
            near.map_or_else(
                || format!("add `{team} = [\"…\"]` under [people.teams]"),
                |near| format!("did you mean `{near}`?"),
            ),
        );
    }
}
