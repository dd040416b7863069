//! Members who bring friends, and the page that friends see.

use crate::api::ReferralStage;
use crate::text::words::{Say1, Say2, SayN};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Refer {
    /// Of the section.
    pub(crate) title: &'static str,

    // Of a line of the statement.
    /// The number of the friend.
    pub(crate) friend_bought: Say1,
    /// The order.
    pub(crate) came_by_friend: Say1,
    /// The number of the friend.
    pub(crate) friend_undone: Say1,
    pub(crate) came_undone: &'static str,

    pub(crate) rules: Rules,
    pub(crate) pass_on: PassOn,
    pub(crate) friends: Friends,
    pub(crate) inline: Inline,
    pub(crate) landing: Landing,
    pub(crate) problems: Problems,
}

/// The rules in plain words.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) question: &'static str,
    /// The friend's gift.
    pub(crate) friend_gets: Say1,
    /// Points for each friend.
    pub(crate) you_get: Say1,
    /// From which friend on, and points for each.
    pub(crate) you_get_from: fn(i64, &str) -> String,
    /// Days of the gift, days of the hold, and the least that the order comes to, if there is one.
    pub(crate) counts: fn(u32, u32, Option<&str>) -> String,
    /// Points for a friend who is a member by then.
    pub(crate) friend_points: Say1,
    pub(crate) together: &'static str,
    pub(crate) not: &'static str,
    pub(crate) per_month: SayN,
    pub(crate) undone: &'static str,
}

/// Passing the link on.
#[derive(Debug)]
pub(crate) struct PassOn {
    pub(crate) link_hint: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) language: &'static str,
    pub(crate) message: &'static str,
    pub(crate) message_hint: &'static str,
    pub(crate) picture_title: &'static str,
    pub(crate) picture: &'static str,
    pub(crate) own_code: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) choose: &'static str,
}

/// Where each friend stands.
#[derive(Debug)]
pub(crate) struct Friends {
    pub(crate) title: &'static str,
    pub(crate) none: &'static str,
    /// How many have counted, and what came of it.
    pub(crate) so_far: fn(i64, &str) -> String,
    /// Which one.
    pub(crate) friend: SayN,
    pub(crate) stages: Stages,
    /// How much, and when.
    pub(crate) due: Say2,
    pub(crate) reasons: Reasons,
    /// What a person of the shop wrote.
    pub(crate) note: Say1,
    pub(crate) appeal: &'static str,
    pub(crate) appeal_label: &'static str,
    pub(crate) appeal_hint: &'static str,
    pub(crate) appeal_send: &'static str,
}

/// What each stage is called.
#[derive(Debug)]
pub(crate) struct Stages {
    pub(crate) gift: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) checking: &'static str,
    pub(crate) rewarded: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) reversed: &'static str,
    pub(crate) lapsed: &'static str,
}

impl Stages {
    /// The words for a stage.
    pub(crate) fn of(&self, stage: ReferralStage) -> &'static str {
        match stage {
            ReferralStage::Gift => self.gift,
            ReferralStage::Waiting => self.waiting,
            ReferralStage::Checking => self.checking,
            ReferralStage::Rewarded => self.rewarded,
            ReferralStage::Refused => self.refused,
            ReferralStage::Reversed => self.reversed,
            ReferralStage::Lapsed => self.lapsed,
        }
    }
}

/// Why a friend does not count, or is being looked at.
#[derive(Debug)]
pub(crate) struct Reasons {
    pub(crate) self_referral: &'static str,
    pub(crate) existing_customer: &'static str,
    pub(crate) below_minimum: &'static str,
    pub(crate) cap: &'static str,
    pub(crate) window: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) suspicious: &'static str,
    pub(crate) decided: &'static str,
    pub(crate) other: &'static str,
}

impl Reasons {
    /// The words for a reason.
    pub(crate) fn of(&self, code: &str) -> &'static str {
        match code {
            "self_referral" => self.self_referral,
            "existing_customer" => self.existing_customer,
            "below_minimum" => self.below_minimum,
            "cap" => self.cap,
            "window" => self.window,
            "refunded" => self.refunded,
            "cancelled" => self.cancelled,
            "suspicious" => self.suspicious,
            "decided" => self.decided,
            _ => self.other,
        }
    }
}

/// What stands in pages of the shop.
#[derive(Debug)]
pub(crate) struct Inline {
    /// To those who are no members: what a member gets, and what the friend does.
    pub(crate) guest: Say2,
    pub(crate) thanks: &'static str,
    /// What an order earned.
    pub(crate) earned: Say1,
    /// From which day on it can be spent.
    pub(crate) from: Say1,
    pub(crate) at_once: &'static str,
    pub(crate) earned_nothing: &'static str,
    pub(crate) not_told: &'static str,
    /// What an order of a guest would have earned.
    pub(crate) would_earn: Say1,
    /// Asks to pass the link on: what the member gets, and what the friend does.
    pub(crate) nudge: Say2,
}

/// The page that friends see.
#[derive(Debug)]
pub(crate) struct Landing {
    /// Language and country, as Open Graph writes them.
    pub(crate) og_locale: &'static str,
    /// Before the gift's name.
    pub(crate) gift: &'static str,
    pub(crate) first_order: &'static str,
    /// The least that the order comes to.
    pub(crate) minimum: Say1,
    pub(crate) days: fn(u32) -> String,
    pub(crate) not_on_sale: &'static str,
    pub(crate) no_other_codes: &'static str,
    /// Points for the friend.
    pub(crate) friend_points: Say1,
    /// What the advocate gets, days of the hold, and the least that the order comes to, if there is one.
    pub(crate) advocate: fn(&str, u32, Option<&str>) -> String,
    /// The least and the most that the advocate can get.
    pub(crate) from_to: Say2,
    pub(crate) email: &'static str,
    pub(crate) email_hint: &'static str,
    pub(crate) bad_email: &'static str,
    pub(crate) take: &'static str,

    // The gift.
    pub(crate) taken_title: &'static str,
    pub(crate) code: &'static str,
    /// The last day.
    pub(crate) until: Say1,
    pub(crate) how: &'static str,
    /// The address, most of it hidden.
    pub(crate) noted: Say1,
    pub(crate) kept: &'static str,
    pub(crate) to_shop: &'static str,

    // Why there is none.
    pub(crate) used_title: &'static str,
    pub(crate) used: &'static str,
    pub(crate) many_title: &'static str,
    pub(crate) many: &'static str,
}

/// Why something cannot be done now.
#[derive(Debug)]
pub(crate) struct Problems {
    pub(crate) bad_code: &'static str,
    pub(crate) code_taken: &'static str,
    pub(crate) too_many_codes: &'static str,
    pub(crate) appeal_not_open: &'static str,
}

impl Refer {
    /// Why something cannot be done now, by the problem's code; nothing for a code that is not of here.
    pub(crate) fn problem(&self, code: &str) -> Option<&'static str> {
        let words = &self.problems;
        Some(match code {
            "bad_referral_code" => words.bad_code,
            "referral_code_taken" => words.code_taken,
            "too_many_referral_codes" => words.too_many_codes,
            "appeal_not_open" => words.appeal_not_open,
            _ => return None,
        })
    }
}
