//! What moves points beside orders and tasks.

use super::*;
use crate::api::{CampaignFact, GivenBackCause};

fn plain(fact: Fact) -> Explanation {
    Explanation {
        fact,
        hold_days: 0,
        hold_reason: Localized::default(),
    }
}

/// The sentences in both languages.
fn both(fact: Fact, amount: i64, state: TransferState) -> (String, String) {
    let explanation = plain(fact);
    (
        said(en(), &explanation, amount, state),
        said(ru(), &explanation, amount, state),
    )
}

/// The first line and the smaller one, in both languages.
fn titles(fact: Fact) -> [(String, String); 2] {
    let explanation = plain(fact);
    [en(), ru()].map(|text| {
        let (first, rest) = headline(text, &explanation);
        (shown(&first), shown(&rest))
    })
}

fn posted(fact: Fact, amount: i64) -> (String, String) {
    both(fact, amount, TransferState::Posted)
}

fn texts(en: &str, ru: &str) -> (String, String) {
    (en.to_owned(), ru.to_owned())
}

fn coupon() -> Localized {
    localized("₽300 off", "Скидка 300 ₽")
}

fn refund(amount: i64) -> Fact {
    Fact::Refund {
        order: "1043".into(),
        amount,
        total: 240_000,
        currency: "RUB".into(),
        earned: 1200,
    }
}

fn redeemed(order: Option<&str>) -> Fact {
    Fact::Redeemed {
        reward: coupon(),
        order: order.map(str::to_owned),
    }
}

fn back(cause: GivenBackCause, order: Option<&str>) -> Fact {
    Fact::GivenBack {
        reward: coupon(),
        cause,
        order: order.map(str::to_owned),
    }
}

#[test]
fn an_order_names_what_counted_the_campaign_and_the_bonus() {
    let mut explanation = order(1250);
    explanation.hold_days = 0;
    let Fact::Order {
        counted,
        campaign,
        first_order_bonus,
        ..
    } = &mut explanation.fact
    else {
        panic!("an order");
    };
    *counted = Some(300_000);
    *campaign = Some(CampaignFact {
        name: localized("Week of doubles", "Двойная неделя"),
        multiplier_permille: 2000,
    });
    *first_order_bonus = 100;
    assert_eq!(
        said(en(), &explanation, 475, TransferState::Posted),
        "+475: order №1043, ₽2,400 (counts as ₽3,000) at 5_%, Gold ×1.25, Week of doubles_×2, and 100 for the first order."
    );
    assert_eq!(
        said(ru(), &explanation, 475, TransferState::Posted),
        "+475: заказ №_1043, 2_400_₽ (считается как 3_000_₽) по 5_%, Gold ×1,25, Двойная неделя_×2, и 100 за первый заказ."
    );
}

#[test]
fn a_refund_says_what_part_it_is_of_what() {
    assert_eq!(
        posted(refund(80_000), -400),
        texts(
            "−400: refund for order №1043, ₽800 of ₽2,400, which had earned 1,200.",
            "−400: возврат по заказу №_1043, 800_₽ из 2_400_₽, за которые было начислено 1_200."
        )
    );
    assert_eq!(
        posted(refund(240_000), -1200),
        texts(
            "−1,200: refund for order №1043, the whole ₽2,400, which had earned 1,200.",
            "−1_200: возврат по заказу №_1043, все 2_400_₽, за которые было начислено 1_200."
        )
    );
    assert_eq!(
        titles(refund(80_000)),
        [
            texts(
                "Refund for order №1043",
                "₽800 of ₽2,400, which had earned 1,200"
            ),
            texts(
                "Возврат по заказу №_1043",
                "800_₽ из 2_400_₽, за которые было начислено 1_200"
            ),
        ]
    );
}

#[test]
fn a_reward_waits_is_used_or_comes_back() {
    assert_eq!(
        both(redeemed(None), -300, TransferState::Held),
        texts(
            "−300: reward “₽300 off”; set aside until its code is used.",
            "−300: награда «Скидка 300 ₽»; отложены, пока код не использован."
        )
    );
    assert_eq!(
        posted(redeemed(Some("1050")), -300),
        texts(
            "−300: reward “₽300 off”, order №1050.",
            "−300: награда «Скидка 300 ₽», заказ №_1050."
        )
    );
    assert_eq!(
        both(redeemed(None), -300, TransferState::Voided),
        texts(
            "−300: reward “₽300 off”; given back since.",
            "−300: награда «Скидка 300 ₽»; потом возвращены."
        )
    );
}

