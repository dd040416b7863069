//! Work in progress: becomes modules of main.rs.
mod support;
#[path = "store/mod.rs"]
mod store;
#[path = "api/races.rs"]
mod races;
#[path = "api/crowd.rs"]
mod crowd;
#[path = "api/ledger.rs"]
mod ledger;
#[path = "api/orders.rs"]
mod orders;
#[path = "api/tasks.rs"]
mod tasks;
#[path = "api/stream.rs"]
mod stream;
#[path = "api/servers.rs"]
mod servers;
#[path = "api/texts.rs"]
mod texts;
