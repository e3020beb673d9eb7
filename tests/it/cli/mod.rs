//! The program from outside: the binary is started as a user starts it, in a home of its own, and only what it prints, writes and returns is looked at.

mod configuration;
mod contract;
mod dashboard;
mod demo;
mod documented;
mod killed;
mod known;
mod linked;
mod logs;
mod outside;
pub mod place;
mod proof;
mod reasons;
mod repository;
mod sources;
mod terminal;
mod window;
