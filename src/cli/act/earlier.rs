//! The versions that were live in an environment, for those who roll back.

use super::chain::Chain;
use crate::cli::args::RollbackArgs;
use crate::cli::{Ending, show};
use crate::error::Failure;
use crate::model::state::Lives;
use crate::model::version::{self, Earlier};
use crate::report;

/// The versions that were live in an environment.
fn versions(chain: &mut Chain<'_>, args: &RollbackArgs) -> Result<Vec<Earlier>, Failure> {
    let definition = chain.session.only(&chain.engine, Some(&args.workload))?;
    let workload = chain.engine.workload(&definition, chain.session.as_of)?;
    let lives = Lives::new(&workload, &chain.session.rules, None);
    Ok(version::earlier(&lives, &args.environment))
}

/// Lists them.
pub fn list(chain: &mut Chain<'_>, args: &RollbackArgs) -> Result<Ending, Failure> {
    let found = report::earlier::Earlier {
        workload: args.workload.clone(),
        environment: args.environment.clone(),
        versions: versions(chain, args)?,
    };
    show(chain.session, "leadtime/earlier/v1", &found, |found| {
        report::earlier::earlier(found, &chain.session.style)
    })?;
    Ok(if found.versions.is_empty() {
        Ending::Found
    } else {
        Ending::Done
    })
}
