//! Shopify's refunds. What was given back is what its transactions moved, in the currency that the customer
//! paid in; the order is told in the shop's.

use super::Bag;
use crate::hooks::field::{self, Decimal, Money, add};
use crate::hooks::{Refused, Told, unreadable};
use app::api::{NewRefund, RefundLine};
use serde::Deserialize;

/// A refund, as far as it is of concern.
#[derive(Deserialize)]
pub(super) struct Refund {
    id: u64,
    order_id: u64,
    created_at: String,
    #[serde(default)]
    transactions: Vec<Transaction>,
    #[serde(default)]
    refund_line_items: Vec<Item>,
    #[serde(default)]
    refund_shipping_lines: Vec<Delivery>,
    #[serde(default)]
    order_adjustments: Vec<Adjustment>,
}

/// Money that moved, or was to move.
#[derive(Deserialize)]
struct Transaction {
    kind: String,
    status: String,
    amount: Decimal,
    currency: String,
}

/// What was given back for a line.
#[derive(Deserialize)]
struct Item {
    line_item_id: u64,
    subtotal: Option<Decimal>,
    subtotal_set: Option<Bag>,
}

/// What was given back for delivery.
#[derive(Deserialize)]
struct Delivery {
    subtotal_amount_set: Option<Bag>,
}

/// What was given back beside.
#[derive(Deserialize)]
struct Adjustment {
    amount_set: Option<Bag>,
}

/// A refund in the contract's terms. One that moved no money tells nothing: goods that were taken back, or
/// a transaction that is still on its way.
pub(super) fn told(refund: &Refund) -> Result<Vec<Told>, Refused> {
    let moved = refund.transactions.iter();
    let moved = moved.filter(|moved| moved.kind == "refund" && moved.status == "success");
    let moved: Vec<&Transaction> = moved.collect();
    let Some(paid_in) = moved.first().map(|first| first.currency.as_str()) else {
        return Ok(Vec::new());
    };
    let theirs = Money::of(paid_in, "transactions[].currency")?;
    if moved.iter().any(|moved| moved.currency != paid_in) {
        let detail = "all of a refund is in one currency";
        return Err(unreadable("transactions[].currency", detail));
    }
    let amounts = moved.iter().map(|moved| &moved.amount);
    let amount = theirs.sum(amounts, "transactions[].amount")?;
    let shop = refund.shop_currency().unwrap_or(paid_in);
    let money = Money::of(shop, "shop_money.currency_code")?;
    let amount = if shop == paid_in {
        amount
    } else {
        refund.changed(amount, (paid_in, theirs), money)?
    };
    Ok(vec![Told::Refund(NewRefund {
        id: refund.id.to_string(),
        order_id: refund.order_id.to_string(),
        amount,
        lines: refund.lines(money)?,
        at: field::instant(&refund.created_at, "created_at")?,
    })])
}

impl Refund {
    /// All that says how much something is in both currencies.
    fn bags(&self) -> impl Iterator<Item = &Bag> {
        let lines = self.refund_line_items.iter();
        let lines = lines.filter_map(|item| item.subtotal_set.as_ref());
        let ways = self.refund_shipping_lines.iter();
        let ways = ways.filter_map(|way| way.subtotal_amount_set.as_ref());
        let rest = self.order_adjustments.iter();
        let rest = rest.filter_map(|adjustment| adjustment.amount_set.as_ref());
        lines.chain(ways).chain(rest)
    }

    /// The shop's currency, if anything says it.
    fn shop_currency(&self) -> Option<&str> {
        self.bags()
            .find_map(|bag| bag.shop_money.currency_code.as_deref())
    }

    /// An amount of the customer's currency in the shop's, to the nearest unit, at the rate of the refund's
    /// own amounts. Delivery may be among them twice, which does not change the rate.
    fn changed(
        &self,
        amount: i64,
        (paid_in, theirs): (&str, Money),
        ours: Money,
    ) -> Result<i64, Refused> {
        let (mut to, mut from) = (0, 0);
        for bag in self.bags() {
            let seen = bag.presentment_money.as_ref();
            let seen = seen.filter(|seen| seen.currency_code.as_deref() == Some(paid_in));
            let Some(seen) = seen else {
                continue;
            };
            let shop = ours.size(&bag.shop_money.amount, "shop_money.amount")?;
            let seen = theirs.size(&seen.amount, "presentment_money.amount")?;
            to = add(to, shop, "shop_money.amount")?;
            from = add(from, seen, "presentment_money.amount")?;
        }
        let [amount, to, from] = [amount, to, from].map(i128::from);
        let nearest = (amount * to + from / 2).checked_div(from);
        let nearest = nearest.and_then(|nearest| i64::try_from(nearest).ok());
        let detail = "nothing says how much it is in the shop's currency";
        nearest.ok_or_else(|| unreadable("transactions[].amount", detail))
    }

    /// What was given back for lines.
    fn lines(&self, money: Money) -> Result<Vec<RefundLine>, Refused> {
        let lines = self.refund_line_items.iter().enumerate();
        lines
            .map(|(index, item)| line(index, item, money))
            .collect()
    }
}

/// What was given back for a line, measured as the order's line is: without tax, unless prices are with it.
fn line(index: usize, item: &Item, money: Money) -> Result<RefundLine, Refused> {
    let field = format!("refund_line_items[{index}].subtotal");
    let told = item.subtotal_set.as_ref();
    let told = told.map(|bag| &bag.shop_money.amount);
    let told = told.or(item.subtotal.as_ref());
    let told = told.ok_or_else(|| unreadable(&field, "this is missing"))?;
    Ok(RefundLine {
        id: item.line_item_id.to_string(),
        amount: money.units(told, &field)?,
    })
}
