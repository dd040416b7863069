//! A code that a member has: the code itself, what it is good for, where it stands, and the way back.

use super::{Draw as _, Drawn, Words, action};
use crate::{
    api::{CouponState, MyCoupon, POINTS, RewardKind, Settles},
    text,
};
use leptos::prelude::*;
use std::fmt::Write as _;

/// Whether the member can still do something with it, or waits for it.
pub(crate) fn is_open(words: Words<'_>, coupon: &MyCoupon) -> bool {
    match coupon.state {
        CouponState::Making | CouponState::Open | CouponState::Reserved | CouponState::Ending => {
            true
        }
        // Spent as it was redeemed, but the partner takes it from now on.
        CouponState::Used => {
            coupon.kind == RewardKind::Partner && !words.is_past(&coupon.expires_at)
        }
        CouponState::Released | CouponState::Lapsed => false,
    }
}

/// What it cost.
fn cost(words: Words<'_>, coupon: &MyCoupon) -> String {
    if coupon.asset == POINTS {
        words.count(coupon.points)
    } else {
        text::money(words.text, coupon.points, &coupon.asset)
    }
}

/// When what it cost is spent: what was paid with store credit is for orders, whatever its kind.
fn settles(coupon: &MyCoupon) -> Settles {
    if coupon.asset == POINTS {
        coupon.kind.settles()
    } else {
        Settles::WithOrder
    }
}

/// Where it stands, and what comes next.
fn state(words: Words<'_>, coupon: &MyCoupon) -> String {
    let text = &words.text.voices.spend.codes;
    let (settles, order) = (settles(coupon), coupon.order_id.as_deref());
    let kind = coupon.kind;
    let ends = words.date(&coupon.expires_at);
    match (coupon.state, order) {
        (CouponState::Making, _) => text.making.to_owned(),
        (CouponState::Open, _) if settles == Settles::WhenHandedOver => (text.show)(&ends),
        (CouponState::Open, _) => (text.open)(&ends),
        (CouponState::Reserved, Some(order)) => (text.reserved)(order),
        (CouponState::Reserved, None) => text.reserved_plain.to_owned(),
        (CouponState::Ending, _) => (text.ending)(&cost(words, coupon)),
        (CouponState::Used, _) if kind == RewardKind::Partner => (text.partner)(&ends),
        (CouponState::Used, _) if settles == Settles::AtOnce => text.credited.to_owned(),
        (CouponState::Used, Some(order)) if settles == Settles::WithOrder => (text.used)(order),
        (CouponState::Used, _) => text.used_plain.to_owned(),
        (CouponState::Released, _) => (text.released)(&cost(words, coupon)),
        (CouponState::Lapsed, _) => (text.lapsed)(&cost(words, coupon)),
    }
}

/// What the host page is told when the code is to be applied, as JSON.
fn told(coupon: &MyCoupon) -> String {
    format!(
        "{{\"code\":{},\"reward\":{},\"kind\":\"{}\",\"amount\":{},\"currency\":{}}}",
        quoted(&coupon.code),
        quoted(&coupon.reward),
        coupon.kind.as_str(),
        coupon.amount,
        quoted(&coupon.currency),
    )
}

/// A text as JSON has it (RFC 8259 §7). Codes that a shop has uploaded may hold any character.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => {
                // Writing to a text cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Ways to take the code along.
fn ways(words: Words<'_>, coupon: &MyCoupon, embedded: bool) -> Option<Drawn> {
    let text = &words.text.voices.spend.codes;
    let usable = matches!(coupon.state, CouponState::Open | CouponState::Used);
    if coupon.code.is_empty() || !usable {
        return None;
    }
    let for_orders = settles(coupon) == Settles::WithOrder;
    let apply = (embedded && for_orders).then(|| {
        view! {
            <li>
                <button class="button" type="button" data-apply=told(coupon) data-said=text.applied>
                    {text.apply}
                </button>
            </li>
        }
    });
    let ways = view! {
        <ul class="places">
            {apply}
            <li>
                <button
                    class="button plain"
                    type="button"
                    data-share=coupon.code.clone()
                    data-copy
                    data-copied=words.text.voices.handed.share.copied
                >
                    {text.copy}
                </button>
            </li>
        </ul>
    };
    Some(ways.drawn())
}

/// The button that undoes it, with what comes back.
fn undo(words: Words<'_>, coupon: &MyCoupon) -> Option<Drawn> {
    let label = (words.text.voices.spend.codes.undo)(&cost(words, coupon));
    coupon.can_cancel.then(|| {
        action(
            format!("{}-undo", coupon.id),
            format!("/api/v1/redemptions/{}/cancel", coupon.id),
            "POST",
            view! {
                <button class="button plain" type="submit">{label}</button>
                <p class="problem" role="alert"></p>
            },
        )
        .drawn()
    })
}

/// The whole of it; `embedded`: in a page that could apply it.
pub(crate) fn coupon(words: Words<'_>, coupon: &MyCoupon, embedded: bool) -> Drawn {
    let open = is_open(words, coupon);
    let code = Some(&coupon.code).filter(|code| open && !code.is_empty());
    let worth =
        (coupon.amount > 0).then(|| text::money(words.text, coupon.amount, &coupon.currency));
    let ways = ways(words, coupon, embedded).filter(|_| open);
    view! {
        <li class="coupon" id=coupon.id.to_string() data-state=coupon.state.as_str()>
            <p>
                <b>{coupon.name.clone()}</b>
                {worth.map(|money| view! { " " <span class="quiet">{money}</span> })}
            </p>
            {code.map(|code| view! { <p><code>{code.clone()}</code></p> })}
            <p class="quiet">{state(words, coupon)}</p>
            {ways}
            {undo(words, coupon)}
        </li>
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn any_code_is_good_json() {
        assert_eq!(quoted("ABCD-EFGH"), "\"ABCD-EFGH\"");
        assert_eq!(quoted("a\"b\\c\u{1}é"), "\"a\\\"b\\\\c\\u0001é\"");
    }
}
