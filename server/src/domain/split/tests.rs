//! Whatever is refunded, in whatever parts and order: never more comes back than there was, and all of it
//! once all of the money is given back.

use super::*;
use app::api::OrderLine;
use proptest::prelude::*;
use serde_json::json;

/// An order with lines of these prices, over `total` with `shipping`.
fn order(prices: &[i64], total: i64, shipping: i64) -> Order {
    let lines: Vec<OrderLine> = (1..)
        .zip(prices)
        .map(|(id, amount): (i64, _)| OrderLine {
            id: id.to_string(),
            name: None,
            sku: None,
            amount: *amount,
            qty: 1,
            collections: Vec::new(),
            on_sale: false,
        })
        .collect();
    let order = json!({ "id": "1", "customer": { "id": "42" }, "currency": "RUB", "total": total,
        "shipping": shipping, "lines": lines, "status": "paid", "at": "2026-11-21T12:00:00Z" });
    serde_json::from_value(order).unwrap()
}

/// A split of parts `(amount, earned, spent)`, each a line that costs its amount.
fn split(parts: &[(i64, i64, i64)]) -> Split {
    let part = |(id, (amount, earned, spent)): (i64, &(i64, i64, i64))| Part {
        line: Some(id.to_string()),
        price: *amount,
        amount: *amount,
        earned: *earned,
        spent: *spent,
        refunded: 0,
        named: 0,
    };
    Split {
        parts: (1..).zip(parts).map(part).collect(),
        ..Split::default()
    }
}

fn line(id: i64, amount: i64) -> RefundLine {
    let id = id.to_string();
    RefundLine { id, amount }
}

fn took(amount: i64, reversed: i64, returned: i64) -> Refunded {
    Refunded {
        amount,
        reversed,
        returned,
    }
}

fn refunded(split: &Split) -> Vec<i64> {
    split.parts.iter().map(|part| part.refunded).collect()
}

#[test]
fn what_does_not_divide_goes_to_the_largest_remainders() {
    let table: [(i64, &[i64], &[i64]); 9] = [
        (100, &[1, 1, 1], &[34, 33, 33]),
        (101, &[1, 1, 1], &[34, 34, 33]),
        (10, &[1, 2, 3], &[2, 3, 5]),
        (7, &[0, 5, 0], &[0, 7, 0]),
        (7, &[0, 0], &[4, 3]),
        (0, &[3, 4], &[0, 0]),
        (5, &[i64::MAX, i64::MAX], &[3, 2]),
        (i64::MAX, &[1, 0], &[i64::MAX, 0]),
        (5, &[], &[]),
    ];
    for (total, weights, expected) in table {
        assert_eq!(
            apportion(total, weights),
            expected,
            "{total} on {weights:?}"
        );
    }
}

