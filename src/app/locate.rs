//! Where a reference is, looked up in every workload that may know it, for `leadtime where` and for the dashboard alike. A forecast that a workload's own
//! past does not allow goes by the other workloads of its path; those are only read then.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::silence::Heard;
use super::{Engine, release};
use crate::config::Source;
use crate::event::time::Timestamp;
use crate::model::Workload;
use crate::model::definition::Definition;
use crate::model::entity::ChangeAt;
use crate::model::forecast::{Past, calibration, past};
use crate::model::history::{Happening, history};
use crate::model::locate::{Match, Thing, Whereabouts, seek, whereabouts};
use crate::model::state::Lives;
use crate::store::StoreError;

/// What the repository that one stands in knows.
pub trait Here {
    /// What it calls by a name (`HEAD`, a branch), as a sha.
    fn resolve(&self, name: &str) -> Option<String>;

    /// The branches that hold a commit, unless the one that requests are merged into does.
    fn branches(&self, sha: &str) -> Vec<String>;
}

/// Where one stands in no repository.
pub struct Nowhere;

impl Here for Nowhere {
    fn resolve(&self, _name: &str) -> Option<String> {
        None
    }

    fn branches(&self, _sha: &str) -> Vec<String> {
        Vec::new()
    }
}

/// What is asked.
pub struct Asked<'a> {
    pub reference: &'a str,
    pub here: &'a dyn Here,
    pub as_of: Timestamp,
    /// Time has gone on since.
    pub looking_back: bool,
}

/// Other workloads of the same path that a forecast may go by.
const MOST_OTHERS: usize = 20;

/// Where more workloads than these know a reference, as they do a mere number, it is no question about what is live: what that waited for is not looked up.
const MOST_ASKED: usize = 50;

/// Everything that a reference speaks of, and where it is. What no workload knows may be a change with its repository, the number of a request with a word
/// before it, or a name of the repository that one stands in.
pub fn locate(
    engine: &mut Engine,
    sources: &[Source],
    asked: &Asked<'_>,
) -> Result<Whereabouts, StoreError> {
    let heard = Heard::of(sources, engine.log())?;
    let mut told = known(engine, &heard, asked, asked.reference)?;
    if told.matches.is_empty()
        && let Some((repository, id)) = of_repository(asked.reference)
    {
        told = known(engine, &heard, asked, id)?;
        told.versions.clear();
        told.matches.retain(|one| {
            let of = one.repository.as_deref();
            let change = one.change.trim_start_matches(['#', '!']);
            change.eq_ignore_ascii_case(id)
                && of.is_some_and(|of| of.eq_ignore_ascii_case(repository))
        });
    }
    if told.matches.is_empty()
        && let Some(number) = number(asked.reference)
    {
        told = known(engine, &heard, asked, number)?;
    }
    if told.matches.is_empty()
        && let Some(sha) = asked.here.resolve(asked.reference)
    {
        told = known(engine, &heard, asked, &sha)?;
    }
    if told.matches.is_empty() {
        told.ticket = engine.ticket(asked.reference, asked.as_of)?;
    }
    Ok(told)
}

/// The repository and the change in `acme/shop#12`, `acme/shop!12`.
fn of_repository(reference: &str) -> Option<(&str, &str)> {
    let (repository, id) = reference.trim().rsplit_once(['#', '!'])?;
    (!repository.is_empty() && !id.is_empty()).then_some((repository, id))
}

/// The number in `PR-12`, `MR 12`, `pull/12`.
fn number(reference: &str) -> Option<&str> {
    let text = reference.trim();
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let word = text
        .strip_suffix(digits)?
        .trim_end_matches(['-', ' ', '/', '#', '!', '_']);
    let words = ["pr", "mr", "pull", "pull request", "merge request"];
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_request = words.iter().any(|known| word.eq_ignore_ascii_case(known));
    (is_number && is_request).then_some(digits)
}

