//! The list of connectors.