#[test]
fn an_orders_money_falls_on_its_lines_and_its_delivery() {
    type Expected<'a> = &'a [(Option<&'a str>, i64, i64)];
    let table: [(Order, Expected<'_>); 5] = [
        (
            order(&[1000, 1400], 2400, 0),
            &[(Some("1"), 1000, 1000), (Some("2"), 1400, 1400)],
        ),
        // Tax on top of the lines, or a discount off them, in proportion.
        (
            order(&[1000, 1400], 2640, 0),
            &[(Some("1"), 1000, 1100), (Some("2"), 1400, 1540)],
        ),
        (
            order(&[1000, 1400], 1201, 0),
            &[(Some("1"), 1000, 500), (Some("2"), 1400, 701)],
        ),
        (
            order(&[1000], 1300, 300),
            &[(Some("1"), 1000, 1000), (None, 300, 300)],
        ),
        (
            order(&[], 1300, 300),
            &[(None, 1000, 1000), (None, 300, 300)],
        ),
    ];
    for (order, expected) in table {
        let parts = parts(&order);
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.line.as_deref(), part.price, part.amount))
            .collect();
        assert_eq!(found, expected);
        assert!(
            parts
                .iter()
                .all(|part| (part.earned, part.spent, part.refunded) == (0, 0, 0))
        );
    }
}

#[test]
fn a_refund_is_for_the_lines_it_names_and_then_for_all() {
    let mut order = split(&[(1000, 50, 10), (1400, 70, 0)]);
    assert_eq!(
        (order.left(), order.earned(), order.spent()),
        (2400, 120, 10)
    );
    assert_eq!(
        order.refund(1000, &[line(1, 500), line(1, 500)]),
        took(1000, 50, 10)
    );
    assert_eq!(refunded(&order), [1000, 0]);
    // The line has nothing left, so the money is for what has.
    assert_eq!(
        order.refund(700, &[line(1, 700), line(9, 1)]),
        took(700, 35, 0)
    );
    assert_eq!(
        (refunded(&order), order.left(), order.is_whole()),
        (vec![1000, 700], 700, false)
    );
    // More than there is.
    assert_eq!(order.refund(9999, &[]), took(700, 35, 0));
    assert!(order.is_whole());
    assert_eq!(order.refund(100, &[line(1, 100)]), took(0, 0, 0));

    // Lines that are worth more than the money that was given back share it.
    let mut order = split(&[(1000, 50, 0), (1000, 50, 0), (1000, 50, 0)]);
    assert_eq!(
        order.refund(300, &[line(1, 200), line(2, 400)]),
        took(300, 15, 0)
    );
    assert_eq!(refunded(&order), [100, 200, 0]);
    // What is beyond the lines is shared by what is left of all.
    assert_eq!(order.refund(370, &[line(3, 100)]), took(370, 18, 0));
    assert_eq!(refunded(&order), [194, 283, 193]);
}

#[test]
fn a_line_is_measured_by_what_it_cost_not_by_what_was_paid() {
    // Half was off.
    let mut half = split(&[(500, 25, 0), (500, 25, 0)]);
    half.parts[0].price = 1000;
    half.parts[1].price = 1000;
    assert_eq!(half.refund(250, &[line(1, 500)]), took(250, 12, 0));
    assert_eq!(refunded(&half), [250, 0]);
    // In thirds that do not divide, of a line and of its money.
    let mut third = split(&[(500, 25, 10), (500, 25, 0)]);
    third.parts[0].price = 1000;
    assert_eq!(third.refund(166, &[line(1, 333)]), took(166, 8, 3));
    assert_eq!(third.refund(167, &[line(1, 333)]), took(167, 8, 3));
    assert_eq!(third.refund(167, &[line(1, 334)]), took(167, 9, 4));
    assert_eq!(refunded(&third), [500, 0]);
    assert_eq!(third.refund(0, &[line(1, 1)]), took(0, 0, 0));
}

#[test]
fn a_line_that_cost_only_points_comes_back_when_it_is_named() {
    let gift = || split(&[(0, 0, 30), (500, 25, 0)]);
    // Its price is nothing, too: it is one piece.
    let mut named = gift();
    assert_eq!(named.refund(0, &[line(2, 0)]), took(0, 0, 0));
    assert_eq!(named.refund(0, &[line(1, 0)]), took(0, 0, 30));
    assert_eq!(named.refund(0, &[line(1, 0)]), took(0, 0, 0));
    assert_eq!(named.cancel(), took(500, 25, 0));
    // Not named, it comes back with the whole.
    let mut unnamed = gift();
    assert_eq!(unnamed.refund(250, &[]), took(250, 12, 0));
    assert_eq!(unnamed.refund(250, &[line(2, 250)]), took(250, 13, 30));
    // The shop tells its price, and it comes back in parts.
    let mut priced = gift();
    priced.parts[0].price = 1000;
    assert_eq!(priced.refund(100, &[line(1, 333)]), took(100, 5, 9));
    assert_eq!(priced.refund(0, &[line(1, 333)]), took(0, 0, 10));
    assert_eq!(priced.refund(0, &[line(1, 400)]), took(0, 0, 11));
    assert_eq!(priced.refund(0, &[line(1, 1000)]), took(0, 0, 0));
    assert_eq!(refunded(&priced), [0, 100]);
}

#[test]
fn money_that_is_too_coarse_to_tell_is_no_measure() {
    // A thousand, paid with points but for one kopeck.
    let mut almost = split(&[(1, 0, 999), (500, 0, 0)]);
    almost.parts[0].price = 1000;
    assert_eq!(almost.refund(0, &[line(1, 500)]), took(0, 0, 499));
    // Without its kopeck the line is not back.
    assert_eq!(almost.refund(0, &[line(1, 500)]), took(0, 0, 0));
    assert_eq!(almost.refund(1, &[line(1, 500)]), took(1, 0, 500));
}

#[test]
fn all_that_is_left_is_called_off() {
    let mut order = split(&[(1000, 51, 9), (500, 20, 1)]);
    assert_eq!(order.refund(333, &[]), took(333, 15, 2));
    assert_eq!(order.cancel(), took(1167, 56, 8));
    assert_eq!(order.cancel(), took(0, 0, 0));
}

#[test]
fn an_order_that_cost_nothing_is_whole_once_all_of_it_was_given_back() {
    let mut free = split(&[(0, 10, 20), (0, 0, 5)]);
    assert!(!free.is_whole());
    assert_eq!(free.refund(0, &[]), took(0, 10, 25));
    assert!(free.is_whole());
    assert_eq!(free.cancel(), took(0, 0, 0));
    // Or once each of its lines was.
    let mut free = split(&[(0, 10, 20), (0, 0, 5)]);
    assert_eq!(free.refund(0, &[line(2, 0)]), took(0, 0, 5));
    assert!(!free.is_whole());
    assert_eq!(free.refund(0, &[line(1, 7)]), took(0, 10, 20));
    assert!(free.is_whole());
    let mut kept = split(&[(0, 10, 20)]);
    let untouched = split(&[(0, 0, 20)]);
    assert_eq!(kept.adopt(&untouched), took(0, 0, 0));
    assert!(!kept.is_whole());
}

#[test]
fn an_order_that_is_claimed_takes_over_what_was_refunded_before() {
    let mut before = split(&[(1000, 0, 10), (500, 0, 0)]);
    assert_eq!(before.refund(600, &[line(1, 600)]), took(600, 0, 6));
    let mut now = split(&[(1000, 50, 0), (500, 25, 0)]);
    assert_eq!(now.adopt(&before), took(0, 30, 0));
    assert_eq!(
        (refunded(&now), now.reversed, now.returned),
        (vec![600, 0], 30, 6)
    );
    assert_eq!(now.cancel(), took(900, 45, 4));
}

/// Some parts with money, points and points they were paid with.
fn some_parts() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
    prop::collection::vec((0..100_000_i64, 0..5_000_i64, 0..5_000_i64), 1..5)
}

