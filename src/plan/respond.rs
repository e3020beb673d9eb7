//! Answering an incident in the tool that tells of it: taking it on, and saying that it is over.

use super::ask::Ask;
use super::policy::told;
use super::proof::Proof;
use super::request::{Order, Target, Verb};
use super::{Draft, Refusal};
use crate::event::time::Span;
use crate::model::entity::Incident;
use crate::model::repair::{Fix, Repair, repairs};
use crate::model::state::Lives;

/// How many changes that are on their way are named.
const MOST: usize = 3;

/// Takes an incident on, or says that it is over. Whether it is so already, its tool says: who and when, it knows better than the log.
pub fn draft(ask: &Ask, lives: &Lives<'_>, id: &str, verb: Verb) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let all = || workload.incidents.iter().rev();
    let is_it = |one: &&Incident| workload.text(one.id) == id;
    // Two tools may count alike: what is over needs nobody.
    let open = all().find(|one| is_it(one) && one.resolved.is_none());
    let incident = open.or_else(|| all().find(is_it)).ok_or_else(|| {
        Refusal::new(
            "unknown",
            format!("{} has no incident {id:?}", workload.name()),
        )
        .hinted("leadtime dora --incidents lists them")
    })?;
    let text = |name| workload.text(name).to_owned();
    let mut draft = Draft::new(verb, workload.name());
    draft.environment = incident.environment.map(text);
    let source = text(incident.source);
    draft.proofs.push(match verb {
        Verb::Acknowledge => Proof::Acknowledged {
            source: source.clone(),
            incident: id.to_owned(),
        },
        _ => Proof::Resolved {
            source: source.clone(),
            incident: id.to_owned(),
        },
    });
    if verb == Verb::Resolve {
        draft.notes.extend(standing(lives, incident));
    }
    let order = Order {
        environment: draft.environment.clone(),
        target: Some(Target {
            source,
            id: id.to_owned(),
            url: incident.url.map(text),
        }),
        ..ask.order(verb, workload)
    };
    draft.orders.push((order, None));
    Ok(draft)
}

/// What is known of its repair: who says that it is over wants to know that the fix is live. `None`: it is none of production.
fn standing(lives: &Lives<'_>, incident: &Incident) -> Option<String> {
    let workload = lives.workload;
    let all = repairs(lives, incident.opened? - Span::from_seconds(1));
    let mut all = all.into_iter();
    let repair = all.find(|one| one.incident == workload.text(incident.id))?;
    Some(match &repair.fix {
        Some(fix) => live(lives, fix),
        None => coming(&repair),
    })
}

fn live(lives: &Lives<'_>, fix: &Fix) -> String {
    let version = fix.version.as_deref().or(fix.sha.as_deref());
    let version = version.map_or("", crate::model::environment::short);
    let thought = if fix.inferred {
        ", as is thought: it was the last to go live"
    } else {
        ""
    };
    let (kind, at) = (fix.kind.word(), told(lives, fix.at));
    format!(
        "what ended it is live since {at}: {kind} {version} ({}){thought}",
        fix.deployment
    )
}

fn coming(repair: &Repair) -> String {
    let text = "nothing went live since it was opened that is known to end it";
    match repair.under_way.as_slice() {
        [] => text.to_owned(),
        several => {
            let named = several[..several.len().min(MOST)].join(", ");
            let rest = several.len().saturating_sub(MOST);
            let rest = if rest > 0 {
                format!(" and {rest} more")
            } else {
                String::new()
            };
            format!("{text}; on its way: {named}{rest}")
        }
    }
}
