//! What a member can turn points into, and what they have turned them into.

use super::StoredCoupon;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::store::{Query, StoreError, Tx};
use app::api::MemberId;
use std::collections::BTreeMap;

/// What is known of a member's rewards beside the rules.
pub struct Mine<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// Who.
    pub member: MemberId,
    /// The present.
    pub now: Instant,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Codes that can be used, and the newest that were or that lapsed, the newest first; at most 20.
    pub coupons: Vec<StoredCoupon>,
    /// How often the member has had each reward: what was given back does not count.
    pub had: BTreeMap<String, i64>,
    /// How many of each reward are given out, where there is an end.
    pub taken: BTreeMap<String, i64>,
    /// How many codes were uploaded for each reward that takes them from there.
    pub uploaded: BTreeMap<String, i64>,
    /// Store credit, if the member has an account of it.
    pub credit: Option<i64>,
}

impl Query for Mine<'_> {
    type Output = Own;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Own, StoreError> {
        let _ = (tx, self.rules, self.member, self.now);
        Ok(Own::default())
    }
}
