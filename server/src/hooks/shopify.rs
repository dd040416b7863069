//! Shopify's webhooks, signed with the client secret of the shop's app.
//!
//! - Signature and ids: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>. There is no time
//!   in it, so an old delivery can be sent again: it tells what is known. After a change of the secret
//!   Shopify goes on with the old one for up to an hour.
//! - Orders: <https://shopify.dev/docs/api/admin-rest/latest/resources/order>
//! - Refunds: <https://shopify.dev/docs/api/admin-rest/latest/resources/refund>
//!
//! Topics: `orders/paid`, `orders/create`, `orders/cancelled`, `refunds/create`. Others tell nothing.

mod refund;

use super::field::{self, Decimal, Money};
use super::{Heard, Hook, Refused, Told, is_signed, json, unreadable};
use app::api::{Order, OrderLine, OrderStatus};
use serde::Deserialize;

/// An order, as far as it is of concern. Amounts are in the shop's currency.
#[derive(Deserialize)]
struct Placed {
    id: u64,
    currency: String,
    financial_status: Option<String>,
    total_price: Decimal,
    total_tax: Option<Decimal>,
    total_discounts: Option<Decimal>,
    total_shipping_price_set: Option<Bag>,
    #[serde(default)]
    shipping_lines: Vec<Delivery>,
    #[serde(default)]
    taxes_included: bool,
    customer: Option<Buyer>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    line_items: Vec<Item>,
    #[serde(default)]
    discount_codes: Vec<Code>,
    cancelled_at: Option<String>,
    created_at: String,
    processed_at: Option<String>,
}

/// What was given back of an order, where it is shown whole.
#[derive(Deserialize)]
struct GivenBack {
    #[serde(default)]
    refunds: Vec<refund::Refund>,
}

/// Who ordered; empty where nobody is known.
#[derive(Default, Deserialize)]
struct Buyer {
    id: Option<u64>,
    email: Option<String>,
    phone: Option<String>,
}

/// A line of an order.
#[derive(Deserialize)]
struct Item {
    id: u64,
    sku: Option<String>,
    /// The product's title; `name` has the variant in it, too.
    title: Option<String>,
    name: Option<String>,
    product_id: Option<u64>,
    price: Decimal,
    quantity: i64,
    total_discount: Option<Decimal>,
    #[serde(default)]
    discount_allocations: Vec<Discount>,
}

/// A way of delivery.
#[derive(Deserialize)]
struct Delivery {
    price: Decimal,
    #[serde(default)]
    discount_allocations: Vec<Discount>,
    #[serde(default)]
    tax_lines: Vec<Tax>,
}

/// What is taken off something.
#[derive(Deserialize)]
struct Discount {
    amount: Decimal,
}

/// A tax on something.
#[derive(Deserialize)]
struct Tax {
    price: Decimal,
}

/// A code that was used.
#[derive(Deserialize)]
struct Code {
    code: Option<String>,
}

/// One amount in the shop's currency, and in the one that the customer saw.
#[derive(Deserialize)]
struct Bag {
    shop_money: Sum,
    presentment_money: Option<Sum>,
}

/// An amount and its currency.
#[derive(Deserialize)]
struct Sum {
    amount: Decimal,
    currency_code: Option<String>,
}

/// Believes and reads a hook.
pub(super) fn read(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    let signature = hook.header("x-shopify-hmac-sha256");
    let signature = signature.ok_or(Refused::Unsigned)?;
    if !is_signed(secrets, &[hook.body], &[signature]) {
        return Err(Refused::Signature);
    }
    let missing = |name: &str| unreadable(name, "this header is missing");
    let topic = hook.header("x-shopify-topic");
    let topic = topic.ok_or_else(|| missing("X-Shopify-Topic"))?;
    let id = hook.header("x-shopify-webhook-id");
    let id = id.or_else(|| hook.header("x-shopify-event-id"));
    let id = id.ok_or_else(|| missing("X-Shopify-Webhook-Id"))?;
    Ok(Heard {
        id: id.to_owned(),
        told: told(topic, hook.body)?,
    })
}

/// Reads an order as the API shows it, with its refunds in the form that their hooks have
/// (<https://shopify.dev/docs/api/admin-rest/latest/resources/order>).
pub(super) fn shown(order: &[u8]) -> Result<Heard, Refused> {
    let (placed, given_back): (Placed, GivenBack) = (json(order)?, json(order)?);
    let status = placed.financial_status.as_deref();
    let was_paid = matches!(status, Some("paid" | "partially_refunded" | "refunded"));
    let id = placed.id.to_string();
    if !was_paid && placed.cancelled_at.is_none() {
        return Ok(Heard {
            id,
            told: Vec::new(),
        });
    }
    let mut told = self::order(placed)?;
    // A refund of an order that is not told would wait for it for ever.
    if !told.is_empty() {
        for refund in &given_back.refunds {
            told.extend(refund::told(refund)?);
        }
    }
    Ok(Heard { id, told })
}

