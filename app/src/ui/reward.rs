//! The card of one reward: what it gives, what it costs, what exactly happens when it is taken, or why it cannot be.

use super::{Draw as _, Drawn, Range, Words, action, submit};
use crate::{
    api::{Locked, RewardKind, RewardStanding, RewardView, Settles},
    text,
};
use leptos::prelude::*;

/// What a card is drawn from.
#[derive(Clone, Copy)]
pub(crate) struct RewardCard<'a> {
    /// The rules.
    pub(crate) reward: &'a RewardView,
    /// Where the member stands with it; nothing for those who have not joined.
    pub(crate) standing: Option<&'a RewardStanding>,
    /// What the member can spend.
    pub(crate) available: i64,
}

/// What it costs at least.
pub(crate) fn price(reward: &RewardView) -> i64 {
    match reward.kind {
        RewardKind::Slider => bounds(reward, i64::MAX).0,
        _ => reward.points,
    }
}

/// The same in words.
pub(crate) fn priced(words: Words<'_>, reward: &RewardView) -> String {
    let amount = words.count(price(reward));
    match reward.kind {
        RewardKind::Slider => (words.text.voices.spend.shelf.from)(&amount),
        _ => amount,
    }
}

/// The fewest and the most points of a slider for somebody who has so many, in whole steps.
pub(crate) fn bounds(reward: &RewardView, available: i64) -> (i64, i64) {
    let step = reward.points.max(1);
    let least = reward.points_min.unwrap_or(step).max(step);
    let least = least.saturating_add(step - 1) / step * step;
    let most = reward.points_max.unwrap_or(i64::MAX).min(available);
    (least, most / step * step)
}

/// What it gives, as a clause that can stand alone.
pub(crate) fn gives(words: Words<'_>, reward: &RewardView) -> String {
    let text = &words.text.voices.spend.gives;
    let rate = text::percent(words.text, reward.permille.unwrap_or(0));
    let money = words.money(reward.amount);
    match (reward.kind, reward.amount_max) {
        (RewardKind::Amount, _) => (text.amount)(&money),
        (RewardKind::Percent, None) => (text.percent)(&rate),
        (RewardKind::Percent, Some(most)) => (text.percent_most)(&rate, &words.money(most)),
        (RewardKind::Slider, _) if reward.points == 1 => {
            (text.slider_by_one)(&words.count(1), &money)
        }
        (RewardKind::Slider, _) => (text.slider)(&words.count(reward.points), &money),
        (RewardKind::FreeShipping, _) => text.shipping.to_owned(),
        (RewardKind::FreeProduct, _) => text.product.to_owned(),
        (RewardKind::Gift, _) => text.gift.to_owned(),
        (RewardKind::StoreCredit, _) => (text.credit)(&money),
        (RewardKind::Event, _) => text.event.to_owned(),
        (RewardKind::EarlyAccess, _) => text.early.to_owned(),
        (RewardKind::Partner, _) => text.partner.to_owned(),
    }
}

/// What its code is for, after "a code for".
fn purpose(words: Words<'_>, reward: &RewardView) -> String {
    let text = &words.text.voices.spend.gives;
    match reward.kind {
        RewardKind::Amount | RewardKind::Slider | RewardKind::StoreCredit => {
            words.money(reward.amount)
        }
        RewardKind::Percent => text::percent(words.text, reward.permille.unwrap_or(0)),
        RewardKind::FreeShipping => text.for_shipping.to_owned(),
        RewardKind::FreeProduct
        | RewardKind::Gift
        | RewardKind::Event
        | RewardKind::EarlyAccess
        | RewardKind::Partner => (text.for_named)(&reward.name),
    }
}

