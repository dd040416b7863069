//! `WooCommerce`'s webhooks, signed with the secret that stands beside each.
//!
//! - Signature, ping and retries:
//!   <https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php>
//! - Orders: <https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/>
//!
//! An order is sent whole with every change, as it stands then. `order.created`, `order.updated` and
//! `order.restored` are read. `order.deleted` has only the number of what was put into the bin, so it tells
//! nothing; neither do other topics.
//!
//! A delivery that is not answered well is not repeated, and after a few of them there are no more. The id
//! of a delivery is made of the second it was sent in, so deliveries are told apart by what they say.

use super::field::{self, Decimal, Money, add};
use super::{Heard, Hook, Refused, Told, is_signed, json, unreadable};
use app::api::{NewRefund, Order, OrderLine, OrderStatus};
use serde::Deserialize;

/// An order, as far as it is of concern. Its times are in UTC, and do not say so.
#[derive(Deserialize)]
struct Placed {
    id: u64,
    status: String,
    currency: String,
    total: Decimal,
    total_tax: Option<Decimal>,
    shipping_total: Option<Decimal>,
    discount_total: Option<Decimal>,
    customer_id: Option<u64>,
    billing: Option<Billing>,
    #[serde(default)]
    line_items: Vec<Item>,
    #[serde(default)]
    coupon_lines: Vec<Coupon>,
    #[serde(default)]
    refunds: Vec<Refund>,
    date_created_gmt: Option<String>,
    date_modified_gmt: String,
    date_paid_gmt: Option<String>,
}

/// Where the invoice goes.
#[derive(Default, Deserialize)]
struct Billing {
    email: Option<String>,
    phone: Option<String>,
}

/// A line of an order.
#[derive(Deserialize)]
struct Item {
    id: u64,
    sku: Option<String>,
    name: Option<String>,
    product_id: Option<u64>,
    quantity: i64,
    total: Decimal,
    total_tax: Option<Decimal>,
}

/// A code that was used.
#[derive(Deserialize)]
struct Coupon {
    code: Option<String>,
}

/// Money that was given back. Its amount is written below zero.
#[derive(Deserialize)]
struct Refund {
    id: u64,
    total: Decimal,
}

/// Believes and reads a hook.
pub(super) fn read(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    let Some(signature) = hook.header("x-wc-webhook-signature") else {
        return ping(hook.body).ok_or(Refused::Unsigned);
    };
    let keys = secrets
        .iter()
        .flat_map(|text| [plain(text), (*text).to_owned()]);
    let keys: Vec<String> = keys.collect();
    if !is_signed(&keys, &[hook.body], &[signature]) {
        return Err(Refused::Signature);
    }
    let topic = hook.header("x-wc-webhook-topic");
    let missing = || unreadable("X-WC-Webhook-Topic", "this header is missing");
    let topic = topic.ok_or_else(missing)?;
    match topic {
        "order.created" | "order.updated" | "order.restored" => heard(json(hook.body)?),
        _ => {
            let delivery = hook.header("x-wc-webhook-delivery-id");
            Ok(Heard {
                id: format!("{topic}/{}", delivery.unwrap_or_default()),
                told: Vec::new(),
            })
        }
    }
}

/// Reads an order as the API shows it, in the form that its hooks have
/// (<https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders>).
pub(super) fn shown(order: &[u8]) -> Result<Heard, Refused> {
    heard(json(order)?)
}

/// The first thing a new webhook sends: a form with its number, which is not signed, and has to be answered
/// with 200. It tells nothing, and nothing else goes without a signature.
fn ping(body: &[u8]) -> Option<Heard> {
    let number = str::from_utf8(body.strip_prefix(b"webhook_id=")?).ok()?;
    let is_number = number.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && (1..=20).contains(&number.len())).then(|| Heard {
        id: format!("ping/{number}"),
        told: Vec::new(),
    })
}

/// A secret as it signs. It may be kept as it would stand in a page, and is made plain before it is used.
fn plain(secret: &str) -> String {
    let mut plain = secret.to_owned();
    for (kept, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#039;", "'"),
        // The last, or what it leaves would be read once more.
        ("&amp;", "&"),
    ] {
        plain = plain.replace(kept, letter);
    }
    plain
}

