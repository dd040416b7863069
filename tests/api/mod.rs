//! Through HTTP alone.

mod away;
mod callers;
mod codes;
mod contract;
mod coupons;
mod crowd;
mod first_answer;
mod identity;
mod ledger;
mod nasty;
mod newsletter;
mod orders;
mod races;
mod refunds;
mod refusals;
mod secrets;
mod security;
mod servers;
mod sessions;
mod side_by_side;
mod story;
mod stream;
mod tasks;
mod texts;
mod tiers;
