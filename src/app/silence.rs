//! From when on nothing has been heard of a workload, or of a step of it.

use super::{Engine, registry, sync};
use crate::config::{Choice, Source};
use crate::event::time::{Span, Timestamp};
use crate::model::Workload;
use crate::model::state::silence::{Silence, told_by};
use crate::store::StoreError;

/// So many readings may be missed before a source is called silent, and at least an hour.
const MISSED: i64 = 10;
const HOUR: Span = Span::from_seconds(3_600);

/// What of a workload has been silent, as of its instant: all of it where a distant source that has its repositories was last read too long ago to say
/// anything of then, and each step of which such a source told last. Sources that failed are tried again by themselves; then they are silent no more.
pub fn silence(
    sources: &[Source],
    engine: &Engine,
    workload: &Workload,
) -> Result<Option<Silence>, StoreError> {
    let repositories = &workload.definition.repositories;
    let mut whole: Option<Timestamp> = None;
    let mut others = Vec::new();
    for source in sources.iter().filter(|one| !registry::is_local(one)) {
        let note = sync::note(engine.log(), &source.name)?;
        let Some(read) = note.read else {
            continue;
        };
        let patience = Span::from_micros(source.every.micros().saturating_mul(MISSED)).max(HOUR);
        if workload.as_of - read <= patience {
            continue;
        }
        let has = |repository: &String| Choice::takes(&source.repositories, repository);
        if repositories.iter().any(has) {
            whole = Some(whole.map_or(read, |since| since.max(read)));
        } else {
            others.push((note.origins, read));
        }
    }
    if whole.is_none() && others.is_empty() {
        return Ok(None);
    }
    let since = |by: &str| {
        let mut others = others.iter();
        let found = others.find(|(origins, _)| origins.contains(sync::origin(by)));
        found.map(|(_, read)| *read)
    };
    let steps = if others.is_empty() {
        Vec::new()
    } else {
        let told = told_by(workload).into_iter();
        told.map(|by| since(workload.text(by?))).collect()
    };
    Ok(Some(Silence { whole, steps }))
}
