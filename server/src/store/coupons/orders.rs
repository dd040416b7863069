//! What orders do with coupons.

use super::commands::{finish, settle_owner};
use super::shop::{self, Verb};
use super::{Find, StoredCoupon, cause_name, columns, looked_up, stock};
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::{POINTS, Rules};
use crate::domain::split::{Payer, Split};
use crate::store::ledger::{Books, because};
use crate::store::{Query, StoreError, Tx, params};
use app::api::{CouponLine, Explanation, Fact, GivenBackCause, Settles, TransferId};

/// Parts of a command: the books that are opened for one coupon beside an order's own,
const COUPON: &str = "coupon";
/// and those of an owner for whom something is due before.
const OWNER: &str = "owner";
/// and of the owner of a code that an order had reserved.
const RESERVED_BY_ORDER: &str = "reserved";
/// and of the owner of a code that an order that was never paid had used in the shop.
const UNPAID: &str = "unpaid";

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

impl PaidBy {
    fn of(coupon: StoredCoupon) -> Self {
        Self {
            points: coupon.wanted,
            lines: coupon.lines,
        }
    }
}

/// Marks the codes of a paid order as used by it. One that another order has used is not touched, and neither is one that
/// no order uses.
pub(in crate::store) async fn claim<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
    codes: &[String],
) -> Result<Vec<Claimed>, StoreError> {
    // One that is being made or ended in the shop was used there all the same.
    const OPEN: &str = concat!(
        "update coupon set state = 'used', order_id = $1, updated_at = $2,
            lines = case when order_id = $1 then lines else '[]' end,
            shipping = case when order_id = $1 then shipping else 0 end,
            wanted = case when order_id = $1 then wanted else points end
        where program_id = $3 and code = $4 and state in ('making', 'open', 'reserved', 'ending')
            and (select due_at from hold where transfer_id = hold_id) > $2
        returning ",
        columns!()
    );
    const LATE: &str = concat!(
        "update coupon set state = 'used', order_id = $1, updated_at = $2,
            lines = case when order_id = $1 then lines else '[]' end,
            shipping = case when order_id = $1 then shipping else 0 end,
            wanted = case when order_id = $1 then wanted else points end
        where program_id = $3 and code = $4 and state in ('released', 'lapsed') returning ",
        columns!()
    );
    // One order for everybody, or two orders with two codes each could wait for each other.
    let codes = in_order(codes);
    let mut claimed = Vec::new();
    for (n, code) in codes.iter().enumerate() {
        let find = Find {
            program: rules.id,
            code,
        };
        let Some(found) = find.run(tx).await? else {
            continue;
        };
        if found.terms.kind.settles() != Settles::WithOrder {
            continue;
        }
        let key = params![order, stamp.at, rules.id, code];
        let mut row = tx.query_one(OPEN, key).await?;
        if row.is_none() {
            // It may be time for it to lapse; but one that the shop has is only ending then, and one that the order
            // has taken in its last moment is kept.
            let stamp = stamp.part(OWNER, n);
            settle_owner(tx, (rules, &stamp), found.hold).await?;
            row = tx.query_one(OPEN, key).await?;
        }
        let late = row.is_none();
        if late {
            row = tx.query_one(LATE, key).await?;
        }
        if let Some(row) = row {
            let coupon = StoredCoupon::read(&row)?;
            claimed.push(Claimed { coupon, late });
        }
    }
    Ok(claimed)
}

/// Codes as they are stored, each once, in the order in which everybody takes them.
fn in_order(codes: &[String]) -> Vec<String> {
    let mut codes: Vec<String> = codes.iter().map(|code| looked_up(code)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
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
        let (member, asset) = (claimed.coupon.member, claimed.coupon.asset.as_str());
        if member == books.member && asset == POINTS {
            take(tx, books, &claimed).await?;
        } else {
            // Store credit, or somebody else's code: the shop took it, so its points are spent all the same.
            take_in_own(tx, books.rules, &stamp.part(COUPON, n), &claimed).await?;
        }
        paid_by.push(PaidBy::of(claimed.coupon));
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
        take_in_own(tx, rules, &stamp.part(COUPON, n), &claimed).await?;
        paid_by.push(PaidBy::of(claimed.coupon));
    }
    Ok(paid_by)
}

/// Takes a code's points in the books of whose it is, which nobody has open.
async fn take_in_own<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    claimed: &Claimed,
) -> Result<(), StoreError> {
    let (member, asset) = (claimed.coupon.member, claimed.coupon.asset.as_str());
    let mut books = Books::open_in(tx, rules, stamp, member, asset).await?;
    books.settle(tx).await?;
    take(tx, &mut books, claimed).await?;
    books.close(tx).await?;
    Ok(())
}

async fn take<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    claimed: &Claimed,
) -> Result<(), StoreError> {
    const TAKEN: &str = "update coupon set taken_id = $1, returned = 0 where id = $2";
    let Claimed { coupon, late } = claimed;
    if !*late {
        return spend_hold(tx, books, coupon).await;
    }
    let explanation = redeemed(coupon);
    let taken = books
        .debit(tx, Account::Redeemed, coupon.wanted, &explanation)
        .await?;
    tx.later(TAKEN, params![taken, coupon.id]).await?;
    books.forgive(tx).await?;
    stock::take_again(tx, books.rules, coupon).await
}

fn redeemed(coupon: &StoredCoupon) -> Explanation {
    because(Fact::Redeemed {
        reward: coupon.name.clone(),
        order: coupon.order.clone(),
    })
}

