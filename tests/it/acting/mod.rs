//! Acting, from what is asked to the proof that it was done: by commands as a user types them, and through crashes at every step.

mod answers;
mod commands;
mod keyboard;
mod killed;
mod marks;
mod panics;
mod plans;
mod unseen;
mod whose;
