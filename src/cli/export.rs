//! `leadtime export`.

use std::io::{BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;

use super::Ending;
use super::args::{ExportArgs, WindowArgs};
use super::session::Session;
use super::whole;
use crate::error::Failure;
use crate::event::cdevents;
use crate::event::time::{Span, Timestamp};
use crate::report::figure;
use crate::report::json::harmless;
use crate::store::Store;

pub fn run(session: &Session, args: &ExportArgs) -> Result<Ending, Failure> {
    let asked = session.asked_window(&WindowArgs {
        from: args.from,
        to: args.to,
        since: args.since,
    })?;
    let begins = args.from.is_some() || args.since.is_some();
    let (from, to) = match asked {
        Some(window) if begins => (window.from, window.to),
        Some(window) if args.to.is_some() => (Timestamp::MIN, window.to),
        _ => (Timestamp::MIN, Timestamp::MAX),
    };
    // As of an instant: what had happened by then.
    let to = if session.as_of == session.now {
        to
    } else {
        to.min(session.as_of + Span::from_micros(1))
    };
    let store = session.known(session.log(false)?)?;
    let Some(file) = &args.output else {
        let mut out = std::io::stdout().lock();
        // As it was kept, byte for byte, unless somebody looks.
        let looked_at = out.is_terminal();
        let out = &mut BufWriter::new(&mut out);
        let result = write(&*store, (from, to), looked_at, out);
        return match result? {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::unable(format!("standard output: {error}")))
            }
            _ => Ok(Ending::Done),
        };
    };
    let count = whole::write(file, |out| write(&*store, (from, to), false, out))?;
    let events = figure::whole(count, "event");
    session.say(&format!("{events} written to {}", file.display()));
    Ok(Ending::Done)
}

fn write(
    store: &dyn Store,
    (from, to): (Timestamp, Timestamp),
    looked_at: bool,
    out: &mut dyn Write,
) -> Result<std::io::Result<u64>, Failure> {
    let all = from == Timestamp::MIN && to == Timestamp::MAX;
    let mut failed = None;
    let mut count = 0;
    store.read_after(0, &mut |_, _, body| {
        let wanted =
            all || cdevents::read(body).is_ok_and(|event| from <= event.at && event.at < to);
        if wanted {
            count += 1;
            let body = if looked_at {
                harmless(body)
            } else {
                body.into()
            };
            if let Err(error) = writeln!(out, "{body}") {
                failed = Some(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(match failed {
        Some(error) => Err(error),
        None => out.flush().map(|()| count),
    })
}
