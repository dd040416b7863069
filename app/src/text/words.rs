//! The list of everything that has to be said. Each language fills it in.

use super::elsewhere::Elsewhere;
use super::problem::Problems;
use super::voices::Voices;
use crate::api::{Debt, Expiry, Metric, Window};
use icu_plurals::PluralCategory;

/// One text made into a sentence.
pub(crate) type Say1 = fn(&str) -> String;
/// Two texts made into a sentence.
pub(crate) type Say2 = fn(&str, &str) -> String;
/// A sentence that depends on a number, and so on its plural form.
pub(crate) type SayN = fn(i64) -> String;

/// All words of one language. Amounts, dates and names arrive already written.
#[derive(Debug)]
pub struct Text {
    /// The language tag: `en`.
    pub tag: &'static str,
    /// What speakers call the language.
    pub name: &'static str,
    /// What the launcher says where no programme gives it words of its own.
    pub launcher: &'static str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,

    // How numbers and days are written.
    /// The plural category of a number.
    pub(crate) category: fn(u64) -> PluralCategory,
    pub(crate) group: char,
    pub(crate) decimal: char,
    /// A number and a currency's symbol.
    pub(crate) money: Say2,
    pub(crate) months: [&'static str; 12],
    /// Day, month, and the year where it is needed.
    pub(crate) date: fn(i8, &str, Option<i16>) -> String,
    /// Points, and the money that earns them.
    pub(crate) rate_for_every: Say2,

    // The explaining sentences.
    pub(crate) order: Say1,
    /// Amount, rate, tier, multiplier.
    pub(crate) order_rule: fn(&str, &str, &str, &str) -> String,
    /// The money that was paid, and the money that this counts as.
    pub(crate) order_counts_as: Say2,
    /// Points on top, without their unit.
    pub(crate) order_first: Say1,
    pub(crate) order_cancelled: Say1,
    pub(crate) refund: Say1,
    /// What was given back, what the order cost, what it had earned.
    pub(crate) refund_part: fn(&str, &str, &str) -> String,
    /// What the order cost, what it had earned.
    pub(crate) refund_whole: Say2,
    pub(crate) reward: Say1,
    /// The reward that an order had used.
    pub(crate) reward_of_order: Say1,
    pub(crate) reward_waits: &'static str,
    pub(crate) reward_returned: &'static str,
    pub(crate) given_back: GivenBack,
    pub(crate) ran_out: Say1,
    pub(crate) tier_entry: Say1,
    pub(crate) tier_entry_undone: Say1,
    pub(crate) debt_written_off: &'static str,
    pub(crate) adjustment: Say1,
    /// Days, and the reason as a clause, which may be empty.
    pub(crate) held_for: fn(u32, &str) -> String,
    pub(crate) available_since: Say1,
    pub(crate) voided: &'static str,

    // Proof, by level: declared, observed, confirmed, verified.
    pub(crate) proof_before: [&'static str; 4],
    pub(crate) proof_after: [&'static str; 4],
    pub(crate) checked: [&'static str; 4],
    pub(crate) checked_order: &'static str,
    pub(crate) checked_refund: &'static str,
    pub(crate) checked_adjustment: &'static str,
    pub(crate) checked_join: &'static str,
    pub(crate) checked_subscribe: &'static str,
    pub(crate) checked_birthday: &'static str,
    pub(crate) will_check_join: &'static str,
    pub(crate) will_check_subscribe: &'static str,
    pub(crate) will_check_profile: &'static str,
    pub(crate) will_check_birthday: &'static str,
    pub(crate) will_check_daily: &'static str,
    pub(crate) will_check_reported: &'static str,
    pub(crate) check_in: &'static str,
    pub(crate) reasons: Reasons,
    pub(crate) problems: Problems,

    // What happens while the page is open.
    pub(crate) event_earned: Say2,
    pub(crate) event_held: fn(&str, &str, &str) -> String,
    pub(crate) event_reversed: Say2,
    pub(crate) event_redeemed: Say2,
    pub(crate) event_given_back: Say2,
    pub(crate) event_tier_up: Say1,
    pub(crate) event_tier_down: Say1,
    pub(crate) event_attempt: Say1,
    pub(crate) event_profile: &'static str,

    /// How many, the same with their unit, and their last day.
    pub(crate) runs_out: fn(i64, &str, &str) -> String,

    // The frame around everything.
    pub(crate) sections: &'static str,
    pub(crate) home: &'static str,
    pub(crate) earn: &'static str,
    pub(crate) history: &'static str,
    pub(crate) how: &'static str,
    pub(crate) close: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) no_script: &'static str,
    pub(crate) signed_in_as: Say1,
    pub(crate) sign_out: &'static str,

    // Home: the balance.
    pub(crate) your_balance: &'static str,
    pub(crate) on_the_way: Say1,
    pub(crate) worth: Say1,
    pub(crate) one_is_worth: Say2,
    pub(crate) waiting: &'static str,
    pub(crate) available_on: Say1,
    pub(crate) below_zero: &'static str,
    pub(crate) set_aside: Say1,
    pub(crate) set_aside_note: &'static str,
    pub(crate) set_aside_why: &'static str,
    pub(crate) see_history: &'static str,

    // Home: the ladder.
    pub(crate) your_tier: &'static str,
    pub(crate) tiers: &'static str,
    pub(crate) missing_points: Say2,
    pub(crate) missing_spend: Say2,
    pub(crate) missing_orders: fn(i64, &str) -> String,
    /// What is missing, and the last day for it.
    pub(crate) missing_by: Say2,
    pub(crate) top_tier: Say1,
    /// Money, as a part of `keep_more`.
    pub(crate) more_spend: Say1,
    /// Orders, as a part of `keep_more`.
    pub(crate) more_orders: SayN,
    /// Tier, its last day, what is missing; and for how long that keeps it.
    pub(crate) keep_more: fn(&str, &str, &str, Window) -> String,
    /// Tier and its last day, where enough was done; and for how long that keeps it.
    pub(crate) keep_sure: fn(&str, &str, Window) -> String,
    /// Tier and its last day.
    pub(crate) tier_given: Say2,
    pub(crate) how_counted: &'static str,
    pub(crate) starts_at: Say1,
    pub(crate) starts_at_spend: Say1,
    pub(crate) starts_at_orders: SayN,
    pub(crate) from_the_start: &'static str,
    pub(crate) you_are_here: &'static str,
    pub(crate) tier_rate: Say1,
    pub(crate) tier_welcome: Say1,
    pub(crate) tier_early: SayN,
    pub(crate) tier_delivery: &'static str,
    pub(crate) tier_delivery_from: Say1,
    pub(crate) tier_discount: Say1,

    // Home: the next step.
    pub(crate) next_step: &'static str,
    pub(crate) next_begun: &'static str,
    pub(crate) next_reaches: Say1,
    pub(crate) next_most: &'static str,
    pub(crate) next_purchase: &'static str,

    // Earn.
    pub(crate) purchases: &'static str,
    pub(crate) purchases_earn: Say1,
    pub(crate) purchase_example: Say2,
    pub(crate) at_your_tier: Say2,
    pub(crate) first_order: Say1,
    pub(crate) minimum: Say1,
    /// Name, multiplier, last day.
    pub(crate) campaign_on: fn(&str, &str, &str) -> String,
    /// Name, multiplier, first and last day.
    pub(crate) campaign_soon: fn(&str, &str, &str, &str) -> String,
    /// Name, multiplier, the day.
    pub(crate) campaign_day: fn(&str, &str, &str) -> String,
    pub(crate) tasks: &'static str,
    pub(crate) more_tasks: &'static str,
    pub(crate) tasks_empty: &'static str,
    pub(crate) tasks_done: SayN,
    pub(crate) available_after: SayN,
    pub(crate) how_checked: &'static str,
    pub(crate) states: States,

    // Forms.
    pub(crate) field_email: &'static str,
    pub(crate) field_name: &'static str,
    pub(crate) field_birthday: &'static str,
    pub(crate) field_code: &'static str,
    pub(crate) hint_birthday: &'static str,
    pub(crate) hint_code: &'static str,
    pub(crate) send_link: &'static str,
    pub(crate) send_again: &'static str,
    pub(crate) send_code: &'static str,
    pub(crate) another_address: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) save: &'static str,
    pub(crate) try_again: &'static str,
    pub(crate) consent_more: &'static str,

    // Guests, and those who have not joined.
    pub(crate) guest_lead: &'static str,
    pub(crate) guest_rate: Say1,
    pub(crate) how_to_join: &'static str,
    pub(crate) join_at_shop: &'static str,
    pub(crate) join_by_code: &'static str,
    pub(crate) join_to_start: &'static str,
    pub(crate) hello: Say1,
    pub(crate) hello_nameless: &'static str,
    pub(crate) not_joined: Say1,
    pub(crate) join: &'static str,
    pub(crate) join_accept: SayN,
    pub(crate) join_gives: Say1,
    pub(crate) join_mail: &'static str,
    pub(crate) open_program: &'static str,

    // History.
    pub(crate) history_empty: &'static str,
    pub(crate) balance_after: Say1,
    pub(crate) held_until: Say1,
    pub(crate) not_credited: &'static str,
    pub(crate) recorded: Say1,
    pub(crate) decided_by: SayN,
    /// The last day.
    pub(crate) good_until: Say1,
    /// The last day, when it is over.
    pub(crate) was_good_until: Say1,
    pub(crate) show_more: &'static str,

    // How it works.
    pub(crate) q_have: &'static str,
    pub(crate) a_have: Say1,
    pub(crate) a_have_held: Say2,
    pub(crate) a_have_set_aside: Say1,
    pub(crate) a_have_guest: &'static str,
    pub(crate) q_worth: &'static str,
    pub(crate) a_worth_none: &'static str,
    pub(crate) q_earn: &'static str,
    pub(crate) a_no_purchases: &'static str,
    pub(crate) a_rounding: &'static str,
    pub(crate) a_excludes_both: &'static str,
    pub(crate) a_excludes_shipping: &'static str,
    pub(crate) a_excludes_tax: &'static str,
    pub(crate) q_tiers: &'static str,
    pub(crate) q_tasks: &'static str,
    pub(crate) q_when: &'static str,
    pub(crate) a_when: fn(u32, &str) -> String,
    pub(crate) a_when_at_once: &'static str,
    pub(crate) a_when_tasks: &'static str,
    pub(crate) q_lose: &'static str,
    pub(crate) rules: Rules,
    pub(crate) q_rules: &'static str,
    pub(crate) a_rules: SayN,

    pub(crate) confirm: Confirm,
    pub(crate) elsewhere: &'static Elsewhere,
    pub(crate) voices: &'static Voices,
    pub(crate) mails: Mails,
}

/// Why points of a reward came back. Each takes the reward's name.
#[derive(Debug)]
pub(crate) struct GivenBack {
    pub(crate) cancelled: Say1,
    pub(crate) released: Say1,
    pub(crate) lapsed: Say1,
    pub(crate) other: Say1,
}

/// The programme's rules as sentences, where they depend on more than a number.
#[derive(Debug)]
pub(crate) struct Rules {
    /// What lifts a member, and in which time.
    pub(crate) counts: fn(Metric, Window) -> String,
    pub(crate) counts_not: &'static str,
    pub(crate) spending: &'static str,
    /// When a tier is looked at again; empty where tiers are for ever.
    pub(crate) review: fn(Window) -> String,
    pub(crate) q_keep: &'static str,
    pub(crate) campaigns: &'static str,
    /// The campaign's name, and those of the tiers that it is for.
    pub(crate) campaign_for: fn(&str, &[&str]) -> String,
    pub(crate) q_expiry: &'static str,
    /// The day of the year, for the mode that has one.
    pub(crate) expiry: fn(Expiry, &str) -> String,
    pub(crate) expiry_first: &'static str,
    pub(crate) expiry_zone: &'static str,
    /// Days before points run out.
    pub(crate) warned: fn(u32) -> String,
    /// Days for which points can be spent that come back too late.
    pub(crate) grace: fn(u32) -> String,
    pub(crate) q_rewards: &'static str,
    /// The money, and the days in which the code works.
    pub(crate) reward: fn(&str, u32) -> String,
    pub(crate) set_aside: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) used: &'static str,
    pub(crate) ran_out: &'static str,
    pub(crate) spent: fn(Debt) -> &'static str,
    pub(crate) used_late: &'static str,
    pub(crate) corrected: &'static str,
    pub(crate) welcome: &'static str,
}

/// What a task's card says about where it stands.
#[derive(Debug)]
pub(crate) struct States {
    pub(crate) started: &'static str,
    pub(crate) checking: &'static str,
    pub(crate) held: &'static str,
    pub(crate) earned: &'static str,
    pub(crate) rejected: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) reversed: &'static str,
    /// The address the link went to.
    pub(crate) look_in_mail: Say1,
    pub(crate) fill_in: &'static str,
    /// The day it began.
    pub(crate) checking_since: Say1,
    pub(crate) birthday_saved: &'static str,
    /// The day.
    pub(crate) held_until: Say1,
    pub(crate) held_open: &'static str,
    pub(crate) earned_long: &'static str,
    pub(crate) ended: &'static str,
}

