//! `leadtime demo`: a generated organisation, shown or written.

use std::io::{BufWriter, Write};

use super::Ending;
use super::args::{DemoArgs, Global};
use super::bar::Bar;
use super::{dashboard, whole};
use crate::app::file;
use crate::clock;
use crate::demo::Organisation;
use crate::error::Failure;
use crate::event::cdevents;

pub fn run(global: &Global, args: &DemoArgs) -> Result<Ending, Failure> {
    if !args.export {
        if !args.dashboard.plain && !dashboard::is_possible(global) {
            return Err(Failure::usage("the dashboard needs a terminal")
                .hinted("--export writes the events, --plain prints a view as text"));
        }
        return dashboard::demonstrate(global, args);
    }
    let until = args
        .until
        .or(global.as_of)
        .map_or_else(clock::now, |moment| {
            moment.resolve(clock::now(), chrono_tz::Tz::UTC)
        });
    let organisation = Organisation::new(args.seed, args.size(), until);
    if let Some(file) = &args.config_out {
        file::write(file, |out| {
            Ok(out.write_all(organisation.configuration().as_bytes()))
        })?;
    }
    let bar = Bar::new("making up events", global.quiet);
    let written = match &args.output {
        Some(file) => whole::write(file, |out| Ok(write(&organisation, out, &bar))),
        None => match write(
            &organisation,
            BufWriter::new(std::io::stdout().lock()),
            &bar,
        ) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::unable(format!("standard output: {error}")))
            }
            _ => Ok(()),
        },
    };
    bar.end();
    written.map(|()| Ending::Done)
}

fn write(organisation: &Organisation, mut out: impl Write, bar: &Bar) -> std::io::Result<()> {
    for (number, event) in (0u64..).zip(organisation.events()) {
        writeln!(out, "{}", cdevents::write(&event))?;
        if number % 8_192 == 0 {
            bar.at(number, None);
        }
    }
    out.flush()
}
