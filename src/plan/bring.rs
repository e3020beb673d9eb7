//! Bringing a version to an environment: promotion of the one that is ready, and the way back to one that was live.

use serde_json::{Map, Value};

use super::ask::Ask;
use super::content::{moving, told};
use super::find::{one, place};
use super::policy;
use super::proof::Proof;
use super::request::{Order, Target, Verb};
use super::way::{Filling, filled};
use super::{Draft, Evidence, Moving, Refusal, declare};
use crate::event::kind::Decision;
use crate::model::Workload;
use crate::model::definition::{Step, StepKind};
use crate::model::entity::{Gate, Record};
use crate::model::evidence::{Subject, request};
use crate::model::gate;
use crate::model::state::Lives;
use crate::model::step;
use crate::model::version::{self, Version};

/// Brings a version to an environment.
pub fn promote(
    ask: &Ask,
    lives: &Lives<'_>,
    environment: &str,
    wanted: Option<&str>,
) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let place = place(workload, environment)?;
    let ready = version::candidate(lives, environment);
    let to = match wanted {
        Some(name) => one(workload, name)?,
        None => ready.clone().ok_or_else(|| {
            Refusal::new(
                "unknown",
                format!("no version is known that is ready for {environment}"),
            )
            .hinted("name one with --version")
        })?,
    };
    let mut draft = bring(ask, lives, place, &to, Verb::Promote)?;
    policy::soaking(lives, place, &to, &mut draft);
    environments(lives, place, &to, &mut draft);
    if let Some(ready) = ready.filter(|ready| !ready.is(&to)) {
        let way = version::difference(workload, to.commit, ready.commit);
        if way.is_some_and(|way| !way.ships.is_empty() && way.leaves.is_empty()) {
            let text = format!("{} is newer, and ready for {environment}", ready.name());
            policy::newer(text, &mut draft);
        }
    }
    if !draft.leaves.is_empty() {
        let live = match draft.leaves.len() {
            1 => "one change that is live".to_owned(),
            many => format!("{many} changes that are live"),
        };
        let are = if draft.leaves.len() == 1 { "is" } else { "are" };
        let to = to.name();
        draft
            .notes
            .push(format!("{live} in {environment} {are} not in {to}"));
    }
    let subject = subject(workload, &to);
    let found = gate::before(lives, Some(place), &subject);
    draft.evidence = found.iter().map(Evidence::from).collect();
    let evidence = draft.evidence.clone();
    policy::evidence(lives, Some(place), &evidence, &mut draft);
    reviewed(lives, place, &mut draft);
    gates(lives, place, &to, &mut draft);
    let step = &workload.path.steps[place];
    let shipping = draft.ships.clone();
    policy::four_eyes(ask, lives, Some(step), &shipping, &mut draft);
    Ok(draft)
}

/// Brings an earlier version back, and holds the environment there.
pub fn rollback(
    ask: &Ask,
    lives: &Lives<'_>,
    environment: &str,
    wanted: Option<&str>,
) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let place = place(workload, environment)?;
    let earlier = version::earlier(lives, environment);
    let to = back_to(workload, &earlier, environment, wanted)?;
    let mut draft = bring(ask, lives, place, &to, Verb::Rollback)?;
    let leaving = draft.leaves.clone();
    policy::migration(&leaving, &mut draft);
    if let Some(known) = earlier.iter().find(|one| one.version.is(&to))
        && (known.incidents > 0 || known.failed)
    {
        let had = match (known.incidents, known.failed) {
            (0, _) => "failed".to_owned(),
            (1, _) => "had one incident of its own".to_owned(),
            (many, _) => format!("had {many} incidents of its own"),
        };
        draft
            .notes
            .push(format!("{} {had} while it was live", to.name()));
    }
    if earlier
        .iter()
        .any(|one| one.rolled_back && one.version.is(&to))
    {
        let name = to.name();
        draft
            .notes
            .push(format!("a rollback took {name} out before"));
    }
    for record in under_way(workload, environment) {
        draft.undone_by.push(format!(
            "deployment {} to {environment}, which is under way: stop it first",
            workload.text(record.deployment)
        ));
    }
    draft.undone_by.push(format!(
        "a pipeline that deploys to {environment} after the next merge: leadtime holds the environment for itself and shows that to others, and stops no pipeline"
    ));
    let name = to.name();
    let why = ask.comment.clone();
    let why = why.unwrap_or_else(|| format!("rolled back to {name}"));
    draft
        .records
        .push(declare::held(ask, lives, environment, &why));
    let own = workload.name();
    draft.notes.push(format!(
        "{environment} is held afterwards; leadtime release {own} --in {environment} lets it go"
    ));
    Ok(draft)
}

