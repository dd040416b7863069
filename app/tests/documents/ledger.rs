//! What the panel says of points that wait, are set aside or run out, of tiers that end, and of the
//! rules behind it.

use super::*;
use app::api::{Debt, Expiry, Fact, Keep, MeView, Metric, TransferState, Window};
use app::text::Text;

const STATES: States = [(AttemptState::Earned, None); 4];

/// What a person reads in one region of the panel: no tags, one space between words.
pub(super) fn read(program: &ProgramView, viewer: Viewer, region: &str) -> String {
    let html = shell::fragment(&panel(program, viewer, View::Home, Form::Panel));
    words_in(&html, region)
}

/// The same of a document.
pub(super) fn words_in(html: &str, region: &str) -> String {
    let start = format!("data-region=\"{region}\"");
    let inside = html.split(&start).nth(1).expect("the region");
    let inside = inside.split("</section>").next().unwrap_or_default();
    let (_, inside) = inside.split_once('>').expect("the end of its tag");
    let mut text = String::new();
    for piece in inside.split('<') {
        // A mark between two texts is no gap.
        if !piece.starts_with('!') {
            text.push(' ');
        }
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace("&quot;", "\"")
}

fn changed(program: &ProgramView, value: i64, change: impl FnOnce(&mut MeView)) -> Viewer {
    let mut viewer = member(program, 740, 120, value, STATES, history(&program.locale));
    if let Viewer::Member { me, .. } = &mut viewer {
        change(me);
    }
    viewer
}

/// Each of the texts, in their order.
pub(super) fn assert_says(text: &str, expected: &[&str]) {
    let mut rest = text;
    for part in expected {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("no {part:?} in its place in: {text}");
        };
        rest = after;
    }
}

#[test]
fn the_balance_says_what_waits_is_set_aside_and_runs_out() {
    for (locale, expected) in [
        (
            "en",
            [
                "+120 beans on the way",
                "+120 Order №1043, available on 2 December",
                "300 beans set aside",
                "−300 Reward “₽300 off” They wait until the code is used.",
                "90 beans run out on 31 December",
                "12 months after it became available",
                "What runs out first is spent first.",
            ],
        ),
        (
            "ru",
            [
                "+120 зёрнышек в пути",
                "+120 Заказ № 1043, доступно с 2 декабря",
                "300 зёрнышек отложено",
                "−300 Награда «Скидка 300 ₽» Ждут, пока код будет использован.",
                "90 зёрнышек сгорят 31 декабря",
                "через 12 месяцев после того",
                "Сначала тратится то, что сгорит раньше.",
            ],
        ),
    ] {
        let program = program(locale, false);
        let viewer = changed(&program, 740, |_| {});
        assert_says(&read(&program, viewer, "balance"), &expected);
    }
}

#[test]
fn a_balance_of_nothing_but_points_has_no_parts() {
    let program = program("en", false);
    let viewer = changed(&program, 740, |me| {
        me.balance.held = 0;
        me.balance.reserved = 0;
        me.balance.expiring = None;
    });
    let html = shell::fragment(&panel(&program, viewer, View::Home, Form::Panel));
    assert!(!html.contains("class=\"parts\"") && !html.contains("class=\"held\""));
}

#[test]
fn a_refund_of_an_order_on_the_way_stands_beside_it() {
    let program = program("en", false);
    let mut viewer = changed(&program, 740, |me| me.balance.held = 80);
    if let Viewer::Member { history, .. } = &mut viewer {
        let mut refund = history.items[0].clone();
        refund.id = app::api::TransferId([99; 16]);
        refund.amount = -40;
        refund.state = TransferState::Posted;
        refund.explanation.fact = Fact::Refund {
            order: "1043".into(),
            amount: 80_000,
            total: 240_000,
            currency: "RUB".into(),
            earned: 120,
        };
        refund.title = app::text::headline(Text::by_locale("en"), &refund.explanation).0;
        history.items.insert(0, refund);
    }
    assert_says(
        &read(&program, viewer, "balance"),
        &[
            "+80 beans on the way",
            "−40 Refund for order №1043 +120 Order №1043, available on",
            // Not that of the order whose points have arrived.
            "300 beans set aside",
        ],
    );
}

#[test]
fn points_end_where_the_member_is_and_tiers_where_the_shop_is() {
    let program = program("en", false);
    // The midnight that ends 30 December there: in Moscow it is already the 31st, or still the 30th.
    // The end of the year in Moscow is in New York the same day, in Kiritimati the next.
    for (zone, midnight) in [
        ("America/New_York", "2026-12-31T05:00:00Z"),
        ("Pacific/Kiritimati", "2026-12-30T10:00:00Z"),
    ] {
        let viewer = changed(&program, 2300, |me| {
            zone.clone_into(&mut me.time_zone);
            midnight.clone_into(&mut me.balance.expiring.as_mut().expect("some").at);
        });
        assert_says(
            &read(&program, viewer.clone(), "balance"),
            &["run out on 30 December"],
        );
        assert_says(
            &read(&program, viewer, "ladder"),
            &["to Gold by 31 December", "at least until 31 December."],
        );
    }
}

