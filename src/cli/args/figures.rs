//! What the commands that tell figures take: `where`, `map`, `dora`, `env`, `gates`, `notes`, `proof`, `check`.

use clap::{Args, ValueEnum};

use super::{Moment, WindowArgs};
use crate::report::Statistic;

/// Arguments of `where`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  leadtime where 1f3c9ab        a commit, from 7 digits on
  leadtime where HEAD           the commit that you stand on
  leadtime where '#412'         a change; PR-412 is the same
  leadtime where PAY-1203       a ticket
  leadtime where v2.41.0        a version or tag

Exits with 0 when all of it is live in production but what was given up, 1 while some is on its way or was rolled back, 3 when nothing is known of it.")]
pub struct WhereArgs {
    /// Commit, change, ticket, tag, version or digest
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// Arguments of `map`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime map                       this repository's workload
  leadtime map checkout --since 90d --statistic p85
  leadtime map checkout --changes    with the changes behind it
  leadtime map --calendar business   in hours that the business is open")]
pub struct MapArgs {
    /// Workload; default: that of the repository that you stand in
    #[arg(value_name = "WORKLOAD")]
    pub workload: Option<String>,

    #[command(flatten)]
    pub window: WindowArgs,

    /// List the changes behind the map
    #[arg(long)]
    pub changes: bool,

    /// How the time of a step is told: p50 (the median) or p85
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub statistic: Statistic,

    /// By which clock time is counted: wall, or business (the hours of `metrics.calendar`)
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub calendar: Calendar,
}

/// By which clock a map is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Calendar {
    #[default]
    Wall,
    Business,
}

/// What metrics are pooled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    Team,
    Path,
}

/// Arguments of `dora`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime dora                              every workload, a row each
  leadtime dora checkout --deployments       with the deployments behind the figures
  leadtime dora --by team --from 2026-01-01 --to 2026-04-01

Pooling takes all deployments and changes together; it never averages averages.")]
pub struct DoraArgs {
    /// Workloads; default: all
    #[arg(value_name = "WORKLOAD")]
    pub workloads: Vec<String>,

    /// Pool by team or by path
    #[arg(long, value_enum)]
    pub by: Option<By>,

    #[command(flatten)]
    pub window: WindowArgs,

    /// The environment that delivery means; default: the configured one (production)
    #[arg(long, value_name = "ENVIRONMENT")]
    pub environment: Option<String>,

    /// List the deployments behind the figures
    #[arg(long)]
    pub deployments: bool,

    /// List the changes behind the figures
    #[arg(long)]
    pub changes: bool,

    /// List the incidents behind the figures
    #[arg(long)]
    pub incidents: bool,

    /// Name the levels of one year's DORA report, per metric
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(u16).range(2018..=2100))]
    pub levels: Option<u16>,
}

/// Arguments of `env`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime env                             every workload
  leadtime env checkout --as-of 2026-03-02 what ran where then")]
pub struct EnvArgs {
    /// Workloads; default: all
    #[arg(value_name = "WORKLOAD")]
    pub workloads: Vec<String>,
}

/// Arguments of `gates`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "Exits with 1 when any gate is open.")]
pub struct GatesArgs {
    /// Workloads; default: all
    #[arg(value_name = "WORKLOAD")]
    pub workloads: Vec<String>,

    /// Only those that you may decide
    #[arg(long)]
    pub mine: bool,
}

/// Arguments of `notes`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime notes checkout                      what would ship to production next
  leadtime notes checkout --to staging
  leadtime notes checkout --between v1.2 v1.3  what v1.3 has and v1.2 has not")]
pub struct NotesArgs {
    /// Workload; default: that of the repository that you stand in
    #[arg(value_name = "WORKLOAD")]
    pub workload: Option<String>,

    /// The environment that it would ship to; default: production
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with = "between")]
    pub to: Option<String>,

    /// Two versions, the older one first
    #[arg(long, value_names = ["OLDER", "NEWER"], num_args = 2)]
    pub between: Vec<String>,
}

/// Arguments of `proof`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime proof checkout --in production > proof.md      what runs there now, as Markdown
  leadtime proof checkout --in production --text --at 2026-03-02T14:10:00Z

What speaks for the version is told as it stood at that instant; its end, and the incidents, as they are known now, or by --as-of. What is not known is told as not known.")]
pub struct ProofArgs {
    /// Workload; default: that of the repository that you stand in
    #[arg(value_name = "WORKLOAD")]
    pub workload: Option<String>,

    /// The environment that it ran in
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    pub environment: String,

    /// The instant that is asked about; default: now, or --as-of
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,

    /// Write text to be read in a terminal; default: Markdown
    #[arg(long)]
    pub text: bool,
}

/// Arguments of `check`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime check              every workload
  leadtime check checkout     in its pipeline, after a release

Exits with 0 when the evidence of every step is there and nothing is wrong with the path, with 1 otherwise.")]
pub struct CheckArgs {
    /// Workloads; default: all
    #[arg(value_name = "WORKLOAD")]
    pub workloads: Vec<String>,
}
