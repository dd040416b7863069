//! Reviews that are written on another service, in English.

use crate::text::voices::Judged;

pub(super) const JUDGED: Judged = Judged {
    will_check: |service| {
        format!(
            "Write it with the address that you have proven here, after you have bought something. {service} tells us of it. One star or five: it earns the same."
        )
    },
    checked: "The service that keeps the shop's reviews sent us a signed note of yours, and your order shows that you have bought here.",
    open: "Write a review",
    spam: "The shop marked this review as spam, so the points were taken back. If that is a mistake, write to the shop.",
};
