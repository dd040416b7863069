//! The page after paying: what the order earned, and what can be undone of it.

use super::Shop;
use super::backend::{Outcome, Receipt};
use super::cart_words::CartWords;
use super::goods::{CURRENCY, plain};
use super::pages::{document, money};
use super::visit::Visitor;
use super::words::Words;
use crate::domain::DAY;
use app::api::{OrderView, ProgramView};
use app::text::{self, Text};
use axum::response::Response;
use leptos::prelude::*;

/// `/thanks`, with the programme's rules if there is something to say by them.
pub(super) fn thanks(
    shop: &Shop,
    visitor: &Visitor,
    receipt: &Receipt,
    rules: Option<&ProgramView>,
) -> Response {
    let words = visitor.words;
    let own = CartWords::of(words);
    let order = &receipt.order;
    let stands = !receipt.undone().is_cancelled;
    let told = receipt.outcome();
    let is_told = matches!(told, Outcome::Told { .. });
    let (outcome, said) = match told {
        Outcome::Waiting => ("waiting", words.waiting.to_owned()),
        Outcome::Refused => ("refused", words.refused.to_owned()),
        Outcome::Told { view, .. } if view.reason.as_deref() == Some("no_member") => {
            ("no_member", words.not_member.to_owned())
        }
        Outcome::Told { view, .. } if view.points == 0 => {
            ("nothing", words.earned_nothing.to_owned())
        }
        Outcome::Told { view, at } => ("earned", earned(words, &view, at, rules)),
    };
    let join = (stands && outcome == "no_member").then(|| {
        view! { <p><a href="/club" data-laurel-open="home">{words.join}</a></p> }
    });
    let inline = (stands && is_told).then(|| {
        // Of the goods: delivery earns nothing.
        let price = plain(order.total - order.shipping);
        view! {
            <laurel-widget view="thanks" order=order.id.clone() price=price currency=CURRENCY></laurel-widget>
        }
    });
    let said = stands.then(|| {
        view! { <p class="earned" id="earned" data-outcome=outcome>{said}</p> }
    });
    let saved = (stands && order.discount > 0).then(|| {
        let sum = money(words, order.discount);
        view! { <p id="saved" data-saved=order.discount>{(own.paid_less)(&sum)}</p> }
    });
    let title = if stands {
        words.thanks
    } else {
        own.is_cancelled
    };
    let address = order.customer.email.as_deref().unwrap_or_default();
    let content = view! {
        <h1>{title}</h1>
        <p id="order" data-order=order.id.clone()>
            {format!("{} · {}", (words.order)(&order.id), money(words, order.total))}
        </p>
        {saved}
        {said}
        {join}
        <p class="quiet">{(words.mailed)(address)}</p>
        <p><a href="/#coffees">{words.back}</a></p>
        {inline}
        {undoing(words, receipt)}
    };
    document(shop, visitor, "/thanks", &(words.order)(&order.id), content)
}

/// What was undone of the order, and the buttons that undo more of it.
fn undoing(words: &Words, receipt: &Receipt) -> impl IntoView + use<> {
    let own = CartWords::of(words);
    let undone = receipt.undone();
    let lines: Vec<_> = receipt
        .order
        .lines
        .iter()
        .filter(|line| line.amount > 0 && !undone.is_cancelled)
        .map(|line| {
            let name = line.name.clone().unwrap_or_default();
            if undone.returned.contains(&line.id) {
                let say = (own.given_back)(&name);
                return view! { <p class="kept" data-returned=line.id.clone()>{say}</p> }.into_any();
            }
            view! {
                <form method="post" action="/order/return">
                    <input type="hidden" name="line" value=line.id.clone() />
                    <button class="plain" data-return=line.id.clone()>{(own.give_back)(&name)}</button>
                </form>
            }
            .into_any()
        })
        .collect();
    let cancel = (!undone.is_cancelled && undone.returned.is_empty()).then(|| {
        view! {
            <form method="post" action="/order/cancel">
                <button class="plain" id="cancel-order">{own.cancel}</button>
            </form>
        }
    });
    let cancelled = undone.is_cancelled.then(|| {
        view! { <p class="kept" id="order-cancelled">{own.cancelled}</p> }
    });
    view! {
        <section class="undo" aria-labelledby="undo">
            <h2 id="undo">{own.undo}</h2>
            {cancelled}
            {lines}
            {cancel}
        </section>
    }
}

/// What an order earned, in the programme's own unit.
fn earned(words: &Words, order: &OrderView, at: i64, rules: Option<&ProgramView>) -> String {
    let language = Text::by_locale(words.tag);
    let Some(rules) = rules else {
        return (words.earned_bare)(&language.number(order.points));
    };
    let points = text::count(language, &rules.unit, order.points);
    match rules
        .purchase
        .as_ref()
        .map(|rule| i64::from(rule.hold_days))
    {
        None | Some(0) => (words.earned)(&points),
        Some(days) => {
            let day = text::date(language, at + days * DAY, &rules.time_zone, at);
            (words.earned_later)(&points, &day)
        }
    }
}
