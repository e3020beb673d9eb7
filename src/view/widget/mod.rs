//! Small drawings that several pages use.

pub mod leaf;
pub mod columns;
pub mod facts;
pub mod spark;
pub mod waterfall;
