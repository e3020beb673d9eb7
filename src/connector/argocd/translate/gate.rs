//! Syncs that wait for a person: an application is out of sync with a revision that was never synced to, and its policy is manual, or a sync window keeps
//! auto-sync from it. Drift of what was synced already waits for nobody. Argo CD neither says since when it waits nor keeps the answer as one: the wait
//! begins with the revision's commit or the deployment before it, whichever is later, and a sync to it is its approval.

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

/// The revision that waits to be synced to, whoever should do it.
#[must_use]
pub fn waiting(application: &Application) -> Option<Revision> {
    let status = &application.status;
    let is_busy = application.operation.is_some() || application.running().is_some();
    if status.sync.status != "OutOfSync"
        || is_busy
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
    let begun = opening.committed.max(deployed).or(seen).unwrap_or(now);
    let at = begun.min(now);
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
    (one(origin, "created", at, fact), open)
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
    one(origin, "closed", at.max(open.opened), fact)
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

fn one(origin: &Origin<'_>, word: &str, at: Timestamp, fact: Gate<String>) -> Facts {
    let id = format!("application/{}/{word}", fact.gate);
    origin.event(id, at, Kind::Gate(fact)).into()
}
