//! Referrals that wait for a person, in Russian.

use super::super::counted;
use crate::text::voices::referral_queue::{Before, Noticed, ReferralQueue, Sources};

pub(super) const REFERRAL_QUEUE: ReferralQueue = ReferralQueue {
    title: "Друзья",
    heading: |who| format!("{who}: новый друг"),
    record: |friends, counted_so_far, came_back| {
        let friends = counted(friends, "друг", "друга", "друзей");
        let came_back = counted(came_back, "заказ", "заказа", "заказов");
        format!(
            "Всего с заказом, считая этого: {friends}. Засчитано: {counted_so_far}. Возвращено: {came_back}."
        )
    },
    friend: "Друг",
    order: "Заказ",
    found_by: "Как определили",
    by_gift: "по коду подарка",
    by_code: "по коду, который назвали при оформлении",
    by_email: "по адресу, на который взяли подарок",
    pays: "Начисление",
    pays_both: |advocate, friend| format!("{advocate} и {friend} другу"),
    unknown: "неизвестно",
    appeal: "Что говорит участник",
    before: Before {
        self_referral: "Не засчитано: похоже, это собственный заказ участника.",
        existing_customer: "Не засчитано: покупатель уже заказывал в магазине.",
        decided: "В магазине это уже отклоняли.",
    },
    noticed: "Почему спрашиваем вас",
    nothing_noticed: "Ничего необычного не замечено.",
    seen: "Что замечено",
    weight: "Вес",
    known_from: "Откуда известно",
    sources: Sources {
        order: "заказы",
        gift: "подарок",
        ledger: "история баллов",
        list: "открытый список",
    },
    signals: Noticed {
        disposable_address: "Адрес друга из тех, что заводят на один раз.",
        same_card: "Этой картой уже платили раньше.",
        velocity: "За сутки заказы сделали необычно много друзей.",
        refunded: "Заказы прежних друзей возвращали.",
        unknown_buyer: "В заказе нет почты, поэтому неизвестно, первый ли он.",
        only_address: "Заказ связывает с подарком только адрес почты.",
        chain: "Друг похож на того, кто привёл самого участника.",
        same_address: "Заказ едет на уже известный адрес. У семьи он бывает общим.",
        many_gifts: "За сутки по этой ссылке взяли необычно много подарков.",
        same_network: "Подарок взят в той же сети, где участник выбирал свой код. Сеть бывает общей у многих.",
        young_advocate: "Участник вступил в программу совсем недавно.",
        other: "В этом заказе есть что-то необычное.",
    },
    total: |score, threshold| {
        format!("Всего {score}. Начиная с {threshold} решает человек. Это не доказательства.")
    },
    accept: "Засчитать",
    accept_note: "Баллы начислим обоим, когда заказ уже нельзя будет вернуть.",
    refuse: "Не засчитывать",
    refuse_note: |who| format!("Баллы не получит никто. {who} прочитает вашу причину."),
    reasons: [
        "Друг уже покупал у нас раньше.",
        "Похоже, это ваш собственный заказ.",
        "Мы не смогли убедиться, что это новый покупатель.",
    ],
    accepted: |who| format!("Засчитано: {who}."),
    refused: |who| format!("Не засчитано. Причину видит {who}."),
};
