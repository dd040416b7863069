//! What points can be turned into.

use crate::text::words::{Say1, Say2, SayN};

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Spend {
    /// Of the section and its tab.
    pub(crate) title: &'static str,

    // Of a line of the statement.
    /// The reward.
    pub(crate) unneeded: Say1,
    /// The reward.
    pub(crate) not_made: Say1,
    /// The reward, and what it cost, with its unit left out.
    pub(crate) credit_bought: Say2,

    pub(crate) shelf: Shelf,
    pub(crate) gives: Gift,
    pub(crate) becomes: Becomes,
    pub(crate) limits: Limits,
    pub(crate) locked: Shut,
    pub(crate) codes: Codes,
    pub(crate) cart: Cart,
    pub(crate) problems: Refusals,
}

/// The list of rewards.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) within: &'static str,
    pub(crate) almost: &'static str,
    pub(crate) later: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) to_tasks: &'static str,
    pub(crate) join: &'static str,
    /// What is missing.
    pub(crate) missing: Say1,
    /// The least that a slider takes.
    pub(crate) from: Say1,
    /// The reward and its price.
    pub(crate) reach: Say2,
    /// The reward and its price, and how many others there are.
    pub(crate) reach_more: fn(&str, &str, i64) -> String,
    /// The reward and what is missing.
    pub(crate) nearest: Say2,
    pub(crate) credit: &'static str,
    /// Money.
    pub(crate) credit_have: Say1,
    pub(crate) credit_lead: &'static str,
    pub(crate) credit_label: &'static str,
}

/// What a reward gives, as a clause that can stand alone.
#[derive(Debug)]
pub(crate) struct Gift {
    /// Money.
    pub(crate) amount: Say1,
    /// A percentage.
    pub(crate) percent: Say1,
    /// A percentage, and the most that it comes to.
    pub(crate) percent_most: Say2,
    /// Points and money of a slider's step.
    pub(crate) slider: Say2,
    /// The same where a step is a single point.
    pub(crate) slider_by_one: Say2,
    pub(crate) shipping: &'static str,
    pub(crate) product: &'static str,
    pub(crate) gift: &'static str,
    /// Money.
    pub(crate) credit: Say1,
    pub(crate) event: &'static str,
    pub(crate) early: &'static str,
    pub(crate) partner: &'static str,
    /// Of a code: "a code for …".
    pub(crate) for_shipping: &'static str,
    /// The reward, of a code.
    pub(crate) for_named: Say1,
}

/// What happens when a reward is taken, said before it happens.
#[derive(Debug)]
pub(crate) struct Becomes {
    /// How many, the same with their unit, what the code is for, and when it ends.
    pub(crate) code: fn(i64, &str, &str, &str) -> String,
    /// When the code ends, of an amount that is still chosen.
    pub(crate) slider: Say1,
    pub(crate) credit_code: &'static str,
    /// How many, the same with their unit, and when the code ends.
    pub(crate) handed: fn(i64, &str, &str) -> String,
    /// What it costs, and the money.
    pub(crate) credit: Say2,
    /// What it costs.
    pub(crate) partner: Say1,
    /// What it costs.
    pub(crate) get_code: Say1,
    pub(crate) get: &'static str,
    /// What it costs.
    pub(crate) for_good: Say1,
}

/// What else has to be so.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Money.
    pub(crate) minimum: Say1,
    /// A percentage.
    pub(crate) at_most: Say1,
    pub(crate) not_on_sale: &'static str,
    pub(crate) alone: &'static str,
    pub(crate) left: SayN,
    pub(crate) times: SayN,
    /// The tiers.
    pub(crate) tiers: fn(&[&str]) -> String,
    /// The day.
    pub(crate) until: Say1,
    /// The days in which a code works.
    pub(crate) works: fn(u32) -> String,

    // Only where the rules are told.
    pub(crate) slider: &'static str,
    pub(crate) handed: &'static str,
    pub(crate) at_once: &'static str,
    pub(crate) earns_on_rest: &'static str,
}

/// Why a reward cannot be had now.
#[derive(Debug)]
pub(crate) struct Shut {
    /// The lowest tier that can have it.
    pub(crate) tier: Say1,
    pub(crate) out_of_stock: &'static str,
    pub(crate) had_enough: &'static str,
    /// The day.
    pub(crate) not_yet: Say1,
    pub(crate) over: &'static str,
}

/// The member's codes.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) title: &'static str,
    pub(crate) earlier: SayN,
    pub(crate) making: &'static str,
    /// The day.
    pub(crate) open: Say1,
    /// The day.
    pub(crate) show: Say1,
    /// The day.
    pub(crate) partner: Say1,
    /// The order.
    pub(crate) reserved: Say1,
    pub(crate) reserved_plain: &'static str,
    /// What comes back.
    pub(crate) ending: Say1,
    /// The order.
    pub(crate) used: Say1,
    pub(crate) used_plain: &'static str,
    pub(crate) credited: &'static str,
    /// What came back.
    pub(crate) released: Say1,
    /// What came back.
    pub(crate) lapsed: Say1,
    pub(crate) copy: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) applied: &'static str,
    /// What comes back.
    pub(crate) undo: Say1,
}

/// What stands beside a price.
#[derive(Debug)]
pub(crate) struct Cart {
    pub(crate) title: &'static str,
    /// What the member has.
    pub(crate) label: Say1,
    pub(crate) guest: &'static str,
    pub(crate) no_price: &'static str,
    /// What the member has.
    pub(crate) balance: Say1,
    pub(crate) on_sale: &'static str,
    pub(crate) other_codes: &'static str,
    pub(crate) minimum: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) no_member: &'static str,
    pub(crate) no_slider: &'static str,
    /// The step, and the fewest.
    pub(crate) step: Say2,
    /// The most.
    pub(crate) most: Say1,
    pub(crate) nothing_left: &'static str,
    pub(crate) other: &'static str,

    /// Points.
    pub(crate) earns: Say1,
    /// Points.
    pub(crate) members_earn: Say1,
    pub(crate) too_small: &'static str,
    pub(crate) earns_currency: &'static str,
    pub(crate) earns_nothing: &'static str,
}

/// What shoppers are told when the server refuses.
#[derive(Debug)]
pub(crate) struct Refusals {
    pub(crate) tier: &'static str,
    pub(crate) not_yet: &'static str,
    pub(crate) points: &'static str,
}

impl Spend {
    /// Why something cannot be done now, by the problem's code; nothing for a code that is not of here.
    pub(crate) fn problem(&self, code: &str) -> Option<&'static str> {
        Some(match code {
            "reward_tier" => self.problems.tier,
            "reward_out_of_stock" => self.locked.out_of_stock,
            "reward_had_enough" => self.locked.had_enough,
            "reward_not_yet" => self.problems.not_yet,
            "reward_over" => self.locked.over,
            _ => return None,
        })
    }

    /// What is wrong with a field; nothing for a field that is not of here.
    pub(crate) fn fault(&self, field: &str) -> Option<&'static str> {
        (field == "points").then_some(self.problems.points)
    }
}
