//! `leadtime gates`.

use super::args::GatesArgs;
use super::session::{Session, chosen};
use super::{Ending, show};
use crate::error::Failure;
use crate::model::gate::{Gates, open, worst_first};
use crate::model::state::Lives;
use crate::report;

pub fn run(session: &Session, args: &GatesArgs) -> Result<Ending, Failure> {
    let mut engine = session.engine()?;
    let heard = session.heard(&engine)?;
    let mut gates = Vec::new();
    for definition in chosen(&engine, &args.workloads)? {
        let workload = engine.workload(&definition, session.as_of)?;
        let silent = heard.silence(&workload);
        gates.extend(open(&Lives::new(&workload, &session.rules, silent)));
    }
    if args.mine {
        gates.retain(|gate| gate.may_decide == Some(true));
    }
    worst_first(&mut gates);
    let gates = Gates { gates };
    show(session, "leadtime/gates/v1", &gates, |gates| {
        report::gates(gates, &session.style)
    })?;
    Ok(if gates.gates.is_empty() {
        Ending::Done
    } else {
        Ending::Found
    })
}
