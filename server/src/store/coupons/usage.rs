//! Shops use codes: for an order that is not paid yet, or once and for all where no order follows.

use super::commands::{find_settled, keep};
use super::orders::spend_hold;
use super::{Beside, Find, RESERVED_FOR, StoredCoupon, columns, is_told, next_at};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::terms::{self, Spread};
use crate::store::ledger::{Books, json};
use crate::store::referrals::{GiftUsed, UseGift};
use crate::store::{Command, StoreError, Tx, busy, params};
use app::api::{CouponState, Customer, QuoteLine, QuoteReason, Settles};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reserves a code for an order, so that no other can have it; spends one that is for no order. Harmless when
/// repeated.
pub struct Use {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The code.
    pub code: String,
    /// The shop's number of the order; of what is handed over, whatever the shop calls that.
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
    /// The basket does not fit; why. Nothing has changed.
    Terms(QuoteReason),
    /// There is no such code.
    Unknown,
}

impl Command for Use {
    type Output = Used;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Used, StoreError> {
        // Of two orders that want the code the second waits here for the first.
        const LOCK: &str = concat!(
            "select ",
            columns!(),
            " from coupon where program_id = $1 and code = $2
                and (state = 'open' or state = 'reserved' and order_id = $3)
                and (select due_at from hold where transfer_id = hold_id) > $4
            for no key update"
        );
        // Two codes that are wanted for one order at the same moment would not see each other, and neither would see the
        // order if that is told just now.
        let program = self.rules.id;
        busy::lock_order(tx, program, &self.order).await?;
        let key = params![program, &self.code, &self.order, self.stamp.at];
        let row = tx.query_one(LOCK, key).await?;
        let Some(coupon) = row.as_ref().map(StoredCoupon::read).transpose()? else {
            return self.not_open(tx).await;
        };
        if coupon.connection.is_some() {
            // The shop where it was made uses it by itself, and one order there and one here could have it.
            return Ok(Used::NotOpen(Box::new(coupon)));
        }
        if coupon.terms.kind.settles() == Settles::WhenHandedOver {
            return self.hand_over(tx, coupon).await;
        }
        if coupon.state == CouponState::Open && is_told(tx, program, &self.order).await? {
            // The order has been settled without it, and nothing would ever spend it or let it go.
            return Ok(Used::NotOpen(Box::new(coupon)));
        }
        self.reserve(tx, coupon).await
    }
}

impl Use {
    /// The answer for a code that this order cannot have, unless it has used it already.
    async fn not_open<T: Tx>(&self, tx: &mut T) -> Result<Used, StoreError> {
        let find = Find {
            program: self.rules.id,
            code: &self.code,
        };
        let at = (&*self.rules, &self.stamp);
        let Some(coupon) = find_settled(tx, at, &find).await? else {
            return Ok(Used::Unknown);
        };
        let same_order = coupon.order.as_ref() == Some(&self.order);
        Ok(if coupon.state == CouponState::Used && same_order {
            Used::Kept(Box::new(coupon))
        } else {
            Used::NotOpen(Box::new(coupon))
        })
    }

    /// Keeps a coupon for the order that its caller has locked.
    async fn reserve<T: Tx>(
        &self,
        tx: &mut T,
        mut coupon: StoredCoupon,
    ) -> Result<Used, StoreError> {
        const RESERVE: &str =
            "update coupon set state = 'reserved', order_id = $1, lines = $2, shipping = $3,
                wanted = $4, updated_at = $5, reserved_at = $6
            where id = $7";
        let (spread, wanted) = if self.lines.is_empty() {
            (Spread::default(), coupon.points)
        } else {
            match self.spread(tx, &coupon).await? {
                Ok(found) => found,
                Err(reason) => return Ok(Used::Terms(reason)),
            }
        };
        let now = self.stamp.at;
        let reserved_at = match coupon.reserved_at {
            Some(at) => at,
            None => next_at(tx, self.rules.id, &self.order, now).await?,
        };
        coupon.state = CouponState::Reserved;
        coupon.order = Some(self.order.clone());
        coupon.reserved_at = Some(reserved_at);
        coupon.lines = spread.lines;
        coupon.shipping = spread.shipping;
        coupon.wanted = wanted;
        let set = params![
            &self.order,
            json(&coupon.lines)?,
            coupon.shipping,
            wanted,
            now,
            reserved_at,
            coupon.id
        ];
        tx.later(RESERVE, set).await?;
        keep(tx, coupon.hold, now + RESERVED_FOR).await?;
        Ok(Used::Kept(Box::new(coupon)))
    }