/// The largest whole number that is not above Σ points × the refunded share, without a rounding on the
/// way: of the money, or of the price where that says more.
fn exact_share(split: &Split, of: impl Fn(&Part) -> i64, more: i128) -> i64 {
    const MILLION: i128 = 1_000_000;
    let (mut above, mut below) = (0_i128, 1_i128);
    for part in &split.parts {
        let by_price = (part.named, part.price.max(1));
        let by_money = (part.refunded, part.amount);
        let is_more = |(a, b): (i64, i64), (c, d): (i64, i64)| {
            d == 0 || i128::from(a) * i128::from(d) > i128::from(c) * i128::from(b)
        };
        let (back, all) = if is_more(by_price, by_money) {
            by_price
        } else {
            by_money
        };
        above = above * i128::from(all) + i128::from(of(part)) * i128::from(back) * below;
        below *= i128::from(all);
    }
    i64::try_from((above * MILLION + more * below) / (below * MILLION)).unwrap()
}

/// Parts that cost something else than was paid for them, by a discount, a tax or points.
fn priced_parts() -> impl Strategy<Value = Split> {
    let price = prop_oneof![Just(0_i64), 1..10_i64, 0..100_000_i64];
    let amount = prop_oneof![Just(0_i64), 1..10_i64, 0..100_000_i64];
    let part = (price, amount, 0..5_000_i64, 0..5_000_i64);
    prop::collection::vec(part, 1..5).prop_map(|parts| {
        let amounts: Vec<_> = parts.iter().map(|part| (part.1, part.2, part.3)).collect();
        let mut split = split(&amounts);
        for (part, (price, ..)) in split.parts.iter_mut().zip(parts) {
            part.price = price;
        }
        split
    })
}

