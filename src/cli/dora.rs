//! `leadtime dora`.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{By, DoraArgs};
use super::session::{LOOK_BACK, Session, chosen};
use super::{Ending, hint, map::WIDENED, show};
use crate::app::Engine;
use crate::error::Failure;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::delivery::deliver;
use crate::model::dora::{Dora, Figures, Material, Wanted, figures, material};
use crate::model::window::Window;
use crate::report;

pub fn run(session: &Session, args: &DoraArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let chosen = chosen(&engine, &args.workloads)?;
    let mut rules = session.rules.clone();
    if let Some(environment) = &args.environment {
        rules.production.clone_from(environment);
    }
    let asked = session.asked_window(&args.window)?;
    let wanted = Wanted {
        deployments: args.deployments,
        changes: args.changes,
        incidents: args.incidents,
        levels: args.levels,
    };
    let bar = super::bar::Bar::new("working out the figures", session.quiet);
    let groups = groups(&mut engine, session, chosen, args.by)?;
    let total = groups.len() as u64;
    let windows = windows(session, asked, groups.len());
    let mut known = BTreeSet::new();
    let mut workloads = Vec::new();
    let mut environment = rules.production.clone();
    let mut used = windows[0];
    for (done, (name, members)) in (0..).zip(groups) {
        let mut materials: Vec<Material> = Vec::new();
        for definition in members {
            let workload = engine.workload(&definition, session.as_of)?;
            known.extend(environments(&workload));
            let production = match &args.environment {
                Some(environment) => environment,
                None => workload.production(&rules),
            };
            let delivery = deliver(&workload, production);
            production.clone_into(&mut environment);
            materials.push(material(&workload, &delivery, &rules));
        }
        let (window, found) = group(&name, &materials, &windows, wanted);
        used = window;
        workloads.push(found);
        bar.at(done, Some(total));
    }
    bar.end();
    if let Some(name) = args.environment.as_deref() {
        must_be_known(name, &known)?;
    }
    let dora = Dora {
        window: used,
        environment,
        workloads,
    };
    show(session, "leadtime/dora/v1", &dora, |dora| {
        report::dora(dora, &session.style)
    })?;
    Ok(Ending::Done)
}

/// The window that was asked for, or those that are tried one after the other.
fn windows(session: &Session, asked: Option<Window>, groups: usize) -> Vec<Window> {
    if let Some(window) = asked {
        return vec![window];
    }
    let usual = LOOK_BACK.map(|span| session.window(session.as_of - span, session.as_of));
    // One window for all: without one named, the first in which anything at all was deployed.
    usual[..if groups > 1 { 1 } else { usual.len() }].to_vec()
}

/// Where a workload is deployed to, by its path and by what was seen.
fn environments(workload: &Workload) -> BTreeSet<String> {
    let steps = workload.path.steps.iter();
    let steps = steps.filter_map(|step| step.environment.clone());
    let records = workload.records.iter();
    let records = records.filter_map(|record| record.environment);
    let seen = records.map(|name| workload.text(name).to_owned());
    steps.chain(seen).collect()
}

/// Refuses an environment that nothing is deployed to, where any is known.
fn must_be_known(name: &str, known: &BTreeSet<String>) -> Result<(), Failure> {
    if known.is_empty() || known.contains(name) {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(hint::unknown("environment", name, &known))
}

/// The figures of a group over the first window in which anything was deployed, or over the last.
fn group(
    name: &str,
    materials: &[Material],
    windows: &[Window],
    wanted: Wanted,
) -> (Window, Figures) {
    let materials: Vec<&Material> = materials.iter().collect();
    let told = |window: Window| (window, figures(name, &materials, window, &wanted));
    let mut last = told(windows[0]);
    for window in &windows[1..] {
        if last.1.deployments.is_none_or(|count| count > 0) {
            break;
        }
        last = told(*window);
        last.1.notes.insert(0, WIDENED.to_owned());
    }
    last
}

/// Workloads to be told together, by name of the group: each alone, or pooled by team or path.
fn groups(
    engine: &mut Engine,
    session: &Session,
    chosen: Vec<Definition>,
    by: Option<By>,
) -> Result<Vec<(String, Vec<Definition>)>, Failure> {
    let Some(by) = by else {
        let alone = chosen.into_iter().map(|one| (one.name.clone(), vec![one]));
        return Ok(alone.collect());
    };
    let mut groups: BTreeMap<String, Vec<Definition>> = BTreeMap::new();
    for definition in chosen {
        let key = match (by, &definition.path) {
            (By::Team, _) => definition
                .team
                .clone()
                .unwrap_or_else(|| "no team".to_owned()),
            (By::Path, Some(path)) => path.name.clone(),
            (By::Path, None) => engine.workload(&definition, session.as_of)?.path.name,
        };
        groups.entry(key).or_default().push(definition);
    }
    Ok(groups.into_iter().collect())
}
