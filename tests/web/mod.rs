//! In a real browser, with the panel in a shop's page.

mod access;
mod bluesky;
mod budget;
mod document;
mod flow;
mod friend;
mod host;
mod landing;
mod mishaps;
mod owner;
mod shopping;
mod spend;
mod statement;
mod work;
