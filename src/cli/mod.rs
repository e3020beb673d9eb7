//! The engine without a screen: one file for each command. A command reads what was typed, asks the engine, and prints a report or JSON; no figure is
//! computed here.

mod act;
pub mod args;
mod audit;
mod bar;
mod check;
mod collect;
mod completions;
mod dashboard;
mod demo;
pub mod doctor;
mod dora;
mod environments;
mod export;
mod feeds;
mod files;
mod gates;
mod hint;
mod import;
mod init;
mod map;
pub mod moment;
mod notes;
mod proof;
mod recall;
mod session;
mod sync;
mod whereabouts;
mod whole;

use std::io::{ErrorKind, Write};

use clap::Parser;
use serde::Serialize;

use crate::error::{Failure, FailureKind};
use crate::plan::request::Verb;
use crate::report::json;
use crate::report::text::clean;
use args::{Cli, Command, MapArgs};
use session::{Session, print};

/// How a command ended, for whoever called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// It found something: an open gate, a change on its way, something to mend.
    Found,
    /// It could not be done, and why has been said.
    Unable,
}

/// The exit codes of the contract.
impl From<Ending> for u8 {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => 0,
            Ending::Found => 1,
            Ending::Unable => 3,
        }
    }
}

/// Reads the command line, does it, and gives the exit code that tells how it ended.
#[must_use]
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            return refused(&error);
        }
    };
    crate::log::start(cli.global.verbose, clean);
    match dispatch(cli) {
        Ok(ending) => ending.into(),
        Err(failure) => {
            complain(&failure.to_string());
            match failure.kind {
                FailureKind::Usage => 2,
                FailureKind::Unable => 3,
            }
        }
    }
}

/// Says why the command line cannot be followed, or what it asks to be told of itself: help and version come this way too, with code 0.
fn refused(error: &clap::Error) -> u8 {
    let mut typed = std::env::args_os();
    if typed.all(|typed| typed.to_str().is_some_and(|typed| clean(typed) == typed)) {
        // Nothing can be done where nobody reads it.
        if let Err(failed) = error.print()
            && failed.kind() != ErrorKind::BrokenPipe
            && !error.use_stderr()
        {
            complain(&format!("leadtime: standard output: {failed}"));
            return Ending::Unable.into();
        }
    } else {
        complain(&error.render().to_string());
    }
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Tells what is wrong, also where what was typed stands in it.
fn complain(text: &str) {
    let mut err = std::io::stderr().lock();
    for line in text.lines() {
        let _gone = writeln!(err, "{}", clean(line));
    }
}

/// Refuses to write JSON where what is written has a form of its own.
fn must_have_json(cli: &Cli) -> Result<(), Failure> {
    let what = match &cli.command {
        None if cli.dashboard.plain => "a view as text",
        Some(Command::Demo(args)) if args.dashboard.plain && !args.export => "a view as text",
        Some(Command::Completions(_)) => "completions",
        Some(Command::Man(_)) => "a manual page",
        Some(Command::Init(args)) if args.print => "a configuration",
        _ => return Ok(()),
    };
    if cli.global.json {
        return Err(
            Failure::usage(format!("{what} cannot be written as JSON")).hinted("leave --json out")
        );
    }
    Ok(())
}

fn dispatch(mut cli: Cli) -> Result<Ending, Failure> {
    if !dashboard::is_possible(&cli.global) {
        cli.dashboard.print_what_is_named();
        if let Some(Command::Demo(args)) = &mut cli.command {
            args.dashboard.print_what_is_named();
        }
    }
    must_have_json(&cli)?;
    let global = &cli.global;
    let Some(command) = cli.command else {
        if cli.dashboard.plain || dashboard::is_possible(global) {
            return dashboard::run(global, &cli.dashboard);
        }
        return map::run(&Session::new(global)?, &MapArgs::default()).map_err(hint::or_plain);
    };
    match command {
        Command::Completions(args) => completions::shell(&args),
        Command::Man(args) => completions::man(&args),
        Command::Demo(args) => demo::run(global, &args),
        Command::Init(args) => init::run(global, &args),
        Command::Where(args) => whereabouts::run(&Session::new(global)?, &args),
        Command::Map(args) => map::run(&Session::new(global)?, &args),
        Command::Dora(args) => dora::run(&Session::new(global)?, &args),
        Command::Env(args) => environments::run(&Session::new(global)?, &args),
        Command::Gates(args) => gates::run(&Session::new(global)?, &args),
        Command::Notes(args) => notes::run(&Session::new(global)?, &args),
        Command::Proof(args) => proof::run(&Session::new(global)?, &args),
        Command::Check(args) => check::run(&Session::new(global)?, &args),
        Command::Sync(args) => sync::run(&Session::new(global)?, &args),
        Command::Collect(args) => collect::run(&Session::new(global)?, &args),
        Command::Import(args) => import::run(&Session::new(global)?, &args),
        Command::Export(args) => export::run(&Session::new(global)?, &args),
        Command::Doctor(args) => doctor::run(&Session::new(global)?, &args),
        Command::Approve(args) => act::decide(&Session::new(global)?, &args, true),
        Command::Reject(args) => act::decide(&Session::new(global)?, &args, false),
        Command::Promote(args) => act::promote(&Session::new(global)?, &args),
        Command::Rollback(args) => act::rollback(&Session::new(global)?, &args),
        Command::Retry(args) => act::retry(&Session::new(global)?, &args),
        Command::Hold(args) => act::hold(&Session::new(global)?, &args),
        Command::Release(args) => act::release(&Session::new(global)?, &args),
        Command::Acknowledge(args) => {
            act::respond(&Session::new(global)?, &args, Verb::Acknowledge)
        }
        Command::Resolve(args) => act::respond(&Session::new(global)?, &args, Verb::Resolve),
        Command::Mark(args) => act::mark(&Session::new(global)?, &args),
        Command::Confirm(args) => act::confirm(&Session::new(global)?, &args),
        Command::Audit(args) => audit::run(&Session::new(global)?, &args),
    }
}

/// Prints a figure: for people as its report draws it, for programs as JSON under its schema.
fn show<T: Serialize>(
    session: &Session,
    schema: &str,
    value: &T,
    report: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    let result = if session.json {
        json::document(schema, value).map_err(|error| Failure::unable(error.to_string()))?
    } else {
        report(value)
    };
    print(&result)
}
