//! What the tests stand on: a real PostgreSQL and a real browser. Each is started when the first
//! test asks for it and is gone, with everything it wrote, when the test process is.

pub(crate) mod after_exit;
pub(crate) mod atproto;
pub(crate) mod audit;
pub(crate) mod browser;
#[cfg(test)]
mod check;
pub(crate) mod friends;
pub(crate) mod life;
pub(crate) mod node;
pub(crate) mod owner;
pub(crate) mod postgres;
pub(crate) mod rules;
pub(crate) mod shopper;
pub(crate) mod sql;
pub(crate) mod steps;
pub(crate) mod together;
pub(crate) mod trust;
pub(crate) mod waiting;
pub(crate) mod weigh;
pub(crate) mod work;
pub(crate) mod world;
