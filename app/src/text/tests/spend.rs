//! What is said of rewards and codes.

use super::*;

#[test]
fn amounts_agree_with_their_verb() {
    let said = |n: i64, amount: &str| (en().voices.spend.becomes.code)(n, amount, "₽1", "5 May");
    assert_eq!(
        said(1, "1 bean"),
        "1 bean is set aside, and you get a code for ₽1 until 5 May. If you do not use it, you get everything back."
    );
    assert!(said(2, "2 beans").starts_with("2 beans are set aside"));
    let handed = en().voices.spend.becomes.handed;
    assert!(handed(1, "1 bean", "5 May").starts_with("1 bean is set aside"));
}

#[test]
fn counted_things_take_the_form_of_their_number() {
    let said = |text: &Text, n| {
        let words = &text.voices.spend;
        [
            (words.limits.left)(n),
            (words.limits.times)(n),
            (words.shelf.reach_more)("A", "5", n),
        ]
        .map(|say| shown(&say))
    };
    assert_eq!(
        said(en(), 1),
        [
            "1_piece left.",
            "Once for each member.",
            "You can have “A” for 5, or one of 1_other reward."
        ]
    );
    assert_eq!(
        said(en(), 3),
        [
            "3_pieces left.",
            "At most 3_times for each member.",
            "You can have “A” for 5, or one of 3_other rewards."
        ]
    );
    assert_eq!(
        said(ru(), 1),
        [
            "Осталось: 1.",
            "Один раз для каждого участника.",
            "Вам уже хватает на «A»: 5. А ещё на 1_другую награду."
        ]
    );
    assert_eq!(
        said(ru(), 21)[1..],
        [
            "Не больше 21_раза для каждого участника.",
            "Вам уже хватает на «A»: 5. А ещё на 21_другую награду."
        ]
    );
    assert_eq!(
        said(ru(), 5)[1..],
        [
            "Не больше 5_раз для каждого участника.",
            "Вам уже хватает на «A»: 5. А ещё на 5_других наград."
        ]
    );
}

#[test]
fn a_name_in_quotation_marks_has_inner_ones_in_russian() {
    let named = ru().voices.spend.gives.for_named;
    assert_eq!(named("Чашка"), "«Чашка»");
    assert_eq!(named("Скидка в «Кофейне»"), "«Скидка в „Кофейне“»");
}

#[test]
fn tiers_are_listed() {
    let said = |text: &Text, tiers: &[&str]| (text.voices.spend.limits.tiers)(tiers);
    assert_eq!(said(en(), &["Gold"]), "Only for Gold.");
    assert_eq!(said(en(), &["Silver", "Gold"]), "Only for Silver and Gold.");
    assert_eq!(said(ru(), &["Gold"]), "Только для уровня Gold.");
    assert_eq!(
        said(ru(), &["Silver", "Gold"]),
        "Только для уровней Silver и Gold."
    );
}

#[test]
fn every_refusal_of_a_reward_has_words_in_both_languages() {
    for code in [
        "balance_too_low",
        "reward_unknown",
        "coupon_not_open",
        "reward_out_of_stock",
        "reward_had_enough",
        "reward_not_yet",
        "reward_over",
        "reward_tier",
    ] {
        let said = [en(), ru()].map(|text| problem(text, code));
        assert!(said[0].is_some() && said[1].is_some(), "{code}");
        assert_ne!(said[0], said[1], "{code}");
    }
    for text in [en(), ru()] {
        assert_eq!(problem(text, "never heard of"), None);
        assert!(fault(text, "points").is_some());
    }
}