/// The version to go back to: the one named, else the last that did well.
fn back_to(
    workload: &Workload,
    earlier: &[version::Earlier],
    environment: &str,
    wanted: Option<&str>,
) -> Result<Version, Refusal> {
    let Some(name) = wanted else {
        let is_back = |one: &&version::Earlier| !one.rolled_back;
        let good = |one: &&version::Earlier| is_back(one) && one.incidents == 0 && !one.failed;
        let best = earlier.iter().find(good);
        let best = best.or_else(|| earlier.iter().find(is_back));
        let best = best.or_else(|| earlier.first());
        return best.map(|best| best.version.clone()).ok_or_else(|| {
            Refusal::new(
                "unknown",
                format!("no version is known that was live in {environment} before"),
            )
        });
    };
    let of = |one: &&version::Earlier| {
        one.version.deployment.as_deref() == Some(name) || one.version.name() == name
    };
    if let Some(known) = earlier.iter().find(of) {
        return Ok(known.version.clone());
    }
    let asked = one(workload, name)?;
    if let Some(known) = earlier.iter().find(|one| one.version.is(&asked)) {
        return Ok(known.version.clone());
    }
    let names: Vec<String> = earlier
        .iter()
        .take(5)
        .map(|one| one.version.name())
        .collect();
    Err(Refusal::new(
        "unknown",
        format!("{} was never live in {environment}", asked.name()),
    )
    .hinted(format!("these were: {}", names.join(", "))))
}

fn bring(
    ask: &Ask,
    lives: &Lives<'_>,
    place: usize,
    to: &Version,
    verb: Verb,
) -> Result<Draft, Refusal> {
    let workload = lives.workload;
    let step = &workload.path.steps[place];
    let environment = step.environment.as_deref().unwrap_or_default();
    let from = version::live(workload, environment);
    if let Some(from) = from.as_ref().filter(|from| from.is(to)) {
        return Err(Refusal::new(
            "nothing",
            format!("{} is live in {environment} already", from.name()),
        ));
    }
    let mut draft = Draft::new(verb, workload.name());
    draft.environment = Some(environment.to_owned());
    draft.confirm = step.confirmation(workload.production(lives.rules));
    draft.usual = version::usual(lives, environment);
    let known = from.as_ref().map(|from| from.commit);
    let both = known.is_none_or(|commit| commit.is_some());
    match version::difference(workload, known.flatten(), to.commit) {
        Some(way) if both => {
            draft.ships = moving(workload, &way.ships);
            draft.leaves = moving(workload, &way.leaves);
        }
        _ => {
            draft.notes.push(
                "what ships and leaves cannot be told: the commit of one of the versions is not known"
                    .to_owned(),
            );
        }
    }
    policy::closed(lives, place, &mut draft);
    draft.from = from.as_ref().map(told);
    draft.to = Some(told(to));
    draft.proofs.push(Proof::Live {
        environment: environment.to_owned(),
        version: to.version.clone(),
        sha: to.sha.clone(),
        digest: to.digest.clone(),
    });
    let (order, by) = order(ask, lives, step, &draft)?;
    draft.orders.push((order, by));
    Ok(draft)
}

