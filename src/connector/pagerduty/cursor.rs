//! How far a source is read: up to when incidents were asked for, and a row for each that was open.

/// The row of the time up to which all was read.
pub const READ: &str = "all read";
/// What the keys of open incidents begin with.
pub const OPEN: &str = "open ";