#[test]
fn the_ladder_says_by_when_and_what_keeps_the_tier() {
    let said = |locale: &str, change: &dyn Fn(&mut ProgramView, &mut MeView)| {
        let mut program = program(locale, false);
        let mut viewer = changed(&program, 2300, |_| {});
        if let Viewer::Member { me, .. } = &mut viewer {
            change(&mut program, me);
        }
        read(&program, viewer, "ladder")
    };
    assert_says(
        &said("en", &|_, _| {}),
        &[
            "2,700 beans to Gold by 31 December",
            "You have Silver at least until 31 December. With 400 beans more by then you keep it for another year.",
        ],
    );
    assert_says(
        &said("ru", &|_, _| {}),
        &[
            "Ещё 2 700 зёрнышек до уровня Gold, не позже 31 декабря",
            "Ещё 400 зёрнышек за это время, и он останется ещё на год.",
        ],
    );
    let by_orders = |program: &mut ProgramView, me: &mut MeView| {
        program.metric = Metric::Orders;
        program.window = Window::Rolling { months: 12 };
        me.standing.keep.as_mut().expect("some").missing = 2;
    };
    assert_says(
        &said("en", &by_orders),
        &["With 2 orders more by then you keep it for another 12 months."],
    );
    let kept = |_: &mut ProgramView, me: &mut MeView| {
        me.standing.keep = Some(Keep {
            until: sample::YEAR_END.into(),
            missing: 0,
        });
    };
    assert_says(
        &said("en", &kept),
        &["have done enough to keep it for another year."],
    );
    let given = |_: &mut ProgramView, me: &mut MeView| {
        me.standing.keep = None;
        me.standing.manual_until = Some(sample::YEAR_END.into());
    };
    assert_says(
        &said("ru", &given),
        &["Магазин дал вам уровень Silver по 31 декабря."],
    );
    let forever = |program: &mut ProgramView, me: &mut MeView| {
        program.window = Window::Lifetime;
        me.standing.keep = None;
        me.standing.next.as_mut().expect("some").by = None;
    };
    let said = said("en", &forever);
    assert_says(&said, &["2,700 beans to Gold", "with no deadline"]);
    assert!(!said.contains("31 December") && !said.contains("looked at again"));
}

#[test]
fn a_line_says_until_when_its_points_can_be_spent() {
    let program = program("en", false);
    let text = read(&program, changed(&program, 740, |_| {}), "history");
    assert_says(
        &text,
        &[
            "Order №1043",
            "Can be spent until 2 December 2027. Recorded on 18 November.",
            "Reward “₽300 off” −300 set aside",
            "Reward “₽300 off” −200 balance",
            "Order №1022 +60",
            "not credited. How we checked",
            "Join the programme",
            "Could be spent until 17 October. Recorded on",
        ],
    );
    // Neither what was taken nor what was never credited has a last day.
    assert_eq!(text.matches("be spent until").count(), 5);
}

#[test]
fn how_it_works_tells_each_way_of_running_out() {
    for (expiry, expected) in [
        (
            Expiry::Never,
            "Points do not expire. What takes points away?",
        ),
        (
            Expiry::Earning { months: 6 },
            "runs out 6 months after it became available",
        ),
        (
            Expiry::Inactivity { months: 6 },
            "If you neither earn nor spend for 6 months",
        ),
        (
            Expiry::Date { month: 2, day: 1 },
            "by the end of 1 February runs out. What runs out first",
        ),
    ] {
        let mut program = program("en", false);
        program.expiry = expiry;
        let text = read(&program, Viewer::Guest, "how");
        assert_says(&text, &["When does it run out?", expected]);
        let never = expiry == Expiry::Never;
        assert_ne!(text.contains("A day ends at midnight"), never, "{expiry:?}");
        assert_ne!(text.contains("has run out by then"), never, "{expiry:?}");
    }
}

#[test]
fn how_it_works_puts_benefits_before_discounts() {
    for (locale, expected) in [
        (
            "en",
            [
                "A seat at every cupping",
                "New things 3 days before others",
                "Free delivery",
                "A welcome of 500 beans, once",
                "Purchases earn ×1.5",
                "5 % off every order",
                "Spending points never lowers your tier.",
                "at the end of each calendar year",
                "never more than it earned",
            ],
        ),
        (
            "ru",
            [
                "Место на каждой дегустации",
                "Новинки раньше остальных на 3 дня",
                "Бесплатная доставка",
                "Подарок при переходе: 500 зёрнышек, один раз",
                "За покупки ×1,5",
                "Скидка 5 % на каждый заказ",
                "Траты накопленного уровень не снижают.",
                "В конце каждого календарного года",
                "никогда не больше, чем начислили",
            ],
        ),
    ] {
        let program = program(locale, false);
        assert_says(&read(&program, Viewer::Guest, "how"), &expected);
    }
}

