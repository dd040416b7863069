//! The words of paying with codes, and of what can be undone afterwards.

use super::price::AWAY;
use super::words::Words;

/// One language.
pub(super) struct CartWords {
    pub(super) code: &'static str,
    pub(super) apply: &'static str,
    /// Of the list of codes.
    pub(super) codes: &'static str,
    /// The code.
    pub(super) remove: fn(&str) -> String,
    pub(super) by_tier: &'static str,
    pub(super) by_codes: &'static str,
    /// Of what is left to pay, after the price.
    pub(super) now: &'static str,
    pub(super) free: &'static str,
    pub(super) friend: &'static str,
    pub(super) friend_hint: &'static str,
    /// The number of points.
    pub(super) earns: fn(&str) -> String,
    /// The number of points, for those who are no members.
    pub(super) members_earn: fn(&str) -> String,
    /// The codes.
    pub(super) kept: fn(&str) -> String,
    pub(super) changed: &'static str,
    /// The sum.
    pub(super) paid_less: fn(&str) -> String,
    pub(super) cancel: &'static str,
    /// The title of the page.
    pub(super) is_cancelled: &'static str,
    pub(super) cancelled: &'static str,
    /// The coffee.
    pub(super) give_back: fn(&str) -> String,
    /// The coffee.
    pub(super) given_back: fn(&str) -> String,
    pub(super) undo: &'static str,
    pub(super) rewards: &'static str,
    pub(super) friends: &'static str,
    reasons: Reasons,
}

/// Why a code takes nothing off.
struct Reasons {
    unknown: &'static str,
    taken: &'static str,
    over: &'static str,
    making: &'static str,
    away: &'static str,
    minimum: &'static str,
    max_percent: &'static str,
    on_sale: &'static str,
    other_codes: &'static str,
    no_product: &'static str,
    nothing_left: &'static str,
    not_for_orders: &'static str,
    not_for_you: &'static str,
    other: &'static str,
}

impl CartWords {
    /// Those of a language of the shop.
    pub(super) fn of(words: &Words) -> &'static Self {
        if words.tag == "ru" { &RU } else { &EN }
    }

    /// Why a code takes nothing off, by Laurel's name for the reason or the shop's own.
    pub(super) fn why(&self, reason: &str) -> &'static str {
        let reasons = &self.reasons;
        match reason {
            "unknown" | "not_found" => reasons.unknown,
            "taken" => reasons.taken,
            "over" | "not_open" | "coupon_not_open" => reasons.over,
            "making" => reasons.making,
            AWAY => reasons.away,
            "minimum" => reasons.minimum,
            "max_percent" => reasons.max_percent,
            "on_sale" => reasons.on_sale,
            "other_codes" => reasons.other_codes,
            "no_product" => reasons.no_product,
            "nothing_left" => reasons.nothing_left,
            "not_for_orders" => reasons.not_for_orders,
            "gift_not_for_you" => reasons.not_for_you,
            _ => reasons.other,
        }
    }
}

