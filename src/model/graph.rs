//! The commit graph.
