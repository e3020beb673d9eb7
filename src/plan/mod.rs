//! What is meant into what exactly would be done. Pure.

pub mod request;