/// What workloads know under a name.
fn known(
    engine: &mut Engine,
    heard: &Heard,
    asked: &Asked<'_>,
    name: &str,
) -> Result<Whereabouts, StoreError> {
    let candidates = engine.candidates(name)?;
    let mut told = Whereabouts {
        query: asked.reference.to_owned(),
        versions: Vec::new(),
        matches: Vec::new(),
        ticket: None,
    };
    let of_live = candidates.workloads.len() <= MOST_ASKED;
    for definition in candidates.workloads {
        let wanted = Seek {
            definition: &definition,
            known: name,
            of_live,
            asked,
        };
        // Only a change that is not found by itself may be known by a ticket that names it, or waited for others that one names.
        let found = match look(engine, heard, &wanted, candidates.is_ticket, false)? {
            Some(found) => found,
            None => look(engine, heard, &wanted, false, true)?.unwrap_or_default(),
        };
        told.versions.extend(found.versions);
        told.matches.extend(found.matches);
    }
    leave_others(&mut told.matches);
    told.versions.sort_by(in_order);
    told.matches.sort_by(in_order);
    Ok(told)
}

/// Leaves out those that only say of a commit that it is none of a workload's, where it is another's.
fn leave_others(matches: &mut Vec<Match>) {
    let own = matches.iter().filter(|one| one.outside.is_none());
    let own: BTreeSet<String> = own.flat_map(|one| one.commits.iter().cloned()).collect();
    let is_own = |one: &Match| one.commits.iter().any(|sha| own.contains(sha));
    matches.retain(|one| one.outside.is_none() || !is_own(one));
}

/// As they came to where they are; those that came together, as they were begun.
fn in_order(one: &Match, two: &Match) -> Ordering {
    let began = |of: &Match| of.timeline.first().map(|leg| leg.from);
    (&one.workload, one.since, began(one), &one.change).cmp(&(
        &two.workload,
        two.since,
        began(two),
        &two.change,
    ))
}

/// What is looked for, and where.
struct Seek<'a> {
    definition: &'a Definition,
    known: &'a str,
    /// What changes that are live waited for in other workloads is told, too.
    of_live: bool,
    asked: &'a Asked<'a>,
}

/// What one workload knows of it.
#[derive(Default)]
struct Answer {
    versions: Vec<Match>,
    matches: Vec<Match>,
}

/// What a reference speaks of in a workload; `None` where tickets that name its changes may tell more.
fn look(
    engine: &mut Engine,
    heard: &Heard,
    wanted: &Seek<'_>,
    is_ticket: bool,
    with_links: bool,
) -> Result<Option<Answer>, StoreError> {
    let asked = wanted.asked;
    let workload = if with_links {
        engine.workload_with_links(wanted.definition, asked.as_of)?
    } else {
        engine.workload_without_tickets(wanted.definition, asked.as_of)?
    };
    let rules = engine.rules.clone();
    let mut lives = Lives::new(&workload, &rules, heard.silence(&workload));
    lives.looking_back = asked.looking_back;
    let found = seek(&lives, wanted.known);
    let (places, alone) = found.split(&lives);
    // Those that are live waited, too: the map tells of them by the same rule.
    let asked_of = places.iter().copied();
    let asked_of = asked_of.filter(|place| wanted.of_live || lives.in_flight(*place));
    let waiting = release::may_have_waited(&lives, asked_of);
    let has_all = with_links || !engine.tickets_link();
    if !has_all && (is_ticket && found.is_empty() || !waiting.is_empty()) {
        return Ok(None);
    }
    let releases = release::releases(engine, &lives, waiting.into_iter())?;
    let lives = lives.with(releases);
    let branches = |sha: &str| asked.here.branches(sha);
    let tell_of = |thing: &&Thing| thing.whereabouts(&lives, &branches);
    let mut matches = tell(engine, &lives, &places)?;
    matches.extend(alone.iter().map(tell_of));
    Ok(Some(Answer {
        versions: found.versions.iter().map(|one| tell_of(&one)).collect(),
        matches,
    }))
}

