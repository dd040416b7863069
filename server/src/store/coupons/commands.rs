//! Codes end without an order: shops let them go, members change their minds, time passes. The points come back; those
//! of a code that is made in the shop only once it is useless there.

use super::shop::{self, Verb};
use super::{Find, StoredCoupon, cause_name, columns, stock};
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use crate::domain::{DAY, Instant};
use crate::store::ledger::{Books, because, owner};
use crate::store::referrals::{GiftEnded, ReleaseGift};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{CouponState, Fact, GivenBackCause, MemberId, RedemptionId, TransferId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How much longer the points of a code are kept that is being made useless in the shop: whoever looks then waits again.
const ENDING_FOR: i64 = 7 * DAY;

/// What became of letting a coupon go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Its points came back, now or before; those of one that is `ending` come back once it is useless in the shop.
    Done(Box<StoredCoupon>),
    /// An order has it, or it is spent. Nothing has changed.
    InUse(Box<StoredCoupon>),
    /// There is no such code.
    Unknown,
}

/// The shop lets a code go: its points come back. Harmless when repeated.
pub struct Release {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The code.
    pub code: String,
    /// When.
    pub stamp: Stamp,
}

impl Command for Release {
    type Output = Ended;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Ended, StoreError> {
        const END: &str = concat!(
            "update coupon set state = case when connection is null then 'released' else 'ending' end,
                cause = case when connection is null then cause else $1 end, updated_at = $2
            where program_id = $3 and code = $4 and state in ('making', 'open', 'reserved')
                and (select due_at from hold where transfer_id = hold_id) > $2
            returning ",
            columns!()
        );
        let at = (&*self.rules, &self.stamp);
        let cause = GivenBackCause::Released;
        let key = params![cause_name(cause), self.stamp.at, self.rules.id, &self.code];
        let row = tx.query_one(END, key).await?;
        let ended = row.as_ref().map(StoredCoupon::read).transpose()?;
        if let Some(coupon) = ended {
            finish(tx, at, &coupon, cause).await?;
            return Ok(Ended::Done(Box::new(coupon)));
        }
        let find = Find {
            program: self.rules.id,
            code: &self.code,
        };
        let coupon = find_settled(tx, at, &find).await?;
        Ok(coupon.map_or(Ended::Unknown, over))
    }
}

/// The same for a code of which it is not known whether it is a member's or a friend's gift.
pub struct ReleaseAny(pub Release);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndedAny {
    /// It is a member's coupon, or nothing at all.
    Coupon(Ended),
    /// It is a friend's gift.
    Gift(GiftEnded),
}

impl Command for ReleaseAny {
    type Output = EndedAny;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<EndedAny, StoreError> {
        let ended = self.0.run(tx).await?;
        if ended != Ended::Unknown {
            return Ok(EndedAny::Coupon(ended));
        }
        let gift = ReleaseGift {
            program: self.0.rules.id,
            code: self.0.code.clone(),
            stamp: self.0.stamp,
        };
        Ok(EndedAny::Gift(gift.run(tx).await?))
    }
}

/// A member changes their mind: the points come back, unless an order has the code. Harmless when
/// repeated.
pub struct Cancel {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// Which.
    pub id: RedemptionId,
    /// When.
    pub stamp: Stamp,
}

impl Command for Cancel {
    type Output = Ended;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Ended, StoreError> {
        const END: &str = concat!(
            "update coupon set state = case when connection is null then 'released' else 'ending' end,
                cause = case when connection is null then cause else $1 end, updated_at = $2
            where id = $3 and member_id = $4 and state in ('making', 'open') and expires_at > $2
            returning ",
            columns!()
        );
        const CODE: &str = "select code from coupon where id = $1 and member_id = $2";
        let at = (&*self.rules, &self.stamp);
        let cause = GivenBackCause::Cancelled;
        let key = params![cause_name(cause), self.stamp.at, self.id, self.member];
        let row = tx.query_one(END, key).await?;
        if let Some(coupon) = row.as_ref().map(StoredCoupon::read).transpose()? {
            finish(tx, at, &coupon, cause).await?;
            return Ok(Ended::Done(Box::new(coupon)));
        }
        let row = tx.query_one(CODE, params![self.id, self.member]).await?;
        let Some(code) = row.map(|row| row.get::<String>(0)).transpose()? else {
            return Ok(Ended::Unknown);
        };
        let find = Find {
            program: self.rules.id,
            code: &code,
        };
        let coupon = find_settled(tx, at, &find).await?;
        Ok(coupon.map_or(Ended::Unknown, over))
    }
}

fn over(coupon: StoredCoupon) -> Ended {
    match coupon.state {
        CouponState::Ending | CouponState::Released | CouponState::Lapsed => {
            Ended::Done(Box::new(coupon))
        }
        CouponState::Making | CouponState::Open | CouponState::Reserved | CouponState::Used => {
            Ended::InUse(Box::new(coupon))
        }
    }
}

/// Gives the points of a code back that was not used in time. Harmless when somebody else was faster.
pub struct Lapse {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The hold that has the points.
    pub hold: TransferId,
    /// When.
    pub stamp: Stamp,
}

impl Command for Lapse {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        settle_owner(tx, (&self.rules, &self.stamp), self.hold).await
    }
}

/// Lets happen what is due for the owner of a coupon, if it is time for the coupon to lapse. Answers
/// whether it was.
pub(super) async fn settle_owner<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    hold: TransferId,
) -> Result<bool, StoreError> {
    let Some((member, asset)) = owner(tx, hold, stamp.at).await? else {
        return Ok(false);
    };
    let mut books = Books::open_in(tx, rules, stamp, member, &asset).await?;
    // Somebody may have been faster before the account was locked.
    if owner(tx, hold, stamp.at).await?.is_none() {
        return Ok(false);
    }
    books.settle(tx).await?;
    books.close(tx).await?;
    Ok(true)
}

