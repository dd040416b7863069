//! A programme, its members and their histories, made up to show every state.

use app::{
    api::{
        AttemptId, AttemptState, AttemptView, Balance, Brand, Explanation, Fact, Localized, MeView,
        MemberId, Metric, NextStep, NextTier, ProgramView, ProofLevel, ProofView, PurchaseRule,
        Reason, Standing, TaskKind, TaskStanding, TaskView, TierView, TransferId, TransferState,
        TransferView, Transfers, UnitForms,
    },
    panel::Viewer,
    text::{self, ProofOf, Text, TransferFacts},
};
use std::collections::BTreeMap;

/// 21 November 2026, noon in UTC, in microseconds.
pub(crate) const NOW: i64 = 1_795_262_400_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;

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
    }
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

pub(crate) fn program(locale: &str, long: bool) -> ProgramView {
    let say = |en: &str, ru: &str| either(locale, en, ru);
    let perk = |en: &str, ru: &str| either(locale, en, ru);
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
    let tiers = vec![
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
            &[
                perk("Free delivery", "Бесплатная доставка"),
                perk(
                    "A tasting set once a year",
                    "Дегустационный набор раз в год",
                ),
            ],
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
            &[
                perk("Free delivery", "Бесплатная доставка"),
                perk("A seat at every cupping", "Место на каждой дегустации"),
            ],
        ),
    ];
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
        tiers,
        purchase: Some(PurchaseRule {
            points: 5,
            per: 10_000,
            currency: "RUB".into(),
            hold_days: 14,
            hold_reason: say("returns are open until then", "до тех пор возможен возврат"),
            counts_shipping: false,
            counts_tax: true,
        }),
        tasks: tasks(locale),
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

pub(crate) fn localized(en: &str, ru: &str) -> Localized {
    Localized(map(&[("en", en), ("ru", ru)]))
}

pub(crate) fn transfer(
    locale: &str,
    n: u8,
    days_ago: i64,
    state: TransferState,
    amount: i64,
    after: i64,
    fact: Fact,
) -> TransferView {
    let text = Text::by_locale(locale);
    let hold_days = if matches!(fact, Fact::Order { .. }) {
        14
    } else {
        0
    };
    let at = NOW - days_ago * DAY;
    let available = (hold_days > 0).then_some(at + 14 * DAY);
    let of = match &fact {
        Fact::Order { .. } | Fact::OrderCancelled { .. } => ProofOf::Order,
        Fact::Task { task, .. } if task == "join" => ProofOf::Task(TaskKind::Join),
        Fact::Task { .. } => ProofOf::Task(TaskKind::Subscribe),
        Fact::Adjustment { .. } => ProofOf::Adjustment,
    };
    let level = if of == ProofOf::Order {
        ProofLevel::Confirmed
    } else {
        ProofLevel::Verified
    };
    let explanation = Explanation {
        fact,
        hold_days,
        hold_reason: localized("returns are open until then", "до тех пор возможен возврат"),
    };
    let facts = TransferFacts {
        explanation: &explanation,
        amount,
        state,
        available_at: available,
        time_zone: "Europe/Moscow",
        now: NOW,
    };
    TransferView {
        id: TransferId([n; 16]),
        at: rfc(at),
        state,
        amount,
        balance_after: after,
        available_at: available.map(rfc),
        version: 3,
        proof: Some(ProofView {
            level,
            how: text::proof_how(text, level, of).to_owned(),
        }),
        text: text::sentence(text, &facts),
        explanation,
    }
}

pub(crate) fn order(number: &str, amount: i64) -> Fact {
    Fact::Order {
        order: number.into(),
        amount,
        currency: "RUB".into(),
        points: 5,
        per: 10_000,
        tier: localized("Bronze", "Bronze"),
        multiplier_permille: 1000,
    }
}

pub(crate) fn history(locale: &str) -> Transfers {
    let task = |id: &str, en: &str, ru: &str| Fact::Task {
        task: id.into(),
        title: localized(en, ru),
    };
    let note = either(locale, "a cup arrived broken", "чашка приехала разбитой");
    Transfers {
        items: vec![
            transfer(
                locale,
                6,
                3,
                TransferState::Held,
                120,
                740,
                order("1043", 240_000),
            ),
            transfer(
                locale,
                5,
                9,
                TransferState::Posted,
                40,
                740,
                Fact::Adjustment { note },
            ),
            transfer(
                locale,
                4,
                20,
                TransferState::Posted,
                -60,
                700,
                Fact::OrderCancelled {
                    order: "1021".into(),
                },
            ),
            transfer(
                locale,
                3,
                21,
                TransferState::Voided,
                60,
                760,
                order("1022", 120_000),
            ),
            transfer(
                locale,
                2,
                50,
                TransferState::Posted,
                660,
                760,
                order("998", 1_320_050),
            ),
            transfer(
                locale,
                1,
                400,
                TransferState::Posted,
                100,
                100,
                task("join", "Join the programme", "Вступление в программу"),
            ),
        ],
        next_cursor: Some("abc".into()),
    }
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
            text: text::reason(text, code).into(),
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
    });
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
        },
        standing: Standing {
            tier: program.tiers[step].clone(),
            value,
            next,
        },
        tasks: tasks
            .map(|(task, (state, reason))| attempt(task, state, reason, &program.locale))
            .collect(),
        cursor: 7,
    };
    Viewer::Member {
        me: Box::new(me),
        history,
    }
}