#[test]
fn what_comes_back_says_why() {
    use GivenBackCause::{Cancelled, Lapsed, OrderCancelled, Refund, Released};
    let cases = [
        (
            Cancelled,
            None,
            "you cancelled “₽300 off”",
            "вы отменили награду «Скидка 300 ₽»",
        ),
        (
            Released,
            Some("1050"),
            "the shop let the code of “₽300 off” go",
            "магазин освободил код награды «Скидка 300 ₽»",
        ),
        (
            Lapsed,
            None,
            "“₽300 off” was not used in time",
            "награда «Скидка 300 ₽» не использована вовремя",
        ),
        (
            OrderCancelled,
            Some("1050"),
            "order №1050 was cancelled, it had used “₽300 off”",
            "заказ №_1050 отменён, в нём была награда «Скидка 300 ₽»",
        ),
        (
            Refund,
            Some("1050"),
            "refund for order №1050, it had used “₽300 off”",
            "возврат по заказу №_1050, в нём была награда «Скидка 300 ₽»",
        ),
        (
            Refund,
            None,
            "“₽300 off” was given back",
            "возврат за награду «Скидка 300 ₽»",
        ),
    ];
    for (cause, order, english, russian) in cases {
        let expected = (format!("+300: {english}."), format!("+300: {russian}."));
        assert_eq!(posted(back(cause, order), 300), expected, "{cause:?}");
    }
    assert_eq!(
        titles(back(OrderCancelled, Some("1050"))),
        [
            texts("Order №1050 was cancelled", "it had used “₽300 off”"),
            texts("Заказ №_1050 отменён", "в нём была награда «Скидка 300 ₽»"),
        ]
    );
}

#[test]
fn the_rest_is_one_clause_each() {
    let gold = || localized("Gold", "Золото");
    let expired = |on: &str| Fact::Expired { on: on.into() };
    assert_eq!(
        posted(expired("2026-12-31"), -90),
        texts(
            "−90: ran out on 31_December 2026.",
            "−90: срок истёк 31_декабря 2026_года."
        )
    );
    // A day that cannot be read is still told.
    assert_eq!(posted(expired("soon"), -90).0, "−90: ran out on soon.");
    assert_eq!(
        posted(Fact::TierEntry { tier: gold() }, 100),
        texts(
            "+100: welcome to Gold.",
            "+100: добро пожаловать на уровень Золото."
        )
    );
    assert_eq!(
        posted(Fact::TierEntryUndone { tier: gold() }, -100),
        texts(
            "−100: Gold was not reached after all.",
            "−100: уровень Золото всё же не достигнут."
        )
    );
    assert_eq!(
        posted(Fact::DebtWrittenOff, 40),
        texts("+40: what you owed was forgiven.", "+40: долг прощён.")
    );
    let note = "a cup arrived broken.".to_owned();
    assert_eq!(
        posted(Fact::Adjustment { note }, 40).0,
        "+40: correction by the shop: a cup arrived broken."
    );
}

#[test]
fn events_tell_what_is_spent_comes_back_and_runs_out() {
    let bean = forms(&[("one", "bean"), ("other", "beans")]);
    let told = |happening| shown(&event(en(), &bean, happening, "Europe/Moscow", NOW));
    assert_eq!(
        told(Happening::Redeemed(-300, "Reward “₽300 off”")),
        "300_beans set aside: Reward “₽300 off”."
    );
    assert_eq!(
        told(Happening::GivenBack(1, "You cancelled “₽300 off”")),
        "+1_bean given back: You cancelled “₽300 off”."
    );
    assert_eq!(
        told(Happening::Expired(90, "Ran out on 20 November 2026")),
        "−90_beans: Ran out on 20 November 2026."
    );
}

#[test]
fn what_will_run_out_is_told_with_its_last_day() {
    // Midnight in Moscow at the end of the year; it is still the last day of it in London.
    let end = 1_798_750_800_000_000;
    let bean = forms(&[("one", "bean"), ("other", "beans")]);
    let grain = forms(&[
        ("one", "зерно"),
        ("few", "зерна"),
        ("many", "зёрен"),
        ("other", "зерна"),
    ]);
    let told = |text, unit, n| {
        shown(&event(
            text,
            unit,
            Happening::Expiring(n, end),
            "Europe/Moscow",
            NOW,
        ))
    };
    assert_eq!(
        [1, 2, 120].map(|n| told(en(), &bean, n)),
        [
            "1_bean runs out on 31_December.",
            "2_beans run out on 31_December.",
            "120_beans run out on 31_December.",
        ]
    );
    assert_eq!(
        [1, 2, 5, 21].map(|n| told(ru(), &grain, n)),
        [
            "1_зерно сгорит 31_декабря.",
            "2_зерна сгорят 31_декабря.",
            "5_зёрен сгорят 31_декабря.",
            "21_зерно сгорит 31_декабря.",
        ]
    );
}

#[test]
fn refunds_have_their_own_proof_and_refusals_their_own_words() {
    let how = |text| proof_how(text, ProofLevel::Confirmed, ProofOf::Refund);
    assert!(how(en()).contains("this refund") && how(ru()).contains("этот возврат"));
    for text in [en(), ru()] {
        let words = ["balance_too_low", "reward_unknown", "coupon_not_open"]
            .map(|code| problem(text, code).unwrap());
        assert!(words.iter().all(|said| said.ends_with('.')), "{words:?}");
        assert_ne!(words[0], words[1]);
        assert_ne!(words[1], words[2]);
    }
}
