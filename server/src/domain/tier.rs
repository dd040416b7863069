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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::program_file;
    use proptest::prelude::*;

    fn demo() -> Program {
        program_file::parse(crate::demo::PROGRAM).unwrap()
    }

    fn points(points_earned: i64) -> Counters {
        Counters {
            points_earned,
            ..Counters::default()
        }
    }

    #[test]
    fn a_tier_begins_exactly_at_its_threshold() {
        let demo = demo();
        for (value, tier) in [
            (i64::MIN, "bronze"),
            (-1, "bronze"),
            (0, "bronze"),
            (499, "bronze"),
            (500, "silver"),
            (1_999, "silver"),
            (2_000, "gold"),
            (i64::MAX, "gold"),
        ] {
            assert_eq!(reached(&demo, points(value)).id, tier, "{value}");
        }
    }

    #[test]
    fn each_metric_reads_its_own_counter() {
        let counters = Counters {
            points_earned: 1,
            amount_spent: 2,
            orders: 3,
        };
        let values = [Metric::PointsEarned, Metric::AmountSpent, Metric::Orders]
            .map(|metric| counters.value(metric));
        assert_eq!(values, [1, 2, 3]);
        let mut demo = demo();
        demo.metric = Metric::Orders;
        assert_eq!(
            reached(
                &demo,
                Counters {
                    points_earned: 9_999,
                    amount_spent: 9_999,
                    orders: 499
                }
            )
            .id,
            "bronze"
        );
    }

    #[test]
    fn a_tier_that_the_rules_no_longer_have_is_the_first() {
        let demo = demo();
        assert_eq!(by_id(&demo, "gold").id, "gold");
        assert_eq!(by_id(&demo, "platinum").id, "bronze");
    }

    #[test]
    fn a_standing_says_what_is_missing() {
        let demo = demo();
        let next = |tier, value| {
            standing(&demo, tier, points(value), "ru")
                .next
                .map(|next| (next.tier.name, next.missing))
        };
        assert_eq!(next("bronze", -20), Some(("Серебро".into(), 520)));
        assert_eq!(next("bronze", 120), Some(("Серебро".into(), 380)));
        assert_eq!(next("silver", 500), Some(("Золото".into(), 1_500)));
        assert_eq!(next("gold", 5_000), None);
        // The rules became easier, and nothing has happened to the member since.
        assert_eq!(next("bronze", 700), Some(("Серебро".into(), 0)));
    }

    proptest! {
        #[test]
        fn more_never_means_a_lower_tier(one: i64, other: i64) {
            let demo = demo();
            let (less, more) = (one.min(other), one.max(other));
            let threshold = |value| reached(&demo, points(value)).threshold;
            prop_assert!(threshold(less) <= threshold(more));
            prop_assert!(threshold(more) <= more.max(0), "nobody has a tier they did not reach");
        }
    }
}
