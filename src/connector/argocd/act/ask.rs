//! Asking after a request: what Argo CD shows of it, and by whom. A sync bears the key of the action; a rollback and the rest are known by who began them
//! and by what had not happened yet when they were prepared. Where Argo CD does not tell whose a deed is, that is said and not guessed.

use serde_json::Value;

use super::request::{Before, KEY, Probe, Target, read_held};
use crate::connector::argocd::client::{Place, Reach};
use crate::connector::argocd::config::page;
use crate::connector::argocd::translate::Revision;
use crate::connector::argocd::translate::deployment::of_operation;
use crate::connector::argocd::translate::gate::HELD;
use crate::connector::argocd::wire::{Actions, Application, Events, Operation};
use crate::event::time::Timestamp;
use crate::plan::request::{Receipt, Request, Standing};

/// What Argo CD notes, after the name of who did it, when an operation is ended.
pub const TERMINATED: &str = "terminated running operation";

/// What it notes when an action is run.
#[must_use]
pub fn ran(resource: &Target, action: &str) -> String {
    format!(
        "ran action {action} on resource {}/{}/{}",
        resource.group, resource.kind, resource.name
    )
}

/// The newest note of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub by: String,
    pub at: Option<Timestamp>,
}

/// The newest note of a deed in an application's events; `None` also where they are not to be seen.
pub async fn noted(reach: &Reach<'_>, place: &Place, deed: &str) -> Option<Note> {
    let events: Events = reach.of(place, &["events"], &[]).await.ok()?;
    let notes = events.items.iter().filter_map(|noted| {
        let by = noted.message.strip_suffix(deed)?.trim_end();
        Some(Note {
            by: by.to_owned(),
            at: noted.last_timestamp,
        })
    });
    notes.max_by_key(|note| note.at)
}

/// How a request stands.
pub async fn ask(reach: &Reach<'_>, request: &Request) -> Standing {
    let Ok(probe) = serde_json::from_value::<Probe>(request.probe.clone()) else {
        return Standing::Unknown("what was kept to ask after it cannot be read".to_owned());
    };
    let application = match reach.application(probe.place()).await {
        Ok(application) => application,
        Err(error) => return Standing::Unknown(error.to_string()),
    };
    let asking = Asking {
        reach,
        application: &application,
    };
    match &probe {
        Probe::Sync {
            before,
            user,
            revision,
            key,
            ..
        } => asking.operation(before, |done| done.is_sync(key, user.as_deref(), revision)),
        Probe::Rollback {
            before,
            user,
            revision,
            ..
        } => asking.operation(before, |done| done.is_rollback(user.as_deref(), revision)),
        Probe::AutoSync {
            on, automated, key, ..
        } => asking.auto_sync(*on, automated, key),
        Probe::Terminate {
            place,
            started,
            user,
            noted,
        } => {
            let newest = self::noted(reach, place, TERMINATED).await;
            asking.terminated(*started, user.as_deref(), fresh(newest, *noted))
        }
        Probe::Action {
            place,
            resource,
            action,
            user,
            noted,
        } => {
            let newest = self::noted(reach, place, &ran(resource, action)).await;
            match fresh(newest, *noted) {
                Some(note) => asking.by(&note, user.as_deref()),
                None => asking.action(place, resource, action).await,
            }
        }
    }
}

/// A note that was not there yet.
fn fresh(newest: Option<Note>, known: Option<Timestamp>) -> Option<Note> {
    newest.filter(|note| note.at > known)
}

struct Asking<'a> {
    reach: &'a Reach<'a>,
    application: &'a Application,
}

/// Something that was synced since, as far as Argo CD tells.
struct Deed<'a> {
    user: &'a str,
    revision: Option<Revision>,
    /// `None`: an entry of the history, which keeps no information.
    operation: Option<&'a Operation>,
}

enum Whose {
    Ours,
    Theirs,
    Untold,
}

impl Deed<'_> {
    /// By its key; an entry of the history by who and what.
    fn is_sync(&self, key: &str, user: Option<&str>, revision: &str) -> Whose {
        if let Some(operation) = self.operation {
            let mut infos = operation.info.iter();
            let ours = infos.any(|info| info.name == KEY && info.value == key);
            return if ours { Whose::Ours } else { Whose::Theirs };
        }
        if revision.is_empty() {
            return self.whose(user);
        }
        self.is_rollback(user, revision)
    }

    /// By who and to what.
    fn is_rollback(&self, user: Option<&str>, revision: &str) -> Whose {
        if self.revision.as_ref().map(Revision::id).as_deref() == Some(revision) {
            self.whose(user)
        } else {
            Whose::Theirs
        }
    }

    fn whose(&self, user: Option<&str>) -> Whose {
        match user {
            Some(user) if user == self.user => Whose::Ours,
            None if !self.user.is_empty() => Whose::Untold,
            _ => Whose::Theirs,
        }
    }

    fn words(&self) -> String {
        let to = self.revision.as_ref().map(Revision::short);
        let to = to.map_or_else(String::new, |to| format!(" to {to}"));
        format!("{} synced it{to}", super::by(self.user))
    }
}

