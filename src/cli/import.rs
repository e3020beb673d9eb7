//! `leadtime import`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Ending;
use super::args::ImportArgs;
use super::bar::Bar;
use super::session::Session;
use crate::app::assemble;
use crate::app::import::{Imported, import};
use crate::error::Failure;

/// Bad lines of one file that are told one by one.
const MOST_TOLD: usize = 20;

pub fn run(session: &Session, args: &ImportArgs) -> Result<Ending, Failure> {
    // Everything is opened before anything is kept.
    let inputs = args
        .files
        .iter()
        .map(|file| open(file))
        .collect::<Result<Vec<_>, _>>()?;
    let mut store = assemble::open_log(&session.log)?;
    let mut all = Imported::default();
    for (file, (input, length)) in args.files.iter().zip(inputs) {
        let read = AtomicU64::new(0);
        let bar = Bar::new("importing", session.quiet);
        let counted = Counted { input, read: &read };
        let mut told = 0;
        let buffered = BufReader::with_capacity(1 << 20, counted);
        let done = import(
            buffered,
            &mut store,
            session.now,
            |problem| {
                told += 1;
                if told <= MOST_TOLD {
                    session.complain(&format!("{}: {problem}", file.display()));
                }
            },
            || bar.at(read.load(Ordering::Relaxed), length),
        )?;
        bar.end();
        if told > MOST_TOLD {
            session.complain(&format!(
                "{}: {} more bad lines",
                file.display(),
                told - MOST_TOLD
            ));
        }
        all.new += done.new;
        all.known += done.known;
        all.bad += done.bad;
    }
    session.open(store)?;
    session.say(&format!(
        "{} new, {} known already, {} bad",
        all.new, all.known, all.bad
    ));
    Ok(if all.bad > 0 {
        Ending::Found
    } else {
        Ending::Done
    })
}

type Input = (Box<dyn Read + Send>, Option<u64>);

fn open(file: &Path) -> Result<Input, Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let opened = File::open(file).map_err(|error| Failure::of_file(file, &error))?;
    let about = opened
        .metadata()
        .map_err(|error| Failure::of_file(file, &error))?;
    if about.is_dir() {
        return Err(Failure::unable(format!("{} is a folder", file.display()))
            .hinted("name the files in it"));
    }
    Ok((Box::new(opened), about.is_file().then_some(about.len())))
}

/// Counts what is read, for the progress.
struct Counted<'a> {
    input: Box<dyn Read + Send>,
    read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}
