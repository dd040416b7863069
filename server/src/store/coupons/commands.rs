//! What members and shops do with coupons.

use super::{Find, RESERVED_FOR, StoredCoupon, columns, state_name};
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::{POINTS, Rules};
use crate::domain::reward::Reward;
use crate::domain::split::apportion;
use crate::domain::{DAY, Instant};
use crate::store::ledger::{Books, because, json, owner};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{
    CouponLine, CouponState, Fact, GivenBackCause, MemberId, QuoteLine, RedemptionId, TransferId,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Turns points into a code.
pub struct Redeem {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The reward's id in the programme file.
    pub reward: String,
    /// A code that nobody can guess.
    pub code: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of a redemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Redeemed {
    /// The coupon, and the available balance after it.
    Done(Box<StoredCoupon>, i64),
    /// The member has too few points. Nothing has changed.
    TooFew {
        /// What they can spend.
        available: i64,
    },
    /// There is no such reward.
    Unknown,
}

impl Command for Redeem {
    type Output = Redeemed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Redeemed, StoreError> {
        let Some(reward) = self.rules.program.reward(&self.reward) else {
            return Ok(Redeemed::Unknown);
        };
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member).await?;
        books.settle(tx).await?;
        let available = books.account.available;
        if available < reward.points {
            books.close(tx).await?;
            return Ok(Redeemed::TooFew { available });
        }
        let explanation = because(Fact::Redeemed {
            reward: reward.name.clone(),
            order: None,
        });
        let hold = books
            .debit(tx, Account::Reserved, reward.points, &explanation)
            .await?;
        let id = RedemptionId(books.new_id());
        self.insert(tx, reward, hold, id).await?;
        books.falls_due(self.stamp.at + i64::from(reward.valid_days) * DAY);
        let balance = books.close(tx).await?;
        let found = Find {
            program: self.rules.id,
            code: &self.code,
        }
        .run(tx)
        .await?;
        let coupon = found.ok_or_else(|| StoreError::internal("a coupon went away"))?;
        Ok(Redeemed::Done(Box::new(coupon), balance))
    }
}

impl Redeem {
    async fn insert<T: Tx>(
        &self,
        tx: &mut T,
        reward: &Reward,
        hold: TransferId,
        id: RedemptionId,
    ) -> Result<(), StoreError> {
        const HOLD: &str =
            "insert into hold (transfer_id, member_id, asset, kind, state, remaining, due_at)
            values ($1, $2, $3, 'coupon', 'pending', $4, $5)";
        const COUPON: &str = "insert into coupon (program_id, code, id, member_id, reward, name, points, amount,
                currency, state, hold_id, taken_id, returned, lines, expires_at, created_at, updated_at, terms, asset,
                wanted, shipping)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $10, 0, '[]', $11, $12, $12, $13, $14, $7, 0)";
        let now = self.stamp.at;
        let expires_at = now + i64::from(reward.valid_days) * DAY;
        tx.later(HOLD, params![hold, self.member, POINTS, reward.points, expires_at])
            .await?;
        let row = params![
            self.rules.id,
            &self.code,
            id,
            self.member,
            &reward.id,
            json(&reward.name)?,
            reward.points,
            reward.amount,
            &self.rules.program.currency,
            hold,
            expires_at,
            now,
            json(&reward.terms(self.rules.program.spending, reward.amount))?,
            POINTS,
        ];
        tx.later(COUPON, row).await
    }
}

/// Reserves a code for an order, so that no other can have it. Harmless when repeated.
pub struct Use {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The code.
    pub code: String,
    /// The shop's number of the order.
    pub order: String,
    /// The lines it is spread over.
    pub lines: Vec<QuoteLine>,
    /// What delivery would cost without it.
    pub shipping: i64,
    /// Whether the order also carries codes that are not ours.
    pub other_codes: bool,
    /// When.
    pub stamp: Stamp,
}

/// What became of a use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Used {
    /// The order has it.
    Kept(Box<StoredCoupon>),
    /// It cannot be used; where it stands says why. Nothing has changed.
    NotOpen(Box<StoredCoupon>),
    /// There is no such code.
    Unknown,
}

