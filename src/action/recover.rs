//! What a crash, or a tool that did not answer, left in doubt. The tool is asked; nothing is sent. Only what leadtime keeps in its own log is made up
//! for, where everything before it was done: keeping it twice changes nothing.

use super::execute::{record, settle};
use super::{Hands, NotKept, Scribe};
use crate::journal::story::{State, Story};
use crate::journal::{End, Outcome, Step};
use crate::plan::RECORD;

/// Finds out what became of an action that is being sent, or is in doubt. Only for one that no process is at any more.
pub async fn recover(story: &Story, hands: &mut dyn Hands) -> Result<End, NotKept> {
    let plan = &story.plan;
    let mut scribe = Scribe {
        hands,
        action: story.action.clone(),
        by: story.second.clone().unwrap_or_else(|| story.by.clone()),
    };
    let (mut done, doubt) = ask(story, &mut scribe).await?;
    if let Some(text) = doubt {
        if story.state == State::Sending {
            let end = End::InDoubt;
            scribe.write(Step::Ended { end, text })?;
        }
        return Ok(End::InDoubt);
    }
    for (place, request) in plan.requests.iter().enumerate() {
        if request.method == RECORD && !done[place] && done[..place].iter().all(|done| *done) {
            record(request, place + 1, &mut scribe)?;
            done[place] = true;
        }
    }
    let sent = done.iter().filter(|done| **done).count();
    let all = sent == done.len();
    let end = if all { End::Sent } else { End::Stopped };
    let text = format!(
        "{sent} of {} had been done when it was cut off; the rest is not sent",
        done.len()
    );
    let text = if all {
        "all of it had been done".to_owned()
    } else {
        text
    };
    scribe.write(Step::Ended { end, text })?;
    if all && plan.proofs.is_empty() {
        scribe.write(Step::Seen {
            text: "on record".to_owned(),
        })?;
    }
    Ok(end)
}

/// Asks after every request in doubt: which requests were done, and a doubt that stays.
async fn ask(
    story: &Story,
    scribe: &mut Scribe<'_>,
) -> Result<(Vec<bool>, Option<String>), NotKept> {
    let plan = &story.plan;
    let mut done = vec![false; plan.requests.len()];
    let mut doubt = None;
    for (place, fate) in story.fates.iter().enumerate() {
        let request = &plan.requests[place];
        done[place] = fate.outcome == Some(Outcome::Done);
        if fate.outcome != Some(Outcome::InDoubt) || request.method == RECORD {
            continue;
        }
        let Some(actor) = scribe.hands.actor(&request.connector) else {
            doubt = Some(format!("source {:?} is gone", request.connector));
            continue;
        };
        let fate = settle(actor, request).await;
        done[place] = fate.is_done();
        let Step::AskedAfter { outcome, text, .. } = fate.step(place + 1) else {
            continue;
        };
        if outcome == Outcome::InDoubt {
            doubt = Some(text.clone());
        }
        // The same doubt is not written down again and again.
        if outcome != Outcome::InDoubt || story.state == State::Sending {
            scribe.write(fate.step(place + 1))?;
        }
    }
    Ok((done, doubt))
}