    /// What a coupon takes off the lines, beside what other codes of the same order take already, and how many of its
    /// points that needs. One that is used again stays in its place: only those that were reserved before it come first.
    async fn spread<T: Tx>(
        &self,
        tx: &mut T,
        coupon: &StoredCoupon,
    ) -> Result<Result<(Spread, i64), QuoteReason>, StoreError> {
        const OTHERS: &str = "select terms, lines, shipping from coupon
            where program_id = $1 and order_id = $2 and state = 'reserved' and code <> $3
                and (select due_at from hold where transfer_id = hold_id) > $4 and reserved_at < $5
            order by code";
        const GIFTS: &str = "select gift_terms, gift_lines, gift_shipping from referral
            where program_id = $1 and gift_order = $2 and gift_state = 'reserved'
                and gift_reserved_at < $3";
        let (program, now) = (self.rules.id, self.stamp.at);
        let before = coupon.reserved_at.unwrap_or(Instant::MAX);
        let others = params![program, &self.order, &self.code, now, before];
        let others = tx.query(OTHERS, others).await?;
        let gifts = params![program, &self.order, before];
        let gifts = tx.query(GIFTS, gifts).await?;
        let mut beside = Beside::of(&self.lines);
        for row in others.iter().chain(&gifts) {
            beside.add(row)?;
        }
        let basket = beside.basket(self.shipping, self.other_codes);
        let terms = coupon.order_terms();
        Ok(terms::spread(&terms, &basket).map(|spread| {
            let wanted = terms::spent(&terms, coupon.points, spread.amount());
            (spread, wanted.max(1))
        }))
    }

    /// Spends a coupon that is for no order, and that its caller has locked.
    async fn hand_over<T: Tx>(
        &self,
        tx: &mut T,
        mut coupon: StoredCoupon,
    ) -> Result<Used, StoreError> {
        const USED: &str =
            "update coupon set state = 'used', order_id = $1, updated_at = $2 where id = $3";
        let now = self.stamp.at;
        tx.later(USED, params![&self.order, now, coupon.id]).await?;
        coupon.state = CouponState::Used;
        coupon.order = Some(self.order.clone());
        let (member, asset) = (coupon.member, coupon.asset.clone());
        let mut books = Books::open_in(tx, &self.rules, &self.stamp, member, &asset).await?;
        books.settle(tx).await?;
        spend_hold(tx, &mut books, &coupon).await?;
        books.close(tx).await?;
        Ok(Used::Kept(Box::new(coupon)))
    }
}

/// The same for a code of which it is not known whether it is a member's or a friend's gift.
/// And who orders, as far as the shop says.
pub struct UseAny(pub Use, pub Option<Customer>);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsedAny {
    /// It is a member's coupon, or nothing at all.
    Coupon(Used),
    /// It is a friend's gift.
    Gift(GiftUsed),
}

impl Command for UseAny {
    type Output = UsedAny;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<UsedAny, StoreError> {
        let used = self.0.run(tx).await?;
        if used != Used::Unknown {
            return Ok(UsedAny::Coupon(used));
        }
        let Use {
            rules,
            code,
            order,
            lines,
            shipping,
            other_codes,
            stamp,
        } = &self.0;
        let gift = UseGift {
            rules: Arc::clone(rules),
            code: code.clone(),
            order: order.clone(),
            lines: lines.clone(),
            shipping: *shipping,
            other_codes: *other_codes,
            customer: self.1.clone(),
            stamp: *stamp,
        };
        Ok(UsedAny::Gift(gift.run(tx).await?))
    }
}
