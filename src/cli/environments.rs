//! `leadtime env`.

use super::args::EnvArgs;
use super::session::{Session, chosen};
use super::{Ending, show};
use crate::error::Failure;
use crate::model::environment::{Environments, running};
use crate::model::state::Lives;
use crate::report;

pub fn run(session: &Session, args: &EnvArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let mut workloads = Vec::new();
    for definition in chosen(&engine, &args.workloads)? {
        let workload = engine.workload(&definition, session.as_of)?;
        workloads.push(running(&Lives::new(&workload, &session.rules, None)));
    }
    let environments = Environments {
        as_of: session.as_of,
        workloads,
    };
    show(session, "leadtime/env/v1", &environments, |environments| {
        report::environments(environments, &session.style)
    })?;
    Ok(Ending::Done)
}
