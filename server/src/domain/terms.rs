//! What a code takes off a basket, line by line and to the unit, or why it cannot be used for it.
//!
//! A code of fixed worth is used whole or not at all: where a rule would cut it, it is refused, so that nobody's points
//! are gone for less than they were for. Only where the goods themselves cost less than it gives is it lowered to them,
//! as any voucher is. A slider is lowered by every rule, since its points come back in part.

#[cfg(test)]
mod tests;
mod why;

pub use why::Why;

use super::reward::Terms;
use super::split::apportion;
use app::api::{CouponLine, QuoteLine, QuoteReason, RewardKind, Settles};

/// A basket, as far as codes look at it.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// Its lines, with what each costs before any code. A standing discount is off already.
    pub lines: &'a [QuoteLine],
    /// What delivery costs.
    pub shipping: i64,
    /// Whether it carries codes that are not ours.
    pub other_codes: bool,
    /// What other codes of ours take off each line already, in the order of `lines`; none if empty.
    pub taken: &'a [i64],
    /// What they take off delivery already.
    pub shipping_taken: i64,
    /// How many other codes of ours it carries, and whether all of those can stand beside others.
    pub beside: (usize, bool),
}

impl Basket<'_> {
    /// What its goods cost before any code.
    fn goods(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// What a line still costs.
    fn left(&self, index: usize) -> i64 {
        let taken = self.taken.get(index).copied().unwrap_or(0);
        (self.lines[index].amount - taken).max(0)
    }

    /// Whether a code may be in it that can stand beside others, or cannot.
    pub(super) fn lets_in(&self, with_other_codes: bool) -> bool {
        let (others, all_can) = self.beside;
        let is_alone = !self.other_codes && others == 0;
        is_alone || with_other_codes && (others == 0 || all_can)
    }
}

/// What a code takes off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Off each line, in the order of the basket's; all of them are here, also those of which it takes nothing.
    pub lines: Vec<CouponLine>,
    /// Off delivery.
    pub shipping: i64,
}

impl Spread {
    /// All that it takes off.
    pub fn amount(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum::<i64>() + self.shipping
    }
}

/// What a code takes off a basket. A basket without lines can carry none that takes something off goods.
///
/// # Errors
/// Why it cannot be used for it: `not_for_orders`, `minimum`, `other_codes`, `max_percent`, `on_sale`, `no_product`,
/// `nothing_left`. Nothing is ever taken off in part because a rule was missed; a slider's amount is the one that
/// is lowered to what the rules allow, since its points come back in part.
pub fn spread(terms: &Terms, basket: &Basket<'_>) -> Result<Spread, QuoteReason> {
    decide(terms, basket).map_err(QuoteReason::from)
}

/// Points that are really spent when a code takes off so much: of a slider in proportion, rounded up, so that no money
/// is for nothing; of anything else all of them.
pub fn spent(terms: &Terms, points: i64, amount: i64) -> i64 {
    if terms.kind != RewardKind::Slider || terms.amount <= 0 {
        return points;
    }
    let whole = i128::from(terms.amount);
    let exact = i128::from(points) * i128::from(amount);
    let rounded = (exact + whole - 1) / whole;
    i64::try_from(rounded).unwrap_or(points).min(points)
}

/// So many thousandths of an amount, rounded down.
pub(super) fn part_of(amount: i64, permille: i64) -> i64 {
    let part = i128::from(amount) * i128::from(permille) / 1000;
    i64::try_from(part).unwrap_or(amount)
}

fn decide(terms: &Terms, basket: &Basket<'_>) -> Result<Spread, Why> {
    use RewardKind::{FreeProduct, FreeShipping, Percent, Slider};
    if terms.kind.settles() != Settles::WithOrder {
        return Err(Why::NotForOrders);
    }
    if basket.goods() < terms.minimum {
        return Err(Why::Minimum);
    }
    if !basket.lets_in(terms.with_other_codes) {
        return Err(Why::OtherCodes);
    }
    let room = Room::of(terms, basket);
    let shares = match terms.kind {
        FreeShipping => {
            let shipping = basket.shipping - basket.shipping_taken;
            if shipping <= 0 {
                return Err(Why::NothingLeft);
            }
            return Ok(on_lines(basket, &vec![0; basket.lines.len()], shipping));
        }
        FreeProduct => room.piece(terms, basket)?,
        Percent => room.share(room.percent(terms)?),
        Slider => room.share(room.lowered(terms.amount)?),
        _ => room.share(room.fixed(terms.amount)?),
    };
    Ok(on_lines(basket, &shares, 0))
}

