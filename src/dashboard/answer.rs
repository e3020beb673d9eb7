//! Questions of pages, answered by the engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::activity::Activity;
use super::diagnosis::{Diagnosis, Setting};
use crate::app::locate::{Asked, Here};
use crate::app::silence::Heard;
use crate::app::{Engine, locate, release};
use crate::config::Source;
use crate::model::calendar::Clock;
use crate::model::dora::Material;
use crate::model::dora::behind::{Things, behind};
use crate::model::dora::glance::glance;
use crate::model::feature::features;
use crate::model::flow::{self, Flow};
use crate::model::notes::release;
use crate::model::overview::{Detail, Overview};
use crate::model::ran::history;
use crate::model::repair::Lanes;
use crate::model::state::Lives;
use crate::model::stream::map_by;
use crate::model::version::earlier;
use crate::store::StoreError;
use crate::view::answer::{Answer, Question, Told};
use crate::view::scene::Lens;
use crate::view::scope::Scope;

/// The workloads as far as they are worked out.
pub struct Fleet<'a> {
    pub overviews: &'a [Arc<Overview>],
    /// Places of those that were worked out for another instant.
    pub foreign: &'a BTreeSet<usize>,
}

impl Fleet<'_> {
    /// Whether the workload of a place is in a scope.
    fn takes(&self, scope: &Scope, place: usize) -> bool {
        let one = self.overviews.get(place);
        one.is_some_and(|one| scope.takes(&one.summary))
    }

    /// What the metrics of a scope are made of, and how many workloads it has.
    fn materials(&self, scope: &Scope) -> (Vec<&Material>, usize) {
        let (details, all) = self.details(scope);
        let materials = details.iter().map(|(_, detail)| &detail.material);
        (materials.collect(), all)
    }

    /// The workloads of a scope that are worked out, by name, and how many there are in all.
    fn details(&self, scope: &Scope) -> (Vec<(&str, &Detail)>, usize) {
        let inside = self.overviews.iter().enumerate();
        let inside = inside.filter(|(_, one)| scope.takes(&one.summary));
        let mut all = 0;
        let mut details = Vec::new();
        for (place, one) in inside {
            all += 1;
            let detail = one.detail.as_ref();
            let ours = detail.filter(|_| !self.foreign.contains(&place));
            details.extend(ours.map(|detail| (&*one.summary.workload, detail)));
        }
        (details, all)
    }
}

/// What answers rest on beside the engine, and what is kept of one answer for the next.
pub struct Known {
    pub sources: Vec<Source>,
    /// The repository that one stands in.
    pub here: Arc<dyn Here + Send + Sync>,
    pub activity: Activity,
    pub diagnosis: Diagnosis,
}

impl Known {
    #[must_use]
    pub fn new(sources: Vec<Source>, here: Arc<dyn Here + Send + Sync>, setting: Setting) -> Self {
        Self {
            sources,
            here,
            activity: Activity::default(),
            diagnosis: Diagnosis::new(setting),
        }
    }

    /// What the event doctor knows by now.
    pub fn diagnosed(&self, engine: &Engine) -> Result<Answer, StoreError> {
        Ok(Answer::Doctor(Box::new(self.diagnosis.tell(engine)?)))
    }
}

/// Answers a question as of the instant of a lens.
pub fn answer(
    engine: &mut Engine,
    known: &mut Known,
    fleet: &Fleet<'_>,
    lens: &Lens,
    question: &Question,
) -> Result<Answer, StoreError> {
    let sources = known.sources.as_slice();
    match question {
        Question::Map { workload, business } => one(engine, sources, lens, workload, |lives| {
            let clock = if *business {
                Clock::Business(&lives.rules.calendar)
            } else {
                Clock::Wall
            };
            Answer::Map(Box::new(map_by(lives, lens.window(), clock, true)))
        }),
        Question::Change { workload, change } => {
            let at = lens.instant();
            let found = locate::change(engine, sources, workload, change, at)?;
            Ok(found.map_or_else(
                || Answer::Nothing(format!("{change} is not known in {workload}")),
                |(found, told)| Answer::Change(Box::new(found), told),
            ))
        }
        Question::Where(reference) => {
            let asked = Asked {
                reference,
                here: &*known.here,
                as_of: lens.instant(),
                looking_back: lens.as_of.is_some(),
            };
            locate::locate(engine, sources, &asked).map(Answer::Where)
        }
        Question::History {
            workload,
            environment,
        } => one(engine, sources, lens, workload, |lives| {
            Answer::History(Box::new(history(lives, environment)))
        }),
        Question::Earlier {
            workload,
            environment,
        } => one(engine, sources, lens, workload, |lives| {
            Answer::Earlier(earlier(lives, environment))
        }),
        Question::Metrics(scope) => metrics(engine, fleet, lens, scope),
        Question::Behind { scope, things } => Ok(list(fleet, lens, scope, things)),
        Question::Activity(scope) => {
            let until = lens.instant();
            let takes = |place: usize| fleet.takes(scope, place);
            let told = known.activity.answer(engine, until, scope, &takes)?;
            Ok(Answer::Activity(told))
        }
        // It is looked for a step at a time; what is known by now is told.
        Question::Doctor => {
            known.diagnosis.ask(engine, lens.instant())?;
            known.diagnosed(engine)
        }
        Question::Lanes(scope) => Ok(lanes(fleet, scope)),
        Question::Features(scope) => shipped_together(engine, fleet, lens, scope),
        Question::Notes(workload) => one(engine, sources, lens, workload, |lives| {
            let production = lives.workload.production(lives.rules);
            Answer::Notes(Box::new(release(lives, None, production)))
        }),
    }
}

