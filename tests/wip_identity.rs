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
