//! How far a source is read: a series of builds for each list, and a row for each build that has not ended, with its gates that wait ([`crate::connector::series`]).

/// So many builds that have not ended are looked at one by one in a reading, the newest first: builds that nobody unblocks stay forever. The others are seen when
/// they end.
pub const OPEN: usize = 100;
