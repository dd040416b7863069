//! What points can be turned into, in Russian.

use super::super::{counted, days, quoted};
use crate::text::sentence::listed;
use crate::text::voices::{Becomes, Cart, Codes, Gift, Limits, Refusals, Shelf, Shut, Spend};

pub(super) const SPEND: Spend = Spend {
    title: "Потратить",
    unneeded: |reward| format!("для {} хватило меньшего", quoted(reward)),
    not_made: |reward| format!("код для {} не удалось создать в магазине", quoted(reward)),
    credit_bought: |reward, points| format!("{}, за {points}", quoted(reward)),
    shelf: Shelf {
        within: "Уже хватает",
        almost: "Скоро хватит",
        later: "Пока нельзя",
        nothing: "Пока ни на что не хватает. Каждая покупка и каждое задание приближают вас к награде.",
        to_tasks: "За что начисляют",
        join: "Вступите в программу, чтобы это получить.",
        missing: |amount| format!("осталось {amount}"),
        from: |amount| format!("от {amount}"),
        reach: |reward, price| format!("Вам уже хватает на {}: {price}.", quoted(reward)),
        reach_more: |reward, price, n| {
            let more = counted(n, "другую награду", "другие награды", "других наград");
            format!(
                "Вам уже хватает на {}: {price}. А ещё на {more}.",
                quoted(reward)
            )
        },
        nearest: |reward, missing| format!("До награды {} осталось {missing}.", quoted(reward)),
        credit: "Счёт в магазине",
        credit_have: |money| format!("На вашем счёте в магазине {money}."),
        credit_lead: "Любую часть этой суммы можно превратить в код для следующего заказа.",
        credit_label: "Сколько использовать",
    },
    gives: Gift {
        amount: |money| format!("Скидка {money} на заказ"),
        percent: |rate| format!("Скидка {rate} на заказ"),
        percent_most: |rate, money| format!("Скидка {rate} на заказ, не больше {money}"),
        slider: |amount, money| format!("Скидка {money} на заказ за каждые {amount}"),
        slider_by_one: |amount, money| format!("{amount} = скидка {money}"),
        shipping: "Бесплатная доставка одного заказа",
        product: "Одна штука в подарок к заказу",
        gift: "Выдаёт магазин",
        credit: |money| format!("{money} на счёт в магазине"),
        event: "Место на мероприятии",
        early: "Раньше остальных",
        partner: "Код партнёра",
        for_shipping: "бесплатную доставку",
        for_named: quoted,
    },
    becomes: Becomes {
        code: |_, amount, what, day| {
            format!(
                "{amount} будет отложено, а вы получите код на {what}, он действует до {day}. Если его не использовать, всё вернётся."
            )
        },
        slider: |day| {
            format!(
                "Выбранное будет отложено, а вы получите код на эту сумму, он действует до {day}. Если его не использовать, всё вернётся."
            )
        },
        credit_code: "Выбранная сумма будет отложена, а вы получите на неё код. Если его не использовать, всё вернётся.",
        handed: |_, amount, day| {
            format!(
                "{amount} будет отложено, а вы получите код. Покажите его в магазине до {day}. Пока магазин не принял код, обмен можно отменить, и всё вернётся."
            )
        },
        credit: |amount, money| {
            format!(
                "Спишем {amount}, и на ваш счёт в магазине сразу поступит {money}. Это окончательно: отменить нельзя."
            )
        },
        partner: |amount| {
            format!(
                "Спишем {amount}, и вы сразу увидите код партнёра. Это окончательно: показанный код вернуть нельзя."
            )
        },
        get_code: |amount| format!("Получить код за {amount}"),
        get: "Получить код",
        for_good: |amount| format!("Обменять {amount} окончательно"),
    },
    limits: Limits {
        minimum: |money| format!("Для заказов от {money}."),
        at_most: |rate| format!("Так можно оплатить не больше {rate} стоимости товаров."),
        not_on_sale: "Не действует на товары со скидкой.",
        alone: "Не сочетается с другими кодами.",
        left: |n| format!("Осталось: {n}."),
        times: |n| match n {
            1 => "Один раз для каждого участника.".to_owned(),
            n => format!(
                "Не больше {} для каждого участника.",
                counted(n, "раза", "раз", "раз")
            ),
        },
        tiers: |tiers| match tiers {
            [tier] => format!("Только для уровня {tier}."),
            tiers => format!("Только для уровней {}.", listed(tiers, "и")),
        },
        until: |day| format!("Предложение действует по {day}."),
        works: |n| format!("Код действует {}.", days(n)),
        slider: "Если заказу нужно меньше, чем вы выбрали, остаток вернётся.",
        handed: "Код на то, что выдаёт магазин, можно отменить, пока магазин его не принял.",
        at_once: "То, что вы получаете сразу, например деньги на счёт в магазине или код партнёра, — это окончательно: отменить нельзя.",
        earns_on_rest: "За оплаченное так ничего не начисляем, а за оплаченное деньгами начисляем.",
    },
    locked: Shut {
        tier: |tier| format!("Доступно с уровня {tier}."),
        out_of_stock: "Больше не осталось.",
        had_enough: "Вы уже получили это столько раз, сколько разрешает программа.",
        not_yet: |day| format!("Доступно с {day}."),
        over: "Время этой награды прошло.",
    },
    codes: Codes {
        title: "Ваши коды",
        earlier: |n| format!("Прежние: {n}"),
        making: "Магазин создаёт код. Он появится здесь сам.",
        open: |day| format!("Код действует до {day}."),
        show: |day| format!("Покажите его в магазине до {day}."),
        partner: |day| format!("Партнёр принимает его до {day}."),
        reserved: |order| {
            format!("Код занят заказом №\u{a0}{order}. Если заказ не оплатят, вам вернётся всё.")
        },
        reserved_plain: "Код занят заказом. Если заказ не оплатят, вам вернётся всё.",
        ending: |amount| format!("Магазин отключает код. После этого вам вернётся {amount}."),
        used: |order| format!("Использован в заказе №\u{a0}{order}."),
        used_plain: "Использован.",
        credited: "Зачислено на счёт в магазине.",
        released: |amount| format!("Отменён. Вам вернулось {amount}."),
        lapsed: |amount| format!("Не использован вовремя. Вам вернулось {amount}."),
        copy: "Скопировать",
        apply: "Применить к заказу",
        applied: "Передали магазину. Если ничего не произошло, скопируйте код.",
        undo: |amount| format!("Отменить и вернуть {amount}"),
    },
    cart: Cart {
        title: "Оплатите часть накопленным",
        label: |amount| format!("Сколько использовать? У вас {amount}"),
        guest: "Участники программы могут оплатить часть накопленным.",
        no_price: "На странице нет цены в валюте программы.",
        balance: |amount| format!("У вас {amount}."),
        on_sale: "Товары со скидкой так оплатить нельзя.",
        other_codes: "С другими кодами это не сочетается.",
        minimum: "Для этого заказ слишком мал.",
        currency: "Цены указаны не в валюте программы.",
        no_member: "Вступите в программу, чтобы платить накопленным.",
        no_slider: "Оплатить часть заказа здесь нельзя.",
        step: |step, least| format!("Шаг: {step}, не меньше {least}."),
        most: |amount| format!("За один раз не больше {amount}."),
        nothing_left: "Больше платить не за что.",
        other: "К этому заказу не применяется.",
        earns: |amount| format!("За это начислим {amount}."),
        members_earn: |amount| format!("Участникам начислим за это {amount}."),
        too_small: "Сумма слишком мала, чтобы за неё что-то начислить.",
        earns_currency: "За покупки в этой валюте не начисляем.",
        earns_nothing: "За это не начисляем.",
    },
    problems: Refusals {
        tier: "Для вашего уровня это пока недоступно. Ничего не списано.",
        not_yet: "Это пока недоступно. Ничего не списано.",
        points: "Такую сумму выбрать нельзя. Ничего не списано.",
    },
};
