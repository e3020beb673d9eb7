//! CDEvents in and out.
