//! What one code takes off beside others. Whole baskets are in `quote::tests`.

use super::*;
use crate::domain::reward::{Reward, Spending};
use app::api::Localized;
use proptest::prelude::*;

fn line(id: &str, amount: i64) -> QuoteLine {
    QuoteLine {
        id: id.into(),
        amount,
        qty: 1,
        ..QuoteLine::default()
    }
}

fn terms(kind: RewardKind, amount: i64) -> Terms {
    let reward = Reward {
        kind,
        ..Reward::plain("any".into(), Localized::default(), 100, amount, 1)
    };
    reward.terms(Spending::default(), amount)
}

/// A basket with no other code.
fn alone(lines: &[QuoteLine]) -> Basket<'_> {
    Basket {
        lines,
        shipping: 0,
        other_codes: false,
        taken: &[],
        shipping_taken: 0,
        beside: (0, true),
    }
}

/// What it takes off the lines and delivery, or the name of the reason.
fn taken(terms: &Terms, basket: &Basket<'_>) -> Result<(Vec<i64>, i64), String> {
    let spread = spread(terms, basket).map_err(|reason| {
        assert!(reason.detail.ends_with('.'), "{reason:?}");
        reason.code
    })?;
    let lines = spread.lines.iter().map(|line| line.amount);
    let lines: Vec<i64> = lines.collect();
    assert_eq!(spread.amount(), lines.iter().sum::<i64>() + spread.shipping);
    let ids = spread.lines.iter().map(|line| &line.id);
    assert!(ids.eq(basket.lines.iter().map(|line| &line.id)));
    Ok((lines, spread.shipping))
}

fn refused(code: &str) -> Result<(Vec<i64>, i64), String> {
    Err(code.to_owned())
}

#[test]
fn a_line_gives_no_more_than_the_codes_before_have_left_of_it() {
    let lines = [line("1", 1000), line("2", 1000)];
    let basket = Basket {
        taken: &[900, 0],
        beside: (1, true),
        ..alone(&lines)
    };
    let off = |amount| taken(&terms(RewardKind::Amount, amount), &basket);
    assert_eq!(off(550), Ok((vec![50, 500], 0)));
    assert_eq!(off(5000), Ok((vec![100, 1000], 0)));
    // Lines that were made cheaper after another code was spread over them.
    let basket = Basket {
        taken: &[1200, 1000],
        ..basket
    };
    let off = taken(&terms(RewardKind::Amount, 1), &basket);
    assert_eq!(off, refused("nothing_left"));
}

#[test]
fn both_sides_have_to_let_codes_stand_together() {
    let lines = [line("1", 1000)];
    let open = terms(RewardKind::Amount, 100);
    let closed = Terms {
        with_other_codes: false,
        ..open.clone()
    };
    // Ours beside it, whether they let it, and others; whether an open and a closed one can be used.
    let table = [
        ((0, true), false, true, true),
        ((0, true), true, true, false),
        ((1, true), false, true, false),
        ((2, false), false, false, false),
        ((1, false), true, false, false),
    ];
    for (beside, other_codes, takes_open, takes_closed) in table {
        let basket = Basket {
            other_codes,
            beside,
            ..alone(&lines)
        };
        for (terms, is_taken) in [(&open, takes_open), (&closed, takes_closed)] {
            let expected = if is_taken {
                Ok((vec![100], 0))
            } else {
                refused("other_codes")
            };
            assert_eq!(taken(terms, &basket), expected, "{beside:?} {other_codes}");
        }
    }
}

#[test]
fn the_limit_counts_what_other_codes_have_taken() {
    let lines = [line("1", 1000), line("2", 999)];
    let limited = |kind, amount| Terms {
        max_permille: 500,
        ..terms(kind, amount)
    };
    let after = |taken: &'static [i64]| Basket {
        taken,
        beside: (1, true),
        ..alone(&lines)
    };
    let fixed = limited(RewardKind::Amount, 499);
    assert_eq!(taken(&fixed, &after(&[250, 250])), Ok((vec![250, 249], 0)));
    let more = limited(RewardKind::Amount, 500);
    assert_eq!(taken(&more, &after(&[250, 250])), refused("max_percent"));
    let slider = limited(RewardKind::Slider, 800);
    assert_eq!(taken(&slider, &after(&[250, 250])), Ok((vec![250, 249], 0)));
    // Others may have had no limit.
    assert_eq!(taken(&slider, &after(&[900, 900])), refused("max_percent"));
    // It is about the goods.
    let shipping = Basket {
        shipping: 5000,
        ..after(&[900, 900])
    };
    let free = limited(RewardKind::FreeShipping, 0);
    assert_eq!(taken(&free, &shipping), Ok((vec![0, 0], 5000)));
    let half = Basket {
        shipping_taken: 4000,
        ..shipping
    };
    assert_eq!(taken(&free, &half), Ok((vec![0, 0], 1000)));
}

