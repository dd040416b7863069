//! Members who bring friends, in English.

use super::super::{counted, days};
use crate::text::voices::Refer;
use crate::text::voices::refer::{
    Friends, Inline, Landing, PassOn, Problems, Reasons, Rules, Stages,
};

/// 1st, 2nd, 3rd, 4th, 11th, 21st.
fn ordinal(number: i64) -> String {
    let is_teen = (11..=13).contains(&(number % 100));
    let ending = match number % 10 {
        1 if !is_teen => "st",
        2 if !is_teen => "nd",
        3 if !is_teen => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

pub(super) const REFER: Refer = Refer {
    title: "Bring a friend",
    friend_bought: |number| format!("your friend no. {number} has bought"),
    came_by_friend: |order| format!("you came by a friend, order №{order}"),
    friend_undone: |number| format!("the order of your friend no. {number} came back"),
    came_undone: "the order that you came by a friend with came back",
    rules: RULES,
    pass_on: PASS_ON,
    friends: FRIENDS,
    inline: INLINE,
    landing: LANDING,
    problems: PROBLEMS,
};

const RULES: Rules = Rules {
    question: "What do I get for bringing a friend?",
    friend_gets: |gift| format!("Your friend gets: {gift}."),
    you_get: |amount| format!("You get {amount} for each friend."),
    you_get_from: |friends, amount| {
        format!(
            "From the {} friend who counts on: {amount} each.",
            ordinal(friends)
        )
    },
    counts: |window, hold, minimum| {
        let least = minimum.map_or_else(String::new, |money| format!(", comes to {money} or more"));
        let paid = if hold == 0 {
            " and is paid".to_owned()
        } else {
            format!(", is paid and has stayed for {}", days(hold))
        };
        format!(
            "A friend counts when their first order follows within {}{least}{paid}.",
            days(window)
        )
    },
    friend_points: |amount| {
        format!("A friend who is a member by then gets {amount} on top of the gift.")
    },
    together: "Both of you are rewarded at the same moment.",
    not: "You yourself do not count, nor does anybody who has bought here before.",
    per_month: |n| {
        format!(
            "At most {} in 30\u{a0}days.",
            counted(n, "friend counts", "friends count")
        )
    },
    undone: "If the order comes back later, the reward for it is taken back on both sides.",
};

const PASS_ON: PassOn = PassOn {
    link_hint: "Whoever opens it sees the gift. Opening it counts nothing: an order does.",
    copy: "Copy the link",
    language: "Language of your friend",
    message: "Text to go along",
    message_hint: "Change it as you like. The link is added by itself.",
    picture_title: "Show it as a picture",
    picture: "Your link as a picture, to be scanned",
    own_code: "Choose your own code",
    code: "New code",
    code_hint: "4 to 20 Latin letters, digits and hyphens. Links with your old code go on working.",
    choose: "Use this code",
};

const FRIENDS: Friends = Friends {
    title: "Your friends",
    none: "Nobody has taken the gift yet. Send your link to somebody who would like it here.",
    so_far: |n, amount| {
        format!(
            "{} so far, which came to {amount}.",
            counted(n, "friend has counted", "friends have counted")
        )
    },
    friend: |n| format!("Friend no.\u{a0}{n}"),
    stages: Stages {
        gift: "Has taken the gift and not ordered yet",
        waiting: "Has ordered; we wait until the order can no longer come back",
        checking: "A person of the shop is looking at it",
        rewarded: "Has counted",
        refused: "Does not count",
        reversed: "Counted, and was taken back",
        lapsed: "The gift was not used in time",
    },
    due: |amount, day| format!("{amount} on {day}, if nothing comes between."),
    reasons: Reasons {
        self_referral: "The order looks like your own: bringing oneself does not count.",
        existing_customer: "Whoever ordered had bought here before.",
        below_minimum: "The order was smaller than the rule asks.",
        cap: "As many friends as can count in 30\u{a0}days have counted.",
        window: "The order came after the time for it.",
        refunded: "The order was given back.",
        cancelled: "The order was cancelled.",
        suspicious: "Something about the order is unusual. That proves nothing, so a person looks.",
        decided: "A person of the shop has decided so.",
        other: "The shop will tell you more if you ask.",
    },
    note: |note| format!("They wrote: “{note}”"),
    appeal: "Ask a person to look again",
    appeal_label: "Why it should count",
    appeal_hint: "At most 500 characters.",
    appeal_send: "Send",
};

const INLINE: Inline = Inline {
    guest: |amount, gift| {
        format!("Members who bring a friend get {amount}. The friend gets: {gift}.")
    },
    thanks: "Thank you for your order",
    earned: |amount| format!("This order earned {amount}."),
    from: |day| format!("You can spend that from {day} on."),
    at_once: "You can spend that now.",
    earned_nothing: "This order earned nothing.",
    not_told: "What this order earns stands here as soon as the shop has told us that it is paid.",
    would_earn: |amount| format!("As a member you would have earned {amount} with this order."),
    nudge: |amount, gift| {
        format!("Know somebody who would like it here? They get: {gift}. You get {amount}.")
    },
};

const LANDING: Landing = Landing {
    og_locale: "en_US",
    gift: "Your gift",
    first_order: "It is for a first order in this shop.",
    minimum: |money| format!("The order has to come to {money} or more."),
    days: |n| format!("You can use it for {} from when you take it.", days(n)),
    not_on_sale: "It does not count for what is on sale.",
    no_other_codes: "It cannot be used together with other codes.",
    friend_points: |amount| {
        format!("If you are a member by the time it counts, you get {amount} as well.")
    },
    advocate: |amount, hold, minimum| {
        let least = minimum.map_or_else(String::new, |money| format!(" of {money} or more"));
        let stayed = if hold == 0 {
            String::new()
        } else {
            format!(" and has stayed for {}", days(hold))
        };
        format!(
            "Whoever sent you this link gets {amount} once your order{least} is paid{stayed}. They do not learn who you are."
        )
    },
    from_to: |least, most| format!("{least} to {most}"),
    email: "Your e-mail, if you like",
    email_hint: "We keep it only to know that the gift is yours, no newsletter.",
    bad_email: "This is not an e-mail address. Check how it is written, or leave it out.",
    take: "Take the gift",
    taken_title: "The gift is yours",
    code: "Your code",
    until: |day| format!("You can use it until {day}."),
    how: "The button takes the code along to the shop. You can also type it in at the checkout.",
    noted: |address| format!("We have noted that it belongs to {address}."),
    kept: "Open the same link in this browser to see the code again.",
    to_shop: "To the shop",
    used_title: "This gift has been used",
    used: "An order has been placed with it. There is one gift for each new customer.",
    many_title: "No more gifts today",
    many: "Very many gifts were taken by this link today. Try again tomorrow, or ask your friend to write to the shop.",
};

const PROBLEMS: Problems = Problems {
    bad_code: "Use 4 to 20 Latin letters, digits and hyphens.",
    code_taken: "Somebody else has this code. Choose another one.",
    too_many_codes: "You have as many codes as one can have, and all of them go on working. Choose one of those.",
    appeal_not_open: "A person can look at this once, within 30\u{a0}days of the refusal.",
};
