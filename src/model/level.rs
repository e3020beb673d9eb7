//! DORA's answer scale, Quick Check scores and named levels.
