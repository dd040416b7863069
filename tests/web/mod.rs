//! In a real browser, with the panel in a shop's page.

mod access;
mod bluesky;
mod budget;
mod document;
mod flow;
mod host;
mod mishaps;
mod owner;
mod work;
