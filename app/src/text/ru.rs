//! Русский.

mod elsewhere;
mod forms;
mod voices;

use super::problem::Problems;
use super::sentence::listed;
use super::words::{Confirm, GivenBack, Mails, Reasons, Rules, States, Text};
use crate::api::{Debt, Expiry, Metric, Window};
use forms::{category, counted, days, months, orders, quoted};
use icu_plurals::PluralCategory;

/// For how long a tier is kept.
fn again(window: Window) -> String {
    match window {
        Window::Lifetime => "навсегда".to_owned(),
        Window::Rolling { months: n } => format!("ещё на {}", months(n)),
        Window::Year => "ещё на год".to_owned(),
    }
}

fn counts(metric: Metric, window: Window) -> String {
    let what = match metric {
        Metric::PointsEarned => "Всё, что вы получили, считается",
        Metric::AmountSpent => "Всё, что вы заплатили за заказы, считается",
        Metric::Orders => "Каждый оплаченный заказ считается",
    };
    match window {
        Window::Lifetime => format!("{what} без срока."),
        Window::Rolling { months: n } => format!("{what} {}.", months(n)),
        Window::Year => format!("{what} до конца календарного года."),
    }
}

fn review(window: Window) -> String {
    match window {
        Window::Lifetime => String::new(),
        Window::Rolling { months: n } => format!(
            "Повышаем сразу. Когда проходит срок уровня, {}, смотрим снова: сохранится ли он, решает то, что считается к этому дню.",
            months(n)
        ),
        Window::Year => "Повышаем сразу. В конце каждого календарного года смотрим снова: сохранится ли уровень, решает то, что набрано за год.".to_owned(),
    }
}

fn expiry(rule: Expiry, day: &str) -> String {
    match rule {
        Expiry::Never => "Накопленное не сгорает.".to_owned(),
        Expiry::Earning { months: n } => format!(
            "Начисленное сгорает через {} после того, как стало доступно, в конце дня.",
            months(n)
        ),
        Expiry::Inactivity { months: n } => format!(
            "Если {} ничего не получать и не тратить, всё накопленное сгорит в конце дня. Каждое начисление и каждая трата начинают отсчёт заново.",
            months(n)
        ),
        Expiry::Date { .. } => {
            format!("Раз в год: что не потрачено до конца {day}, сгорает.")
        }
    }
}

fn grace(n: u32) -> String {
    match n {
        0 => "Что вернулось уже после срока, можно потратить до конца того же дня.".to_owned(),
        n => format!(
            "Что вернулось уже после срока, можно потратить ещё {}.",
            days(n)
        ),
    }
}

fn spent(debt: Debt) -> &'static str {
    match debt {
        Debt::Carry => {
            "Если вы уже это потратили, баланс может стать ниже нуля, и следующие начисления сначала закроют долг."
        }
        Debt::WriteOff => {
            "Если вы уже это потратили, недостающее прощаем, кроме того, что отложено под код."
        }
    }
}

