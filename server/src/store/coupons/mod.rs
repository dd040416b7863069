//! Coupons: points set aside under a code, spent by the order that uses it, or given back.
//!
//! ```text
//! making → open → reserved → used     an order has it, the order is paid (or the shop has handed it over)
//!             ↓        ↓        ↓
//!           released or lapsed  released     the points come back; the last when the order is called off
//! ```
//! A code that is made in the shop begins as `making`, and is `ending` until it is useless there: only then its points
//! come back. What is settled at once begins as `used`.
//!
//! An order that is paid with a code whose points had come back takes them again, if need be as debt.

mod commands;
mod mine;
mod orders;
mod redeem;
mod reserving;
mod shop;
mod stock;
mod usage;

pub(super) use commands::lapse;
pub use commands::{Cancel, Ended, EndedAny, Lapse, Release, ReleaseAny};
pub use mine::{Mine, Own};
pub(super) use orders::{
    PaidBy, claim, end_unpaid, give_back, let_go, record, settle_for_guest, spend,
};
pub use redeem::{Redeem, Redeemed};
pub(super) use reserving::{Beside, is_told, next_at};
pub use shop::{AlreadyUsed, Failed, Job, Lease, Made, Useless, Verb, Waiting, Went};
pub use stock::{AddCodes, CODES_MAX};
pub use usage::{Use, UseAny, Used, UsedAny};

use super::ledger::from_json;
use super::{Query, Row, StoreError, Tx, params};
use crate::domain::program::POINTS;
use crate::domain::reward::Terms;
use crate::domain::{DAY, Instant};
use app::api::{
    CouponLine, CouponState, GivenBackCause, Localized, MemberId, ProgramId, RedemptionId,
    RewardKind, TransferId,
};
use serde::{Deserialize, Serialize};

/// What [`StoredCoupon`] reads, in its order.
macro_rules! columns {
    () => {
        "code, id, member_id, reward, name, points, amount, currency, state, hold_id, order_id, taken_id, returned, lines,
            expires_at, terms, asset, wanted, shipping, connection, outside, cause, created_at, shown, reserved_at"
    };
}
use columns;

/// How much longer a code is kept for an order that has it and is not paid yet.
const RESERVED_FOR: i64 = 7 * DAY;

/// A coupon as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCoupon {
    /// The code, as it is looked up.
    pub code: String,
    /// How its owner sees it, where that is not in capitals.
    pub shown: Option<String>,
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
    /// What it is good for.
    pub terms: Terms,
    /// What was paid with.
    pub asset: String,
    /// Points that the order really takes, once it has the code; before that, all of them.
    pub wanted: i64,
    /// What it takes off delivery.
    pub shipping: i64,
    /// The connection that makes it in the shop, if one does.
    pub connection: Option<String>,
    /// The shop's own id of the code.
    pub outside: Option<String>,
    /// When it was redeemed.
    pub created_at: Instant,
    /// Why its points come back, once it is useless in the shop.
    cause: Option<GivenBackCause>,
    /// Where it stands.
    pub state: CouponState,
    hold: TransferId,
    /// The order that has it.
    pub order: Option<String>,
    /// When it was reserved for that order: after all codes that were reserved for it before.
    reserved_at: Option<Instant>,
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
            terms: from_json(&row.get::<String>(15)?)?,
            asset: row.get(16)?,
            wanted: row.get(17)?,
            shipping: row.get(18)?,
            connection: row.get(19)?,
            outside: row.get(20)?,
            cause: row
                .get::<Option<String>>(21)?
                .map(|cause| from_json(&format!("\"{cause}\"")))
                .transpose()?,
            created_at: row.get(22)?,
            shown: row.get(23)?,
            reserved_at: row.get(24)?,
        })
    }

    /// The code as its owner sees it: one that was uploaded is as it was written, since a partner may tell capitals
    /// from small letters. While it is being made, no checkout takes it, and it is empty.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.state == CouponState::Making {
            return "";
        }
        self.shown.as_deref().unwrap_or(&self.code)
    }

    /// What it is good for, as an order sees it: store credit is lowered to what the order needs, as a slider is, since
    /// the rest comes back.
    pub fn order_terms(&self) -> Terms {
        let kind = if self.asset == POINTS {
            self.terms.kind
        } else {
            RewardKind::Slider
        };
        Terms {
            kind,
            ..self.terms.clone()
        }
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

pub(super) fn state_of(name: &str) -> Result<CouponState, StoreError> {
    CouponState::ALL
        .into_iter()
        .find(|state| state.as_str() == name)
        .ok_or_else(|| StoreError::internal("a coupon in no known state"))
}

/// The name that a cause is stored under.
fn cause_name(cause: GivenBackCause) -> &'static str {
    match cause {
        GivenBackCause::Cancelled => "cancelled",
        GivenBackCause::Released => "released",
        GivenBackCause::Lapsed => "lapsed",
        GivenBackCause::OrderCancelled => "order_cancelled",
        GivenBackCause::Refund => "refund",
        GivenBackCause::Unneeded => "unneeded",
        GivenBackCause::NotMade => "not_made",
    }
}

/// A code as it is stored and looked up, whatever way it was typed.
#[must_use]
pub fn looked_up(code: &str) -> String {
    code.trim().to_ascii_uppercase()
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
