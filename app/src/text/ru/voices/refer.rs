//! Members who bring friends, in Russian.

use super::super::{counted, days, quoted};
use crate::text::voices::Refer;
use crate::text::voices::refer::{
    Friends, Inline, Landing, PassOn, Problems, Reasons, Rules, Stages,
};

pub(super) const REFER: Refer = Refer {
    title: "Привести друга",
    friend_bought: |number| format!("ваш друг №\u{a0}{number} сделал покупку"),
    came_by_friend: |order| format!("вас привёл друг, заказ №\u{a0}{order}"),
    friend_undone: |number| format!("заказ вашего друга №\u{a0}{number} вернулся"),
    came_undone: "вернулся заказ, с которым вас привёл друг",
    rules: RULES,
    pass_on: PASS_ON,
    friends: FRIENDS,
    inline: INLINE,
    landing: LANDING,
    problems: PROBLEMS,
};

const RULES: Rules = Rules {
    question: "Что я получу, если приведу друга?",
    friend_gets: |gift| format!("Подарок другу: {gift}."),
    you_get: |amount| format!("Вам — {amount} за каждого друга."),
    you_get_from: |friends, amount| {
        format!("Начиная с {friends}-го засчитанного друга — {amount} за каждого.")
    },
    counts: |window, hold, minimum| {
        let least = minimum.map_or_else(String::new, |money| format!(" на сумму от {money}"));
        let stayed = if hold == 0 {
            String::new()
        } else {
            format!(" и пройдёт срок возврата: {}", days(hold))
        };
        format!(
            "Друга засчитаем, когда он оплатит первый заказ{least}{stayed}. На заказ есть {} с момента, как он взял подарок.",
            days(window)
        )
    },
    friend_points: |amount| {
        format!("Если друг к тому времени станет участником, он получит ещё {amount}.")
    },
    together: "Награды приходят вам обоим одновременно.",
    not: "Не засчитываются вы сами и те, кто уже покупал в этом магазине.",
    per_month: |n| {
        format!(
            "За 30\u{a0}дней засчитаем не больше {}.",
            counted(n, "друга", "друзей", "друзей")
        )
    },
    undone: "Если заказ позже вернут, награды за него спишутся у вас обоих.",
};

const PASS_ON: PassOn = PassOn {
    link_hint: "По ссылке друг увидит подарок. Переходы не считаются: считается заказ.",
    copy: "Скопировать ссылку",
    language: "Язык друга",
    message: "Текст сообщения",
    message_hint: "Измените его, как хочется. Ссылка добавится сама.",
    picture_title: "Показать картинкой",
    picture: "Ваша ссылка картинкой, чтобы её отсканировать",
    own_code: "Придумать свой код",
    code: "Новый код",
    code_hint: "От 4 до 20 латинских букв, цифр и дефисов. Ссылки со старым кодом продолжат работать.",
    choose: "Взять этот код",
};

const FRIENDS: Friends = Friends {
    title: "Ваши друзья",
    none: "Подарок пока никто не взял. Отправьте ссылку тому, кому здесь понравится.",
    so_far: |n, amount| {
        format!(
            "Уже засчитано: {}, это {amount}.",
            counted(n, "друг", "друга", "друзей")
        )
    },
    friend: |n| format!("Друг №\u{a0}{n}"),
    stages: Stages {
        gift: "Взял подарок, но ещё ничего не заказал",
        waiting: "Сделал заказ; ждём, пока пройдёт срок возврата",
        checking: "Смотрит сотрудник магазина",
        rewarded: "Засчитан",
        refused: "Не засчитан",
        reversed: "Был засчитан, но награда списана",
        lapsed: "Подарок не использован в срок",
    },
    due: |amount, day| format!("{amount} — {day}, если ничего не изменится."),
    reasons: Reasons {
        self_referral: "Похоже, это ваш собственный заказ, а самого себя привести нельзя.",
        existing_customer: "Тот, кто сделал заказ, уже покупал в этом магазине.",
        below_minimum: "Сумма заказа меньше, чем нужно по правилам.",
        cap: "За 30\u{a0}дней уже засчитано столько друзей, сколько возможно.",
        window: "Заказ сделан позже отведённого срока.",
        refunded: "Заказ вернули.",
        cancelled: "Заказ отменили.",
        suspicious: "В заказе есть что-то необычное. Это ничего не доказывает, поэтому смотрит человек.",
        decided: "Так решил сотрудник магазина.",
        other: "Спросите магазин, и вам расскажут подробнее.",
    },
    note: |note| format!("Вам написали: {}", quoted(note)),
    appeal: "Попросить посмотреть ещё раз",
    appeal_label: "Почему это нужно засчитать",
    appeal_hint: "Не больше 500 символов.",
    appeal_send: "Отправить",
};

