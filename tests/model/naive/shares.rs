//! How money and points fall on the lines of an order, in exact fractions.

use crate::model::rules::Rules;
use app::api::{Order as Document, RefundLine};

/// A line, or the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    line: Option<String>,
    /// What the shop says it costs.
    price: i64,
    /// What of the order's money it is.
    money: i64,
    pub(super) earned: i64,
    pub(super) spent: i64,
    refunded: i64,
    /// How much of the price was named by refunds that gave back its money.
    named: i64,
}

impl Part {
    /// What costs nothing is one piece.
    fn pieces(&self) -> i64 {
        self.price.max(1)
    }

    /// How much of it is back, as a fraction: of its money, or of its price where that is more.
    fn back(&self) -> (i128, i128) {
        let money = (i128::from(self.refunded), i128::from(self.money));
        let price = (i128::from(self.named), i128::from(self.pieces()));
        if self.money > 0 && money.0 * price.1 >= price.0 * money.1 {
            money
        } else {
            price
        }
    }
}

/// An order's parts and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(super) parts: Vec<Part>,
    /// Whether anything was ever given back.
    touched: bool,
    pub(super) taken_back: i64,
    given_back: i64,
}

/// What a refund moves: money, points taken back, points given back.
pub(crate) type Moved = (i64, i64, i64);

/// Splits a total by weights to the unit; what is left goes to the largest remainders, of equal ones to
/// the first. Without any weight all are equal.
pub(super) fn apportion(total: i64, weights: &[i64]) -> Vec<i64> {
    let equal = weights.iter().all(|weight| *weight == 0);
    let weights: Vec<i128> = weights
        .iter()
        .map(|weight| if equal { 1 } else { i128::from(*weight) })
        .collect();
    let sum: i128 = weights.iter().sum();
    let mut shares: Vec<(i128, i128, usize)> = weights
        .iter()
        .enumerate()
        .map(|(place, weight)| {
            let exact = i128::from(total) * weight;
            (exact / sum, exact % sum, place)
        })
        .collect();
    let given: i128 = shares.iter().map(|share| share.0).sum();
    let mut left = i128::from(total) - given;
    shares.sort_by_key(|(_, remainder, place)| (std::cmp::Reverse(*remainder), *place));
    for share in &mut shares {
        if left > 0 {
            share.0 += 1;
            left -= 1;
        }
    }
    shares.sort_by_key(|share| share.2);
    shares
        .into_iter()
        .map(|share| i64::try_from(share.0).unwrap())
        .collect()
}

impl Shares {
    /// The parts of an order: its lines share the money for goods by their prices; delivery stands alone.
    pub(super) fn of(document: &Document) -> Self {
        let goods = document.total - document.shipping;
        let prices: Vec<i64> = document.lines.iter().map(|line| line.amount).collect();
        let new = |line: Option<&String>, price, money| Part {
            line: line.cloned(),
            price,
            money,
            earned: 0,
            spent: 0,
            refunded: 0,
            named: 0,
        };
        let mut parts = Vec::new();
        if document.lines.is_empty() {
            parts.push(new(None, goods, goods));
        } else {
            for (line, money) in document.lines.iter().zip(apportion(goods, &prices)) {
                parts.push(new(Some(&line.id), line.amount, money));
            }
        }
        if document.shipping > 0 {
            parts.push(new(None, document.shipping, document.shipping));
        }
        Self {
            parts,
            ..Self::default()
        }
    }

    /// What the order earns: its earning money × the rule × product, tier and campaign, rounded down
    /// once. Written down on its parts by what each counted for.
    pub(super) fn earn(
        &mut self,
        rules: &Rules,
        document: &Document,
        permille: i64,
        bonus: i64,
    ) -> i64 {
        let tax = if rules.counts_tax { 0 } else { document.tax };
        let goods = (document.total - document.shipping - tax).max(0);
        let lines = document.lines.len().max(1);
        let money: Vec<i64> = self.parts[..lines].iter().map(|part| part.money).collect();
        let mut weights = apportion(goods, &money);
        for (weight, line) in weights.iter_mut().zip(&document.lines) {
            let rate = rules
                .products
                .iter()
                .find(|(sku, _)| line.sku.as_deref() == Some(*sku));
            *weight *= rate.map_or(1000, |rate| rate.1);
        }
        if document.lines.is_empty() {
            weights[0] *= 1000;
        }
        if document.shipping > 0 {
            weights.push(if rules.counts_shipping {
                document.shipping * 1000
            } else {
                0
            });
        }
        let weighted: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let exact = weighted * i128::from(rules.points) * i128::from(permille);
        let points = exact / (i128::from(rules.per) * 1_000_000_000);
        let points = i64::try_from(points).unwrap() + bonus;
        // A bonus on what earns nothing goes by the money, or by the prices of what cost none.
        for other in [|part: &Part| part.money, |part: &Part| part.price] {
            if weights.iter().all(|weight| *weight == 0) {
                weights = self.parts.iter().map(other).collect();
            }
        }
        for (part, earned) in self.parts.iter_mut().zip(apportion(points, &weights)) {
            part.earned = earned;
        }
        points
    }

    /// Points that the order was paid with fall on the lines as the coupon did; else by price.
    pub(super) fn pay_with(&mut self, points: i64, lines: &[(String, i64)]) {
        let on_parts = self.on_parts(points, lines);
        for (part, spent) in self.parts.iter_mut().zip(on_parts) {
            part.spent += spent;
        }
    }

