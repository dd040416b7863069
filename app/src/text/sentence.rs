//! The sentences that explain: what a movement of points was, how it was checked, what happened.

use super::date::{day, last_day};
use super::number::NBSP;
use super::words::Say1;
use super::{Text, count, date, money, multiplier, rate, signed};
use crate::api::{
    Explanation, Fact, GivenBackCause, ProofLevel, TaskKind, TransferState, UnitForms,
};

/// Everything the sentence about one transfer is made of.
#[derive(Debug, Clone, Copy)]
pub struct TransferFacts<'a> {
    /// What was recorded when it happened.
    pub explanation: &'a Explanation,
    /// Points, or money of store credit in its smallest unit; negative when they were taken away.
    pub amount: i64,
    /// The currency of store credit (ISO 4217); empty for points.
    pub currency: Option<&'a str>,
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
    /// Money of an order that was given back.
    Refund,
    /// A task.
    Task(TaskKind),
    /// A subscription to a list that another service keeps.
    List,
    /// A review that another service told of.
    Judged,
    /// A correction by the shop.
    Adjustment,
}

impl ProofOf {
    /// Of a task; of one that is done elsewhere, with whether people are known there by their address.
    #[must_use]
    pub fn task(kind: TaskKind, by_address: Option<bool>) -> Self {
        match by_address {
            Some(true) => Self::List,
            Some(false) if kind == TaskKind::Review => Self::Judged,
            _ => Self::Task(kind),
        }
    }
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
    /// Points were set aside: how many (positive), and for what.
    Redeemed(i64, &'a str),
    /// Points that had been spent or set aside came back: how many, and why.
    GivenBack(i64, &'a str),
    /// Points ran out: how many (positive), and when, as the headline says it.
    Expired(i64, &'a str),
    /// Points will run out: how many, and from when on they are gone (microseconds).
    Expiring(i64, i64),
    /// The member reached this tier.
    TierUp(&'a str),
    /// The member moved down to this tier.
    TierDown(&'a str),
    /// The task with this title waits for its next step.
    Attempt(&'a str),
    /// The profile was changed.
    Profile,
    /// The shop has answered what the member wrote.
    Answered,
    /// Store credit changed.
    Credit,
    /// A code is ready, or stands elsewhere.
    Code,
}

/// What happened, without the amount and without the waiting, in two parts of which the second may
/// be empty: ("order №1043", "₽2,400 at 5 %, Gold ×1").
fn what(text: &Text, explanation: &Explanation) -> (String, String) {
    let plain = |first: String| (first, String::new());
    match &explanation.fact {
        Fact::Order { order, .. } => ((text.order)(order), order_rule(text, &explanation.fact)),
        Fact::Refund {
            order,
            amount,
            total,
            currency,
            earned,
        } => {
            let (whole, earned) = (money(text, *total, currency), text.number(*earned));
            let rest = if amount == total {
                (text.refund_whole)(&whole, &earned)
            } else {
                (text.refund_part)(&money(text, *amount, currency), &whole, &earned)
            };
            ((text.refund)(order), rest)
        }
        Fact::Redeemed { reward, order } => {
            let order = order.as_deref().map(text.order).unwrap_or_default();
            ((text.reward)(reward.get(text.tag)), order)
        }
        Fact::GivenBack {
            reward,
            cause,
            order,
        } => given_back(text, reward.get(text.tag), *cause, order.as_deref()),
        Fact::Expired { on } => plain((text.ran_out)(&day(text, on))),
        Fact::TierEntry { tier } => plain((text.tier_entry)(tier.get(text.tag))),
        Fact::TierEntryUndone { tier } => plain((text.tier_entry_undone)(tier.get(text.tag))),
        Fact::DebtWrittenOff => plain(text.debt_written_off.to_owned()),
        Fact::Task {
            title, days_in_row, ..
        } => {
            let row = (*days_in_row > 0).then(|| (text.voices.handed.in_a_row)(*days_in_row));
            (title.get(text.tag).to_owned(), row.unwrap_or_default())
        }
        Fact::TaskUndone { title, .. } => plain((text.elsewhere.undone)(title.get(text.tag))),
        Fact::FriendBought { number, campaign } => {
            let campaign = campaign.as_ref().map(|campaign| {
                let times = multiplier(text, campaign.multiplier_permille);
                format!("{}{NBSP}{times}", campaign.name.get(text.tag))
            });
            let friend = (text.voices.refer.friend_bought)(&text.number(*number));
            (friend, campaign.unwrap_or_default())
        }
        Fact::CameByFriend { order } => plain((text.voices.refer.came_by_friend)(order)),
        Fact::FriendUndone { number } => plain(match number {
            Some(number) => (text.voices.refer.friend_undone)(&text.number(*number)),
            None => text.voices.refer.came_undone.to_owned(),
        }),
        Fact::CreditBought { reward, points } => {
            let points = text.number(*points);
            plain((text.voices.spend.credit_bought)(
                reward.get(text.tag),
                &points,
            ))
        }
        Fact::OrderCancelled { order } => plain((text.order_cancelled)(order)),
        Fact::Adjustment { note } => plain((text.adjustment)(note)),
    }
}

/// By what rule an order earned: "₽2,400 at 5 %, Gold ×1, Week of doubles ×2".
fn order_rule(text: &Text, fact: &Fact) -> String {
    let Fact::Order {
        amount,
        currency,
        points,
        per,
        tier,
        multiplier_permille,
        counted,
        campaign,
        first_order_bonus,
        ..
    } = fact
    else {
        return String::new();
    };
    let paid = money(text, *amount, currency);
    let amount = counted.map_or_else(
        || paid.clone(),
        |counted| (text.order_counts_as)(&paid, &money(text, counted, currency)),
    );
    let mut rule = (text.order_rule)(
        &amount,
        &rate(text, *points, *per, currency),
        tier.get(text.tag),
        &multiplier(text, *multiplier_permille),
    );
    if let Some(campaign) = campaign {
        let times = multiplier(text, campaign.multiplier_permille);
        rule = format!("{rule}, {}{NBSP}{times}", campaign.name.get(text.tag));
    }
    if *first_order_bonus > 0 {
        let bonus = text.number(*first_order_bonus);
        rule = format!("{rule}, {}", (text.order_first)(&bonus));
    }
    rule
}

/// Why points of a reward came back; where an order was the reason, that comes first.
fn given_back(
    text: &Text,
    reward: &str,
    cause: GivenBackCause,
    order: Option<&str>,
) -> (String, String) {
    let words = &text.given_back;
    let plain = |say: Say1| (say(reward), String::new());
    match (cause, order) {
        (GivenBackCause::OrderCancelled, Some(order)) => (
            (text.order_cancelled)(order),
            (text.reward_of_order)(reward),
        ),
        (GivenBackCause::Refund, Some(order)) => {
            ((text.refund)(order), (text.reward_of_order)(reward))
        }
        (GivenBackCause::OrderCancelled | GivenBackCause::Refund, None) => plain(words.other),
        (GivenBackCause::Cancelled, _) => plain(words.cancelled),
        (GivenBackCause::Released, _) => plain(words.released),
        (GivenBackCause::Lapsed, _) => plain(words.lapsed),
        (GivenBackCause::Unneeded, _) => plain(text.voices.spend.unneeded),
        (GivenBackCause::NotMade, _) => plain(text.voices.spend.not_made),
    }
}

/// The plain sentence about one transfer: "+120: order №1043, ₽2,400 at 5 %, Gold ×1; available
/// after 14 days because returns are open until then."
#[must_use]
pub fn sentence(text: &Text, facts: &TransferFacts<'_>) -> String {
    tell(text, facts).sentence
}

/// One transfer in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// [`sentence`].
    pub sentence: String,
    /// The first part of [`headline`].
    pub title: String,
    /// The second part of [`headline`].
    pub detail: String,
}

/// The sentence about a transfer and its headline, which have most words in common.
#[must_use]
pub fn tell(text: &Text, facts: &TransferFacts<'_>) -> Told {
    let (first, rest) = what(text, facts.explanation);
    let mut said = format!("{}: {first}", moved(text, facts));
    if !rest.is_empty() {
        said.push_str(", ");
        said.push_str(&rest);
    }
    if let Some(note) = hold_note(text, facts) {
        said.push_str("; ");
        said.push_str(&note);
    }
    // A note that somebody typed may bring its own full stop.
    if !said.ends_with('.') {
        said.push('.');
    }
    Told {
        sentence: said,
        title: capitalised(&first),
        detail: rest,
    }
}

/// What a transfer moved, with its sign: "+120", "−₽300".
fn moved(text: &Text, facts: &TransferFacts<'_>) -> String {
    match facts.currency {
        None => signed(text, facts.amount),
        Some(currency) if facts.amount > 0 => format!("+{}", money(text, facts.amount, currency)),
        Some(currency) => money(text, facts.amount, currency),
    }
}

/// When and why the points of a transfer wait, as the clause that ends its sentence; nothing for
/// points that never waited. Points of a reward wait for its code to be used.
#[must_use]
pub fn hold_note(text: &Text, facts: &TransferFacts<'_>) -> Option<String> {
    if let Fact::Redeemed { .. } = facts.explanation.fact {
        return match facts.state {
            TransferState::Held => Some(text.reward_waits.to_owned()),
            TransferState::Voided => Some(text.reward_returned.to_owned()),
            TransferState::Posted => None,
        };
    }
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
    let (first, rest) = what(text, explanation);
    (capitalised(&first), rest)
}

/// Names one after the other, the last behind a word: "Silver, Gold and Platinum".
pub(super) fn listed(names: &[&str], and: &str) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [others @ .., last] => format!("{} {and} {last}", others.join(", ")),
    }
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
        (ProofOf::Refund, _) => text.checked_refund,
        (ProofOf::Adjustment, _) => text.checked_adjustment,
        (ProofOf::Task(TaskKind::Join), _) => text.checked_join,
        (ProofOf::Task(TaskKind::Subscribe), ProofLevel::Verified) => text.checked_subscribe,
        (ProofOf::Task(TaskKind::Birthday), ProofLevel::Declared) => text.checked_birthday,
        (ProofOf::List, _) => text.elsewhere.list.checked,
        (ProofOf::Judged, _) => text.voices.judged.checked,
        (ProofOf::Task(TaskKind::Visit), _) => text.elsewhere.visit.checked,
        (ProofOf::Task(TaskKind::Follow), ProofLevel::Verified) => text.elsewhere.checked,
        (ProofOf::Task(TaskKind::Survey), _) => text.voices.survey.checked,
        (ProofOf::Task(TaskKind::Feedback), _) => text.voices.thread.checked,
        (ProofOf::Task(TaskKind::Review), _) => text.voices.review.checked,
        (ProofOf::Task(kind), _) => {
            let handed = text.voices.handed.checked(kind);
            handed.unwrap_or(text.checked[level as usize])
        }
    }
}

/// Why an attempt was refused, goes on, ended or was taken back, in plain words with the next step. An
/// unknown code gets a text that fits any. `service` is who was asked, `until` the last day to change it.
#[must_use]
pub fn reason(text: &Text, code: &str, service: &str, until: &str) -> String {
    let elsewhere = text.elsewhere.reason(code, service, until);
    elsewhere.unwrap_or_else(|| {
        let here = text.voices.reason(code);
        here.unwrap_or_else(|| text.reasons.of(code)).to_owned()
    })
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
        Happening::Reversed(amount, what) | Happening::Expired(amount, what) => {
            (text.event_reversed)(&count(text, unit, amount.saturating_abs()), what)
        }
        Happening::Redeemed(amount, what) => {
            (text.event_redeemed)(&count(text, unit, amount.saturating_abs()), what)
        }
        Happening::GivenBack(amount, what) => {
            (text.event_given_back)(&count(text, unit, amount), what)
        }
        Happening::Expiring(amount, until) => {
            let last = last_day(text, until, time_zone, now);
            let said = (text.runs_out)(amount, &count(text, unit, amount), &last);
            format!("{said}.")
        }
        Happening::TierUp(tier) => (text.event_tier_up)(tier),
        Happening::TierDown(tier) => (text.event_tier_down)(tier),
        Happening::Attempt(title) => (text.event_attempt)(title),
        Happening::Profile => text.event_profile.to_owned(),
        Happening::Answered => text.voices.thread.event.to_owned(),
        Happening::Credit => text.voices.credit.changed.to_owned(),
        Happening::Code => text.voices.credit.code.to_owned(),
    }
}
