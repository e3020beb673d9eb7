//! Syncs that wait for a person: an application is out of sync with a revision that was never synced to, and its policy is manual, or a sync window keeps
//! auto-sync from it. Drift of what was synced already waits for nobody. Argo CD neither says since when it waits nor keeps the answer as one: the wait
//! begins with the revision's commit, the deployment before it or the making of the application, whichever is the latest, and a sync to it is its approval.
//! One and the same revision can wait several times, so that each wait is known by when it began.

use super::deployment::{deploys, of_operation};
use super::{Origin, Revision, given, place};
use crate::connector::argocd::cursor::OpenGate;
use crate::connector::argocd::wire::{Application, Initiator, SyncWindow, SyncWindows};
use crate::connector::facts::Facts;
use crate::event::kind::{Decision, Gate, GatePhase, Kind};
use crate::event::time::Timestamp;

/// The annotation in which leadtime keeps the settings of auto-sync while it has switched it off.
pub const HELD: &str = "leadtime/auto-sync";

/// The gate of a revision.
#[must_use]
pub fn id(application: &str, revision: &str) -> String {
    format!("{application}/sync/{revision}")
}

/// The application and the revision of a gate.
#[must_use]
pub fn read_id(id: &str) -> Option<(&str, &str)> {
    id.split_once("/sync/")
}

/// Whether nothing can be told of its waiting now: Argo CD could not compare it, or an operation, which may be of a part or a trial, is under way.
#[must_use]
pub fn is_unsaid(application: &Application) -> bool {
    let is_busy = application.operation.is_some() || application.running().is_some();
    is_busy
        || !matches!(
            application.status.sync.status.as_str(),
            "Synced" | "OutOfSync"
        )
}

/// The revision that waits to be synced to, whoever should do it.
#[must_use]
pub fn waiting(application: &Application) -> Option<Revision> {
    let status = &application.status;
    if status.sync.status != "OutOfSync"
        || is_unsaid(application)
        || application.metadata.deletion_timestamp.is_some()
    {
        return None;
    }
    let revision = Revision::read(&status.sync.revision, &status.sync.revisions)?;
    let newest = application.newest();
    let live = newest.and_then(|entry| Revision::read(&entry.revision, &entry.revisions));
    let tried = status
        .operation_state
        .as_ref()
        .filter(|state| deploys(state));
    let failed = tried
        .filter(|state| state.phase != "Succeeded")
        .and_then(of_operation);
    (live.as_ref() != Some(&revision) && failed.as_ref() != Some(&revision)).then_some(revision)
}

/// The window that keeps auto-sync from syncing now, in words.
#[must_use]
pub fn barred(windows: &SyncWindows) -> Option<String> {
    let words = |window: &SyncWindow| {
        format!(
            "{} `{}` for {}",
            window.kind, window.schedule, window.duration
        )
    };
    let deny = |window: &&SyncWindow| window.kind == "deny";
    if let Some(window) = windows.active_windows.iter().find(deny) {
        return Some(format!("the sync window {} forbids it", words(window)));
    }
    let allow = |window: &&SyncWindow| window.kind == "allow";
    let waits = windows.assigned_windows.iter().find(allow)?;
    let is_open = windows.active_windows.iter().any(|window| allow(&window));
    (!is_open).then(|| format!("only the sync window {} allows it", words(waits)))
}

/// What else is known of a gate when it opens.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// When the revision was committed.
    pub committed: Option<Timestamp>,
    pub may_decide: Option<bool>,
    /// Why it waits.
    pub why: Option<String>,
    /// When the gate before it opened.
    pub before: Option<Timestamp>,
}

/// The gate opens. Also when.
#[must_use]
pub fn opened(
    origin: &Origin<'_>,
    application: &Application,
    revision: &Revision,
    opening: Opening,
    now: Timestamp,
) -> (Facts, OpenGate) {
    let deployed = application.newest().and_then(|entry| entry.deployed_at);
    let seen = application.status.reconciled_at;
    let made = application.metadata.creation_timestamp;
    let begun = opening.committed.max(deployed).or(seen).unwrap_or(now);
    let begun = begun.max(made.unwrap_or(begun));
    // Not later than the gate before it: it waits again, after what ended that one, and since when is not told.
    let is_again = opening.before.is_some_and(|before| begun <= before);
    let at = if is_again { now } else { begun.min(now) };
    let sources = application.sources();
    let held = application.metadata.annotations.contains_key(HELD);
    let held = held.then(|| "auto-sync is switched off: leadtime holds it".to_owned());
    let fact = Gate {
        sha: revision.sha(sources),
        version: revision.chart(sources),
        may_decide: opening.may_decide,
        comment: opening.why.or(held),
        ..gate(origin, application, &revision.id())
    };
    let open = OpenGate {
        revision: revision.id(),
        opened: at,
    };
    let id = format!("{}/created-{at}", fact.gate);
    (one(origin, &id, at, fact), open)
}

/// The gate is not open any more: it was synced to, or nobody needs to.
#[must_use]
pub fn closed(
    origin: &Origin<'_>,
    application: &Application,
    open: &OpenGate,
    now: Timestamp,
) -> Facts {
    let fact = Gate {
        phase: GatePhase::Closed,
        ..gate(origin, application, &open.revision)
    };
    let (at, fact) = if let Some((at, by)) = synced(application, open) {
        let comment = by.automated.then(|| "auto-sync did it".to_owned());
        let decided = Gate {
            decision: Some(Decision::Approved),
            responder: given(&by.username),
            comment,
            ..fact
        };
        (at, decided)
    } else {
        let passed = Gate {
            decision: Some(Decision::Other),
            comment: Some("it does not wait any more, and was not synced".to_owned()),
            ..fact
        };
        (now, passed)
    };
    one(
        origin,
        &closing(&fact.gate, open),
        at.max(open.opened),
        fact,
    )
}

/// What the event is known by that ends a wait at a gate.
#[must_use]
pub fn closing(gate: &str, open: &OpenGate) -> String {
    format!("{gate}/closed-{}", open.opened)
}

/// Whether it was synced to since the gate opened.
#[must_use]
pub fn is_synced(application: &Application, open: &OpenGate) -> bool {
    synced(application, open).is_some()
}

/// When it was synced to since the gate opened, and by whom.
fn synced<'a>(application: &'a Application, open: &OpenGate) -> Option<(Timestamp, &'a Initiator)> {
    let fits = |revision: Option<Revision>| revision.is_some_and(|one| one.id() == open.revision);
    let status = &application.status;
    let in_history = status
        .history
        .iter()
        .filter(|entry| fits(Revision::read(&entry.revision, &entry.revisions)))
        .filter_map(|entry| Some((entry.started()?, &entry.initiated_by)));
    let operation = status
        .operation_state
        .iter()
        .filter(|state| deploys(state) && fits(of_operation(state)))
        .filter_map(|state| Some((state.started_at?, &state.operation.initiated_by)));
    in_history
        .chain(operation)
        .filter(|(at, _)| *at >= open.opened)
        .min_by_key(|(at, _)| *at)
}

fn gate(origin: &Origin<'_>, application: &Application, revision: &str) -> Gate<String> {
    let environment = place::environment(origin, application);
    Gate {
        gate: id(&application.key(), revision),
        name: environment.as_ref().map(|name| format!("sync {name}")),
        url: origin.url(application),
        service: given(&application.metadata.name),
        environment,
        ..Gate::default()
    }
}

fn one(origin: &Origin<'_>, id: &str, at: Timestamp, fact: Gate<String>) -> Facts {
    let id = format!("application/{id}");
    origin.event(id, at, Kind::Gate(fact)).into()
}
