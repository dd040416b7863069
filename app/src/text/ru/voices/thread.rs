//! What members write to the shop, and its answers, in Russian.

use super::super::counted;
use crate::text::voices::Thread;

/// Hours, or days where they are whole and many, as they follow "в течение".
fn time(hours: u32) -> String {
    if hours > 48 && hours.is_multiple_of(24) {
        counted(i64::from(hours / 24), "дня", "дней", "дней")
    } else {
        counted(i64::from(hours), "часа", "часов", "часов")
    }
}

pub(super) const THREAD: Thread = Thread {
    will_check: "Засчитывается сразу после отправки. За похвалу и за жалобу начисляется одинаково.",
    checked: "Вы написали магазину отсюда, и сообщение дошло.",
    title: "Ваши сообщения",
    lead: "Спросите, пожалуйтесь или подскажите, что улучшить. Ответ придёт сюда.",
    promise: |hours| format!("Магазин обещает ответить в течение {}.", time(hours)),
    begin: "Написать магазину",
    field: "Ваше сообщение",
    hint: "Не короче 20 знаков.",
    send: "Отправить магазину",
    you: "Вы",
    promised: |when| format!("Ответ обещан до {when}."),
    late: |when| format!("Ответ был обещан до {when}. Он запаздывает, и магазин это видит."),
    unread: "Новое",
    mark_read: "Отметить как прочитанное",
    reply: "Ответить",
    field_reply: "Ваш ответ",
    send_reply: "Отправить ответ",
    earlier: |n| {
        let what = counted(
            n,
            "более раннее сообщение не показано",
            "более ранних сообщения не показаны",
            "более ранних сообщений не показано",
        );
        format!("{what}.")
    },
    event: "Магазин вам ответил.",
    read_answer: "Прочитать ответ",
    field_text: "Текст слишком короткий, слишком длинный или содержит нечитаемые знаки.",
};
