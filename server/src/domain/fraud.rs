//! What speaks against a referral. What is certain refuses it; everything else is a signal with a weight, and a person
//! looks once the weights come to enough. No signal decides by itself, least of all an address that a household shares.

use super::Instant;
use app::api::WeighedSignal;

/// From this sum of weights on, a person looks.
pub const THRESHOLD: i64 = 50;

/// What is known when a friend's order is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The order's address, canonical, if there is one.
    pub friend_email: Option<String>,
    /// The advocate's addresses, canonical.
    pub advocate_emails: Vec<String>,
    /// Whether friend and advocate are the same member.
    pub same_member: bool,
    /// Whether the friend has paid before, here or as the shop says.
    pub is_customer: bool,
    /// Whether the order is below what the rule asks for.
    pub is_small: bool,
    /// Whether the gift was taken longer ago than the window.
    pub is_late: bool,
    /// Whether the advocate has brought as many as the rule allows.
    pub is_capped: bool,
    /// Whether an order of the advocate went to the same address.
    pub same_address: bool,
    /// Whether an order of the advocate was paid with the same card.
    pub same_card: bool,
    /// Whether the gift was taken from where the advocate's own panel was opened lately: a keyed digest is compared.
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
    let _ = seen;
    Verdict::Pass(Vec::new())
}
