//! Referrals that wait for a person, in English.

use super::super::counted;
use crate::text::voices::referral_queue::{Before, Noticed, ReferralQueue, Sources};

pub(super) const REFERRAL_QUEUE: ReferralQueue = ReferralQueue {
    title: "Friends",
    heading: |who| format!("{who} brings a friend"),
    record: |friends, counted_so_far, came_back| {
        let friends = counted(friends, "friend has", "friends have");
        let counted_so_far = counted(counted_so_far, "of them counts", "of them count");
        let came_back = counted(came_back, "order", "orders");
        format!(
            "So far {friends} ordered, this one among them. {counted_so_far}. {came_back} came back."
        )
    },
    friend: "Friend",
    order: "Order",
    found_by: "Known by",
    by_gift: "the code of the gift",
    by_code: "the code given at the checkout",
    by_email: "the address that took the gift",
    pays: "It pays",
    pays_both: |advocate, friend| format!("{advocate}, and {friend} for the friend"),
    unknown: "not known",
    appeal: "What the member says",
    before: Before {
        self_referral: "It was refused because the order seems to be the member's own.",
        existing_customer: "It was refused because the buyer has bought here before.",
        decided: "The shop has refused it before.",
    },
    noticed: "Why you are asked",
    nothing_noticed: "Nothing unusual was noticed.",
    seen: "What was seen",
    weight: "Weight",
    known_from: "Known from",
    sources: Sources {
        order: "orders",
        gift: "the gift",
        ledger: "the statement",
        list: "a public list",
    },
    signals: Noticed {
        disposable_address: "The friend's address is of a kind that is thrown away after use.",
        same_card: "The same card has paid before.",
        velocity: "Unusually many friends bought within a day.",
        refunded: "Orders of earlier friends came back.",
        unknown_buyer: "The order has no e-mail address, so it may not be a first one.",
        only_address: "Only the address on the order ties it to the gift.",
        chain: "This friend resembles whoever brought the member.",
        same_address: "The order goes to an address that is known already. Households share one.",
        many_gifts: "Unusually many gifts were taken from this link within a day.",
        same_network: "The gift was taken from where the member chose their code. Many people may share a network.",
        young_advocate: "The member has only just joined.",
        other: "Something is unusual about this order.",
    },
    total: |score, threshold| {
        format!("Together {score}. From {threshold} on, a person looks. None of this is proof.")
    },
    accept: "It counts",
    accept_note: "Both are paid once the order can no longer come back.",
    refuse: "It does not count",
    refuse_note: |who| format!("Nobody is paid. {who} reads your reason."),
    reasons: [
        "The friend has bought here before.",
        "The order seems to be your own.",
        "We could not see that a new customer bought this.",
    ],
    accepted: |who| format!("It counts for {who}."),
    refused: |who| format!("It does not count. {who} reads your reason."),
};
