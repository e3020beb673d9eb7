//! Small drawings that several pages use.

pub mod cells;
pub mod columns;
pub mod facts;
pub mod leaf;
pub mod reading;
pub mod spark;
pub mod waterfall;
