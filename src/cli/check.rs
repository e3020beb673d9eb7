//! `leadtime check`.

use super::args::CheckArgs;
use super::session::{Session, chosen};
use super::{Ending, show};
use crate::error::Failure;
use crate::model::compliance::{Check, Compliance, compliance};
use crate::model::state::Lives;
use crate::report;

pub fn run(session: &Session, args: &CheckArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let mut workloads = Vec::new();
    for definition in chosen(&engine, &args.workloads)? {
        let workload = engine.workload(&definition, session.as_of)?;
        workloads.push(compliance(&Lives::new(&workload, &session.rules, None)));
    }
    let check = Check {
        as_of: session.as_of,
        workloads,
    };
    show(session, "leadtime/check/v1", &check, |check| {
        report::check(check, &session.style)
    })?;
    Ok(if check.workloads.iter().all(Compliance::holds) {
        Ending::Done
    } else {
        Ending::Found
    })
}