/// The coupon of a code; one whose time is over has lapsed.
pub(super) async fn find_settled<T: Tx>(
    tx: &mut T,
    at: (&Rules, &Stamp),
    find: &Find<'_>,
) -> Result<Option<StoredCoupon>, StoreError> {
    let found = find.run(tx).await?;
    if let Some(coupon) = &found
        && settle_owner(tx, at, coupon.hold).await?
    {
        return find.run(tx).await;
    }
    Ok(found)
}

/// A coupon's time is over. Its owner's books are open. Answers until when it is kept instead: for an order that
/// has taken it in its last moment, or until it is useless in the shop.
pub(in crate::store) async fn lapse<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    hold: TransferId,
) -> Result<Option<Instant>, StoreError> {
    // It waits for an order that is just taking the code. Only the next statement sees what that did:
    // whoever waits in PostgreSQL looks again at the row that it waited for, and at no other.
    const LOCK: &str = concat!(
        "select ",
        columns!(),
        " from coupon where hold_id = $1 and state in ('making', 'open', 'reserved', 'ending')
        for no key update"
    );
    const KEPT: &str = "select due_at from hold where transfer_id = $1 and due_at > $2";
    const END: &str = concat!(
        "update coupon set state = 'lapsed', updated_at = $1 where hold_id = $2 returning ",
        columns!()
    );
    let locked = tx.query_one(LOCK, params![hold]).await?;
    let locked = locked.ok_or_else(|| StoreError::internal("points of no coupon"))?;
    let now = books.now();
    if let Some(row) = tx.query_one(KEPT, params![hold, now]).await? {
        return Ok(Some(row.get(0)?));
    }
    let coupon = StoredCoupon::read(&locked)?;
    if let Some(connection) = &coupon.connection {
        return lapse_in_shop(tx, books, &coupon, connection)
            .await
            .map(Some);
    }
    let row = tx.query_one(END, params![now, hold]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a coupon went away"))?;
    let coupon = StoredCoupon::read(&row)?;
    stock::give_back(tx, books.rules, &coupon).await?;
    give_back(tx, books, &coupon, GivenBackCause::Lapsed).await?;
    Ok(None)
}

/// The same for one that the shop has: it has to be useless there before. Answers until when it is kept.
async fn lapse_in_shop<T: Tx>(
    tx: &mut T,
    books: &Books<'_>,
    coupon: &StoredCoupon,
    connection: &str,
) -> Result<Instant, StoreError> {
    const ENDING: &str =
        "update coupon set state = 'ending', cause = $1, updated_at = $2 where id = $3";
    let now = books.now();
    if coupon.state != CouponState::Ending {
        let cause = cause_name(GivenBackCause::Lapsed);
        tx.later(ENDING, params![cause, now, coupon.id]).await?;
        shop::ask(tx, coupon.id, books.rules.id, connection, Verb::End, now).await?;
    }
    let until = now + ENDING_FOR;
    keep(tx, coupon.hold, until).await?;
    Ok(until)
}

/// Keeps the points of a code until then, unless they are kept longer.
pub(super) async fn keep<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    until: Instant,
) -> Result<(), StoreError> {
    const KEEP: &str = "update hold set due_at = $1
        where transfer_id = $2 and state = 'pending' and due_at < $1";
    tx.later(KEEP, params![until, hold]).await
}

/// Gives the points of a coupon back that its caller has just let go, or, if it is `ending`, has it made useless in the
/// shop first.
pub(super) async fn finish<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    coupon: &StoredCoupon,
    cause: GivenBackCause,
) -> Result<(), StoreError> {
    let connection = coupon.connection.as_deref();
    let Some(connection) = connection.filter(|_| coupon.state == CouponState::Ending) else {
        return end(tx, (rules, stamp), coupon, cause).await;
    };
    keep(tx, coupon.hold, stamp.at + ENDING_FOR).await?;
    shop::ask(tx, coupon.id, rules.id, connection, Verb::End, stamp.at).await
}

/// Gives the points of a coupon back that its caller has just ended.
pub(super) async fn end<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    coupon: &StoredCoupon,
    cause: GivenBackCause,
) -> Result<(), StoreError> {
    debug_assert!(matches!(
        coupon.state,
        CouponState::Released | CouponState::Lapsed
    ));
    if coupon.connection.is_some() {
        // Its time may be over, and it is no longer one that can lapse.
        keep(tx, coupon.hold, stamp.at + ENDING_FOR).await?;
    }
    let mut books = Books::open_in(tx, rules, stamp, coupon.member, &coupon.asset).await?;
    books.settle(tx).await?;
    give_back(tx, &mut books, coupon, cause).await?;
    books.close(tx).await?;
    stock::give_back(tx, rules, coupon).await
}

async fn give_back<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    coupon: &StoredCoupon,
    cause: GivenBackCause,
) -> Result<(), StoreError> {
    const VOID: &str = "update hold set state = 'voided', remaining = 0, resolved_at = $1
        where transfer_id = $2 and state = 'pending'";
    let voided = tx.execute(VOID, params![books.now(), coupon.hold]).await?;
    if voided != 1 {
        return Err(StoreError::internal("a coupon without its points"));
    }
    let explanation = because(Fact::GivenBack {
        reward: coupon.name.clone(),
        cause,
        order: coupon.order.clone(),
    });
    let (hold, points) = (coupon.hold, coupon.points);
    books
        .give_back(tx, Account::Reserved, hold, points, &explanation)
        .await
}