fn on_lines(basket: &Basket<'_>, shares: &[i64], shipping: i64) -> Spread {
    let lines = basket.lines.iter().zip(shares);
    let lines = lines.map(|(line, amount)| CouponLine {
        id: line.id.clone(),
        amount: *amount,
    });
    Spread {
        lines: lines.collect(),
        shipping,
    }
}

/// What a code finds to take from.
pub(super) struct Room {
    /// What each line still costs; nothing where the code does not apply to it.
    lines: Vec<i64>,
    /// What all lines still cost, whatever applies to them.
    pub(super) all: i64,
    /// What the limit in percent leaves for it, where there is one.
    pub(super) limit: Option<i64>,
}

impl Room {
    pub(super) fn of(terms: &Terms, basket: &Basket<'_>) -> Self {
        let left = (0..basket.lines.len()).map(|index| basket.left(index));
        let left: Vec<i64> = left.collect();
        let all = left.iter().sum();
        let applies = |line: &QuoteLine| terms.on_sale || !line.on_sale;
        let lines = basket.lines.iter().zip(left);
        let lines = lines.map(|(line, left)| if applies(line) { left } else { 0 });
        let limit = (terms.max_permille < 1000).then(|| {
            let most = part_of(basket.goods(), terms.max_permille);
            (most - basket.taken.iter().sum::<i64>()).max(0)
        });
        Self {
            lines: lines.collect(),
            all,
            limit,
        }
    }

    /// What it can take at most, but for the limit in percent.
    pub(super) fn left(&self) -> i64 {
        self.lines.iter().sum()
    }

    /// An amount of at most [`Room::left`] on the lines, in proportion to what each still costs. So no line gives more
    /// than that.
    pub(super) fn share(&self, amount: i64) -> Vec<i64> {
        apportion(amount, &self.lines)
    }

    /// Something to take from.
    fn base(&self) -> Result<i64, Why> {
        match (self.left(), self.all) {
            (0, 0) => Err(Why::NothingLeft),
            (0, _) => Err(Why::OnSale),
            (left, _) => Ok(left),
        }
    }

    /// What may not be cut by the limit in percent.
    fn whole(&self, amount: i64) -> Result<i64, Why> {
        match self.limit {
            Some(limit) if amount > limit => Err(Why::MaxPercent),
            _ if amount == 0 => Err(Why::NothingLeft),
            _ => Ok(amount),
        }
    }

    fn fixed(&self, amount: i64) -> Result<i64, Why> {
        let left = self.base()?;
        let amount = amount.min(self.all);
        if amount > left {
            // What is on sale would cut it.
            return Err(Why::OnSale);
        }
        self.whole(amount)
    }

    fn percent(&self, terms: &Terms) -> Result<i64, Why> {
        let amount = part_of(self.base()?, terms.permille.unwrap_or(0));
        self.whole(amount.min(terms.amount_max.unwrap_or(i64::MAX)))
    }

    fn lowered(&self, amount: i64) -> Result<i64, Why> {
        let amount = amount.min(self.base()?);
        match self.limit {
            Some(0) => Err(Why::MaxPercent),
            Some(limit) => Ok(amount.min(limit)),
            None => Ok(amount),
        }
    }

    /// One piece of the dearest line of the product.
    fn piece(&self, terms: &Terms, basket: &Basket<'_>) -> Result<Vec<i64>, Why> {
        let is_it = |line: &QuoteLine| line.sku.is_some() && line.sku == terms.sku;
        let own = || {
            let lines = basket.lines.iter().enumerate();
            lines.filter(|(_, line)| is_it(line))
        };
        let piece =
            |index: usize, line: &QuoteLine| (line.amount / line.qty.max(1)).min(self.lines[index]);
        // Of equal ones the first.
        let dearest = own()
            .map(|(index, line)| (piece(index, line), index))
            .max_by_key(|(amount, index)| (*amount, std::cmp::Reverse(*index)));
        let (amount, at) = dearest.ok_or(Why::NoProduct)?;
        if amount == 0 && own().any(|(index, _)| basket.left(index) > self.lines[index]) {
            return Err(Why::OnSale);
        }
        let amount = self.whole(amount)?;
        let mut shares = vec![0; self.lines.len()];
        shares[at] = amount;
        Ok(shares)
    }
}
