//! What one workload does for each feature: its changes by the tickets that they name.

use std::collections::{BTreeMap, BTreeSet};

use super::release::{Stretch, union};
use super::{FeaturePart, PartChange, Stands};
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::entity::ChangeAt;
use crate::model::name::Name;
use crate::model::state::{End, Leg, Life, Lives, State};

/// The features that a workload has changes of, where one is in flight or went live at or after an instant; by the feature's id. All changes of such a
/// feature are in its part, those that went live long ago too; those that were given up are not. A change without a ticket is no feature.
#[must_use]
pub fn parts(lives: &Lives<'_>, since: Timestamp) -> Vec<FeaturePart> {
    let is_wanted = |_: &str, changes: &[ChangeAt]| {
        let mut arrivals = changes.iter().map(|place| lives.production().holds(*place));
        arrivals.any(|arrival| arrival.is_none_or(|arrival| arrival.at >= since))
    };
    sorted(lives, is_wanted)
}

/// The parts in these features, whenever that was.
#[must_use]
pub fn parts_of(lives: &Lives<'_>, tickets: &BTreeSet<String>) -> Vec<FeaturePart> {
    sorted(lives, |ticket, _| tickets.contains(ticket))
}

fn sorted(lives: &Lives<'_>, is_wanted: impl Fn(&str, &[ChangeAt]) -> bool) -> Vec<FeaturePart> {
    let workload = lives.workload;
    let mut by_ticket: BTreeMap<&str, (Name, Vec<ChangeAt>)> = BTreeMap::new();
    for (place, change) in (0..).zip(&workload.changes) {
        if lives.arrival(place).is_none() && change.abandoned.is_some() {
            continue;
        }
        for ticket in &change.tickets {
            let known = by_ticket.entry(workload.text(*ticket));
            let (_, changes) = known.or_insert_with(|| (*ticket, Vec::new()));
            if changes.last() != Some(&place) {
                changes.push(place);
            }
        }
    }
    by_ticket
        .into_iter()
        .filter(|(ticket, (_, changes))| is_wanted(ticket, changes))
        .map(|(_, part)| part)
        .filter_map(|(ticket, changes)| part(lives, ticket, &changes))
        .collect()
}

fn part(lives: &Lives<'_>, id: Name, places: &[ChangeAt]) -> Option<FeaturePart> {
    let workload = lives.workload;
    let ticket = workload.tickets.iter().find(|ticket| ticket.id == id);
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let mut told: Vec<Told> = places
        .iter()
        .filter_map(|place| change(lives, *place))
        .collect();
    told.sort_by(|one, two| {
        let (one, two) = (&one.change, &two.change);
        let key = |change: &PartChange| (change.live, change.stands.passed, change.stands.since);
        let live = |change: &PartChange| change.live.is_some();
        live(one)
            .cmp(&live(two))
            .then_with(|| key(one).cmp(&key(two)))
            .then_with(|| one.change.cmp(&two.change))
    });
    let unready = union(
        told.iter_mut()
            .flat_map(|one| std::mem::take(&mut one.unready)),
    );
    let (changes, ready): (Vec<PartChange>, Vec<Option<Timestamp>>) =
        told.into_iter().map(|one| (one.change, one.ready)).unzip();
    let all = |times: &mut dyn Iterator<Item = Option<Timestamp>>| {
        times.reduce(|one, two| Some(one?.max(two?))).flatten()
    };
    let done = all(&mut changes.iter().map(|change| change.live));
    let mut stands = changes.first()?.stands.clone();
    if done.is_some() {
        stands.since = done;
    }
    Some(FeaturePart {
        feature: workload.text(id).to_owned(),
        title: text(ticket.and_then(|ticket| ticket.summary)),
        url: text(ticket.and_then(|ticket| ticket.url)),
        ready: all(&mut ready.into_iter()),
        stands,
        changes,
        done,
        unready,
    })
}

struct Told {
    change: PartChange,
    /// Since when nothing is left to do for it but to let it go live.
    ready: Option<Timestamp>,
    unready: Vec<Stretch>,
}

