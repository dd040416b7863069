//! How much of a basket can be paid with points, and why not more.

use super::Bill;
use crate::domain::reward::{self, Reward};
use crate::domain::terms::{Room, Why};
use app::api::{QuoteReason, QuotedSpending};

/// Takes the wished points off what the codes have left.
///
/// The reasons are all that stand in the way of one more step than the most there can be; and, where fewer points than
/// wished are taken because of the steps themselves, that.
pub(super) fn spend(bill: &mut Bill<'_>) -> QuotedSpending {
    let Some(slider) = reward::slider(bill.program) else {
        return nothing(None, &[Why::NoSlider]);
    };
    let against = hindrances(bill, slider);
    if !against.is_empty() {
        return nothing(Some(slider), &against);
    }
    let room = Room::of(&slider.terms(bill.program.spending, 0), &bill.basket());
    let (step, worth) = (slider.points.max(1), slider.amount.max(1));
    let least = slider.points_min.unwrap_or(step);
    let limits = limits(bill, slider, &room);
    let most = limits.iter().map(|(_, steps)| *steps).min().unwrap_or(0);
    let binding = limits.iter().filter(|(_, steps)| *steps == most);
    let mut reasons: Vec<Why> = binding.map(|(why, _)| *why).collect();
    let is_enough = most * step >= least;
    if most > 0 && !is_enough {
        reasons.push(Why::Step);
    }
    let most = if is_enough { most } else { 0 };
    let wished = bill.asked.points;
    let mut steps = (wished / step).min(most);
    if wished > 0 && (wished % step > 0 || wished < least) {
        reasons.push(Why::Step);
    }
    if steps * step < least {
        steps = 0;
    }
    bill.points = room.share(steps * worth);
    QuotedSpending {
        points_max: most * step,
        amount_max: most * worth,
        points: steps * step,
        amount: steps * worth,
        ..nothing(Some(slider), &reasons)
    }
}

/// Nothing is spent, and why not more.
fn nothing(slider: Option<&Reward>, reasons: &[Why]) -> QuotedSpending {
    let mut told: Vec<QuoteReason> = Vec::new();
    for why in reasons {
        if told.iter().all(|known| known.code != why.code()) {
            told.push((*why).into());
        }
    }
    QuotedSpending {
        reward: slider.map(|slider| slider.id.clone()),
        reasons: told,
        ..QuotedSpending::default()
    }
}

/// All that keeps anybody from paying even one point. How often a member may have it, and how many there are, is only
/// seen when it is redeemed.
fn hindrances(bill: &Bill<'_>, slider: &Reward) -> Vec<Why> {
    if !bill.is_ours() {
        return vec![Why::Currency];
    }
    let now = bill.facts.now;
    let tier = &bill.facts.buyer.tier.id;
    let is_for_tier = slider.tiers.is_empty() || slider.tiers.contains(tier);
    let is_on = slider.starts_at.is_none_or(|from| from <= now)
        && slider.ends_at.is_none_or(|until| now < until);
    let goods: i64 = bill.goods.iter().map(|line| line.amount).sum();
    let together = bill.program.spending.with_other_codes;
    let against = [
        (Why::NoMember, bill.facts.available.is_none()),
        (Why::NotOpen, !is_for_tier || !is_on),
        (Why::Minimum, goods < slider.minimum),
        (Why::OtherCodes, !bill.basket().lets_in(together)),
    ];
    let against = against.into_iter().filter(|(_, is_so)| *is_so);
    against.map(|(why, _)| why).collect()
}

/// How many steps of the slider each rule allows.
fn limits(bill: &Bill<'_>, slider: &Reward, room: &Room) -> Vec<(Why, i64)> {
    let (step, worth) = (slider.points.max(1), slider.amount.max(1));
    let available = bill.facts.available.unwrap_or(0).max(0);
    let goods = Some(room.left()).filter(|left| *left < room.all);
    let limits = [
        (Why::Balance, Some(available / step)),
        (Why::Step, slider.points_max.map(|most| most / step)),
        (Why::MaxPercent, room.limit.map(|limit| limit / worth)),
        (Why::OnSale, goods.map(|left| left / worth)),
        (Why::NothingLeft, Some(room.all / worth)),
    ];
    let there = limits.into_iter();
    there
        .filter_map(|(why, steps)| steps.map(|steps| (why, steps)))
        .collect()
}
