//! What happened to the member that the sample shows.

use super::{DAY, NOW, either, map, rfc};
use app::{
    api::{
        CampaignFact, Explanation, Fact, GivenBackCause, Localized, ProofLevel, ProofView,
        TaskKind, TransferId, TransferState, TransferView, Transfers,
    },
    text::{self, ProofOf, Text, TransferFacts},
};

pub(crate) fn localized(en: &str, ru: &str) -> Localized {
    Localized(map(&[("en", en), ("ru", ru)]))
}

pub(crate) fn transfer(
    locale: &str,
    n: u8,
    days_ago: i64,
    state: TransferState,
    amount: i64,
    after: i64,
    fact: Fact,
) -> TransferView {
    let text = Text::by_locale(locale);
    let hold_days = if matches!(fact, Fact::Order { .. }) {
        14
    } else {
        0
    };
    let at = NOW - days_ago * DAY;
    let available = (hold_days > 0).then_some(at + 14 * DAY);
    let of = match &fact {
        Fact::Order { .. } | Fact::OrderCancelled { .. } => Some(ProofOf::Order),
        Fact::Refund { .. } => Some(ProofOf::Refund),
        Fact::Task { .. } => Some(ProofOf::Task(TaskKind::Join)),
        Fact::Adjustment { .. } => Some(ProofOf::Adjustment),
        _ => None,
    };
    let level = if matches!(of, Some(ProofOf::Task(_))) {
        ProofLevel::Verified
    } else {
        ProofLevel::Confirmed
    };
    let earned = matches!(
        fact,
        Fact::Order { .. } | Fact::Task { .. } | Fact::TierEntry { .. }
    );
    let explanation = Explanation {
        fact,
        hold_days,
        hold_reason: localized("returns are open until then", "до тех пор возможен возврат"),
    };
    let facts = TransferFacts {
        explanation: &explanation,
        amount,
        currency: None,
        state,
        available_at: available,
        time_zone: "Europe/Moscow",
        now: NOW,
    };
    let told = text::tell(text, &facts);
    TransferView {
        id: TransferId([n; 16]),
        at: rfc(at),
        state,
        asset: "points".to_owned(),
        amount,
        balance_after: after,
        available_at: available.map(rfc),
        expires_at: earned.then(|| rfc(available.unwrap_or(at) + 365 * DAY)),
        version: 3,
        proof: of.map(|of| ProofView {
            level,
            how: text::proof_how(text, level, of).to_owned(),
        }),
        text: told.sentence,
        title: told.title,
        detail: told.detail,
        explanation,
    }
}

pub(crate) fn order(number: &str, amount: i64) -> Fact {
    Fact::Order {
        order: number.into(),
        amount,
        currency: "RUB".into(),
        points: 5,
        per: 10_000,
        tier: localized("Bronze", "Bronze"),
        multiplier_permille: 1000,
        counted: None,
        campaign: None,
        first_order_bonus: 0,
    }
}

/// What happened to the member, the oldest first: days ago, state, points, why.
fn happened(locale: &str) -> Vec<(i64, TransferState, i64, Fact)> {
    use TransferState::{Held, Posted, Voided};
    let coupon = || localized("₽300 off", "Скидка 300 ₽");
    let redeemed = || Fact::Redeemed {
        reward: coupon(),
        order: None,
    };
    let join = Fact::Task {
        task: "join".into(),
        title: localized("Join the programme", "Вступление в программу"),
        days_in_row: 0,
    };
    let refund = Fact::Refund {
        order: "998".into(),
        amount: 330_000,
        total: 1_320_050,
        currency: "RUB".into(),
        earned: 660,
    };
    let back = Fact::GivenBack {
        reward: coupon(),
        cause: GivenBackCause::Lapsed,
        order: None,
    };
    let welcome = Fact::TierEntry {
        tier: localized("Silver", "Silver"),
    };
    let cancelled = Fact::OrderCancelled {
        order: "1021".into(),
    };
    let ran_out = Fact::Expired {
        on: "2026-10-17".into(),
    };
    let note = either(locale, "a cup arrived broken", "чашка приехала разбитой");
    vec![
        (400, Posted, 100, join),
        (50, Posted, 660, order("998", 1_320_050)),
        (35, Posted, -40, ran_out),
        (34, Posted, 405, doubled()),
        (33, Voided, 60, order("1022", 120_000)),
        (29, Posted, -60, cancelled),
        (26, Posted, 100, welcome),
        (24, Voided, -200, redeemed()),
        (18, Posted, -165, refund),
        (10, Posted, 200, back),
        (9, Posted, 40, Fact::Adjustment { note }),
        (5, Held, -300, redeemed()),
        (3, Held, 120, order("1043", 240_000)),
    ]
}

/// An order in a campaign, with a product that counts for more, and the first one.
fn doubled() -> Fact {
    let mut fact = order("1019", 250_000);
    if let Fact::Order {
        counted,
        campaign,
        first_order_bonus,
        ..
    } = &mut fact
    {
        *counted = Some(305_000);
        *campaign = Some(CampaignFact {
            name: localized("Week of doubles", "Двойная неделя"),
            multiplier_permille: 2000,
        });
        *first_order_bonus = 100;
    }
    fact
}

pub(crate) fn history(locale: &str) -> Transfers {
    let mut balance = 0;
    let mut items = Vec::new();
    for (n, (days_ago, state, amount, fact)) in (1..).zip(happened(locale)) {
        let moves = state == TransferState::Posted || matches!(fact, Fact::Redeemed { .. });
        balance += if moves { amount } else { 0 };
        items.push(transfer(locale, n, days_ago, state, amount, balance, fact));
    }
    items.reverse();
    Transfers {
        items,
        next_cursor: Some("abc".into()),
    }
}
