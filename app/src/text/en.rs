//! English.

mod elsewhere;
mod voices;

use super::problem::Problems;
use super::sentence::listed;
use super::words::{Confirm, GivenBack, Mails, Reasons, Rules, States, Text};
use crate::api::{Debt, Expiry, Metric, Window};
use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

thread_local! {
    // The rules cannot be shared between threads; making them costs next to nothing.
    static RULES: PluralRules = PluralRules::try_new(
        icu_locale_core::locale!("en").into(),
        PluralRulesOptions::default(),
    )
    .expect("the compiled plural rules have English");
}

fn category(n: u64) -> PluralCategory {
    RULES.with(|rules| rules.category_for(n))
}

fn counted(n: i64, one: &str, other: &str) -> String {
    let word = if category(n.unsigned_abs()) == PluralCategory::One {
        one
    } else {
        other
    };
    format!("{}\u{a0}{word}", EN.number(n))
}

fn days(n: u32) -> String {
    counted(i64::from(n), "day", "days")
}

fn months(n: i64) -> String {
    counted(n, "month", "months")
}

fn orders(n: i64) -> String {
    counted(n, "order", "orders")
}

/// For how long a tier is kept.
fn again(window: Window) -> String {
    match window {
        Window::Lifetime => "for good".to_owned(),
        Window::Rolling { months: n } => format!("for another {}", months(n)),
        Window::Year => "for another year".to_owned(),
    }
}

fn counts(metric: Metric, window: Window) -> String {
    let what = match metric {
        Metric::PointsEarned => "What you earn",
        Metric::AmountSpent => "What you pay for orders",
        Metric::Orders => "Every paid order",
    };
    match window {
        Window::Lifetime => format!("{what} counts, with no deadline."),
        Window::Rolling { months: n } => format!("{what} counts for {}.", months(n)),
        Window::Year => format!("{what} counts until the end of the calendar year."),
    }
}

fn review(window: Window) -> String {
    match window {
        Window::Lifetime => String::new(),
        Window::Rolling { months: n } => format!(
            "You rise at once. A tier is looked at again when its {} are over: what counts then decides whether you keep it.",
            months(n)
        ),
        Window::Year => "You rise at once. A tier is looked at again at the end of each calendar year: what counted in it decides whether you keep it.".to_owned(),
    }
}

fn expiry(rule: Expiry, day: &str) -> String {
    match rule {
        Expiry::Never => "Points do not expire.".to_owned(),
        Expiry::Earning { months: n } => format!(
            "What you earn runs out {} after it became available, at the end of that day.",
            months(n)
        ),
        Expiry::Inactivity { months: n } => format!(
            "If you neither earn nor spend for {}, all you have runs out at the end of that day. Each time you earn or spend, the count begins anew.",
            months(n)
        ),
        Expiry::Date { .. } => {
            format!("Once a year: what is not spent by the end of {day} runs out.")
        }
    }
}

fn grace(n: u32) -> String {
    let last = match n {
        0 => "until the end of that day".to_owned(),
        n => format!("for {} more", days(n)),
    };
    format!("What comes back to you after its time is over can be spent {last}.")
}

fn spent(debt: Debt) -> &'static str {
    match debt {
        Debt::Carry => {
            "If you have spent it by then, the balance can go below zero, and what you earn next pays that first."
        }
        Debt::WriteOff => {
            "If you have spent it by then, what is missing is forgiven, but for what you have set aside under a code."
        }
    }
}

