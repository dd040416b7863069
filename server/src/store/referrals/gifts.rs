//! Gifts of friends: made by a press of a button, before any account, and used like coupons.

mod give;
mod reserve;
mod whom;

pub use give::{GIFTS_A_DAY_MAX, Give, Given};
pub use reserve::{GiftEnded, GiftUsed, ReleaseGift, UseGift};
pub use whom::{ForMember, NotForYou};

use crate::domain::reward::Terms;
use crate::domain::{DAY, Instant};
use crate::store::coupons::state_of;
use crate::store::ledger::from_json;
use crate::store::{Query, Row, StoreError, Tx, params};
use app::api::{CouponLine, CouponState, Localized, MemberId, ProgramId, ReferralId};
use serde::{Deserialize, Serialize};

/// How much longer a gift is kept for an order that has it and is not paid yet.
pub(super) const RESERVED_FOR: i64 = 7 * DAY;

/// What [`StoredGift`] reads, in its order.
macro_rules! columns {
    () => {
        "id, advocate_id, gift_code, gift_name, gift_terms, gift_state, gift_order, gift_lines, gift_shipping,
            expires_at, created_at, source, minimum, gift_reserved_at"
    };
}
pub(super) use columns;

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
    /// When it was taken.
    pub created_at: Instant,
    /// What the order has to come to for the advocate to be rewarded, as it was when the gift was taken.
    pub minimum: i64,
    /// Where it was taken from, as a keyed digest. It is forgotten, so no answer that is kept has it.
    #[serde(skip)]
    pub(super) source: Option<Vec<u8>>,
    /// When it was reserved for its order: after all codes that were reserved for that before.
    reserved_at: Option<Instant>,
}

impl StoredGift {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let text = |index| row.get::<String>(index);
        Ok(Self {
            id: row.get(0)?,
            advocate: row.get(1)?,
            code: text(2)?,
            name: from_json(&text(3)?)?,
            terms: from_json(&text(4)?)?,
            state: state_of(&text(5)?)?,
            order: row.get(6)?,
            lines: from_json(&text(7)?)?,
            shipping: row.get(8)?,
            expires_at: row.get(9)?,
            created_at: row.get(10)?,
            source: row.get(11)?,
            minimum: row.get(12)?,
            reserved_at: row.get(13)?,
        })
    }

    /// Where it stands at a moment: one whose time is over has lapsed even before somebody wrote so.
    pub fn state_at(&self, now: Instant) -> CouponState {
        let ends_at = match self.state {
            CouponState::Open => self.expires_at,
            CouponState::Reserved => self.expires_at + RESERVED_FOR,
            state => return state,
        };
        if ends_at <= now {
            CouponState::Lapsed
        } else {
            self.state
        }
    }

    /// Whether an order that is told now, and was placed then, can still have it: it is not another's, and the order
    /// came in time, however late it is told.
    pub(super) fn is_for(&self, order: &str, placed_at: Instant, now: Instant) -> bool {
        let is_own = self.order.as_deref() == Some(order);
        match self.state {
            CouponState::Reserved => is_own,
            CouponState::Open if now < self.expires_at => true,
            CouponState::Open | CouponState::Lapsed => {
                (self.created_at..self.expires_at).contains(&placed_at)
            }
            _ => false,
        }
    }
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

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from referral where program_id = $1 and gift_code = $2"
        );
        let row = tx.query_one(SQL, params![self.program, self.code]).await?;
        row.as_ref().map(StoredGift::read).transpose()
    }
}
