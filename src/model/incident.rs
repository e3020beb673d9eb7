//! Which incident belongs to which deployment.
