//! Work in progress: becomes modules of main.rs.
mod support;
#[path = "web/flow.rs"]
mod flow;
#[path = "web/access.rs"]
mod access;
#[path = "web/budget.rs"]
mod budget;
#[path = "web/document.rs"]
mod document;
#[path = "web/mishaps.rs"]
mod mishaps;
