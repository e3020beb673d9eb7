//! How far a source is read: up to when change requests were asked for, and a row for each whose gate was open.

/// The row of the time up to which all was read.
pub const READ: &str = "all read";
/// What the keys of open change requests begin with; their ids follow.
pub const OPEN: &str = "open ";
