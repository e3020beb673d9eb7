//! What was told of each component: a row for each, with a digest of it.

/// What the keys of rows begin with; `<namespace>/<name>` follows.
pub const TOLD: &str = "told ";
