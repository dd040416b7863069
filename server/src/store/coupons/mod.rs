//! Coupons: points set aside under a code, spent by the order that uses it, or given back.
//!
//! ```text
//! open → reserved → used          an order has it, the order is paid
//!   ↓        ↓        ↓
//! released or lapsed  released     the points come back; the last when the order is called off
//! ```
//! An order that is paid with a code whose points had come back takes them again, if need be as debt.

mod commands;
mod orders;

pub(super) use commands::lapse;
pub use commands::{Cancel, Ended, Lapse, Redeem, Redeemed, Release, Use, Used};
pub(super) use orders::{PaidBy, claim, give_back, let_go, record, settle_for_guest, spend};

use super::ledger::from_json;
use super::{Query, Row, StoreError, Tx, params};
use crate::domain::{DAY, Instant};
use app::api::{CouponLine, CouponState, Localized, MemberId, ProgramId, RedemptionId, TransferId};
use serde::{Deserialize, Serialize};

/// What [`StoredCoupon`] reads, in its order.
macro_rules! columns {
    () => {
        "code, id, member_id, reward, name, points, amount, currency, state, hold_id, order_id, taken_id, returned, lines, expires_at"
    };
}
use columns;

/// How much longer a code is kept for an order that has it and is not paid yet.
const RESERVED_FOR: i64 = 7 * DAY;

/// A coupon as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCoupon {
    /// The code.
    pub code: String,
    /// The redemption that made it.
    pub id: RedemptionId,
    /// Whose it is.
    pub member: MemberId,
    /// The reward's id in the programme file.
    pub reward: String,
    /// Its name when it was redeemed.
    pub name: Localized,
    /// The points behind it.
    pub points: i64,
    /// Money off, in the currency's smallest unit.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Where it stands.
    pub state: CouponState,
    hold: TransferId,
    /// The order that has it.
    pub order: Option<String>,
    /// The transfer that took the points: the hold, or a later one.
    taken: TransferId,
    returned: i64,
    /// How it is spread over the order's lines.
    pub lines: Vec<CouponLine>,
    /// Until when it can be used.
    pub expires_at: Instant,
}

impl StoredCoupon {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            code: row.get(0)?,
            id: row.get(1)?,
            member: row.get(2)?,
            reward: row.get(3)?,
            name: from_json(&row.get::<String>(4)?)?,
            points: row.get(5)?,
            amount: row.get(6)?,
            currency: row.get(7)?,
            state: state_of(&row.get::<String>(8)?)?,
            hold: row.get(9)?,
            order: row.get(10)?,
            taken: row.get(11)?,
            returned: row.get(12)?,
            lines: from_json(&row.get::<String>(13)?)?,
            expires_at: row.get(14)?,
        })
    }

    /// Where it stands at a moment: one whose time is over has lapsed even before somebody wrote so.
    pub fn state_at(&self, now: Instant) -> CouponState {
        if self.state == CouponState::Open && self.expires_at <= now {
            CouponState::Lapsed
        } else {
            self.state
        }
    }
}

fn state_of(name: &str) -> Result<CouponState, StoreError> {
    use CouponState::{Lapsed, Open, Released, Reserved, Used};
    [Open, Reserved, Used, Released, Lapsed]
        .into_iter()
        .find(|state| state_name(*state) == name)
        .ok_or_else(|| StoreError::internal("a coupon in no known state"))
}

fn state_name(state: CouponState) -> &'static str {
    match state {
        CouponState::Open => "open",
        CouponState::Reserved => "reserved",
        CouponState::Used => "used",
        CouponState::Released => "released",
        CouponState::Lapsed => "lapsed",
    }
}

/// The coupon of a code.
pub struct Find<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The code.
    pub code: &'a str,
}

impl Query for Find<'_> {
    type Output = Option<StoredCoupon>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from coupon where program_id = $1 and code = $2"
        );
        let row = tx.query_one(SQL, params![self.program, self.code]).await?;
        row.as_ref().map(StoredCoupon::read).transpose()
    }
}
