//! What an order earns.

use super::program::{Program, Tier};
use app::api::{Explanation, Fact};

/// Points for `amount` smallest units: in proportion, times the tier's multiplier, rounded down
/// once. `None` when the numbers do not fit, which a checked order cannot reach.
pub fn points(points: i64, per: i64, multiplier_permille: i64, amount: i64) -> Option<i64> {
    let exact = i128::from(amount)
        .checked_mul(i128::from(points))?
        .checked_mul(i128::from(multiplier_permille))?;
    i64::try_from(exact.div_euclid(i128::from(per) * 1000)).ok()
}

/// What an order earns and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// Points; may be 0 for a small order.
    pub points: i64,
    /// Days until they can be spent.
    pub hold_days: u32,
    /// Why, ready to be stored.
    pub explanation: Explanation,
}

/// What `amount` of order `order` earns a member of `tier`. `None` if purchases do not earn.
pub fn for_order(program: &Program, tier: &Tier, order: &str, amount: i64) -> Option<Earning> {
    let rule = program.purchase.as_ref()?;
    let points = points(rule.points, rule.per, tier.multiplier_permille, amount)?;
    Some(Earning {
        points,
        hold_days: rule.hold_days,
        explanation: Explanation {
            fact: Fact::Order {
                order: order.to_owned(),
                amount,
                currency: program.currency.clone(),
                points: rule.points,
                per: rule.per,
                tier: tier.name.clone(),
                multiplier_permille: tier.multiplier_permille,
            },
            hold_days: rule.hold_days,
            hold_reason: rule.hold_reason.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{for_order, points};
    use crate::domain::order::AMOUNT_MAX;
    use crate::domain::program_file;
    use app::api::Fact;
    use proptest::prelude::*;

    #[test]
    fn rounding_happens_once_and_down() {
        let table = [
            // points, per, multiplier, amount, expected
            (5, 10_000, 1000, 240_000, 120),
            (5, 10_000, 1250, 240_000, 150),
            (5, 10_000, 1000, 1_999, 0),
            (5, 10_000, 1000, 2_000, 1),
            // Rounded after the multiplier: 1.99 × 1.25 is 2, not 1.
            (5, 10_000, 1250, 3_980, 2),
            (1, 1, 1000, 0, 0),
            (1, 3, 1000, 10, 3),
        ];
        for (rate, per, multiplier, amount, expected) in table {
            assert_eq!(
                points(rate, per, multiplier, amount),
                Some(expected),
                "{amount}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_not_guessed() {
        assert_eq!(points(i64::MAX, 1, 1000, i64::MAX), None);
        assert_eq!(points(i64::MAX, i64::MAX, i64::MAX, i64::MAX), None);
    }

    #[test]
    fn an_order_earns_by_the_rule_and_the_tier_and_says_so() {
        let mut program = program_file::parse(crate::demo::PROGRAM).unwrap();
        let silver = program.tiers[1].clone();
        let earning = for_order(&program, &silver, "1043", 240_000).unwrap();
        assert_eq!(
            (
                earning.points,
                earning.hold_days,
                earning.explanation.hold_days
            ),
            (150, 14, 14)
        );
        assert_eq!(
            earning.explanation.hold_reason.get("en"),
            "returns are open until then"
        );
        let Fact::Order {
            order,
            amount,
            currency,
            points,
            per,
            tier,
            multiplier_permille,
        } = earning.explanation.fact
        else {
            panic!("an order is explained as one");
        };
        assert_eq!(
            (order.as_str(), amount, currency.as_str()),
            ("1043", 240_000, "RUB")
        );
        assert_eq!(
            (points, per, tier.get("en"), multiplier_permille),
            (5, 10_000, "Silver", 1250)
        );
        program.purchase = None;
        assert_eq!(for_order(&program, &silver, "1043", 240_000), None);
    }

    /// The largest whole number of points whose price does not exceed the amount, found by halving:
    /// no division, so nothing is rounded.
    fn by_search(rate: i64, per: i64, multiplier: i64, amount: i64) -> i128 {
        let [rate, per, multiplier, amount] = [rate, per, multiplier, amount].map(i128::from);
        let (mut low, mut high) = (0, rate * multiplier * amount + 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if middle * per * 1000 <= rate * multiplier * amount {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_model_that_never_divides(
            rate in 1..1_000_000_i64,
            per in 1..1_000_000_i64,
            multiplier in 1..=100_000_i64,
            amount in 0..=AMOUNT_MAX,
        ) {
            let expected = i64::try_from(by_search(rate, per, multiplier, amount)).ok();
            prop_assert_eq!(points(rate, per, multiplier, amount), expected);
        }

        #[test]
        fn splitting_an_order_never_earns_more(
            rate in 1..1000_i64,
            per in 1..100_000_i64,
            multiplier in 1..=100_000_i64,
            one in 0..1_000_000_000_i64,
            other in 0..1_000_000_000_i64,
        ) {
            let of = |amount| points(rate, per, multiplier, amount).unwrap();
            let (whole, parts) = (of(one + other), of(one) + of(other));
            prop_assert!(parts <= whole && whole <= parts + 1);
        }
    }
}