/// What an order tells, and what tells this delivery from others.
fn heard(placed: Placed) -> Result<Heard, Refused> {
    let money = Money::of(&placed.currency, "currency")?;
    let refunded = placed.refunds.iter().try_fold(0, |sum, refund| {
        let amount = money.size(&refund.total, "refunds[].total")?;
        add(sum, amount, "refunds[].total")
    })?;
    let modified = utc(&placed.date_modified_gmt, "date_modified_gmt")?;
    let Placed { id, status, .. } = &placed;
    let id = format!("{id}/{status}/{refunded}/{}", placed.date_modified_gmt);
    let standing = match placed.status.as_str() {
        "processing" | "completed" | "refunded" => Some((OrderStatus::Paid, paid_at(&placed)?)),
        "cancelled" => Some((OrderStatus::Cancelled, modified.clone())),
        // A payment that failed is often tried again under the same number, and calling an order off
        // is for ever: so it takes one that had been paid.
        "failed" if placed.date_paid_gmt.is_some() => {
            Some((OrderStatus::Cancelled, modified.clone()))
        }
        _ => None,
    };
    let told = match standing {
        Some((OrderStatus::Paid, at)) => {
            let refunds = refunds(&placed, money, refunded, &modified)?;
            let order = order(placed, money, (OrderStatus::Paid, at))?;
            // A refund of an order that is not told would wait for it for ever.
            order.map_or_else(Vec::new, |order| {
                [Told::Order(order)].into_iter().chain(refunds).collect()
            })
        }
        Some(cancelled) => {
            let order = order(placed, money, cancelled)?;
            order.map(Told::Order).into_iter().collect()
        }
        None => Vec::new(),
    };
    Ok(Heard { id, told })
}

/// Since when an order is paid. One that is paid on delivery is in hand before.
fn paid_at(placed: &Placed) -> Result<String, Refused> {
    match (&placed.date_paid_gmt, &placed.date_created_gmt) {
        (Some(at), _) => utc(at, "date_paid_gmt"),
        (None, Some(at)) => utc(at, "date_created_gmt"),
        (None, None) => utc(&placed.date_modified_gmt, "date_modified_gmt"),
    }
}

/// A time in UTC that does not say so. One with a zone is none of these.
fn utc(text: &str, field: &str) -> Result<String, Refused> {
    field::instant(&format!("{text}Z"), field)
}

/// An order in the contract's terms, if anybody is known to have placed it.
fn order(
    placed: Placed,
    money: Money,
    (status, at): (OrderStatus, String),
) -> Result<Option<Order>, Refused> {
    let total = money.units(&placed.total, "total")?;
    let shipping = money.sum(&placed.shipping_total, "shipping_total")?;
    let tax = money.sum(&placed.total_tax, "total_tax")?;
    let (shipping, tax) = field::parts(total, shipping, tax);
    let discount = money.sum(&placed.discount_total, "discount_total")?;
    let lines = placed.line_items.into_iter().enumerate();
    let lines = lines.map(|(index, item)| line(index, item, money));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let billing = placed.billing.unwrap_or_default();
    let (emails, phones) = ([billing.email, None], [billing.phone, None]);
    let customer = field::customer(placed.customer_id, emails, phones);
    Ok(customer.map(|customer| Order {
        id: placed.id.to_string(),
        customer,
        currency: placed.currency,
        total,
        shipping,
        tax,
        discount,
        lines,
        payment_method: None,
        coupon_codes: field::codes(placed.coupon_lines.into_iter().map(|coupon| coupon.code)),
        referral_code: None,
        address_hash: None,
        card_hash: None,
        status,
        at,
    }))
}

/// A line in the contract's terms. Its tax is told beside it, whatever the shop's prices are.
fn line(index: usize, item: Item, money: Money) -> Result<OrderLine, Refused> {
    let field = format!("line_items[{index}].total");
    let total = money.units(&item.total, &field)?;
    let tax = format!("line_items[{index}].total_tax");
    let tax = money.sum(&item.total_tax, &tax)?;
    Ok(OrderLine {
        id: item.id.to_string(),
        name: field::title(item.name),
        sku: field::sku(item.sku, item.product_id),
        amount: add(total, tax, &field)?,
        qty: item.quantity,
        collections: Vec::new(),
        on_sale: false,
    })
}

/// The refunds of an order, which do not say when they were, or for what. One whose status alone says that
/// all was given back has the rest as one of its own.
fn refunds(placed: &Placed, money: Money, refunded: i64, at: &str) -> Result<Vec<Told>, Refused> {
    let told = |id: String, amount: i64| {
        Told::Refund(NewRefund {
            id,
            order_id: placed.id.to_string(),
            amount,
            lines: Vec::new(),
            at: at.to_owned(),
        })
    };
    let mut all = Vec::with_capacity(placed.refunds.len());
    for refund in &placed.refunds {
        let amount = money.size(&refund.total, "refunds[].total")?;
        all.push(told(refund.id.to_string(), amount));
    }
    let rest = money
        .units(&placed.total, "total")?
        .saturating_sub(refunded);
    if placed.status == "refunded" && rest > 0 {
        all.push(told(format!("{}/rest", placed.id), rest));
    }
    Ok(all)
}
