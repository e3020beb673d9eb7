//! What the commands around the log and the configuration take: `sync`, `collect`, `export`, `doctor`, `init`, `completions`, `man`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::Shell;

use crate::cli::moment::{self, Moment};
use crate::event::time::Span;

/// Arguments of `sync`.
#[derive(Clone, Debug, Args)]
pub struct SyncArgs {
    /// Sources, by their names in the configuration; default: all
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// How far back the first reading of a source goes; default: its `since`, else 90 days, or what the page of its kind says
    #[arg(long, value_name = "TIME")]
    pub since: Option<Moment>,
}

/// Arguments of `collect`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Runs until it is stopped. Tools push to http://ADDRESS/hooks/SOURCE; docs/receiving.md tells what to write in each.")]
pub struct CollectArgs {
    /// Where pushes are taken; default: `listen` of `receive`
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

/// Arguments of `export`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime export -o log.jsonl                   all of the log
  leadtime export --since 30d | leadtime --db sqlite:copy.db import -

Writes every event as it is kept, a line each, in the order in which they arrived; `leadtime import` makes the same log of it. --from, --to, --since and --as-of choose by when \
something happened; without them all is written. A file is written whole or not at all, over one that is there.")]
pub struct ExportArgs {
    /// Only what happened from this time on; default: all from the beginning
    #[arg(long, value_name = "TIME")]
    pub from: Option<Moment>,

    /// Only what happened before this time; default: all to the end, or with --from or --since to now, or --as-of
    #[arg(long, value_name = "TIME")]
    pub to: Option<Moment>,

    /// Only what happened so far back from the end, as 30d
    #[arg(long, value_name = "LENGTH", conflicts_with = "from", value_parser = moment::span)]
    pub since: Option<Span>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Arguments of `doctor`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "Exits with 1 when there is something to mend.")]
pub struct DoctorArgs {
    /// Sources, by their names in the configuration, of which a first page is read, too; default: all
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// Only what the log tells; ask no source
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `init`.
#[derive(Clone, Debug, Default, Args)]
pub struct InitArgs {
    /// Write without asking
    #[arg(long, short)]
    pub yes: bool,

    /// Write over a leadtime.toml that is there
    #[arg(long)]
    pub force: bool,

    /// Print what would be written, and write nothing
    #[arg(long, conflicts_with_all = ["yes", "force"])]
    pub print: bool,
}

/// Arguments of `completions`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  leadtime completions bash > ~/.local/share/bash-completion/completions/leadtime
  leadtime completions fish > ~/.config/fish/completions/leadtime.fish")]
pub struct CompletionsArgs {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Clone, Debug, Default, Args)]
pub struct ManArgs {
    /// Write a page for every command into this folder; default: the main page to standard output
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}
