//! What was typed into what is wanted: the workloads of gates, the versions that were live.

use super::chain::{Chain, Wanted};
use crate::cli::args::{DecideArgs, RollbackArgs};
use crate::cli::{Ending, show};
use crate::error::Failure;
use crate::model::definition::Definition;
use crate::model::gate;
use crate::model::state::Lives;
use crate::model::version::{Earlier, earlier};
use crate::plan::ask::Deed;
use crate::report;

/// Which workloads the gates are of: one plan for all of them.
pub fn gates(chain: &mut Chain<'_>, args: &DecideArgs, approve: bool) -> Result<Wanted, Failure> {
    let deed = |gates: Vec<String>| Deed::Decide { gates, approve };
    if let Some(name) = &args.workload {
        let definition = chain.session.only(&chain.engine, Some(name))?;
        return Ok(Wanted {
            parts: vec![(definition, deed(args.gates.clone()))],
            action: None,
        });
    }
    let mut parts: Vec<(Definition, Vec<String>)> = Vec::new();
    let mut left = args.gates.clone();
    for definition in chain.engine.definitions().to_vec() {
        if left.is_empty() {
            break;
        }
        let workload = chain.engine.workload(&definition, chain.session.now)?;
        let lives = Lives::new(&workload, &chain.session.rules, None);
        let open = gate::open(&lives);
        let (here, rest): (Vec<String>, Vec<String>) = left
            .into_iter()
            .partition(|id| open.iter().any(|gate| gate.gate == *id));
        left = rest;
        if !here.is_empty() {
            parts.push((definition, here));
        }
    }
    if let Some(unknown) = left.first() {
        return Err(Failure::unable(format!("no gate {unknown:?} is open")).hinted(
            "`leadtime gates` lists those that are; by step or environment only with --workload",
        ));
    }
    let parts = parts.into_iter().map(|(of, gates)| (of, deed(gates)));
    Ok(Wanted {
        parts: parts.collect(),
        action: None,
    })
}

/// The versions that were live in an environment.
pub fn earlier_list(chain: &mut Chain<'_>, args: &RollbackArgs) -> Result<Vec<Earlier>, Failure> {
    let definition = chain.session.only(&chain.engine, Some(&args.workload))?;
    let workload = chain.engine.workload(&definition, chain.session.as_of)?;
    let lives = Lives::new(&workload, &chain.session.rules, None);
    Ok(earlier(&lives, &args.environment))
}

/// Lists them.
pub fn earlier_versions(chain: &mut Chain<'_>, args: &RollbackArgs) -> Result<Ending, Failure> {
    let found = report::plan::Earlier {
        workload: args.workload.clone(),
        environment: args.environment.clone(),
        versions: earlier_list(chain, args)?,
    };
    show(chain.session, "leadtime/earlier/v1", &found, |found| {
        report::plan::earlier(found, &chain.session.style)
    })?;
    Ok(if found.versions.is_empty() {
        Ending::Found
    } else {
        Ending::Done
    })
}
