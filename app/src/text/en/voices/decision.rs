//! What waits for a person, and the pages on which they decide, in English.

use super::super::counted;
use crate::text::voices::{Decision, Fields, Notices, Pages, Signals};

pub(super) const DECISION: Decision = Decision {
    person_looks: "A person at the shop looks at this first. You will see the result here.",
    waits_title: "Confirmed",
    waits: "Thank you. Your address is confirmed. Before the points are added, a person at the shop looks at this. You will see the result in the programme, on the card of this task.",
    refused: "The shop looked at this and did not accept it.",
    pages: Pages {
        title: "Decisions",
        sign_out: "Sign out",
        ask_title: "Come in",
        ask: |program| {
            format!(
                "This link opens the page on which the people of {program} decide: about reviews, about attempts that were held up, and about what members write."
            )
        },
        ask_note: "It works once. This browser then stays signed in for up to 12 hours.",
        ask_button: "Open the page",
        bad_link_title: "This link no longer works",
        bad_link: "A link works once, within 24 hours. Ask whoever runs the server for a new one.",
        signed_out_title: "You are not signed in",
        signed_out: "The session is over, or this browser was never let in. Ask whoever runs the server for a new link.",
        new_link: "They make one with this command:",
        reviews: "Reviews",
        held: "Held attempts",
        messages: "Messages",
        nothing: "Nothing waits for you.",
        more: |n| {
            let more = counted(n, "more waits", "more wait");
            format!("{more}. They come up as you decide about these.")
        },
        since: |day| format!("Waits since {day}"),
        review_of: |who, product| format!("{who} on {product}"),
        stars: |n| format!("{n} of 5 stars"),
        signed: |author| format!("Signed: {author}"),
        photo: |n| format!("Photo {n} of this review"),
        against: "Why you are asked",
        proven: "What was proven",
        nothing_proven: "Nothing was proven.",
        accept: |amount| format!("Accept: {amount}"),
        accept_plain: "Accept",
        refuse: "Refuse",
        refuse_note: |who| format!("{who} earns nothing and reads your reason. This is final."),
        reason: "Reason",
        reason_hint: "The member reads it, in up to 500 characters.",
        reasons_review: [
            "This is about the delivery and not about the product.",
            "It names other people, or how to reach them.",
            "It is insulting.",
            "It does not say anything about the product.",
        ],
        reasons_held: [
            "This address gets mail for somebody else who has earned already.",
            "Please use an address that you keep.",
            "This account is too new. Come back when it is older.",
            "We could not see that this was you.",
        ],
        message_of: |who| format!("{who} writes"),
        shop: "The shop",
        earlier: |n| {
            let earlier = counted(n, "older message", "older messages");
            format!("{earlier} not shown")
        },
        answer: "Your answer",
        send: "Send the answer",
        decided: "Recently decided",
        accepted_on: |day, by| format!("Accepted on {day}, {by}"),
        refused_on: |day, by| format!("Refused on {day}, {by}"),
        by_page: "on this page",
        by_key: |key| format!("by the key {key}"),
        take_back: "Take back",
        take_back_note: |amount, who| {
            format!("Takes {amount} back from {who}, who reads your reason. This is final.")
        },
        remove_note: |who| {
            format!("Takes the acceptance back. {who} reads your reason. This is final.")
        },
        notices: Notices {
            accepted: |amount, who| format!("Accepted: {amount} for {who}."),
            accepted_plain: |who| format!("Accepted for {who}."),
            refused: |who| format!("Refused. {who} reads your reason and has earned nothing."),
            taken_back: |amount, who| format!("Taken back: {amount} for {who}."),
            taken_back_plain: |who| format!("Taken back from {who}."),
            was_accepted: |who| {
                format!(
                    "This was accepted for {who} before your answer came. Nothing has changed; you can take it back below."
                )
            },
            was_refused: |who| {
                format!(
                    "This was refused for {who} before your answer came, and that is final. Nothing has changed."
                )
            },
            not_waiting: "This no longer waits for anybody. Nothing has changed.",
            needs_reason: "Give a reason of 1 to 500 characters: the member reads it. Nothing has changed.",
            answered: |who| format!("Your answer is with {who}."),
            needs_text: "Write something first, in up to 4,000 characters. Nothing was sent.",
            gone: "This is no longer here, or the programme no longer has its task. Nothing has changed.",
        },
        signals: Signals {
            disposable_address: "The address is of a kind that is thrown away after use.",
            same_mailbox: "The mailbox behind this address has earned for another member.",
            velocity: "Unusually many addresses of this domain were confirmed within an hour.",
            new_account: "The account there is younger than the task asks for.",
            busy_member: "This member did unusually many tasks within a few minutes.",
            other: "Something is unusual about this attempt.",
        },
        fields: Fields {
            by: "Shown by",
            step: "Step",
            service: "Service",
            account: "Account",
            target: "What it is about",
            order: "Order",
            product: "Product",
            seconds: "Seconds",
            status: "Status",
        },
    },
};
