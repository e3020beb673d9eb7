//! What is wanted into a plan: the draft is made of what the log says, and the connectors say what they would send for its orders.

use std::collections::VecDeque;

use super::{Acting, action_key};
use crate::app::sync::Feed;
use crate::app::{Engine, registry};
use crate::clock;
use crate::confirm::Assent;
use crate::error::Failure;
use crate::event::cdevents::write;
use crate::journal::story::{State, Story};
use crate::model::definition::Confirm;
use crate::model::gate;
use crate::model::state::Lives;
use crate::plan::ask::{Ask, Deed, Part, Permit, Wish};
use crate::plan::request::{Order, Prepared, Verb};
use crate::plan::{Draft, Plan, Refusal, draft, policy};

/// What is wanted, with who asks for it and all that it takes to make its plan, again and again.
#[derive(Clone, Debug)]
pub struct Asked {
    pub ask: Ask,
    pub parts: Vec<Part>,
    /// The action that waits for a second person, where it is one who asks.
    pub first: Option<Story>,
}

impl Asked {
    /// Takes a wish as it is now. A second person agrees to what the first one meant.
    pub fn new(
        acting: &Acting,
        engine: &mut Engine,
        wish: &Wish,
        permit: Permit,
    ) -> Result<Self, Failure> {
        policy::check(&wish.overrides).map_err(refused)?;
        let Some(action) = &wish.second else {
            let now = clock::now();
            return Ok(Self {
                ask: Ask {
                    comment: wish.comment.clone(),
                    overrides: wish.overrides.clone(),
                    by: acting.person.name.clone(),
                    at: now,
                    key: action_key(now),
                    permit,
                },
                parts: wish.parts.clone(),
                first: None,
            });
        };
        let story = waiting(acting, action)?;
        let plan = &story.plan;
        let set_aside = plan.objections.iter().filter(|one| one.overridden);
        Ok(Self {
            ask: Ask {
                comment: plan.comment.clone(),
                overrides: set_aside.map(|one| one.rule.clone()).collect(),
                by: story.by.name.clone(),
                at: plan.at,
                key: story.action.clone(),
                permit,
            },
            parts: meant(engine, plan)?,
            first: Some(story),
        })
    }

    /// Whether the plan's name has to be typed.
    #[must_use]
    pub fn is_typed(&self, plan: &Plan) -> bool {
        plan.confirm == Confirm::Typed || self.first.is_some()
    }

    /// What whoever agrees gives for it.
    #[must_use]
    pub fn assent(&self, plan: &Plan, typed: Option<String>) -> Assent {
        match (&self.first, typed) {
            (Some(story), typed) => Assent::Second {
                first: story.by.clone(),
                typed: typed.unwrap_or_default(),
            },
            (None, Some(typed)) if plan.confirm != Confirm::Second => Assent::Typed(typed),
            (None, _) => Assent::Yes,
        }
    }
}

/// The action that waits for a second person.
pub(super) fn waiting(acting: &Acting, action: &str) -> Result<Story, Failure> {
    let stories = acting.stories()?;
    let found = stories.into_iter().find(|story| story.action == action);
    let story = found.ok_or_else(|| {
        Failure::unable(format!("there is no action {action:?}"))
            .hinted("leadtime audit lists them")
    })?;
    if story.state == State::AwaitsSecond {
        return Ok(story);
    }
    let state = story.state.words();
    Err(Failure::unable(format!(
        "action {action} waits for nobody: {state}"
    )))
}

/// What a plan was made of.
fn meant(engine: &mut Engine, plan: &Plan) -> Result<Vec<Part>, Failure> {
    let environment = plan.environment.clone().unwrap_or_default();
    let version = plan.to_sha.clone().or_else(|| plan.to.clone());
    let deed = match plan.intent {
        Verb::Promote => Deed::Promote {
            to: environment,
            version,
        },
        Verb::Rollback => Deed::Rollback {
            environment,
            to: version,
        },
        Verb::Approve | Verb::Reject => {
            return gates(engine, &plan.gates, plan.intent == Verb::Approve);
        }
        Verb::Hold => Deed::Hold { environment },
        Verb::Release => Deed::Release { environment },
        other => {
            let word = other.word();
            let text = format!("an action of kind {word} never waits for a second person");
            return Err(Failure::unable(text));
        }
    };
    Ok(Wish::of(&plan.workload, deed).parts)
}

/// Which workloads open gates are of.
pub fn gates(engine: &mut Engine, gates: &[String], approve: bool) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    let mut left = gates.to_vec();
    for definition in engine.definitions().to_vec() {
        if left.is_empty() {
            break;
        }
        let workload = engine.workload(&definition, clock::now())?;
        let known = gate::undecided(&Lives::new(&workload, &engine.rules, None));
        let (gates, rest): (Vec<String>, Vec<String>) = left
            .into_iter()
            .partition(|id| known.iter().any(|(gate, _)| gate.is_called(id)));
        left = rest;
        if !gates.is_empty() {
            let deed = Deed::Decide { gates, approve };
            parts.extend(Wish::of(definition.name, deed).parts);
        }
    }
    match left.first() {
        None => Ok(parts),
        Some(unknown) => Err(
            Failure::unable(format!("no gate {unknown:?} is open")).hinted(
                "`leadtime gates` lists those that are; by step or environment only with --workload",
            ),
        ),
    }
}

