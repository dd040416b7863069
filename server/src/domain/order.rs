//! Whether an order makes sense, and what part of it earns.

#[cfg(test)]
mod tests;

use super::email;
use app::api::{FieldError, NewRefund, ORDER_CODES_MAX, Order, RefundLine};
use jiff::Timestamp;

/// The largest amount, in the currency's smallest unit: far above any order, far below overflow.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// The most lines.
pub const LINES_MAX: usize = 500;
/// The longest of a shop's own ids and codes, in bytes.
const TEXT_BYTES_MAX: usize = 255;

/// Why an order earns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEarning {
    /// Nobody known ordered. It is kept, and can be claimed by a proven address.
    NoMember,
    /// It was paid in another currency than the programme's.
    OtherCurrency,
    /// Purchases do not earn in this programme.
    NoRule,
    /// It is too small for one point.
    TooSmall,
    /// It is smaller than the rule asks for.
    BelowMinimum,
    /// It was called off.
    Cancelled,
}

impl NoEarning {
    /// The name callers see.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoMember => "no_member",
            Self::OtherCurrency => "other_currency",
            Self::NoRule => "no_rule",
            Self::TooSmall => "too_small",
            Self::BelowMinimum => "below_minimum",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Every field at fault.
pub fn check(order: &Order) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut fault = |field: &str, detail: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail: detail.to_owned(),
        });
    };
    if !is_text(&order.id) {
        fault(
            "id",
            "give the shop's own number of the order, at most 255 bytes",
        );
    }
    let customer = &order.customer;
    if customer.id.is_none() && customer.email.is_none() && customer.phone.is_none() {
        fault("customer", "give at least one of id, email and phone");
    }
    if customer.id.as_deref().is_some_and(|id| !is_text(id)) {
        fault("customer.id", "give 1 to 255 bytes, or leave it out");
    }
    if customer
        .email
        .as_deref()
        .is_some_and(|address| email::parse(address).is_none())
    {
        fault("customer.email", "this is not an e-mail address");
    }
    if customer
        .phone
        .as_deref()
        .is_some_and(|phone| !is_text(phone))
    {
        fault("customer.phone", "give 1 to 255 bytes, or leave it out");
    }
    if iso_currency::Currency::from_code(&order.currency).is_none() {
        fault("currency", "give an ISO 4217 code in capitals, such as EUR");
    }
    for (field, amount) in amounts(order) {
        if !(0..=AMOUNT_MAX).contains(&amount) {
            fault(
                &field,
                "give an amount from 0 in the currency's smallest unit",
            );
        }
    }
    let parts = order.shipping.saturating_add(order.tax);
    if parts > order.total {
        fault(
            "total",
            "total includes shipping and tax, so it cannot be less than they are",
        );
    }
    if order.lines.len() > LINES_MAX {
        fault("lines", "give at most 500 lines");
    }
    for (index, line) in order.lines.iter().enumerate() {
        let names = line.sku.iter().chain(&line.name).chain(&line.collections);
        let names = names.chain([&line.id]);
        if line.collections.len() > LINES_MAX || names.into_iter().any(|name| !is_text(name)) {
            let detail = "id, sku, name and collections have 1 to 255 bytes each";
            fault(&format!("lines[{index}]"), detail);
        }
    }
    if order.at.parse::<Timestamp>().is_err() {
        fault(
            "at",
            "give a time as RFC 3339, such as 2026-11-21T12:00:00Z",
        );
    }
    if order.coupon_codes.len() > ORDER_CODES_MAX {
        let detail = format!("give at most {ORDER_CODES_MAX} codes");
        fault("coupon_codes", &detail);
    }
    let codes = order.coupon_codes.iter().chain(&order.referral_code);
    if codes
        .chain(&order.payment_method)
        .any(|code| !is_text(code))
    {
        fault(
            "coupon_codes",
            "codes and the payment method have 1 to 255 bytes each",
        );
    }
    errors
}

/// Every field of a refund at fault.
pub fn check_refund(refund: &NewRefund) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut fault = |field: String, detail: &str| {
        errors.push(FieldError {
            field,
            detail: detail.to_owned(),
        });
    };
    for (field, text) in [("id", &refund.id), ("order_id", &refund.order_id)] {
        if !is_text(text) {
            fault(
                field.into(),
                "give the shop's own number, at most 255 bytes",
            );
        }
    }
    let money = 0..=AMOUNT_MAX;
    if !money.contains(&refund.amount) {
        let detail = "give an amount from 0 in the currency's smallest unit";
        fault("amount".into(), detail);
    }
    if refund.lines.len() > LINES_MAX {
        fault("lines".into(), "give at most 500 lines");
    }
    for (index, RefundLine { id, amount }) in refund.lines.iter().enumerate() {
        if !is_text(id) {
            fault(format!("lines[{index}].id"), "give 1 to 255 bytes");
        }
        if !money.contains(amount) {
            let detail = "give an amount from 0 in the currency's smallest unit";
            fault(format!("lines[{index}].amount"), detail);
        }
    }
    if refund.at.parse::<Timestamp>().is_err() {
        let detail = "give a time as RFC 3339, such as 2026-11-21T12:00:00Z";
        fault("at".into(), detail);
    }
    errors
}

/// When an order was placed, as the shop says; never later than now.
pub fn placed_at(order: &Order, now: super::Instant) -> super::Instant {
    let told = order.at.parse::<Timestamp>();
    told.map_or(now, |at| at.as_microsecond().min(now))
}

fn amounts(order: &Order) -> impl Iterator<Item = (String, i64)> {
    let whole = [
        ("total", order.total),
        ("shipping", order.shipping),
        ("tax", order.tax),
        ("discount", order.discount),
    ];
    let lines = order.lines.iter().enumerate().flat_map(|(index, line)| {
        [
            (format!("lines[{index}].amount"), line.amount),
            (format!("lines[{index}].qty"), line.qty),
        ]
    });
    whole
        .into_iter()
        .map(|(field, amount)| (field.to_owned(), amount))
        .chain(lines)
}

/// Whether a text can be one of a shop's own ids or codes.
pub fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX && !text.contains(char::is_control)
}
