//! The one test binary.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]
#![expect(
    clippy::cloned_ref_to_slice_refs,
    clippy::cmp_owned,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::needless_pass_by_value,
    clippy::redundant_closure_for_method_calls,
    clippy::semicolon_if_nothing_returned,
    clippy::similar_names,
    clippy::single_match_else,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    clippy::type_complexity,
    clippy::unnecessary_debug_formatting,
    clippy::unnecessary_wraps,
    clippy::used_underscore_binding,
    reason = "a test is read from its top to its end, and says what it is about at length"
)]

mod acting;
mod alertmanager;
mod architecture;
mod argocd;
mod backstage;
mod beside;
mod bitbucket;
mod buildbot;
mod buildkite;
mod cdevents;
mod circleci;
mod cli;
mod command;
mod configs;
mod conformance;
mod demo;
mod demonstration;
mod events;
mod followed;
mod git;
mod gitea;
mod github;
mod gitlab;
mod harbor;
mod heroku;
mod inbox_and_matrix;
mod jenkins;
mod jira;
mod kargo;
mod keys;
mod kubernetes;
mod laws;
mod netlify;
mod oci;
mod opsgenie;
mod pagerduty;
mod peers;
mod probe;
mod published;
mod reach;
mod receiving;
mod recipes;
mod reports;
mod scans;
mod screen;
mod screens;
mod screenshots;
mod servicenow;
mod sqlite_files;
mod stores;
mod support;
mod swap;
mod themes;
mod worker;
