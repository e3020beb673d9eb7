//! cli

pub mod args;
pub mod moment;
