//! Reading local repositories, built here by the git program with fixed dates: what is emitted, that reading in steps says the same as reading at
//! once, and what happens with everything that a folder may turn out to be.

mod act;
mod facts;
mod growth;
mod law;
mod oddities;
mod reader;
pub mod repo;
