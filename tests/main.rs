//! The integration tests, in one binary: one link, one PostgreSQL, one driver for all of them.

mod api;
mod cli;
mod store;
mod support;
mod web;