proptest! {
    #[test]
    fn shares_add_up_and_are_within_one_of_exact(
        total in 0..1_000_000_000_000_i64,
        weights in prop::collection::vec(0..1_000_000_000_i64, 1..10),
    ) {
        let shares = apportion(total, &weights);
        prop_assert_eq!(shares.iter().sum::<i64>(), total);
        let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (share, weight) in shares.iter().zip(&weights) {
            if sum > 0 {
                let (least, rest) = (i128::from(total) * i128::from(*weight) / sum, i128::from(total) * i128::from(*weight) % sum);
                let share = i128::from(*share);
                prop_assert!(share == least || share == least + 1 && rest > 0, "{share} for {weight}");
            }
        }
    }

    #[test]
    fn no_sequence_of_refunds_takes_more_than_its_share(
        parts in priced_parts(),
        refunds in prop::collection::vec((0..60_000_i64, prop::collection::vec((1..6_i64, 0..60_000_i64), 0..3)), 0..8),
    ) {
        let mut order = parts;
        let (mut money, mut reversed, mut returned) = (0, 0, 0);
        let total = order.left();
        for (amount, lines) in refunds {
            let lines: Vec<_> = lines.into_iter().map(|(id, amount)| line(id, amount)).collect();
            let had = order.left();
            let took = order.refund(amount, &lines);
            prop_assert_eq!(took.amount, amount.min(had));
            prop_assert!(took.reversed >= 0 && took.returned >= 0);
            (money, reversed, returned) = (money + took.amount, reversed + took.reversed, returned + took.returned);
            prop_assert_eq!((order.left(), order.reversed, order.returned), (total - money, reversed, returned));
            prop_assert!(order.parts.iter().all(|part| (0..=part.amount).contains(&part.refunded)));
            for part in &order.parts {
                // A line is never further back than its money by as much as one unit of it.
                let (named, price) = (i128::from(part.named), i128::from(part.price.max(1)));
                prop_assert!(named <= price && named * i128::from(part.amount) / price <= part.refunded.into());
            }
            if !order.is_whole() {
                // Exactly the share, rounded down once; what is within a millionth of the next counts as it.
                let share = exact_share(&order, |part| part.earned, 0)..=exact_share(&order, |part| part.earned, 1);
                prop_assert!(share.contains(&reversed), "{reversed} of {share:?}");
                let share = exact_share(&order, |part| part.spent, 0)..=exact_share(&order, |part| part.spent, 1);
                prop_assert!(share.contains(&returned), "{returned} of {share:?}");
            }
        }
        let rest = order.cancel();
        prop_assert!(order.is_whole());
        prop_assert_eq!((reversed + rest.reversed, returned + rest.returned), (order.earned(), order.spent()));
    }

    #[test]
    fn a_line_that_is_refunded_piece_by_piece_is_back_to_the_unit(
        parts in priced_parts(),
        cuts in prop::collection::vec(0..=1000_i64, 0..6),
        (which, before) in (any::<prop::sample::Index>(), 0..100_000_i64),
    ) {
        let mut order = parts;
        order.refund(before, &[]);
        let at = which.index(order.parts.len());
        let id = i64::try_from(at).unwrap() + 1;
        let mut cuts: Vec<i64> = cuts.iter().map(|cut| order.parts[at].price * cut / 1000).collect();
        cuts.extend([0, order.parts[at].price]);
        cuts.sort_unstable();
        let others: Vec<_> = refunded(&order);
        for cut in cuts.windows(2) {
            let line = line(id, cut[1] - cut[0]);
            // As much money as belongs to it, as the shop would give.
            let money = order.parts[at].wanted(std::slice::from_ref(&line)).money;
            prop_assert_eq!(order.refund(money, &[line]).amount, money);
        }
        let part = order.parts[at].clone();
        if part.price > 0 || part.amount == 0 {
            prop_assert_eq!((part.refunded, part.back().0), (part.amount, part.back().1));
        }
        for (place, (now, before)) in refunded(&order).iter().zip(&others).enumerate() {
            prop_assert!(place == at || now == before);
        }
        let more = order.refund(0, &[line(id, 100_000)]);
        prop_assert_eq!(more, took(0, 0, 0), "what is back does not come again");
    }

    #[test]
    fn the_order_of_refunds_of_the_same_parts_does_not_matter(
        parts in some_parts(),
        shares in prop::collection::vec((1..5_i64, 1..=10_i64), 1..10),
        turn in any::<prop::sample::Index>(),
    ) {
        // Tenths of lines, which never come to more than the line.
        let mut used = [0; 6];
        let refunds: Vec<RefundLine> = shares
            .into_iter()
            .filter_map(|(id, tenths)| {
                let at = usize::try_from(id).unwrap();
                let (amount, _, _) = parts.get(at - 1)?;
                used[at] += tenths;
                (used[at] <= 10).then(|| line(id, amount / 10 * tenths))
            })
            .collect();
        let run = |refunds: &[RefundLine]| {
            let mut order = split(&parts);
            for refund in refunds {
                order.refund(refund.amount, std::slice::from_ref(refund));
            }
            order
        };
        let mut turned = refunds.clone();
        turned.rotate_left(turn.index(refunds.len().max(1)).min(refunds.len()));
        let backwards: Vec<_> = refunds.iter().rev().cloned().collect();
        prop_assert_eq!(run(&refunds), run(&turned));
        prop_assert_eq!(run(&refunds), run(&backwards));
    }

    #[test]
    fn an_orders_parts_add_up_to_its_total(
        prices in prop::collection::vec(0..1_000_000_i64, 0..10),
        goods in 0..10_000_000_i64,
        shipping in 0..10_000_i64,
    ) {
        let parts = parts(&order(&prices, goods + shipping, shipping));
        prop_assert_eq!(parts.iter().map(|part| part.amount).sum::<i64>(), goods + shipping);
        prop_assert!(parts.iter().all(|part| part.amount >= 0));
    }
}

