//! What shoppers are told of rewards and codes.

use super::ledger::{assert_says, read, words_in};
use super::sample::purse::{coupon, plain};
use super::*;
use app::api::{CouponState, MyRewards, QuoteView, RewardKind};

pub(super) const STATES: States = [(AttemptState::Earned, None); 4];

pub(super) fn somebody(program: &ProgramView, available: i64) -> Viewer {
    member(program, available, 0, 740, STATES, history(&program.locale))
}

pub(super) fn changed(
    program: &ProgramView,
    available: i64,
    change: impl FnOnce(&mut MyRewards),
) -> Viewer {
    let mut viewer = somebody(program, available);
    if let Viewer::Member { rewards, .. } = &mut viewer {
        change(rewards);
    }
    viewer
}

/// A document of a kind of its own, for a basket.
pub(super) fn html(
    program: &ProgramView,
    viewer: Viewer,
    form: Form,
    quote: Option<QuoteView>,
) -> String {
    let panel = Panel {
        quote,
        ..panel(program, viewer, View::Home, form)
    };
    shell::fragment(&panel)
}

/// The card of one reward, or another element with this id, up to the next of its kind.
fn element<'a>(html: &'a str, id: &str) -> &'a str {
    let start = format!("id=\"{id}\"");
    let (_, rest) = html.split_once(&start).expect("the element");
    rest.split("</li>").next().unwrap_or_default()
}

#[test]
fn rewards_stand_by_what_is_missing_for_them() {
    for (locale, expected) in [
        (
            "en",
            [
                "You have 740 beans.",
                "Your codes",
                "Within reach ₽300 off 300 beans",
                "A part of an order from 100 beans",
                "Delivery 150 beans",
                "A tenth off 500 beans",
                "Almost within reach ₽1000 off 1,000 beans ₽1,000 off an order 260 beans to go",
                "₽2000 off 2,000 beans",
                "₽5000 off 5,000 beans",
                "Not now ₽9000 off 9,000 beans",
                "A bag of Huila",
                "There is none left.",
                "A mug",
                "You can have this from Gold on.",
                "A tasting",
                "You can have this from 30 November on.",
                "The new harvest",
                "Its time is over.",
                "A cinema ticket",
                "You have had this as often as the programme allows.",
                "At most 30 % of what the goods cost can be paid this way. Not for what is on sale. Not together with other codes.",
            ],
        ),
        (
            "ru",
            [
                "У вас 740 зёрнышек.",
                "Ваши коды",
                "Уже хватает Скидка 300 ₽ 300 зёрнышек",
                "Часть заказа от 100 зёрнышек",
                "Доставка 150 зёрнышек",
                "Скидка на десятую часть 500 зёрнышек",
                "Скоро хватит Скидка 1000 ₽ 1 000 зёрнышек Скидка 1 000 ₽ на заказ осталось 260 зёрнышек",
                "Скидка 2000 ₽",
                "Скидка 5000 ₽",
                "Пока нельзя Скидка 9000 ₽",
                "Пачка Уилы",
                "Больше не осталось.",
                "Кружка",
                "Доступно с уровня Gold.",
                "Дегустация",
                "Доступно с 30 ноября.",
                "Новый урожай",
                "Время этой награды прошло.",
                "Билет в кино",
                "Вы уже получили это столько раз, сколько разрешает программа.",
                "Так можно оплатить не больше 30 % стоимости товаров. Не действует на товары со скидкой. Не сочетается с другими кодами.",
            ],
        ),
    ] {
        let program = program(locale, false);
        let text = read(&program, somebody(&program, 740), "spend");
        assert_says(&text, &expected);
    }
}

#[test]
fn a_bar_shows_how_far_one_is() {
    let program = program("en", false);
    let html = shell::fragment(&panel(
        &program,
        somebody(&program, 740),
        View::Spend,
        Form::Panel,
    ));
    let card = element(&html, "reward-off1000");
    assert!(
        card.contains("max=\"1000\" value=\"740\"")
            && card.contains("aria-label=\"260\u{a0}beans to go\""),
        "{card}"
    );
    // There is nothing to press before it can be had, and only one button after.
    assert_eq!(card.matches("<form").count(), 0);
    assert_eq!(element(&html, "reward-off300").matches("<form").count(), 1);
    assert_eq!(element(&html, "reward-bag").matches("set aside").count(), 0);
}

