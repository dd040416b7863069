//! Refunds: money of an order that was given back.

use super::{Effect, Ledgered, give_back};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::store::ledger::{from_json, json};
use crate::store::{Command, StoreError, Tx, busy, params, referrals};
use app::api::{Fact, GivenBackCause, NewRefund};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Records a refund and undoes what its money had done. One that comes before its order waits for it.
pub struct Refund {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The refund, checked.
    pub refund: NewRefund,
    /// A digest of it, without its time.
    pub digest: Vec<u8>,
    /// When.
    pub stamp: Stamp,
}

/// A refund as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRefund {
    /// The shop's number.
    pub id: String,
    /// The shop's number of the order.
    pub order_id: String,
    /// Whether it is done.
    pub applied: bool,
    /// The part of its money that the order still had.
    pub amount: i64,
    /// Points that it took back.
    pub reversed: i64,
    /// Points that it gave back.
    pub given_back: i64,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundOutcome {
    /// Where it stands now.
    Kept(StoredRefund),
    /// Another refund was sent under this number before. Nothing has changed.
    Differs,
}

impl Command for Refund {
    type Output = RefundOutcome;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<RefundOutcome, StoreError> {
        const INSERT: &str =
            "insert into refund (program_id, id, order_id, digest, body, applied, amount, reversed,
                given_back, created_at)
            values ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7) on conflict (program_id, id) do nothing";
        let refund = &self.refund;
        // An order that is told at this moment would not see the refund, nor the refund it.
        busy::lock_order(tx, self.rules.id, &refund.order_id).await?;
        let row = params![
            self.rules.id,
            &refund.id,
            &refund.order_id,
            self.digest.clone(),
            json(refund)?,
            false,
            self.stamp.at,
        ];
        if tx.execute(INSERT, row).await? == 0 {
            let (digest, stored) = self.stored(tx).await?;
            if digest != self.digest {
                return Ok(RefundOutcome::Differs);
            }
            if stored.applied {
                return Ok(RefundOutcome::Kept(stored));
            }
        }
        apply(tx, &self.rules, &self.stamp, refund).await?;
        Ok(RefundOutcome::Kept(self.stored(tx).await?.1))
    }
}

impl Refund {
    /// What was sent under its number: the digest, and where it stands.
    async fn stored<T: Tx>(&self, tx: &mut T) -> Result<(Vec<u8>, StoredRefund), StoreError> {
        const STORED: &str =
            "select id, order_id, applied, amount, reversed, given_back, digest from refund
            where program_id = $1 and id = $2";
        let row = tx
            .query_one(STORED, params![self.rules.id, &self.refund.id])
            .await?;
        let row = row.ok_or_else(|| StoreError::internal("a refund went away"))?;
        let stored = StoredRefund {
            id: row.get(0)?,
            order_id: row.get(1)?,
            applied: row.get(2)?,
            amount: row.get(3)?,
            reversed: row.get(4)?,
            given_back: row.get(5)?,
        };
        Ok((row.get(6)?, stored))
    }
}

/// Applies a refund to its order, if that is there.
async fn apply<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    refund: &NewRefund,
) -> Result<(), StoreError> {
    // Of two refunds of one order the second waits here for the first.
    const ORDER: &str =
        "select body, transfer_id, split, counts, refunded, member_id, status from shop_order
        where program_id = $1 and id = $2 for no key update";
    const DONE: &str = "update refund set applied = $1, amount = $2, reversed = $3, given_back = $4
        where program_id = $5 and id = $6";
    let key = params![rules.id, &refund.order_id];
    let Some(row) = tx.query_one(ORDER, key).await? else {
        return Ok(());
    };
    let mut done = (0, 0, 0);
    // All of a cancelled order was given back already.
    if row.get::<String>(6)? == "paid" {
        let (mut ledgered, member) = Ledgered::read(&row)?;
        let refunded = ledgered.split.refund(refund.amount, &refund.lines);
        let fact = Fact::Refund {
            order: refund.order_id.clone(),
            amount: refunded.amount,
            total: ledgered.order.total,
            currency: ledgered.order.currency.clone(),
            earned: ledgered.split.earned(),
        };
        let cause = GivenBackCause::Refund;
        let effect = Effect {
            refunded,
            fact,
            cause,
        };
        let left = ledgered.split.goods_left();
        let moved = give_back(tx, (rules, stamp), member, ledgered, &effect).await?;
        referrals::undo(tx, (rules, stamp), &refund.order_id, Some(left)).await?;
        done = (refunded.amount, moved, refunded.returned);
    }
    let (amount, reversed, given_back) = done;
    let set = params![true, amount, reversed, given_back, rules.id, &refund.id];
    tx.later(DONE, set).await
}

/// Applies the refunds that came before their order.
pub(super) async fn catch_up<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
) -> Result<(), StoreError> {
    const WAITING: &str = "select body from refund
        where program_id = $1 and order_id = $2 and not applied order by created_at, id";
    let rows = tx.query(WAITING, params![rules.id, order]).await?;
    for (n, row) in rows.iter().enumerate() {
        let refund: NewRefund = from_json(&row.get::<String>(0)?)?;
        // Ids of their own, since each opens the books anew.
        apply(tx, rules, &stamp.part("refund", n), &refund).await?;
    }
    Ok(())
}
