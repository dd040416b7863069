//! Members who bring friends: the rule, and what follows from it.

use super::reward::Terms;
use app::api::{Localized, ReferralRules, ReferralStep};

/// How a programme rewards who brings friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Where a friend goes with their gift: the shop's address, with `{code}` where the code belongs.
    pub shop_url: String,
    /// The friend's gift.
    pub gift: Gift,
    /// Points for the friend, if they are a member when both are paid; 0: none.
    pub friend_points: i64,
    /// What the advocate gets, by the number of friends; the first step begins with the first friend.
    pub steps: Vec<ReferralStep>,
    /// The friend's first order has to be at least this.
    pub minimum: i64,
    /// Days in which the gift can be used, and the order counts.
    pub window_days: u32,
    /// Days after the order in which it can come back.
    pub hold_days: u32,
    /// At most so many friends count in 30 days.
    pub per_month: Option<i64>,
    /// What the landing page says, and previews of the link.
    pub title: Localized,
    /// The sentence below that.
    pub text: Localized,
    /// What advocates send along with the link, until they change it.
    pub message: Localized,
}

/// What a friend gets before any account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// For people.
    pub name: Localized,
    /// What it is good for.
    pub terms: Terms,
}

impl Referral {
    /// What the advocate gets for a friend, counted from 1: the last step that has begun.
    pub fn points_for(&self, number: i64) -> i64 {
        let begun = self.steps.iter().filter(|step| step.friends <= number);
        begun.last().map_or(0, |step| step.points)
    }

    /// Where a friend goes with this code. The code is one of ours, so it needs no escaping.
    pub fn address(&self, code: &str) -> String {
        self.shop_url.replace("{code}", code)
    }

    /// The rules in one language.
    pub fn view(&self, locale: &str) -> ReferralRules {
        ReferralRules {
            gift: self.gift.name.get(locale).to_owned(),
            friend_points: self.friend_points,
            steps: self.steps.clone(),
            minimum: self.minimum,
            window_days: self.window_days,
            hold_days: self.hold_days,
            per_month: self.per_month,
        }
    }
}
