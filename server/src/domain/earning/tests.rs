//! What an order earns, by each part of the rule.

use super::*;
use crate::domain::order::AMOUNT_MAX;
use crate::domain::program::ProductRate;
use crate::domain::program_file;
use app::api::Localized;
use proptest::prelude::*;
use serde_json::{Value, json};

fn demo() -> Program {
    program_file::parse(crate::demo::PROGRAM).unwrap()
}

fn rule(points: i64, per: i64) -> Purchase {
    Purchase {
        points,
        per,
        ..demo().purchase.unwrap()
    }
}

/// An order over 2,400 roubles with some fields changed.
fn order(changes: &Value) -> Order {
    let mut order = json!({ "id": "1043", "customer": { "id": "42" }, "currency": "RUB", "total": 240_000,
        "status": "paid", "at": "2026-11-21T12:00:00Z" });
    for (field, value) in changes.as_object().unwrap() {
        order[field] = value.clone();
    }
    serde_json::from_value(order).unwrap()
}

fn line(id: &str, amount: i64, sku: Option<&str>, collections: &[&str]) -> Value {
    json!({ "id": id, "amount": amount, "qty": 1, "sku": sku, "collections": collections })
}

/// What an order earns in Bronze, not the first one, placed and told at the beginning of time.
fn earned(program: &Program, order: &Order) -> Result<i64, NoEarning> {
    let (split, earning) = at(program, 0, false, order, 0);
    assert_eq!(
        split.earned(),
        earning.as_ref().map_or(0, |earning| earning.points),
        "the parts add up"
    );
    earning.map(|earning| earning.points)
}

fn at(
    program: &Program,
    tier: usize,
    is_first: bool,
    order: &Order,
    placed_at: Instant,
) -> (Split, Result<Earning, NoEarning>) {
    let tier = &program.tiers[tier];
    for_order(program, Buyer { tier, is_first }, order, placed_at, 1000)
}

fn campaign_of(id: &str, permille: i64, from: Instant, until: Instant, tiers: &[&str]) -> Campaign {
    Campaign {
        id: id.into(),
        name: Localized::default(),
        multiplier_permille: permille,
        starts_at: from,
        ends_at: until,
        tiers: tiers.iter().map(ToString::to_string).collect(),
        applies: Applies::Purchase,
    }
}

#[test]
fn rounding_happens_once_and_down() {
    let table = [
        // points, per, tier, campaign, amount, expected
        (5, 10_000, 1000, 1000, 240_000, 120),
        (5, 10_000, 1250, 1000, 240_000, 150),
        (5, 10_000, 1000, 1000, 1_999, 0),
        (5, 10_000, 1000, 1000, 2_000, 1),
        // Rounded after the multipliers: 1.99 × 1.25 is 2, not 1.
        (5, 10_000, 1250, 1000, 3_980, 2),
        (5, 10_000, 1250, 2000, 3_980, 4),
        (5, 10_000, 1000, 1999, 2_000, 1),
        (1, 1, 1000, 1000, 0, 0),
        (1, 3, 1000, 1000, 10, 3),
    ];
    for (points, per, tier, campaign, amount, expected) in table {
        let weighted = i128::from(amount) * 1000;
        let found = super::points(&rule(points, per), weighted, tier, campaign);
        assert_eq!(found, expected, "{amount}");
    }
}

#[test]
fn no_order_earns_without_end() {
    let most =
        |points, per, weighted, tier| super::points(&rule(points, per), weighted, tier, 1000);
    assert_eq!(most(i64::MAX, 1, i128::from(i64::MAX), 1000), POINTS_MAX);
    assert_eq!(most(i64::MAX, 1, i128::MAX, 1000), POINTS_MAX);
    assert_eq!(most(1, 1, i128::from(POINTS_MAX) * 1000, 1000), POINTS_MAX);
    assert_eq!(
        most(1, 1, (i128::from(POINTS_MAX) - 1) * 1000, 1000),
        POINTS_MAX - 1
    );
    assert_eq!(most(1, 1, i128::from(POINTS_MAX) * 1000, 1001), POINTS_MAX);
}

