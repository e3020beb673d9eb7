//! `leadtime confirm`: the second person.

use super::chain::Chain;
use crate::app::acting::carry::call_off;
use crate::cli::Ending;
use crate::cli::args::ConfirmArgs;
use crate::cli::session::Session;
use crate::error::Failure;

pub fn run(session: &Session, args: &ConfirmArgs) -> Result<Ending, Failure> {
    let mut chain = Chain::new(session, &args.act)?;
    if args.call_off {
        let text = args.act.comment.clone().unwrap_or_default();
        call_off(&mut chain.acting, &args.action, text)?;
        session.say("called off; nothing was done");
        return Ok(Ending::Done);
    }
    chain.second(&args.action)
}
