//! The programme's rules as sentences.

use super::*;
use crate::api::{Debt, Expiry, Metric, Window};

const MODES: [Expiry; 5] = [
    Expiry::Never,
    Expiry::Earning { months: 12 },
    Expiry::Earning { months: 1 },
    Expiry::Inactivity { months: 3 },
    Expiry::Date { month: 12, day: 31 },
];

fn expiry(text: &Text) -> [String; 5] {
    MODES.map(|rule| {
        let day = match rule {
            Expiry::Date { month, day } => year_day(text, month, day),
            _ => String::new(),
        };
        shown(&(text.rules.expiry)(rule, &day))
    })
}

#[test]
fn each_way_of_running_out_has_its_sentence() {
    assert_eq!(
        expiry(en()),
        [
            "Points do not expire.",
            "What you earn runs out 12_months after it became available, at the end of that day.",
            "What you earn runs out 1_month after it became available, at the end of that day.",
            "If you neither earn nor spend for 3_months, all you have runs out at the end of that day. Each time you earn or spend, the count begins anew.",
            "Once a year: what is not spent by the end of 31_December runs out.",
        ]
    );
    assert_eq!(
        expiry(ru()),
        [
            "Накопленное не сгорает.",
            "Начисленное сгорает через 12_месяцев после того, как стало доступно, в конце дня.",
            "Начисленное сгорает через 1_месяц после того, как стало доступно, в конце дня.",
            "Если 3_месяца ничего не получать и не тратить, всё накопленное сгорит в конце дня. Каждое начисление и каждая трата начинают отсчёт заново.",
            "Раз в год: что не потрачено до конца 31_декабря, сгорает.",
        ]
    );
}

#[test]
fn what_counts_depends_on_the_metric_and_the_time() {
    use Metric::{AmountSpent, Orders, PointsEarned};
    let cases = [
        (PointsEarned, Window::Lifetime),
        (AmountSpent, Window::Rolling { months: 12 }),
        (Orders, Window::Year),
    ];
    let said =
        |text: &Text| cases.map(|(metric, window)| shown(&(text.rules.counts)(metric, window)));
    assert_eq!(
        said(en()),
        [
            "What you earn counts, with no deadline.",
            "What you pay for orders counts for 12_months.",
            "Every paid order counts until the end of the calendar year.",
        ]
    );
    assert_eq!(
        said(ru()),
        [
            "Всё, что вы получили, считается без срока.",
            "Всё, что вы заплатили за заказы, считается 12_месяцев.",
            "Каждый оплаченный заказ считается до конца календарного года.",
        ]
    );
    for text in [en(), ru()] {
        assert_eq!((text.rules.review)(Window::Lifetime), "");
        assert!((text.rules.review)(Window::Rolling { months: 6 }).contains('6'));
        assert_ne!((text.rules.review)(Window::Year), "");
    }
}

#[test]
fn what_keeps_a_tier_is_told_with_its_last_day() {
    let keep = |text: &Text, more: &str, window| {
        shown(&(text.keep_more)("Gold", "31 December", more, window))
    };
    let half = Window::Rolling { months: 6 };
    assert_eq!(
        keep(en(), "400 beans", Window::Year),
        "You have Gold at least until 31 December. With 400 beans more by then you keep it for another year."
    );
    assert_eq!(
        keep(en(), &(en().more_orders)(1), half),
        "You have Gold at least until 31 December. With 1_order more by then you keep it for another 6_months."
    );
    assert_eq!(
        keep(ru(), &(ru().more_orders)(2), half),
        "Уровень Gold у вас как минимум по 31 December. Ещё 2_заказа за это время, и он останется ещё на 6_месяцев."
    );
    assert_eq!(
        keep(ru(), &(ru().more_spend)("4 000 ₽"), Window::Year),
        "Уровень Gold у вас как минимум по 31 December. Ещё покупок на 4 000 ₽ за это время, и он останется ещё на год."
    );
    assert_eq!(
        (en().keep_sure)("Gold", "31 December", Window::Year),
        "You have Gold until 31 December, and have done enough to keep it for another year."
    );
    assert_eq!(
        (ru().keep_sure)("Gold", "31 декабря", Window::Year),
        "Уровень Gold у вас по 31 декабря, и набрано уже достаточно, чтобы он остался ещё на год."
    );
}

#[test]
fn days_before_others_are_counted() {
    assert_eq!(
        [1, 3].map(|n| shown(&(en().tier_early)(n))),
        [
            "New things 1_day before others",
            "New things 3_days before others"
        ]
    );
    assert_eq!(
        [1, 3, 7].map(|n| shown(&(ru().tier_early)(n))),
        [
            "Новинки раньше остальных на 1_день",
            "Новинки раньше остальных на 3_дня",
            "Новинки раньше остальных на 7_дней",
        ]
    );
}

#[test]
fn a_campaign_names_the_tiers_that_it_is_for() {
    let said = |text: &Text, tiers: &[&str]| (text.rules.campaign_for)("First snow", tiers);
    let three = ["Silver", "Gold", "Platinum"];
    assert_eq!(
        [1, 2, 3].map(|n| said(en(), &three[..n])),
        [
            "First snow, only for Silver",
            "First snow, only for Silver and Gold",
            "First snow, only for Silver, Gold and Platinum",
        ]
    );
    assert_eq!(
        [1, 2, 3].map(|n| said(ru(), &three[..n])),
        [
            "First snow, только для уровня Silver",
            "First snow, только для уровней Silver и Gold",
            "First snow, только для уровней Silver, Gold и Platinum",
        ]
    );
}

#[test]
fn warnings_grace_and_rewards_count_their_days() {
    let said = |text: &Text| {
        let rules = &text.rules;
        [
            (rules.warned)(1),
            (rules.warned)(30),
            (rules.grace)(0),
            (rules.grace)(1),
            (rules.grace)(3),
            (rules.reward)("300 ₽", 21),
        ]
        .map(|said| shown(&said))
    };
    assert_eq!(
        said(en()),
        [
            "We tell you 1_day before.",
            "We tell you 30_days before.",
            "What comes back to you after its time is over can be spent until the end of that day.",
            "What comes back to you after its time is over can be spent for 1_day more.",
            "What comes back to you after its time is over can be spent for 3_days more.",
            "300 ₽ off an order. The code works for 21_days.",
        ]
    );
    assert_eq!(
        said(ru()),
        [
            "Предупредим за 1_день.",
            "Предупредим за 30_дней.",
            "Что вернулось уже после срока, можно потратить до конца того же дня.",
            "Что вернулось уже после срока, можно потратить ещё 1_день.",
            "Что вернулось уже после срока, можно потратить ещё 3_дня.",
            "Скидка 300 ₽ на заказ. Код действует 21_день.",
        ]
    );
}

#[test]
fn what_was_spent_is_owed_or_forgiven() {
    for (text, owed, forgiven) in [
        (en(), "below zero", "forgiven"),
        (ru(), "ниже нуля", "прощаем"),
    ] {
        assert!((text.rules.spent)(Debt::Carry).contains(owed));
        let said = (text.rules.spent)(Debt::WriteOff);
        assert!(said.contains(forgiven) && !said.contains(owed), "{said}");
    }
}
