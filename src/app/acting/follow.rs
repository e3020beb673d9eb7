//! What actions left open: after a crash the tool is asked, and what was sent is looked for in the log.

use super::{Acting, write};
use crate::action::{look, recover};
use crate::app::Engine;
use crate::clock;
use crate::journal::Entry;
use crate::journal::story::{State, Story};
use crate::store::StoreError;

/// Asks the tools what became of actions that were cut off or are in doubt. Nothing is sent. Returns those that it learned something of.
pub async fn settle(acting: &mut Acting) -> Result<Vec<String>, StoreError> {
    let open: Vec<Story> = acting
        .stories()?
        .into_iter()
        .filter(|story| matches!(story.state, State::Sending | State::InDoubt))
        .collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    // Who has the lock is at it.
    let Some(_held) = acting.lock.take() else {
        return Ok(Vec::new());
    };
    let mut settled = Vec::new();
    for story in open {
        match recover(&story, acting).await {
            Ok(_) => settled.push(story.action),
            Err(error) => tracing::warn!(action = %story.action, "not settled: {}", error.0),
        }
    }
    Ok(settled)
}

/// Looks in the log for what shows that actions were done, and writes down what it finds. Returns those that it learned something of.
pub fn look_for(acting: &mut Acting, engine: &mut Engine) -> Result<Vec<String>, StoreError> {
    let now = clock::now();
    let mut found = Vec::new();
    for story in acting.stories()? {
        if !matches!(story.state, State::Sent | State::Unseen) {
            continue;
        }
        let names: Vec<&str> = story.plan.workload.split(", ").collect();
        let definitions = engine.definitions().iter();
        let definition = definitions
            .filter(|definition| names.contains(&definition.name.as_str()))
            .cloned();
        for definition in definition.collect::<Vec<_>>() {
            let workload = engine.workload(&definition, now)?;
            let Some(step) = look(&story, &workload, now, acting.seen_within) else {
                continue;
            };
            let entry = Entry {
                at: now,
                action: story.action.clone(),
                by: story.by.clone(),
                step,
            };
            write(&mut *acting.store, &entry)?;
            found.push(story.action.clone());
            break;
        }
    }
    Ok(found)
}
