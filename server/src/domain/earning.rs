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
    use super::points;

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
    }
}