/// Which workload an incident is of: the first that has it.
pub fn incident(engine: &mut Engine, incident: &str, verb: Verb) -> Result<Vec<Part>, Failure> {
    for definition in engine.definitions().to_vec() {
        let workload = engine.workload(&definition, clock::now())?;
        let mut all = workload.incidents.iter();
        if all.any(|one| workload.text(one.id) == incident) {
            let incident = incident.to_owned();
            return Ok(Wish::of(definition.name, Deed::Respond { incident, verb }).parts);
        }
    }
    Err(
        Failure::unable(format!("no workload has an incident {incident:?}"))
            .hinted("leadtime dora --incidents lists them"),
    )
}

/// Works out what exactly would be done. Only reads.
pub async fn plan(acting: &Acting, engine: &mut Engine, asked: &Asked) -> Result<Plan, Failure> {
    let mut drafted = drafted(engine, asked)?;
    let me = &acting.person;
    match asked.first.as_ref().map(|first| &first.by) {
        Some(first) if first.is(me) => policy::twice(&me.name, &mut drafted),
        Some(first) if !first.is_named() || !me.is_named() => policy::unknown_second(&mut drafted),
        _ => {}
    }
    let mut prepared = Vec::new();
    let mut orders: VecDeque<_> = std::mem::take(&mut drafted.orders).into();
    while let Some((order, from)) = orders.pop_front() {
        if let Some(mut told) = prepare(acting, &order, from.as_deref()).await? {
            for (order, by) in told.then.drain(..).rev() {
                orders.push_front((order, Some(by)));
            }
            prepared.push(told);
        }
    }
    Ok(Plan::new(&asked.ask, drafted, prepared, &write))
}

/// One draft for all that is wanted.
fn drafted(engine: &mut Engine, asked: &Asked) -> Result<Draft, Failure> {
    engine.refresh(&mut |_, _| {})?;
    let mut whole: Option<Draft> = None;
    for (place, part) in asked.parts.iter().enumerate() {
        let mut known = engine.definitions().iter();
        let definition = known.find(|known| known.name == part.workload).cloned();
        let definition = definition
            .ok_or_else(|| Failure::unable(format!("there is no workload {:?}", part.workload)))?;
        let workload = engine.workload(&definition, clock::now())?;
        let lives = Lives::new(&workload, &engine.rules, None);
        let mut ask = asked.ask.clone();
        if place > 0 {
            ask.key = format!("{}.w{place}", ask.key);
        }
        let drafted = draft(&ask, &part.deed, &lives).map_err(refused)?;
        whole = Some(match whole {
            None => drafted,
            Some(whole) => whole.join(drafted),
        });
    }
    whole.ok_or_else(|| Failure::usage("nothing was asked for"))
}

fn refused(refusal: Refusal) -> Failure {
    let failure = Failure::unable(refusal.text);
    match refusal.hint {
        Some(hint) => failure.hinted(hint),
        None => failure,
    }
}

/// What the tool would be sent; `None` where nobody has to be asked.
async fn prepare(
    acting: &Acting,
    order: &Order,
    from: Option<&str>,
) -> Result<Option<Prepared>, Failure> {
    // A tool that cannot hold an environment itself need not: leadtime puts it on record.
    let optional = matches!(order.verb, Verb::Hold | Verb::Release);
    let answers = matches!(order.verb, Verb::Acknowledge | Verb::Resolve);
    let feed = match find(acting, order, from) {
        Ok(feed) => feed,
        Err(_) if optional => return Ok(None),
        Err(_) if answers => return Err(refused(untold(order))),
        Err(refusal) => return Err(refused(refusal)),
    };
    let ability = acting.ability(&feed.name);
    let acts = ability.acts;
    let actor = feed.connector.actor();
    let Some(actor) = actor.filter(|_| acts.contains(&order.verb)) else {
        if optional {
            return Ok(None);
        }
        if answers {
            return Err(refused(untold(order)));
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
        return Err(refused(refusal.hinted(can)));
    };
    let mut told = actor.prepare(order).await?;
    if ability.read_only {
        let text = format!("source {:?} is read only", feed.name);
        let lifted = format!("taking read_only out of [[sources]] name = {:?}", feed.name);
        told.objections.push((text, Some(lifted)));
    }
    Ok(Some(told))
}

/// Why an incident cannot be answered from here: who tells of it, and what can be done instead.
fn untold(order: &Order) -> Refusal {
    let (verb, target) = (order.verb.word(), order.target.clone().unwrap_or_default());
    let (id, source) = (&target.id, &target.source);
    let kind = source.split_once(':').map_or("", |(kind, _)| kind);
    let mut known = registry::CONNECTORS.iter().map(|(known, _)| *known);
    let known = known.find(|known| known.kind == kind);
    let tool = known.map_or_else(
        || format!("{source:?}"),
        |known| format!("{} ({source})", known.tool),
    );
    let acts = known.is_some_and(|known| known.capability.acts.contains(&order.verb));
    let place = target
        .url
        .map_or_else(|| "there".to_owned(), |url| format!("there: {url}"));
    let instead = format!("{verb} it {place}; leadtime sees it with the next reading");
    if acts {
        let text = format!("{id} is told of by {tool}, and no source here speaks with that");
        return Refusal::new("no_way", text)
            .hinted(format!("add it under [[sources]], or {instead}"));
    }
    let text = format!("{id} is told of by {tool}, and leadtime cannot {verb} anything there");
    Refusal::new("tool", text).hinted(instead)
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
        .hinted(match order.verb {
            Verb::Promote | Verb::Rollback => {
                "add the tool under [[sources]], or say how with the step's `promote`"
            }
            // Nothing in the configuration says how another deed is done.
            _ => "add the tool under [[sources]]",
        })
    })
}