static EN: CartWords = CartWords {
    code: "Code from the coffee club, or a gift code",
    apply: "Apply",
    codes: "Codes in this cart",
    remove: |code| format!("Remove the code {code}"),
    by_tier: "Your tier’s discount",
    by_codes: "Codes",
    now: "Now:",
    free: "Free",
    friend: "Did a friend send you? Their code",
    friend_hint: "You may leave this empty.",
    earns: |points| format!("Beans that this order will earn: {points}."),
    members_earn: |points| format!("Beans that members would earn with it: {points}."),
    kept: |codes| format!("In your cart: the code {codes}. It comes off when you pay."),
    changed: "The sum has changed since you saw it. Please look at it again before you pay.",
    paid_less: |sum| format!("You saved {sum}."),
    cancel: "Cancel this order",
    is_cancelled: "Your order is cancelled",
    cancelled: "All of your money comes back, and so do the beans you paid with.",
    give_back: |coffee| format!("Send {coffee} back"),
    given_back: |coffee| format!("{coffee} came back, and so does what you paid for it."),
    undo: "Changed your mind?",
    rewards: "What beans can become",
    friends: "Bring a friend",
    reasons: Reasons {
        unknown: "There is no such code. Please check each letter.",
        taken: "This code is used already.",
        over: "This code can no longer be used.",
        making: "This code is still being made. Please try again in a minute.",
        away: "Codes cannot be looked up just now. Please try again in a minute, or order without.",
        minimum: "Your cart comes to too little for this code.",
        max_percent: "Beans pay for at most half of an order, and this code would pay for more.",
        on_sale: "This code is not for coffee that is on sale.",
        other_codes: "This code cannot stand beside another.",
        no_product: "The coffee that this code is for is not in your cart.",
        nothing_left: "There is nothing left that this code could take off.",
        not_for_orders: "This code is not for orders. Show it to us in the shop.",
        not_for_you: "This gift is for a first order here, one for each new customer.",
        other: "This code cannot be used for this order.",
    },
};

static RU: CartWords = CartWords {
    code: "Код из кофейного клуба или подарочный код",
    apply: "Применить",
    codes: "Коды в корзине",
    remove: |code| format!("Убрать код {code}"),
    by_tier: "Скидка вашего уровня",
    by_codes: "Коды",
    now: "Теперь:",
    free: "Бесплатно",
    friend: "Вас пригласил друг? Его код",
    friend_hint: "Можно оставить пустым.",
    earns: |points| format!("Зёрен за этот заказ: {points}."),
    members_earn: |points| format!("Зёрен за такой заказ у участников клуба: {points}."),
    kept: |codes| format!("В вашей корзине код {codes}. Скидка по нему применится при оплате."),
    changed: "Сумма изменилась с тех пор, как вы её видели. Проверьте её ещё раз перед оплатой.",
    paid_less: |sum| format!("Вы сэкономили {sum}."),
    cancel: "Отменить заказ",
    is_cancelled: "Ваш заказ отменён",
    cancelled: "Мы вернём все деньги, а вместе с ними и зёрна, которыми вы платили.",
    give_back: |coffee| format!("Вернуть: {coffee}"),
    given_back: |coffee| format!("Возврат оформлен: {coffee}. Деньги за него мы вернём."),
    undo: "Передумали?",
    rewards: "На что потратить зёрна",
    friends: "Пригласить друга",
    reasons: Reasons {
        unknown: "Такого кода нет. Проверьте, пожалуйста, каждую букву.",
        taken: "Этот код уже использован.",
        over: "Этот код больше не действует.",
        making: "Код ещё создаётся. Попробуйте через минуту.",
        away: "Сейчас проверить код не получается. Попробуйте через минуту; заказать можно и без него.",
        minimum: "Сумма в корзине слишком мала для этого кода.",
        max_percent: "Зёрнами можно оплатить не больше половины заказа, а этот код покрывает больше.",
        on_sale: "Этот код не действует на кофе со скидкой.",
        other_codes: "Этот код нельзя сочетать с другими.",
        no_product: "В корзине нет кофе, для которого этот код.",
        nothing_left: "Этому коду уже не с чего давать скидку.",
        not_for_orders: "Этот код не для заказов. Покажите его нам в магазине.",
        not_for_you: "Это подарок к первому заказу, один для каждого нового покупателя.",
        other: "Для этого заказа код не подходит.",
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_of_its_own() {
        let reasons = [
            "unknown",
            "taken",
            "over",
            "making",
            "away",
            "minimum",
            "max_percent",
            "on_sale",
            "other_codes",
            "no_product",
            "nothing_left",
            "not_for_orders",
            "gift_not_for_you",
            "currency",
        ];
        for words in [&EN, &RU] {
            let said: std::collections::BTreeSet<_> =
                reasons.iter().map(|reason| words.why(reason)).collect();
            assert_eq!(said.len(), reasons.len());
        }
    }
}