pub(super) static RU: Text = Text {
    tag: "ru",
    name: "Русский",
    launcher: "Бонусы",
    dir: "ltr",

    category,
    group: '\u{a0}',
    decimal: ',',
    money: |number, symbol| format!("{number}\u{a0}{symbol}"),
    months: [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    date: |day, month, year| match year {
        // In full: the point of "г." would meet the full stop of a sentence.
        Some(year) => format!("{day}\u{a0}{month} {year}\u{a0}года"),
        None => format!("{day}\u{a0}{month}"),
    },
    rate_for_every: |points, money| format!("{points} за каждые {money}"),

    order: |number| format!("заказ №\u{a0}{number}"),
    order_rule: |amount, rate, tier, times| format!("{amount} по {rate}, {tier} {times}"),
    order_counts_as: |paid, counted| format!("{paid} (считается как {counted})"),
    order_first: |points| format!("и {points} за первый заказ"),
    order_cancelled: |number| format!("заказ №\u{a0}{number} отменён"),
    refund: |number| format!("возврат по заказу №\u{a0}{number}"),
    refund_part: |part, total, earned| {
        format!("{part} из {total}, за которые было начислено {earned}")
    },
    refund_whole: |total, earned| format!("все {total}, за которые было начислено {earned}"),
    reward: |name| format!("награда {}", quoted(name)),
    reward_of_order: |name| format!("в нём была награда {}", quoted(name)),
    reward_waits: "отложены, пока код не использован",
    reward_returned: "потом возвращены",
    given_back: GivenBack {
        cancelled: |name| format!("вы отменили награду {}", quoted(name)),
        released: |name| format!("магазин освободил код награды {}", quoted(name)),
        lapsed: |name| format!("награда {} не использована вовремя", quoted(name)),
        other: |name| format!("возврат за награду {}", quoted(name)),
    },
    ran_out: |date| format!("срок истёк {date}"),
    tier_entry: |tier| format!("добро пожаловать на уровень {tier}"),
    tier_entry_undone: |tier| format!("уровень {tier} всё же не достигнут"),
    debt_written_off: "долг прощён",
    adjustment: |note| format!("исправление магазина: {note}"),
    held_for: |n, reason| match (n, reason) {
        (0, "") => "пока недоступны".to_owned(),
        (0, reason) => format!("пока недоступны, потому что {reason}"),
        (n, "") => format!("станут доступны через {}", days(n)),
        (n, reason) => format!("станут доступны через {}, потому что {reason}", days(n)),
    },
    available_since: |date| format!("доступны с {date}"),
    voided: "не начислены",

    proof_before: [
        "На доверии",
        "Видим только переход",
        "Подтверждает магазин",
        "Проверяем сами",
    ],
    proof_after: ["На доверии", "Только переход", "Подтверждено", "Проверено"],
    checked: [
        "Вы сообщили об этом сами, и мы вам верим.",
        "Вы открыли одноразовую ссылку и вернулись. Что вы делали там, мы не знаем.",
        "Это подтвердил магазин или тот, кому он доверяет.",
        "Мы проверили это сами, у первоисточника.",
    ],
    checked_order: "Магазин прислал нам этот заказ в подписанном сообщении.",
    checked_refund: "Магазин прислал нам этот возврат в подписанном сообщении.",
    checked_adjustment: "Это внёс сотрудник магазина и указал причину.",
    checked_join: "Вы вступили под именем, за которое поручился магазин или которое вы подтвердили кодом.",
    checked_subscribe: "Вы открыли ссылку в своей почте и подтвердили подписку.",
    checked_birthday: "Вы назвали дату сами, и мы вам верим. Изменить её потом нельзя.",
    will_check_join: "Засчитывается, как только вы вступили.",
    will_check_subscribe: "Мы пришлём ссылку на почту. Засчитаем, когда вы нажмёте кнопку на открывшейся странице.",
    will_check_profile: "Засчитывается сразу после сохранения.",
    will_check_birthday: "Дату принимаем на доверии. Начислим в сам день рождения.",
    will_check_daily: "Мы видим, что вы заглянули, и засчитываем это раз в день или как сказано в программе.",
    will_check_reported: "Магазин сам сообщит нам, когда вы это сделаете. Здесь нажимать ничего не нужно.",
    check_in: "Я здесь",
    reasons: Reasons {
        expired: "Время вышло раньше, чем задание было выполнено. Можно начать заново.",
        address_used: "За этот адрес уже начислено другому участнику. Укажите адрес, который принадлежит только вам.",
        too_soon: "До этого дня меньше 30 дней, поэтому начислим в следующем году.",
        unsubscribed: "Вы отписались раньше, чем начисленное стало доступно. Чтобы начать заново, подпишитесь снова.",
        replaced: "Вместо этой попытки начата новая.",
        once: "Это можно сделать один раз, и вы это уже сделали.",
        other: "Принять это не удалось. Если это ошибка, напишите в магазин.",
    },
    problems: Problems {
        too_many: "Слишком часто. Попробуйте немного позже.",
        unavailable: "Сейчас не получается. Ничего не потеряно: попробуйте ещё раз через минуту.",
        internal: "Что-то не так на нашей стороне. Попробуйте позже.",
        signed_out: "Вы вышли. Войдите снова, чтобы продолжить.",
        code_gone: "Этот код больше не действует. Запросите новый.",
        rules_changed: "Правила тем временем изменились. Прочитайте их ещё раз и вступайте.",
        balance_too_low: "На это пока не хватает. Ничего не списано.",
        reward_unknown: "Этой награды больше нет.",
        coupon_not_open: "Этот код уже нельзя отменить: он занят заказом или его срок закончился.",
        account_needed: "Сначала войдите там, чтобы мы знали, какой аккаунт ваш.",
        not_opened: "Сначала откройте страницу отсюда.",
        too_quick: "Слишком быстро. Не торопитесь и попробуйте ещё раз.",
        limit_reached: "Чаще это пока не засчитывается.",
        invalid: "Посмотрите, пожалуйста, на отмеченное.",
        field_email: "Это не похоже на адрес электронной почты.",
        field_code: "Это не тот код, что в письме.",
        field_consent: "Мы можем писать вам, только если вы согласны.",
        field_name: "Укажите имя, не длиннее 100 букв.",
        field_birthday: "Укажите день, когда вы родились.",
    },

    event_earned: |amount, what| format!("+{amount}: {what}."),
    event_held: |amount, what, date| format!("+{amount} в пути: {what}. Будет доступно {date}."),
    event_reversed: |amount, what| format!("\u{2212}{amount}: {what}."),
    event_redeemed: |amount, what| format!("Отложено {amount}: {what}."),
    event_given_back: |amount, what| format!("+{amount} возвращено: {what}."),
    event_tier_up: |tier| format!("Ваш новый уровень: {tier}."),
    event_tier_down: |tier| format!("Теперь ваш уровень: {tier}."),
    event_attempt: |title| format!("{title}: есть новости."),
    event_profile: "Ваши данные изменены.",

    runs_out: |n, amount, date| match category(n.unsigned_abs()) {
        PluralCategory::One => format!("{amount} сгорит {date}"),
        _ => format!("{amount} сгорят {date}"),
    },

    sections: "Разделы",
    home: "Главная",
    earn: "Получить",
    history: "История",
    how: "Правила",
    close: "Закрыть",
    offline: "Нет соединения. Данные могли устареть; то, что вы ввели, сохранено.",
    failed: "Не удалось связаться с сервером. То, что вы ввели, сохранено. Попробуйте ещё раз.",
    no_script: "Здесь всё можно прочитать. Чтобы войти и выполнять задания, разрешите скрипты.",
    signed_in_as: |who| format!("Вы вошли как {who}"),
    sign_out: "Выйти",

    your_balance: "Ваш баланс",
    on_the_way: |amount| format!("+{amount} в пути"),
    worth: |money| format!("это {money}"),
    one_is_worth: |one, money| format!("{one} = {money}."),
    waiting: "В пути",
    available_on: |date| format!("доступно с {date}"),
    below_zero: "Баланс ниже нуля, потому что заказ отменён или за него вернули деньги, а начисленное уже потрачено. Следующие начисления сначала закроют этот долг.",
    set_aside: |amount| format!("{amount} отложено"),
    set_aside_note: "отложено",
    set_aside_why: "Ждут, пока код будет использован. Если вы его отмените или его срок пройдёт, всё вернётся само.",
    see_history: "Все начисления и списания",

    your_tier: "Ваш уровень",
    tiers: "Уровни",
    missing_points: |amount, tier| format!("Ещё {amount} до уровня {tier}"),
    missing_spend: |money, tier| format!("Покупок ещё на {money} до уровня {tier}"),
    missing_orders: |n, tier| format!("Ещё {} до уровня {tier}", orders(n)),
    missing_by: |missing, date| format!("{missing}, не\u{a0}позже\u{a0}{date}"),
    top_tier: |tier| format!("{tier} — высший уровень, и он ваш."),
    more_spend: |money| format!("покупок на {money}"),
    more_orders: orders,
    keep_more: |tier, date, more, window| {
        format!(
            "Уровень {tier} у вас как минимум по {date}. Ещё {more} за это время, и он останется {}.",
            again(window)
        )
    },
    keep_sure: |tier, date, window| {
        format!(
            "Уровень {tier} у вас по {date}, и набрано уже достаточно, чтобы он остался {}.",
            again(window)
        )
    },
    tier_given: |tier, date| format!("Магазин дал вам уровень {tier} по {date}."),
    how_counted: "Как это считается",
    starts_at: |amount| format!("Порог: {amount}"),
    starts_at_spend: |money| format!("Порог: покупки на {money}"),
    starts_at_orders: |n| format!("Порог: {}", orders(n)),
    from_the_start: "С самого начала",
    you_are_here: "Вы здесь",
    tier_rate: |times| format!("За покупки {times}"),
    tier_welcome: |amount| format!("Подарок при переходе: {amount}, один раз"),
    tier_early: |n| {
        format!(
            "Новинки раньше остальных на {}",
            counted(n, "день", "дня", "дней")
        )
    },
    tier_delivery: "Бесплатная доставка",
    tier_delivery_from: |money| format!("Бесплатная доставка от {money}"),
    tier_discount: |rate| format!("Скидка {rate} на каждый заказ"),

    next_step: "Следующий шаг",
    next_begun: "Вы уже начали. Остался один шаг.",
    next_reaches: |tier| format!("Этого хватит, чтобы перейти на уровень {tier}."),
    next_most: "За это начислим больше всего из того, что осталось.",
    next_purchase: "Все задания выполнены. Дальше вас ведут покупки.",

    purchases: "Покупки",
    purchases_earn: |rate| format!("За каждую покупку — {rate}"),
    purchase_example: |money, amount| format!("За {money} начислим {amount}."),
    at_your_tier: |tier, times| format!("На уровне {tier}: {times}."),
    first_order: |amount| format!("За первый заказ — ещё {amount}."),
    minimum: |money| format!("За заказы меньше {money} не начисляем."),
    campaign_on: |name, times, until| format!("{name}: за покупки {times} по\u{a0}{until}."),
    campaign_soon: |name, times, from, until| {
        format!("{name}: за покупки {times} с\u{a0}{from} по\u{a0}{until}.")
    },
    campaign_day: |name, times, day| format!("{name}: за покупки {times} только {day}."),
    tasks: "Задания",
    more_tasks: "Ещё задания",
    tasks_empty: "Все задания выполнены.",
    tasks_done: |n| format!("Выполнено: {n}"),
    available_after: |n| format!("Доступно через {}", counted(n, "день", "дня", "дней")),
    how_checked: "Как мы проверили",
    states: States {
        started: "Остался один шаг",
        checking: "Проверяем",
        held: "В пути",
        earned: "Выполнено",
        rejected: "Не принято",
        expired: "Время вышло",
        reversed: "Отменено",
        look_in_mail: |address| {
            format!(
                "Мы отправили ссылку на {address}. Откройте её и нажмите там кнопку. Эту страницу можно закрыть."
            )
        },
        fill_in: "Заполните, чтобы закончить.",
        checking_since: |date| format!("Проверяем с {date}. Ждать не нужно: результат придёт сам."),
        birthday_saved: "Записали. Начислим в день рождения.",
        held_until: |date| format!("Готово. Станет доступно {date}."),
        held_open: "Готово. Скоро станет доступно.",
        earned_long: "Готово. Уже на вашем балансе.",
        ended: "Не получилось. Можно попробовать ещё раз.",
    },

    field_email: "Электронная почта",
    field_name: "Ваше имя",
    field_birthday: "День рождения",
    field_code: "Код из письма",
    hint_birthday: "Потом изменить нельзя. Если до дня рождения меньше 30 дней, начислим в следующем году.",
    hint_code: "Мы отправили шесть цифр. Они действуют 10 минут.",
    send_link: "Прислать ссылку",
    send_again: "Письма нет? Отправить ещё раз",
    send_code: "Прислать код",
    another_address: "Указать другой адрес",
    sign_in: "Войти",
    save: "Сохранить",
    try_again: "Попробовать ещё раз",
    consent_more: "Отписаться можно в любой момент.",

    guest_lead: "Получайте за покупки и за простые дела. Каждое начисление объяснено.",
    guest_rate: |rate| format!("{rate} с каждой покупки — вам"),
    how_to_join: "Как вступить",
    join_at_shop: "Войдите в магазине, и мы узнаем вас здесь.",
    join_by_code: "Нет учётной записи в магазине? Войдите по почте.",
    join_to_start: "Вступите, чтобы начать.",
    hello: |name| format!("Здравствуйте, {name}"),
    hello_nameless: "Здравствуйте",
    not_joined: |program| {
        format!(
            "Вы вошли, но ещё не вступили в программу {}.",
            quoted(program)
        )
    },
    join: "Вступить",
    join_accept: |n| format!("Вступая, вы принимаете правила, версия {n}."),
    join_gives: |amount| format!("+{amount} за вступление"),
    join_mail: "Вступление не подписывает вас на рассылку.",
    open_program: "Открыть",

    history_empty: "Пока пусто. Здесь появится ваш первый заказ или задание и объяснение к нему.",
    balance_after: |amount| format!("баланс {amount}"),
    held_until: |date| format!("в пути до {date}"),
    not_credited: "не начислено",
    recorded: |date| format!("Записано {date}."),
    decided_by: |n| format!("Решено по правилам версии {n}."),
    good_until: |date| format!("Можно потратить по {date}."),
    was_good_until: |date| format!("Можно было потратить по {date}."),
    show_more: "Показать ещё",

    q_have: "Что у меня есть?",
    a_have: |amount| format!("У вас {amount}."),
    a_have_held: |amount, held| format!("У вас {amount} и ещё {held} в пути."),
    a_have_set_aside: |amount| format!("Отложено для кодов: {amount}."),
    a_have_guest: "Пока ничего: вступите, и здесь появится ваш баланс.",
    q_worth: "Сколько это стоит?",
    a_worth_none: "Магазин не назначил цену в деньгах.",
    q_earn: "Сколько дают покупки?",
    a_no_purchases: "За покупки в этой программе не начисляют, начисляют за задания.",
    a_rounding: "Округляем вниз, один раз на заказ.",
    a_excludes_both: "Доставка и налог не считаются.",
    a_excludes_shipping: "Доставка не считается.",
    a_excludes_tax: "Налог не считается.",
    q_tiers: "Что даёт каждый уровень?",
    q_tasks: "За что ещё начисляют и как это проверяют?",
    q_when: "Когда это можно потратить?",
    a_when: |n, reason| match reason {
        "" => format!("Начисленное за покупку доступно через {}.", days(n)),
        reason => format!(
            "Начисленное за покупку доступно через {}, потому что {reason}.",
            days(n)
        ),
    },
    a_when_at_once: "Начисленное за покупку доступно сразу.",
    a_when_tasks: "Начисленное за задание доступно сразу, если на его карточке не указан срок.",
    q_lose: "За что могут списать?",
    rules: Rules {
        counts,
        counts_not: "Отменённое и возвращённое не считается.",
        spending: "Траты накопленного уровень не снижают.",
        review,
        q_keep: "Как получить уровень и сохранить его?",
        campaigns: "Это умножается на ставку вашего уровня. Если идут сразу две акции, действует только лучшая.",
        campaign_for: |name, tiers| match tiers {
            [tier] => format!("{name}, только для уровня {tier}"),
            tiers => format!("{name}, только для уровней {}", listed(tiers, "и")),
        },
        q_expiry: "Когда это сгорает?",
        expiry,
        expiry_first: "Сначала тратится то, что сгорит раньше.",
        expiry_zone: "День заканчивается в полночь по вашему времени.",
        warned: |n| format!("Предупредим за {}.", days(n)),
        grace,
        q_rewards: "На что это можно обменять?",
        reward: |money, n| format!("Скидка {money} на заказ. Код действует {}.", days(n)),
        set_aside: "Стоимость кода откладываем, пока он не использован в заказе. Если вы его отмените или его срок пройдёт, всё вернётся само.",
        cancelled: "Если заказ отменён, списываем ровно то, что за него начислили.",
        refunded: "Если вернули часть денег, списываем такую же часть начисленного за заказ и никогда не больше, чем начислили.",
        used: "Накопленное, которым вы оплатили заказ, возвращаем так же.",
        ran_out: "Что к тому времени сгорело, назад не требуем.",
        spent,
        used_late: "Если заказ оплачен кодом, за который вам уже всё вернули, списываем это снова.",
        corrected: "Магазин может исправить ваш баланс. Причина тогда будет в истории.",
        welcome: "Если уровень в итоге не достигнут, списываем и подарок за него.",
    },
    q_rules: "Откуда эти ответы?",
    a_rules: |n| format!("Страница составлена по действующим правилам сервера, версия {n}."),

    elsewhere: &elsewhere::ELSEWHERE,
    voices: &voices::VOICES,
    confirm: Confirm {
        title: "Подтвердите адрес",
        lead: |address, program| format!("{} сможет писать на {address}.", quoted(program)),
        agree: "Вы соглашаетесь:",
        gives: |amount| format!("За это начислим {amount}."),
        button: "Да, подтверждаю",
        not_you: "Если это были не вы, закройте страницу. Ничего не произойдёт.",
        done_title: "Подтверждено",
        done: |amount| format!("Спасибо. +{amount} уже на вашем балансе."),
        done_held: |amount, date| format!("Спасибо. +{amount}, доступно с {date}."),
        done_plain: "Спасибо. Адрес подтверждён.",
        back: "Страницу можно закрыть и вернуться в магазин.",
        expired_title: "Срок ссылки истёк",
        address_used_title: "За этот адрес уже начислено",
        expired: "Ссылки действуют 24 часа. Запросите новую в программе, на карточке этого задания.",
        used_title: "Уже подтверждено",
        used: "Эта ссылка сделала своё дело. Больше ничего не нужно.",
        unknown_title: "Такой ссылки нет",
        unknown: "Проверьте, что адрес скопирован целиком, или запросите новую ссылку в программе.",
    },
    mails: Mails {
        code_subject: |code, program| format!("{code} — ваш код для {}", quoted(program)),
        code_lead: |program| format!("Ваш код для входа в программу {}:", quoted(program)),
        code_note: "Он действует 10 минут и только один раз. Никому его не сообщайте.",
        code_ignore: "Если вы не запрашивали код, не обращайте внимания на это письмо.",
        confirm_subject: |program| format!("Подтвердите подписку: {program}"),
        confirm_lead: |program| {
            format!(
                "Кто-то, надеемся, что вы, указал этот адрес для писем программы {}. Подтвердите, пожалуйста, что вы согласны:",
                quoted(program)
            )
        },
        confirm_button: "Открыть страницу подтверждения",
        confirm_note: "Ссылка действует 24 часа. Пока вы не нажмёте кнопку на странице, ничего не изменится.",
        confirm_ignore: "Если это были не вы, не обращайте внимания: больше мы не напишем.",
        address_below: "Или скопируйте этот адрес в браузер:",
    },
};
