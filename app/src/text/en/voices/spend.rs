//! What points can be turned into, in English.

use super::super::{category, counted, days};
use crate::text::sentence::listed;
use crate::text::voices::{Becomes, Cart, Codes, Gift, Limits, Refusals, Shelf, Shut, Spend};
use icu_plurals::PluralCategory;

/// "300 beans are set aside".
fn set_aside(n: i64, amount: &str) -> String {
    match category(n.unsigned_abs()) {
        PluralCategory::One => format!("{amount} is set aside"),
        _ => format!("{amount} are set aside"),
    }
}

pub(super) const SPEND: Spend = Spend {
    title: "Spend",
    unneeded: |reward| format!("“{reward}” needed fewer"),
    not_made: |reward| format!("the code for “{reward}” could not be made in the shop"),
    credit_bought: |reward, points| format!("“{reward}”, for {points}"),
    shelf: Shelf {
        within: "Within reach",
        almost: "Almost within reach",
        later: "Not now",
        nothing: "Nothing is within reach yet. Each purchase and each task brings you closer.",
        to_tasks: "See what earns",
        join: "Join the programme to have this.",
        missing: |amount| format!("{amount} to go"),
        from: |amount| format!("from {amount}"),
        reach: |reward, price| format!("You can have “{reward}” for {price}."),
        reach_more: |reward, price, n| {
            let more = counted(n, "other reward", "other rewards");
            format!("You can have “{reward}” for {price}, or one of {more}.")
        },
        nearest: |reward, missing| format!("{missing} to go to “{reward}”."),
        credit: "Store credit",
        credit_have: |money| format!("You have {money} of store credit."),
        credit_lead: "Turn as much of it as you like into a code for your next order.",
        credit_label: "How much to use",
    },
    gives: Gift {
        amount: |money| format!("{money} off an order"),
        percent: |rate| format!("{rate} off an order"),
        percent_most: |rate, money| format!("{rate} off an order, at most {money}"),
        slider: |amount, money| format!("{money} off an order for each {amount}"),
        slider_by_one: |amount, money| format!("{amount} = {money} off"),
        shipping: "Free delivery of one order",
        product: "One piece for nothing with an order",
        gift: "The shop hands it over",
        credit: |money| format!("{money} of store credit"),
        event: "A place at the event",
        early: "Before everybody else",
        partner: "A partner's code",
        for_shipping: "free delivery",
        for_named: |reward| format!("“{reward}”"),
    },
    becomes: Becomes {
        code: |n, amount, what, day| {
            let set_aside = set_aside(n, amount);
            format!(
                "{set_aside}, and you get a code for {what} until {day}. If you do not use it, you get everything back."
            )
        },
        slider: |day| {
            format!(
                "What you choose is set aside, and you get a code for it until {day}. If you do not use it, you get everything back."
            )
        },
        credit_code: "What you choose is set aside, and you get a code for it. If you do not use it, you get everything back.",
        handed: |n, amount, day| {
            let set_aside = set_aside(n, amount);
            format!(
                "{set_aside}, and you get a code to show to the shop by {day}. Until the shop takes it you can undo this and get everything back."
            )
        },
        credit: |amount, money| {
            format!(
                "You give {amount} and get {money} of store credit at once. This is for good: it cannot be undone."
            )
        },
        partner: |amount| {
            format!(
                "You give {amount} and see the partner's code at once. This is for good: a code that was seen cannot be given back."
            )
        },
        get_code: |amount| format!("Get the code for {amount}"),
        get: "Get the code",
        for_good: |amount| format!("Give {amount} for good"),
    },
    limits: Limits {
        minimum: |money| format!("For orders from {money}."),
        at_most: |rate| format!("At most {rate} of what the goods cost can be paid this way."),
        not_on_sale: "Not for what is on sale.",
        alone: "Not together with other codes.",
        left: |n| format!("{} left.", counted(n, "piece", "pieces")),
        times: |n| match n {
            1 => "Once for each member.".to_owned(),
            n => format!("At most {} for each member.", counted(n, "time", "times")),
        },
        tiers: |tiers| format!("Only for {}.", listed(tiers, "and")),
        until: |day| format!("Offered until {day}."),
        works: |n| format!("The code works for {}.", days(n)),
        slider: "If the order needs fewer than you chose, you get the rest back.",
        handed: "A code for something that the shop hands over can be undone until the shop has taken it.",
        at_once: "What is given at once, such as store credit or a partner's code, is for good and cannot be undone.",
        earns_on_rest: "What you pay this way earns nothing. What you pay in money does.",
    },
    locked: Shut {
        tier: |tier| format!("You can have this from {tier} on."),
        out_of_stock: "There is none left.",
        had_enough: "You have had this as often as the programme allows.",
        not_yet: |day| format!("You can have this from {day} on."),
        over: "Its time is over.",
    },
    codes: Codes {
        title: "Your codes",
        earlier: |n| format!("Earlier: {n}"),
        making: "The shop is making the code. It appears here by itself.",
        open: |day| format!("You can use it until {day}."),
        show: |day| format!("Show it to the shop by {day}."),
        partner: |day| format!("The partner takes it until {day}."),
        reserved: |order| {
            format!("Order №{order} has it. If that order is not paid, you get everything back.")
        },
        reserved_plain: "An order has it. If that order is not paid, you get everything back.",
        ending: |amount| format!("The shop is ending the code. You get {amount} back after that."),
        used: |order| format!("Used for order №{order}."),
        used_plain: "Used.",
        credited: "Turned into store credit.",
        released: |amount| format!("Undone. You got {amount} back."),
        lapsed: |amount| format!("Not used in time. You got {amount} back."),
        copy: "Copy",
        apply: "Apply at the checkout",
        applied: "Sent to the shop. If nothing happens, copy the code.",
        undo: |amount| format!("Undo and get {amount} back"),
    },
    cart: Cart {
        title: "Pay a part of this with what you have earned",
        label: |amount| format!("How much of your {amount} to use"),
        guest: "Members can pay a part of this with what they have earned.",
        no_price: "This page names no price in the programme's currency.",
        balance: |amount| format!("You have {amount}."),
        on_sale: "What is on sale cannot be paid this way.",
        other_codes: "It does not go together with other codes.",
        minimum: "The order is too small for this.",
        currency: "These prices are in another currency than the programme's.",
        no_member: "Join the programme to pay this way.",
        no_slider: "Orders cannot be paid in part here.",
        step: |step, least| format!("It goes in steps of {step}, from {least} on."),
        most: |amount| format!("At most {amount} at once."),
        nothing_left: "There is no more to pay than this.",
        other: "It cannot be used for this.",
        earns: |amount| format!("You get {amount} for this."),
        members_earn: |amount| format!("Members get {amount} for this."),
        too_small: "This alone is too little to earn anything.",
        earns_currency: "Purchases in this currency earn nothing.",
        earns_nothing: "This earns nothing.",
    },
    problems: Refusals {
        tier: "Your tier cannot have this yet. Nothing was taken.",
        not_yet: "You cannot have this yet. Nothing was taken.",
        points: "This amount cannot be chosen. Nothing was taken.",
    },
};
