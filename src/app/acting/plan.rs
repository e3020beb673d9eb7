//! A draft into a plan: the connectors say what they would send for its orders.

use super::Acting;
use crate::app::sync::Feed;
use crate::connector::ConnectorError;
use crate::event::cdevents::write;
use crate::plan::ask::Ask;
use crate::plan::request::{Order, Prepared, Verb};
use crate::plan::{Draft, Plan, Refusal};

/// Why there is no plan.
#[derive(Clone, Debug)]
pub enum NoPlan {
    Refused(Refusal),
    /// A tool could not be asked.
    Tool(ConnectorError),
}

impl From<Refusal> for NoPlan {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Works out what exactly would be done for a draft. Only reads.
pub async fn complete(acting: &Acting, ask: &Ask, mut drafted: Draft) -> Result<Plan, NoPlan> {
    let mut prepared = Vec::new();
    for (order, from) in std::mem::take(&mut drafted.orders) {
        if let Some(told) = prepare(acting, &order, from.as_deref()).await? {
            prepared.push(told);
        }
    }
    Ok(Plan::new(ask, drafted, prepared, &write))
}

/// What the tool would be sent; `None` where nobody has to be asked.
async fn prepare(
    acting: &Acting,
    order: &Order,
    from: Option<&str>,
) -> Result<Option<Prepared>, NoPlan> {
    // A tool that cannot hold an environment itself need not: leadtime puts it on record.
    let optional = matches!(order.verb, Verb::Hold | Verb::Release);
    let feed = match find(acting, order, from) {
        Ok(feed) => feed,
        Err(_) if optional => return Ok(None),
        Err(refusal) => return Err(refusal.into()),
    };
    let ability = acting.ability(&feed.name);
    let acts = ability.acts;
    let actor = feed.connector.actor();
    let Some(actor) = actor.filter(|_| acts.contains(&order.verb)) else {
        if optional {
            return Ok(None);
        }
        let refusal = Refusal::new(
            "tool",
            format!("leadtime cannot {} in {:?}", order.verb.word(), feed.name),
        );
        let words: Vec<&str> = acts.iter().map(|verb| verb.word()).collect();
        let can = if words.is_empty() {
            "it only reads there".to_owned()
        } else {
            format!("it can {}", words.join(", "))
        };
        return Err(refusal.hinted(can).into());
    };
    let mut told = actor.prepare(order).await.map_err(NoPlan::Tool)?;
    if ability.read_only {
        let text = format!("source {:?} is read only", feed.name);
        let lifted = format!("taking read_only out of [[sources]] name = {:?}", feed.name);
        told.objections.push((text, Some(lifted)));
    }
    Ok(Some(told))
}

/// The source that an order goes to: the one that the way names, the only one that can go it, or the one that tells of the thing.
fn find<'a>(acting: &'a Acting, order: &Order, from: Option<&str>) -> Result<&'a Feed, Refusal> {
    if let Some(name) = from {
        let known = acting.feeds.iter().find(|feed| feed.name == name);
        return known.ok_or_else(|| {
            Refusal::new("no_way", format!("source {name:?} cannot be used"))
                .hinted("leadtime doctor tells why")
        });
    }
    if order.way.is_some() {
        let goes = |feed: &&Feed| acting.ability(&feed.name).goes;
        let mut going = acting.feeds.iter().filter(goes);
        return match (going.next(), going.next()) {
            (Some(feed), None) => Ok(feed),
            _ => Err(
                Refusal::new("no_way", "it is not said which source does it")
                    .hinted("add `from` to the step's `promote`"),
            ),
        };
    }
    let source = order
        .target
        .as_ref()
        .map_or("", |target| target.source.as_str());
    let speaks = |feed: &&Feed| {
        feed.connector
            .actor()
            .is_some_and(|actor| actor.speaks_for(source))
    };
    acting.feeds.iter().find(speaks).ok_or_else(|| {
        Refusal::new(
            "no_way",
            format!("no configured source speaks with {source:?}, so nothing can be done there"),
        )
        .hinted("add the tool under [[sources]], or say how with the step's `promote`")
    })
}
