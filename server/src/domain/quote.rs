//! What a basket would earn, what codes and points take off it, and why not more: pure, so that the checkout, the
//! panel and the tests ask the same.
//!
//! One after the other, and each from what the ones before have left:
//!
//! 1. **The tier.** A member's standing discount is rounded down once for the basket and falls on the lines in
//!    proportion; where nothing on sale can be paid with points, it is not on those lines either. Then delivery is free
//!    if the goods still cost as much as the tier asks for.
//! 2. **The codes**, in the order they were sent, each by [`terms::spread`]. One that is refused takes nothing.
//! 3. **The wished points**, in whole steps of the programme's slider, spread like the code that they would become.
//! 4. **Earning**, of what is left to pay: the basket as the order that it would become, by [`earning::for_order`]. So
//!    nothing is earned for what points have paid.
//!
//! In another currency than the programme's there are no codes, no points and no free delivery, and it earns nothing.

mod basket;
mod points;
#[cfg(test)]
mod tests;

pub use basket::{check, of_price};

use super::Instant;
use super::earning::{self, Buyer};
use super::program::Program;
use super::reward::Terms;
use super::split::apportion;
use super::terms::{self, Basket, Spread, Why, part_of};
use app::api::{
    Customer, NewQuote, Order, OrderLine, OrderStatus, QuoteLine, QuoteReason, QuoteView,
    QuotedCoupon, QuotedEarning, QuotedLine,
};

/// A code that a basket would carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The code.
    pub code: String,
    /// What it is good for and the points behind it; or why it cannot be used at all.
    pub terms: Result<(Terms, i64), QuoteReason>,
}

/// What is known beside the basket.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The buyer's tier, and whether it is their first order; a guest counts as of the lowest tier.
    pub buyer: Buyer<'a>,
    /// Points that the buyer can spend; none for a guest, who has no tier's discount and free delivery either.
    pub available: Option<i64>,
    /// The codes, in the order they were sent.
    pub codes: &'a [Carried],
    /// The present.
    pub now: Instant,
}

/// The answer for a basket that was [checked](check). Its parts add up to the unit.
pub fn quote(program: &Program, basket: &NewQuote, facts: &Facts<'_>) -> QuoteView {
    let mut bill = Bill::open(program, basket, facts);
    let codes = facts.codes.iter();
    let coupons = codes.map(|carried| bill.carry(carried)).collect();
    let spending = points::spend(&mut bill);
    let (earns, earning) = bill.earn();
    QuoteView {
        currency: basket.currency.clone(),
        lines: bill.lines(&earns),
        shipping_price: basket.shipping,
        shipping: bill.shipping - bill.shipping_taken,
        total: bill.total(),
        coupons,
        spending,
        earning,
    }
}

/// A basket while one thing after the other is taken off it.
struct Bill<'a> {
    program: &'a Program,
    asked: &'a NewQuote,
    facts: &'a Facts<'a>,
    /// What the tier takes off each line.
    discount: Vec<i64>,
    /// The lines as codes see them: the tier's discount is off.
    goods: Vec<QuoteLine>,
    /// What delivery costs once the tier has had its say.
    shipping: i64,
    /// What the codes take off each line,
    coupons: Vec<i64>,
    /// and off delivery.
    shipping_taken: i64,
    /// How many codes were let in, and whether all of them can stand beside others.
    beside: (usize, bool),
    /// What the wished points take off each line.
    points: Vec<i64>,
}

impl<'a> Bill<'a> {
    fn open(program: &'a Program, asked: &'a NewQuote, facts: &'a Facts<'a>) -> Self {
        let gives = &facts.buyer.tier.gives;
        let is_member = facts.available.is_some();
        let reduced = |line: &QuoteLine| line.on_sale && !program.spending.on_sale;
        let prices = asked.lines.iter();
        let prices = prices.map(|line| if reduced(line) { 0 } else { line.amount });
        let prices: Vec<i64> = prices.collect();
        let permille = gives.discount_permille.filter(|_| is_member).unwrap_or(0);
        let discount = apportion(part_of(prices.iter().sum(), permille), &prices);
        let goods = asked.lines.iter().zip(&discount);
        let goods = goods.map(|(line, discount)| QuoteLine {
            amount: line.amount - discount,
            ..line.clone()
        });
        let goods: Vec<QuoteLine> = goods.collect();
        let cost: i64 = goods.iter().map(|line| line.amount).sum();
        let from = gives.free_delivery_from.filter(|_| is_member);
        let is_free = asked.currency == program.currency && from.is_some_and(|from| cost >= from);
        Self {
            program,
            asked,
            facts,
            shipping: if is_free { 0 } else { asked.shipping },
            coupons: vec![0; goods.len()],
            shipping_taken: 0,
            beside: (0, true),
            points: vec![0; goods.len()],
            discount,
            goods,
        }
    }

