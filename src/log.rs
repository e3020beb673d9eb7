//! What the program tells of its own working, on standard error, where it is asked for with `--verbose`.

use tracing_subscriber::filter::LevelFilter;

/// Starts telling: nothing, what is done (`-v`), every request (`-vv`).
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // Only ever refused where somebody listens already.
    let _known = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}
