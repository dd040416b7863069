//! Orders, as a shop's backend tells them.

use serde::{Deserialize, Serialize};

/// Whether an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Paid.
    Paid,
    /// Called off. Final: a payment told later changes nothing.
    Cancelled,
}

/// Who ordered. At least one way to know them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The shop's customer id, the `sub` of its tokens.
    pub id: Option<String>,
    /// An address.
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// Whether the shop knows no earlier order of theirs; empty: it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_new: Option<bool>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The shop's id of the line.
    pub id: String,
    /// What was bought.
    pub sku: Option<String>,
    /// What people call it, in at most 255 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What was paid for the whole line, in the currency's smallest unit.
    pub amount: i64,
    /// How many.
    pub qty: i64,
    /// The product's collections.
    #[serde(default)]
    pub collections: Vec<String>,
    /// Whether the price was reduced.
    #[serde(default)]
    pub on_sale: bool,
}

/// An order: a document that is sent whole, again when it changes. Amounts are in the currency's
/// smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shop's number.
    pub id: String,
    /// Who ordered.
    pub customer: Customer,
    /// ISO 4217.
    pub currency: String,
    /// All that was paid, with delivery and tax.
    pub total: i64,
    /// The part of `total` that is delivery.
    #[serde(default)]
    pub shipping: i64,
    /// The part of `total` that is tax.
    #[serde(default)]
    pub tax: i64,
    /// What was taken off before `total`.
    #[serde(default)]
    pub discount: i64,
    /// What was bought.
    #[serde(default)]
    pub lines: Vec<OrderLine>,
    /// How it was paid, in the shop's words.
    pub payment_method: Option<String>,
    /// Codes that were used, at most 50.
    #[serde(default)]
    pub coupon_codes: Vec<String>,
    /// Whose friend it was.
    pub referral_code: Option<String>,
    /// Anything that is the same for the same delivery address, such as a digest of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_hash: Option<String>,
    /// Anything that is the same for the same card, such as a payment service's fingerprint of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_hash: Option<String>,
    /// Whether it stands.
    pub status: OrderStatus,
    /// When it came to stand so. RFC 3339.
    pub at: String,
}

/// What is known of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OrderView {
    /// The shop's number.
    pub id: String,
    /// Whether it stands.
    pub status: OrderStatus,
    /// Whose it is, if that is known.
    pub member: Option<super::MemberId>,
    /// What it earned, less what was really taken back. Points that ran out before were let go, and
    /// stay here.
    pub points: i64,
    /// When they become, or became, available, if they had to wait.
    pub available_at: Option<String>,
    /// Money of it that was given back.
    pub refunded: i64,
    /// The transfer that it made.
    pub transfer: Option<super::TransferId>,
    /// Why it earned nothing: `no_member`, `other_currency`, `too_small`,
    /// `below_minimum`, `no_rule`, `cancelled`.
    pub reason: Option<String>,
}

/// A part of a refund that belongs to one line of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundLine {
    /// The shop's id of the order's line.
    pub id: String,
    /// What was given back for it, in the currency's smallest unit, of what the line cost.
    pub amount: i64,
}

/// Money of an order that was given back, in whatever form: to the card, or as store credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// The shop's number of the refund.
    pub id: String,
    /// The shop's number of the order.
    pub order_id: String,
    /// All that was given back, in the order's currency's smallest unit.
    pub amount: i64,
    /// What it was for, where that is known. What `amount` has beyond these is spread over the whole
    /// order.
    #[serde(default)]
    pub lines: Vec<RefundLine>,
    /// When. RFC 3339.
    pub at: String,
}

/// What a refund did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RefundView {
    /// The shop's number of the refund.
    pub id: String,
    /// The shop's number of the order.
    pub order_id: String,
    /// Whether it is done. One that came before its order waits for it.
    pub applied: bool,
    /// The part of its money that the order still had.
    pub amount: i64,
    /// Points that it took back. Those that had run out were let go, and are not among them.
    pub reversed: i64,
    /// Points that it gave back, because a part of the order had been paid with them.
    pub given_back: i64,
}
