//! What stands inline beside a price: what it earns, and how many points to pay a cart with.

use super::inline::open;
use super::{earn, signed_in, spend};
use crate::api::{CouponState, MeView, MyRewards, QuoteReason, QuoteView, RewardKind, RewardView};
use crate::panel::{Panel, Viewer};
use crate::text;
use crate::ui::{self, Draw as _, Drawn, Words, bounds, conditions};
use leptos::prelude::*;

/// What a product would earn, for this member.
pub(crate) fn earn(panel: &Panel) -> Drawn {
    let words = Words::of(panel);
    let cart = &words.text.voices.spend.cart;
    let member = match &panel.viewer {
        Viewer::Member { me, .. } => Some(me),
        Viewer::Guest | Viewer::SignedIn { .. } => None,
    };
    let earning = panel.quote.as_ref().map(|quote| &quote.earning);
    let points = earning.map_or(0, |earning| earning.points);
    let amount = words.count(points);
    let (say, why) = match (earning, member) {
        (None, _) => (cart.no_price.to_owned(), None),
        (Some(_), Some(me)) if points > 0 => ((cart.earns)(&amount), rate(words, me)),
        (Some(_), None) if points > 0 => ((cart.members_earn)(&amount), None),
        (Some(earning), _) => (nothing(words, earning.reason.as_deref()), None),
    };
    let rule = words.program.purchase.as_ref().filter(|_| points > 0);
    let waits = rule.map(|rule| earn::waits(words, rule));
    let more: Vec<String> = why.into_iter().chain(waits).collect();
    view! {
        <section class="earn" data-region="earn">
            <p class="lead">{say}</p>
            {(!more.is_empty()).then(|| view! { <p class="quiet">{more.join(" ")}</p> })}
            {member.is_none().then(|| open(panel))}
        </section>
    }
    .drawn()
}

/// What the member's tier makes of it.
fn rate(words: Words<'_>, me: &MeView) -> Option<String> {
    let tier = &me.standing.tier;
    let times = words.multiplier(tier.multiplier_permille);
    (tier.multiplier_permille != 1000).then(|| (words.text.at_your_tier)(&tier.name, &times))
}

/// Why it earns nothing.
fn nothing(words: Words<'_>, reason: Option<&str>) -> String {
    let cart = &words.text.voices.spend.cart;
    let rule = words.program.purchase.as_ref();
    match reason {
        Some("below_minimum") => rule
            .and_then(|rule| earn::minimum(words, rule))
            .unwrap_or_else(|| cart.too_small.to_owned()),
        Some("too_small") => cart.too_small.to_owned(),
        Some("other_currency") => cart.earns_currency.to_owned(),
        Some("no_rule") => words.text.a_no_purchases.to_owned(),
        _ => cart.earns_nothing.to_owned(),
    }
}

/// How many points to pay a cart with.
pub(crate) fn slider(panel: &Panel) -> Drawn {
    let words = Words::of(panel);
    match &panel.viewer {
        Viewer::Member { me, rewards, .. } => cart(panel, me, rewards),
        Viewer::SignedIn { name, .. } => {
            signed_in::welcome(words, name.as_deref(), panel.form).drawn()
        }
        Viewer::Guest => {
            let cart = &words.text.voices.spend.cart;
            let say = if spend::slider_of(words, None).is_some() {
                cart.guest
            } else {
                cart.no_slider
            };
            view! {
                <section class="card inline" data-region="spend">
                    <p>{say}</p>
                    {open(panel)}
                </section>
            }
            .drawn()
        }
    }
}

fn cart(panel: &Panel, me: &MeView, rewards: &MyRewards) -> Drawn {
    let words = Words::of(panel);
    // One code for a cart: who wants another amount undoes it first.
    let chosen = rewards.coupons.iter().any(|coupon| {
        coupon.kind == RewardKind::Slider
            && matches!(coupon.state, CouponState::Making | CouponState::Open)
    });
    let form = (!chosen).then(|| choose(words, me, panel.quote.as_ref()));
    view! {
        <section class="card inline spend" data-region="spend" aria-labelledby="cart-title">
            <h2 id="cart-title">{words.text.voices.spend.cart.title}</h2>
            {spend::codes(words, &rewards.coupons, panel.host.is_some())}
            {form}
        </section>
    }
    .drawn()
}

/// The form that turns some of the points into a code for this cart; or why it cannot be.
fn choose(words: Words<'_>, me: &MeView, quote: Option<&QuoteView>) -> Drawn {
    let cart = &words.text.voices.spend.cart;
    let Some(quote) = quote else {
        return view! { <p>{cart.no_price}</p> }.drawn();
    };
    let spending = &quote.spending;
    let id = spending.reward.as_deref();
    let found = id.and_then(|id| spend::slider_of(words, Some(id)));
    let Some(reward) = found else {
        return view! { <p>{cart.no_slider}</p> }.drawn();
    };
    let reasons: Vec<_> = spending
        .reasons
        .iter()
        .map(|why| {
            let say = reason(
                words,
                (reward, spending.points_max),
                me.balance.available,
                why,
            );
            view! { <p class="quiet">{say}</p> }
        })
        .collect();
    let form = ui::slider(words, reward, spending.points_max, me.balance.available);
    let told = conditions(words, reward).join(" ");
    // Without any reason of the quote's, that is all there is to say.
    let told = (form.is_none() && reasons.is_empty()).then_some(told);
    view! {
        {form}
        {told.map(|told| view! { <p>{(cart.balance)(&words.count(me.balance.available))} " " {told}</p> })}
        {reasons}
    }
    .drawn()
}

/// Why not more of a slider than so many points, for somebody who has `available`.
fn reason(
    words: Words<'_>,
    (reward, points_max): (&RewardView, i64),
    available: i64,
    why: &QuoteReason,
) -> String {
    let spend = &words.text.voices.spend;
    let cart = &spend.cart;
    let plain = match &*why.code {
        "balance" => return (cart.balance)(&words.count(available)),
        "max_percent" => {
            let rate = text::percent(words.text, words.program.spending.max_permille);
            return (spend.limits.at_most)(&rate);
        }
        "minimum" if reward.minimum > 0 => {
            return (spend.limits.minimum)(&words.money(reward.minimum));
        }
        "step" if bounds(reward, i64::MAX).1 == points_max => {
            return (cart.most)(&words.count(points_max));
        }
        "step" => {
            let (least, _) = bounds(reward, i64::MAX);
            return (cart.step)(&words.count(reward.points), &words.count(least));
        }
        "minimum" => cart.minimum,
        "on_sale" => cart.on_sale,
        "other_codes" => cart.other_codes,
        "currency" => cart.currency,
        "no_member" => cart.no_member,
        "no_slider" => cart.no_slider,
        "nothing_left" => cart.nothing_left,
        _ => cart.other,
    };
    plain.to_owned()
}
