//! What a shop's backend can ask and do beside orders: members, adjustments, coupons.

use super::{
    Balance, Customer, MemberId, QuoteLine, RedemptionId, RewardKind, Standing, TransferId,
};
use serde::{Deserialize, Serialize};

/// Names a member: exactly one way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberRef {
    /// Our id.
    pub id: Option<MemberId>,
    /// The shop's customer id, the `sub` of its tokens.
    pub customer: Option<String>,
    /// A proven address.
    pub email: Option<String>,
}

/// Joins a customer on the shop's word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// The shop's customer id, the `sub` of its tokens.
    pub customer: Option<String>,
    /// An address that the shop has proven.
    pub email: Option<String>,
    /// The member's name.
    pub name: Option<String>,
    /// A language of the programme.
    pub locale: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
}

/// A member, as the shop sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// The member.
    pub id: MemberId,
    /// The shop's customer id.
    pub customer: Option<String>,
    /// As the member or the shop gave it.
    pub name: Option<String>,
    /// As it was proven.
    pub email: Option<String>,
    /// When the member joined.
    pub joined_at: String,
    /// The member's language.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// What the member has.
    pub balance: Balance,
    /// Where the member stands.
    pub standing: Standing,
}

/// A page of members, in the order they joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Members {
    /// The members.
    pub items: Vec<MemberView>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
}

/// Gives a member a tier by hand, or ends that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ManualTier {
    /// The tier's id in the programme file; empty to give back the tier the member has earned.
    pub tier: Option<String>,
    /// Until when. RFC 3339.
    pub until: Option<String>,
}

/// Puts a balance right by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    /// Whose balance.
    pub member: MemberRef,
    /// Points, above zero to give and below zero to take. Taking never makes a debt.
    pub amount: i64,
    /// Why, in words that the member reads.
    pub note: String,
}

/// What an adjustment did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AdjustmentView {
    /// The transfer that it made.
    pub transfer: TransferId,
    /// Whose balance.
    pub member: MemberId,
    /// Points.
    pub amount: i64,
    /// The available balance after it.
    pub balance: i64,
}

/// Where a coupon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CouponState {
    /// It is being made where the shop sells; its points are set aside.
    Making,
    /// It can be used; its points are set aside.
    Open,
    /// An order has it, and is not paid yet.
    Reserved,
    /// The order is paid, or the shop has handed it over; its points are spent.
    Used,
    /// It is being made useless where the shop sells; its points come back after that.
    Ending,
    /// The member cancelled it or the shop let it go; its points came back.
    Released,
    /// It was not used in time; its points came back.
    Lapsed,
}

impl CouponState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Making,
        Self::Open,
        Self::Reserved,
        Self::Used,
        Self::Ending,
        Self::Released,
        Self::Lapsed,
    ];

    /// Its name in the store and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Open => "open",
            Self::Reserved => "reserved",
            Self::Used => "used",
            Self::Ending => "ending",
            Self::Released => "released",
            Self::Lapsed => "lapsed",
        }
    }
}

/// The part of a coupon that falls on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CouponLine {
    /// The shop's id of the line.
    pub id: String,
    /// Money off this line, in the currency's smallest unit.
    pub amount: i64,
}

/// A coupon, as a checkout sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CouponView {
    /// The code.
    pub code: String,
    /// Where it stands.
    pub state: CouponState,
    /// What it is.
    pub kind: RewardKind,
    /// Money off, in the currency's smallest unit; 0 where that depends on the basket, or it gives none.
    pub amount: i64,
    /// In thousandths of what it applies to, where it is a part of a price.
    pub permille: Option<i64>,
    /// The product that is free with it.
    pub sku: Option<String>,
    /// Orders below this cannot use it, in the currency's smallest unit.
    pub minimum: i64,
    /// ISO 4217.
    pub currency: String,
    /// The asset behind it: `points`, or a currency of store credit; empty behind a friend's gift.
    pub asset: Option<String>,
    /// What of it is behind it.
    pub points: i64,
    /// Whose it is; nobody's if it is a friend's gift.
    pub member: Option<MemberId>,
    /// The order that has it.
    pub order_id: Option<String>,
    /// Until when it can be used.
    pub expires_at: String,
    /// How it is spread over the lines that were named, to the unit.
    pub lines: Vec<CouponLine>,
    /// What it takes off delivery, once an order has it.
    pub shipping: i64,
}

/// Reserves a coupon for an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UseCoupon {
    /// The shop's number of the order; for what is handed over without one, whatever the shop calls that.
    pub order_id: String,
    /// The lines it is spread over, with what each would cost without it. Without any, the programme's limits
    /// cannot be looked at.
    #[serde(default)]
    pub lines: Vec<QuoteLine>,
    /// What delivery would cost without it.
    #[serde(default)]
    pub shipping: i64,
    /// Whether the order also carries codes that are not ours.
    #[serde(default)]
    pub other_codes: bool,
    /// Who orders, as the order will say: a friend's gift is for new customers alone. Empty: only the payment shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
}

/// Points that were turned into a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RedemptionView {
    /// The redemption.
    pub id: RedemptionId,
    /// The reward's id in the programme file.
    pub reward: String,
    /// The coupon.
    pub coupon: CouponView,
    /// The available balance after it.
    pub balance: i64,
}
