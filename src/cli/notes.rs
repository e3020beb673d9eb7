//! `leadtime notes`.

use super::args::NotesArgs;
use super::session::Session;
use super::{Ending, show};
use crate::error::Failure;
use crate::model::Workload;
use crate::model::notes::{between, release};
use crate::model::state::Lives;
use crate::model::version::{Version, named};
use crate::report;

pub fn run(session: &Session, args: &NotesArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let definition = session.only(&engine, args.workload.as_ref())?;
    let workload = engine.workload(&definition, session.as_of)?;
    let lives = Lives::new(&workload, &session.rules, None);
    let notes = if let [before, after] = args.between.as_slice() {
        let (before, after) = (one(&workload, before)?, one(&workload, after)?);
        between(&lives, &before, &after).ok_or_else(|| {
            Failure::unable("the commit of one of the versions is not known, so what lies between them cannot be told")
        })?
    } else {
        let production = workload.production(&session.rules);
        let to = args.to.as_deref().unwrap_or(production);
        if !lives.deliveries.iter().any(|known| known.environment == to) {
            let known = lives.deliveries.iter();
            let known: Vec<&str> = known.map(|one| one.environment.as_str()).collect();
            return Err(Failure::usage(format!(
                "{} has no environment {to:?} on its path",
                workload.name()
            ))
            .hinted(format!("there are {}", known.join(", "))));
        }
        release(&lives, None, to)
    };
    show(session, "leadtime/notes/v1", &notes, report::markdown)?;
    Ok(Ending::Done)
}

/// The one version of a name.
fn one(workload: &Workload, name: &str) -> Result<Version, Failure> {
    let mut found = named(workload, name);
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(
            Failure::unable(format!("{} has no version {name:?}", workload.name()))
                .hinted("name a version, tag, digest, or the first seven digits of a commit"),
        ),
        _ => Err(Failure::usage(format!("{name:?} could be several things"))
            .hinted("name it by its commit or its digest")),
    }
}