impl Command for Use {
    type Output = Used;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Used, StoreError> {
        const RESERVE: &str = concat!(
            "update coupon set state = 'reserved', order_id = $1, lines = $2, updated_at = $3
            where program_id = $4 and code = $5
                and (state = 'open' or state = 'reserved' and order_id = $1)
                and (select due_at from hold where transfer_id = hold_id) > $3
            returning ",
            columns!()
        );
        const KEEP: &str = "update hold set due_at = $1 where transfer_id = $2 and due_at < $1";
        let find = Find {
            program: self.rules.id,
            code: &self.code,
        };
        let Some(coupon) = find.run(tx).await? else {
            return Ok(Used::Unknown);
        };
        let now = self.stamp.at;
        let lines = json(&self.spread(coupon.amount))?;
        let set = params![&self.order, lines, now, self.rules.id, &self.code];
        if let Some(row) = tx.query_one(RESERVE, set).await? {
            let coupon = StoredCoupon::read(&row)?;
            tx.later(KEEP, params![now + RESERVED_FOR, coupon.hold])
                .await?;
            return Ok(Used::Kept(Box::new(coupon)));
        }
        let at = (&*self.rules, &self.stamp);
        let coupon = find_settled(tx, at, &find).await?;
        let coupon = coupon.ok_or_else(|| StoreError::internal("a coupon went away"))?;
        let same_order = coupon.order.as_ref() == Some(&self.order);
        Ok(if coupon.state == CouponState::Used && same_order {
            Used::Kept(Box::new(coupon))
        } else {
            Used::NotOpen(Box::new(coupon))
        })
    }
}

impl Use {
    /// The coupon's money on each line, to the unit, and on none more than it costs.
    fn spread(&self, amount: i64) -> Vec<CouponLine> {
        let prices: Vec<i64> = self.lines.iter().map(|line| line.amount).collect();
        let amount = amount.min(prices.iter().sum());
        let shares = apportion(amount, &prices);
        let lines = self.lines.iter().zip(shares);
        lines
            .map(|(line, amount)| CouponLine {
                id: line.id.clone(),
                amount,
            })
            .collect()
    }
}

/// What became of letting a coupon go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Its points came back, now or before.
    Done(Box<StoredCoupon>),
    /// An order has it. Nothing has changed.
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
            "update coupon set state = 'released', updated_at = $1
            where program_id = $2 and code = $3 and state in ('open', 'reserved')
                and (select due_at from hold where transfer_id = hold_id) > $1
            returning ",
            columns!()
        );
        let at = (&*self.rules, &self.stamp);
        let key = params![self.stamp.at, self.rules.id, &self.code];
        let row = tx.query_one(END, key).await?;
        let ended = row.as_ref().map(StoredCoupon::read).transpose()?;
        if let Some(coupon) = ended {
            end(tx, at, &coupon, GivenBackCause::Released).await?;
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
            "update coupon set state = 'released', updated_at = $1
            where id = $2 and member_id = $3 and state = 'open' and expires_at > $1 returning ",
            columns!()
        );
        const CODE: &str = "select code from coupon where id = $1 and member_id = $2";
        let at = (&*self.rules, &self.stamp);
        let row = tx
            .query_one(END, params![self.stamp.at, self.id, self.member])
            .await?;
        if let Some(coupon) = row.as_ref().map(StoredCoupon::read).transpose()? {
            end(tx, at, &coupon, GivenBackCause::Cancelled).await?;
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
        CouponState::Released | CouponState::Lapsed => Ended::Done(Box::new(coupon)),
        CouponState::Making
        | CouponState::Open
        | CouponState::Reserved
        | CouponState::Ending
        | CouponState::Used => {
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
async fn find_settled<T: Tx>(
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

/// A coupon's time is over. Its owner's books are open. Answers until when it is kept instead, if an order
/// has taken it in its last moment.
pub(in crate::store) async fn lapse<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    hold: TransferId,
) -> Result<Option<Instant>, StoreError> {
    // It changes nothing, but waits for an order that is just taking the code. Only the next statement
    // sees what that did: whoever waits in PostgreSQL looks again at the row that it waited for, and at
    // no other.
    const LOCK: &str = "update coupon set updated_at = updated_at
        where hold_id = $1 and state in ('open', 'reserved') returning id";
    const KEPT: &str = "select due_at from hold where transfer_id = $1 and due_at > $2";
    const END: &str = concat!(
        "update coupon set state = 'lapsed', updated_at = $1 where hold_id = $2 returning ",
        columns!()
    );
    let locked = tx.query_one(LOCK, params![hold]).await?;
    locked.ok_or_else(|| StoreError::internal("points of no coupon"))?;
    let now = books.now();
    if let Some(row) = tx.query_one(KEPT, params![hold, now]).await? {
        return Ok(Some(row.get(0)?));
    }
    let row = tx.query_one(END, params![now, hold]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a coupon went away"))?;
    let coupon = StoredCoupon::read(&row)?;
    give_back(tx, books, &coupon, GivenBackCause::Lapsed).await?;
    Ok(None)
}

/// Gives the points of a coupon back that its caller has just ended.
pub(super) async fn end<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    coupon: &StoredCoupon,
    cause: GivenBackCause,
) -> Result<(), StoreError> {
    debug_assert!(matches!(state_name(coupon.state), "released"));
    let mut books = Books::open_in(tx, rules, stamp, coupon.member, &coupon.asset).await?;
    books.settle(tx).await?;
    give_back(tx, &mut books, coupon, cause).await?;
    books.close(tx).await?;
    Ok(())
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
