//! A programme, its members and their histories, made up to show every state.

#[path = "purse.rs"]
pub(crate) mod purse;
#[path = "statement.rs"]
mod statement;

pub(crate) use statement::history;

use app::{
    api::{
        AttemptId, AttemptState, AttemptView, Balance, Brand, CampaignView, Debt, Expiring, Expiry,
        Fact, Gives, Keep, MeView, MemberId, Metric, NextStep, NextTier, ProgramView, ProofLevel,
        PurchaseRule, Reason, SpendingView, Standing, TaskKind, TaskStanding, TaskView, TierView,
        TransferState, Transfers, UnitForms, Window,
    },
    panel::Viewer,
    text::{self, Text},
};
use std::collections::BTreeMap;

/// 21 November 2026, noon in UTC, in microseconds.
pub(crate) const NOW: i64 = 1_795_262_400_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;
/// The end of 31 December 2026 in Moscow.
pub(crate) const YEAR_END: &str = "2026-12-31T21:00:00Z";

pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn either(locale: &str, en: &str, ru: &str) -> String {
    if locale == "ru" { ru } else { en }.to_owned()
}

pub(crate) fn tier(
    id: &str,
    name: &str,
    threshold: i64,
    permille: i64,
    perks: &[String],
) -> TierView {
    TierView {
        id: id.into(),
        name: name.into(),
        threshold,
        multiplier_permille: permille,
        perks: perks.to_vec(),
        entry_points: threshold / 10,
        gives: gives(id),
    }
}

fn gives(tier: &str) -> Gives {
    match tier {
        "silver" => Gives {
            free_delivery_from: Some(150_000),
            early_access_days: Some(1),
            ..Gives::default()
        },
        "gold" => Gives {
            free_delivery_from: Some(0),
            early_access_days: Some(3),
            discount_permille: Some(50),
            tag: Some("gold".into()),
        },
        _ => Gives::default(),
    }
}

fn campaign(name: String, permille: i64, from: &str, until: &str, tiers: &[&str]) -> CampaignView {
    CampaignView {
        name,
        multiplier_permille: permille,
        starts_at: from.into(),
        ends_at: until.into(),
        tiers: tiers.iter().map(ToString::to_string).collect(),
    }
}

fn campaigns(locale: &str) -> Vec<CampaignView> {
    let say = |en: &str, ru: &str| either(locale, en, ru);
    let at = |day| format!("2026-{day}T21:00:00Z");
    vec![
        campaign(say("Summer", "Лето"), 2000, &at("07-01"), &at("07-31"), &[]),
        campaign(
            say("Week of doubles", "Двойная неделя"),
            2000,
            &at("11-16"),
            &at("11-23"),
            &[],
        ),
        campaign(
            say("First snow", "Первый снег"),
            1500,
            &at("11-30"),
            &at("12-07"),
            &["gold"],
        ),
        campaign(
            say("Birthday of the shop", "День рождения магазина"),
            3000,
            &at("12-11"),
            &at("12-12"),
            &["silver", "gold"],
        ),
    ]
}

pub(crate) fn task(
    id: &str,
    kind: TaskKind,
    points: i64,
    proof: ProofLevel,
    title: String,
    summary: String,
) -> TaskView {
    TaskView {
        id: format!("tsk_{id}"),
        kind,
        title,
        summary,
        points,
        proof,
        hold_days: if kind == TaskKind::Subscribe { 7 } else { 0 },
        consent: String::new(),
        elsewhere: None,
        seconds: None,
        questions: Vec::new(),
        streak: None,
    }
}

pub(crate) fn tasks(locale: &str) -> Vec<TaskView> {
    let say = |en: &str, ru: &str| either(locale, en, ru);
    let mut subscribe = task(
        "subscribe",
        TaskKind::Subscribe,
        500,
        ProofLevel::Verified,
        say("Subscribe to our letters", "Подпишитесь на наши письма"),
        say(
            "Once a month: new beans and how to brew them.",
            "Раз в месяц: новые сорта и как их заваривать.",
        ),
    );
    subscribe.consent = say(
        "I agree to receive letters about new beans and offers.",
        "Я согласен получать письма о новых сортах и предложениях.",
    );
    vec![
        task(
            "join",
            TaskKind::Join,
            100,
            ProofLevel::Verified,
            say("Join the programme", "Вступите в программу"),
            say("A welcome for new members.", "Подарок новым участникам."),
        ),
        subscribe,
        task(
            "profile",
            TaskKind::Profile,
            50,
            ProofLevel::Declared,
            say("Tell us your name", "Назовите своё имя"),
            say(
                "So that we know how to greet you.",
                "Чтобы мы знали, как к вам обращаться.",
            ),
        ),
        task(
            "birthday",
            TaskKind::Birthday,
            300,
            ProofLevel::Declared,
            say("Tell us your birthday", "Назовите день рождения"),
            say(
                "A gift every year, on the day.",
                "Подарок каждый год, в этот день.",
            ),
        ),
    ]
}

fn tiers(locale: &str, long: bool) -> Vec<TierView> {
    let perk = |en: &str, ru: &str| either(locale, en, ru);
    vec![
        tier(
            "bronze",
            if long {
                "Кофелюбитель"
            } else {
                "Bronze"
            },
            0,
            1000,
            &[perk(
                "Early access to new beans",
                "Ранний доступ к новым сортам",
            )],
        ),
        tier(
            "silver",
            if long {
                "Высокопревосходительство"
            } else {
                "Silver"
            },
            1000,
            1250,
            &[perk(
                "A tasting set once a year",
                "Дегустационный набор раз в год",
            )],
        ),
        tier(
            "gold",
            if long {
                "Достопримечательность"
            } else {
                "Gold"
            },
            5000,
            1500,
            &[perk(
                "A seat at every cupping",
                "Место на каждой дегустации",
            )],
        ),
    ]
}

