//! What several tests share: doubles of the tools that leadtime reads, and a sink that remembers.

use leadtime::connector::descriptor::Settings;
use leadtime::connector::http::instance::{Instance, Tool};
use leadtime::connector::http::plain::Login;
use leadtime::store::{Store, StoreError};

pub mod between;
pub mod crd;
pub mod deeds;
pub mod desk;
pub mod door;
pub mod github;
pub mod gitlab;
pub mod heard;
pub mod hosting;
pub mod kept;
pub mod prism;
pub mod program;
pub mod pty;
pub mod registry;
pub mod renamed;
pub mod secret;
pub mod served;
pub mod svg;
pub mod swagger;
pub mod tls;
pub mod traced;
pub mod wild;
pub mod written;

/// Says aloud what was measured, for who asked for it with `--nocapture`.
#[expect(
    clippy::print_stderr,
    reason = "a figure is for whoever runs the tests"
)]
pub fn figure(what: &str) {
    eprintln!("measured: {what}");
}

/// An instance of a tool that nobody asks anything.
pub fn instance(tool: &'static Tool, url: &str) -> Instance {
    let settings = Settings {
        name: "t".to_owned(),
        url: Some(url.to_owned()),
        ..Settings::default()
    };
    Instance::open(&settings, tool, Login::None).unwrap()
}

/// A copy of one piece of a store's snapshot.
pub fn piece(store: &dyn Store, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
    let mut piece = None;
    store.read_piece(number, &mut |from, length| {
        from.read_exact(piece.insert(vec![0; length]))
    })?;
    Ok(piece)
}

/// Says aloud that a part of a test is left out, since what it needs is absent.
#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
pub fn left_out(what: &str) {
    eprintln!("left out: {what}");
}
