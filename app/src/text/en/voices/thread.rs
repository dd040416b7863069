//! What members write to the shop, and its answers, in English.

use super::super::counted;
use crate::text::voices::Thread;

/// Hours, or days where they are whole and many.
fn time(hours: u32) -> String {
    if hours > 48 && hours.is_multiple_of(24) {
        counted(i64::from(hours / 24), "day", "days")
    } else {
        counted(i64::from(hours), "hour", "hours")
    }
}

pub(super) const THREAD: Thread = Thread {
    will_check: "It counts as soon as you have sent it. Praise and complaints earn the same.",
    checked: "You wrote to the shop from here, and your message arrived.",
    title: "Your messages",
    lead: "Ask, complain, or say what could be better. The answer arrives here.",
    promise: |hours| format!("The shop promises to answer within {}.", time(hours)),
    begin: "Write to the shop",
    field: "Your message",
    hint: "At least 20 characters.",
    send: "Send to the shop",
    you: "You",
    promised: |when| format!("Answer promised by {when}."),
    late: |when| format!("An answer was promised by {when}. It is late, and the shop sees that."),
    unread: "New",
    mark_read: "Mark as read",
    reply: "Reply",
    field_reply: "Your reply",
    send_reply: "Send the reply",
    earlier: |n| {
        let what = counted(
            n,
            "earlier message is not shown",
            "earlier messages are not shown",
        );
        format!("{what}.")
    },
    event: "The shop has answered you.",
    read_answer: "Read the answer",
    field_text: "This text is too short, too long, or has characters that cannot be read.",
};
