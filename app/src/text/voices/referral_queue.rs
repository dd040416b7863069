//! Referrals that wait for a person, on the owner's page.

use crate::text::words::{Say1, Say2};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct ReferralQueue {
    pub(crate) title: &'static str,
    /// Who brings a friend.
    pub(crate) heading: Say1,
    /// The advocate's friends so far: who ordered, who counted, whose orders came back.
    pub(crate) record: fn(i64, i64, i64) -> String,

    // What is known.
    pub(crate) friend: &'static str,
    pub(crate) order: &'static str,
    pub(crate) found_by: &'static str,
    pub(crate) by_gift: &'static str,
    pub(crate) by_code: &'static str,
    pub(crate) by_email: &'static str,
    pub(crate) pays: &'static str,
    /// For the advocate, and for the friend.
    pub(crate) pays_both: Say2,
    pub(crate) unknown: &'static str,
    pub(crate) appeal: &'static str,
    pub(crate) before: Before,

    // What was noticed.
    pub(crate) noticed: &'static str,
    pub(crate) nothing_noticed: &'static str,
    pub(crate) seen: &'static str,
    pub(crate) weight: &'static str,
    pub(crate) known_from: &'static str,
    pub(crate) sources: Sources,
    pub(crate) signals: Noticed,
    /// The sum, and from which sum on a person looks.
    pub(crate) total: Say2,

    // Deciding.
    pub(crate) accept: &'static str,
    pub(crate) accept_note: &'static str,
    pub(crate) refuse: &'static str,
    /// Who earns nothing.
    pub(crate) refuse_note: Say1,
    pub(crate) reasons: [&'static str; 3],
    /// Whose referral counts.
    pub(crate) accepted: Say1,
    pub(crate) refused: Say1,
}

/// Why it was refused before the advocate asked for a person.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) self_referral: &'static str,
    pub(crate) existing_customer: &'static str,
    pub(crate) decided: &'static str,
}

/// Where something is known from.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) order: &'static str,
    pub(crate) gift: &'static str,
    pub(crate) ledger: &'static str,
    pub(crate) list: &'static str,
}

/// What each signal says.
#[derive(Debug)]
pub(crate) struct Noticed {
    pub(crate) disposable_address: &'static str,
    pub(crate) same_card: &'static str,
    pub(crate) velocity: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) unknown_buyer: &'static str,
    pub(crate) only_address: &'static str,
    pub(crate) chain: &'static str,
    pub(crate) same_address: &'static str,
    pub(crate) many_gifts: &'static str,
    pub(crate) same_network: &'static str,
    pub(crate) young_advocate: &'static str,
    pub(crate) other: &'static str,
}

impl ReferralQueue {
    /// How it was found out whose friend it is.
    pub(crate) fn found(&self, by: &str) -> &'static str {
        match by {
            "gift" => self.by_gift,
            "code" => self.by_code,
            _ => self.by_email,
        }
    }

    /// Why it was refused before; nothing where it was not.
    pub(crate) fn refused_before(&self, code: &str) -> Option<&'static str> {
        Some(match code {
            "self_referral" => self.before.self_referral,
            "existing_customer" => self.before.existing_customer,
            "decided" => self.before.decided,
            _ => return None,
        })
    }

    /// What a signal says.
    pub(crate) fn signal(&self, code: &str) -> &'static str {
        match code {
            "disposable_address" => self.signals.disposable_address,
            "same_card" => self.signals.same_card,
            "velocity" => self.signals.velocity,
            "refunded" => self.signals.refunded,
            "unknown_buyer" => self.signals.unknown_buyer,
            "only_address" => self.signals.only_address,
            "chain" => self.signals.chain,
            "same_address" => self.signals.same_address,
            "many_gifts" => self.signals.many_gifts,
            "same_network" => self.signals.same_network,
            "young_advocate" => self.signals.young_advocate,
            _ => self.signals.other,
        }
    }

    /// Where a signal is known from.
    pub(crate) fn source(&self, source: &str) -> &'static str {
        match source {
            "gift" => self.sources.gift,
            "ledger" => self.sources.ledger,
            "list" => self.sources.list,
            _ => self.sources.order,
        }
    }
}
