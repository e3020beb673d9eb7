//! The requests of a confirmed plan, in order.

use super::{Hands, NotKept, Scribe};
use crate::confirm::Confirmed;
use crate::connector::Actor;
use crate::journal::{End, Outcome, Step};
use crate::plan::request::{Receipt, Request, Sent, Standing};
use crate::plan::{Plan, RECORD};

/// How the sending ended, and the last word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub end: End,
    pub text: String,
    /// Requests that were done.
    pub done: usize,
}

/// What became of one request.
pub(super) struct Fate {
    outcome: Outcome,
    text: String,
    url: Option<String>,
    /// It was sent, and the tool had to be asked what became of it.
    asked: bool,
}

impl Fate {
    fn new(outcome: Outcome, text: impl Into<String>) -> Self {
        Self {
            outcome,
            text: text.into(),
            url: None,
            asked: false,
        }
    }

    pub(super) fn done(receipt: Receipt) -> Self {
        Self {
            url: receipt.url,
            ..Self::new(Outcome::Done, receipt.text)
        }
    }
}

/// Does what was confirmed. An error means that a line could not be kept: nothing was sent after it.
pub async fn run(confirmed: &Confirmed, hands: &mut dyn Hands) -> Result<Ending, NotKept> {
    let plan = confirmed.plan();
    let mut scribe = Scribe {
        hands,
        action: plan.action.clone(),
        by: confirmed.by().clone(),
    };
    scribe.write(Step::Meant {
        plan: Box::new(plan.clone()),
    })?;
    let ending = requests(plan, 0, &mut scribe).await?;
    scribe.write(Step::Ended {
        end: ending.end,
        text: ending.text.clone(),
    })?;
    if ending.end == End::Sent && plan.proofs.is_empty() {
        scribe.write(Step::Seen {
            text: "on record".to_owned(),
        })?;
    }
    Ok(ending)
}

async fn requests(plan: &Plan, from: usize, scribe: &mut Scribe<'_>) -> Result<Ending, NotKept> {
    let total = plan.requests.len();
    for (place, request) in plan.requests.iter().enumerate().skip(from) {
        let number = place + 1;
        let fate = if request.method == RECORD {
            record(request, number, scribe)?
        } else {
            one(request, number, scribe).await?
        };
        let end = match fate.outcome {
            Outcome::Done => continue,
            Outcome::NotDone | Outcome::Moved => End::Stopped,
            Outcome::InDoubt => End::InDoubt,
        };
        let rest = match total - number {
            0 => String::new(),
            1 => "; the one after it was not sent".to_owned(),
            rest => format!("; the {rest} after it were not sent"),
        };
        return Ok(Ending {
            end,
            text: format!("{number} of {total}, {}: {}{rest}", request.what, fate.text),
            done: place,
        });
    }
    Ok(Ending {
        end: End::Sent,
        text: format!("{total} of {total}"),
        done: total,
    })
}

/// What leadtime keeps itself.
pub(super) fn record(
    request: &Request,
    number: usize,
    scribe: &mut Scribe<'_>,
) -> Result<Fate, NotKept> {
    scribe.write(Step::Sending { request: number })?;
    scribe
        .hands
        .keep(request.body.as_deref().unwrap_or_default())?;
    scribe.write(Step::Answered {
        request: number,
        outcome: Outcome::Done,
        text: "on record".to_owned(),
        url: None,
    })?;
    Ok(Fate::new(Outcome::Done, "on record"))
}

async fn one(request: &Request, number: usize, scribe: &mut Scribe<'_>) -> Result<Fate, NotKept> {
    let fate = attempt(request, number, scribe).await?;
    // What was asked after has been written down as such.
    if !fate.asked {
        scribe.write(Step::Answered {
            request: number,
            outcome: fate.outcome,
            text: fate.text.clone(),
            url: fate.url.clone(),
        })?;
    }
    Ok(fate)
}

async fn attempt(
    request: &Request,
    number: usize,
    scribe: &mut Scribe<'_>,
) -> Result<Fate, NotKept> {
    let Some(actor) = scribe.hands.actor(&request.connector) else {
        let text = format!("there is no source {:?} in which to act", request.connector);
        return Ok(Fate::new(Outcome::NotDone, text));
    };
    match actor.ask(request).await {
        Standing::Open => {}
        Standing::Done(receipt) => {
            let told = Fate::done(receipt);
            let text = format!("done already: {}", told.text);
            return Ok(Fate { text, ..told });
        }
        Standing::Moved(text) => return Ok(Fate::new(Outcome::Moved, text)),
        Standing::Unknown(text) => {
            let text = format!("not sent, since how things stand cannot be told: {text}");
            return Ok(Fate::new(Outcome::NotDone, text));
        }
    }
    scribe.write(Step::Sending { request: number })?;
    let Some(actor) = scribe.hands.actor(&request.connector) else {
        return Ok(Fate::new(Outcome::NotDone, "the source is gone"));
    };
    match actor.send(request).await {
        Sent::Done(receipt) => Ok(Fate::done(receipt)),
        Sent::Refused(text) => Ok(Fate::new(Outcome::NotDone, text)),
        Sent::Doubtful(text) => {
            scribe.write(Step::Answered {
                request: number,
                outcome: Outcome::InDoubt,
                text,
                url: None,
            })?;
            let fate = ask_after(request, scribe).await;
            scribe.write(Step::AskedAfter {
                request: number,
                outcome: fate.outcome,
                text: fate.text.clone(),
                url: fate.url.clone(),
            })?;
            Ok(fate)
        }
    }
}

/// Asks the tool what became of a request that was sent: more than once, since it may still be at it.
async fn ask_after(request: &Request, scribe: &Scribe<'_>) -> Fate {
    let mut told = Fate::new(Outcome::InDoubt, "the tool was not asked");
    let Some(actor) = scribe.hands.actor(&request.connector) else {
        return told;
    };
    for pause in scribe.hands.patience() {
        tokio::time::sleep(*pause).await;
        told = settle(actor, request).await;
        if told.outcome == Outcome::Done || told.outcome == Outcome::Moved {
            break;
        }
    }
    Fate {
        asked: true,
        ..told
    }
}

/// What the tool says of a request that was, or may have been, sent.
pub(super) async fn settle(actor: &dyn Actor, request: &Request) -> Fate {
    match actor.ask(request).await {
        Standing::Done(receipt) => Fate::done(receipt),
        Standing::Open => Fate::new(
            Outcome::NotDone,
            "the tool shows nothing of it: it was not done, and is not sent again",
        ),
        Standing::Moved(text) => Fate::new(Outcome::Moved, text),
        Standing::Unknown(text) => Fate::new(Outcome::InDoubt, text),
    }
}

impl Fate {
    pub(super) fn step(&self, request: usize) -> Step {
        Step::AskedAfter {
            request,
            outcome: self.outcome,
            text: self.text.clone(),
            url: self.url.clone(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.outcome == Outcome::Done
    }
}