    fn is_ours(&self) -> bool {
        self.asked.currency == self.program.currency
    }

    /// The basket as the next code sees it.
    fn basket(&self) -> Basket<'_> {
        Basket {
            lines: &self.goods,
            shipping: self.shipping,
            other_codes: self.asked.other_codes,
            taken: &self.coupons,
            shipping_taken: self.shipping_taken,
            beside: self.beside,
        }
    }

    fn carry(&mut self, carried: &Carried) -> QuotedCoupon {
        let code = carried.code.clone();
        let (terms, points, spread) = match self.try_on(carried) {
            Ok(fits) => fits,
            Err(reason) => {
                return QuotedCoupon {
                    code,
                    amount: 0,
                    points: 0,
                    reason: Some(reason),
                };
            }
        };
        for (sum, line) in self.coupons.iter_mut().zip(&spread.lines) {
            *sum += line.amount;
        }
        self.shipping_taken += spread.shipping;
        let (number, all_can) = self.beside;
        self.beside = (number + 1, all_can && terms.with_other_codes);
        let amount = spread.amount();
        QuotedCoupon {
            code,
            amount,
            points: terms::spent(terms, points, amount),
            reason: None,
        }
    }

    fn try_on<'c>(&self, carried: &'c Carried) -> Result<(&'c Terms, i64, Spread), QuoteReason> {
        let (terms, points) = carried.terms.as_ref().map_err(Clone::clone)?;
        if !self.is_ours() {
            return Err(Why::Currency.into());
        }
        let spread = terms::spread(terms, &self.basket())?;
        Ok((terms, *points, spread))
    }

    /// What is left to pay of each line.
    fn pays(&self) -> impl Iterator<Item = i64> {
        let taken = self.coupons.iter().zip(&self.points);
        let lines = self.goods.iter().zip(taken);
        lines.map(|(line, (coupons, points))| line.amount - coupons - points)
    }

    fn total(&self) -> i64 {
        self.pays().sum::<i64>() + self.shipping - self.shipping_taken
    }

    /// What each line earns, and all of it: delivery may earn too.
    fn earn(&self) -> (Vec<i64>, QuotedEarning) {
        let Facts { buyer, now, .. } = *self.facts;
        let order = self.order();
        let (split, earning) = earning::for_order(self.program, buyer, &order, now, now);
        let lines = split.parts.iter().take(self.goods.len());
        let earns = lines.map(|part| part.earned).collect();
        let earning = match earning {
            Ok(earning) => QuotedEarning {
                points: earning.points,
                hold_days: earning.explanation.hold_days,
                reason: None,
            },
            Err(reason) => QuotedEarning {
                reason: Some(reason.code().to_owned()),
                ..QuotedEarning::default()
            },
        };
        (earns, earning)
    }

    /// The order that the basket would become.
    fn order(&self) -> Order {
        let lines = self.goods.iter().zip(self.pays());
        let lines = lines.map(|(line, amount)| OrderLine {
            id: line.id.clone(),
            sku: line.sku.clone(),
            name: None,
            amount,
            qty: line.qty,
            collections: line.collections.clone(),
            on_sale: line.on_sale,
        });
        let (before, total) = (order_total(self.asked), self.total());
        Order {
            id: String::new(),
            customer: Customer::default(),
            currency: self.asked.currency.clone(),
            total,
            shipping: self.shipping - self.shipping_taken,
            tax: in_proportion(self.asked.tax, total, before),
            discount: before - total,
            lines: lines.collect(),
            payment_method: None,
            coupon_codes: Vec::new(),
            referral_code: None,
            address_hash: None,
            card_hash: None,
            status: OrderStatus::Paid,
            at: String::new(),
        }
    }

    fn lines(&self, earns: &[i64]) -> Vec<QuotedLine> {
        let lines = self.asked.lines.iter().zip(self.pays()).enumerate();
        let lines = lines.map(|(index, (line, pays))| QuotedLine {
            id: line.id.clone(),
            price: line.amount,
            discount: self.discount[index],
            coupons: self.coupons[index],
            points: self.points[index],
            pays,
            earns: earns[index],
        });
        lines.collect()
    }
}

/// What all of a basket costs before anything of the programme.
fn order_total(basket: &NewQuote) -> i64 {
    let lines = basket.lines.iter().map(|line| line.amount);
    lines.sum::<i64>() + basket.shipping
}

/// `part` of `before`, as much of it as belongs to `now`, rounded down.
fn in_proportion(part: i64, now: i64, before: i64) -> i64 {
    let exact = i128::from(part) * i128::from(now) / i128::from(before.max(1));
    i64::try_from(exact).unwrap_or(part)
}