impl Asking<'_> {
    fn done(&self, text: String) -> Standing {
        let meta = &self.application.metadata;
        let url = page(self.reach.instance, &meta.namespace, &meta.name);
        Standing::Done(Receipt {
            text,
            url: Some(url),
        })
    }

    /// A sync or a rollback: among what was asked for, is under way or was carried out since it was prepared.
    fn operation(&self, before: &Before, whose: impl Fn(&Deed<'_>) -> Whose) -> Standing {
        let mut other = None;
        for (deed, how) in self.deeds(before) {
            match whose(&deed) {
                Whose::Ours => return self.done(how),
                Whose::Theirs => other = other.or(Some(Standing::Moved(deed.words()))),
                Whose::Untold => {
                    let text = format!(
                        "{}: whether it was this, Argo CD does not tell",
                        deed.words()
                    );
                    other = Some(Standing::Unknown(text));
                }
            }
        }
        other.unwrap_or(Standing::Open)
    }

    fn deeds(&self, before: &Before) -> Vec<(Deed<'_>, String)> {
        let mut deeds = Vec::new();
        if let Some(operation) = &self.application.operation {
            let sync = operation.sync.as_ref();
            let revision = sync.and_then(|sync| Revision::read(&sync.revision, &sync.revisions));
            let deed = Deed {
                user: &operation.initiated_by.username,
                revision,
                operation: Some(operation),
            };
            deeds.push((deed, "it is under way".to_owned()));
        }
        let status = &self.application.status;
        if let Some(state) = &status.operation_state
            && state.started_at > before.started
        {
            let deed = Deed {
                user: &state.operation.initiated_by.username,
                revision: of_operation(state),
                operation: Some(&state.operation),
            };
            deeds.push((deed, format!("it is {}", state.phase.to_ascii_lowercase())));
        }
        // The entry of the newest operation tells less than the operation does.
        let newest = status.operation_state.as_ref();
        let newest = newest.and_then(|state| state.started_at);
        let entries = status.history.iter();
        let entries = entries.filter(|entry| newest.is_none() || entry.started() != newest);
        for entry in entries.filter(|entry| Some(entry.id) > before.entry) {
            let deed = Deed {
                user: &entry.initiated_by.username,
                revision: Revision::read(&entry.revision, &entry.revisions),
                operation: None,
            };
            deeds.push((deed, format!("it is entry {} of the history", entry.id)));
        }
        deeds
    }

    fn auto_sync(&self, on: bool, automated: &Value, key: &str) -> Standing {
        let annotation = self.application.metadata.annotations.get(HELD);
        let held = annotation.and_then(|text| read_held(text));
        let is_ours = held.as_ref().is_some_and(|(_, by)| by == key);
        match (on, self.application.auto_sync()) {
            (false, None) if is_ours => self.done("auto-sync is off".to_owned()),
            (false, None) => Standing::Moved("somebody else switched auto-sync off".to_owned()),
            (false, Some(now)) if now == automated => Standing::Open,
            (true, None) if held.is_some_and(|(kept, _)| kept == *automated) => Standing::Open,
            (true, None) => Standing::Moved("auto-sync is off by somebody else now".to_owned()),
            (true, Some(now)) if now == automated && annotation.is_none() => {
                self.done("auto-sync is on as it was".to_owned())
            }
            (_, Some(now)) => {
                Standing::Moved(format!("somebody else set auto-sync meanwhile: {now}"))
            }
        }
    }

    fn terminated(&self, started: Timestamp, user: Option<&str>, note: Option<Note>) -> Standing {
        let state = self.application.status.operation_state.as_ref();
        let state = state.filter(|state| state.started_at == Some(started));
        if let Some(state) = state
            && state.finished_at.is_none()
            && state.phase != "Terminating"
        {
            return Standing::Open;
        }
        if let Some(note) = note {
            return self.by(&note, user);
        }
        match state {
            Some(state) if state.phase == "Terminating" => {
                Standing::Unknown("it is being ended; Argo CD does not tell by whom".to_owned())
            }
            Some(state) => {
                let how = state.phase.to_ascii_lowercase();
                Standing::Moved(format!("it ended: {how}, {}", state.message))
            }
            None => Standing::Moved("another operation has taken its place".to_owned()),
        }
    }

    fn by(&self, note: &Note, user: Option<&str>) -> Standing {
        match user {
            Some(user) if user == note.by => self.done(format!("done by {user}")),
            Some(_) => Standing::Moved(format!("{} did it", note.by)),
            None => Standing::Unknown(format!(
                "{} did it; whether that is this token, Argo CD does not tell",
                note.by
            )),
        }
    }

    /// No note of it: whether it is still to be done.
    async fn action(&self, place: &Place, resource: &Target, action: &str) -> Standing {
        let pieces = ["resource", "actions"];
        let offered: Result<Actions, _> = self.reach.of(place, &pieces, &resource.query()).await;
        match offered {
            Err(error) => Standing::Unknown(error.to_string()),
            Ok(offered) => {
                let mut actions = offered.actions.iter();
                if actions.any(|one| one.name == action && !one.disabled) {
                    Standing::Open
                } else {
                    let text = format!("{action} is not open any more; Argo CD does not tell why");
                    Standing::Unknown(text)
                }
            }
        }
    }
}