const INLINE: Inline = Inline {
    guest: |amount, gift| {
        format!("Участники получают за приведённого друга {amount}. Подарок другу: {gift}.")
    },
    thanks: "Спасибо за заказ",
    earned: |amount| format!("Начислено за этот заказ: {amount}."),
    from: |day| format!("Потратить их можно с\u{a0}{day}."),
    at_once: "Потратить их можно уже сейчас.",
    earned_nothing: "За этот заказ ничего не начислено.",
    not_told: "Начисление за этот заказ появится здесь, как только магазин сообщит нам об оплате.",
    would_earn: |amount| format!("Участнику за этот заказ начислили бы {amount}."),
    nudge: |amount, gift| {
        format!("Знаете, кому здесь понравится? Подарок другу: {gift}. Вам — {amount}.")
    },
};

const LANDING: Landing = Landing {
    og_locale: "ru_RU",
    gift: "Ваш подарок",
    first_order: "Он для первого заказа в этом магазине.",
    minimum: |money| format!("Сумма заказа — от {money}."),
    days: |n| format!("Срок действия с момента получения: {}.", days(n)),
    not_on_sale: "На товары со скидкой он не действует.",
    no_other_codes: "С другими кодами он не суммируется.",
    friend_points: |amount| {
        format!("Если к моменту зачёта вы станете участником программы, получите ещё {amount}.")
    },
    advocate: |amount, hold, minimum| {
        let least = minimum.map_or_else(String::new, |money| format!(" на сумму от {money}"));
        let stayed = if hold == 0 {
            String::new()
        } else {
            format!(" и пройдёт срок возврата: {}", days(hold))
        };
        format!(
            "Тот, кто прислал вам ссылку, получит {amount}, когда ваш заказ{least} будет оплачен{stayed}. Кто вы, ему не сообщат."
        )
    },
    from_to: |least, most| format!("от {least} до {most}"),
    email: "Ваша почта, если хотите",
    email_hint: "Она нужна, только чтобы знать, что подарок ваш. Рассылок не будет.",
    bad_email: "Это не похоже на адрес почты. Проверьте, как он написан, или оставьте поле пустым.",
    take: "Забрать подарок",
    taken_title: "Подарок ваш",
    code: "Ваш код",
    until: |day| format!("Действует до {day} включительно."),
    how: "Кнопка перенесёт код в магазин. Его можно ввести и вручную при оформлении заказа.",
    noted: |address| format!("Мы записали, что он принадлежит {address}."),
    kept: "Чтобы снова увидеть код, откройте ту же ссылку в этом браузере.",
    to_shop: "В магазин",
    used_title: "Этот подарок уже использован",
    used: "С ним оформлен заказ. Каждому новому покупателю достаётся один подарок.",
    many_title: "На сегодня подарки закончились",
    many: "Сегодня по этой ссылке взяли очень много подарков. Попробуйте завтра или попросите друга написать в магазин.",
};

const PROBLEMS: Problems = Problems {
    bad_code: "Возьмите от 4 до 20 латинских букв, цифр и дефисов.",
    code_taken: "Такой код уже есть у кого-то другого. Придумайте другой.",
    too_many_codes: "Кодов у вас уже столько, сколько возможно, и все они работают. Выберите один из них.",
    appeal_not_open: "Посмотреть ещё раз можно один раз, в течение 30\u{a0}дней после отказа.",
};
