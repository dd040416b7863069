//! What orders do with coupons.

use super::commands::{end, settle_owner};
use super::{StoredCoupon, columns};
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use crate::domain::split::{Split, apportion};
use crate::store::ledger::{Books, because};
use crate::store::{StoreError, Tx, params};
use app::api::{CouponLine, Fact, GivenBackCause, TransferId};

/// Parts of a command: the books that are opened for one coupon beside an order's own,
const COUPON: &str = "coupon";
/// and those of an owner for whom something is due before.
const OWNER: &str = "owner";
/// and of the owner of a code that an order had reserved.
const RESERVED_BY_ORDER: &str = "reserved";

/// A coupon that a paid order has used.
pub(in crate::store) struct Claimed {
    coupon: StoredCoupon,
    /// Whether its points had come back before.
    late: bool,
}

/// Points that an order was paid with, and the lines they fall on.
pub(in crate::store) struct PaidBy {
    points: i64,
    lines: Vec<CouponLine>,
}

/// Marks the codes of a paid order as used by it. One that another order has used is not touched.
pub(in crate::store) async fn claim<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
    codes: &[String],
) -> Result<Vec<Claimed>, StoreError> {
    const OPEN: &str = concat!(
        "update coupon set state = 'used', order_id = $1, updated_at = $2,
            lines = case when order_id = $1 then lines else '[]' end
        where program_id = $3 and code = $4 and state in ('open', 'reserved')
            and (select due_at from hold where transfer_id = hold_id) > $2
        returning ",
        columns!()
    );
    const HOLD: &str = "select hold_id from coupon where program_id = $1 and code = $2";
    const LATE: &str = concat!(
        "update coupon set state = 'used', order_id = $1, updated_at = $2,
            lines = case when order_id = $1 then lines else '[]' end
        where program_id = $3 and code = $4 and state in ('released', 'lapsed') returning ",
        columns!()
    );
    // One order for everybody, or two orders with two codes each could wait for each other.
    let mut codes: Vec<&String> = codes.iter().collect();
    codes.sort_unstable();
    codes.dedup();
    let mut claimed = Vec::new();
    for (n, code) in codes.into_iter().enumerate() {
        let key = params![order, stamp.at, rules.id, code];
        let mut row = tx.query_one(OPEN, key).await?;
        let late = row.is_none();
        if late {
            // It may be time for it to lapse.
            if let Some(row) = tx.query_one(HOLD, params![rules.id, code]).await? {
                let stamp = stamp.part(OWNER, n);
                settle_owner(tx, (rules, &stamp), row.get(0)?).await?;
            }
            row = tx.query_one(LATE, key).await?;
        }
        if let Some(row) = row {
            let coupon = StoredCoupon::read(&row)?;
            claimed.push(Claimed { coupon, late });
        }
    }
    Ok(claimed)
}

/// Spends the points of the codes that an order has claimed.
pub(in crate::store) async fn spend<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    stamp: &Stamp,
    claimed: Vec<Claimed>,
) -> Result<Vec<PaidBy>, StoreError> {
    let mut paid_by = Vec::new();
    for (n, claimed) in claimed.into_iter().enumerate() {
        if claimed.coupon.member == books.member {
            take(tx, books, &claimed).await?;
        } else {
            // Somebody else's code: the shop took it, so its points are spent all the same.
            let member = claimed.coupon.member;
            let stamp = stamp.part(COUPON, n);
            let mut theirs = Books::open(tx, books.rules, &stamp, member).await?;
            theirs.settle(tx).await?;
            take(tx, &mut theirs, &claimed).await?;
            theirs.close(tx).await?;
        }
        let StoredCoupon { points, lines, .. } = claimed.coupon;
        paid_by.push(PaidBy { points, lines });
    }
    Ok(paid_by)
}

/// The same for an order that is nobody's yet.
pub(in crate::store) async fn settle_for_guest<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
    codes: &[String],
) -> Result<Vec<PaidBy>, StoreError> {
    let mut paid_by = Vec::new();
    let claimed = claim(tx, rules, stamp, order, codes).await?;
    for (n, claimed) in claimed.into_iter().enumerate() {
        let stamp = stamp.part(COUPON, n);
        let mut books = Books::open(tx, rules, &stamp, claimed.coupon.member).await?;
        books.settle(tx).await?;
        take(tx, &mut books, &claimed).await?;
        books.close(tx).await?;
        let StoredCoupon { points, lines, .. } = claimed.coupon;
        paid_by.push(PaidBy { points, lines });
    }
    Ok(paid_by)
}

