//! What speaks against a referral. What is certain refuses it; everything else is a signal with a weight, and a person
//! looks once the weights come to enough. No signal decides by itself, least of all an address that a household shares.

#[cfg(test)]
mod tests;

use super::{DAY, Instant, email};
use app::api::WeighedSignal;

/// From this sum of weights on, a person looks.
pub const THRESHOLD: i64 = 50;

/// An address that is thrown away costs nothing and is asked for by whoever makes up friends. Shoppers who want no
/// mail have some, too, and lists err: a person looks, nobody is refused.
const DISPOSABLE_ADDRESS: i64 = 60;
/// Two people seldom pay with one card; couples do, and so do parents for a child. Enough for a person to look.
const SAME_CARD: i64 = 60;
/// Of whom nothing is known that a member or an earlier order could be known by, nobody can say that they are new.
const UNKNOWN_BUYER: i64 = 60;
/// One order after the other within a day is how made-up friends come, and how a post in a busy chat works.
const VELOCITY: i64 = 40;
/// Once is bad luck; whoever's friends send back what they bought again and again may be their friends' only customer.
const REFUNDED: i64 = 40;
/// Whoever was brought, and now brings the one who brought them, goes in a circle. So do families who share a cupboard.
const CHAIN: i64 = 30;
/// Anybody can type in a stranger's address when a gift is taken, and wait for their order.
const ONLY_ADDRESS: i64 = 30;
/// A household shares an address, and households recommend shops to each other: it needs more beside it.
const SAME_ADDRESS: i64 = 20;
/// A link that many take gifts from stands somewhere in public. That is allowed, and worth to be known.
const MANY_GIFTS: i64 = 20;
/// A café, an office, a mobile network: thousands share one. It is never enough with anything else that is weak.
const SAME_NETWORK: i64 = 10;
/// Most who join bring nobody on the first day, but some do, out of joy.
const YOUNG_ADVOCATE: i64 = 10;

/// Friends who bought within a day that are usual.
const FRIENDS_A_DAY: i64 = 5;
/// Gifts taken within a day that are usual.
const GIFTS_A_DAY: i64 = 20;
/// So many friends whose orders came back are no accident.
const REFUNDED_MIN: i64 = 2;

/// What is known when a friend's order is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are findings, each of which may be true beside all others"
)]
pub struct Seen {
    /// The order's address, canonical, if there is one.
    pub friend_email: Option<String>,
    /// The advocate's addresses, canonical.
    pub advocate_emails: Vec<String>,
    /// Whether friend and advocate are the same member, or members who have proven the same mailbox.
    pub same_member: bool,
    /// Whether the friend has paid before, here or as the shop says.
    pub is_customer: bool,
    /// Whether the friend is no member, and the order has no address.
    pub unknown_buyer: bool,
    /// Whether nothing but the order's address says whose friend it is.
    pub only_address: bool,
    /// Whether the order's goods are below what the rule asks for.
    pub is_small: bool,
    /// Whether the gift was taken longer ago than the window.
    pub is_late: bool,
    /// Whether the advocate has brought as many as the rule allows.
    pub is_capped: bool,
    /// Whether an order of the advocate, or of another friend of theirs, went to the same address.
    pub same_address: bool,
    /// Whether an order of the advocate, or of another friend of theirs, was paid with the same card.
    pub same_card: bool,
    /// Whether the gift was taken from where the advocate lately chose their code: a keyed digest is compared.
    pub same_network: bool,
    /// Friends of the advocate whose orders were paid within a day, this one among them.
    pub friends_today: i64,
    /// Gifts of the advocate's link that were taken within a day.
    pub gifts_today: i64,
    /// Friends of the advocate whose orders came back so far.
    pub refunded: i64,
    /// Whether the advocate came by a friend who shares an address, a card or a mailbox with this friend.
    pub chain: bool,
    /// When the advocate joined.
    pub advocate_joined_at: Instant,
    /// When the order was paid.
    pub now: Instant,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does not count, for this reason: `self_referral`, `existing_customer`, `below_minimum`, `window`, `cap`.
    Refuse(&'static str),
    /// A person looks at these.
    Look(Vec<WeighedSignal>),
    /// It counts; what was noticed is kept all the same.
    Pass(Vec<WeighedSignal>),
}

/// What follows from what is known.
pub fn judge(seen: &Seen) -> Verdict {
    if let Some(reason) = refusal(seen) {
        return Verdict::Refuse(reason);
    }
    let signals = signals(seen);
    if score(&signals) >= THRESHOLD {
        Verdict::Look(signals)
    } else {
        Verdict::Pass(signals)
    }
}

/// The sum of the weights.
pub fn score(signals: &[WeighedSignal]) -> i64 {
    signals.iter().map(|signal| signal.weight).sum()
}

/// What is certain, the gravest first.
fn refusal(seen: &Seen) -> Option<&'static str> {
    let own_mailbox = seen
        .friend_email
        .as_ref()
        .is_some_and(|address| seen.advocate_emails.contains(address));
    let certain = [
        (seen.same_member || own_mailbox, "self_referral"),
        (seen.is_customer, "existing_customer"),
        (seen.is_small, "below_minimum"),
        (seen.is_late, "window"),
        (seen.is_capped, "cap"),
    ];
    certain
        .into_iter()
        .find_map(|(holds, reason)| holds.then_some(reason))
}

