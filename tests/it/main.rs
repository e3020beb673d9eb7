//! The one test binary.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

mod acting;
mod architecture;
mod argocd;
mod beside;
mod cdevents;
mod cli;
mod command;
mod configs;
mod demo;
mod events;
mod git;
mod github;
mod gitlab;
mod inbox_and_matrix;
mod keys;
mod laws;
mod oci;
mod peers;
mod published;
mod reports;
mod screen;
mod screens;
mod screenshots;
mod sqlite_files;
mod stores;
mod support;
mod themes;
mod worker;
