//! What the dashboard takes, and the demonstration that is shown in it.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::moment::Moment;
use crate::demo::Size;

/// Arguments of the dashboard.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Dashboard")]
pub struct DashboardArgs {
    /// The view to begin with: fleet, map, changes, gates, environments, metrics and so on
    #[arg(long, value_name = "VIEW")]
    pub view: Option<String>,

    /// Print the view as text, for a screen reader or a pipe
    #[arg(long)]
    pub plain: bool,

    /// Its colours: terminal, dark, light, high-contrast, colour-blind, mono
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,

    /// Begin armed: leadtime may act, until nobody pressed a key for some minutes
    #[arg(long)]
    pub armed: bool,

    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
}

impl DashboardArgs {
    /// A view that is named is printed where there is no terminal to show it on.
    pub fn print_what_is_named(&mut self) {
        self.plain |= self.view.is_some();
    }
}

/// Arguments of `demo`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  leadtime demo --export --output demo.jsonl --config-out demo.toml
  leadtime --config demo.toml --db sqlite:demo.db import demo.jsonl

The same seed, sizes and end give the same events.")]
pub struct DemoArgs {
    /// Write the events as CDEvents, a line each
    #[arg(
        long,
        help = "Write the events as CDEvents, a line each, instead of showing them"
    )]
    pub export: bool,

    #[command(flatten)]
    pub dashboard: DashboardArgs,

    /// What chance begins with
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// How many workloads
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub workloads: u32,

    /// How many events, about; default: what the days bring
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,

    /// How many days
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,

    /// When the last day ends, which is when the dashboard begins; default: now, in the dashboard the last working morning
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,

    /// Write the events to this file instead of standard output
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Write the configuration that fits them to this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config_out: Option<PathBuf>,
}

/// Events of one workload in one day, in the usual organisation.
const USUAL: f64 = 6_000.0 / (12.0 * 90.0);

impl DemoArgs {
    /// As `leadtime demo` without more.
    #[must_use]
    pub fn usual(dashboard: &DashboardArgs) -> Self {
        Self {
            export: false,
            dashboard: dashboard.clone(),
            seed: 1,
            workloads: 12,
            events: None,
            days: 90,
            until: None,
            output: None,
            config_out: None,
        }
    }

    /// How large it is asked to be.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            workloads: self.workloads as usize,
            events: self.events.unwrap_or_else(|| self.usual_events()),
            days: self.days,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    fn usual_events(&self) -> u64 {
        (f64::from(self.workloads) * f64::from(self.days) * USUAL).round() as u64
    }
}
