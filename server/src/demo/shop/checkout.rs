//! The cart's page: what is in it, what codes take off, and paying.

use super::cart_words::CartWords;
use super::goods::{CURRENCY, plain};
use super::pages::{bag, document, money};
use super::price::{Code, Line, Price};
use super::visit::Visitor;
use super::words::Words;
use super::{Shop, calls};
use app::text::Text;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

/// Why a cart was not paid, or a code not put in.
pub(super) enum Trouble {
    /// What a guest gave for an address is none.
    Address(String),
    /// A code cannot be used.
    Code {
        /// As it was typed.
        code: String,
        /// By Laurel's name for that, or the shop's own.
        reason: String,
    },
    /// It comes to another sum than the customer was told.
    Changed,
}

/// `/cart`
pub(super) async fn cart(shop: &Shop, visitor: &Visitor, trouble: Option<&Trouble>) -> Response {
    let words = visitor.words;
    let visit = &visitor.visit;
    let price = if visit.cart.bags() == 0 {
        None
    } else {
        let quoted = calls::quote(shop, visit).await;
        let quote = quoted.as_ref().map(|quoted| &quoted.view);
        let is_member = quoted.as_ref().is_some_and(|quoted| quoted.is_for_member);
        Some((Price::of(&visit.cart, &visit.codes, quote), is_member))
    };
    let content = match &price {
        Some((price, is_member)) => {
            let earns = earns(visitor.words, price, *is_member);
            filled(visitor, price, earns, trouble)
        }
        None => view! {
            {kept(visitor)}
            <p>{words.cart_empty}</p>
            <p><a class="button" href="/#coffees">{words.back}</a></p>
        }
        .into_any(),
    };
    let content = view! { <h1>{words.cart}</h1> {content} };
    let status = if trouble.is_some() {
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

/// The codes that wait for something to be taken off from.
pub(super) fn kept(visitor: &Visitor) -> AnyView {
    let codes = &visitor.visit.codes;
    if codes.is_empty() {
        return ().into_any();
    }
    let say = (CartWords::of(visitor.words).kept)(&codes.join(", "));
    view! { <p class="kept" id="codes-kept">{say}</p> }.into_any()
}

fn filled(
    visitor: &Visitor,
    price: &Price,
    earns: Option<AnyView>,
    trouble: Option<&Trouble>,
) -> AnyView {
    view! {
        {lines(visitor, price)}
        {slider(visitor, price)}
        {codes(visitor, price, trouble)}
        {sums(visitor, price)}
        {earns}
        {paying(visitor, price, trouble)}
    }
    .into_any()
}

fn lines(visitor: &Visitor, price: &Price) -> impl IntoView + use<> {
    let words = visitor.words;
    let items = visitor.visit.cart.items().zip(price.lines.clone());
    let lines: Vec<_> = items
        .map(|((kind, product, quantity), line)| {
            let name = words.coffees[kind].name;
            view! {
                <li>
                    {bag(product)}
                    <p>
                        <a href=format!("/product/{}", product.id)>{name}</a>
                        <br />
                        {format!("{quantity} × {}", money(words, product.price))}
                    </p>
                    {due(words, line)}
                    <form method="post" action="/cart/remove">
                        <input type="hidden" name="product" value=product.id />
                        <button class="plain" aria-label=(words.remove)(name)>"✕"</button>
                    </form>
                </li>
            }
        })
        .collect();
    view! { <ul class="lines">{lines}</ul> }
}

/// What there is to pay for a line, and what it costs where that is more.
fn due(words: &Words, line: Line) -> AnyView {
    let pays = line.pays();
    if pays == line.price {
        return view! { <strong data-pays=pays>{money(words, pays)}</strong> }.into_any();
    }
    view! {
        <p class="due">
            <span class="hidden">{words.was}</span>
            " "
            <s>{money(words, line.price)}</s>
            " "
            <span class="hidden">{CartWords::of(words).now}</span>
            " "
            <strong data-pays=pays>{money(words, pays)}</strong>
        </p>
    }
    .into_any()
}

/// Laurel's slider, where there is something that points can pay for. A code that is made in it comes back by the
/// shop's script.
fn slider(visitor: &Visitor, price: &Price) -> Option<impl IntoView + use<>> {
    let left = price.open_to_points(&visitor.visit.cart);
    let is_shown = visitor.visit.customer.is_some() && price.takes_points && left > 0;
    is_shown.then(|| {
        view! { <laurel-widget view="slider" price=plain(left) currency=CURRENCY></laurel-widget> }
    })
}

/// The codes in the cart, and the field for another.
fn codes(visitor: &Visitor, price: &Price, trouble: Option<&Trouble>) -> impl IntoView + use<> {
    let words = CartWords::of(visitor.words);
    let list: Vec<_> = price
        .codes
        .iter()
        .map(|code| coupon(visitor.words, code))
        .collect();
    let list =
        (!list.is_empty()).then(|| view! { <ul class="codes" aria-label=words.codes>{list}</ul> });
    let (typed, wrong) = match trouble {
        Some(Trouble::Code { code, reason }) => (Some(code.clone()), Some(words.why(reason))),
        _ => (None, None),
    };
    let invalid = wrong.map(|_| "true");
    let described = wrong.map(|_| "code-wrong");
    let wrong = wrong.map(|why| view! { <p class="wrong" id="code-wrong" role="alert">{why}</p> });
    view! {
        {list}
        <form class="code" id="code-form" method="post" action="/cart/code">
            <label for="code">{words.code}</label>
            <input
                id="code"
                name="code"
                maxlength="64"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                required
                value=typed
                aria-invalid=invalid
                aria-describedby=described
            />
            <button class="button" id="apply">{words.apply}</button>
            {wrong}
        </form>
    }
}

/// A code, and what it takes off or why nothing.
fn coupon(words: &Words, code: &Code) -> impl IntoView + use<> {
    let own = CartWords::of(words);
    let reason = code.reason.as_deref();
    let says = match reason {
        None => view! { <strong>{money(words, -code.amount)}</strong> }.into_any(),
        Some(reason) => view! { <span class="wrong">{own.why(reason)}</span> }.into_any(),
    };
    view! {
        <li
            data-coupon=code.code.clone()
            data-taken=code.amount
            data-reason=reason.map(str::to_owned)
        >
            <code>{code.code.clone()}</code>
            {says}
            <form method="post" action="/cart/code/remove">
                <input type="hidden" name="code" value=code.code.clone() />
                <button class="plain" aria-label=(own.remove)(&code.code)>"✕"</button>
            </form>
        </li>
    }
}

fn sums(visitor: &Visitor, price: &Price) -> impl IntoView + use<> {
    let words = visitor.words;
    let own = CartWords::of(words);
    let sum = |name: &'static str, amount: i64| {
        view! { <div><dt>{name}</dt><dd>{money(words, amount)}</dd></div> }
    };
    let off = |name: &'static str, amount: i64| (amount > 0).then(|| sum(name, -amount));
    let on_coffees: i64 = price.lines.iter().map(|line| line.by_codes).sum();
    let delivery = match price.delivery_pays {
        0 => own.free.to_owned(),
        pays => money(words, pays),
    };
    view! {
        <dl class="sums">
            {sum(words.goods, visitor.visit.cart.goods())}
            {off(own.by_tier, price.by_tier())}
            {off(own.by_codes, on_coffees)}
            <div><dt>{words.delivery}</dt><dd>{delivery}</dd></div>
            {sum(words.total, price.total())}
        </dl>
    }
}

/// What the order will earn; to those who are no members, what it would.
fn earns(words: &Words, price: &Price, is_member: bool) -> Option<AnyView> {
    let own = CartWords::of(words);
    let points = Text::by_locale(words.tag).number(price.earns);
    let say = if is_member {
        (own.earns)(&points)
    } else {
        (own.members_earn)(&points)
    };
    (price.earns > 0).then(|| {
        view! { <p class="quiet earns" id="earns" data-points=price.earns>{say}</p> }.into_any()
    })
}

fn paying(visitor: &Visitor, price: &Price, trouble: Option<&Trouble>) -> impl IntoView + use<> {
    let words = visitor.words;
    let own = CartWords::of(words);
    let refused = match trouble {
        Some(Trouble::Address(typed)) => Some(typed.as_str()),
        _ => None,
    };
    let changed = matches!(trouble, Some(Trouble::Changed)).then(|| {
        view! { <p class="wrong" id="pay-wrong" role="alert">{own.changed}</p> }
    });
    let total = price.total();
    view! {
        <form class="pay" method="post" action="/pay">
            {buyer(visitor, refused)}
            <p class="field">
                <label for="friend">{own.friend}</label>
                <input
                    id="friend"
                    name="friend"
                    maxlength="64"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    value=visitor.visit.friend.clone()
                    aria-describedby="friend-hint"
                />
            </p>
            <p class="quiet" id="friend-hint">{own.friend_hint}</p>
            <input type="hidden" name="total" value=total />
            {changed}
            <button class="button" id="pay">{(words.pay)(&money(words, total))}</button>
            <p class="quiet">{words.pay_note}</p>
        </form>
    }
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
