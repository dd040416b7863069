//! What is passed on, downloaded and done in the shop, and days in a row, in English.

use super::super::{counted, days};
use crate::text::voices::{Download, Handed, Share, Till};

pub(super) const HANDED: Handed = Handed {
    share: Share {
        will_check: "You get a link of your own. It counts once, when somebody else opens it and goes on to the shop. What they do there we do not see, so the points wait a while.",
        checked: "Your link was opened in another browser or on another network, and led on to the shop. Who it was we do not know.",
        begin: "Make my link",
        label: "Your link",
        hint: "It counts when a friend opens it and goes on to the shop. Opening it yourself does not.",
        send: "Pass it on",
        copied: "Copied",
        places: "Pass it on by",
        mail: "E-mail",
        title: |program| format!("For you: {program}"),
        lead: |program| format!("Somebody who knows {program} thought that you might like it."),
        note: "If you go on, whoever sent you this link earns points at the shop. Of you, nothing is kept.",
        to_shop: "To the shop",
        own_title: "This does not count yet",
        own: "This link was made in a browser like this one, on this network. It counts when a friend opens it somewhere else.",
    },
    download: Download {
        will_check: "You get a link to the file that works once. It counts when the file has arrived whole.",
        checked: "Our server sent you the file from its first byte to its last.",
        begin: "Get my link",
        open: "To the file",
        hint: "The link works for 24 hours, until the file has arrived whole.",
        kilobytes: "KB",
        megabytes: "MB",
        size: |number, unit| format!("{number}\u{a0}{unit}"),
        button: "Download",
        note: "It counts when the file has arrived whole. If it breaks off, begin it again here.",
        used_title: "Already downloaded",
        used: "This file has arrived, and its link works only once.",
        over_title: "This link is over",
        over: "It did not lead to a whole download within 24 hours. Get a new one in the panel.",
        missing_title: "The file is not here",
        missing: "The shop has not put the file here yet. Please try again later.",
    },
    till: Till {
        will_check: "A code that changes stands on the till. Type it in here while you are in the shop, or have the staff confirm that you are there.",
        checked: "You typed in the code that stood on the till at that moment, or the staff confirmed that you were there.",
        label: "Code on the till",
        hint: "Six letters and digits. It changes every 30 seconds.",
        send: "I am here",
        wrong: "This code does not stand on the till now. Type in the one that stands there.",
        how: "Type this code into your panel.",
        changes: "It changes every 30 seconds.",
        picture: "The code as a picture, to be scanned",
    },
    in_a_row: |n| format!("{} in a row", days(n)),
    begin_row: |wanted, amount| format!("{} in a row give {amount} extra.", days(wanted)),
    go_on_row: |n, more, amount| {
        let so_far = if n == 1 {
            "1\u{a0}day so far".to_owned()
        } else {
            format!("{} in a row", days(n))
        };
        let more = counted(i64::from(more), "more gives", "more give");
        format!("{so_far}; {more} {amount} extra.")
    },
    unknown_title: "Nothing is here",
    unknown: "This link is not whole, or it never led anywhere. Open it once more from where you found it.",
};
