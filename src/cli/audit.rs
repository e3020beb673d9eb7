//! `leadtime audit`.

use super::args::AuditArgs;
use super::session::Session;
use super::{Ending, show};
use crate::app::acting;
use crate::error::Failure;
use crate::journal::story::{State, stories};
use crate::report;
use crate::report::audit::Audit;
use crate::store::Store;

pub fn run(session: &Session, args: &AuditArgs) -> Result<Ending, Failure> {
    let store = session.log(false)?;
    let mut actions = stories(acting::entries(&store)?);
    actions.reverse();
    if let Some(wanted) = &args.action {
        actions.retain(|story| story.action.starts_with(wanted.as_str()));
        if actions.is_empty() {
            return Err(Failure::unable(format!("there is no action {wanted:?}"))
                .hinted("leadtime audit lists them"));
        }
    }
    let breaks = if args.verify {
        acting::verify(&store, args.head.as_deref())?
    } else {
        Vec::new()
    };
    let head = store.journal_head()?;
    let audit = Audit {
        lines: head.as_ref().map_or(0, |head| head.number),
        head: head.map(|head| head.hash),
        verified: args.verify.then_some(breaks.is_empty()),
        breaks,
        actions,
    };
    show(session, "leadtime/audit/v1", &audit, |audit| {
        let verdict = report::audit::verdict(audit, &session.style);
        let between = if verdict.is_empty() { "" } else { "\n" };
        let actions = match (&args.action, audit.actions.as_slice()) {
            (Some(_), [only]) => report::audit::story(only, &session.style),
            _ => report::audit::audit(audit, &session.style),
        };
        format!("{verdict}{between}{actions}")
    })?;
    let doubt = audit
        .actions
        .iter()
        .any(|story| matches!(story.state, State::InDoubt | State::Sending));
    Ok(if audit.breaks.is_empty() && !doubt {
        Ending::Done
    } else {
        Ending::Found
    })
}
