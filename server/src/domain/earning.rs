//! What an order earns.
//!
//! Points are the order's earning money × the rule × the product's multiplier × the tier's × the best
//! campaign's that is on (campaigns never multiply each other), rounded down once for the whole order;
//! the bonus for a first order comes on top.

#[cfg(test)]
mod tests;

use super::order::NoEarning;
use super::program::{Applies, Campaign, Program, Purchase, Tier};
use super::split::{self, Part, Split};
use super::{DAY, Instant};
use app::api::{CampaignFact, Explanation, Fact, Order, OrderLine};

/// The most that one order earns: a thousand such fit into a balance.
pub const POINTS_MAX: i64 = 10_000_000_000_000_000;

/// Points for `weighted` thousandths of smallest units: in proportion, times both multipliers, rounded
/// down once.
fn points(rule: &Purchase, weighted: i128, tier: i64, campaign: i64) -> i64 {
    let factors = [rule.points, tier, campaign].map(i128::from);
    let exact = factors
        .iter()
        .try_fold(weighted, |sum, factor| sum.checked_mul(*factor));
    let whole = exact.map(|exact| exact / (i128::from(rule.per) * 1_000_000_000));
    whole.map_or(POINTS_MAX, |whole| {
        i64::try_from(whole).unwrap_or(POINTS_MAX).min(POINTS_MAX)
    })
}

/// What an order earns and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// Points, above zero.
    pub points: i64,
    /// When they become available, if they wait: days count from when the order was told.
    pub available_at: Option<Instant>,
    /// Why, ready to be stored.
    pub explanation: Explanation,
}

/// What is known beside the order itself.
#[derive(Debug, Clone, Copy)]
pub struct Buyer<'a> {
    /// The member's tier.
    pub tier: &'a Tier,
    /// Whether they have not ordered before.
    pub is_first: bool,
}

/// The order in parts, with what each earned, and the earning itself. The parts are there also where
/// nothing is earned: a refund wants them.
pub fn for_order(
    program: &Program,
    buyer: Buyer<'_>,
    order: &Order,
    placed_at: Instant,
    told_at: Instant,
) -> (Split, Result<Earning, NoEarning>) {
    let mut parts = split::parts(order);
    let earning = earn(program, buyer, order, placed_at, told_at, &mut parts);
    let split = Split {
        parts,
        ..Split::default()
    };
    (split, earning)
}

fn earn(
    program: &Program,
    buyer: Buyer<'_>,
    order: &Order,
    placed_at: Instant,
    told_at: Instant,
    parts: &mut [Part],
) -> Result<Earning, NoEarning> {
    let rule = program.purchase.as_ref().ok_or(NoEarning::NoRule)?;
    if order.currency != program.currency {
        return Err(NoEarning::OtherCurrency);
    }
    if order.total < rule.minimum {
        return Err(NoEarning::BelowMinimum);
    }
    let amounts = earning_amounts(rule, order, parts);
    let amount: i64 = amounts.iter().sum();
    let weights = weights(rule, order, &amounts);
    let weighted: i128 = weights.iter().sum();
    let campaign = campaign(program, buyer.tier, Applies::Purchase, placed_at);
    let times = campaign.map_or(1000, |campaign| campaign.multiplier_permille);
    let tier = buyer.tier;
    let bonus = if buyer.is_first {
        rule.first_order_bonus
    } else {
        0
    };
    let points = points(rule, weighted, tier.multiplier_permille, times) + bonus;
    if points == 0 {
        return Err(NoEarning::TooSmall);
    }
    record(parts, points, &weights);
    let counted = i64::try_from(weighted / 1000).unwrap_or(i64::MAX);
    Ok(Earning {
        points,
        available_at: (rule.hold_days > 0).then(|| told_at + i64::from(rule.hold_days) * DAY),
        explanation: Explanation {
            fact: Fact::Order {
                order: order.id.clone(),
                amount,
                currency: program.currency.clone(),
                points: rule.points,
                per: rule.per,
                tier: tier.name.clone(),
                multiplier_permille: tier.multiplier_permille,
                counted: (counted != amount).then_some(counted),
                campaign: campaign.map(|campaign| CampaignFact {
                    name: campaign.name.clone(),
                    multiplier_permille: campaign.multiplier_permille,
                }),
                first_order_bonus: bonus,
            },
            hold_days: rule.hold_days,
            hold_reason: rule.hold_reason.clone(),
        },
    })
}

/// The money of each part that earns: without tax and delivery where the rule leaves them out.
fn earning_amounts(rule: &Purchase, order: &Order, parts: &[Part]) -> Vec<i64> {
    let tax = if rule.counts_tax { 0 } else { order.tax };
    let goods = (order.total - order.shipping - tax).max(0);
    let is_goods = |index: usize| order.shipping == 0 || index + 1 < parts.len();
    let lines: Vec<i64> = parts
        .iter()
        .enumerate()
        .filter(|(index, _)| is_goods(*index))
        .map(|(_, part)| part.amount)
        .collect();
    let mut amounts = split::apportion(goods, &lines);
    if order.shipping > 0 {
        amounts.push(if rule.counts_shipping {
            order.shipping
        } else {
            0
        });
    }
    amounts
}

/// The money of each part times its product's multiplier, in thousandths.
fn weights(rule: &Purchase, order: &Order, amounts: &[i64]) -> Vec<i128> {
    let of = |(index, amount): (usize, &i64)| {
        let line = order.lines.get(index);
        let times = line.map_or(1000, |line| product_multiplier(rule, line));
        i128::from(*amount) * i128::from(times)
    };
    amounts.iter().enumerate().map(of).collect()
}

fn product_multiplier(rule: &Purchase, line: &OrderLine) -> i64 {
    let named = rule.products.iter().find(|rate| {
        line.sku.as_ref().is_some_and(|sku| rate.skus.contains(sku))
            || line
                .collections
                .iter()
                .any(|name| rate.collections.contains(name))
    });
    named.map_or(1000, |rate| rate.multiplier_permille)
}

/// The best campaign that is on for a tier and multiplies this; of equal ones the first in the file.
pub fn campaign<'a>(
    program: &'a Program,
    tier: &Tier,
    what: Applies,
    at: Instant,
) -> Option<&'a Campaign> {
    let on = program.campaigns.iter().filter(|campaign| {
        campaign.applies.covers(what)
            && (campaign.starts_at..campaign.ends_at).contains(&at)
            && (campaign.tiers.is_empty() || campaign.tiers.contains(&tier.id))
    });
    let best = on.rev().max_by_key(|campaign| campaign.multiplier_permille);
    best.filter(|campaign| campaign.multiplier_permille > 1000)
}

/// Writes down what each part earned, in proportion to what it counted for. Where nothing counted, the
/// points are a first order's bonus: it goes by the money of the parts, or else by what they cost.
fn record(parts: &mut [Part], points: i64, weights: &[i128]) {
    // Weights are thousandths of money that fits, so they fit after the division.
    let counted = weights
        .iter()
        .map(|weight| i64::try_from(*weight).unwrap_or(i64::MAX))
        .collect();
    let by = |of: fn(&Part) -> i64| parts.iter().map(of).collect::<Vec<i64>>();
    let measures = [counted, by(|part| part.amount), by(|part| part.price)];
    let measure = measures
        .into_iter()
        .find(|measure| measure.iter().any(|weight| *weight > 0));
    let measure = measure.unwrap_or_else(|| vec![1; parts.len()]);
    for (part, earned) in parts.iter_mut().zip(split::apportion(points, &measure)) {
        part.earned = earned;
    }
}