#[test]
fn the_consequence_is_said_before_anything_happens() {
    let cases = [
        (
            "off300",
            "300_beans are set aside, and you get a code for ₽300 until 21_December. If you do not use it, you get everything back.",
            "300_зёрнышек будет отложено, а вы получите код на 300_₽, он действует до 21_декабря. Если его не использовать, всё вернётся.",
        ),
        (
            "delivery",
            "150_beans are set aside, and you get a code for free delivery until 21_December.",
            "а вы получите код на бесплатную доставку, он действует до 21_декабря.",
        ),
        (
            "tenth",
            "a code for 10_% until",
            "код на 10_%, он действует",
        ),
        (
            "slide",
            "What you choose is set aside, and you get a code for it until 21_December.",
            "Выбранное будет отложено, а вы получите код на эту сумму, он действует до 21_декабря.",
        ),
        (
            "mug",
            "700_beans are set aside, and you get a code to show to the shop by 21_December. Until the shop takes it you can undo this and get everything back.",
            "Покажите его в магазине до 21_декабря. Пока магазин не принял код, обмен можно отменить, и всё вернётся.",
        ),
        (
            "credit",
            "You give 400_beans and get ₽500 of store credit at once. This is for good: it cannot be undone.",
            "Спишем 400_зёрнышек, и на ваш счёт в магазине сразу поступит 500_₽. Это окончательно: отменить нельзя.",
        ),
        (
            "cinema",
            "You give 250_beans and see the partner's code at once. This is for good: a code that was seen cannot be given back.",
            "Спишем 250_зёрнышек, и вы сразу увидите код партнёра. Это окончательно: показанный код вернуть нельзя.",
        ),
    ];
    for (locale, language) in [("en", 0), ("ru", 1)] {
        let program = program(locale, false);
        let viewer = changed(&program, 740, |rewards| {
            rewards.rewards.iter_mut().for_each(|it| it.locked = None);
        });
        let html = shell::fragment(&panel(&program, viewer, View::Spend, Form::Panel));
        let html = html.replace("&#x27;", "'").replace('\u{a0}', "_");
        for (id, english, russian) in cases {
            let expected = [english, russian][language];
            let card = element(&html, &format!("reward-{id}"));
            let (before, _) = card.split_once("type=\"submit\"").expect("a button");
            assert!(before.contains(expected), "{expected} in {before}");
        }
    }
}

#[test]
fn codes_say_where_they_stand_and_what_can_be_done() {
    let program = program("en", false);
    let text = read(&program, somebody(&program, 740), "spend");
    assert_says(
        &text,
        &[
            "₽300 off ₽300 K7QW-3MXN-9TRB-0001 You can use it until 21 December. Apply at the checkout Copy Undo and get 300 beans back",
            "A tenth off The shop is making the code. It appears here by itself.",
            "Delivery K7QW-3MXN-9TRB-0003 Order №1050 has it. If that order is not paid, you get everything back.",
            "A bag of Huila K7QW-3MXN-9TRB-0004 The shop is ending the code. You get 600 beans back after that.",
            "A cinema ticket K7QW-3MXN-9TRB-0008 The partner takes it until 21 December. Copy",
            "A tasting K7QW-3MXN-9TRB-0009 Show it to the shop by 21 December. Copy Undo and get 200 beans back",
            "K7QW-3MXN-9TRB-0011 You can use it until 21 December. Apply at the checkout Copy Undo and get ₽300 back",
            "Within reach",
            "Earlier: 4",
            "Used for order №1050.",
            "Undone. You got 10 beans back.",
            "Not used in time. You got 300 beans back.",
            "Turned into store credit.",
        ],
    );
    // Nothing can be done with those that are over, and their codes are gone.
    let (_, earlier) = text.split_once("Earlier: 4").expect("the fold");
    for gone in ["K7QW", "Copy", "Apply", "Undo and"] {
        assert!(!earlier.contains(gone), "{gone} in {earlier}");
    }
}

#[test]
fn a_page_without_a_host_has_nowhere_to_apply_a_code() {
    let program = program("en", false);
    let mut alone = panel(&program, somebody(&program, 740), View::Spend, Form::Panel);
    let html = shell::fragment(&alone);
    let told = "data-apply=\"{&quot;code&quot;:&quot;K7QW-3MXN-9TRB-0001&quot;,&quot;reward&quot;:&quot;off300&quot;,\
        &quot;kind&quot;:&quot;amount&quot;,&quot;amount&quot;:30000,&quot;currency&quot;:&quot;RUB&quot;}\"";
    assert!(html.contains(told), "{html}");
    alone.host = None;
    let html = shell::fragment(&alone);
    assert!(!html.contains("data-apply") && html.contains("data-copy"));
}

#[test]
fn a_code_of_any_letters_stays_text() {
    let program = program("en", false);
    let typed = "\"><img src=x>\\";
    let viewer = changed(&program, 740, |rewards| {
        let reward = plain("x", RewardKind::Amount, 1, typed.into());
        rewards.coupons = vec![coupon(1, CouponState::Open, &reward)];
        rewards.coupons[0].code = typed.into();
    });
    let html = shell::fragment(&panel(&program, viewer, View::Spend, Form::Panel));
    assert!(!html.contains("<img"));
}

