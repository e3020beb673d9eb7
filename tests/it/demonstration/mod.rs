//! The demonstration: a change runs from its commit to production over tools that are processes of their own, with a gate in three of them; it is watched and
//! let go on in the dashboard, while each part is killed and started again.

mod code;
mod company;
mod doubt;
mod happen;
mod parts;
mod past;
mod process;
mod registry;
mod tools;
mod watch;
mod whole;
