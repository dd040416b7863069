//! The sentences that explain: what a movement of points was, how it was checked, what happened.

use super::{Text, count, date, money, multiplier, rate, signed};
use crate::api::{Explanation, Fact, ProofLevel, TaskKind, TransferState, UnitForms};

/// Everything the sentence about one transfer is made of.
#[derive(Debug, Clone, Copy)]
pub struct TransferFacts<'a> {
    /// What was recorded when it happened.
    pub explanation: &'a Explanation,
    /// Points, negative when they were taken away.
    pub amount: i64,
    /// Whether they can be spent.
    pub state: TransferState,
    /// When held points become (or became) available, in microseconds since 1970.
    pub available_at: Option<i64>,
    /// IANA name of the reader's zone.
    pub time_zone: &'a str,
    /// The present, in microseconds since 1970.
    pub now: i64,
}

/// What a proof is the proof of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofOf {
    /// A paid or cancelled order.
    Order,
    /// A task.
    Task(TaskKind),
    /// A correction by the shop.
    Adjustment,
}

/// What an event tells.
#[derive(Debug, Clone, Copy)]
pub enum Happening<'a> {
    /// Points became available: how many, and for what.
    Earned(i64, &'a str),
    /// Points were earned and wait: how many, for what, and until when (microseconds).
    Held(i64, &'a str, i64),
    /// Points were taken back: how many (positive), and for what.
    Reversed(i64, &'a str),
    /// The member reached this tier.
    TierUp(&'a str),
    /// The member moved down to this tier.
    TierDown(&'a str),
    /// The task with this title waits for its next step.
    Attempt(&'a str),
    /// The profile was changed.
    Profile,
}

/// What happened, without the amount and without the waiting: "order №1043, ₽2,400 at 5 %, Gold ×1".
fn what(text: &Text, explanation: &Explanation) -> String {
    match &explanation.fact {
        Fact::Order {
            order,
            amount,
            currency,
            points,
            per,
            tier,
            multiplier_permille,
        } => {
            let rule = (text.order_rule)(
                &money(text, *amount, currency),
                &rate(text, *points, *per, currency),
                tier.get(text.tag),
                &multiplier(text, *multiplier_permille),
            );
            format!("{}, {rule}", (text.order)(order))
        }
        Fact::Task { title, .. } => title.get(text.tag).to_owned(),
        Fact::OrderCancelled { order } => (text.order_cancelled)(order),
        Fact::Adjustment { note } => (text.adjustment)(note),
    }
}

/// The plain sentence about one transfer: "+120: order №1043, ₽2,400 at 5 %, Gold ×1; available
/// after 14 days because returns are open until then."
#[must_use]
pub fn sentence(text: &Text, facts: &TransferFacts<'_>) -> String {
    let head = format!(
        "{}: {}",
        signed(text, facts.amount),
        what(text, facts.explanation)
    );
    match hold_note(text, facts) {
        Some(note) => format!("{head}; {note}."),
        None => format!("{head}."),
    }
}

/// When and why the points of a transfer wait, as the clause that ends its sentence; nothing for
/// points that never waited.
#[must_use]
pub fn hold_note(text: &Text, facts: &TransferFacts<'_>) -> Option<String> {
    let days = facts.explanation.hold_days;
    match facts.state {
        TransferState::Held => Some((text.held_for)(
            days,
            facts.explanation.hold_reason.get(text.tag),
        )),
        TransferState::Voided => Some(text.voided.to_owned()),
        TransferState::Posted if days == 0 => None,
        TransferState::Posted => facts
            .available_at
            .map(|at| (text.available_since)(&date(text, at, facts.time_zone, facts.now))),
    }
}

/// The first line of a statement entry and the smaller one below it: ("Order №1043",
/// "₽2,400 at 5 %, Gold ×1").
#[must_use]
pub fn headline(text: &Text, explanation: &Explanation) -> (String, String) {
    let whole = what(text, explanation);
    let (first, rest) = match &explanation.fact {
        Fact::Order { order, .. } => {
            let first = (text.order)(order);
            let rest = whole.get(first.len() + 2..).unwrap_or_default().to_owned();
            (first, rest)
        }
        Fact::Task { .. } | Fact::OrderCancelled { .. } | Fact::Adjustment { .. } => {
            (whole, String::new())
        }
    };
    (capitalised(&first), rest)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// How sure we are, in one or two words, once it is done: "Verified".
#[must_use]
pub fn proof_label(text: &Text, level: ProofLevel) -> &'static str {
    text.proof_after[level as usize]
}

/// How it will be checked, in a few words, before it is done: "We check it".
#[must_use]
pub fn proof_before(text: &Text, level: ProofLevel) -> &'static str {
    text.proof_before[level as usize]
}

/// How it was checked, in one sentence.
#[must_use]
pub fn proof_how(text: &Text, level: ProofLevel, of: ProofOf) -> &'static str {
    match (of, level) {
        (ProofOf::Order, _) => text.checked_order,
        (ProofOf::Adjustment, _) => text.checked_adjustment,
        (ProofOf::Task(TaskKind::Join), _) => text.checked_join,
        (ProofOf::Task(TaskKind::Subscribe), ProofLevel::Verified) => text.checked_subscribe,
        (ProofOf::Task(TaskKind::Birthday), ProofLevel::Declared) => text.checked_birthday,
        (ProofOf::Task(_), _) => text.checked[level as usize],
    }
}

/// Why an attempt was refused, ended or taken back, in plain words with the next step. An unknown
/// code gets a text that fits any.
#[must_use]
pub fn reason(text: &Text, code: &str) -> &'static str {
    text.reasons.of(code)
}

/// What happened, as one sentence for the live announcement.
#[must_use]
pub fn event(
    text: &Text,
    unit: &UnitForms,
    happening: Happening<'_>,
    time_zone: &str,
    now: i64,
) -> String {
    match happening {
        Happening::Earned(amount, what) => (text.event_earned)(&count(text, unit, amount), what),
        Happening::Held(amount, what, until) => (text.event_held)(
            &count(text, unit, amount),
            what,
            &date(text, until, time_zone, now),
        ),
        Happening::Reversed(amount, what) => {
            (text.event_reversed)(&count(text, unit, amount.saturating_abs()), what)
        }
        Happening::TierUp(tier) => (text.event_tier_up)(tier),
        Happening::TierDown(tier) => (text.event_tier_down)(tier),
        Happening::Attempt(title) => (text.event_attempt)(title),
        Happening::Profile => text.event_profile.to_owned(),
    }
}