/// What a topic tells.
fn told(topic: &str, body: &[u8]) -> Result<Vec<Told>, Refused> {
    match topic {
        "orders/paid" => order(json(body)?),
        "orders/create" => {
            let placed: Placed = json(body)?;
            // The others are paid later, and told then.
            match placed.financial_status.as_deref() {
                Some("paid") => order(placed),
                _ => Ok(Vec::new()),
            }
        }
        "orders/cancelled" => {
            let placed: Placed = json(body)?;
            if placed.cancelled_at.is_none() {
                return Err(unreadable("cancelled_at", "a cancelled order says when"));
            }
            order(placed)
        }
        "refunds/create" => refund::told(&json(body)?),
        _ => Ok(Vec::new()),
    }
}

/// An order in the contract's terms. One that nobody is known to have placed tells nothing.
fn order(placed: Placed) -> Result<Vec<Told>, Refused> {
    let money = Money::of(&placed.currency, "currency")?;
    let total = money.units(&placed.total_price, "total_price")?;
    let tax = money.sum(&placed.total_tax, "total_tax")?;
    let (shipping, tax) = field::parts(total, shipping(&placed, money)?, tax);
    let discount = money.sum(&placed.total_discounts, "total_discounts")?;
    let (status, at) = standing(&placed)?;
    let lines = placed.line_items.into_iter().enumerate();
    let lines = lines.map(|(index, item)| line(index, item, money));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let buyer = placed.customer.unwrap_or_default();
    let emails = [buyer.email, placed.email];
    let phones = [buyer.phone, placed.phone];
    let Some(customer) = field::customer(buyer.id, emails, phones) else {
        return Ok(Vec::new());
    };
    Ok(vec![Told::Order(Order {
        id: placed.id.to_string(),
        customer,
        currency: placed.currency,
        total,
        shipping,
        tax,
        discount,
        lines,
        payment_method: None,
        coupon_codes: field::codes(placed.discount_codes.into_iter().map(|code| code.code)),
        referral_code: None,
        address_hash: None,
        card_hash: None,
        status,
        at,
    })])
}

/// Whether an order stands, and since when. A payment may be told after the cancellation.
fn standing(placed: &Placed) -> Result<(OrderStatus, String), Refused> {
    if let Some(at) = &placed.cancelled_at {
        let at = field::instant(at, "cancelled_at")?;
        return Ok((OrderStatus::Cancelled, at));
    }
    let at = match &placed.processed_at {
        Some(at) => field::instant(at, "processed_at")?,
        None => field::instant(&placed.created_at, "created_at")?,
    };
    Ok((OrderStatus::Paid, at))
}

/// What delivery cost in the end, without tax. `total_shipping_price_set` is before discounts: with a code
/// for free delivery, money for goods would be taken for money for delivery.
fn shipping(placed: &Placed, money: Money) -> Result<i64, Refused> {
    if placed.shipping_lines.is_empty() {
        let told = placed.total_shipping_price_set.iter();
        let told = told.map(|bag| &bag.shop_money.amount);
        return money.sum(told, "total_shipping_price_set");
    }
    let ways = || placed.shipping_lines.iter();
    let price = money.sum(ways().map(|way| &way.price), "shipping_lines[].price")?;
    let off = ways().flat_map(|way| way.discount_allocations.iter());
    let off = off.map(|discount| &discount.amount);
    let off = money.sum(off, "shipping_lines[].discount_allocations[].amount")?;
    // Where prices are with tax, that of delivery stands in its price and in the order's tax.
    let within = ways().filter(|_| placed.taxes_included);
    let within = within.flat_map(|way| way.tax_lines.iter());
    let within = within.map(|tax| &tax.price);
    let within = money.sum(within, "shipping_lines[].tax_lines[].price")?;
    Ok(price.saturating_sub(off).saturating_sub(within).max(0))
}

/// A line in the contract's terms: without the line's own discounts and its share of the order's.
fn line(index: usize, item: Item, money: Money) -> Result<OrderLine, Refused> {
    let named = |field: &str| format!("line_items[{index}].{field}");
    let price = money.units(&item.price, &named("price"))?;
    let pieces = Some(item.quantity).filter(|pieces| *pieces >= 0);
    let whole = pieces.and_then(|pieces| price.checked_mul(pieces));
    let detail = "this is not a number of pieces";
    let whole = whole.ok_or_else(|| unreadable(&named("quantity"), detail))?;
    // `total_discount` is often 0 where there are allocations:
    // <https://github.com/kevinhughes27/shopify-tax-receipts/pull/132>
    let off = if item.discount_allocations.is_empty() {
        money.sum(&item.total_discount, &named("total_discount"))?
    } else {
        let parts = item.discount_allocations.iter();
        let parts = parts.map(|discount| &discount.amount);
        money.sum(parts, &named("discount_allocations[].amount"))?
    };
    Ok(OrderLine {
        id: item.id.to_string(),
        name: field::title(item.title.or(item.name)),
        sku: field::sku(item.sku, item.product_id),
        amount: whole.saturating_sub(off).max(0),
        qty: item.quantity,
        collections: Vec::new(),
        on_sale: false,
    })
}