fn metrics(
    engine: &mut Engine,
    fleet: &Fleet<'_>,
    lens: &Lens,
    scope: &Scope,
) -> Result<Answer, StoreError> {
    let (materials, all) = fleet.materials(scope);
    let mut told = glance(&scope.text(), &materials, all, lens.window());
    if let Scope::Workload(name) = scope {
        told.flow = flow_of(engine, lens, name)?;
    }
    Ok(Answer::Metrics(Box::new(told)))
}

fn lanes(fleet: &Fleet<'_>, scope: &Scope) -> Answer {
    let (details, all) = fleet.details(scope);
    let times: Vec<_> = details.iter().map(|(_, detail)| &detail.lanes).collect();
    Answer::Lanes(Told {
        what: Lanes::pooled(&times),
        known: details.len(),
        all,
    })
}

/// Features, with what their tickets are called, which overviews do without.
fn shipped_together(
    engine: &mut Engine,
    fleet: &Fleet<'_>,
    lens: &Lens,
    scope: &Scope,
) -> Result<Answer, StoreError> {
    // A feature is all its parts, whichever of them the scope has.
    let (details, all) = fleet.details(&Scope::All);
    let parts = details
        .iter()
        .flat_map(|(name, detail)| detail.parts.iter().map(|part| (*name, part)));
    let mut what = features(parts, lens.instant());
    if *scope != Scope::All {
        let (inside, _) = fleet.details(scope);
        let inside: BTreeSet<&str> = inside.iter().map(|(name, _)| *name).collect();
        what.retain(|feature| {
            let mut parts = feature.workloads.iter();
            parts.any(|part| inside.contains(&*part.workload))
        });
    }
    let wanted = what.iter().map(|feature| &*feature.feature).collect();
    let mut called = engine.tickets(&wanted, lens.instant())?;
    for feature in &mut what {
        if let Some(ticket) = called.remove(&feature.feature) {
            feature.title = ticket.title.or(feature.title.take());
            feature.url = ticket.url.or(feature.url.take());
        }
    }
    Ok(Answer::Features(Told {
        what,
        known: details.len(),
        all,
    }))
}

fn list(fleet: &Fleet<'_>, lens: &Lens, scope: &Scope, things: &Things) -> Answer {
    let (materials, all) = fleet.materials(scope);
    Answer::Behind(behind(&materials, all, lens.window(), things))
}

/// The flow of a workload: with its tickets, which overviews do without.
fn flow_of(engine: &mut Engine, lens: &Lens, name: &str) -> Result<Option<Flow>, StoreError> {
    let known = engine.definitions().iter().find(|one| one.name == name);
    let Some(definition) = known.cloned() else {
        return Ok(None);
    };
    let workload = engine.workload(&definition, lens.instant())?;
    let lives = Lives::new(&workload, &engine.rules, None);
    let material = flow::material(&workload, lives.production(), &engine.rules);
    Ok(Some(flow::figures(
        &[&material],
        lens.window(),
        Clock::Wall,
    )))
}

fn one(
    engine: &mut Engine,
    sources: &[Source],
    lens: &Lens,
    name: &str,
    tell: impl FnOnce(&Lives<'_>) -> Answer,
) -> Result<Answer, StoreError> {
    let known = engine.definitions().iter().find(|one| one.name == name);
    let Some(definition) = known.cloned() else {
        return Ok(Answer::Nothing(format!("there is no workload {name}")));
    };
    let workload = engine.workload(&definition, lens.instant())?;
    let silent = Heard::of(sources, engine.log())?.silence(&workload);
    let rules = engine.rules.clone();
    let lives = Lives::new(&workload, &rules, silent);
    let releases = release::all(engine, &lives)?;
    Ok(tell(&lives.with(releases)))
}