fn order(
    ask: &Ask,
    lives: &Lives<'_>,
    step: &Step,
    draft: &Draft,
) -> Result<(Order, Option<String>), Refusal> {
    let workload = lives.workload;
    let environment = step.environment.as_deref().unwrap_or_default();
    let to = draft.to.clone().unwrap_or_default();
    let way = match draft.verb {
        Verb::Rollback => step.rollback.as_ref().or(step.promote.as_ref()),
        _ => step.promote.as_ref(),
    };
    let newest = newest(workload, environment).map(|record| Target {
        source: workload.text(record.source).to_owned(),
        id: workload.text(record.deployment).to_owned(),
        url: record.url.map(|name| workload.text(name).to_owned()),
    });
    let filling = Filling {
        workload: workload.name(),
        environment,
        to: &to,
        from: draft.from.as_ref(),
        key: &ask.key,
    };
    let settings: Option<Map<String, Value>> = way.map(|way| filled(way, &filling)).transpose()?;
    if way.is_none() && newest.is_none() {
        return Err(no_way(workload, step));
    }
    let order = Order {
        environment: Some(environment.to_owned()),
        target: newest,
        to: Some(to.clone()),
        from: draft.from.clone(),
        way: settings,
        ..ask.order(draft.verb, workload)
    };
    Ok((order, way.and_then(|way| way.from.clone())))
}

/// Nobody has said how a version gets there.
pub fn no_way(workload: &Workload, step: &Step) -> Refusal {
    Refusal::new(
        "no_way",
        format!("nobody has said how a version comes to {}", step.name),
    )
    .hinted(format!(
        "say it in leadtime.toml, for example at [[workloads]] name = {:?}: steps.{}.promote = {{ from = \"gh\", workflow = \"deploy.yml\", inputs = {{ version = \"{{version}}\" }} }}",
        workload.name(),
        step.name
    ))
}

/// The last deployment to an environment that is known.
fn newest<'w>(workload: &'w Workload, environment: &str) -> Option<&'w Record> {
    workload
        .records
        .iter()
        .filter(|record| record.environment.map(|name| workload.text(name)) == Some(environment))
        .max_by_key(|record| record.finished.or(record.started).or(record.queued))
}

fn under_way<'w>(workload: &'w Workload, environment: &'w str) -> impl Iterator<Item = &'w Record> {
    workload.records.iter().filter(move |record| {
        record.finished.is_none()
            && record.environment.map(|name| workload.text(name)) == Some(environment)
    })
}

fn subject(workload: &Workload, version: &Version) -> Subject {
    let names = [&version.artifact, &version.digest].into_iter().flatten();
    let artifact = workload
        .artifacts
        .iter()
        .find(|artifact| Some(workload.text(artifact.id)) == version.artifact.as_deref());
    let change = version
        .commit
        .and_then(|place| workload.commits.get(place as usize)?.change)
        .and_then(|place| workload.changes.get(place as usize));
    Subject {
        commit: version.commit,
        request: change.map_or_else(Vec::new, request),
        artifacts: names.filter_map(|name| workload.names.get(name)).collect(),
        packaged: artifact.and_then(|artifact| artifact.packaged),
    }
}

/// What ships has to be through the review that the step needs: its requests are merged.
fn reviewed(lives: &Lives<'_>, place: usize, draft: &mut Draft) {
    let workload = lives.workload;
    let steps = &workload.path.steps;
    let mut needed = lives.needed(place).into_iter();
    let Some(review) = needed.find(|at| steps[*at].kind == StepKind::Review) else {
        return;
    };
    let is_open = |one: &&Moving| {
        let mut changes = workload.changes.iter();
        let change = changes.find(|change| workload.text(change.id) == one.change);
        change.is_some_and(|change| !change.direct && change.merged.is_none())
    };
    let open = draft.ships.iter().filter(is_open);
    let open: Vec<&str> = open.map(|one| one.change.as_str()).collect();
    if !open.is_empty() {
        let how = format!("is not over: {} not merged", open.join(", "));
        policy::undecided(&steps[review], &how, draft);
    }
}

