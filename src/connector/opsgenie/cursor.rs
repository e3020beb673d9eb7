//! How far a source is read: up to when incidents and alerts were asked for, a row for each that was open, and the names of services.

/// The row of the time up to which all was read.
pub const READ: &str = "all read";
/// What the keys of open incidents begin with; their ids follow.
pub const OPEN: &str = "open ";
/// What the keys of names of services begin with; their ids follow.
pub const SERVICE: &str = "service ";