async fn take<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    claimed: &Claimed,
) -> Result<(), StoreError> {
    const POST: &str = "update hold set state = 'posted', remaining = 0, resolved_at = $1
        where transfer_id = $2 and state = 'pending'";
    const TAKEN: &str = "update coupon set taken_id = $1, returned = 0 where id = $2";
    let Claimed { coupon, late } = claimed;
    let explanation = because(Fact::Redeemed {
        reward: coupon.name.clone(),
        order: coupon.order.clone(),
    });
    if *late {
        let taken = books
            .debit(tx, Account::Redeemed, coupon.points, &explanation)
            .await?;
        tx.later(TAKEN, params![taken, coupon.id]).await?;
        return books.forgive(tx).await;
    }
    if tx.execute(POST, params![books.now(), coupon.hold]).await? != 1 {
        return Err(StoreError::internal("a coupon without its points"));
    }
    books
        .spend(tx, coupon.hold, coupon.points, &explanation)
        .await
}

/// Writes down on which parts of an order its points fall.
pub(in crate::store) fn record(split: &mut Split, paid_by: &[PaidBy]) {
    for PaidBy { points, lines } in paid_by {
        let on_line = |part: &crate::domain::split::Part| -> i64 {
            let own = lines
                .iter()
                .filter(|line| part.line.as_ref() == Some(&line.id));
            own.map(|line| line.amount).sum()
        };
        let mut weights: Vec<i64> = split.parts.iter().map(on_line).collect();
        if weights.iter().all(|weight| *weight == 0) {
            weights = split.parts.iter().map(|part| part.price).collect();
        }
        for (part, share) in split.parts.iter_mut().zip(apportion(*points, &weights)) {
            part.spent += share;
        }
    }
}

/// Gives points back that an order was paid with.
pub(in crate::store) async fn give_back<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &str,
    points: i64,
    cause: GivenBackCause,
) -> Result<(), StoreError> {
    const USED: &str = concat!(
        "select ",
        columns!(),
        " from coupon where program_id = $1 and order_id = $2 and state = 'used' order by code"
    );
    const RETURN: &str =
        "update coupon set returned = returned + $1, updated_at = $2 where id = $3";
    const OVER: &str = "update coupon set state = 'released' where id = $1";
    let mut rest = points;
    let rows = tx.query(USED, params![rules.id, order]).await?;
    for (n, row) in rows.iter().enumerate() {
        let coupon = StoredCoupon::read(row)?;
        let points = rest.min(coupon.points - coupon.returned);
        rest -= points;
        if cause == GivenBackCause::OrderCancelled {
            tx.later(OVER, params![coupon.id]).await?;
        }
        if points == 0 {
            continue;
        }
        tx.later(RETURN, params![points, stamp.at, coupon.id])
            .await?;
        let explanation = because(Fact::GivenBack {
            reward: coupon.name.clone(),
            cause,
            order: Some(order.to_owned()),
        });
        let stamp = stamp.part(COUPON, n);
        let mut books = Books::open(tx, rules, &stamp, coupon.member).await?;
        books.settle(tx).await?;
        let taken: TransferId = coupon.taken;
        books
            .give_back(tx, Account::Redeemed, taken, points, &explanation)
            .await?;
        books.close(tx).await?;
    }
    if cause == GivenBackCause::OrderCancelled {
        let_go(tx, rules, stamp, order).await?;
    }
    Ok(())
}

/// Lets go the codes that an order has reserved and will not pay.
pub(in crate::store) async fn let_go<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
) -> Result<(), StoreError> {
    const RESERVED: &str = concat!(
        "update coupon set state = 'released', updated_at = $1
        where program_id = $2 and order_id = $3 and state = 'reserved' returning ",
        columns!()
    );
    const HOLDS: &str = "select hold_id from coupon
        where program_id = $1 and order_id = $2 and state = 'reserved' order by code";
    let rows = tx.query(HOLDS, params![rules.id, order]).await?;
    for (n, row) in rows.iter().enumerate() {
        settle_owner(tx, (rules, &stamp.part(OWNER, n)), row.get(0)?).await?;
    }
    let rows = tx
        .query(RESERVED, params![stamp.at, rules.id, order])
        .await?;
    for (n, row) in rows.iter().enumerate() {
        let coupon = StoredCoupon::read(row)?;
        let stamp = stamp.part(RESERVED_BY_ORDER, n);
        end(tx, (rules, &stamp), &coupon, GivenBackCause::OrderCancelled).await?;
    }
    Ok(())
}
