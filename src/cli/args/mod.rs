//! The whole command line, as types. Nothing is done here: dates and lengths are read but not yet resolved, names are not yet looked up.

mod acting;
mod dashboard;
mod figures;
mod import;
mod upkeep;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};

use super::moment::{self, Moment};
use crate::event::time::Span;
use crate::report::ColourChoice;
pub use acting::{
    ActArgs, Again, AuditArgs, ConfirmArgs, DecideArgs, HoldArgs, MarkArgs, MarkWord, PromoteArgs,
    RespondArgs, RetryArgs, RollbackArgs,
};
pub use dashboard::{DashboardArgs, DemoArgs};
pub use figures::{
    By, Calendar, CheckArgs, DoraArgs, EnvArgs, GatesArgs, MapArgs, NotesArgs, ProofArgs, WhereArgs,
};
pub use import::{Format, ImportArgs};
pub use upkeep::{
    CollectArgs, CompletionsArgs, DoctorArgs, ExportArgs, InitArgs, ManArgs, SyncArgs,
};

const ABOUT: &str = "Where is my change, and what is it waiting on?";

const LONG_ABOUT: &str = "\
Where is my change, and what is it waiting on?

leadtime gathers what git hosts, CI systems, registries, scanners, deployers and incident tools say, lays it on each workload's \
path to production, and tells where changes are and where their time goes.

Without a command it draws the value-stream map of the git repository that you stand in.";

const AFTER: &str = "\
Examples:
  leadtime                          the map of this repository
  leadtime where 1f3c9ab            where a commit is, and what it waits on
  leadtime map checkout --since 90d
  leadtime dora --json | jq '.workloads[].change_lead_time'
  leadtime env --as-of 2026-03-02T14:10:00Z      what ran where then

Times (TIME) are RFC 3339, a date (its midnight in the configured zone), or how long ago: 3d, 2h, 45m.

Exit codes:
  0  done
  1  found something: a gate is open, a change is on its way, the doctor has advice
  2  the command line is wrong
  3  could not: no such file, source out of reach, nothing known of it";

/// What was typed.
#[derive(Clone, Debug, Parser)]
#[command(name = "leadtime", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER, after_help = "Examples and exit codes: leadtime --help")]
#[command(max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub dashboard: DashboardArgs,
    /// None: the dashboard, or the map of this repository where there is no terminal.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Write one JSON object to standard output instead of text
    #[arg(long, global = true)]
    pub json: bool,

    /// Look at things as they were at this time
    #[arg(long, global = true, value_name = "TIME")]
    pub as_of: Option<Moment>,

    /// Know no more than what had arrived by this time; as of it, where --as-of says no other
    #[arg(long, global = true, value_name = "TIME")]
    pub as_known: Option<Moment>,

    /// The configuration's file.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(
        help = "Configuration; default: $LEADTIME_CONFIG, then the nearest leadtime.toml from here upwards, then the user's own"
    )]
    pub config: Option<PathBuf>,

    /// Where the log of events is kept: sqlite:PATH
    #[arg(long, global = true, value_name = "URL")]
    pub db: Option<String>,

    /// When to colour; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    #[arg(help = "When to colour: auto (on a terminal, unless NO_COLOR is set), always, never")]
    pub color: ColourChoice,

    /// Columns to draw in; default: the terminal's, 100 where there is none
    #[arg(long, global = true, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub width: Option<u16>,

    /// Do nothing in any tool, and take in nothing but what sources tell
    #[arg(long, global = true)]
    pub read_only: bool,

    /// Say nothing but the result
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say what is done; twice: every request
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The stretch of time that figures speak of.
#[derive(Clone, Debug, Default, Args)]
pub struct WindowArgs {
    /// Count from this time on
    #[arg(long, value_name = "TIME")]
    pub from: Option<Moment>,

    /// Count up to this time, without it; default: now, or --as-of
    #[arg(long, value_name = "TIME")]
    pub to: Option<Moment>,