#[test]
fn an_order_earns_by_the_rule_and_the_tier_and_says_so() {
    let mut program = demo();
    let (split, earning) = at(&program, 1, false, &order(&json!({})), 0);
    let earning = earning.unwrap();
    assert_eq!(
        (earning.points, earning.available_at),
        (150, Some(1000 + 14 * DAY))
    );
    let Explanation {
        fact,
        hold_days,
        hold_reason,
    } = earning.explanation;
    assert_eq!(
        (hold_days, hold_reason.get("en")),
        (14, "returns are open until then")
    );
    let tier = program.tiers[1].name.clone();
    let expected = Fact::Order {
        order: "1043".into(),
        amount: 240_000,
        currency: "RUB".into(),
        points: 5,
        per: 10_000,
        tier,
        multiplier_permille: 1250,
        counted: None,
        campaign: None,
        first_order_bonus: 0,
    };
    assert_eq!(fact, expected);
    assert_eq!(
        (split.parts.len(), split.parts[0].earned, split.left()),
        (1, 150, 240_000)
    );
    program.purchase.as_mut().unwrap().hold_days = 0;
    let (_, earning) = at(&program, 1, false, &order(&json!({})), 0);
    assert_eq!(earning.unwrap().available_at, None);
}

#[test]
fn what_earns_nothing_says_why_and_is_split_all_the_same() {
    let mut program = demo();
    program.purchase.as_mut().unwrap().minimum = 1_000;
    for (changes, expected) in [
        (json!({ "currency": "EUR" }), Err(NoEarning::OtherCurrency)),
        (json!({ "total": 999 }), Err(NoEarning::BelowMinimum)),
        (json!({ "total": 1_000 }), Err(NoEarning::TooSmall)),
        (json!({ "total": 1_999 }), Err(NoEarning::TooSmall)),
        (json!({ "total": 2_000 }), Ok(1)),
    ] {
        let order = order(&changes);
        assert_eq!(earned(&program, &order), expected, "{changes}");
        assert_eq!(
            at(&program, 0, false, &order, 0).0.left(),
            order.total,
            "{changes}"
        );
    }
    program.purchase = None;
    assert_eq!(earned(&program, &order(&json!({}))), Err(NoEarning::NoRule));
}

#[test]
fn delivery_and_tax_earn_where_the_rule_says_so() {
    let delivered = order(
        &json!({ "shipping": 40_000, "tax": 20_000, "lines": [line("1", 100_000, None, &[]), line("2", 80_000, None, &[])] }),
    );
    for (shipping, tax, expected, parts) in [
        (false, false, 90, [50, 40, 0]),
        (true, false, 110, [50, 40, 20]),
        (false, true, 100, [56, 44, 0]),
        (true, true, 120, [56, 44, 20]),
    ] {
        let mut program = demo();
        let rule = program.purchase.as_mut().unwrap();
        (rule.counts_shipping, rule.counts_tax) = (shipping, tax);
        assert_eq!(
            earned(&program, &delivered),
            Ok(expected),
            "{shipping} {tax}"
        );
        let (split, _) = at(&program, 0, false, &delivered, 0);
        let found: Vec<_> = split.parts.iter().map(|part| part.earned).collect();
        assert_eq!(found, parts, "{shipping} {tax}");
    }
    // Tax beyond the goods, since some of it is on delivery, leaves nothing and never less.
    let dear = order(&json!({ "total": 50_000, "shipping": 40_000, "tax": 10_001 - 1 }));
    assert_eq!(earned(&demo(), &dear), Err(NoEarning::TooSmall));
}

#[test]
fn products_have_multipliers_of_their_own() {
    let mut program = demo();
    let rate = |skus: &[&str], collections: &[&str], multiplier_permille| ProductRate {
        skus: skus.iter().map(ToString::to_string).collect(),
        collections: collections.iter().map(ToString::to_string).collect(),
        multiplier_permille,
    };
    program.purchase.as_mut().unwrap().products = vec![
        rate(&["card"], &["cards"], 0),
        rate(&["beans"], &["coffee"], 2000),
        rate(&["beans"], &[], 9000),
    ];
    let lines = |lines: &[Value]| {
        let total: i64 = lines
            .iter()
            .map(|line| line["amount"].as_i64().unwrap())
            .sum();
        order(&json!({ "total": total, "lines": lines }))
    };
    let plain = line("1", 100_000, Some("mug"), &["sale"]);
    let beans = line("2", 100_000, Some("beans"), &[]);
    let coffee = line("3", 100_000, None, &["sale", "coffee"]);
    let card = line("4", 100_000, Some("card"), &["coffee"]);
    for (order, expected) in [
        (lines(std::slice::from_ref(&plain)), Ok(50)),
        (lines(std::slice::from_ref(&beans)), Ok(100)),
        (lines(std::slice::from_ref(&coffee)), Ok(100)),
        (lines(std::slice::from_ref(&card)), Err(NoEarning::TooSmall)),
        (
            lines(&[plain, beans.clone(), coffee, card.clone()]),
            Ok(250),
        ),
    ] {
        assert_eq!(earned(&program, &order), expected);
    }
    let mug = line("5", 100_000, Some("mug"), &[]);
    let (split, earning) = at(&program, 0, false, &lines(&[card, beans, mug]), 0);
    let found: Vec<_> = split.parts.iter().map(|part| part.earned).collect();
    assert_eq!(found, [0, 100, 50]);
    let said = |earning: Result<Earning, NoEarning>| match earning.unwrap().explanation.fact {
        Fact::Order {
            amount, counted, ..
        } => (amount, counted),
        _ => panic!("an order is explained as one"),
    };
    let (_, twice) = at(
        &program,
        0,
        false,
        &lines(&[line("2", 100_000, Some("beans"), &[])]),
        0,
    );
    assert_eq!(said(twice), (100_000, Some(200_000)));
    // Nothing is said of a product that counts as what it costs, taken together.
    assert_eq!(said(earning), (300_000, None));
}

