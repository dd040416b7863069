//! What a basket would earn and what can be paid for it with points.

use super::MemberRef;
use serde::{Deserialize, Serialize};

/// A line of a basket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteLine {
    /// The shop's id of the line.
    pub id: String,
    /// What the whole line costs before anything of this programme, in the currency's smallest unit.
    pub amount: i64,
    /// How many.
    #[serde(default = "one")]
    pub qty: i64,
    /// What it is.
    #[serde(default)]
    pub sku: Option<String>,
    /// The product's collections.
    #[serde(default)]
    pub collections: Vec<String>,
    /// Whether the price is reduced.
    #[serde(default)]
    pub on_sale: bool,
}

fn one() -> i64 {
    1
}

/// Asks what a basket earns and how much of it can be paid with points. Changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewQuote {
    /// Who buys; nobody known if empty.
    pub member: Option<MemberRef>,
    /// ISO 4217.
    pub currency: String,
    /// What is in it.
    pub lines: Vec<QuoteLine>,
    /// What delivery costs, before anything of this programme.
    #[serde(default)]
    pub shipping: i64,
    /// The part of the prices above that is tax.
    #[serde(default)]
    pub tax: i64,
    /// Codes of ours that the order would carry.
    #[serde(default)]
    pub coupon_codes: Vec<String>,
    /// Whether it also carries codes that are not ours.
    #[serde(default)]
    pub other_codes: bool,
    /// The shop's number of the order, once there is one: codes that it has reserved can be used for it.
    #[serde(default)]
    pub order_id: Option<String>,
    /// Points that the member would like to pay with, beside the codes.
    #[serde(default)]
    pub points: i64,
}

/// Why something is not, or not wholly, possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuoteReason {
    /// Stable name: `balance`, `max_percent`, `on_sale`, `other_codes`, `minimum`, `currency`, `no_member`,
    /// `no_slider`, `step`, `not_open`, `unknown`, `nothing_left`, `no_product`, `not_for_orders`, `gift_not_for_you`.
    pub code: String,
    /// The same as a sentence, in English.
    pub detail: String,
}

/// What becomes of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuotedLine {
    /// The shop's id of the line.
    pub id: String,
    /// What it costs.
    pub price: i64,
    /// What the tier's standing discount takes off.
    pub discount: i64,
    /// What codes take off.
    pub coupons: i64,
    /// What the wished points take off.
    pub points: i64,
    /// What is left to pay: `price` − `discount` − `coupons` − `points`.
    pub pays: i64,
    /// Points that it would earn.
    pub earns: i64,
}

/// What becomes of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuotedCoupon {
    /// The code.
    pub code: String,
    /// What it takes off, delivery among it.
    pub amount: i64,
    /// Points of it that would really be spent.
    pub points: i64,
    /// Why it cannot be used; empty: it can.
    pub reason: Option<QuoteReason>,
}

/// How much can be paid with points, beside the codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuotedSpending {
    /// The reward that does it: a slider's id; empty if there is none.
    pub reward: Option<String>,
    /// At most so many points.
    pub points_max: i64,
    /// What these come to, in the currency's smallest unit.
    pub amount_max: i64,
    /// The wished points, as far as they can be.
    pub points: i64,
    /// What these come to.
    pub amount: i64,
    /// Why not more.
    pub reasons: Vec<QuoteReason>,
}

/// What a basket would earn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuotedEarning {
    /// Points.
    pub points: i64,
    /// Days until they can be spent.
    pub hold_days: u32,
    /// Why none: a reason of orders.
    pub reason: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct QuoteView {
    /// ISO 4217.
    pub currency: String,
    /// Line by line, in the order they were sent.
    pub lines: Vec<QuotedLine>,
    /// Delivery before.
    pub shipping_price: i64,
    /// What is left to pay of it: a tier's free delivery and codes taken off.
    pub shipping: i64,
    /// What is left to pay of everything.
    pub total: i64,
    /// The codes.
    pub coupons: Vec<QuotedCoupon>,
    /// The points.
    pub spending: QuotedSpending,
    /// What it would earn, for what is left to pay.
    pub earning: QuotedEarning,
}