#[test]
fn the_minimum_is_what_the_goods_cost_before_any_code() {
    let lines = [line("1", 1000)];
    let asks = Terms {
        minimum: 1000,
        ..terms(RewardKind::Amount, 100)
    };
    let basket = Basket {
        taken: &[900],
        shipping: 500,
        beside: (1, true),
        ..alone(&lines)
    };
    assert_eq!(taken(&asks, &basket), Ok((vec![100], 0)));
    let lines = [line("1", 999)];
    let basket = Basket {
        shipping: 500,
        ..alone(&lines)
    };
    assert_eq!(taken(&asks, &basket), refused("minimum"));
}

#[test]
fn a_free_piece_is_what_is_left_of_it_and_of_its_price() {
    let product = Terms {
        sku: Some("beans".into()),
        ..terms(RewardKind::FreeProduct, 0)
    };
    let beans = |amount, qty, on_sale| QuoteLine {
        qty,
        on_sale,
        sku: Some("beans".into()),
        ..line("1", amount)
    };
    let lines = [beans(1000, 3, false), beans(500, 1, true)];
    assert_eq!(taken(&product, &alone(&lines)), Ok((vec![0, 500], 0)));
    let no_sale = Terms {
        on_sale: false,
        ..product.clone()
    };
    assert_eq!(taken(&no_sale, &alone(&lines)), Ok((vec![333, 0], 0)));
    assert_eq!(taken(&no_sale, &alone(&lines[1..])), refused("on_sale"));
    let basket = Basket {
        taken: &[900, 450],
        beside: (1, true),
        ..alone(&lines)
    };
    assert_eq!(taken(&product, &basket), Ok((vec![100, 0], 0)));
    let basket = Basket {
        taken: &[1000, 500],
        ..basket
    };
    assert_eq!(taken(&product, &basket), refused("nothing_left"));
    let limited = Terms {
        max_permille: 333,
        ..product.clone()
    };
    assert_eq!(taken(&limited, &alone(&lines)), refused("max_percent"));
    // What a shop calls no number of pieces is one.
    let lines = [beans(70, 0, false)];
    assert_eq!(taken(&product, &alone(&lines)), Ok((vec![70], 0)));
    assert_eq!(
        taken(&product, &alone(&[line("1", 70)])),
        refused("no_product")
    );
}

#[test]
fn what_orders_do_not_use_is_no_part_of_one() {
    let lines = [line("1", 1000)];
    for kind in RewardKind::ALL {
        let is_for_orders = kind.settles() == app::api::Settles::WithOrder;
        let found = taken(&terms(kind, 100), &alone(&lines));
        assert_eq!(
            found != refused("not_for_orders"),
            is_for_orders,
            "{kind:?}"
        );
    }
}

#[test]
fn points_of_a_slider_are_spent_as_far_as_their_money_is() {
    let slider = terms(RewardKind::Slider, 30_000);
    for (amount, expected) in [
        (0, 0),
        (1, 1),
        (100, 1),
        (101, 2),
        (29_999, 300),
        (30_000, 300),
    ] {
        assert_eq!(spent(&slider, 300, amount), expected, "{amount}");
    }
    let fixed = terms(RewardKind::Amount, 30_000);
    assert_eq!(spent(&fixed, 300, 1), 300);
    let large = terms(RewardKind::Slider, i64::MAX);
    assert_eq!(spent(&large, i64::MAX, i64::MAX - 1), i64::MAX - 1);
}

proptest! {
    #[test]
    fn no_line_gives_more_than_it_costs(
        lines in prop::collection::vec((0..1_000_000_i64, 0..1_000_000_i64, any::<bool>()), 0..20),
        kind in prop::sample::select(vec![RewardKind::Amount, RewardKind::Percent, RewardKind::Slider]),
        (amount, permille, max_permille) in (1..2_000_000_i64, 1..=1000_i64, 1..=1000_i64),
        sells in any::<bool>(),
    ) {
        let off: Vec<i64> = lines.iter().map(|(_, off, _)| *off).collect();
        let lines: Vec<QuoteLine> = lines.iter().map(|(amount, _, on_sale)| QuoteLine { on_sale: *on_sale, ..line("1", *amount) }).collect();
        let basket = Basket { taken: &off, beside: (1, true), ..alone(&lines) };
        let terms = Terms { permille: Some(permille), max_permille, on_sale: sells, ..terms(kind, amount) };
        let Ok((shares, 0)) = taken(&terms, &basket) else {
            return Ok(());
        };
        let all: i64 = shares.iter().sum();
        prop_assert!(all > 0);
        for ((share, line), before) in shares.iter().zip(&lines).zip(&off) {
            prop_assert!(*share >= 0 && *share <= (line.amount - before).max(0));
            prop_assert!(sells || !line.on_sale || *share == 0);
        }
        if kind == RewardKind::Amount {
            let left: i64 = lines.iter().zip(&off).map(|(line, before)| (line.amount - before).max(0)).sum();
            prop_assert_eq!(all, amount.min(left), "whole, or all that is left");
        }
        if max_permille < 1000 {
            let goods: i64 = lines.iter().map(|line| line.amount).sum();
            prop_assert!(all + off.iter().sum::<i64>() <= part_of(goods, max_permille));
        }
    }
}