#[test]
fn the_best_campaign_that_is_on_counts_and_only_that() {
    let mut program = demo();
    program.campaigns = vec![
        campaign_of("early", 2000, 0, 10, &[]),
        campaign_of("gold", 3000, 5, 20, &["gold"]),
        campaign_of("same", 2000, 5, 20, &[]),
        campaign_of("less", 500, 0, 100, &[]),
    ];
    for (tier, placed_at, expected, points) in [
        (0, -1, None, 120),
        (0, 0, Some("early"), 240),
        (0, 5, Some("early"), 240),
        (0, 9, Some("early"), 240),
        (0, 10, Some("same"), 240),
        (0, 19, Some("same"), 240),
        (0, 20, None, 120),
        (2, 5, Some("gold"), 540),
        (2, 20, None, 180),
    ] {
        let found = campaign(&program, &program.tiers[tier], Applies::Purchase, placed_at);
        assert_eq!(
            found.map(|found| found.id.as_str()),
            expected,
            "{tier} at {placed_at}"
        );
        let (_, earning) = at(&program, tier, false, &order(&json!({})), placed_at);
        let earning = earning.unwrap();
        assert_eq!(earning.points, points, "{tier} at {placed_at}");
        let Fact::Order { campaign, .. } = earning.explanation.fact else {
            panic!("an order is explained as one");
        };
        let said = found.map(|found| (found.name.clone(), found.multiplier_permille));
        assert_eq!(
            campaign.map(|fact| (fact.name, fact.multiplier_permille)),
            said
        );
    }
}

#[test]
fn the_first_order_has_its_bonus_on_top() {
    let mut program = demo();
    program.purchase.as_mut().unwrap().first_order_bonus = 100;
    for (tier, is_first, total, expected) in [
        (0, true, 240_000, Ok(220)),
        (0, false, 240_000, Ok(120)),
        // Nothing multiplies the bonus.
        (2, true, 240_000, Ok(280)),
        (0, true, 100, Ok(100)),
        (0, false, 100, Err(NoEarning::TooSmall)),
    ] {
        let (split, earning) = at(
            &program,
            tier,
            is_first,
            &order(&json!({ "total": total })),
            0,
        );
        let bonus = if is_first { 100 } else { 0 };
        if let Ok(Earning {
            explanation:
                Explanation {
                    fact:
                        Fact::Order {
                            first_order_bonus, ..
                        },
                    ..
                },
            ..
        }) = &earning
        {
            assert_eq!(*first_order_bonus, bonus);
        }
        assert_eq!(earning.map(|earning| earning.points), expected);
        assert_eq!(split.earned(), expected.unwrap_or(0));
    }
}

#[test]
fn a_bonus_on_parts_that_earn_nothing_goes_by_their_money() {
    let mut program = demo();
    let rule = program.purchase.as_mut().unwrap();
    rule.first_order_bonus = 33;
    rule.products = vec![ProductRate {
        skus: vec!["card".into()],
        collections: Vec::new(),
        multiplier_permille: 0,
    }];
    let of = |changes: &Value| {
        let (split, earning) = at(&program, 0, true, &order(changes), 0);
        assert_eq!(earning.unwrap().points, 33);
        split
            .parts
            .iter()
            .map(|part| part.earned)
            .collect::<Vec<_>>()
    };
    let cards = |one: i64, other: i64| {
        json!([
            line("1", one, Some("card"), &[]),
            line("2", other, Some("card"), &[])
        ])
    };
    let paid = json!({ "total": 3000, "lines": cards(1000, 2000) });
    assert_eq!(of(&paid), [11, 22]);
    let delivered = json!({ "total": 3300, "shipping": 300, "lines": cards(1000, 2000) });
    assert_eq!(of(&delivered), [10, 20, 3]);
    // Paid with points alone: by what it cost.
    assert_eq!(
        of(&json!({ "total": 0, "lines": cards(1000, 2000) })),
        [11, 22]
    );
    assert_eq!(of(&json!({ "total": 0, "lines": cards(0, 0) })), [17, 16]);
    // Where something earns, the bonus goes with it.
    let mixed = json!({ "total": 2000, "lines": [line("1", 1000, Some("card"), &[]), line("2", 1000, None, &[])] });
    assert_eq!(of(&mixed), [0, 33]);
}