/// One change of a workload, by its id, and everything that happened to it.
pub fn change(
    engine: &mut Engine,
    sources: &[Source],
    workload: &str,
    id: &str,
    as_of: Timestamp,
) -> Result<Option<(Match, Vec<Happening>)>, StoreError> {
    let known = engine.definitions().iter().find(|one| one.name == workload);
    let Some(definition) = known.cloned() else {
        return Ok(None);
    };
    let workload = engine.workload(&definition, as_of)?;
    let silent = Heard::of(sources, engine.log())?.silence(&workload);
    let rules = engine.rules.clone();
    let lives = Lives::new(&workload, &rules, silent);
    let place = (0..)
        .zip(&workload.changes)
        .find(|(_, change)| workload.text(change.id) == id)
        .map(|(place, _)| place);
    let Some(place) = place else {
        // A commit or a version that belongs to no change stands for itself.
        let found = seek(&lives, id);
        let thing = found.commits.first().or_else(|| found.versions.first());
        let told = thing.map(|thing| thing.whereabouts(&lives, &|_| Vec::new()));
        return Ok(told.map(|told| (told, Vec::new())));
    };
    let releases = release::releases(engine, &lives, [place].into_iter())?;
    let lives = lives.with(releases);
    let found = tell(engine, &lives, &[place])?.pop();
    Ok(found.map(|found| (found, history(&lives, place))))
}

/// Where changes of a workload are.
fn tell(
    engine: &mut Engine,
    lives: &Lives<'_>,
    places: &[ChangeAt],
) -> Result<Vec<Match>, StoreError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let own = past(lives);
    let mut others: Option<Vec<Past>> = None;
    let mut told = Vec::with_capacity(places.len());
    for place in places {
        let Some(mut one) = whereabouts(lives, *place, &own, &[]) else {
            continue;
        };
        if one.forecast.why_not.is_some() {
            let others = match &mut others {
                Some(others) => others,
                none => none.insert(of_path(engine, lives.workload)?),
            };
            one = whereabouts(lives, *place, &own, others).unwrap_or(one);
        }
        if let Some(step) = one.step.as_deref().filter(|_| one.forecast.is_asked()) {
            one.forecast.calibration = Some(calibration(step, &own));
        }
        told.push(one);
    }
    Ok(told)
}

/// The past of other workloads on the same written path.
fn of_path(engine: &mut Engine, workload: &Workload) -> Result<Vec<Past>, StoreError> {
    if workload.path.derived {
        return Ok(Vec::new());
    }
    let is_other = |other: &&Definition| {
        let path = other.path.as_ref();
        other.name != workload.definition.name
            && path.is_some_and(|path| path.name == workload.path.name)
    };
    let others: Vec<Definition> = (engine.definitions().iter().filter(is_other))
        .take(MOST_OTHERS)
        .cloned()
        .collect();
    let mut all = Vec::new();
    for definition in others {
        let other = engine.workload_without_tickets(&definition, workload.as_of)?;
        all.extend(past(&Lives::new(&other, &engine.rules, None)));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_known_by_its_repository_and_its_number() {
        for (text, wanted) in [
            ("acme/shop#12", Some(("acme/shop", "12"))),
            (" acme/sub/shop!12", Some(("acme/sub/shop", "12"))),
            ("#12", None),
            ("shop#", None),
            ("acme/shop", None),
        ] {
            assert_eq!(of_repository(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_request_is_known_by_its_number_alone() {
        for text in [
            "PR-12",
            "pr 12",
            "MR!12",
            "pull/12",
            "Pull Request #12",
            "mr12",
        ] {
            assert_eq!(number(text), Some("12"), "{text}");
        }
        for text in ["12", "PAY-12", "v12", "PR-", "pr-1.2", "pr-1a", ""] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
