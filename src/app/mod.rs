//! Everything put together: the log, the fold and the model behind one [`Engine`], and what feeds it (import, sources). The command line asks the engine;
//! so will the dashboard. No figure is computed here.

pub mod acting;
pub mod ahead;
pub mod assemble;
pub mod discover;
pub mod doctor;
pub mod engine;
pub mod file;
pub mod import;
pub mod listen;
pub mod locate;
mod neighbour;
pub mod owners;
pub mod receive;
pub mod registry;
pub mod release;
pub mod reports;
pub mod silence;
pub mod sync;
pub mod ticket;

pub use engine::Engine;
