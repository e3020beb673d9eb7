//! Questions of pages, answered by the engine.

use super::activity::Activity;
use super::diagnosis::{Diagnosis, Setting};
use crate::app::{Engine, silence};
use crate::config::Source;
use crate::model::definition::Definition;
use crate::model::forecast::past;
use crate::model::locate::{Whereabouts, find, whereabouts};
use crate::model::state::Lives;
use crate::model::stream::map;
use crate::store::StoreError;
use crate::view::answer::{Answer, Question};
use crate::view::scene::{Lens, Scope};

/// Answers a question as of the instant of a lens.
pub fn answer(
    engine: &mut Engine,
    sources: &[Source],
    lens: &Lens,
    question: &Question,
) -> Result<Answer, StoreError> {
    match question {
        Question::Map(name) => one(engine, sources, lens, name, |lives| {
            Answer::Map(Box::new(map(lives, lens.window(), true)))
        }),
        Question::Change { workload, change } => one(engine, sources, lens, workload, |lives| {
            let own = past(lives);
            find(lives, change)
                .into_iter()
                .filter_map(|place| whereabouts(lives, place, &own, &[]))
                .find(|found| found.change == *change)
                .map_or_else(
                    || Answer::Nothing(format!("{change} is not known in {workload}")),
                    |found| Answer::Change(Box::new(found)),
                )
        }),
        Question::Where(reference) => locate(engine, sources, lens, reference),
        // The worker answers these from what it kept and found before; here they are answered from nothing.
        Question::Activity(scope) => {
            let inside: Vec<bool> = (engine.definitions().iter())
                .map(|definition| within(scope, definition))
                .collect();
            let takes = |place: usize| inside.get(place).copied().unwrap_or_default();
            let until = lens.instant();
            let told = Activity::default().answer(engine, until, scope, &takes)?;
            Ok(Answer::Activity(told))
        }
        Question::Doctor => {
            let mut diagnosis = Diagnosis::new(Setting::default());
            diagnosis.ask(engine, lens.instant())?;
            while diagnosis.is_looking() {
                diagnosis.step(engine)?;
            }
            Ok(Answer::Doctor(Box::new(diagnosis.tell(engine)?)))
        }
    }
}

fn within(scope: &Scope, definition: &Definition) -> bool {
    match scope {
        Scope::All => true,
        Scope::Team(team) => definition.team.as_ref() == Some(team),
        Scope::Path(path) => (definition.path.as_ref()).is_some_and(|own| own.name == *path),
        Scope::Workload(name) => definition.name == *name,
    }
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
    let silent = silence::silent_since(sources, engine, &definition, lens.instant())?;
    Ok(tell(&Lives::new(&workload, &engine.rules, silent)))
}

fn locate(
    engine: &mut Engine,
    sources: &[Source],
    lens: &Lens,
    reference: &str,
) -> Result<Answer, StoreError> {
    let mut matches = Vec::new();
    for definition in engine.candidates(reference)? {
        let workload = engine.workload(&definition, lens.instant())?;
        let silent = silence::silent_since(sources, engine, &definition, lens.instant())?;
        let lives = Lives::new(&workload, &engine.rules, silent);
        let own = past(&lives);
        for place in find(&lives, reference) {
            matches.extend(whereabouts(&lives, place, &own, &[]));
        }
    }
    matches.sort_by(|one, two| (&one.workload, &one.since).cmp(&(&two.workload, &two.since)));
    Ok(Answer::Where(Whereabouts {
        query: reference.to_owned(),
        matches,
    }))
}
