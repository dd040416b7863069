//! How an order's money, what it earned and the points it was paid with fall on its parts, and what a
//! refund of some of it takes and gives.
//!
//! The split is recorded when the order is paid, so that a refund never asks today's rules. Everything is
//! counted from the beginning: after any number of partial refunds, exactly the share of the refunded
//! money is taken back, rounded down once, and the whole once all of it is refunded.
//!
//! A refund that names lines is measured by their prices as the shop told them, and the money that was
//! paid for a line follows its price. So a line that cost only points, and has no money, comes back
//! when it is named, in parts too; the money of the order stays as exact as the shop's.

mod payers;
#[cfg(test)]
mod tests;

pub use payers::Payer;

use app::api::{Order, RefundLine};
use serde::{Deserialize, Serialize};

/// Shares are added up in parts of a point that are so fine that an order of many lines loses nothing, and that what is
/// a little less than a whole point is not taken for one: with billionths that happened.
const FINE: i128 = 1_000_000_000_000_000_000;
/// What rounding to these parts may lose on the most lines there can be.
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
    /// How much of its price refunds have named, as far as they gave back the money for it.
    pub named: i64,
}

impl Part {
    /// What refunds of it are measured by: its price. What costs nothing is one piece.
    fn measure(&self) -> i64 {
        self.price.max(1)
    }

    /// The share of it that was given back, as a fraction. Where its money is too coarse to tell, or it
    /// had none because points paid it, what refunds have named of its price says so.
    fn back(&self) -> (i64, i64) {
        let (by_money, by_price) = ((self.refunded, self.amount), (self.named, self.measure()));
        let money = i128::from(self.refunded) * i128::from(self.measure());
        let price = i128::from(self.named) * i128::from(self.amount);
        if self.amount == 0 || price > money {
            by_price
        } else {
            by_money
        }
    }

    /// What `lines` name of it and has not been named before, and the money that belongs to that, at
    /// most what is left. Counted from the beginning, so that several refunds of a line add up to it.
    fn wanted(&self, lines: &[RefundLine]) -> Wanted {
        let own = || {
            lines
                .iter()
                .filter(|line| self.line.as_ref() == Some(&line.id))
        };
        let sum: i128 = own().map(|line| i128::from(line.amount)).sum();
        let wanted = if self.price == 0 && self.amount == 0 {
            i64::from(own().next().is_some())
        } else {
            i64::try_from(sum).unwrap_or(i64::MAX)
        };
        let price = wanted.min(self.measure() - self.named);
        let until =
            |named: i64| i128::from(named) * i128::from(self.amount) / i128::from(self.measure());
        let money = until(self.named + price) - until(self.named);
        let money = i64::try_from(money).unwrap_or(i64::MAX);
        Wanted {
            price,
            money: money.min(self.amount - self.refunded),
        }
    }
}

/// What a refund names of one part.
struct Wanted {
    price: i64,
    money: i64,
}

/// An order in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The parts.
    pub parts: Vec<Part>,
    /// Points that had to be taken back so far, by what was refunded.
    pub reversed: i64,
    /// Points that were really taken back so far: those that had run out were let go.
    pub moved: i64,
    /// Points that were given back so far.
    pub returned: i64,
    /// Whether anything was given back yet.
    pub begun: bool,
}

/// What one refund takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refunded {
    /// Money that the order still had.
    pub amount: i64,
    /// Points to take back, as far as they have not run out.
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
        named: 0,
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

    /// What is left of the money for goods. Delivery counts for nothing: who sends all goods back often pays it all the
    /// same, and a refund that names no lines does not say what it was for.
    pub fn goods_left(&self) -> i64 {
        // Delivery comes last and belongs to no line; what belongs to none and stands first is all of the goods.
        let is_goods = |(place, part): &(usize, &Part)| *place == 0 || part.line.is_some();
        let parts = || self.parts.iter().enumerate();
        let delivery: i64 = parts()
            .filter(|part| !is_goods(part))
            .map(|(_, part)| part.amount)
            .sum();
        if self.left() <= delivery {
            return 0;
        }
        let goods = parts().filter(is_goods);
        goods.map(|(_, part)| part.amount - part.refunded).sum()
    }

    /// Whether all of it was given back: its money, or where it cost none, each of its parts.
    pub fn is_whole(&self) -> bool {
        let is_free = self.parts.iter().all(|part| part.amount == 0);
        let is_back = |part: &Part| part.named == part.measure();
        self.begun && self.left() == 0 && (!is_free || self.parts.iter().all(is_back))
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
    /// no longer has is not given back. Lines that are worth more than that share it; one that costs no
    /// money comes back with its name alone.
    pub fn refund(&mut self, amount: i64, lines: &[RefundLine]) -> Refunded {
        self.begun = true;
        let accepted = amount.min(self.left());
        let wanted: Vec<Wanted> = self.parts.iter().map(|part| part.wanted(lines)).collect();
        let mut named: Vec<i64> = wanted.iter().map(|wanted| wanted.money).collect();
        if named.iter().sum::<i64>() > accepted {
            named = apportion(accepted, &named);
        }
        for (part, (wanted, share)) in self.parts.iter_mut().zip(wanted.iter().zip(&named)) {
            part.refunded += share;
            part.named += wanted.covered(*share);
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
        if lines.is_empty() && self.left() == 0 {
            for part in &mut self.parts {
                part.named = part.measure();
            }
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
            (part.refunded, part.named, part.spent) = (old.refunded, old.named, old.spent);
        }
        (self.returned, self.begun) = (before.returned, before.begun);
        self.settle(0)
    }

    /// Brings what was taken and given back up to what is refunded.
    fn settle(&mut self, amount: i64) -> Refunded {
        let (reversed, returned) = self.due();
        let refunded = Refunded {
            amount,
            reversed: reversed - self.reversed,
            returned: returned - self.returned,
        };
        (self.reversed, self.returned) = (reversed, returned);
        refunded
    }

    /// The points that what is refunded stands for: to be taken back, and to be given back.
    pub fn due(&self) -> (i64, i64) {
        (
            self.share(|part| part.earned),
            self.share(|part| part.spent),
        )
    }

    /// The refunded share of some points of each part, rounded down once.
    fn share(&self, of: impl Fn(&Part) -> i64) -> i64 {
        let points: Vec<i64> = self.parts.iter().map(of).collect();
        i64::try_from((self.fine(&points) + LOST) / FINE).unwrap_or(i64::MAX)
    }

    /// The refunded share of the points that fall on each part, in [`FINE`] parts of one.
    fn fine(&self, points: &[i64]) -> i128 {
        if self.is_whole() {
            return points
                .iter()
                .map(|points| i128::from(*points))
                .sum::<i128>()
                * FINE;
        }
        let fine = |(part, points): (&Part, &i64)| {
            let (back, all) = part.back();
            let (exact, all) = (i128::from(*points) * i128::from(back), i128::from(all));
            exact / all * FINE + exact % all * FINE / all
        };
        self.parts.iter().zip(points).map(fine).sum()
    }
}

impl Wanted {
    /// As much of the price as `money` pays back of what belongs to it.
    fn covered(&self, money: i64) -> i64 {
        if money == self.money {
            return self.price;
        }
        let covered = i128::from(self.price) * i128::from(money) / i128::from(self.money);
        i64::try_from(covered).unwrap_or(self.price)
    }
}
