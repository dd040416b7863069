//! How an order's money, what it earned and the points it was paid with fall on its parts, and what a
//! refund of some of it takes and gives.
//!
//! The split is recorded when the order is paid, so that a refund never asks today's rules. Everything is
//! counted from the beginning: after any number of partial refunds, exactly the share of the refunded
//! money is taken back, rounded down once, and the whole once all of it is refunded.

#[cfg(test)]
mod tests;

use app::api::{Order, RefundLine};
use serde::{Deserialize, Serialize};

/// Shares are added up in billionths of a point, so that an order of many lines loses nothing.
const FINE: i128 = 1_000_000_000;
/// What rounding to billionths may lose on the most lines there can be.
const LOST: i128 = 1_000;

/// One line of an order, or its delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The shop's id of the line; empty for what belongs to none.
    pub line: Option<String>,
    /// What the shop says the line costs; refunds of the line are measured by it.
    pub price: i64,
    /// Its share of the money that was paid.
    pub amount: i64,
    /// What it earned.
    pub earned: i64,
    /// Points it was paid with.
    pub spent: i64,
    /// Its share of the money that was given back.
    pub refunded: i64,
}

/// An order in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The parts.
    pub parts: Vec<Part>,
    /// Points that were taken back so far.
    pub reversed: i64,
    /// Points that were given back so far.
    pub returned: i64,
    /// Whether anything was given back yet: an order that cost nothing is whole from then on.
    pub begun: bool,
}

/// What one refund takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refunded {
    /// Money that the order still had.
    pub amount: i64,
    /// Points to take back.
    pub reversed: i64,
    /// Points to give back.
    pub returned: i64,
}

/// Splits `total` in proportion to `weights`, to the unit: what rounding leaves goes to the largest
/// remainders. All zero weights count as equal.
pub fn apportion(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let weights: Vec<i128> = weights
        .iter()
        .map(|weight| if sum == 0 { 1 } else { i128::from(*weight) })
        .collect();
    let sum = weights.iter().sum::<i128>().max(1);
    let exact: Vec<i128> = weights
        .iter()
        .map(|weight| i128::from(total) * weight)
        .collect();
    let mut shares: Vec<i128> = exact.iter().map(|exact| exact / sum).collect();
    let left = i128::from(total) - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|index| (-(exact[*index] % sum), *index));
    for index in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[index] += 1;
    }
    shares
        .into_iter()
        .map(|share| i64::try_from(share).unwrap_or(0))
        .collect()
}

/// The parts of an order and the money of each: delivery by itself, everything else, with its tax, on
/// the lines in proportion to what they cost.
pub fn parts(order: &Order) -> Vec<Part> {
    let part = |line: Option<&str>, price, amount| Part {
        line: line.map(str::to_owned),
        price,
        amount,
        earned: 0,
        spent: 0,
        refunded: 0,
    };
    let goods = order.total - order.shipping;
    let prices: Vec<i64> = order.lines.iter().map(|line| line.amount).collect();
    let mut parts: Vec<Part> = if order.lines.is_empty() {
        vec![part(None, goods, goods)]
    } else {
        let amounts = apportion(goods, &prices);
        let lines = order.lines.iter().zip(amounts);
        lines
            .map(|(line, amount)| part(Some(&line.id), line.amount, amount))
            .collect()
    };
    if order.shipping > 0 {
        parts.push(part(None, order.shipping, order.shipping));
    }
    parts
}

impl Split {
    /// What is left of the order's money.
    pub fn left(&self) -> i64 {
        self.parts
            .iter()
            .map(|part| part.amount - part.refunded)
            .sum()
    }

    /// Whether all of its money was given back.
    pub fn is_whole(&self) -> bool {
        self.begun && self.left() == 0
    }

    /// What the order earned, before any refund.
    pub fn earned(&self) -> i64 {
        self.parts.iter().map(|part| part.earned).sum()
    }

    /// Points that it was paid with, before any refund.
    pub fn spent(&self) -> i64 {
        self.parts.iter().map(|part| part.spent).sum()
    }

    /// Gives back `amount`, first for `lines`, what is beyond them for the whole order. What the order
    /// no longer has is not given back.
    pub fn refund(&mut self, amount: i64, lines: &[RefundLine]) -> Refunded {
        self.begun = true;
        let accepted = amount.min(self.left());
        let mut named = self.named(lines);
        if named.iter().sum::<i64>() > accepted {
            named = apportion(accepted, &named);
        }
        for (part, share) in self.parts.iter_mut().zip(&named) {
            part.refunded += share;
        }
        let rest = accepted - named.iter().sum::<i64>();
        let left: Vec<i64> = self
            .parts
            .iter()
            .map(|part| part.amount - part.refunded)
            .collect();
        for (part, share) in self.parts.iter_mut().zip(apportion(rest, &left)) {
            part.refunded += share;
        }
        self.settle(accepted)
    }

    /// Gives back all that is left.
    pub fn cancel(&mut self) -> Refunded {
        let left = self.left();
        self.refund(left, &[])
    }

    /// Takes over what was refunded of the same order before it earned anything.
    pub fn adopt(&mut self, before: &Self) -> Refunded {
        for (part, old) in self.parts.iter_mut().zip(&before.parts) {
            (part.refunded, part.spent) = (old.refunded, old.spent);
        }
        (self.returned, self.begun) = (before.returned, before.begun);
        self.settle(0)
    }

    /// The money of each part that `lines` name, at most what it has left.
    fn named(&self, lines: &[RefundLine]) -> Vec<i64> {
        let of = |part: &Part| {
            let wanted = lines
                .iter()
                .filter(|line| part.line.as_ref() == Some(&line.id));
            let wanted: i128 = wanted.map(|line| i128::from(line.amount)).sum();
            let share = wanted * i128::from(part.amount) / i128::from(part.price.max(1));
            let share = i64::try_from(share).unwrap_or(i64::MAX);
            share.min(part.amount - part.refunded)
        };
        self.parts.iter().map(of).collect()
    }

    /// Brings what was taken and given back up to what is refunded.
    fn settle(&mut self, amount: i64) -> Refunded {
        let reversed = self.share(|part| part.earned);
        let returned = self.share(|part| part.spent);
        let refunded = Refunded {
            amount,
            reversed: reversed - self.reversed,
            returned: returned - self.returned,
        };
        (self.reversed, self.returned) = (reversed, returned);
        refunded
    }

    /// The share of the refunded money in some points of each part.
    fn share(&self, of: impl Fn(&Part) -> i64) -> i64 {
        if self.is_whole() {
            return self.parts.iter().map(of).sum();
        }
        let fine = |part: &Part| {
            if part.refunded == part.amount {
                // A part without a price is given back with the whole.
                return if part.amount == 0 {
                    0
                } else {
                    i128::from(of(part)) * FINE
                };
            }
            i128::from(of(part)) * i128::from(part.refunded) * FINE / i128::from(part.amount)
        };
        let sum: i128 = self.parts.iter().map(fine).sum();
        i64::try_from((sum + LOST) / FINE).unwrap_or(i64::MAX)
    }
}
