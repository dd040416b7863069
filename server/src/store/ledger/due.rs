//! What falls due by itself. Each piece is a command that takes its work by a conditional write, so any
//! number of servers may do it beside each other, and an outage only delays it.

use super::{Books, from_json, proof_of};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::store::{Command, Query, Row, StoreError, Tx, params};
use app::api::{Explanation, MemberId, ProgramId, ProofLevel, TransferId};
use std::sync::Arc;

/// Holds that have fallen due, the oldest first.
pub struct Due {
    /// The time.
    pub now: Instant,
    /// Begins after this one.
    pub after: Option<(Instant, TransferId)>,
    /// At most so many.
    pub limit: i64,
}

/// A hold that has fallen due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueHold {
    /// Its programme.
    pub program: ProgramId,
    /// Whose it is.
    pub member: MemberId,
    /// The transfer that holds.
    pub hold: TransferId,
    /// When it fell due.
    pub due_at: Instant,
    /// Whether it is a coupon that lapses, and not an earning that becomes available.
    pub is_coupon: bool,
}

impl Query for Due {
    type Output = Vec<DueHold>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select m.program_id, h.member_id, h.transfer_id, h.due_at, h.kind
            from hold h join member m on m.id = h.member_id
            where h.state = 'pending' and h.due_at <= $1
                and (h.due_at > $2 or (h.due_at = $2 and h.transfer_id > $3))
            order by h.due_at, h.transfer_id limit $4";
        let (at, hold) = self.after.unwrap_or((i64::MIN, TransferId([0; 16])));
        let rows = tx
            .query(SQL, params![self.now, at, hold, self.limit])
            .await?;
        let read = |row: &Row| {
            Ok(DueHold {
                program: row.get(0)?,
                member: row.get(1)?,
                hold: row.get(2)?,
                due_at: row.get(3)?,
                is_coupon: row.get::<String>(4)? == "coupon",
            })
        };
        rows.iter().map(read).collect()
    }
}

/// A hold that this command has taken.
pub(super) struct Resolved {
    pub(super) id: TransferId,
    pub(super) remaining: i64,
    pub(super) idle_months: Option<i64>,
    pub(super) explanation: Explanation,
    pub(super) proof: Option<ProofLevel>,
    pub(super) expires_at: Option<Instant>,
}

/// Posts a hold that has fallen due. Harmless when somebody else was faster.
pub struct PostDue {
    /// The rules that count towards the tier now.
    pub rules: Arc<Rules>,
    /// Whose hold.
    pub member: MemberId,
    /// The hold.
    pub hold: TransferId,
    /// When.
    pub stamp: Stamp,
}

impl Command for PostDue {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member, 0).await?;
        let Some(hold) = resolve(tx, self.hold, self.stamp.at).await? else {
            return Ok(false);
        };
        books.apply_due(tx).await?;
        books.post_hold(tx, &hold).await?;
        books.close(tx).await?;
        Ok(true)
    }
}

/// Takes a hold that has fallen due, once; nothing if somebody else was faster.
pub(super) async fn resolve<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    now: Instant,
) -> Result<Option<Resolved>, StoreError> {
    const TAKE: &str = "update hold set state = 'posted', resolved_at = $1
        where transfer_id = $2 and state = 'pending' and kind = 'earning' and due_at <= $1
        returning remaining, idle_months";
    const HOLD: &str = "select t.proof, t.expires_at, r.explanation from transfer t
        join reason r on r.transfer_id = t.id where t.id = $1";
    let Some(taken) = tx.query_one(TAKE, params![now, hold]).await? else {
        return Ok(None);
    };
    let row = tx.query_one(HOLD, params![hold]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a hold without its transfer"))?;
    Ok(Some(Resolved {
        id: hold,
        remaining: taken.get(0)?,
        idle_months: taken.get(1)?,
        proof: row.get::<Option<String>>(0)?.as_deref().and_then(proof_of),
        expires_at: row.get(1)?,
        explanation: from_json(&row.get::<String>(2)?)?,
    }))
}

/// The attempt whose points have become available is earned.
pub(super) async fn pay_attempt<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "update attempt set state = 'earned', updated_at = $1
        where transfer_id = $2 and state = 'held'";
    tx.later(SQL, params![now, hold]).await
}

/// Members for whom something falls due beside holds: points that run out, a warning, a review of
/// the tier.
pub struct ToLook {
    /// The time.
    pub now: Instant,
    /// At most so many of each kind.
    pub limit: i64,
    /// Passes over so many, whose turn ended in an error.
    pub skip: i64,
}

impl Query for ToLook {
    type Output = Vec<(ProgramId, MemberId)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const LOTS: &str =
            "select m.program_id, m.id from account a join member m on m.id = a.member_id
            where a.look_at <= $1 order by a.look_at, a.member_id limit $2 offset $3";
        const TIERS: &str = "select program_id, id from member
            where review_at <= $1 order by review_at, id limit $2 offset $3";
        let due = params![self.now, self.limit, self.skip];
        let mut rows = tx.query(LOTS, due).await?;
        rows.extend(tx.query(TIERS, due).await?);
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect()
    }
}

/// Looks at one member: lets go what has run out, warns of what soon will, reviews the tier. Harmless
/// when there is nothing to do.
pub struct Look {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The member.
    pub member: MemberId,
    /// When.
    pub stamp: Stamp,
}

impl Command for Look {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member, 0).await?;
        books.apply_due(tx).await?;
        books.review(tx).await?;
        books.close(tx).await?;
        Ok(())
    }
}
