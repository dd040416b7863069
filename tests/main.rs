//! The integration tests, in one binary: one link, one PostgreSQL, one driver for all of them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by failing"
)]

mod api;
mod cli;
mod model;
mod services;
mod store;
mod support;
mod web;
