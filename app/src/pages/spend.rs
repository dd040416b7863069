//! Spend: what points can be turned into, and the codes that they were turned into.

use super::inline::{open, way_to};
use super::signed_in;
use crate::api::{Locked, MeView, MyCoupon, MyRewards, RewardKind, RewardStanding, RewardView};
use crate::panel::{Panel, View, Viewer};
use crate::text;
use crate::ui::{
    Draw as _, Drawn, Range, RewardCard, Words, action, coupon, is_open, limits, price, reward,
    submit,
};
use leptos::prelude::*;

/// How many rewards count as almost within reach: the nearest.
const ALMOST: usize = 3;

/// The rewards of a member, by where the member stands with them.
struct Sorted<'a> {
    within: Vec<&'a RewardStanding>,
    /// Only points are missing, the fewest first.
    almost: Vec<&'a RewardStanding>,
    later: Vec<&'a RewardStanding>,
}

impl<'a> Sorted<'a> {
    fn of(rewards: &'a MyRewards) -> Self {
        let all = || rewards.rewards.iter();
        let within = all().filter(|it| it.locked.is_none()).collect();
        let mut almost: Vec<_> = all().filter(|it| missing(it).is_some()).collect();
        almost.sort_by_key(|it| missing(it));
        let mut later = almost.split_off(almost.len().min(ALMOST));
        later.extend(all().filter(|it| it.locked.is_some() && missing(it).is_none()));
        Self {
            within,
            almost,
            later,
        }
    }
}

/// How many points are missing, where nothing else is.
fn missing(standing: &RewardStanding) -> Option<i64> {
    match standing.locked {
        Some(Locked::TooFew { missing }) => Some(missing),
        _ => None,
    }
}

/// The section of the panel, and the same inline.
pub(crate) fn page(panel: &Panel, me: &MeView, rewards: &MyRewards) -> Drawn {
    let words = Words::of(panel);
    let text = &words.text.voices.spend;
    let sorted = Sorted::of(rewards);
    let nothing = sorted.within.is_empty().then(|| nothing(panel));
    view! {
        <section class="spend" data-view="spend" data-region="spend" aria-labelledby="spend-title">
            <h2 class="eyebrow" id="spend-title">{text.title}</h2>
            <p class="lead">{(words.text.a_have)(&words.count(me.balance.available))}</p>
            {codes(words, &rewards.coupons, panel.host.is_some())}
            {shelf(words, me, text.shelf.within, &sorted.within)}
            {nothing}
            {shelf(words, me, text.shelf.almost, &sorted.almost)}
            {shelf(words, me, text.shelf.later, &sorted.later)}
            {limited(words)}
            {credit(words, rewards.credit)}
            {earlier(words, &rewards.coupons)}
        </section>
    }
    .drawn()
}

/// What holds for all that orders are paid with, if there is anything to say.
fn limited(words: Words<'_>) -> Option<Drawn> {
    let limits = limits(words).join(" ");
    (!limits.is_empty()).then(|| view! { <p class="quiet">{limits}</p> }.drawn())
}

/// Some of the rewards under a title; nothing where there are none.
fn shelf(
    words: Words<'_>,
    me: &MeView,
    title: &'static str,
    standings: &[&RewardStanding],
) -> Option<Drawn> {
    let cards: Vec<_> = standings
        .iter()
        .map(|standing| {
            let card = RewardCard {
                reward: &standing.reward,
                standing: Some(standing),
                available: me.balance.available,
            };
            reward(words, &card)
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <h3 class="eyebrow">{title}</h3>
            <ul class="tasks">{cards}</ul>
        }
        .drawn()
    })
}

/// What to do where nothing is within reach.
fn nothing(panel: &Panel) -> Drawn {
    let text = &panel.text().voices.spend.shelf;
    let way = way_to(panel.form, View::Earn, text.to_tasks);
    view! { <p>{text.nothing} " " {way}</p> }.drawn()
}

/// Codes with which something can still be done, or that are on their way. What has just been redeemed takes the
/// focus to `codes`.
pub(crate) fn codes(words: Words<'_>, coupons: &[MyCoupon], embedded: bool) -> Option<Drawn> {
    let open: Vec<_> = coupons
        .iter()
        .filter(|it| is_open(words, it))
        .map(|it| coupon(words, it, embedded))
        .collect();
    (!open.is_empty()).then(|| {
        view! {
            <h3 class="eyebrow" id="codes" tabindex="-1">{words.text.voices.spend.codes.title}</h3>
            <ul class="coupons">{open}</ul>
        }
        .drawn()
    })
}