/// Exactly what happens when it is taken.
fn consequence(words: Words<'_>, reward: &RewardView) -> String {
    let text = &words.text.voices.spend.becomes;
    let amount = words.count(reward.points);
    let ends = words.in_days(reward.valid_days);
    match reward.settles {
        _ if reward.kind == RewardKind::Slider => (text.slider)(&ends),
        Settles::WithOrder => (text.code)(reward.points, &amount, &purpose(words, reward), &ends),
        Settles::WhenHandedOver => (text.handed)(reward.points, &amount, &ends),
        Settles::AtOnce if reward.kind == RewardKind::StoreCredit => {
            (text.credit)(&amount, &words.money(reward.amount))
        }
        Settles::AtOnce => (text.partner)(&amount),
    }
}

/// What else has to be so, a sentence each. Those of the whole programme are not repeated on a member's card.
pub(crate) fn conditions(words: Words<'_>, reward: &RewardView) -> Vec<String> {
    let text = &words.text.voices.spend.limits;
    let minimum = reward.minimum;
    let known = |id: &String| {
        let mut tiers = words.program.tiers.iter();
        tiers.find(|tier| tier.id == *id)
    };
    let tiers: Vec<&str> = reward
        .tiers
        .iter()
        .filter_map(known)
        .map(|tier| tier.name.as_str())
        .collect();
    let is_for_some = !tiers.is_empty() && tiers.len() < words.program.tiers.len();
    let ends = reward.ends_at.as_deref();
    let says = [
        (minimum > 0).then(|| (text.minimum)(&words.money(minimum))),
        is_for_some.then(|| (text.tiers)(&tiers)),
        reward.per_member.map(text.times),
        ends.map(|at| (text.until)(&words.shop_last_day(at))),
    ];
    says.into_iter().flatten().collect()
}

/// What holds for all that orders are paid with; nothing where no reward is for orders.
pub(crate) fn limits(words: Words<'_>) -> Vec<String> {
    let mut rewards = words.program.rewards.iter();
    if !rewards.any(|it| it.settles == Settles::WithOrder) {
        return Vec::new();
    }
    let text = &words.text.voices.spend.limits;
    let spending = words.program.spending;
    let most = spending.max_permille;
    let says = [
        (most < 1000).then(|| (text.at_most)(&text::percent(words.text, most))),
        (!spending.on_sale).then(|| text.not_on_sale.to_owned()),
        (!spending.with_other_codes).then(|| text.alone.to_owned()),
    ];
    says.into_iter().flatten().collect()
}

/// Why it cannot be had now.
pub(crate) fn why_not(words: Words<'_>, locked: &Locked) -> String {
    let text = &words.text.voices.spend;
    match locked {
        Locked::TooFew { missing } => (text.shelf.missing)(&words.count(*missing)),
        Locked::Tier { tier } => (text.locked.tier)(tier),
        Locked::OutOfStock => text.locked.out_of_stock.to_owned(),
        Locked::HadEnough => text.locked.had_enough.to_owned(),
        Locked::NotYet { starts_at } => (text.locked.not_yet)(&words.shop_date(starts_at)),
        Locked::Over => text.locked.over.to_owned(),
    }
}

/// The form that takes it.
fn take(words: Words<'_>, card: &RewardCard<'_>) -> Option<Drawn> {
    let reward = card.reward;
    let text = &words.text.voices.spend.becomes;
    let amount = words.count(reward.points);
    let label = match reward.settles {
        _ if reward.kind == RewardKind::Slider => {
            return slider(words, reward, card.available, card.available);
        }
        Settles::AtOnce => (text.for_good)(&amount),
        Settles::WithOrder | Settles::WhenHandedOver => (text.get_code)(&amount),
    };
    Some(form(words, reward, None, label))
}

/// The form of a slider for somebody who has `available` points and can use at most so many; nothing where there is
/// nothing to choose.
pub(crate) fn slider(
    words: Words<'_>,
    reward: &RewardView,
    usable: i64,
    available: i64,
) -> Option<Drawn> {
    let (least, most) = bounds(reward, usable);
    let label = words.text.voices.spend.cart.label;
    let range = Range {
        id: format!("reward-{}-points", reward.id),
        label: label(&words.count(available)),
        least,
        most,
        step: reward.points.max(1),
        gives: reward.amount,
        currency: &words.program.currency,
        counts: true,
    };
    let range = range.view(words)?;
    let label = words.text.voices.spend.becomes.get.to_owned();
    Some(form(words, reward, Some(range), label))
}

