//! Whatever is in a basket: its parts add up, no rule is passed, and what comes of it can be refunded to the unit.

mod case;
mod fields;
mod table;

use super::*;
use crate::domain::order::AMOUNT_MAX;
use crate::domain::program_file;
use crate::domain::reward::{Reward, Spending};
use crate::domain::split::{Refunded, Split};
use app::api::{Gives, Localized, RefundLine, RewardKind};
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

static DEMO: LazyLock<Program> =
    LazyLock::new(|| program_file::parse(crate::demo::PROGRAM).unwrap());

/// A programme in which 10 units earn a point, with the tier's gifts and the spending rules to be said.
fn program(spending: Spending, gives: Gives, slider: Option<Reward>) -> Program {
    let mut program = DEMO.clone();
    program.spending = spending;
    program.rewards = slider.into_iter().collect();
    program.campaigns = Vec::new();
    program.tiers[0].gives = gives;
    program.tiers[0].multiplier_permille = 1000;
    let rule = program.purchase.as_mut().unwrap();
    (rule.points, rule.per, rule.minimum) = (1, 10, 0);
    (rule.counts_shipping, rule.counts_tax) = (false, false);
    (rule.first_order_bonus, rule.products) = (0, Vec::new());
    program
}

fn slider(points: i64, amount: i64) -> Reward {
    Reward {
        kind: RewardKind::Slider,
        ..Reward::plain("pay".into(), Localized::default(), points, amount, 1)
    }
}

fn terms_of(kind: RewardKind, amount: i64, spending: Spending) -> Terms {
    let reward = Reward {
        kind,
        ..Reward::plain("any".into(), Localized::default(), 100, amount, 1)
    };
    reward.terms(spending, amount)
}

fn buyer(program: &Program) -> Buyer<'_> {
    Buyer {
        tier: &program.tiers[0],
        is_first: false,
    }
}

fn ask(
    program: &Program,
    basket: &NewQuote,
    codes: &[Carried],
    available: Option<i64>,
) -> QuoteView {
    let facts = Facts {
        buyer: buyer(program),
        available,
        codes,
        now: 0,
    };
    let view = quote(program, basket, &facts);
    assert_eq!(
        quote(program, basket, &facts),
        view,
        "the same once more is the same"
    );
    adds_up(basket, &view);
    let slider = program.rewards.first().map(|reward| &reward.id);
    assert_eq!(view.spending.reward.as_ref(), slider);
    view
}

/// Everything in the answer is the sum of its parts, and nothing is below zero.
fn adds_up(basket: &NewQuote, view: &QuoteView) {
    let sum = |of: fn(&QuotedLine) -> i64| view.lines.iter().map(of).sum::<i64>();
    assert_eq!(view.lines.len(), basket.lines.len());
    for (line, asked) in view.lines.iter().zip(&basket.lines) {
        assert_eq!((&line.id, line.price), (&asked.id, asked.amount));
        let taken = [line.discount, line.coupons, line.points];
        assert_eq!(line.price, taken.iter().sum::<i64>() + line.pays);
        let all = [line.pays, line.earns];
        assert!(taken.iter().chain(&all).all(|part| *part >= 0), "{line:?}");
    }
    assert!((0..=view.shipping_price).contains(&view.shipping));
    assert_eq!(view.total, sum(|line| line.pays) + view.shipping);
    assert_eq!(view.spending.amount, sum(|line| line.points));
    let coupons: i64 = view.coupons.iter().map(|coupon| coupon.amount).sum();
    let off_shipping = coupons - sum(|line| line.coupons);
    assert!((0..=view.shipping_price - view.shipping).contains(&off_shipping));
    assert!(sum(|line| line.earns) <= view.earning.points);
    for coupon in &view.coupons {
        let is_used = coupon.reason.is_none();
        assert_eq!(is_used, coupon.amount > 0, "{coupon:?}");
        assert!(is_used || coupon.points == 0, "{coupon:?}");
    }
    let spending = &view.spending;
    assert!(
        !spending.reasons.is_empty(),
        "there is a reason not to pay more"
    );
    assert!((0..=spending.points_max).contains(&spending.points));
    assert!((0..=spending.amount_max).contains(&spending.amount));
}

