//! What a basket would earn, what codes and points take off it, and why not more: pure, so that the checkout, the
//! panel and the tests ask the same.

use super::earning::Buyer;
use super::program::Program;
use super::reward::Terms;
use super::Instant;
use app::api::{NewQuote, QuoteReason, QuoteView, QuotedEarning, QuotedSpending};

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
    /// Points that the buyer can spend; none for a guest.
    pub available: Option<i64>,
    /// The codes, in the order they were sent.
    pub codes: &'a [Carried],
    /// The present.
    pub now: Instant,
}

/// The answer for a basket. Its parts add up to the unit.
pub fn quote(program: &Program, basket: &NewQuote, facts: &Facts<'_>) -> QuoteView {
    let _ = (program, facts);
    QuoteView {
        currency: basket.currency.clone(),
        lines: Vec::new(),
        shipping_price: basket.shipping,
        shipping: basket.shipping,
        total: 0,
        coupons: Vec::new(),
        spending: QuotedSpending::default(),
        earning: QuotedEarning::default(),
    }
}
