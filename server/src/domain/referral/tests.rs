//! Codes and points of members who bring friends.

use super::*;
use crate::domain::program::Campaign;
use crate::domain::program_file;
use app::api::RewardKind;

fn rule(steps: &[(i64, i64)], minimum: i64) -> Referral {
    let name = Localized::default();
    Referral {
        shop_url: "https://shop.example/?code={code}".into(),
        gift: Gift {
            name: name.clone(),
            terms: Terms {
                kind: RewardKind::Amount,
                amount: 100,
                permille: None,
                amount_max: None,
                sku: None,
                minimum: 0,
                max_permille: 1000,
                on_sale: true,
                with_other_codes: true,
            },
        },
        friend_points: 50,
        steps: steps
            .iter()
            .map(|(friends, points)| ReferralStep {
                friends: *friends,
                points: *points,
            })
            .collect(),
        minimum,
        window_days: 30,
        hold_days: 14,
        per_month: None,
        title: name.clone(),
        text: name.clone(),
        message: name,
    }
}

#[test]
fn later_friends_are_worth_their_step() {
    let rule = rule(&[(1, 300), (3, 500), (10, 700)], 0);
    let table = [
        (0, 0),
        (1, 300),
        (2, 300),
        (3, 500),
        (9, 500),
        (10, 700),
        (1000, 700),
    ];
    for (number, points) in table {
        assert_eq!(rule.points_for(number), points, "{number}");
    }
}

#[test]
fn campaigns_multiply_and_round_down() {
    let mut program = program_file::parse(crate::demo::PROGRAM).unwrap();
    let rule = rule(&[(1, 333)], 0);
    let campaign = |permille, applies| Campaign {
        id: "double".into(),
        name: Localized::default(),
        multiplier_permille: permille,
        starts_at: 10,
        ends_at: 20,
        tiers: Vec::new(),
        applies,
    };
    let table = [
        (1500, Applies::Referral, 10, 499, true),
        (2000, Applies::Both, 19, 666, true),
        (2000, Applies::Purchase, 15, 333, false),
        (2000, Applies::Referral, 20, 333, false),
        (500, Applies::Referral, 15, 333, false),
    ];
    for (permille, applies, at, points, told) in table {
        program.campaigns = vec![campaign(permille, applies)];
        let (found, fact) = earns(&program, &rule, &program.tiers[0], 1, at);
        assert_eq!(
            (found, fact.is_some()),
            (points, told),
            "{permille} {applies:?} {at}"
        );
    }
}

#[test]
fn an_order_counts_while_enough_of_it_is_left() {
    let table = [
        (0, 0, false),
        (0, 1, true),
        (100, 99, false),
        (100, 100, true),
    ];
    for (minimum, left, counts) in table {
        assert_eq!(suffices(left, minimum), counts, "{minimum} {left}");
    }
}

#[test]
fn codes_are_chosen_within_limits() {
    for (typed, kept) in [
        ("anna", "anna"),
        (" Anna-2027 ", "anna-2027"),
        ("abcdefghij0123456789", "abcdefghij0123456789"),
        ("a-b-c", "a-b-c"),
    ] {
        assert_eq!(chosen(typed).as_deref(), Ok(kept), "{typed:?}");
    }
    for wrong in [
        "",
        "ann",
        "abcdefghij01234567890",
        "1anna",
        "-anna",
        "anna-",
        "an--na",
        "an na",
        "an_na",
        "аnna",
        "anna/",
        "admin",
        "Support",
        "gift",
        "sign-in",
        "anna\u{0}",
        "ann\u{130}",
    ] {
        assert!(chosen(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn reserved_words_are_written_as_they_are_compared() {
    for word in RESERVED {
        assert_eq!(*word, folded(word));
    }
}

#[test]
fn made_codes_could_have_been_chosen_and_have_no_look_alikes() {
    let chance: Vec<u8> = (0..=255).cycle().step_by(7).take(800).collect();
    let codes = made(&chance);
    assert_eq!(codes.len(), 100);
    for code in &codes {
        assert_eq!(chosen(code).as_deref(), Ok(code.as_str()));
        assert_eq!(code.len(), MADE_LETTERS);
        assert!(!code.contains(['i', 'l', 'o', '0', '1']), "{code}");
    }
    assert_eq!(made(&chance[..15]).len(), 1, "only whole ones");
}

#[test]
fn waiting_and_the_gifts_time_are_counted_in_days() {
    let rule = rule(&[], 0);
    assert_eq!(rule.due_at(DAY), 15 * DAY);
    assert_eq!(rule.ends_at(DAY), 31 * DAY);
}

#[test]
fn made_codes_begin_with_a_letter_and_use_all_that_can_be_read() {
    let made = made(&(0..=u8::MAX).collect::<Vec<_>>());
    assert!(
        made.iter()
            .all(|code| code.starts_with(|first: char| first.is_ascii_lowercase()))
    );
    let used: std::collections::BTreeSet<char> =
        made.iter().flat_map(|code| code.chars()).collect();
    assert_eq!(used.len(), 31, "{used:?}");
}
