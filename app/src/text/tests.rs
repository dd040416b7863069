//! The words in both languages, letter by letter. No-break spaces are written as `_` here.

mod ledger;
mod rules;
mod spend;

use super::*;
use crate::api::{Explanation, Fact, Localized, ProofLevel, TaskKind, TransferState, UnitForms};

/// 21 November 2026, noon in UTC.
const NOW: i64 = 1_795_262_400_000_000;
const DAY: i64 = 86_400_000_000;

fn en() -> &'static Text {
    Text::by_locale("en")
}

fn ru() -> &'static Text {
    Text::by_locale("ru")
}

fn shown(text: &str) -> String {
    text.replace('\u{a0}', "_")
}

fn forms(pairs: &[(&str, &str)]) -> UnitForms {
    UnitForms(
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

fn localized(en: &str, ru: &str) -> Localized {
    Localized(
        [("en", en), ("ru", ru)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    )
}

fn order(multiplier_permille: i64) -> Explanation {
    Explanation {
        fact: Fact::Order {
            order: "1043".into(),
            amount: 240_000,
            currency: "RUB".into(),
            points: 5,
            per: 10_000,
            tier: localized("Gold", "Gold"),
            multiplier_permille,
            counted: None,
            campaign: None,
            first_order_bonus: 0,
        },
        hold_days: 14,
        hold_reason: localized("returns are open until then", "до тех пор возможен возврат"),
    }
}

fn said(text: &Text, explanation: &Explanation, amount: i64, state: TransferState) -> String {
    shown(&sentence(
        text,
        &TransferFacts {
            explanation,
            amount,
            currency: None,
            state,
            available_at: Some(NOW + 14 * DAY),
            time_zone: "Europe/Moscow",
            now: NOW,
        },
    ))
}

#[test]
fn russian_units_take_the_form_of_their_number() {
    let bonus = forms(&[
        ("one", "бонус"),
        ("few", "бонуса"),
        ("many", "бонусов"),
        ("other", "бонуса"),
    ]);
    let counted = [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 1240]
        .map(|n| shown(&count(ru(), &bonus, n)));
    assert_eq!(
        counted,
        [
            "0_бонусов",
            "1_бонус",
            "2_бонуса",
            "4_бонуса",
            "5_бонусов",
            "11_бонусов",
            "12_бонусов",
            "14_бонусов",
            "21_бонус",
            "22_бонуса",
            "25_бонусов",
            "101_бонус",
            "111_бонусов",
            "1_240_бонусов",
        ]
    );
}

#[test]
fn english_units_take_the_form_of_their_number() {
    let bean = forms(&[("one", "bean"), ("other", "beans")]);
    let counted = [0, 1, 2, 21, -1].map(|n| shown(&count(en(), &bean, n)));
    assert_eq!(
        counted,
        ["0_beans", "1_bean", "2_beans", "21_beans", "−1_bean"]
    );
    // A unit without the form that is needed is shown in the one that every unit has.
    assert_eq!(shown(&count(ru(), &forms(&[("other", "CP")]), 5)), "5_CP");
}

#[test]
fn numbers_are_grouped_and_signed() {
    let numbers = [0, 7, 999, 1000, 1_234_567, -1240, i64::MIN];
    assert_eq!(
        numbers.map(|n| en().number(n)),
        [
            "0",
            "7",
            "999",
            "1,000",
            "1,234,567",
            "−1,240",
            "−9,223,372,036,854,775,808"
        ]
    );
    assert_eq!(shown(&ru().number(1_234_567)), "1_234_567");
    assert_eq!(
        [120, 0, -120].map(|n| signed(en(), n)),
        ["+120", "0", "−120"]
    );
}

#[test]
fn money_knows_its_smallest_unit_and_symbol() {
    assert_eq!(money(en(), 240_000, "RUB"), "₽2,400");
    assert_eq!(shown(&money(ru(), 240_000, "RUB")), "2_400_₽");
    assert_eq!(money(en(), 240_005, "USD"), "$2,400.05");
    assert_eq!(shown(&money(ru(), -240_050, "RUB")), "−2_400,50_₽");
    assert_eq!(money(en(), 2400, "JPY"), "¥2,400");
    assert_eq!(shown(&money(en(), 1000, "XYZ")), "XYZ_10");
}

#[test]
fn rates_are_percents_where_they_are_round() {
    assert_eq!(shown(&rate(en(), 5, 10_000, "RUB")), "5_%");
    assert_eq!(shown(&rate(ru(), 15, 20_000, "RUB")), "7,5_%");
    assert_eq!(shown(&rate(en(), 1, 30_000, "RUB")), "1 for every ₽300");
    assert_eq!(shown(&rate(ru(), 10, 100, "RUB")), "10 за каждые 1_₽");
    assert_eq!(
        [1000, 1250, 1500, 10].map(|n| multiplier(en(), n)),
        ["×1", "×1.25", "×1.5", "×0.01"]
    );
    assert_eq!(multiplier(ru(), 1250), "×1,25");
}

#[test]
fn days_are_named_in_the_readers_zone() {
    assert_eq!(shown(&date(en(), NOW, "Europe/Moscow", NOW)), "21_November");
    assert_eq!(shown(&date(ru(), NOW, "Europe/Moscow", NOW)), "21_ноября");
    assert_eq!(
        shown(&date(ru(), NOW + 12 * DAY / 24, "Asia/Tokyo", NOW)),
        "22_ноября"
    );
    assert_eq!(
        shown(&date(en(), NOW - 365 * DAY, "UTC", NOW)),
        "21_November 2025"
    );
    assert_eq!(
        shown(&date(ru(), NOW - 365 * DAY, "UTC", NOW)),
        "21_ноября 2025_года"
    );
    assert_eq!(
        shown(&date_of(en(), "2026-12-05T00:00:00Z", "nowhere", NOW)),
        "5_December"
    );
    assert_eq!(date(en(), i64::MAX, "UTC", NOW), "");
}

#[test]
fn an_order_is_explained_in_one_sentence() {
    let explanation = order(1000);
    assert_eq!(
        said(en(), &explanation, 120, TransferState::Held),
        "+120: order №1043, ₽2,400 at 5_%, Gold ×1; available after 14_days because returns are open until then."
    );
    assert_eq!(
        said(ru(), &explanation, 120, TransferState::Held),
        "+120: заказ №_1043, 2_400_₽ по 5_%, Gold ×1; станут доступны через 14_дней, потому что до тех пор возможен возврат."
    );
    assert_eq!(
        said(en(), &order(1500), 180, TransferState::Posted),
        "+180: order №1043, ₽2,400 at 5_%, Gold ×1.5; available since 5_December."
    );
    assert_eq!(
        said(ru(), &order(1500), 180, TransferState::Voided),
        "+180: заказ №_1043, 2_400_₽ по 5_%, Gold ×1,5; не начислены."
    );
    let (title, rest) = headline(ru(), &explanation);
    assert_eq!(
        (shown(&title), shown(&rest)),
        ("Заказ №_1043".into(), "2_400_₽ по 5_%, Gold ×1".into())
    );
}

#[test]
fn everything_else_is_explained_too() {
    let plain = |fact| Explanation {
        fact,
        hold_days: 0,
        hold_reason: Localized::default(),
    };
    let task = plain(Fact::Task {
        task: "subscribe".into(),
        title: localized("Subscribe to our letters", "Подписка на письма"),
        days_in_row: 0,
    });
    assert_eq!(
        said(en(), &task, 500, TransferState::Posted),
        "+500: Subscribe to our letters."
    );
    let row = plain(Fact::Task {
        task: "daily".into(),
        title: localized("Look in", "Заглянуть"),
        days_in_row: 7,
    });
    assert_eq!(
        said(en(), &row, 21, TransferState::Posted),
        "+21: Look in, 7_days in a row."
    );
    assert_eq!(
        said(ru(), &row, 21, TransferState::Posted),
        "+21: Заглянуть, 7_дней подряд."
    );
    let waits = Explanation {
        hold_days: 1,
        ..task
    };
    assert_eq!(
        said(ru(), &waits, 500, TransferState::Held),
        "+500: Подписка на письма; станут доступны через 1_день."
    );
    let cancelled = plain(Fact::OrderCancelled {
        order: "1043".into(),
    });
    assert_eq!(
        said(en(), &cancelled, -120, TransferState::Posted),
        "−120: order №1043 was cancelled."
    );
    assert_eq!(
        said(ru(), &cancelled, -120, TransferState::Posted),
        "−120: заказ №_1043 отменён."
    );
    let adjusted = plain(Fact::Adjustment {
        note: "a cup arrived broken".into(),
    });
    assert_eq!(
        said(en(), &adjusted, 40, TransferState::Posted),
        "+40: correction by the shop: a cup arrived broken."
    );
}

#[test]
fn events_name_what_moved() {
    let bean = forms(&[("one", "bean"), ("other", "beans")]);
    let told = |happening| shown(&event(en(), &bean, happening, "UTC", NOW));
    assert_eq!(
        told(Happening::Earned(500, "Order №1043")),
        "+500_beans: Order №1043."
    );
    assert_eq!(
        told(Happening::Held(1, "Order №1043", NOW + 14 * DAY)),
        "+1_bean on the way: Order №1043. Available on 5_December."
    );
    assert_eq!(
        told(Happening::Reversed(120, "Order №1043 was cancelled")),
        "−120_beans: Order №1043 was cancelled."
    );
    assert_eq!(told(Happening::TierUp("Gold")), "You have reached Gold.");
}

#[test]
fn languages_are_found_by_their_tag() {
    assert_eq!(
        ["ru-RU", "RU", "en_GB", "fr", ""].map(|tag| Text::by_locale(tag).tag),
        ["ru", "ru", "en", "en", "en"]
    );
}

#[test]
fn proofs_and_reasons_have_words() {
    assert_eq!(proof_label(en(), ProofLevel::Verified), "Verified");
    assert_eq!(proof_label(ru(), ProofLevel::Declared), "На доверии");
    assert_eq!(proof_before(ru(), ProofLevel::Verified), "Проверяем сами");
    assert!(
        proof_how(
            en(),
            ProofLevel::Verified,
            ProofOf::Task(TaskKind::Subscribe)
        )
        .contains("mailbox")
    );
    assert_eq!(
        reason(en(), "never heard of", "", ""),
        reason(en(), "", "", "")
    );
    assert_ne!(reason(ru(), "expired", "", ""), reason(ru(), "", "", ""));
}

#[test]
fn mails_carry_what_they_are_for_and_nothing_else() {
    let mail = confirm_mail(
        en(),
        "Bean & Co",
        "I <agree>.",
        "https://x.example/c/abc?a=1&b=2",
    );
    assert_eq!(mail.subject, "Confirm your subscription: Bean & Co");
    assert!(mail.text.contains("https://x.example/c/abc?a=1&b=2"));
    assert!(
        mail.html.contains("I &lt;agree&gt;.")
            && mail
                .html
                .contains("href=\"https://x.example/c/abc?a=1&amp;b=2\"")
    );
    let mail = code_mail(ru(), "Laurel", "012345");
    assert_eq!(mail.subject, "012345 — ваш код для «Laurel»");
    assert!(mail.text.contains("012345") && mail.html.contains("012345"));
}