/// The gates between the deploying steps before and this one that have to be decided first.
fn gates(lives: &Lives<'_>, place: usize, to: &Version, draft: &mut Draft) {
    let steps = &lives.workload.path.steps;
    for at in between(steps, place) {
        if let Some(how) = undecided(lives, (at, place), to, &draft.ships) {
            policy::undecided(&steps[at], how, draft);
        }
    }
}

/// The environments right before that the version was never in. Where it has to run for a while, `soaking` says so.
fn environments(lives: &Lives<'_>, place: usize, to: &Version, draft: &mut Draft) {
    let steps = &lives.workload.path.steps;
    let delivery = |step: &Step| {
        let mut known = lives.deliveries.iter();
        known.find(|known| Some(&known.environment) == step.environment.as_ref())
    };
    // One that nothing ever came to keeps nothing out.
    let is_used = |step: &Step| delivery(step).is_some_and(|known| !known.rows.is_empty());
    let before = before(steps, place, |step| {
        step.kind == StepKind::Deploy && is_used(step)
    });
    for step in before.into_iter().map(|at| &steps[at]) {
        let is_stop = step.kind == StepKind::Deploy && step.soak.is_none();
        let known = delivery(step).filter(|known| is_stop && !known.rows.is_empty());
        if known.is_some_and(|known| !to.was_in(lives.workload, known)) {
            policy::never_in(step, draft);
        }
    }
}

/// The gates that a step needs, without a deploying step in between: whatever stands beside its way keeps nothing from it.
fn between(steps: &[Step], place: usize) -> Vec<usize> {
    let mut gates = before(steps, place, |step| step.kind == StepKind::Deploy);
    gates.retain(|at| steps[*at].kind == StepKind::Gate);
    gates
}

/// The steps that a step needs, up to those at which the way back ends, and with them.
fn before(steps: &[Step], place: usize, ends: impl Fn(&Step) -> bool) -> Vec<usize> {
    let mut seen = vec![false; place];
    let mut open = steps[place].needs.clone();
    // Needs always point back, so this ends.
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut seen[at], true) && !ends(&steps[at]) {
            open.extend(&steps[at].needs);
        }
    }
    (0..place).filter(|at| seen[*at]).collect()
}

/// How a gate stands that is not approved for a version. One that the deployment itself stops at is asked for by that.
fn undecided(
    lives: &Lives<'_>,
    (at, place): (usize, usize),
    to: &Version,
    ships: &[Moving],
) -> Option<&'static str> {
    let workload = lives.workload;
    let here = |gate: &&Gate| step::of_gate(workload, gate) == Some(at);
    let environment = workload.path.steps[place].environment.as_deref();
    let stops = |gate: &Gate| {
        let is_there = |name| Some(workload.text(name)) == environment;
        let deploys = |record: &Record| {
            record.source == gate.source && record.environment.is_some_and(is_there)
        };
        gate.environment.is_some_and(is_there) && workload.records.iter().any(deploys)
    };
    let mut gates = workload.gates.iter().filter(here);
    if gates.clone().any(stops) {
        return None;
    }
    let is_of = |gate: &&Gate| {
        let names = |change: &Moving| {
            let mut named = gate.changes.iter();
            named.any(|name| workload.text(*name) == change.change)
        };
        let all = !ships.is_empty() && ships.iter().all(names);
        all || to.commit.is_some() && gate.commit == to.commit
    };
    let newest = gates
        .clone()
        .filter(is_of)
        .max_by_key(|gate| (gate.closed.is_none(), gate.closed, gate.opened));
    match newest {
        Some(gate) if gate.closed.is_none() => Some("is still open for this version"),
        Some(gate) => match gate.decision {
            Some(Decision::Approved) => None,
            Some(Decision::Rejected) => Some("was rejected for this version"),
            _ => Some("was closed without an approval of this version"),
        },
        None if gates.any(|gate| gate.closed.is_none()) => {
            Some("is open, and has not been decided for this version")
        }
        None => Some("has not been decided for this version"),
    }
}
