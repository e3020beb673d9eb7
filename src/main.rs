//! The program: what it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One provider of TLS for all; a second call is refused, and harmless.
    let _known = rustls::crypto::aws_lc_rs::default_provider().install_default();
    leadtime::cli::run()
}
