//! The fleet.

use super::{demo, pictures};

#[test]
fn a_generated_organisation() {
    pictures("fleet", &mut demo(12, 3_000));
}
