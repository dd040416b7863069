//! What falls due of referrals: which are to be paid, gifts that lapse, and what is forgotten.

use super::gifts::RESERVED_FOR;
use crate::domain::{DAY, Instant};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{ProgramId, ReferralId};

/// How long it is known where a gift was taken from, and whose was one that came to nothing.
const SOURCE_KEPT: i64 = 90 * DAY;

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

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, id, due_at from referral
            where stage = 'waiting' and due_at <= $1 and (due_at > $2 or (due_at = $2 and id > $3))
            order by due_at, id limit $4";
        let (at, id) = self.after.unwrap_or((i64::MIN, ReferralId([0; 16])));
        let rows = tx.query(SQL, params![self.now, at, id, self.limit]).await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect()
    }
}

/// Lets gifts lapse that were not used in time. One that an order has is kept a week longer.
pub struct Lapse {
    /// The time.
    pub now: Instant,
}

impl Command for Lapse {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update referral set stage = 'lapsed', gift_state = 'lapsed', gift_order = null,
                gift_reserved_at = null, updated_at = $1
            where stage = 'gift' and expires_at <= $1 and (gift_state = 'open' or expires_at <= $2)";
        tx.execute(SQL, params![self.now, self.now - RESERVED_FOR])
            .await?;
        Ok(())
    }
}

/// Forgets where gifts were taken from, and the addresses of friends who do not count, 90 days later.
pub struct Forget {
    /// The time.
    pub now: Instant,
}

impl Command for Forget {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update referral set source = null where source is not null and created_at <= $1";
        const ENDED: &str = "update referral set friend_email = null
            where friend_email is not null and stage in ('lapsed', 'refused', 'reversed') and updated_at <= $1";
        let until = params![self.now - SOURCE_KEPT];
        tx.execute(SQL, until).await?;
        tx.execute(ENDED, until).await?;
        Ok(())
    }
}
