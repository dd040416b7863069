//! A checkout takes a gift for an order, or lets it go.

use super::{GiftOf, StoredGift, columns};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::reward::Terms;
use crate::domain::terms::{Basket, Why, spread};
use crate::store::ledger::{from_json, json};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{CouponLine, CouponState, ProgramId, QuoteLine, QuoteReason};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Reserves a gift for an order. Harmless when repeated.
pub struct UseGift {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The code, in capitals.
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

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GiftUsed {
    /// The order has it.
    Kept(Box<StoredGift>),
    /// It cannot be used; where it stands says why.
    NotOpen(Box<StoredGift>),
    /// The basket does not fit; why.
    Terms(QuoteReason),
    /// There is no such gift.
    Unknown,
}

/// What other codes of an order take off already.
struct Beside {
    taken: Vec<i64>,
    shipping: i64,
    codes: usize,
    /// Whether all of them can stand beside others.
    all_can: bool,
}

impl Command for UseGift {
    type Output = GiftUsed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<GiftUsed, StoreError> {
        // It changes nothing, but of two orders that want one gift the second waits here for the first.
        const LOCK: &str = "update referral set updated_at = updated_at
            where program_id = $1 and gift_code = $2";
        const KEEP: &str = concat!(
            "update referral set gift_state = 'reserved', gift_order = $1, gift_lines = $2, gift_shipping = $3,
                updated_at = $4
            where program_id = $5 and gift_code = $6 and stage = 'gift' and gift_state in ('open', 'reserved')
            returning ",
            columns!()
        );
        let (program, now) = (self.rules.id, self.stamp.at);
        tx.execute(LOCK, params![program, &self.code]).await?;
        let of = GiftOf {
            program,
            code: &self.code,
        };
        let Some(gift) = of.run(tx).await? else {
            return Ok(GiftUsed::Unknown);
        };
        let is_own = gift.order.as_ref() == Some(&self.order);
        match gift.state_at(now) {
            CouponState::Open => {}
            CouponState::Reserved if is_own => {}
            CouponState::Used if is_own => return Ok(GiftUsed::Kept(Box::new(gift))),
            _ => return Ok(GiftUsed::NotOpen(Box::new(gift.as_of(now)))),
        }
        let beside = match self.beside(tx).await? {
            Ok(beside) => beside,
            Err(why) => return Ok(GiftUsed::Terms(why.into())),
        };
        let basket = Basket {
            lines: &self.lines,
            shipping: self.shipping,
            other_codes: self.other_codes,
            taken: &beside.taken,
            shipping_taken: beside.shipping,
            beside: (beside.codes, beside.all_can),
        };
        let spread = match spread(&gift.terms, &basket) {
            Ok(spread) => spread,
            Err(reason) => return Ok(GiftUsed::Terms(reason)),
        };
        let set = params![
            &self.order,
            json(&spread.lines)?,
            spread.shipping,
            now,
            program,
            &self.code
        ];
        let row = tx.query_one(KEEP, set).await?;
        let row = row.ok_or_else(|| StoreError::internal("a gift that no order has went away"))?;
        Ok(GiftUsed::Kept(Box::new(StoredGift::read(&row)?)))
    }
}

impl StoredGift {
    /// The same with the state of a moment.
    fn as_of(self, now: Instant) -> Self {
        Self {
            state: self.state_at(now),
            ..self
        }
    }
}

impl UseGift {
    /// What the order's coupons take off, or why a gift cannot join them.
    async fn beside<T: Tx>(&self, tx: &mut T) -> Result<Result<Beside, Why>, StoreError> {
        const COUPONS: &str = "select lines, shipping, terms from coupon
            where program_id = $1 and order_id = $2 and state in ('reserved', 'used') order by code";
        // An order is one friend's: two gifts would take off twice what was promised.
        const GIFTS: &str = "select id from referral where program_id = $1 and gift_order = $2
            and gift_code <> $3 and gift_state in ('reserved', 'used') limit 1";
        let order = params![self.rules.id, &self.order, &self.code];
        if tx.query_one(GIFTS, order).await?.is_some() {
            return Ok(Err(Why::OtherCodes));
        }
        let mut beside = Beside {
            taken: vec![0; self.lines.len()],
            shipping: 0,
            codes: 0,
            all_can: true,
        };
        let order = params![self.rules.id, &self.order];
        for row in tx.query(COUPONS, order).await? {
            let lines: Vec<CouponLine> = from_json(&row.get::<String>(0)?)?;
            let terms: Terms = from_json(&row.get::<String>(2)?)?;
            for (taken, line) in beside.taken.iter_mut().zip(&self.lines) {
                let own = lines.iter().filter(|other| other.id == line.id);
                *taken += own.map(|other| other.amount).sum::<i64>();
            }
            beside.shipping += row.get::<i64>(1)?;
            beside.codes += 1;
            beside.all_can &= terms.with_other_codes;
        }
        Ok(Ok(beside))
    }
}

/// The shop lets a gift go: it can be used again, since nothing was paid for it.
pub struct ReleaseGift {
    /// The programme.
    pub program: ProgramId,
    /// The code, in capitals.
    pub code: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GiftEnded {
    /// It can be used by another order.
    Open(Box<StoredGift>),
    /// An order is paid with it, or its time is over.
    InUse(Box<StoredGift>),
    /// There is no such gift.
    Unknown,
}

impl Command for ReleaseGift {
    type Output = GiftEnded;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<GiftEnded, StoreError> {
        const OPEN: &str =
            "update referral set gift_state = 'open', gift_order = null, gift_lines = '[]', gift_shipping = 0,
                updated_at = $1
            where program_id = $2 and gift_code = $3 and stage = 'gift' and gift_state = 'reserved'";
        let now = self.stamp.at;
        tx.execute(OPEN, params![now, self.program, &self.code])
            .await?;
        let of = GiftOf {
            program: self.program,
            code: &self.code,
        };
        let Some(gift) = of.run(tx).await? else {
            return Ok(GiftEnded::Unknown);
        };
        let gift = Box::new(gift.as_of(now));
        Ok(match gift.state {
            CouponState::Open => GiftEnded::Open(gift),
            _ => GiftEnded::InUse(gift),
        })
    }
}
