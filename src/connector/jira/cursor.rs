//! How far a source is read: up to when issues were asked for, and a row for each of which an approval was open.

/// The row of the time up to which all was read.
pub const READ: &str = "all read";
/// What the keys of rows of issues with an open approval begin with; the issues' keys follow. They hold the ids of these approvals.
pub const OPEN: &str = "open ";
