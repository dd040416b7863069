//! Which tier a member has.

use super::program::{Program, Tier};
use app::api::{Metric, NextTier, Standing};

/// A member's counters. They only ever count what is final: points when they become available,
/// money when it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Points that became available, less what was taken back. Spending does not lower it.
    pub points_earned: i64,
    /// Paid and not refunded, in the currency's smallest unit.
    pub amount_spent: i64,
    /// Paid orders.
    pub orders: i64,
}

impl Counters {
    /// The one that `metric` reads.
    pub fn value(self, metric: Metric) -> i64 {
        match metric {
            Metric::PointsEarned => self.points_earned,
            Metric::AmountSpent => self.amount_spent,
            Metric::Orders => self.orders,
        }
    }
}

/// The highest tier that `counters` reach.
pub fn reached(program: &Program, counters: Counters) -> &Tier {
    let value = counters.value(program.metric);
    let reached = program
        .tiers
        .iter()
        .rev()
        .find(|tier| tier.threshold <= value);
    // The first tier begins at 0; after a refund a counter may stand below it.
    reached.unwrap_or(&program.tiers[0])
}

/// The tier with this id, or the first one if the rules no longer have it.
pub fn by_id<'a>(program: &'a Program, id: &str) -> &'a Tier {
    let found = program.tiers.iter().find(|tier| tier.id == id);
    found.unwrap_or(&program.tiers[0])
}

/// Where a member stands, in one language.
pub fn standing(program: &Program, tier: &str, counters: Counters, locale: &str) -> Standing {
    let tier = by_id(program, tier);
    let value = counters.value(program.metric);
    let next = program
        .tiers
        .iter()
        .find(|next| next.threshold > tier.threshold);
    Standing {
        tier: tier.view(locale),
        value,
        next: next.map(|next| NextTier {
            tier: next.view(locale),
            missing: (next.threshold - value).max(0),
        }),
    }
}