#[test]
fn campaigns_are_told_while_they_are_on_and_before() {
    let mut program = program("en", false);
    let shown = program.clone();
    let viewer = || changed(&shown, 740, |_| {});
    let expected = [
        "Week of doubles: purchases earn ×2 until 23 November.",
        "First snow, only for Gold: purchases earn ×1.5 from 1 December until 7 December.",
        "Birthday of the shop, only for Silver and Gold: purchases earn ×3 on 12 December.",
    ];
    for region in ["purchases", "how"] {
        let text = read(&program, viewer(), region);
        assert_says(&text, &expected);
        assert!(!text.contains("Summer"), "it is over");
    }
    // One that is for every tier is for everybody.
    program.campaigns[3].tiers = ["gold", "bronze", "silver"].map(Into::into).into();
    let text = read(&program, viewer(), "how");
    assert_says(&text, &["Birthday of the shop: purchases earn"]);
    program.campaigns.truncate(1);
    let text = read(&program, Viewer::Guest, "how");
    assert!(
        !text.contains("only the better one counts"),
        "there is none"
    );
}

#[test]
fn the_rule_of_purchases_names_the_bonus_and_the_minimum() {
    let mut program = program("en", false);
    let rule = "Your first order earns 100 beans on top.";
    let guest = |program: &ProgramView, region| read(program, Viewer::Guest, region);
    assert_says(
        &guest(&program, "how"),
        &[rule, "Orders below ₽500 earn nothing."],
    );
    assert_says(
        &guest(&program, "purchases"),
        &[rule, "Orders below ₽500 earn nothing."],
    );
    // A member may have ordered long ago; the rule is told where all rules are.
    assert!(!read(&program, changed(&program, 740, |_| {}), "purchases").contains(rule));
    let purchase = program.purchase.as_mut().expect("a rule");
    (purchase.minimum, purchase.first_order_bonus) = (0, 0);
    let text = guest(&program, "how");
    assert!(!text.contains(rule) && !text.contains("earn nothing"));
}

#[test]
fn how_it_works_tells_the_rewards_after_all_that_is_given() {
    for (locale, expected) in [
        (
            "en",
            [
                "What does each tier give?",
                "What else earns, and how is it checked?",
                "What can I turn it into? ₽300 off 300 beans ₽300 off an order. The code works for 30 days.",
                "is set aside until an order uses it. If you cancel it or its time is over, that comes back",
                "When can I spend it?",
                "a code whose points had come back to you",
            ],
        ),
        (
            "ru",
            [
                "Что даёт каждый уровень?",
                "За что ещё начисляют и как это проверяют?",
                "На что это можно обменять? Скидка 300 ₽ 300 зёрнышек Скидка 300 ₽ на заказ. Код действует 30 дней.",
                "откладываем, пока он не использован в заказе",
                "Когда это можно потратить?",
                "оплачен кодом, за который вам уже всё вернули",
            ],
        ),
    ] {
        let mut program = program(locale, false);
        assert_says(&read(&program, Viewer::Guest, "how"), &expected);
        program.rewards.clear();
        let text = read(&program, Viewer::Guest, "how");
        for told in [2, 3, 5] {
            assert!(!text.contains(expected[told]), "{text}");
        }
    }
}

#[test]
fn how_it_works_tells_the_warning_the_grace_and_the_debt() {
    let mut program = program("en", false);
    assert_says(
        &read(&program, Viewer::Guest, "how"),
        &[
            "A day ends at midnight where you are. We tell you 30 days before. \
             What comes back to you after its time is over can be spent for 14 days more.",
            "What takes points away?",
            "the balance can go below zero, and what you earn next pays that first.",
            "The shop can correct your balance.",
        ],
    );
    program.debt = Debt::WriteOff;
    (program.warn_days, program.grace_days) = (0, 0);
    let text = read(&program, Viewer::Guest, "how");
    assert_says(
        &text,
        &[
            "What comes back to you after its time is over can be spent until the end of that day.",
            "what is missing is forgiven",
        ],
    );
    assert!(!text.contains("We tell you") && !text.contains("below zero"));
    program.expiry = Expiry::Never;
    program.warn_days = 30;
    let text = read(&program, Viewer::Guest, "how");
    assert!(!text.contains("We tell you") && !text.contains("after its time"));
}
