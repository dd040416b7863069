//! What falls due by itself. Each piece is a command that takes its work by a conditional write, so any
//! number of servers may do it beside each other, and an outage only delays it.

use super::{Books, from_json, proof_of};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::{POINTS, Rules};
use crate::store::{Command, Query, Row, StoreError, Tx, params};
use app::api::{Explanation, MemberId, ProgramId, ProofLevel, TransferId};
use std::collections::VecDeque;
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

/// Posts an earning's hold that has fallen due. Harmless when somebody else was faster. Only points wait:
/// store credit is there at once.
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
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member).await?;
        if owner(tx, self.hold, self.stamp.at).await?.is_none() {
            return Ok(false);
        }
        books.settle(tx).await?;
        books.close(tx).await?;
        Ok(true)
    }
}

/// Whose a hold is that has fallen due and that nobody has settled yet, and the asset that it holds.
pub(in crate::store) async fn owner<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    now: Instant,
) -> Result<Option<(MemberId, String)>, StoreError> {
    const SQL: &str = "select member_id, asset from hold
        where transfer_id = $1 and state = 'pending' and due_at <= $2";
    let row = tx.query_one(SQL, params![hold, now]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// A hold that is open.
pub(super) struct Waiting {
    pub(super) id: TransferId,
    pub(super) due_at: Instant,
    /// Whether it is a coupon's, and not an earning.
    pub(super) is_coupon: bool,
}

impl Waiting {
    /// A member's open holds in the order in which they fall due.
    pub(super) async fn of<T: Tx>(
        tx: &mut T,
        (member, asset): (MemberId, &str),
    ) -> Result<VecDeque<Self>, StoreError> {
        const SQL: &str = "select transfer_id, due_at, kind from hold
            where member_id = $1 and asset = $2 and state = 'pending' order by due_at, kind desc, transfer_id";
        let read = |row: &Row| {
            Ok(Self {
                id: row.get(0)?,
                due_at: row.get(1)?,
                is_coupon: row.get::<String>(2)? == "coupon",
            })
        };
        tx.query(SQL, params![member, asset])
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

/// Takes an earning's hold that has fallen due. Its caller has locked the account, which has so much
/// `available`.
pub(super) async fn resolve<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    now: Instant,
    available: i64,
) -> Result<Resolved, StoreError> {
    const TAKE: &str =
        "update hold set state = 'posted', resolved_at = $1, balance_after = remaining + $2
        where transfer_id = $3 and state = 'pending' and kind = 'earning' and due_at <= $1
        returning remaining, idle_months";
    const HOLD: &str = "select proof, expires_at, explanation from transfer where id = $1";
    let taken = tx.query_one(TAKE, params![now, available, hold]).await?;
    let taken = taken.ok_or_else(|| StoreError::internal("a hold that somebody else settled"))?;
    let row = tx.query_one(HOLD, params![hold]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a hold without its transfer"))?;
    Ok(Resolved {
        id: hold,
        remaining: taken.get(0)?,
        idle_months: taken.get(1)?,
        proof: row.get::<Option<String>>(0)?.as_deref().and_then(proof_of),
        expires_at: row.get(1)?,
        explanation: from_json(&row.get::<String>(2)?)?,
    })
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
/// the tier; and accounts, of whatever asset, whose moment to be looked at has passed.
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
            where a.look_at <= $1 order by a.look_at, a.member_id, a.asset limit $2 offset $3";
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

/// Looks at one member: lets go what has run out, warns of what soon will, reviews the tier, and does
/// the same for the store credit that falls due. Harmless when there is nothing to do.
pub struct Look {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The member.
    pub member: MemberId,
    /// Whether the rules are new.
    pub revises: bool,
    /// When.
    pub stamp: Stamp,
}

impl Command for Look {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const OTHERS: &str = "select asset from account
            where member_id = $1 and asset <> $2 and look_at <= $3 order by asset";
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member).await?;
        if self.revises {
            books.revise(tx).await?;
        } else {
            books.settle(tx).await?;
        }
        books.close(tx).await?;
        let others = params![self.member, POINTS, self.stamp.at];
        for (n, row) in tx.query(OTHERS, others).await?.iter().enumerate() {
            let (asset, stamp): (String, Stamp) = (row.get(0)?, self.stamp.part("asset", n));
            let mut books = Books::open_in(tx, &self.rules, &stamp, self.member, &asset).await?;
            books.settle(tx).await?;
            books.close(tx).await?;
        }
        Ok(())
    }
}
