//! Other people's cases and our own, through the real door: neutral facts into CDEvents, into a log, into figures as `leadtime dora --json` gives them.
//! The peers' cases lie beside the project and are read where they are ([`shared`]); our own, one for each edge of the definitions, are written here
//! ([`own`]).

mod neutral;
mod own;
pub mod release;
mod shared;