#[test]
fn a_campaign_that_changes_nothing_is_not_spoken_of() {
    let mut program = demo();
    for (permille, spoken) in [(999, false), (1000, false), (1001, true)] {
        program.campaigns = vec![campaign_of("only", permille, 0, 10, &[])];
        assert_eq!(
            campaign(&program, &program.tiers[0], Applies::Purchase, 5).is_some(),
            spoken
        );
        let (_, earning) = at(&program, 0, false, &order(&json!({})), 5);
        let Fact::Order { campaign, .. } = earning.unwrap().explanation.fact else {
            panic!("an order is explained as one");
        };
        assert_eq!(campaign.is_some(), spoken, "{permille}");
    }
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
        let model = by_search(rate, per, multiplier, amount).min(i128::from(POINTS_MAX));
        let weighted = i128::from(amount) * 1000;
        let found = super::points(&rule(rate, per), weighted, multiplier, 1000);
        prop_assert_eq!(i128::from(found), model);
        // Whichever of the two it is that multiplies.
        prop_assert_eq!(super::points(&rule(rate, per), weighted, 1000, multiplier), found);
    }

    #[test]
    fn splitting_an_order_never_earns_more(
        rate in 1..1000_i64,
        per in 1..100_000_i64,
        multiplier in 1..=100_000_i64,
        one in 0..1_000_000_000_i64,
        other in 0..1_000_000_000_i64,
    ) {
        let of = |amount: i64| super::points(&rule(rate, per), i128::from(amount) * 1000, multiplier, 1000);
        let (whole, parts) = (of(one + other), of(one) + of(other));
        prop_assert!(parts <= whole && whole <= parts + 1);
    }

    #[test]
    fn what_the_parts_earned_is_what_the_order_earned(
        amounts in prop::collection::vec((0..1_000_000_i64, 0..3_usize), 0..10),
        shipping in 0..10_000_i64,
        tax in 0..10_000_i64,
        (counts_shipping, counts_tax, is_first) in any::<(bool, bool, bool)>(),
    ) {
        let mut program = demo();
        let rule = program.purchase.as_mut().unwrap();
        (rule.counts_shipping, rule.counts_tax, rule.first_order_bonus) = (counts_shipping, counts_tax, 33);
        rule.products = vec![
            ProductRate { skus: vec!["none".into()], collections: Vec::new(), multiplier_permille: 0 },
            ProductRate { skus: vec!["more".into()], collections: Vec::new(), multiplier_permille: 1777 },
        ];
        let skus = ["none", "more", "plain"];
        let lines: Vec<_> = (0..)
            .zip(&amounts)
            .map(|(id, (amount, sku))| line(&id.to_string(), *amount, Some(skus[*sku]), &[]))
            .collect();
        let goods: i64 = amounts.iter().map(|(amount, _)| amount).sum();
        let order = order(&json!({ "total": goods + shipping + tax, "shipping": shipping, "tax": tax, "lines": lines }));
        let (split, earning) = at(&program, 1, is_first, &order, 0);
        prop_assert_eq!(split.earned(), earning.map_or(0, |earning| earning.points));
        prop_assert!(split.parts.iter().all(|part| part.earned >= 0));
        prop_assert_eq!(split.left(), order.total);
    }
}

#[test]
fn a_campaign_multiplies_what_it_is_for() {
    let mut program = demo();
    let table = [
        (Applies::Purchase, true, false),
        (Applies::Referral, false, true),
        (Applies::Both, true, true),
    ];
    for (applies, purchases, referrals) in table {
        program.campaigns = vec![Campaign {
            applies,
            ..campaign_of("double", 2000, 0, 10, &[])
        }];
        let on = |what| campaign(&program, &program.tiers[0], what, 5).is_some();
        assert_eq!(
            (on(Applies::Purchase), on(Applies::Referral)),
            (purchases, referrals),
            "{applies:?}"
        );
        let shown = program.view(1, "en").campaigns.len();
        assert_eq!(shown, usize::from(purchases), "{applies:?}");
    }
}
