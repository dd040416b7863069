//! Work in progress: becomes modules of main.rs.
mod support;
#[path = "store/mod.rs"]
mod store;
#[path = "api/races.rs"]
mod races;
#[path = "api/ledger.rs"]
mod ledger;