/// The order that a basket becomes, as its shop tells it.
fn order_of(basket: &NewQuote, view: &QuoteView) -> Order {
    let lines = view.lines.iter().zip(&basket.lines);
    let lines = lines.map(|(line, asked)| {
        json!({ "id": line.id, "sku": asked.sku, "amount": line.pays, "qty": asked.qty,
            "collections": asked.collections, "on_sale": asked.on_sale })
    });
    let before = order_total(basket);
    let order = json!({ "id": "1043", "customer": { "id": "42" }, "currency": view.currency, "total": view.total,
        "shipping": view.shipping, "tax": in_proportion(basket.tax, view.total, before),
        "lines": lines.collect::<Vec<_>>(), "status": "paid", "at": "2026-11-21T12:00:00Z" });
    serde_json::from_value(order).unwrap()
}

/// Writes down on which parts of an order points fall, as `store::coupons` does when it is paid.
fn record(split: &mut Split, points: i64, off: impl Fn(&QuotedLine) -> i64, view: &QuoteView) {
    let on_line = |line: &Option<String>| -> i64 {
        let own = view
            .lines
            .iter()
            .filter(|own| line.as_ref() == Some(&own.id));
        own.map(&off).sum()
    };
    let parts = split.parts.iter();
    let mut weights: Vec<i64> = parts.map(|part| on_line(&part.line)).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights = split.parts.iter().map(|part| part.price).collect();
    }
    for (part, share) in split.parts.iter_mut().zip(apportion(points, &weights)) {
        part.spent += share;
    }
}

/// The order that a basket became, with the points that were spent on it.
fn paid(program: &Program, basket: &NewQuote, view: &QuoteView) -> Split {
    let order = order_of(basket, view);
    let (mut split, earning) = earning::for_order(program, buyer(program), &order, 0, 0);
    let earned = earning.map_or(0, |earning| earning.points);
    assert_eq!(earned, view.earning.points, "as it was told");
    for (part, line) in split.parts.iter().zip(&view.lines) {
        assert_eq!(part.earned, line.earns);
    }
    let by_codes = view.coupons.iter().map(|coupon| coupon.points).sum();
    record(&mut split, by_codes, |line| line.coupons, view);
    record(&mut split, view.spending.points, |line| line.points, view);
    split
}

/// Gives an order back in these pieces, each some money and perhaps the line that it is for, and then the rest.
fn give_back(mut split: Split, pieces: &[(i64, Option<(usize, i64)>)]) {
    let (money, earned, spent) = (split.left(), split.earned(), split.spent());
    let mut sums = [0, 0, 0];
    let mut add = |piece: Refunded| {
        assert!(piece.amount >= 0 && piece.reversed >= 0 && piece.returned >= 0);
        sums[0] += piece.amount;
        sums[1] += piece.reversed;
        sums[2] += piece.returned;
        assert!(sums[0] <= money && sums[1] <= earned && sums[2] <= spent);
    };
    for (amount, line) in pieces {
        let line = line.map(|(index, amount)| RefundLine {
            id: (index + 1).to_string(),
            amount,
        });
        add(split.refund(*amount, line.as_slice()));
    }
    add(split.cancel());
    assert_eq!(sums, [money, earned, spent], "to the unit");
    assert_eq!(split.left(), 0);
}

/// Refunds of any pieces of an order with a few lines.
fn pieces() -> impl Strategy<Value = Vec<(i64, Option<(usize, i64)>)>> {
    let line = prop::option::of((0..4_usize, 0..3_000_i64));
    prop::collection::vec((0..3_000_i64, line), 0..6)
}

fn money() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), 1..20_i64, 1..100_000_i64, 0..=AMOUNT_MAX]
}

fn some_line() -> impl Strategy<Value = QuoteLine> {
    (money(), 1..4_i64, 0..3_usize, any::<bool>()).prop_map(|(amount, qty, sku, on_sale)| {
        let sku = [None, Some("beans"), Some("cup")][sku];
        QuoteLine {
            id: String::new(),
            amount,
            qty,
            sku: sku.map(str::to_owned),
            collections: Vec::new(),
            on_sale,
        }
    })
}