/// Spends what a coupon had set aside, as far as it is wanted; the rest comes back. The caller has marked it as used, and
/// its owner's books are open.
pub(super) async fn spend_hold<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    coupon: &StoredCoupon,
) -> Result<(), StoreError> {
    const POST: &str = "update hold set state = 'posted', remaining = 0, resolved_at = $1
        where transfer_id = $2 and state = 'pending'";
    if tx.execute(POST, params![books.now(), coupon.hold]).await? != 1 {
        return Err(StoreError::internal("a coupon without its points"));
    }
    let (hold, rest) = (coupon.hold, coupon.points - coupon.wanted);
    let explanation = redeemed(coupon);
    books.spend(tx, hold, coupon.wanted, &explanation).await?;
    if rest > 0 {
        let explanation = because(Fact::GivenBack {
            reward: coupon.name.clone(),
            cause: GivenBackCause::Unneeded,
            order: coupon.order.clone(),
        });
        let from = Account::Reserved;
        books.give_back(tx, from, hold, rest, &explanation).await?;
    }
    // What was set aside can pay no debt any more.
    books.forgive(tx).await
}

/// Writes down on which parts of an order its points fall.
pub(in crate::store) fn record(split: &mut Split, paid_by: &[PaidBy]) {
    for PaidBy { points, lines } in paid_by {
        let payer = Payer::new(split, *points, lines, 0);
        split.pay(&payer);
    }
}

/// Gives points back that an order was paid with.
pub(in crate::store) async fn give_back<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    (order, split): (&str, &Split),
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
    let (program, now) = (rules.id, stamp.at);
    let mut coupons = Vec::new();
    for row in tx.query(USED, params![rules.id, order]).await? {
        let coupon = StoredCoupon::read(&row)?;
        // What was handed over has a name for an order that the shop made up.
        if coupon.terms.kind.settles() == Settles::WithOrder {
            coupons.push(coupon);
        }
    }
    let payers = coupons.iter();
    let payers: Vec<Payer> = payers
        .map(|paid| Payer::new(split, paid.wanted, &paid.lines, paid.returned))
        .collect();
    let shares = split.fall_on(&payers, points);
    for (n, (coupon, points)) in coupons.iter().zip(shares).enumerate() {
        if cause == GivenBackCause::OrderCancelled {
            tx.later(OVER, params![coupon.id]).await?;
            if let Some(connection) = coupon.connection.as_deref() {
                // The shop may let it be used again, now that its order is gone.
                shop::ask(tx, coupon.id, program, connection, Verb::End, now).await?;
            }
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
        let (member, asset) = (coupon.member, coupon.asset.as_str());
        let mut books = Books::open_in(tx, rules, &stamp, member, asset).await?;
        books.settle(tx).await?;
        let taken: TransferId = coupon.taken;
        books
            .give_back(tx, Account::Redeemed, taken, points, &explanation)
            .await?;
        books.close(tx).await?;
    }
    if cause == GivenBackCause::OrderCancelled {
        // After all accounts, as everybody does.
        coupons.sort_by(|one, other| one.reward.cmp(&other.reward));
        for coupon in &coupons {
            stock::give_back(tx, rules, coupon).await?;
        }
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
        "update coupon set state = case when connection is null then 'released' else 'ending' end,
            cause = case when connection is null then cause else $1 end, updated_at = $2
        where program_id = $3 and order_id = $4 and state = 'reserved' returning ",
        columns!()
    );
    const HOLDS: &str = "select hold_id from coupon
        where program_id = $1 and order_id = $2 and state = 'reserved' order by code";
    let rows = tx.query(HOLDS, params![rules.id, order]).await?;
    for (n, row) in rows.iter().enumerate() {
        settle_owner(tx, (rules, &stamp.part(OWNER, n)), row.get(0)?).await?;
    }
    let cause = GivenBackCause::OrderCancelled;
    let key = params![cause_name(cause), stamp.at, rules.id, order];
    let rows = tx.query(RESERVED, key).await?;
    for (n, row) in rows.iter().enumerate() {
        let coupon = StoredCoupon::read(row)?;
        let stamp = stamp.part(RESERVED_BY_ORDER, n);
        finish(tx, (rules, &stamp), &coupon, cause).await?;
    }
    Ok(())
}

/// Ends the codes of an order that was never paid, where it has used them in the shop that made them: there is no
/// other word of it.
pub(in crate::store) async fn end_unpaid<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    order: &str,
    codes: &[String],
) -> Result<(), StoreError> {
    const FOUND: &str = "select hold_id from coupon
        where program_id = $1 and code = $2 and connection is not null
            and state in ('making', 'open', 'reserved', 'ending') and (order_id is null or order_id = $3)";
    const END: &str = concat!(
        "update coupon set state = 'ending', cause = $1, updated_at = $2
        where program_id = $3 and code = $4 and connection is not null
            and state in ('making', 'open', 'reserved', 'ending') and (order_id is null or order_id = $5)
        returning ",
        columns!()
    );
    let cause = GivenBackCause::OrderCancelled;
    for (n, code) in in_order(codes).iter().enumerate() {
        let found = tx.query_one(FOUND, params![rules.id, code, order]).await?;
        let Some(found) = found else {
            continue;
        };
        // It may be time for it to lapse.
        let stamp = stamp.part(UNPAID, n);
        settle_owner(tx, (rules, &stamp), found.get(0)?).await?;
        let key = params![cause_name(cause), stamp.at, rules.id, code, order];
        if let Some(row) = tx.query_one(END, key).await? {
            let coupon = StoredCoupon::read(&row)?;
            finish(tx, (rules, &stamp), &coupon, cause).await?;
        }
    }
    Ok(())
}