pub(super) static EN: Text = Text {
    tag: "en",
    name: "English",
    launcher: "Rewards",
    dir: "ltr",

    category,
    group: ',',
    decimal: '.',
    money: |number, symbol| {
        // "CHF 10", but "$10".
        let gap = if symbol.ends_with(char::is_alphabetic) {
            "\u{a0}"
        } else {
            ""
        };
        format!("{symbol}{gap}{number}")
    },
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date: |day, month, year| match year {
        Some(year) => format!("{day}\u{a0}{month} {year}"),
        None => format!("{day}\u{a0}{month}"),
    },
    rate_for_every: |points, money| format!("{points} for every {money}"),

    order: |number| format!("order №{number}"),
    order_rule: |amount, rate, tier, times| format!("{amount} at {rate}, {tier} {times}"),
    order_counts_as: |paid, counted| format!("{paid} (counts as {counted})"),
    order_first: |points| format!("and {points} for the first order"),
    order_cancelled: |number| format!("order №{number} was cancelled"),
    refund: |number| format!("refund for order №{number}"),
    refund_part: |part, total, earned| format!("{part} of {total}, which had earned {earned}"),
    refund_whole: |total, earned| format!("the whole {total}, which had earned {earned}"),
    reward: |name| format!("reward “{name}”"),
    reward_of_order: |name| format!("it had used “{name}”"),
    reward_waits: "set aside until its code is used",
    reward_returned: "given back since",
    given_back: GivenBack {
        cancelled: |name| format!("you cancelled “{name}”"),
        released: |name| format!("the shop let the code of “{name}” go"),
        lapsed: |name| format!("“{name}” was not used in time"),
        other: |name| format!("“{name}” was given back"),
    },
    ran_out: |date| format!("ran out on {date}"),
    tier_entry: |tier| format!("welcome to {tier}"),
    tier_entry_undone: |tier| format!("{tier} was not reached after all"),
    debt_written_off: "what you owed was forgiven",
    adjustment: |note| format!("correction by the shop: {note}"),
    held_for: |n, reason| match (n, reason) {
        (0, "") => "not available yet".to_owned(),
        (0, reason) => format!("not available yet because {reason}"),
        (n, "") => format!("available after {}", days(n)),
        (n, reason) => format!("available after {} because {reason}", days(n)),
    },
    available_since: |date| format!("available since {date}"),
    voided: "not credited",

    proof_before: [
        "On your word",
        "Visit only",
        "The shop confirms it",
        "We check it",
    ],
    proof_after: ["On your word", "Visit only", "Confirmed", "Verified"],
    checked: [
        "You told us, and we take your word for it.",
        "You opened our one-time link and came back. What you did there, we do not know.",
        "The shop, or someone it trusts, signed for it.",
        "We checked it ourselves, at the source.",
    ],
    checked_order: "The shop sent us this order in a signed message.",
    checked_refund: "The shop sent us this refund in a signed message.",
    checked_adjustment: "A person at the shop entered this and gave the reason.",
    checked_join: "You joined under an identity that the shop signed for or that you proved with a code.",
    checked_subscribe: "You opened the link in your own mailbox and confirmed there.",
    checked_birthday: "You told us the date, and we take your word for it. It cannot be changed later.",
    will_check_join: "Done once you have joined.",
    will_check_subscribe: "We mail you a link. It counts when you press the button on the page it opens.",
    will_check_profile: "It counts as soon as you have saved it.",
    will_check_birthday: "We take your word for the date. The points arrive on the day.",
    will_check_daily: "We see that you looked in, and count it once a day or as often as the programme says.",
    will_check_reported: "The shop tells us when you have done it. There is nothing to press here.",
    check_in: "I am here",
    reasons: Reasons {
        expired: "The time for it ran out before it was done. You can begin again.",
        address_used: "This address already earned points in another account. Try one that is yours alone.",
        too_soon: "The day is less than 30 days away, so the points come next year.",
        unsubscribed: "You unsubscribed before the points became available. Subscribe again to start over.",
        replaced: "A newer try took its place.",
        once: "This can be done once, and you have done it.",
        other: "It could not be accepted. Write to the shop if you think that is wrong.",
    },
    problems: Problems {
        too_many: "That was too often. Please try again in a little while.",
        unavailable: "We cannot do this right now. Nothing was lost: please try again in a moment.",
        internal: "Something is wrong on our side. Please try again later.",
        signed_out: "You were signed out. Sign in again to go on.",
        code_gone: "This code no longer works. Ask for a new one.",
        rules_changed: "The rules have changed meanwhile. Please read them once more, then join.",
        balance_too_low: "You do not have enough for this. Nothing was taken.",
        reward_unknown: "This reward is no longer offered.",
        coupon_not_open: "This code can no longer be cancelled: an order has it, or it has ended.",
        account_needed: "Sign in there first, so that we know which account is yours.",
        not_opened: "Open the page from here first.",
        too_quick: "That was quick. Take a little longer, then try again.",
        limit_reached: "It pays only so often, and it has for now.",
        invalid: "Please look at what is marked.",
        field_email: "This is not an e-mail address.",
        field_code: "This is not the code from the mail.",
        field_consent: "We may only write to you if you agree to this.",
        field_name: "Give your name, in at most 100 letters.",
        field_birthday: "Give the day you were born.",
    },

    event_earned: |amount, what| format!("+{amount}: {what}."),
    event_held: |amount, what, date| format!("+{amount} on the way: {what}. Available on {date}."),
    event_reversed: |amount, what| format!("\u{2212}{amount}: {what}."),
    event_redeemed: |amount, what| format!("{amount} set aside: {what}."),
    event_given_back: |amount, what| format!("+{amount} given back: {what}."),
    event_tier_up: |tier| format!("You have reached {tier}."),
    event_tier_down: |tier| format!("Your tier is now {tier}."),
    event_attempt: |title| format!("{title}: there is news."),
    event_profile: "Your profile was changed.",

    runs_out: |n, amount, date| match category(n.unsigned_abs()) {
        PluralCategory::One => format!("{amount} runs out on {date}"),
        _ => format!("{amount} run out on {date}"),
    },

    sections: "Sections",
    home: "Home",
    earn: "Earn",
    history: "History",
    how: "How it works",
    close: "Close",
    offline: "You are offline. What you see may be out of date; what you typed is kept.",
    failed: "The server could not be reached. What you typed is kept. Please try again.",
    no_script: "Everything can be read here. To earn or to sign in, please allow scripts.",
    signed_in_as: |who| format!("Signed in as {who}"),
    sign_out: "Sign out",

    your_balance: "Your balance",
    on_the_way: |amount| format!("+{amount} on the way"),
    worth: |money| format!("worth {money}"),
    one_is_worth: |one, money| format!("{one} is worth {money}."),
    waiting: "On the way",
    available_on: |date| format!("available on {date}"),
    below_zero: "The balance is below zero because an order was cancelled or refunded after you had spent what it earned. What you earn next pays this first.",
    set_aside: |amount| format!("{amount} set aside"),
    set_aside_note: "set aside",
    set_aside_why: "They wait until the code is used. If you cancel it or its time runs out, they come back by themselves.",
    see_history: "See every movement",

    your_tier: "Your tier",
    tiers: "Tiers",
    missing_points: |amount, tier| format!("{amount} to {tier}"),
    missing_spend: |money, tier| format!("{money} of purchases to {tier}"),
    missing_orders: |n, tier| format!("{} to {tier}", orders(n)),
    missing_by: |missing, date| format!("{missing} by\u{a0}{date}"),
    top_tier: |tier| format!("{tier} is the highest tier, and it is yours."),
    more_spend: |money| format!("{money} of purchases"),
    more_orders: orders,
    keep_more: |tier, date, more, window| {
        format!(
            "You have {tier} at least until {date}. With {more} more by then you keep it {}.",
            again(window)
        )
    },
    keep_sure: |tier, date, window| {
        format!(
            "You have {tier} until {date}, and have done enough to keep it {}.",
            again(window)
        )
    },
    tier_given: |tier, date| format!("The shop gave you {tier} until {date}."),
    how_counted: "How it is counted",
    starts_at: |amount| format!("Starts at {amount} earned"),
    starts_at_spend: |money| format!("Starts at {money} of purchases"),
    starts_at_orders: |n| format!("Starts at {}", orders(n)),
    from_the_start: "From the start",
    you_are_here: "You are here",
    tier_rate: |times| format!("Purchases earn {times}"),
    tier_welcome: |amount| format!("A welcome of {amount}, once"),
    tier_early: |n| format!("New things {} before others", counted(n, "day", "days")),
    tier_delivery: "Free delivery",
    tier_delivery_from: |money| format!("Free delivery from {money}"),
    tier_discount: |rate| format!("{rate} off every order"),

    next_step: "Next step",
    next_begun: "You have begun this. One step is left.",
    next_reaches: |tier| format!("This alone takes you to {tier}."),
    next_most: "It earns the most of what is left to do.",
    next_purchase: "You have done every task. From here, purchases take you on.",

    purchases: "Purchases",
    purchases_earn: |rate| format!("Every purchase earns {rate}"),
    purchase_example: |money, amount| format!("{money} gives {amount}."),
    at_your_tier: |tier, times| format!("At {tier}, {times}."),
    first_order: |amount| format!("Your first order earns {amount} on top."),
    minimum: |money| format!("Orders below {money} earn nothing."),
    campaign_on: |name, times, until| format!("{name}: purchases earn {times} until {until}."),
    campaign_soon: |name, times, from, until| {
        format!("{name}: purchases earn {times} from {from} until {until}.")
    },
    campaign_day: |name, times, day| format!("{name}: purchases earn {times} on {day}."),
    tasks: "Tasks",
    more_tasks: "More to do",
    tasks_empty: "You have done every task there is.",
    tasks_done: |n| format!("Done: {n}"),
    available_after: |n| format!("Available after {}", counted(n, "day", "days")),
    how_checked: "How we checked",
    states: States {
        started: "One step left",
        checking: "Being checked",
        held: "On the way",
        earned: "Done",
        rejected: "Not accepted",
        expired: "Ran out of time",
        reversed: "Taken back",
        look_in_mail: |address| {
            format!(
                "We sent a link to {address}. Open it and press the button there. You can leave this page."
            )
        },
        fill_in: "Fill this in to finish.",
        checking_since: |date| {
            format!("We are checking since {date}. You can leave: the result arrives by itself.")
        },
        birthday_saved: "Saved. The points arrive on the day.",
        held_until: |date| format!("Done. The points become available on {date}."),
        held_open: "Done. The points become available soon.",
        earned_long: "Done. The points are in your balance.",
        ended: "This did not work out. You can try again.",
    },

    field_email: "E-mail",
    field_name: "Your name",
    field_birthday: "Birthday",
    field_code: "Code from the mail",
    hint_birthday: "It cannot be changed later. If the day is less than 30 days away, the points come next year.",
    hint_code: "We sent six digits. They work for 10 minutes.",
    send_link: "Send me the link",
    send_again: "Nothing came? Send again",
    send_code: "Send me a code",
    another_address: "Use another address",
    sign_in: "Sign in",
    save: "Save",
    try_again: "Try again",
    consent_more: "You can unsubscribe at any time.",

    guest_lead: "Earn on purchases and on small things you do. Every point is explained.",
    guest_rate: |rate| format!("{rate} back on every purchase"),
    how_to_join: "How to join",
    join_at_shop: "Sign in at the shop, and you are known here too.",
    join_by_code: "No account at the shop? Use your e-mail.",
    join_to_start: "Join to start this.",
    hello: |name| format!("Hello, {name}"),
    hello_nameless: "Hello",
    not_joined: |program| format!("You are signed in, but you have not joined {program} yet."),
    join: "Join",
    join_accept: |n| format!("By joining you accept the rules, version {n}."),
    join_gives: |amount| format!("+{amount} for joining"),
    join_mail: "Joining does not sign you up for any mail.",
    open_program: "Open",

    history_empty: "Nothing yet. Your first order or task appears here with its reason.",
    balance_after: |amount| format!("balance {amount}"),
    held_until: |date| format!("on the way until {date}"),
    not_credited: "not credited",
    recorded: |date| format!("Recorded on {date}."),
    decided_by: |n| format!("Decided by the rules, version {n}."),
    good_until: |date| format!("Can be spent until {date}."),
    was_good_until: |date| format!("Could be spent until {date}."),
    show_more: "Show more",

    q_have: "What do I have?",
    a_have: |amount| format!("You have {amount}."),
    a_have_held: |amount, held| format!("You have {amount}, and {held} on the way."),
    a_have_set_aside: |amount| format!("Set aside for codes: {amount}."),
    a_have_guest: "Nothing yet: join, and your balance appears here.",
    q_worth: "What is it worth?",
    a_worth_none: "The shop has not set a price in money.",
    q_earn: "What do purchases earn?",
    a_no_purchases: "Purchases do not earn in this programme; tasks do.",
    a_rounding: "Rounded down, once per order.",
    a_excludes_both: "Delivery and tax do not count.",
    a_excludes_shipping: "Delivery does not count.",
    a_excludes_tax: "Tax does not count.",
    q_tiers: "What does each tier give?",
    q_tasks: "What else earns, and how is it checked?",
    q_when: "When can I spend it?",
    a_when: |n, reason| match reason {
        "" => format!("What a purchase earns is available after {}.", days(n)),
        reason => format!(
            "What a purchase earns is available after {} because {reason}.",
            days(n)
        ),
    },
    a_when_at_once: "What a purchase earns is available at once.",
    a_when_tasks: "What a task earns is available at once, unless its card names a number of days.",
    q_lose: "What takes points away?",
    rules: Rules {
        counts,
        counts_not: "What is cancelled or refunded does not count.",
        spending: "Spending points never lowers your tier.",
        review,
        q_keep: "How do I get a tier and keep it?",
        campaigns: "This comes on top of your tier's rate. Where two are on at once, only the better one counts.",
        campaign_for: |name, tiers| format!("{name}, only for {}", listed(tiers, "and")),
        q_expiry: "When does it run out?",
        expiry,
        expiry_first: "What runs out first is spent first.",
        expiry_zone: "A day ends at midnight where you are.",
        warned: |n| format!("We tell you {} before.", days(n)),
        grace,
        q_rewards: "What can I turn it into?",
        reward: |money, n| format!("{money} off an order. The code works for {}.", days(n)),
        set_aside: "What a code costs is set aside until an order uses it. If you cancel it or its time is over, that comes back by itself.",
        cancelled: "If an order is cancelled, exactly what it earned is taken back.",
        refunded: "If a part of its money is given back, the same part of what it earned is taken back, and never more than it earned.",
        used: "Points that you had used for the order come back to you in the same way.",
        ran_out: "What has run out by then is not asked for again.",
        spent,
        used_late: "If an order is paid with a code whose points had come back to you, they are taken again.",
        corrected: "The shop can correct your balance. Its reason then stands in your history.",
        welcome: "If a tier is not reached after all, its welcome is taken back with it.",
    },
    q_rules: "Where does this come from?",
    a_rules: |n| format!("This page is made from the rules the server works by: version {n}."),

    elsewhere: &elsewhere::ELSEWHERE,
    voices: &voices::VOICES,
    confirm: Confirm {
        title: "Confirm your e-mail",
        lead: |address, program| format!("{program} may write to {address}."),
        agree: "You agree to this:",
        gives: |amount| format!("It earns {amount}."),
        button: "Yes, confirm",
        not_you: "If this was not you, close this page. Nothing will happen.",
        done_title: "Confirmed",
        done: |amount| format!("Thank you. {amount} added to your balance."),
        done_held: |amount, date| format!("Thank you. {amount} will be available on {date}."),
        done_plain: "Thank you. Your address is confirmed.",
        back: "You can close this page and go back to the shop.",
        expired_title: "This link has expired",
        address_used_title: "This address has earned before",
        expired: "Links work for 24 hours. Ask for a new one in the programme, on the card of this task.",
        used_title: "Already confirmed",
        used: "This link has done its work. There is nothing more to do here.",
        unknown_title: "This link is not known",
        unknown: "Check that the address was copied whole, or ask for a new link in the programme.",
    },
    mails: Mails {
        code_subject: |code, program| format!("{code} is your code for {program}"),
        code_lead: |program| format!("Your code for signing in to {program}:"),
        code_note: "It works for 10 minutes and only once. Nobody will ever ask you for it.",
        code_ignore: "If you did not ask for it, you can ignore this mail.",
        confirm_subject: |program| format!("Confirm your subscription: {program}"),
        confirm_lead: |program| {
            format!(
                "Someone, we hope you, asked {program} to write to this address. Please confirm that you agree:"
            )
        },
        confirm_button: "Open the page that confirms",
        confirm_note: "The link works for 24 hours. Opening it changes nothing until you press the button there.",
        confirm_ignore: "If this was not you, ignore this mail: nothing more will be sent.",
        address_below: "Or copy this address into your browser:",
    },
};
