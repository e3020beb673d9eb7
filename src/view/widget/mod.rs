//! Small drawings that several pages use.

pub mod leaf;
pub mod spark;
