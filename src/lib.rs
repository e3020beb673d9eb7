//! leadtime: where is my change, and what is it waiting on?

pub mod event;

pub mod connector;

pub mod store;

pub mod fold;

pub mod model;

pub mod config;

pub mod demo;

pub mod app;

pub mod theme;

pub mod report;

pub mod cli;

pub mod clock;
pub mod error;
pub mod log;