    /// Count so far back from the end, as 30d; default: the configured window
    #[arg(long, value_name = "LENGTH", conflicts_with = "from", value_parser = moment::span)]
    pub since: Option<Span>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Where a commit, change, ticket, version or digest is, and what it waits on
    Where(WhereArgs),
    /// The value-stream map of a workload: where its lead time goes
    Map(MapArgs),
    /// The five DORA metrics
    Dora(DoraArgs),
    /// What runs where
    Env(EnvArgs),
    /// Open gates, worst first, with the evidence for a decision
    Gates(GatesArgs),
    /// What ships next, or what lies between two versions, as Markdown
    Notes(NotesArgs),
    /// Proof of delivery: what ran where at an instant, since when, by whose decision, on what evidence
    Proof(ProofArgs),
    /// Whether what is live in production went the way that its path asks for
    Check(CheckArgs),
    /// Decide gates: yes
    Approve(DecideArgs),
    /// Decide gates: no
    Reject(DecideArgs),
    /// Bring a version to an environment
    Promote(PromoteArgs),
    /// Bring an earlier version back, and hold the environment there
    Rollback(RollbackArgs),
    /// Run a run again, stop it, or let it go on
    Retry(RetryArgs),
    /// Keep an environment as it is
    Hold(HoldArgs),
    /// Let it go again
    Release(HoldArgs),
    /// Take an incident on, in the tool that tells of it
    Acknowledge(RespondArgs),
    /// Say there that an incident is over
    Resolve(RespondArgs),
    /// Declare something of an incident or a deployment
    Mark(MarkArgs),
    /// Agree as the second person
    Confirm(ConfirmArgs),
    /// The journal of what was done from leadtime
    Audit(AuditArgs),
    /// Read every source once, newest facts first
    Sync(SyncArgs),
    /// Read every source again and again, and take what tools push
    Collect(CollectArgs),
    /// Read CDEvents from files into the log
    Import(ImportArgs),
    /// Write the log as CDEvents, a line each
    Export(ExportArgs),
    /// Check sources, clocks, configuration, and events that could not be linked
    Doctor(DoctorArgs),
    /// Look at this repository and its host, and write leadtime.toml
    Init(InitArgs),
    /// Make up an organisation and its events, to try things on
    Demo(DemoArgs),
    /// Write completions for a shell
    Completions(CompletionsArgs),
    /// Write the manual pages
    Man(ManArgs),
}

/// The command line as clap sees it, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_is_read() {
        let lines = [
            "leadtime",
            "leadtime --json --as-of 2026-03-02 --config a.toml --db sqlite:a.db --color never --width 80 -q",
            "leadtime where 1f3c9ab --json -vv",
            "leadtime map",
            "leadtime map checkout --from 2026-01-01 --to 3d --changes --statistic p85",
            "leadtime dora a b --by team --deployments --changes --incidents --since 30d --levels 2024 --environment production",
            "leadtime env a b --as-of 2h",
            "leadtime gates a --mine",
            "leadtime notes a --to staging",
            "leadtime notes a --between v1 v2",
            "leadtime proof a --in production --at 2026-03-02",
            "leadtime proof --in staging --text --as-of 2h",
            "leadtime check a b",
            "leadtime sync gh --since 1w",
            "leadtime collect --listen 127.0.0.1:8477",
            "leadtime import a.jsonl - --format cdevents",
            "leadtime export --since 30d -o out.jsonl",
            "leadtime doctor gh --offline",
            "leadtime init --yes --force",
            "leadtime init --print",
            "leadtime demo --export --seed 7 --workloads 3 --events 1000 --days 30 --until 2026-01-01 --output a --config-out b",
            "leadtime approve 47/production cab --workload a --comment ok --dry-run --curl",
            "leadtime reject 47/production -m no --yes",
            "leadtime promote a --to production --version v2 --override freeze --confirm a --wait",
            "leadtime rollback a --in production --list",
            "leadtime rollback a --in production --to v1 --confirm a --no-sync",
            "leadtime retry 47 --what failed --workload a -y",
            "leadtime hold a --in production -m why",
            "leadtime release a --in production --read-only",
            "leadtime acknowledge INC-1 -m on-it --dry-run",
            "leadtime resolve INC-1 --workload a --comment live --yes --wait",
            "leadtime mark incident-link INC-1 --deployment d --workload a",
            "leadtime confirm 2026 --confirm a",
            "leadtime confirm 2026 --call-off",
            "leadtime audit 2026 --verify --head 4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a",
            "leadtime completions zsh",
            "leadtime man --out man",
        ];
        for line in lines {
            if let Err(problem) = parse(line) {
                panic!("{line}: {problem}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let lines = [
            "leadtime nope",
            "leadtime where",
            "leadtime import",
            "leadtime -q -v map",
            "leadtime --width 10",
            "leadtime --as-of yesterday",
            "leadtime map --since 30d --from 2026-01-01",
            "leadtime init --print --yes",
            "leadtime promote a",
            "leadtime promote a --to p --dry-run --yes",
            "leadtime audit --head 4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a4f3a",
            "leadtime audit --verify --head 4f3a",
            "leadtime dora --by person",
            "leadtime dora --levels 24",
        ];
        for line in lines {
            let problem = parse(line).map(|_| ()).unwrap_err();
            assert_eq!(problem.exit_code(), 2, "{line}");
        }
    }
}
