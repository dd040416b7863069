//! Work in progress: becomes modules of main.rs.
mod support;
#[path = "web/host/mod.rs"]
mod host;
