//! What shoppers are told beside a price, and of the rules of spending.

use super::ledger::{assert_says, read, words_in};
use super::sample::purse::{coupon, quote};
use super::spend::{STATES, changed, html, somebody};
use super::*;
use app::api::{CouponState, RewardKind, RewardView, SpendingView};

#[test]
fn a_cart_is_paid_in_part_and_told_why_not_more() {
    let program = program("en", false);
    let open = |viewer, quote| html(&program, viewer, Form::Slider, quote);
    let empty = || changed(&program, 740, |rewards| rewards.coupons.clear());
    let cart = open(
        empty(),
        Some(quote(455, &["max_percent", "on_sale", "step"])),
    );
    assert!(cart.contains("max=\"450\"") && cart.contains("/api/v1/rewards/slide/redemptions"));
    assert_says(
        &words_in(&cart, "spend"),
        &[
            "How much of your 740 beans to use 450 = ₽ 450",
            "Get the code",
            "At most 30 % of what the goods cost can be paid this way.",
            "What is on sale cannot be paid this way.",
            "It goes in steps of 10 beans, from 100 beans on.",
        ],
    );
    for (quoted, expected) in [
        (None, "This page names no price in the programme"),
        (Some(quote(0, &["balance"])), "You have 740 beans."),
        (Some(quote(50, &[])), "You have 740 beans."),
        (
            Some(quote(0, &["currency"])),
            "These prices are in another currency than the programme's.",
        ),
        (
            Some(quote(0, &["nothing_left"])),
            "There is no more to pay than this.",
        ),
        (
            Some(quote(0, &["something new"])),
            "It cannot be used for this.",
        ),
    ] {
        let text = open(empty(), quoted).replace("&#x27;", "'");
        assert!(!text.contains("/redemptions\""), "{expected}");
        assert_says(&words_in(&text, "spend"), &[expected]);
    }
    let mut other = quote(450, &[]);
    other.spending.reward = None;
    assert_says(
        &words_in(&open(empty(), Some(other)), "spend"),
        &["Orders cannot be paid in part here."],
    );
}

#[test]
fn a_cart_takes_one_code_of_the_slider() {
    let program = program("en", false);
    let slide = |id: &str| {
        program
            .rewards
            .iter()
            .find(|it| it.id == id)
            .expect("it")
            .clone()
    };
    let with = |state, reward: &RewardView| {
        let viewer = changed(&program, 740, |rewards| {
            rewards.coupons = vec![coupon(1, state, reward)];
        });
        html(&program, viewer, Form::Slider, Some(quote(450, &[])))
    };
    let chosen = with(CouponState::Open, &slide("slide"));
    assert!(!chosen.contains("type=\"range\""));
    assert_says(
        &words_in(&chosen, "spend"),
        &[
            "K7QW-3MXN-9TRB-0001",
            "Apply at the checkout",
            "Undo and get 10 beans back",
        ],
    );
    assert!(!with(CouponState::Making, &slide("slide")).contains("type=\"range\""));
    for (state, id) in [
        (CouponState::Open, "off300"),
        (CouponState::Used, "slide"),
        (CouponState::Reserved, "slide"),
    ] {
        assert!(
            with(state, &slide(id)).contains("type=\"range\""),
            "{state:?} {id}"
        );
    }
}

#[test]
fn a_cart_tells_guests_what_members_can() {
    let program = program("en", false);
    let guest = html(&program, Viewer::Guest, Form::Slider, None);
    assert_says(
        &words_in(&guest, "spend"),
        &["Members can pay a part of this"],
    );
    assert!(guest.contains("data-open=\"home\""));
    let known = Viewer::SignedIn {
        name: None,
        email: None,
    };
    assert!(html(&program, known, Form::Slider, None).contains("id=\"join-form\""));
}

