//! How far a source is read: up to when incidents and alerts were asked for, or to which page ([`crate::connector::series`]), a row for each that was open, and the
//! names of services.

/// The name of the series of incidents and alerts.
pub const ALL: &str = "all";
/// What the keys of open incidents begin with; their ids follow.
pub const OPEN: &str = "open ";
/// What the keys of names of services begin with; their ids follow.
pub const SERVICE: &str = "service ";