/// All that was noticed, the heaviest first.
fn signals(seen: &Seen) -> Vec<WeighedSignal> {
    let domain = seen.friend_email.as_deref().map_or("", email::domain_of);
    let noticed = [
        (
            email::is_disposable(domain),
            ("disposable_address", DISPOSABLE_ADDRESS, "list"),
            format!("{domain} is on a public list of domains for throwaway addresses."),
        ),
        (
            seen.same_card,
            ("same_card", SAME_CARD, "order"),
            "An order of the advocate, or of another friend of theirs, was paid with the same card."
                .to_owned(),
        ),
        (
            seen.unknown_buyer,
            ("unknown_buyer", UNKNOWN_BUYER, "order"),
            "Who ordered is no member, and the order has no address: nobody can tell whether it is their first."
                .to_owned(),
        ),
        (
            seen.friends_today > FRIENDS_A_DAY,
            ("velocity", VELOCITY, "order"),
            format!(
                "{} friends of this advocate bought within a day, this one among them; up to {FRIENDS_A_DAY} are usual.",
                seen.friends_today
            ),
        ),
        (
            seen.refunded >= REFUNDED_MIN,
            ("refunded", REFUNDED, "ledger"),
            format!(
                "The orders of {} earlier friends of this advocate came back.",
                seen.refunded
            ),
        ),
        (
            seen.chain,
            ("chain", CHAIN, "order"),
            "Who brought the advocate has the same mailbox, address or card as this friend."
                .to_owned(),
        ),
        (
            seen.only_address,
            ("only_address", ONLY_ADDRESS, "gift"),
            "The order names no gift and no code; only its address is one that a gift was taken under.".to_owned(),
        ),
        (
            seen.same_address,
            ("same_address", SAME_ADDRESS, "order"),
            "An order of the advocate, or of another friend of theirs, went to the same address; households share one."
                .to_owned(),
        ),
        (
            seen.gifts_today > GIFTS_A_DAY,
            ("many_gifts", MANY_GIFTS, "gift"),
            format!(
                "{} gifts were taken from this advocate's link within a day; up to {GIFTS_A_DAY} are usual.",
                seen.gifts_today
            ),
        ),
        (
            seen.same_network,
            ("same_network", SAME_NETWORK, "gift"),
            "The gift was taken from where the advocate chose their code; many share a network."
                .to_owned(),
        ),
        (
            seen.now - seen.advocate_joined_at < DAY,
            ("young_advocate", YOUNG_ADVOCATE, "ledger"),
            "The advocate joined less than a day before.".to_owned(),
        ),
    ];
    noticed
        .into_iter()
        .filter(|(is_so, ..)| *is_so)
        .map(|(_, sort, detail)| weighed(sort, detail))
        .collect()
}

fn weighed((code, weight, source): (&str, i64, &str), detail: String) -> WeighedSignal {
    WeighedSignal {
        code: code.to_owned(),
        weight,
        detail,
        source: source.to_owned(),
    }
}