    fn on_parts(&self, points: i64, lines: &[(String, i64)]) -> Vec<i64> {
        let on = |part: &Part| -> i64 {
            let own = lines
                .iter()
                .filter(|(line, _)| part.line.as_ref() == Some(line));
            own.map(|(_, amount)| amount).sum()
        };
        let mut weights: Vec<i64> = self.parts.iter().map(on).collect();
        if weights.iter().all(|weight| *weight == 0) {
            weights = self.parts.iter().map(|part| part.price).collect();
        }
        apportion(points, &weights)
    }

    /// How many of a coupon's points are back: whole ones, and one more if there is a part of one.
    pub(super) fn back_of(&self, points: i64, lines: &[(String, i64)]) -> (i64, i64) {
        if self.is_whole() {
            return (points, points);
        }
        let (above, below) = self.exact(&self.on_parts(points, lines));
        let whole = i64::try_from(above / below).unwrap();
        (whole, whole + i64::from(above % below > 0))
    }

    pub(super) fn left(&self) -> i64 {
        self.parts
            .iter()
            .map(|part| part.money - part.refunded)
            .sum()
    }

    /// Whether all of it was given back; of an order that cost nothing, every line.
    pub(super) fn is_whole(&self) -> bool {
        let cost = self.parts.iter().map(|part| part.money).sum::<i64>();
        let all = self.parts.iter().all(|part| part.named == part.pieces());
        self.touched && self.left() == 0 && (cost > 0 || all)
    }

    pub(super) fn earned(&self) -> i64 {
        self.parts.iter().map(|part| part.earned).sum()
    }

    /// Money goes back: for these lines as far as they are named, the rest for all that is left. A line
    /// is measured by its price, and its money follows that.
    pub(super) fn refund(&mut self, amount: i64, lines: &[RefundLine]) -> Moved {
        let accepted = amount.min(self.left());
        let pieces: Vec<i64> = self.parts.iter().map(|part| wanted(part, lines)).collect();
        let worth = |(part, pieces): (&Part, &i64)| {
            let upto =
                |named: i64| i128::from(named) * i128::from(part.money) / i128::from(part.pieces());
            let worth = upto(part.named + pieces) - upto(part.named);
            i64::try_from(worth)
                .unwrap()
                .min(part.money - part.refunded)
        };
        let worth: Vec<i64> = self.parts.iter().zip(&pieces).map(worth).collect();
        let mut shares = worth.clone();
        if shares.iter().sum::<i64>() > accepted {
            shares = apportion(accepted, &shares);
        }
        for (place, part) in self.parts.iter_mut().enumerate() {
            part.refunded += shares[place];
            part.named += if shares[place] < worth[place] {
                let covered = i128::from(pieces[place]) * i128::from(shares[place]);
                i64::try_from(covered / i128::from(worth[place])).unwrap()
            } else {
                pieces[place]
            };
        }
        let rest = accepted - shares.iter().sum::<i64>();
        let left: Vec<i64> = self
            .parts
            .iter()
            .map(|part| part.money - part.refunded)
            .collect();
        for (part, share) in self.parts.iter_mut().zip(apportion(rest, &left)) {
            part.refunded += share;
        }
        if lines.is_empty() && self.left() == 0 {
            for part in &mut self.parts {
                part.named = part.pieces();
            }
        }
        self.touched = true;
        let (taken_back, given_back) = self.settle();
        (accepted, taken_back, given_back)
    }

    /// What was refunded before anything was earned is taken over.
    pub(super) fn adopt(&mut self, before: &Self) -> i64 {
        for (part, before) in self.parts.iter_mut().zip(&before.parts) {
            (part.refunded, part.named, part.spent) = (before.refunded, before.named, before.spent);
        }
        (self.touched, self.given_back) = (before.touched, before.given_back);
        self.settle().0
    }

    /// Brings the points up to the money: what is to be taken back and given back now.
    fn settle(&mut self) -> (i64, i64) {
        let taken_back = self.share_of(|part| part.earned);
        let given_back = self.share_of(|part| part.spent);
        let now = (taken_back - self.taken_back, given_back - self.given_back);
        (self.taken_back, self.given_back) = (taken_back, given_back);
        now
    }

    /// The share of some points that is back, rounded down once; the whole of them once all the money is.
    fn share_of(&self, of: impl Fn(&Part) -> i64) -> i64 {
        if self.is_whole() {
            return self.parts.iter().map(of).sum();
        }
        let points: Vec<i64> = self.parts.iter().map(of).collect();
        let (above, below) = self.exact(&points);
        i64::try_from(above / below).unwrap()
    }

    /// The share of some points of each part that is back, as a fraction.
    fn exact(&self, points: &[i64]) -> (i128, i128) {
        let (mut above, mut below) = (0_i128, 1_i128);
        for (part, points) in self.parts.iter().zip(points) {
            let (back, all) = part.back();
            if back > 0 {
                above = above * all + i128::from(*points) * back * below;
                below *= all;
            }
        }
        (above, below)
    }
}

/// What lines name of a part that was not named before.
fn wanted(part: &Part, lines: &[RefundLine]) -> i64 {
    let own: Vec<i64> = lines
        .iter()
        .filter(|line| part.line.as_ref() == Some(&line.id))
        .map(|line| line.amount)
        .collect();
    let is_gift = part.price == 0 && part.money == 0 && !own.is_empty();
    let sum = if is_gift { 1 } else { own.iter().sum() };
    sum.min(part.pieces() - part.named)
}
