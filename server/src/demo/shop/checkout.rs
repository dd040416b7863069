//! The pages of buying: the cart and the thanks.

use super::Shop;
use super::backend::{Outcome, Receipt};
use super::pages::{bag, document, money};
use super::visit::Visitor;
use super::words::Words;
use crate::domain::DAY;
use app::api::{OrderView, ProgramView};
use app::text::{self, Text};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

/// `/cart`. `refused` is what a guest gave for an address when it is none.
pub(super) fn cart(shop: &Shop, visitor: &Visitor, refused: Option<&str>) -> Response {
    let words = visitor.words;
    let cart = &visitor.visit.cart;
    let content = if cart.bags() == 0 {
        view! {
            <p>{words.cart_empty}</p>
            <p><a class="button" href="/#coffees">{words.back}</a></p>
        }
        .into_any()
    } else {
        let lines = cart.items().map(|(kind, product, quantity)| {
            let name = words.coffees[kind].name;
            view! {
                <li>
                    {bag(product)}
                    <p>
                        <a href=format!("/product/{}", product.id)>{name}</a>
                        <br />
                        {format!("{quantity} × {}", money(words, product.price))}
                    </p>
                    <strong>{money(words, product.price * quantity)}</strong>
                    <form method="post" action="/cart/remove">
                        <input type="hidden" name="product" value=product.id />
                        <button class="plain" aria-label=(words.remove)(name)>"✕"</button>
                    </form>
                </li>
            }
        });
        let sum =
            |name, amount| view! { <div><dt>{name}</dt><dd>{money(words, amount)}</dd></div> };
        view! {
            <ul class="lines">{lines.collect_view()}</ul>
            <dl class="sums">
                {sum(words.goods, cart.goods())}
                {sum(words.delivery, cart.delivery())}
                {sum(words.total, cart.total())}
            </dl>
            <form class="pay" method="post" action="/pay">
                {buyer(visitor, refused)}
                <button class="button" id="pay">{(words.pay)(&money(words, cart.total()))}</button>
                <p class="quiet">{words.pay_note}</p>
            </form>
        }
        .into_any()
    };
    let content = view! { <h1>{words.cart}</h1> {content} };
    let status = if refused.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (
        status,
        document(shop, visitor, "/cart", words.cart, content),
    )
        .into_response()
}

/// Who orders: the customer, or a field for a guest's address.
fn buyer(visitor: &Visitor, refused: Option<&str>) -> AnyView {
    let words = visitor.words;
    if let Some(customer) = visitor.visit.customer {
        let who = format!("{} {}, {}", words.buyer, customer.name, customer.email);
        return view! { <p>{who}</p> }.into_any();
    }
    let wrong = refused.map(|_| {
        view! { <p class="wrong" id="email-wrong" role="alert">{words.email_wrong}</p> }
    });
    let described = if refused.is_some() {
        "email-wrong email-hint"
    } else {
        "email-hint"
    };
    view! {
        <p class="field">
            <label for="email">{words.email}</label>
            <input
                id="email"
                name="email"
                type="email"
                autocomplete="email"
                required
                value=refused.map(str::to_owned)
                aria-invalid=refused.map(|_| "true")
                aria-describedby=described
            />
        </p>
        {wrong}
        <p class="quiet" id="email-hint">{words.email_hint}</p>
    }
    .into_any()
}

/// `/thanks`, with the programme's rules if there is something to say by them.
pub(super) fn thanks(
    shop: &Shop,
    visitor: &Visitor,
    receipt: &Receipt,
    rules: Option<&ProgramView>,
) -> Response {
    let words = visitor.words;
    let order = &receipt.order;
    let (outcome, said) = match receipt.outcome() {
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
    let join = (outcome == "no_member").then(|| {
        view! { <p><a href="/club" data-laurel-open="home">{words.join}</a></p> }
    });
    let address = order.customer.email.as_deref().unwrap_or_default();
    let content = view! {
        <h1>{words.thanks}</h1>
        <p id="order" data-order=order.id.clone()>
            {format!("{} · {}", (words.order)(&order.id), money(words, order.total))}
        </p>
        <p class="earned" id="earned" data-outcome=outcome>{said}</p>
        {join}
        <p class="quiet">{(words.mailed)(address)}</p>
        <p><a href="/#coffees">{words.back}</a></p>
    };
    document(shop, visitor, "/thanks", &(words.order)(&order.id), content)
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
