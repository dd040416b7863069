//! Tasks that are done on other services, in English.

use crate::text::elsewhere::{Elsewhere, List, Visit, Window, Writing};

pub(super) static ELSEWHERE: Elsewhere = Elsewhere {
    will_check: |service| {
        format!(
            "You sign in at {service}, and we ask {service} itself whether you follow. A click alone earns nothing."
        )
    },
    checked: "You showed that the account is yours, and the service itself told us that it follows the shop.",
    will_look_again: |days| {
        let days = super::days(days);
        format!(
            "We look again after {days}. If you no longer follow then, we tell you first, and take the points back three days later."
        )
    },
    undone: |title| format!("“{title}” no longer holds"),
    sign_in: |service| format!("Sign in at {service}"),
    sign_in_note: "A window opens. We learn which account is yours there, and nothing else.",
    field_handle: "Your handle there",
    hint_handle: "Such as anna.bsky.social",
    field_server: "Your server",
    hint_server: "Such as mastodon.social",
    you_are: |handle| format!("There you are {handle}."),
    open: |service| format!("Open {service}"),
    new_only: "It pays for new follows only, so we look first whether you follow already. Follow after that.",
    begin: "Begin",
    check: "Done: check it",
    check_again: "Check again",
    another_account: "Not your account?",
    let_go: "Disconnect it",
    let_go_note: "What it earned stays, unless a second look is still to come. It can never earn for anybody else.",
    not_yet: "Not yet",
    checking: |service| {
        format!("We are asking {service}. You can leave: the result arrives by itself.")
    },
    not_now: |service| {
        format!(
            "{service} does not answer just now. We go on trying by ourselves, and you lose nothing."
        )
    },
    not_followed: |service| {
        format!(
            "We asked {service}, and it says that you do not follow yet. Follow there, then have it checked again."
        )
    },
    already_followed: |service| {
        format!(
            "{service} says that you followed already. Thank you! This task pays for new follows only; the others are open to you."
        )
    },
    account_gone: |service| {
        format!(
            "{service} says that this account is no longer there. Sign in with the one you use now."
        )
    },
    unlinked: |service| {
        format!(
            "Your account at {service} is no longer connected here. Sign in there again to go on."
        )
    },
    not_kept: |service| {
        format!(
            "When we looked again, {service} said that you no longer follow. Follow again to start over."
        )
    },
    could_not_check: |service| {
        format!("{service} did not answer for a week, so we stopped asking. Please try again.")
    },
    notice: |service, day| {
        format!(
            "{service} says that you no longer follow. Follow again by {day}, or the points are taken back."
        )
    },
    window: Window {
        going_title: |service| format!("On to {service}"),
        going: "It asks you there whether we may see which account is yours.",
        go_on: "Go on",
        done_title: "Connected",
        done: |handle, service| format!("{handle} at {service} is yours: we know now."),
        close: "You can close this window. The panel already knows.",
        failed_title: "Not connected",
        nothing_linked: "Nothing was connected.",
        writing: Writing {
            title: |service| format!("Write to the shop on {service}"),
            lead: |service| {
                format!(
                    "{service} lets nobody sign in from here. So send the shop this code there. Six digits come back: type them below."
                )
            },
            digits: "The six digits",
            confirm: "That is my account",
            wrong: "These are not the digits that were sent last. Look again, or send the code once more.",
            note: "The code works for 15 minutes, and only together with this window.",
            reply: |digits, program| {
                format!(
                    "{program}: {digits}. Type these digits into the window from which you came. If you did not begin this, ignore them: without them nothing is connected."
                )
            },
        },
        declined: "You said no, and that is fine. You can start again from the panel at any time.",
        taken: |service| {
            format!(
                "This account at {service} already belongs to another member here. Each account can earn for one person only."
            )
        },
        other_browser: "This sign-in was not begun in this browser. Start it from your own panel.",
        wrong_visit: "This visit was not begun in your own panel, so it cannot count. Start it from there.",
        over: "This sign-in is over, or was used before. Start again from the panel.",
        unknown_handle: "We cannot find this handle. Check how it is written.",
        not_your_handle: "This handle does not lead back to the account that names it, so we cannot tell whose it is.",
        another_account: "You signed in to another account than the one you named. Start again and name that one.",
        bad_server: "This server cannot be asked. Check how its name is written.",
        sign_in_failed: |service| {
            format!("{service} did not confirm the sign-in. Start again from the panel.")
        },
        not_now: |service| {
            format!("{service} does not answer just now. Please try again in a few minutes.")
        },
        shop_must_act: |service| {
            format!(
                "The shop's connection to {service} does not work at the moment. The shop has been told."
            )
        },
    },
    visit: Visit {
        will_check: |seconds| {
            let seconds = super::counted(i64::from(seconds), "second", "seconds");
            format!(
                "We see that you opened the page from here and came back after {seconds} or more. What you did there we do not see, so the points wait a while."
            )
        },
        checked: "We saw that you opened the page from here and came back. What you did there we did not see.",
        open: "Open the page",
        open_again: "Open it again",
        opened: "The page is open. Look around, and come back.",
        back: "I am back",
        going: "The page opens by itself.",
    },
    list: List {
        will_check: |service| {
            format!(
                "You subscribe with the shop's own form, and we ask {service} whether your address is on the list. You can unsubscribe at any time, and keep what you earned."
            )
        },
        checked: "The service that keeps the shop's mailing list told us that your address is on it.",
        address: |address| format!("We ask about {address}, the address that you have proven."),
        no_address: "First show that an address is yours: sign in with it at the shop, or with a code.",
        open: "Open the form",
        not_subscribed: |service| {
            format!(
                "We asked {service}, and your address is not on the list yet. Subscribe with it, confirm if a mail asks you to, then have it checked again."
            )
        },
    },
};
