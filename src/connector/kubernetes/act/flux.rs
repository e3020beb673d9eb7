//! What can be done to what Flux applies: it is reconciled now, suspended, or let go on. A version is brought, and brought back, by what its source says: that is
//! a change in git, and no request to the cluster.

use serde_json::{Value, json};

use super::case::Case;
use crate::connector::ConnectorError;
use crate::connector::error::ErrorKind;
use crate::connector::kubernetes::wire::pointer;
use crate::plan::request::Verb;

const SUSPEND: &str = "/spec/suspend";
const REQUESTED: &str = "reconcile.fluxcd.io/requestedAt";

pub fn draft(case: &mut Case<'_>) -> Option<Result<(), ConnectorError>> {
    match case.order.verb {
        Verb::Retry => reconcile(case),
        Verb::Hold => suspend(case, true),
        Verb::Release | Verb::Resume => suspend(case, false),
        Verb::Promote | Verb::Rollback => return Some(Err(elsewhere(case))),
        _ => return None,
    }
    Some(Ok(()))
}

fn is_suspended(case: &Case<'_>) -> bool {
    case.object.raw.pointer(SUSPEND) == Some(&Value::Bool(true))
}

fn reconcile(case: &mut Case<'_>) {
    let name = case.name();
    if is_suspended(case) {
        case.object(
            format!("{name} is suspended: Flux would not look at it"),
            "releasing it",
        );
    }
    let at = case.order.at.to_string();
    let mut notes = vec![(REQUESTED, at.as_str())];
    // A release that failed as often as it may is tried again only when it is told to forget that.
    if case.family.resource().kind == "HelmRelease" {
        notes.push(("reconcile.fluxcd.io/resetAt", at.as_str()));
        notes.push(("reconcile.fluxcd.io/forceAt", at.as_str()));
    }
    let requested = pointer(&["metadata", "annotations", REQUESTED]);
    let note = "it applies what its source has fetched; the source is fetched at its own interval";
    case.made.notes.push(note.to_owned());
    let what = format!("reconcile {name} now");
    case.patch_noting(what, &[requested.as_str()], Vec::new(), &notes);
}

fn suspend(case: &mut Case<'_>, hold: bool) {
    let name = case.name();
    if is_suspended(case) == hold {
        let is = if hold { "suspended" } else { "not suspended" };
        return case.is_so(is);
    }
    let what = if hold {
        case.made
            .notes
            .push("what is applied stays so; drift is not healed either".to_owned());
        format!("suspend {name}")
    } else {
        case.made
            .notes
            .push("Flux then applies what its source says by now, at once".to_owned());
        format!("let Flux reconcile {name} again")
    };
    let change = json!({"op": "add", "path": SUSPEND, "value": hold});
    case.undone();
    case.patch(what, &[SUSPEND], vec![change]);
}

fn elsewhere(case: &Case<'_>) -> ConnectorError {
    let context = format!("{} {}", case.order.verb.word(), case.name());
    let detail = "Flux runs what its source says: a version is brought there";
    ConnectorError::new(ErrorKind::Configuration, context, detail).hinted(
        "promote by a change in git: { from = \"<a git source>\", file = \"…\", key = \"…\" }",
    )
}
