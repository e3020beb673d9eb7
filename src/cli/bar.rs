//! Progress on standard error, for what takes longer than a second, where somebody looks.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::sync::Listener;
use crate::connector::Progress;
use crate::report::text;

/// What is done sooner is not shown.
const PATIENCE: Duration = Duration::from_secs(1);

fn style(total: bool) -> ProgressStyle {
    let template = if total {
        "{msg:32!} {bar:30} {human_pos}/{human_len} {eta} left"
    } else {
        "{msg:32!} {spinner} {human_pos}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One thing that is done.
pub struct Bar {
    drawn: ProgressBar,
    since: Instant,
    show: bool,
}

impl Bar {
    #[must_use]
    pub fn new(what: &'static str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_message(what);
        Self {
            drawn: bar,
            since: Instant::now(),
            show: !quiet && std::io::stderr().is_terminal(),
        }
    }

    pub fn at(&self, done: u64, total: Option<u64>) {
        if !self.show || self.since.elapsed() < PATIENCE {
            return;
        }
        if self.drawn.is_hidden() {
            self.drawn
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            self.drawn.set_style(style(total.is_some()));
        }
        if let Some(total) = total {
            self.drawn.set_length(total);
        }
        self.drawn.set_position(done);
    }

    pub fn end(&self) {
        self.drawn.finish_and_clear();
    }
}

/// A bar for each source that is read.
pub struct Bars {
    all: MultiProgress,
    of: Mutex<BTreeMap<String, ProgressBar>>,
    since: Instant,
    show: bool,
}

impl Bars {
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            of: Mutex::default(),
            since: Instant::now(),
            show: !quiet && std::io::stderr().is_terminal(),
        }
    }

    /// Takes the bars away.
    pub fn end(&self) {
        // A terminal that is gone needs no clearing.
        let _gone = self.all.clear();
    }
}

impl Listener for Bars {
    fn progress(&self, source: &str, progress: &Progress) {
        if !self.show || self.since.elapsed() < PATIENCE {
            return;
        }
        if self.all.is_hidden() {
            self.all
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        let mut bars = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars
            .entry(source.to_owned())
            .or_insert_with(|| self.all.add(ProgressBar::no_length()));
        bar.set_style(style(progress.total.is_some()));
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_message(text::clean(&format!("{source}: {}", progress.what)).into_owned());
        bar.set_position(progress.done);
    }
}