pub(crate) fn program(locale: &str, long: bool) -> ProgramView {
    let say = |en: &str, ru: &str| either(locale, en, ru);
    let unit = if locale == "ru" {
        map(&[
            ("one", "зёрнышко"),
            ("few", "зёрнышка"),
            ("many", "зёрнышек"),
            ("other", "зёрнышка"),
        ])
    } else {
        map(&[("one", "bean"), ("other", "beans")])
    };
    let name = if long {
        "Общество высокопревосходительных кофемашинолюбителей"
    } else {
        "Laurel Coffee"
    };
    ProgramView {
        slug: "demo".into(),
        name: name.into(),
        version: 3,
        locale: locale.into(),
        locales: vec!["en".into(), "ru".into()],
        time_zone: "Europe/Moscow".into(),
        unit: UnitForms(unit),
        point_value: Some(100),
        currency: "RUB".into(),
        metric: Metric::PointsEarned,
        window: Window::Year,
        tiers: tiers(locale, long),
        expiry: Expiry::Earning { months: 12 },
        warn_days: 30,
        grace_days: 14,
        debt: Debt::Carry,
        answer_hours: 24,
        sign_in: Vec::new(),
        campaigns: campaigns(locale),
        purchase: Some(PurchaseRule {
            points: 5,
            per: 10_000,
            currency: "RUB".into(),
            hold_days: 14,
            hold_reason: say("returns are open until then", "до тех пор возможен возврат"),
            counts_shipping: false,
            counts_tax: true,
            minimum: 50_000,
            first_order_bonus: 100,
        }),
        tasks: tasks(locale),
        rewards: purse::rewards(locale),
        spending: SpendingView {
            max_permille: 300,
            on_sale: false,
            with_other_codes: false,
        },
        referral: None,
        brand: Brand {
            color: "#7a4b2a".into(),
            corner: "right".into(),
            launcher: say("Rewards", "Бонусы"),
        },
    }
}

pub(crate) fn rfc(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

pub(crate) fn attempt(
    task: &TaskView,
    state: AttemptState,
    reason: Option<&str>,
    locale: &str,
) -> TaskStanding {
    let next = match (state, task.kind) {
        (AttemptState::Started, TaskKind::Subscribe) => Some(NextStep::Mail {
            address: "a•••@example.com".into(),
            resend_at: rfc(NOW),
        }),
        (AttemptState::Started, TaskKind::Birthday) => Some(NextStep::Form {
            fields: vec!["birthday".into()],
        }),
        _ => None,
    };
    let text = Text::by_locale(locale);
    let done = matches!(state, AttemptState::Held | AttemptState::Earned);
    let view = AttemptView {
        id: AttemptId([7; 16]),
        task: task.id.clone(),
        state,
        reason: reason.map(|code| Reason {
            code: code.into(),
            text: text::reason(text, code, "", ""),
        }),
        next,
        points: task.points,
        proof: done.then_some(task.proof),
        started_at: rfc(NOW - DAY),
        available_at: (state == AttemptState::Held).then(|| rfc(NOW + 7 * DAY)),
    };
    TaskStanding {
        task: task.clone(),
        state,
        attempt: (state != AttemptState::Available).then_some(view),
        account: None,
        products: Vec::new(),
        days_in_row: 0,
    }
}

pub(crate) type States = [(AttemptState, Option<&'static str>); 4];

pub(crate) fn member(
    program: &ProgramView,
    available: i64,
    held: i64,
    value: i64,
    states: States,
    history: Transfers,
) -> Viewer {
    let step = program
        .tiers
        .iter()
        .rposition(|tier| tier.threshold <= value)
        .unwrap_or(0);
    let next = program.tiers.get(step + 1).map(|tier| NextTier {
        tier: tier.clone(),
        missing: tier.threshold - value,
        by: Some(YEAR_END.into()),
    });
    let keep = (step > 0).then(|| Keep {
        until: YEAR_END.into(),
        missing: if step == 1 { 400 } else { 0 },
    });
    let reserved = history
        .items
        .iter()
        .filter(|line| {
            line.state == TransferState::Held
                && matches!(line.explanation.fact, Fact::Redeemed { .. })
        })
        .map(|line| -line.amount)
        .sum();
    let tasks = program.tasks.iter().zip(states);
    let me = MeView {
        id: MemberId([1; 16]),
        name: Some(either(&program.locale, "Anna", "Анна")),
        email: Some("anna@example.com".into()),
        birthday: None,
        joined_at: rfc(NOW - 400 * DAY),
        locale: program.locale.clone(),
        time_zone: "Europe/Moscow".into(),
        balance: Balance {
            asset: "points".into(),
            available,
            held,
            reserved,
            expiring: (available > 0).then(|| Expiring {
                amount: available.min(90),
                at: YEAR_END.into(),
            }),
        },
        standing: Standing {
            tier: program.tiers[step].clone(),
            value,
            next,
            keep,
            manual_until: None,
        },
        tasks: tasks
            .map(|(task, (state, reason))| attempt(task, state, reason, &program.locale))
            .collect(),
        cursor: 7,
    };
    Viewer::Member {
        me: Box::new(me),
        history,
        threads: Vec::new(),
        rewards: Box::new(purse::purse(program, available)),
        referral: None,
    }
}
