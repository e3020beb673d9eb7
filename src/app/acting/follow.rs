//! What actions left open: after a crash the tool is asked, and what was sent is looked for in the log.

use super::{Acting, write};
use crate::action::{look, recover};
use crate::app::Engine;
use crate::clock;
use crate::journal::Entry;
use crate::journal::story::{State, Story};
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::store::StoreError;

/// Asks the tools what became of actions that were cut off or are in doubt. Nothing is sent.
pub async fn settle(acting: &mut Acting) -> Result<(), StoreError> {
    let open: Vec<Story> = acting
        .stories()?
        .into_iter()
        .filter(|story| matches!(story.state, State::Sending | State::InDoubt))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    // Who has the lock is at it; and where none can be made, nothing could be written down.
    let Ok(Some(_held)) = acting.lock.take() else {
        return Ok(());
    };
    for story in open {
        if let Err(error) = recover(&story, acting).await {
            tracing::warn!(action = %story.action, "not settled: {}", error.0);
        }
    }
    Ok(())
}

/// Looks in the log for what shows that actions were done, and writes down what it finds.
pub fn look_for(acting: &mut Acting, engine: &mut Engine) -> Result<(), StoreError> {
    let now = clock::now();
    for story in acting.stories()? {
        if !matches!(story.state, State::Sent | State::Unseen) {
            continue;
        }
        let of_it = |one: &&Definition| story.plan.workloads.contains(&one.name);
        let definitions: Vec<Definition> =
            engine.definitions().iter().filter(of_it).cloned().collect();
        let workloads: Vec<Workload> = definitions
            .iter()
            .map(|definition| engine.workload(definition, now))
            .collect::<Result<_, _>>()?;
        if let Some(step) = look(&story, &workloads, now, acting.seen_within) {
            let entry = Entry {
                at: now,
                action: story.action,
                by: story.by,
                step,
            };
            write(&mut *acting.store, &entry)?;
        }
    }
    Ok(())
}
