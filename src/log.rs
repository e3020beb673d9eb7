//! What the program tells of its own working, on standard error, where it is asked for with `--verbose`.

use std::borrow::Cow;
use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Makes a line fit for a terminal.
pub type Cleaning = fn(&str) -> Cow<'_, str>;

/// Starts telling: nothing, what is done (`-v`), every request (`-vv`).
pub fn start(verbose: u8, clean: Cleaning) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // What libraries tell of themselves helps nobody here, and may hold headers with credentials.
    let own = Targets::new().with_target("leadtime", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(move || Clean(clean))
        .with_ansi(false)
        .with_target(false);
    // Only ever refused where somebody listens already.
    let _known = tracing_subscriber::registry()
        .with(own)
        .with(lines)
        .try_init();
}

/// Standard error, without what a terminal would take for a control: addresses and messages come from outside.
struct Clean(Cleaning);

impl Write for Clean {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut err = io::stderr().lock();
        for line in String::from_utf8_lossy(bytes).lines() {
            writeln!(err, "{}", (self.0)(line))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
