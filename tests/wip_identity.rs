//! Work in progress: becomes modules of main.rs.
mod support;
#[path = "api/identity.rs"]
mod identity;
#[path = "api/codes.rs"]
mod codes;
#[path = "api/refusals.rs"]
mod refusals;
#[path = "api/security.rs"]
mod security;
#[path = "api/sessions.rs"]
mod sessions;
#[path = "api/nasty.rs"]
mod nasty;
#[path = "api/callers.rs"]
mod callers;
#[path = "api/first_answer.rs"]
mod first_answer;
#[path = "api/secrets.rs"]
mod secrets;
#[path = "api/contract.rs"]
mod contract;
