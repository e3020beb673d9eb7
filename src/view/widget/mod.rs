//! Small drawings that several pages use.

pub mod spark;
pub mod waterfall;