#[test]
fn a_price_says_what_it_earns() {
    let program = program("en", false);
    let earns = |viewer, quote| words_in(&html(&program, viewer, Form::Earn, quote), "earn");
    let silver = || member(&program, 740, 0, 1740, STATES, history("en"));
    assert_says(
        &earns(silver(), Some(quote(0, &[]))),
        &[
            "You get 245 beans for this. At Silver, ×1.25.",
            "is available after 14 days because returns are open until then.",
        ],
    );
    assert_says(
        &earns(Viewer::Guest, Some(quote(0, &[]))),
        &["Members get 245 beans for this.", "Open"],
    );
    for (reason, expected) in [
        (Some("below_minimum"), "Orders below ₽500 earn nothing."),
        (
            Some("too_small"),
            "This alone is too little to earn anything.",
        ),
        (
            Some("other_currency"),
            "Purchases in this currency earn nothing.",
        ),
        (Some("no_rule"), "Purchases do not earn"),
        (None, "This earns nothing."),
    ] {
        let mut nothing = quote(0, &[]);
        nothing.earning.points = 0;
        nothing.earning.reason = reason.map(Into::into);
        let text = earns(silver(), Some(nothing));
        assert_says(&text, &[expected]);
        assert!(!text.contains("available after"), "{text}");
    }
    assert_says(
        &earns(silver(), None),
        &["This page names no price in the programme"],
    );
}

#[test]
fn how_it_works_tells_every_kind_of_reward() {
    for (locale, expected) in [
        (
            "en",
            [
                "₽300 off 300 beans ₽300 off an order. The code works for 30 days.",
                "A part of an order from 100 beans ₽10 off an order for each 10 beans. The code works for 30 days.",
                "Free delivery of one order. The code works for 30 days. For orders from ₽1,000.",
                "10 % off an order, at most ₽500.",
                "One piece for nothing with an order.",
                "The shop hands it over. The code works for 30 days. Only for Gold.",
                "₽500 of store credit. ₽1000 off",
                "is set aside until an order uses it.",
                "At most 30 % of what the goods cost can be paid this way. Not for what is on sale. Not together with other codes.",
                "If the order needs fewer than you chose, you get the rest back.",
                "can be undone until the shop has taken it.",
                "is for good and cannot be undone.",
                "What you pay this way earns nothing. What you pay in money does.",
            ],
        ),
        (
            "ru",
            [
                "Скидка 300 ₽ 300 зёрнышек Скидка 300 ₽ на заказ. Код действует 30 дней.",
                "Часть заказа от 100 зёрнышек Скидка 10 ₽ на заказ за каждые 10 зёрнышек.",
                "Бесплатная доставка одного заказа. Код действует 30 дней. Для заказов от 1 000 ₽.",
                "Скидка 10 % на заказ, не больше 500 ₽.",
                "Одна штука в подарок к заказу.",
                "Выдаёт магазин. Код действует 30 дней. Только для уровня Gold.",
                "500 ₽ на счёт в магазине. Скидка 1000 ₽",
                "откладываем, пока он не использован в заказе.",
                "Так можно оплатить не больше 30 % стоимости товаров. Не действует на товары со скидкой. Не сочетается с другими кодами.",
                "Если заказу нужно меньше, чем вы выбрали, остаток вернётся.",
                "можно отменить, пока магазин его не принял.",
                "это окончательно: отменить нельзя.",
                "За оплаченное так ничего не начисляем",
            ],
        ),
    ] {
        let mut program = program(locale, false);
        program.rewards.retain(|it| {
            !matches!(
                it.kind,
                RewardKind::Event | RewardKind::EarlyAccess | RewardKind::Partner
            )
        });
        for viewer in [Viewer::Guest, somebody(&program, 740)] {
            assert_says(&read(&program, viewer, "how"), &expected);
        }
        // A programme without limits does not speak of any.
        program.rewards.truncate(1);
        program.spending = SpendingView {
            max_permille: 1000,
            on_sale: true,
            with_other_codes: true,
        };
        let text = read(&program, Viewer::Guest, "how");
        for told in &expected[8..12] {
            assert!(!text.contains(told), "{told}");
        }
    }
}
