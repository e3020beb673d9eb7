//! How far a source is read: up to when change requests were asked for, or to which page ([`crate::connector::series`]), and a row for each whose gate was open.

/// The name of the series of change requests.
pub const ALL: &str = "all";
/// What the keys of open change requests begin with; their ids follow.
pub const OPEN: &str = "open ";
