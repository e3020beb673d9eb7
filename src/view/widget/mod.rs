//! Small drawings that several pages use.

pub mod columns;
pub mod spark;
