//! The program: what it does is in the library.

use std::process::ExitCode;

/// Many small things live as long as the answer: an allocator made for that is a fifth faster here than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider of TLS for all; a second call is refused, and harmless.
    let _known = rustls::crypto::aws_lc_rs::default_provider().install_default();
    leadtime::cli::run()
}
