//! Baskets, and what becomes of them.

use super::case::{Case, case, cases, told};
use super::*;

fn answer(case: &Case) -> QuoteView {
    ask(&case.program, &case.basket, &case.codes, case.available)
}

#[test]
fn each_basket_gets_its_answer() {
    assert!(cases().len() >= 25, "{}", cases().len());
    for case in cases() {
        let found = told(&answer(case), case.has_slider);
        assert_eq!(found, case.expected, "{}", case.name);
    }
}

#[test]
fn points_fall_on_the_lines_as_the_code_that_they_become() {
    for case in cases() {
        let view = answer(case);
        let spending = &view.spending;
        let Some(pay) = case.program.rewards.first().filter(|_| spending.points > 0) else {
            continue;
        };
        let mut codes = case.codes.clone();
        let terms = pay.terms(case.program.spending, spending.amount);
        codes.push(Carried {
            code: "NEW".into(),
            terms: Ok((terms, spending.points)),
        });
        let unwished = NewQuote {
            points: 0,
            ..case.basket.clone()
        };
        let with_code = ask(&case.program, &unwished, &codes, case.available);
        assert_eq!(with_code.earning, view.earning, "{}", case.name);
        let new = with_code.coupons.last().unwrap();
        assert_eq!((new.amount, new.points), (spending.amount, spending.points));
        for (line, by_code) in view.lines.iter().zip(&with_code.lines) {
            assert_eq!(line.coupons + line.points, by_code.coupons, "{}", case.name);
            assert_eq!(line.pays, by_code.pays);
        }
    }
}

#[test]
fn a_first_order_earns_its_bonus_on_top() {
    let mut case = case("plain\n    basket 1000 500");
    case.program.purchase.as_mut().unwrap().first_order_bonus = 30;
    let facts = |is_first| Facts {
        buyer: Buyer {
            is_first,
            ..buyer(&case.program)
        },
        available: Some(0),
        codes: &[],
        now: 0,
    };
    let earns = |is_first| {
        let view = quote(&case.program, &case.basket, &facts(is_first));
        let lines: Vec<i64> = view.lines.iter().map(|line| line.earns).collect();
        (view.earning.points, lines)
    };
    assert_eq!(earns(false), (150, vec![100, 50]));
    assert_eq!(earns(true), (180, vec![120, 60]));
}

#[test]
fn a_slider_has_its_time_and_its_tiers() {
    let mut case = case("plain\n    rules slider:1:1\n    basket 1000\n    wish 10");
    let because = |case: &Case| {
        let reasons = answer(case).spending.reasons;
        let codes = reasons.into_iter().map(|reason| reason.code);
        codes.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(because(&case), "balance nothing_left");
    case.program.rewards[0].tiers = vec!["gold".into()];
    assert_eq!(because(&case), "not_open");
    case.program.rewards[0]
        .tiers
        .push(case.program.tiers[0].id.clone());
    case.program.rewards[0].starts_at = Some(1);
    assert_eq!(because(&case), "not_open");
    case.program.rewards[0].starts_at = Some(0);
    case.program.rewards[0].ends_at = Some(1);
    assert_eq!(because(&case), "balance nothing_left");
    case.program.rewards[0].ends_at = Some(0);
    assert_eq!(because(&case), "not_open");
}

proptest! {
    #[test]
    fn what_comes_of_each_basket_can_be_refunded_to_the_unit(pieces in pieces()) {
        for case in cases() {
            let view = answer(case);
            give_back(paid(&case.program, &case.basket, &view), &pieces);
        }
    }
}