fn change(lives: &Lives<'_>, place: ChangeAt) -> Option<Told> {
    let workload = lives.workload;
    let change = workload.changes.get(place as usize)?;
    let text = |name: Option<Name>| name.map(|name| workload.text(name).to_owned());
    let arrival = lives.production().holds(place);
    let life = lives.life(place);
    let mut unready = life
        .as_ref()
        .map_or_else(Vec::new, |life| unready(lives, life));
    let (stands, ready) = if let Some(arrival) = arrival {
        let timed = life.as_ref().filter(|_| arrival.counts());
        let ready = timed.and_then(|life| was_ready(lives, life));
        let ready = ready.map_or(arrival.at, |ready| ready.min(arrival.at));
        (live(workload, arrival.at), Some(ready))
    } else if let Some((state, since)) = gone(lives, place) {
        let is_left = !waits(state);
        unready.extend(is_left.then_some((since, Timestamp::MAX)));
        let step = lives.production_step();
        (
            before(workload, step, state, since),
            (!is_left).then_some(since),
        )
    } else {
        let life = life.as_ref().filter(|life| life.end == End::InFlight);
        (on_its_way(workload, life), ready(lives, life))
    };
    let told = PartChange {
        change: workload.text(change.id).to_owned(),
        title: change.title.map(|name| workload.heading(name).to_owned()),
        author: text(change.author),
        url: text(change.url),
        stands,
        live: arrival.map(|arrival| arrival.at),
    };
    Some(Told {
        change: told,
        ready,
        unready,
    })
}

/// When work was left: all its time but what it stood before production, where it waited to be let go live or was going. Of what is not known, nothing is
/// claimed.
fn unready(lives: &Lives<'_>, life: &Life) -> Vec<Stretch> {
    let Some(production) = lives.production_step() else {
        return Vec::new();
    };
    let only_begins = life.now.filter(|now| life.legs.last() != Some(now));
    let legs = life.legs.iter().chain(&only_begins);
    let left = legs.filter(|leg| leg.state != State::Unknown && !is_ready(production, leg));
    left.map(|leg| match life.now {
        Some(now) if now == *leg => (leg.from, Timestamp::MAX),
        _ => (leg.from, leg.to),
    })
    .collect()
}

/// It stands before production, where it waits to be let go live, or is going.
fn is_ready(production: usize, leg: &Leg) -> bool {
    let goes = matches!(leg.state, State::Working | State::Queued);
    leg.step == production && (goes || waits(leg.state))
}

/// Since when a change that is live had only waited for that, or was going: it keeps nobody waiting since then, whenever it went.
fn was_ready(lives: &Lives<'_>, life: &Life) -> Option<Timestamp> {
    let production = lives.production_step()?;
    let mut left = life.legs.iter().filter(|leg| !is_ready(production, leg));
    Some(left.next_back().map_or(life.start, |leg| leg.to))
}

/// Whether only somebody's word, or a time, is missing.
const fn waits(state: State) -> bool {
    matches!(
        state,
        State::Waiting | State::Soaking | State::Frozen | State::Held | State::WaitingForRelease
    )
}

fn live(workload: &Workload, since: Timestamp) -> Stands {
    let of = workload.path.steps.len();
    Stands {
        state: State::Delivered.word().to_owned(),
        step: None,
        since: Some(since),
        passed: of,
        of,
    }
}

/// What became of a change that was live and is not any more: rolled back, or taken out with all its service.
fn gone(lives: &Lives<'_>, place: ChangeAt) -> Option<(State, Timestamp)> {
    let production = lives.production();
    let taken_out = production
        .taken_out(place)
        .map(|row| (State::Failed, row.at));
    let was_there = production.arrival(place).is_some();
    let removed = production.removed.filter(|_| was_there);
    taken_out.or_else(|| Some((State::Waiting, removed?)))
}

fn before(workload: &Workload, step: Option<usize>, state: State, since: Timestamp) -> Stands {
    let steps = &workload.path.steps;
    Stands {
        state: state.word().to_owned(),
        step: step.map(|step| steps[step].name.clone()),
        since: Some(since),
        passed: step.unwrap_or(0),
        of: steps.len(),
    }
}

fn on_its_way(workload: &Workload, life: Option<&Life>) -> Stands {
    let leg = life.and_then(|life| life.now);
    let steps = &workload.path.steps;
    Stands {
        state: leg
            .map_or(State::Unknown, |leg| leg.state)
            .word()
            .to_owned(),
        step: leg.map(|leg| steps[leg.step].name.clone()),
        since: leg.map(|leg| leg.from),
        passed: leg.map_or(0, |leg| leg.step),
        of: steps.len(),
    }
}

/// Since when a change stands before production and only somebody's word is missing: nothing has been asked for, nothing runs and nothing failed.
fn ready(lives: &Lives<'_>, life: Option<&Life>) -> Option<Timestamp> {
    let production = lives.production_step()?;
    let leg = life?.now?;
    (leg.step == production && waits(leg.state)).then_some(())?;
    let legs = life?.legs.iter().rev();
    let here = legs.take_while(|leg| leg.step == production);
    Some(here.last().map_or(leg.from, |first| first.from))
}
