//! `leadtime dora`.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{By, DoraArgs};
use super::session::{Session, chosen};
use super::{Ending, hint, map::WIDENED, show};
use crate::app::Engine;
use crate::error::Failure;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::delivery::deliver;
use crate::model::dora::{Dora, Figures, Material, Wanted, figures, material};
use crate::model::level;
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
    let mut rows = Vec::new();
    let mut known = BTreeSet::new();
    let mut environment = rules.production.clone();
    for (done, (name, members)) in (0..).zip(groups) {
        let mut materials: Vec<Material> = Vec::new();
        for definition in members {
            let workload = engine.workload(&definition, session.as_of)?;
            let production = match &args.environment {
                Some(environment) => {
                    known.extend(environments(&workload));
                    environment
                }
                None => workload.production(&rules),
            };
            let delivery = deliver(&workload, production);
            production.clone_into(&mut environment);
            materials.push(material(&workload, &delivery, &rules));
        }
        rows.push((name, materials));
        bar.at(done, Some(total));
    }
    bar.end();
    if let Some(name) = args.environment.as_deref() {
        must_be_known(name, &known)?;
    }
    let window = asked.unwrap_or_else(|| widest(session, &rows));
    let widened = asked.is_none() && window.looks_further();
    let dora = Dora {
        window,
        environment,
        workloads: told(&rows, window, wanted, widened),
    };
    // A report for people says it itself.
    if let Some(why) = args
        .levels
        .and_then(level::why_none)
        .filter(|_| session.json)
    {
        session.say(&why);
    }
    show(session, "leadtime/dora/v1", &dora, |dora| {
        report::dora(dora, &session.style)
    })?;
    Ok(Ending::Done)
}

/// The figures of every row; where the window was made longer than usual, each says so.
fn told(
    rows: &[(String, Vec<Material>)],
    window: Window,
    wanted: Wanted,
    widened: bool,
) -> Vec<Figures> {
    let told = rows.iter().map(|(name, materials)| {
        let materials: Vec<&Material> = materials.iter().collect();
        let mut figures = figures(name, &materials, window, &wanted);
        if widened {
            figures.notes.insert(0, WIDENED.to_owned());
        }
        figures
    });
    told.collect()
}

/// The window that is looked at where none is named: one for all.
fn widest(session: &Session, rows: &[(String, Vec<Material>)]) -> Window {
    let all = || rows.iter().flat_map(|(_, materials)| materials);
    let known = all().filter_map(|one| one.known).min();
    let latest = all().filter_map(|one| one.latest(session.as_of)).max();
    Window::looking_back(session.as_of, session.rules.timezone, known, latest)
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
