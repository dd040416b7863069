//! What shoppers are told when a request is refused. The API's own texts speak to developers.

use super::Text;

/// The words for refusals that a shopper can meet.
#[derive(Debug)]
pub(crate) struct Problems {
    pub(crate) too_many: &'static str,
    pub(crate) unavailable: &'static str,
    pub(crate) internal: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) code_gone: &'static str,
    pub(crate) rules_changed: &'static str,
    pub(crate) balance_too_low: &'static str,
    pub(crate) reward_unknown: &'static str,
    pub(crate) coupon_not_open: &'static str,
    pub(crate) account_needed: &'static str,
    pub(crate) not_opened: &'static str,
    pub(crate) too_quick: &'static str,
    pub(crate) limit_reached: &'static str,
    pub(crate) invalid: &'static str,
    pub(crate) field_email: &'static str,
    pub(crate) field_code: &'static str,
    pub(crate) field_consent: &'static str,
    pub(crate) field_name: &'static str,
    pub(crate) field_birthday: &'static str,
}

/// The text for a problem's code, where shoppers have one of their own.
#[must_use]
pub fn problem(text: &Text, code: &str) -> Option<&'static str> {
    let words = &text.problems;
    Some(match code {
        "too_many_requests" => words.too_many,
        "unavailable" => words.unavailable,
        "internal" => words.internal,
        "unauthorized" => words.signed_out,
        "code_gone" => words.code_gone,
        "rules_changed" => words.rules_changed,
        "balance_too_low" => words.balance_too_low,
        "reward_unknown" => words.reward_unknown,
        "coupon_not_open" => words.coupon_not_open,
        "account_needed" => words.account_needed,
        "not_opened" => words.not_opened,
        "too_quick" => words.too_quick,
        "limit_reached" => words.limit_reached,
        "invalid" => words.invalid,
        _ => return text.voices.problem(code),
    })
}

/// The text for a field that cannot be used.
#[must_use]
pub fn fault(text: &Text, field: &str) -> Option<&'static str> {
    let words = &text.problems;
    Some(match field {
        "email" => words.field_email,
        "code" => words.field_code,
        "consent" => words.field_consent,
        "name" => words.field_name,
        "birthday" => words.field_birthday,
        _ => return text.voices.fault(field),
    })
}