/// Those that are used or came back, folded away.
fn earlier(words: Words<'_>, coupons: &[MyCoupon]) -> Option<Drawn> {
    let over: Vec<_> = coupons
        .iter()
        .filter(|it| !is_open(words, it))
        .map(|it| coupon(words, it, false))
        .collect();
    let count = i64::try_from(over.len()).unwrap_or(i64::MAX);
    (count > 0).then(|| {
        view! {
            <details class="folded" id="codes-earlier">
                <summary>{(words.text.voices.spend.codes.earlier)(count)}</summary>
                <ul class="coupons">{over}</ul>
            </details>
        }
        .drawn()
    })
}

/// Store credit, and the form that turns some of it into a code.
fn credit(words: Words<'_>, credit: Option<i64>) -> Option<Drawn> {
    let text = &words.text.voices.spend;
    let has = credit.filter(|credit| *credit > 0)?;
    let currency = &words.program.currency;
    let unit = text::minor_units(currency);
    let range = Range {
        id: "credit-points".to_owned(),
        label: text.shelf.credit_label.to_owned(),
        // So that whole steps from here on end at all there is.
        least: match has % unit {
            0 => unit,
            rest => rest,
        },
        most: has,
        step: unit,
        gives: unit,
        currency,
        counts: false,
    };
    let form = action(
        "credit-form".to_owned(),
        "/api/v1/me/credit/redemptions".to_owned(),
        "POST",
        view! {
            {range.view(words)}
            <p>{text.becomes.credit_code}</p>
            {submit(text.becomes.get)}
        },
    );
    let view = view! {
        <h3 class="eyebrow">{text.shelf.credit}</h3>
        <p class="lead">{(text.shelf.credit_have)(&words.money(has))}</p>
        <details class="again" id="credit">
            <summary>{text.shelf.credit_lead}</summary>
            {form}
        </details>
    };
    Some(view.drawn())
}

/// The little of it that stands on the home section: what is within reach, or almost.
pub(crate) fn teaser(words: Words<'_>, rewards: &MyRewards) -> Drawn {
    let text = &words.text.voices.spend;
    let sorted = Sorted::of(rewards);
    // What costs most of what is within reach is what the member has saved for.
    let best = sorted.within.iter().rev();
    let best = best.max_by_key(|it| price(&it.reward));
    let others = i64::try_from(sorted.within.len()).unwrap_or(i64::MAX) - 1;
    let (title, say) = match (best, sorted.almost.first()) {
        (Some(best), _) => {
            let (name, price) = (&best.reward.name, words.count(price(&best.reward)));
            let say = match others {
                0 => (text.shelf.reach)(name, &price),
                others => (text.shelf.reach_more)(name, &price, others),
            };
            (text.shelf.within, say)
        }
        (None, Some(next)) => {
            let missing = words.count(missing(next).unwrap_or(0));
            let say = (text.shelf.nearest)(&next.reward.name, &missing);
            (text.shelf.almost, say)
        }
        (None, None) => return ().drawn(),
    };
    view! {
        <section class="teaser" data-view="home" data-region="teaser" aria-labelledby="teaser-title">
            <h2 class="eyebrow" id="teaser-title">{title}</h2>
            <p>{say} " " <label class="link" for="tab-spend">{text.title}</label></p>
        </section>
    }
    .drawn()
}

/// The rewards for those who have not joined.
pub(crate) fn public(words: Words<'_>) -> Option<Drawn> {
    let text = &words.text.voices.spend;
    let rewards = &words.program.rewards;
    let cards: Vec<_> = rewards
        .iter()
        .map(|rules| {
            let card = RewardCard {
                reward: rules,
                standing: None,
                available: 0,
            };
            reward(words, &card)
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section class="spend" data-view="spend" data-region="spend" aria-labelledby="spend-title">
                <h2 class="eyebrow" id="spend-title">{text.title}</h2>
                <ul class="tasks">{cards}</ul>
                {limited(words)}
            </section>
        }
        .drawn()
    })
}

/// The same inline in a page of the shop, also for guests.
pub(crate) fn inline(panel: &Panel) -> Drawn {
    let words = Words::of(panel);
    match &panel.viewer {
        Viewer::Member { me, rewards, .. } => page(panel, me, rewards),
        Viewer::SignedIn { name, .. } => view! {
            {signed_in::welcome(words, name.as_deref(), panel.form)}
            {public(words)}
        }
        .drawn(),
        Viewer::Guest => view! {
            {public(words)}
            {open(panel)}
        }
        .drawn(),
    }
}

/// A slider of the programme, by its id or the first.
pub(crate) fn slider_of<'a>(words: Words<'a>, id: Option<&str>) -> Option<&'a RewardView> {
    let mut rewards = words.program.rewards.iter();
    rewards.find(|it| it.kind == RewardKind::Slider && id.is_none_or(|id| it.id == id))
}
