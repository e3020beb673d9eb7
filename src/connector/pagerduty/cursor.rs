//! How far a source is read: up to when incidents were asked for, or back to when ([`crate::connector::series`]), and a row for each that was open.

/// The name of the series of incidents.
pub const ALL: &str = "all";
/// What the keys of open incidents begin with.
pub const OPEN: &str = "open ";
