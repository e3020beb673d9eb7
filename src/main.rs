//! The program: what it does is in the library.

use std::process::ExitCode;

/// Models are many small pieces, made and let go together: a tenth to a third quicker than by the system's allocator.
/// It asks for no huge pages (`no_thp`): with them the median is quicker by a fifth, but memory is a tenth to a quarter more, and where many pages have to be
/// cleared the same command takes twice the time now and then.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider of TLS for all; a second call is refused, and harmless.
    let _known = rustls::crypto::aws_lc_rs::default_provider().install_default();
    leadtime::cli::run()
}
