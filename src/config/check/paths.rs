//! The sense of `[[paths]]`: steps that can be walked from the first to the last, and freezes that hold something back.

use std::collections::BTreeSet;

use super::Findings;
use crate::config::problem::suggestion;
use crate::config::{Config, Path, StepKind};

pub(super) fn errors(config: &Config, findings: &mut Findings) {
    findings.duplicates("paths", config.paths.iter().map(|path| path.name.as_str()));
    for (place, path) in config.paths.iter().enumerate() {
        let key = format!("paths[{place}]");
        let names = path.steps.iter().map(|step| step.name.as_str());
        findings.duplicates(&format!("{key}.steps"), names);
        steps(path, &key, findings);
        if needs(path, &key, findings) {
            circle(path, &key, findings);
        }
        freezes(path, &key, findings);
    }
}

fn steps(path: &Path, key: &str, findings: &mut Findings) {
    for (place, step) in path.steps.iter().enumerate() {
        let key = format!("{key}.steps[{place}]");
        if step.kind == StepKind::Deploy && step.environment.is_none() {
            findings.add(
                &format!("{key}.environment"),
                format!(
                    "missing: step {:?} deploys, and does not say where to",
                    step.name
                ),
                "add `environment = \"production\"`, or the name that your deployer uses",
            );
        }
        if step.reason.is_some() && !step.locked {
            findings.add(
                &format!("{key}.reason"),
                format!("says why a step is locked, and {:?} is not", step.name),
                "add `locked = true`, or take it out",
            );
        }
        if step.limits.is_some() && step.kind != StepKind::Scan {
            findings.add(
                &format!("{key}.limits"),
                format!(
                    "only a scan has limits, and {:?} is a step of kind {}",
                    step.name,
                    step.kind.name()
                ),
                "move them to the step of kind scan",
            );
        }
    }
}

/// Whether every need names a step of the path.
fn needs(path: &Path, key: &str, findings: &mut Findings) -> bool {
    let names: Vec<&str> = path.steps.iter().map(|step| step.name.as_str()).collect();
    let mut known = true;
    for (place, step) in path.steps.iter().enumerate() {
        for (nth, need) in step.needs.iter().flatten().enumerate() {
            if !names.contains(&need.as_str()) {
                known = false;
                findings.add(
                    &format!("{key}.steps[{place}].needs[{nth}]"),
                    format!("{need:?} is not a step of path {:?}", path.name),
                    suggestion(need, names.iter().copied()),
                );
            }
        }
    }
    known
}

/// A step that, by way of others, needs itself can never begin.
fn circle(path: &Path, key: &str, findings: &mut Findings) {
    let reached: BTreeSet<String> = path
        .resolved_steps()
        .into_iter()
        .map(|step| step.name)
        .collect();
    let stuck = |name: &str| !reached.contains(name);
    let Some(mut place) = path.steps.iter().position(|step| stuck(&step.name)) else {
        return;
    };
    // Each stuck step needs a stuck step: following them must come back to one that was passed.
    let mut trail: Vec<usize> = Vec::new();
    while !trail.contains(&place) {
        trail.push(place);
        let next = path.needs(place).into_iter().find(|need| stuck(need));
        let next = next.and_then(|need| path.steps.iter().position(|step| step.name == need));
        let Some(next) = next else { return };
        place = next;
    }
    let round = trail.iter().skip_while(|passed| **passed != place);
    let names: Vec<&str> = round
        .chain([&place])
        .map(|passed| path.steps[*passed].name.as_str())
        .collect();
    findings.add(
        &format!("{key}.steps[{place}].needs"),
        format!(
            "the steps need each other in a circle: {}",
            names.join(" needs ")
        ),
        "take one of these needs out; a step without `needs` needs the one before it",
    );
}

fn freezes(path: &Path, key: &str, findings: &mut Findings) {
    let environments: Vec<&str> = path
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::Deploy)
        .filter_map(|step| step.environment.as_deref())
        .collect();
    for (place, freeze) in path.freezes.iter().enumerate() {
        if !environments.contains(&freeze.environment.as_str()) {
            findings.add(
                &format!("{key}.freezes[{place}].environment"),
                format!(
                    "no step of path {:?} deploys to {:?}",
                    path.name, freeze.environment
                ),
                suggestion(&freeze.environment, environments.iter().copied()),
            );
        }
    }
}

pub(super) fn warnings(config: &Config, findings: &mut Findings) {
    let production = &config.metrics.production;
    for (place, path) in config.paths.iter().enumerate() {
        let key = format!("paths[{place}]");
        if !config.delivers(path) {
            let environments = path
                .steps
                .iter()
                .filter_map(|step| step.environment.as_deref());
            findings.add(
                &format!("{key}.steps"),
                format!("no step of path {:?} deploys to {production:?}, so nothing on it is ever delivered", path.name),
                super::super::problem::nearest(production, environments).map_or_else(
                    || format!("add a deploy step with environment = {production:?}, or set metrics.production"),
                    |near| format!("did you mean `{near}` in metrics.production?"),
                ),
            );
        }
        for (nth, step) in path.steps.iter().enumerate() {
            let key = format!("{key}.steps[{nth}].approvers");
            approvers(config, &key, &step.approvers, findings);
        }
    }
}

/// An approver that is a team must have people in it.
pub(super) fn approvers(config: &Config, key: &str, approvers: &[String], findings: &mut Findings) {
    let teams = &config.people.teams;
    for (place, approver) in approvers.iter().enumerate() {
        if let Some(team) = approver.strip_prefix('@')
            && !teams.contains_key(team)
        {
            let near = crate::config::problem::nearest(team, teams.keys().map(String::as_str));
            findings.add(
                &format!("{key}[{place}]"),
                format!("team {team:?} is not in people.teams, so nobody is known who may decide"),
                near.map_or_else(
                    || format!("add `{team} = [\"…\"]` under [people.teams]"),
                    |near| format!("did you mean `@{near}`?"),
                ),
            );
        }
    }
}
