//! A checkout takes a gift for an order, or lets it go.

use super::whom::{Friend, NotForYou, Order, not_for};
use super::{GiftOf, StoredGift, columns};
use crate::clock::Stamp;
use crate::domain::identity::Shopper;
use crate::domain::program::Rules;
use crate::domain::reward::Terms;
use crate::domain::terms::{Spread, Why, spread};
use crate::domain::{Instant, email};
use crate::store::coupons::{Beside, is_told, next_at};
use crate::store::ledger::json;
use crate::store::referrals::lock_friend;
use crate::store::{Command, Query, StoreError, Tx, busy, members, params};
use app::api::{CouponState, Customer, ProgramId, QuoteLine, QuoteReason};
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
    /// Who orders, as far as the shop knows; empty: it does not say, and the payment has to show it.
    pub customer: Option<Customer>,
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
    /// It is not for whoever orders.
    NotForYou(NotForYou),
    /// There is no such gift.
    Unknown,
}

impl Command for UseGift {
    type Output = GiftUsed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<GiftUsed, StoreError> {
        // Of two orders that want one gift the second waits here for the first.
        const LOCK: &str = "select id from referral where program_id = $1 and gift_code = $2
            for no key update";
        const KEEP: &str = concat!(
            "update referral set gift_state = 'reserved', gift_order = $1, gift_lines = $2, gift_shipping = $3,
                updated_at = $4, friend_email = coalesce(friend_email, $5), friend_id = coalesce($6, friend_id),
                gift_reserved_at = $7
            where program_id = $8 and gift_code = $9 and stage = 'gift' and gift_state in ('open', 'reserved')
            returning ",
            columns!()
        );
        let (program, now) = (self.rules.id, self.stamp.at);
        let friend = self.friend(tx).await?;
        self.lock(tx, &friend).await?;
        tx.query(LOCK, params![program, &self.code]).await?;
        let of = GiftOf {
            program,
            code: &self.code,
        };
        let Some(gift) = of.run(tx).await? else {
            return Ok(GiftUsed::Unknown);
        };
        let is_own = gift.order.as_ref() == Some(&self.order);
        let state = gift.state_at(now);
        if state == CouponState::Open && is_told(tx, program, &self.order).await? {
            // The order has been settled without it, and nothing would ever use it or let it go.
            return Ok(GiftUsed::NotOpen(Box::new(gift)));
        }
        match state {
            CouponState::Open => {}
            CouponState::Reserved if is_own => {}
            CouponState::Used if is_own => return Ok(GiftUsed::Kept(Box::new(gift))),
            _ => return Ok(GiftUsed::NotOpen(Box::new(gift.seen_at(now)))),
        }
        if let Some(why) = self.not_for(tx, &gift, &friend).await? {
            return Ok(GiftUsed::NotForYou(why));
        }
        let beside = match self.beside(tx, &gift).await? {
            Ok(beside) => beside,
            Err(why) => return Ok(GiftUsed::Terms(why.into())),
        };
        let spread = match self.spread(&gift.terms, &beside) {
            Ok(spread) => spread,
            Err(reason) => return Ok(GiftUsed::Terms(reason)),
        };
        let reserved_at = match gift.reserved_at {
            Some(at) => at,
            None => next_at(tx, program, &self.order, now).await?,
        };
        let set = params![
            &self.order,
            json(&spread.lines)?,
            spread.shipping,
            now,
            friend.mailbox,
            friend.member,
            reserved_at,
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
    fn seen_at(self, now: Instant) -> Self {
        Self {
            state: self.state_at(now),
            ..self
        }
    }
}

impl UseGift {
    /// Whoever orders, as far as the shop says.
    async fn friend<T: Tx>(&self, tx: &mut T) -> Result<Friend<'_>, StoreError> {
        let Some(customer) = &self.customer else {
            return Ok(Friend {
                member: None,
                mailbox: None,
                customer: None,
            });
        };
        let shopper = Shopper {
            customer: customer.id.clone(),
            email: customer.email.as_deref().and_then(email::parse),
            email_verified: true,
            ..Shopper::default()
        };
        Ok(Friend {
            member: members::find(tx, self.rules.id, &shopper).await?,
            mailbox: shopper.email.as_deref().map(email::canonical),
            customer: customer.id.as_deref(),
        })
    }

    /// Two gifts that are wanted for one order, or by one friend, at the same moment would not see each other.
    async fn lock<T: Tx>(&self, tx: &mut T, friend: &Friend<'_>) -> Result<(), StoreError> {
        let program = self.rules.id;
        busy::lock_order(tx, program, &self.order).await?;
        let friend = (friend.mailbox.as_deref(), friend.member);
        lock_friend(tx, program, friend).await
    }

    /// Why a gift is not for whoever orders.
    async fn not_for<T: Tx>(
        &self,
        tx: &mut T,
        gift: &StoredGift,
        friend: &Friend<'_>,
    ) -> Result<Option<NotForYou>, StoreError> {
        let Some(customer) = &self.customer else {
            return Ok(None);
        };
        let order = Order {
            program: self.rules.id,
            id: &self.order,
            now: self.stamp.at,
        };
        Ok(match not_for(tx, gift, friend, order).await? {
            None | Some(NotForYou::HadOne) if customer.is_new == Some(false) => {
                Some(NotForYou::Customer)
            }
            why => why,
        })
    }

    /// What the gift takes off, beside what the order's coupons do; of an order without lines that is not known.
    fn spread(&self, terms: &Terms, beside: &Beside<'_>) -> Result<Spread, QuoteReason> {
        if self.lines.is_empty() {
            return Ok(Spread::default());
        }
        spread(terms, &beside.basket(self.shipping, self.other_codes))
    }

    /// What the order's coupons take off that were reserved before the gift, or why it cannot join them.
    async fn beside<T: Tx>(
        &self,
        tx: &mut T,
        gift: &StoredGift,
    ) -> Result<Result<Beside<'_>, Why>, StoreError> {
        const COUPONS: &str = "select terms, lines, shipping from coupon
            where program_id = $1 and order_id = $2 and state in ('reserved', 'used') and reserved_at < $3
            order by code";
        // An order is one friend's: two gifts would take off twice what was promised.
        const GIFTS: &str = "select id from referral where program_id = $1 and gift_order = $2
            and gift_code <> $3 and gift_state in ('reserved', 'used') limit 1";
        let order = params![self.rules.id, &self.order, &self.code];
        if tx.query_one(GIFTS, order).await?.is_some() {
            return Ok(Err(Why::OtherCodes));
        }
        let mut beside = Beside::of(&self.lines);
        let before = gift.reserved_at.unwrap_or(Instant::MAX);
        let order = params![self.rules.id, &self.order, before];
        for row in tx.query(COUPONS, order).await? {
            beside.add(&row)?;
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
                gift_reserved_at = null, friend_id = null, updated_at = $1
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
        let gift = Box::new(gift.seen_at(now));
        Ok(match gift.state {
            CouponState::Open => GiftEnded::Open(gift),
            _ => GiftEnded::InUse(gift),
        })
    }
}
