//! What several tests share: doubles of the tools that leadtime reads, and a sink that remembers.

pub mod github;
pub mod kept;