fn some_basket() -> impl Strategy<Value = NewQuote> {
    let lines = prop::collection::vec(some_line(), 0..6);
    let parts = (lines, money(), any::<bool>(), 0..=1000_i64, money());
    parts.prop_map(|(mut lines, shipping, other_codes, tax, points)| {
        for (id, line) in (1_i64..).zip(&mut lines) {
            line.id = id.to_string();
        }
        let mut basket = NewQuote {
            currency: "RUB".into(),
            lines,
            shipping,
            other_codes,
            points,
            ..NewQuote::default()
        };
        basket.tax = part_of(order_total(&basket), tax).min(AMOUNT_MAX);
        assert!(check(&basket).is_empty());
        basket
    })
}

fn some_spending() -> impl Strategy<Value = Spending> {
    let rules = (
        prop_oneof![Just(1000_i64), 1..=1000_i64],
        any::<[bool; 2]>(),
    );
    rules.prop_map(|(max_permille, [on_sale, with_other_codes])| Spending {
        max_permille,
        on_sale,
        with_other_codes,
    })
}

/// The rules are filled in later, since all of a programme's codes share them.
fn some_code() -> impl Strategy<Value = Terms> {
    let kind = prop::sample::select(RewardKind::ALL.to_vec());
    let minimum = prop::sample::select(vec![0_i64, 10, 1_000]);
    let most = prop::option::of(money());
    let parts = (kind, money(), 1..=1000_i64, most, minimum);
    parts.prop_map(|(kind, amount, permille, most, minimum)| Terms {
        permille: (kind == RewardKind::Percent).then_some(permille),
        amount_max: most.filter(|most| kind == RewardKind::Percent && *most > 0),
        sku: (kind == RewardKind::FreeProduct).then(|| "beans".into()),
        minimum,
        ..terms_of(kind, amount.max(1), Spending::default())
    })
}

fn some_slider() -> impl Strategy<Value = Reward> {
    let bounds = (1..5_i64, prop::option::of(5..9_i64));
    (1..50_i64, 1..5_000_i64, bounds).prop_map(|(points, amount, (least, most))| Reward {
        points_min: Some(least * points),
        points_max: most.map(|most| most * points),
        ..slider(points, amount)
    })
}

proptest! {
    #[test]
    fn nothing_is_ever_below_zero_or_above_what_the_rules_allow(
        basket in some_basket(),
        (spending, codes) in (some_spending(), prop::collection::vec(some_code(), 0..5)),
        (pay, discount, free_from) in (some_slider(), 0..=1000_i64, money()),
        available in prop::option::of(-100..1_000_000_000_i64),
        pieces in pieces(),
    ) {
        let gives = Gives { discount_permille: Some(discount), free_delivery_from: Some(free_from), ..Gives::default() };
        let program = program(spending, gives, Some(pay.clone()));
        let codes: Vec<Carried> = (1..).zip(codes).map(|(n, terms): (i64, Terms)| Carried {
            code: n.to_string(),
            terms: Ok((
                Terms { max_permille: spending.max_permille, on_sale: spending.on_sale, with_other_codes: spending.with_other_codes, ..terms },
                100,
            )),
        }).collect();
        let view = ask(&program, &basket, &codes, available);
        let off: i64 = view.lines.iter().map(|line| line.coupons + line.points).sum();
        let goods: i64 = view.lines.iter().map(|line| line.price - line.discount).sum();
        prop_assert!(off <= part_of(goods, spending.max_permille));
        for (line, asked) in view.lines.iter().zip(&basket.lines) {
            prop_assert!(spending.on_sale || !asked.on_sale || line.pays == line.price);
        }
        let used = view.coupons.iter().filter(|coupon| coupon.reason.is_none()).count();
        let together = used + usize::from(view.spending.points > 0) + usize::from(basket.other_codes && used > 0);
        prop_assert!(spending.with_other_codes || together <= 1);
        let told = &view.spending;
        prop_assert!(told.points_max <= available.unwrap_or(0).max(0));
        for points in [told.points, told.points_max] {
            prop_assert!(points % pay.points == 0);
            prop_assert!(points == 0 || points >= pay.points_min.unwrap_or(0) && pay.points_max.is_none_or(|most| points <= most));
        }
        prop_assert_eq!(told.amount, told.points / pay.points * pay.amount);
        // One who wishes for the most gets it.
        let most = NewQuote { points: told.points_max, ..basket.clone() };
        prop_assert_eq!(ask(&program, &most, &codes, available).spending.points, told.points_max);
        if available.is_some() {
            give_back(paid(&program, &basket, &view), &pieces);
        }
    }
}
