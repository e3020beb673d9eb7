//! What the commands take that do something: whatever they do, the plan comes first, and somebody agrees to it.

use clap::{Args, ValueEnum};

/// What every command takes that does something.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Acting")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ActArgs {
    /// Why; kept in the journal, and told to the tool where it takes it
    #[arg(long, short = 'm', value_name = "TEXT")]
    pub comment: Option<String>,

    /// Set a rule aside, with a reason (--comment)
    #[arg(long = "override", value_name = "RULE")]
    pub overrides: Vec<String>,

    /// Show the plan, and do nothing
    #[arg(long, conflicts_with_all = ["yes", "confirm", "wait"])]
    pub dry_run: bool,

    /// With --dry-run: the requests as curl commands
    #[arg(long, requires = "dry_run", conflicts_with = "json")]
    pub curl: bool,

    /// Agree to the plan; where a name has to be typed, that is not enough
    #[arg(long, short)]
    pub yes: bool,

    /// Agree by the name that has to be typed: the workload's
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,

    /// Wait until an event shows that it was done
    #[arg(long)]
    pub wait: bool,

    /// Do not read the sources before
    #[arg(long)]
    pub no_sync: bool,
}

/// Arguments of `approve` and `reject`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime gates                                    which are open
  leadtime approve 4711/production --comment 'seen in staging'
  leadtime approve cab --workload checkout -m 'board of Tuesday'
  leadtime reject 4711/production -m 'metrics are off' --dry-run

Several gates are decided in one plan.")]
pub struct DecideArgs {
    /// Gates, by their ids; or by step or environment with --workload
    #[arg(value_name = "GATE", required = true)]
    pub gates: Vec<String>,

    /// The workload of the gates
    #[arg(long, value_name = "WORKLOAD")]
    pub workload: Option<String>,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `promote`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime promote checkout --to production --dry-run
  leadtime promote checkout --to production --version v2.41.0 --confirm checkout --wait
  leadtime promote checkout --to production --override freeze -m 'fix for INC-31'")]
pub struct PromoteArgs {
    /// Workload
    #[arg(value_name = "WORKLOAD")]
    pub workload: String,

    /// The environment that it is brought to
    #[arg(long, value_name = "ENVIRONMENT")]
    pub to: String,

    /// Version, tag, digest or commit; default: what runs in the environment before
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `rollback`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime rollback checkout --in production --list
  leadtime rollback checkout --in production --dry-run
  leadtime rollback checkout --in production --to v2.40.1 --confirm checkout -m 'INC-31'")]
pub struct RollbackArgs {
    /// Workload
    #[arg(value_name = "WORKLOAD")]
    pub workload: String,

    /// The environment
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    pub environment: String,

    /// The version to go back to; default: the last that did well
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,

    /// List the versions that were live there, and do nothing
    #[arg(long, conflicts_with = "to")]
    pub list: bool,

    #[command(flatten)]
    pub act: ActArgs,
}

/// How a run is run again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Again {
    #[default]
    All,
    Failed,
    Cancel,
    Resume,
}

/// Arguments of `retry`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime retry 4711 --workload checkout
  leadtime retry '#412' --workload checkout --what failed    the change's last failed run, only what failed
  leadtime retry 4711 --workload checkout --what cancel")]
pub struct RetryArgs {
    /// A run or a deployment; or a change, commit or ticket, for the last of it that failed, or that is under way
    #[arg(value_name = "RUN")]
    pub run: String,

    /// Workload; default: that of the repository that you stand in
    #[arg(long, value_name = "WORKLOAD")]
    pub workload: Option<String>,

    /// all: run it again; failed: only what failed; cancel: stop it; resume: let it go on
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub what: Again,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `hold` and `release`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime hold checkout --in production -m 'INC-31, until the fix is in'
  leadtime release checkout --in production")]
pub struct HoldArgs {
    /// Workload
    #[arg(value_name = "WORKLOAD")]
    pub workload: String,

    /// The environment
    #[arg(long = "in", value_name = "ENVIRONMENT")]
    pub environment: String,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `acknowledge` and `resolve`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime acknowledge Q1A2B3C4 -m 'on it'
  leadtime resolve Q1A2B3C4 -m 'v2.41.1 is live' --wait
  leadtime resolve Q1A2B3C4 --dry-run --curl

leadtime dora --incidents lists incidents. It is done in the tool that tells of it, where leadtime can act there: PagerDuty.")]
pub struct RespondArgs {
    /// The incident, by its id
    #[arg(value_name = "INCIDENT")]
    pub incident: String,

    /// The workload that it is of; default: the first that has it
    #[arg(long, value_name = "WORKLOAD")]
    pub workload: Option<String>,

    #[command(flatten)]
    pub act: ActArgs,
}

/// What can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MarkWord {
    /// An incident was caused by a deployment (--deployment), or by none
    IncidentLink,
    /// A deployment was not planned
    Unplanned,
    /// A deployment failed
    Failed,
    /// An incident or deployment does not count
    Ignore,
}

/// Arguments of `mark`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  leadtime mark incident-link INC-31 --deployment 8123 --workload checkout
  leadtime mark failed 8123 --workload checkout -m 'error rate'
  leadtime mark ignore INC-30 --workload checkout -m 'a drill'")]
pub struct MarkArgs {
    #[arg(value_enum, value_name = "KIND")]
    pub kind: MarkWord,

    /// The incident or deployment
    #[arg(value_name = "TARGET")]
    pub target: String,

    /// The deployment that caused the incident; default: none did
    #[arg(long, value_name = "DEPLOYMENT")]
    pub deployment: Option<String>,

    /// Workload; default: that of the repository that you stand in
    #[arg(long, value_name = "WORKLOAD")]
    pub workload: Option<String>,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `confirm`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Some steps ask for a second person: the first makes the plan and agrees, another one reads it and agrees with this.")]
pub struct ConfirmArgs {
    /// The action that waits: leadtime audit
    #[arg(value_name = "ACTION")]
    pub action: String,

    /// Call it off instead
    #[arg(long)]
    pub call_off: bool,

    #[command(flatten)]
    pub act: ActArgs,
}

/// Arguments of `audit`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  leadtime audit                      every action, the newest first
  leadtime audit 20260302T141000-4f3a its whole plan, and each step
  leadtime audit --verify             whether the journal is as it was written

Exits with 1 when the journal is not as it was written, or an action is in doubt.")]
pub struct AuditArgs {
    /// Only this action, whole
    #[arg(value_name = "ACTION")]
    pub action: Option<String>,

    /// Check that no line was altered, removed or moved
    #[arg(long)]
    pub verify: bool,

    /// With --verify: a hash that was noted elsewhere
    #[arg(long, value_name = "HASH", requires = "verify", value_parser = whole_hash)]
    pub head: Option<String>,
}

/// The hash of a line as `audit --verify` prints it: of one that was cut, nobody could say that the journal lacks it.
fn whole_hash(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a hash is 64 hexadecimal digits: give it whole, as `leadtime audit --verify` prints it".to_owned())
    }
}
