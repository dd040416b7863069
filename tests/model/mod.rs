//! The ledger against a naive model of the specification: many invented programmes, long sequences of
//! commands, on both databases. After every command the answers and what everybody has must be the same.
//!
//! What may differ is when: the model lets everything happen at its own moment, the ledger when a worker
//! or a command comes by. Until then a member is behind ([`pair::Pair::compare`]); afterwards nothing tells
//! whether a worker was late.

mod action;
mod bed;
mod effort;
mod faults;
mod invent;
mod look;
mod naive;
mod pair;
mod plan;
mod properties;
mod real;
mod rules;
mod run;
mod simulation;
mod stage;
