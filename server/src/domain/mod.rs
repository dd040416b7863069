//! The rules, pure: no input or output, no clock, no randomness.
//!
//! What a function needs to know of the world (the time, a balance) is a parameter, so that a test
//! can name it and a simulator can replay it.

pub mod attempt;
pub mod birthday;
pub mod check;
pub mod decision;
pub mod earning;
pub mod email;
pub mod fraud;
pub mod guard;
pub mod identity;
pub mod ledger;
pub mod lot;
pub mod order;
pub mod program;
pub mod program_file;
pub mod quote;
pub mod referral;
pub mod review;
pub mod reward;
pub mod signal;
pub mod split;
pub mod streak;
pub mod survey;
pub mod task;
pub mod terms;
pub mod thread;
pub mod tier;
pub mod till;
pub mod work;

/// Microseconds since 1970 in UTC.
pub type Instant = i64;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in 24 hours.
pub const DAY: i64 = 24 * HOUR;