/// Why an attempt was refused, ended or taken back.
#[derive(Debug)]
pub(crate) struct Reasons {
    pub(crate) expired: &'static str,
    pub(crate) address_used: &'static str,
    pub(crate) too_soon: &'static str,
    pub(crate) unsubscribed: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) once: &'static str,
    pub(crate) other: &'static str,
}

impl Reasons {
    /// The text for a code.
    pub(crate) fn of(&self, code: &str) -> &'static str {
        match code {
            "expired" => self.expired,
            "address_used" => self.address_used,
            "too_soon" => self.too_soon,
            "unsubscribed" => self.unsubscribed,
            "replaced" => self.replaced,
            "once" => self.once,
            _ => self.other,
        }
    }
}

/// The page that a link from a mail opens.
#[derive(Debug)]
pub(crate) struct Confirm {
    pub(crate) title: &'static str,
    /// The address and the programme.
    pub(crate) lead: Say2,
    pub(crate) agree: &'static str,
    /// The points.
    pub(crate) gives: Say1,
    pub(crate) button: &'static str,
    pub(crate) not_you: &'static str,
    pub(crate) done_title: &'static str,
    /// The points.
    pub(crate) done: Say1,
    /// The points, and the day they become available.
    pub(crate) done_held: Say2,
    pub(crate) done_plain: &'static str,
    pub(crate) back: &'static str,
    pub(crate) expired_title: &'static str,
    pub(crate) address_used_title: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) used_title: &'static str,
    pub(crate) used: &'static str,
    pub(crate) unknown_title: &'static str,
    pub(crate) unknown: &'static str,
}

/// What is sent by mail.
#[derive(Debug)]
pub(crate) struct Mails {
    /// The code and the programme.
    pub(crate) code_subject: Say2,
    pub(crate) code_lead: Say1,
    pub(crate) code_note: &'static str,
    pub(crate) code_ignore: &'static str,
    pub(crate) confirm_subject: Say1,
    pub(crate) confirm_lead: Say1,
    pub(crate) confirm_button: &'static str,
    pub(crate) confirm_note: &'static str,
    pub(crate) confirm_ignore: &'static str,
    pub(crate) address_below: &'static str,
}
