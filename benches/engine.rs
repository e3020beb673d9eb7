//! What is measured of the engine.

fn main() {}
