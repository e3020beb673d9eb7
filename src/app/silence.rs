//! From when on nothing has been heard of a workload.

use super::{Engine, registry, sync};
use crate::config::{Choice, Source};
use crate::event::time::{Span, Timestamp};
use crate::model::definition::Definition;
use crate::store::StoreError;

/// So many readings may be missed before a source is called silent, and at least an hour.
const MISSED: i64 = 10;
const HOUR: Span = Span::from_seconds(3_600);

/// Since the last reading of a distant source that has the workload's repositories, where that is too long ago to say anything of an instant.
pub fn silent_since(
    sources: &[Source],
    engine: &Engine,
    definition: &Definition,
    as_of: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let mut since: Option<Timestamp> = None;
    for source in sources {
        let has = |repository: &String| Choice::takes(&source.repositories, repository);
        if registry::is_local(source) || !definition.repositories.iter().any(has) {
            continue;
        }
        let Some(read) = sync::note(engine.log(), &source.name)?.read else {
            continue;
        };
        let patience = Span::from_micros(source.every.micros().saturating_mul(MISSED)).max(HOUR);
        if as_of - read > patience {
            since = Some(since.map_or(read, |since| since.max(read)));
        }
    }
    Ok(since)
}
