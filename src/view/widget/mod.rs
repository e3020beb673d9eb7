//! Small drawings that several pages use.

pub mod columns;
pub mod leaf;
pub mod spark;
pub mod waterfall;
