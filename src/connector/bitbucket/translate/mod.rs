//! From what Bitbucket answers to events: pure, no network and no clock. A word that is not known becomes `Other`, and is told.

pub mod change;
pub mod deployment;
pub mod pipeline;