#[test]
fn the_slider_offers_whole_steps_and_says_what_they_come_to() {
    for (locale, expected) in [
        ("en", "How much of your 745 beans to use 740 = ₽ 740"),
        ("ru", "Сколько использовать? У вас 745 зёрнышек 740 = 740 ₽"),
    ] {
        let program = program(locale, false);
        let html = shell::fragment(&panel(
            &program,
            somebody(&program, 745),
            View::Spend,
            Form::Panel,
        ));
        let card = element(&html, "reward-slide");
        for attribute in [
            "min=\"100\"",
            "max=\"740\"",
            "step=\"10\"",
            "value=\"740\"",
            "data-gives=\"10.00\"",
            "data-show=\"reward-slide-points-chosen\"",
            "data-type=\"int\"",
        ] {
            assert!(card.contains(attribute), "{attribute} in {card}");
        }
        let (_, told) = card
            .split_once("aria-valuetext=\"")
            .expect("the value in words");
        assert!(told.starts_with("740 = "), "{told}");
        let spend = words_in(&html, "spend");
        assert_says(&spend, &[expected]);
    }
}

#[test]
fn store_credit_can_be_used_to_its_end() {
    let program = program("en", false);
    let html = shell::fragment(&panel(
        &program,
        somebody(&program, 0),
        View::Spend,
        Form::Panel,
    ));
    assert_says(
        &words_in(&html, "spend"),
        &[
            "Store credit You have ₽150.50 of store credit.",
            "How much to use ₽ 150.50",
            "Get the code",
        ],
    );
    let (_, form) = html.split_once("id=\"credit-form\"").expect("the form");
    for attribute in [
        "/api/v1/me/credit/redemptions",
        "min=\"50\"",
        "max=\"15050\"",
        "step=\"100\"",
    ] {
        assert!(form.contains(attribute), "{attribute}");
    }
}

#[test]
fn whoever_has_nothing_within_reach_is_told_what_to_do() {
    for (form, way) in [
        (Form::Panel, "<label for=\"tab-earn\" class=\"link\">"),
        (Form::Rewards, "data-open=\"earn\""),
    ] {
        let program = program("en", false);
        let viewer = changed(&program, 0, |rewards| rewards.coupons.clear());
        let html = html(&program, viewer, form, None);
        let text = words_in(&html, "spend");
        assert_says(
            &text,
            &[
                "Nothing is within reach yet.",
                "See what earns",
                "Almost within reach A part of an order from 100 beans",
            ],
        );
        assert!(html.contains(way), "{way}");
        assert!(!text.contains("Your codes"), "{text}");
        assert!(!text.contains("Earlier"), "{text}");
    }
}

#[test]
fn home_says_in_a_line_what_is_within_reach() {
    for (locale, many, slider, next) in [
        (
            "en",
            "Within reach You can have “A tenth off” for 500 beans, or one of 4 other rewards. Spend",
            "Within reach You can have “A part of an order” for 100 beans. Spend",
            "Almost within reach 60 beans to go to “A part of an order”. Spend",
        ),
        (
            "ru",
            "Уже хватает Вам уже хватает на «Скидка на десятую часть»: 500 зёрнышек. А ещё на 4 другие награды. Потратить",
            "Уже хватает Вам уже хватает на «Часть заказа»: 100 зёрнышек. Потратить",
            "Скоро хватит До награды «Часть заказа» осталось 60 зёрнышек. Потратить",
        ),
    ] {
        let program = program(locale, false);
        assert_eq!(read(&program, somebody(&program, 740), "teaser"), many);
        assert_eq!(read(&program, somebody(&program, 120), "teaser"), slider);
        assert_eq!(read(&program, somebody(&program, 40), "teaser"), next);
    }
}

#[test]
fn guests_see_the_rewards_and_how_to_join() {
    let program = program("en", false);
    let known = || Viewer::SignedIn {
        name: None,
        email: None,
    };
    for viewer in [Viewer::Guest, known()] {
        for form in [Form::Panel, Form::Rewards] {
            let html = html(&program, viewer.clone(), form, None);
            let text = words_in(&html, "spend");
            assert_says(
                &text,
                &[
                    "₽300 off 300 beans",
                    "Join the programme to have this.",
                    "300 beans are set aside",
                    "A mug",
                    "Only for Gold.",
                ],
            );
            assert!(!html.contains("/redemptions"), "nothing to redeem yet");
        }
    }
    let inline = html(&program, Viewer::Guest, Form::Rewards, None);
    assert!(inline.contains("data-open=\"home\""));
    assert!(html(&program, known(), Form::Rewards, None).contains("id=\"join-form\""));
    // Without rewards, there is nothing to spend on.
    let mut without = program.clone();
    without.rewards.clear();
    let html = html(&without, Viewer::Guest, Form::Panel, None);
    assert!(!html.contains("tab-spend"));
}