/// How many points, where that is to be chosen, then the consequence, then the button.
fn form(words: Words<'_>, reward: &RewardView, range: Option<Drawn>, label: String) -> Drawn {
    action(
        format!("reward-{}-form", reward.id),
        format!("/api/v1/rewards/{}/redemptions", reward.id),
        "POST",
        view! {
            {range}
            <p>{consequence(words, reward)}</p>
            {submit(label)}
        },
    )
    .drawn()
}

/// The line under the name: what it gives, and what is missing or left.
fn meta(words: Words<'_>, card: &RewardCard<'_>) -> Drawn {
    let standing = card.standing;
    let locked = standing.and_then(|standing| standing.locked.as_ref());
    let left = standing.and_then(|standing| standing.left);
    let note = match (locked, left) {
        (Some(locked), _) => Some(why_not(words, locked)),
        (None, Some(left)) => Some((words.text.voices.spend.limits.left)(left)),
        (None, None) => None,
    };
    let note = note.map(|note| view! { <span>{note.trim_end_matches('.').to_owned()}</span> });
    view! {
        <span class="meta">
            <span>{gives(words, card.reward)}</span>
            {note}
        </span>
    }
    .drawn()
}

/// How far the member is, where only points are missing.
fn way(words: Words<'_>, card: &RewardCard<'_>) -> Option<Drawn> {
    let Some(Locked::TooFew { missing }) = card.standing?.locked else {
        return None;
    };
    let price = price(card.reward).max(1);
    let has = price.saturating_sub(missing).clamp(0, price);
    let label = (words.text.voices.spend.shelf.missing)(&words.count(missing));
    let bar = view! {
        <progress max=price.to_string() value=has.to_string() aria-label=label></progress>
    };
    Some(bar.drawn())
}

/// The whole card.
pub(crate) fn reward(words: Words<'_>, card: &RewardCard<'_>) -> Drawn {
    let reward = card.reward;
    let is_open = card.standing.is_some_and(|it| it.locked.is_none());
    let locked = card.standing.and_then(|it| it.locked.as_ref());
    let why = match (card.standing, locked) {
        (None, _) => Some(words.text.voices.spend.shelf.join.to_owned()),
        // That much is said above.
        (Some(_), None | Some(Locked::TooFew { .. })) => None,
        (Some(_), Some(locked)) => Some(why_not(words, locked)),
    };
    let told = conditions(words, reward).join(" ");
    let form = is_open.then(|| take(words, card)).flatten();
    // Whoever cannot have it at all need not read what would happen.
    let may_come = matches!(
        locked,
        None | Some(Locked::TooFew { .. } | Locked::Tier { .. } | Locked::NotYet { .. })
    );
    let outlook = (!is_open && may_come).then(|| view! { <p>{consequence(words, reward)}</p> });
    view! {
        <li>
            <details
                class="task reward"
                id=format!("reward-{}", reward.id)
                data-state=if is_open { "open" } else { "locked" }
            >
                <summary>
                    <span class="title">{reward.name.clone()}</span>
                    <span class="points">{priced(words, reward)}</span>
                    {meta(words, card)}
                </summary>
                <div class="inside">
                    {reward.summary.clone().map(|say| view! { <p>{say}</p> })}
                    {(!told.is_empty()).then(|| view! { <p class="quiet">{told}</p> })}
                    {why.map(|say| view! { <p class="standing">{say}</p> })}
                    {outlook}
                    {form}
                </div>
            </details>
            {way(words, card)}
        </li>
    }
    .drawn()
}

#[cfg(test)]
mod tests;