#[test]
fn delivery_is_no_part_of_the_goods_that_are_left() {
    let of = |prices: &[i64]| Split {
        parts: parts(&order(prices, 1_500, 500)),
        ..Split::default()
    };
    for prices in [&[400, 600][..], &[]] {
        assert_eq!(of(prices).goods_left(), 1_000);
        let mut unnamed = of(prices);
        unnamed.refund(1_000, &[]);
        assert_eq!((unnamed.left(), unnamed.goods_left()), (500, 0));
        // For all of it, so some is for the delivery.
        let mut some = of(prices);
        some.refund(600, &[]);
        assert_eq!((some.left(), some.goods_left()), (900, 600));
    }
    let mut one = of(&[400, 600]);
    one.refund(400, &[line(1, 400)]);
    assert_eq!(one.goods_left(), 600);
    one.refund(600, &[line(2, 600)]);
    assert_eq!((one.left(), one.goods_left()), (500, 0));
}

#[test]
fn a_share_that_is_a_little_less_than_whole_is_rounded_down() {
    // 3233 × 142 / 9700 + 7400 × 163 / 11100 + 19267 × 423 / 28900 = 437.9999993.
    let mut split = split(&[
        (9_700, 3_233, 0),
        (11_100, 7_400, 0),
        (28_900, 19_267, 0),
        (401, 0, 0),
    ]);
    let refunded = split.refund(734, &[]);
    assert_eq!((refunded.amount, refunded.reversed), (734, 437));
}
