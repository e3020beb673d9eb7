//! `leadtime export`.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

use super::Ending;
use super::args::ExportArgs;
use super::session::Session;
use crate::app::assemble;
use crate::error::Failure;
use crate::event::cdevents;
use crate::event::time::Timestamp;
use crate::store::Store;

pub fn run(session: &Session, args: &ExportArgs) -> Result<Ending, Failure> {
    let window = &args.window;
    let bounded = window.from.is_some() || window.to.is_some() || window.since.is_some();
    let (from, to) = match session.asked_window(window)? {
        Some(window) if bounded => (window.from, window.to),
        _ => (Timestamp::MIN, Timestamp::MAX),
    };
    // As of an instant: what had happened by then.
    let to = if session.as_of == session.now {
        to
    } else {
        to.min(session.as_of)
    };
    let store = assemble::open_log(&session.log)?;
    let Some(file) = &args.output else {
        let result = write(
            &store,
            from,
            to,
            &mut BufWriter::new(std::io::stdout().lock()),
        );
        return match result? {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::unable(format!("standard output: {error}")))
            }
            _ => Ok(Ending::Done),
        };
    };
    // Beside its place first, so that a half-written export never looks like a whole one.
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(std::path::Path::new(".")))
        .map_err(|error| Failure::of_file(file, &error))?;
    let written = write(&store, from, to, &mut BufWriter::new(beside.as_file()))?;
    let count = written.map_err(|error| Failure::of_file(file, &error))?;
    beside
        .persist(file)
        .map_err(|error| Failure::of_file(file, &error.error))?;
    session.say(&format!("{count} events written to {}", file.display()));
    Ok(Ending::Done)
}

fn write(
    store: &dyn Store,
    from: Timestamp,
    to: Timestamp,
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
