//! Several who paid for one order with points, and how what comes back falls on them.

use super::{FINE, LOST, Split, apportion};
use app::api::CouponLine;

/// Points that were paid for an order, such as a code's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// How many of them fall on each part of the order.
    spent: Vec<i64>,
    /// How many have come back.
    returned: i64,
}

impl Payer {
    /// Points as they fall on the parts: by what they took off the `lines`, or where that says nothing, by price.
    pub fn new(split: &Split, points: i64, lines: &[CouponLine], returned: i64) -> Self {
        let on_line = |part: &super::Part| -> i64 {
            let own = lines
                .iter()
                .filter(|line| part.line.as_ref() == Some(&line.id));
            own.map(|line| line.amount).sum()
        };
        let mut weights: Vec<i64> = split.parts.iter().map(on_line).collect();
        if weights.iter().all(|weight| *weight == 0) {
            weights = split.parts.iter().map(|part| part.price).collect();
        }
        Self {
            spent: apportion(points, &weights),
            returned,
        }
    }
}

impl Split {
    /// Writes down on which parts of the order somebody's points fall.
    pub fn pay(&mut self, payer: &Payer) {
        for (part, share) in self.parts.iter_mut().zip(&payer.spent) {
            part.spent += share;
        }
    }

    /// How `points` that come back fall on those who paid: to each about what is refunded of the parts that were theirs,
    /// less what they have; with the whole order to each all of it. What rounding leaves goes to the first who is owed
    /// some of it, in the order of `payers`.
    pub fn fall_on(&self, payers: &[Payer], points: i64) -> Vec<i64> {
        // Whole points, and then one more where there is a part of one.
        let owed = |payer: &Payer| {
            let due = self.fine(&payer.spent) + LOST;
            let whole = i64::try_from(due / FINE).unwrap_or(i64::MAX) - payer.returned;
            // What is not above what rounding may lose is no part of a point.
            [whole, whole + i64::from(due % FINE > LOST)]
        };
        let owed: Vec<[i64; 2]> = payers.iter().map(owed).collect();
        let mut rest = points.max(0);
        let mut shares = vec![0; payers.len()];
        for round in 0..2 {
            for (share, owed) in shares.iter_mut().zip(&owed) {
                let more = (owed[round] - *share).clamp(0, rest);
                *share += more;
                rest -= more;
            }
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::split::Part;
    use app::api::RefundLine;
    use proptest::prelude::*;

    /// An order of lines `a`, `b`, … of these prices, all of which was paid but for what points paid.
    fn split(parts: &[(i64, i64)]) -> Split {
        let part = |(letter, (price, amount)): (char, &(i64, i64))| Part {
            line: Some(letter.into()),
            price: *price,
            amount: *amount,
            earned: 0,
            spent: 0,
            refunded: 0,
            named: 0,
        };
        Split {
            parts: ('a'..).zip(parts).map(part).collect(),
            ..Split::default()
        }
    }

    /// Points for a line.
    fn paid(split: &mut Split, points: i64, lines: &[(&str, i64)]) -> Payer {
        let line = |(id, amount): &(&str, i64)| CouponLine {
            id: (*id).to_owned(),
            amount: *amount,
        };
        let lines: Vec<CouponLine> = lines.iter().map(line).collect();
        let payer = Payer::new(split, points, &lines, 0);
        split.pay(&payer);
        payer
    }

    /// How many of somebody's points have not come back.
    fn left(payer: &Payer) -> i64 {
        payer.spent.iter().sum::<i64>() - payer.returned
    }

    fn named(id: &str, amount: i64) -> RefundLine {
        let id = id.into();
        RefundLine { id, amount }
    }

    /// Gives back so much for a line; answers what falls on each payer, who then have it.
    fn back(
        split: &mut Split,
        payers: &mut [Payer],
        amount: i64,
        lines: &[RefundLine],
    ) -> Vec<i64> {
        let points = split.refund(amount, lines).returned;
        let shares = split.fall_on(payers, points);
        assert_eq!(shares.iter().sum::<i64>(), points);
        for (payer, share) in payers.iter_mut().zip(&shares) {
            payer.returned += share;
            assert!(*share >= 0 && left(payer) >= 0);
        }
        shares
    }

    #[test]
    fn a_gift_comes_back_to_whoever_gave_it() {
        // The first line is a gift for 300 points; half of the second was paid with 1,000.00 of store credit.
        let mut order = split(&[(0, 0), (200_000, 100_000)]);
        let gift = paid(&mut order, 300, &[("a", 1)]);
        let credit = paid(&mut order, 100_000, &[("b", 100_000)]);
        let mut payers = [gift, credit];
        assert_eq!(back(&mut order, &mut payers, 0, &[named("a", 0)]), [300, 0]);
        let half = [named("b", 100_000)];
        assert_eq!(back(&mut order, &mut payers, 50_000, &half), [0, 50_000]);
        assert_eq!(back(&mut order, &mut payers, 50_000, &[]), [0, 50_000]);
    }

    #[test]
    fn of_two_codes_the_one_for_the_line_comes_back() {
        let mut order = split(&[(1_000, 700), (1_000, 700)]);
        let anna = paid(&mut order, 300, &[("a", 300)]);
        let boris = paid(&mut order, 300, &[("b", 300)]);
        let mut payers = [anna, boris];
        let line = [named("b", 1_000)];
        assert_eq!(back(&mut order, &mut payers, 700, &line), [0, 300]);
        assert_eq!(back(&mut order, &mut payers, 350, &[]), [150, 0]);
        assert_eq!(back(&mut order, &mut payers, 350, &[]), [150, 0]);
    }

    #[test]
    fn what_rounding_leaves_goes_to_the_first_who_is_owed_some_of_it() {
        let mut order = split(&[(300, 300)]);
        let mut payers = [5, 5, 5].map(|points| paid(&mut order, points, &[]));
        // A third of five is one and two thirds.
        assert_eq!(back(&mut order, &mut payers, 100, &[]), [2, 2, 1]);
        assert_eq!(back(&mut order, &mut payers, 100, &[]), [2, 1, 2]);
        assert_eq!(back(&mut order, &mut payers, 100, &[]), [1, 2, 2]);
        assert_eq!(back(&mut order, &mut payers, 100, &[]), [0, 0, 0]);
    }

    #[test]
    fn whole_points_come_before_parts_of_one() {
        let mut order = split(&[(100, 100)]);
        let mut payers = [1, 1, 4].map(|points| paid(&mut order, points, &[]));
        assert_eq!(back(&mut order, &mut payers, 50, &[]), [1, 0, 2]);
    }

    #[test]
    fn whoever_had_a_part_rounded_up_is_not_given_it_again() {
        let mut order = split(&[(100, 100)]);
        let mut payers = [5, 20, 20].map(|points| paid(&mut order, points, &[]));
        // 0.65, 2.6 and 2.6 of them; then 0.9, 3.6 and 3.6.
        assert_eq!(back(&mut order, &mut payers, 13, &[]), [1, 2, 2]);
        assert_eq!(back(&mut order, &mut payers, 5, &[]), [0, 2, 1]);
    }

    #[test]
    fn what_came_back_to_another_before_is_made_up_for() {
        let mut order = split(&[(1_000, 700), (1_000, 700)]);
        let mut anna = paid(&mut order, 300, &[("a", 300)]);
        let boris = paid(&mut order, 300, &[("b", 300)]);
        // For the line of Boris.
        order.refund(700, &[named("b", 1_000)]);
        anna.returned = 300;
        assert_eq!(order.fall_on(&[anna.clone(), boris.clone()], 0), [0, 0]);
        let points = order.refund(700, &[]).returned;
        assert_eq!(order.fall_on(&[anna, boris], points), [0, 300]);
        assert_eq!(order.fall_on(&[], 5), [0; 0]);
    }

    proptest! {
        #[test]
        fn to_each_comes_back_what_was_theirs(
            prices in prop::collection::vec((0..2_000_i64, 0..2_000_i64), 1..4),
            paid_by in prop::collection::vec((0..1_000_i64, 0..4_usize), 0..4),
            refunds in prop::collection::vec((0..2_000_i64, 0..4_usize, 0..2_000_i64), 0..6),
        ) {
            let mut order = split(&prices);
            let name = |at: usize| ["a", "b", "c", "d"][at];
            let mut payers: Vec<Payer> = paid_by
                .iter()
                .map(|(points, at)| paid(&mut order, *points, &[(name(*at), 1)]))
                .collect();
            for (amount, at, price) in refunds {
                back(&mut order, &mut payers, amount, &[named(name(at), price)]);
                for payer in &payers {
                    let due = order.fine(&payer.spent) / FINE;
                    prop_assert!((due - i128::from(payer.returned)).abs() <= 1, "{due} {payer:?}");
                }
            }
            back(&mut order, &mut payers, i64::MAX, &[]);
            prop_assert!(payers.iter().all(|payer| left(payer) == 0));
        }
    }
}
