//! The shop's pages, but for those of [`super::checkout`] and [`super::thanks`].

use super::cart_words::CartWords;
use super::goods::{CURRENCY, PRODUCTS, Product, plain};
use super::visit::{CUSTOMERS, Visitor};
use super::words::Words;
use super::{Shop, checkout};
use app::api::ProgramView;
use app::text::{self, Text};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

/// A coffee bean, for the corner of the browser's tab.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
    %3Cellipse cx='8' cy='8' rx='5' ry='7' fill='%23963c1c' transform='rotate(30 8 8)'/%3E\
    %3Cpath d='M11 3C6 6 10 9 5 13' stroke='%23fff' fill='none'/%3E%3C/svg%3E";

/// The whole document. `path` is where the page can be asked for again.
pub(super) fn document(
    shop: &Shop,
    visitor: &Visitor,
    path: &str,
    title: &str,
    content: impl IntoView,
) -> Response {
    let words = visitor.words;
    let title = if title.is_empty() {
        words.shop.into()
    } else {
        format!("{title} · {}", words.shop)
    };
    let loader = format!(
        "{}/embed.js?program={}",
        shop.backend.laurel, shop.backend.program
    );
    let token_url = visitor.visit.customer.map(|_| "/laurel-token");
    let kept = (path != "/cart").then(|| checkout::kept(visitor));
    let html = view! {
        <html lang=words.tag>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover" />
                <title>{title}</title>
                <meta name="description" content=words.description />
                <link rel="icon" href=ICON />
                <link rel="stylesheet" href="/shop.css" />
                <link rel="stylesheet" href="/shop-cart.css" />
                <script defer src="/shop.js"></script>
                <script async src=loader data-token-url=token_url></script>
            </head>
            <body>
                <a class="skip" href="#content">{words.skip}</a>
                {header(visitor, path)}
                <main id="content" tabindex="-1">{kept} {content}</main>
                // Where the shop's script puts a code from Laurel's panel.
                <form id="laurel-code" method="post" action="/cart/code" hidden>
                    <input type="hidden" name="code" />
                </form>
                <footer class="foot">
                    <p>{words.footer}</p>
                </footer>
            </body>
        </html>
    };
    Html(format!("<!DOCTYPE html>{}", html.to_html())).into_response()
}

fn header(visitor: &Visitor, path: &str) -> impl IntoView {
    let words = visitor.words;
    let current = |of: &str| (path == of).then_some("page");
    let bags = visitor.visit.cart.bags();
    let account = match visitor.visit.customer {
        Some(customer) => view! {
            <form class="account" method="post" action="/sign-out">
                <span class="who">{customer.name}</span>
                <button class="plain" id="sign-out">{words.sign_out}</button>
            </form>
        }
        .into_any(),
        None => view! {
            <a href="/sign-in" id="sign-in" aria-current=current("/sign-in")>{words.sign_in}</a>
        }
        .into_any(),
    };
    let (tag, language) = words.other;
    view! {
        <header class="top">
            <a class="brand" href="/">{words.shop}</a>
            <a class="language" href=format!("{path}?lang={tag}") lang=tag hreflang=tag>{language}</a>
            <nav aria-label=words.menu>
                <a href="/club" aria-current=current("/club")>{words.club}</a>
                <a href="/cart" aria-current=current("/cart")>
                    {words.cart}
                    {(bags > 0).then(|| view! { " "<span class="count" id="bags">{bags}</span> })}
                </a>
                {account}
            </nav>
        </header>
    }
}

/// An amount as people write it.
pub(super) fn money(words: &Words, amount: i64) -> String {
    text::money(Text::by_locale(words.tag), amount, CURRENCY)
}

/// A bag of coffee. The style sheet gives each its colours.
pub(super) fn bag(product: &Product) -> impl IntoView {
    view! {
        <svg class=format!("bag {}", product.id) viewBox="0 0 120 150" aria-hidden="true">
            <path class="paper" d="M22 30h76l8 110q0 5-5 5H19q-5 0-5-5z"></path>
            <path class="fold" d="M24 8h72q3 0 3 3l-1 21H22l-1-21q0-3 3-3z"></path>
            <path class="tie" d="M14 24h92v5H14z"></path>
            <path class="label" d="M34 58h52v58H34z"></path>
            <ellipse class="bean" cx="60" cy="82" rx="11" ry="16" transform="rotate(28 60 82)"></ellipse>
            <path class="crease" d="M67 70c-11 7-3 16-14 24"></path>
            <path class="line" d="M44 107h32"></path>
        </svg>
    }
}

/// Half a bean for a sun.
fn sunrise() -> impl IntoView {
    let rays = "M186 112L207 100M158 84L170 63M120 74L120 50M82 84L70 63M54 112L33 100";
    view! {
        <svg class="sunrise" viewBox="0 0 240 160" aria-hidden="true">
            <path class="sun" d="M60 150a60 60 0 0 1 120 0z"></path>
            <path class="glow" d="M130 88c-30 18 14 34-14 62"></path>
            <path class="rays" d=rays></path>
            <path class="rays" d="M4 150h232"></path>
        </svg>
    }
}

fn price(words: &Words, product: &Product) -> impl IntoView {
    let before = product.was.map(|was| {
        view! {
            <span class="badge">{words.sale}</span>
            " "
            <span class="hidden">{words.was}</span>
            " "
            <s>{money(words, was)}</s>
            " "
        }
    });
    view! { <p class="price">{before}<strong>{money(words, product.price)}</strong></p> }
}

/// `/`. It has no view of Laurel's in it, so it shows what the loader alone costs.
pub(super) fn home(shop: &Shop, visitor: &Visitor) -> Response {
    let words = visitor.words;
    let cards = PRODUCTS
        .iter()
        .zip(&words.coffees)
        .map(|(product, coffee)| {
            view! {
                <li class="card">
                    {bag(product)}
                    <h3>
                        <a href=format!("/product/{}", product.id)>{coffee.name}</a>
                    </h3>
                    <p>{coffee.notes}</p>
                    {price(words, product)}
                </li>
            }
        });
    let content = view! {
        <section class="hero">
            <div>
                <h1>{words.hero}</h1>
                <p>{words.hero_text}</p>
                <p class="ways">
                    <a class="button" href="#coffees">{words.hero_shop}</a>
                    " "
                    <a href="/club" data-laurel-open="tasks">{words.earn}</a>
                </p>
            </div>
            {sunrise()}
        </section>
        <section aria-labelledby="coffees">
            <h2 id="coffees">{words.coffees_title}</h2>
            <ul class="cards">{cards.collect_view()}</ul>
        </section>
    };
    document(shop, visitor, "/", "", content)
}

/// `/product/{id}`
pub(super) fn product(shop: &Shop, visitor: &Visitor, kind: usize) -> Response {
    let words = visitor.words;
    let (product, coffee) = (&PRODUCTS[kind], &words.coffees[kind]);
    let facts = coffee
        .facts
        .iter()
        .chain([&words.weight])
        .zip(words.fact_names);
    let facts = facts.map(|(fact, name)| view! { <div><dt>{name}</dt><dd>{*fact}</dd></div> });
    let content = view! {
        <article class="product">
            {bag(product)}
            <div>
                <h1>{coffee.name}</h1>
                <p class="notes">{coffee.notes}</p>
                {price(words, product)}
                <form class="add" method="post" action="/cart">
                    <input type="hidden" name="product" value=product.id />
                    <label for="quantity">{words.quantity}</label>
                    <input id="quantity" name="quantity" type="number" value="1" min="1" max="9" required />
                    <button class="button" id="add">{words.add}</button>
                </form>
                <laurel-widget view="earn" price=plain(product.price) currency=CURRENCY sku=product.id></laurel-widget>
                <p>{coffee.story}</p>
                <dl class="facts">{facts.collect_view()}</dl>
                <p><a href="/#coffees">{words.all_coffees}</a></p>
            </div>
        </article>
    };
    document(
        shop,
        visitor,
        &format!("/product/{}", product.id),
        coffee.name,
        content,
    )
}

/// `/club`: Laurel's inline views of what the rules have.
pub(super) fn club(shop: &Shop, visitor: &Visitor, rules: Option<&ProgramView>) -> Response {
    let words = visitor.words;
    let own = CartWords::of(words);
    let spends = rules.is_some_and(|rules| !rules.rewards.is_empty());
    let rewards = spends.then(|| {
        view! {
            <section aria-labelledby="rewards">
                <h2 id="rewards">{own.rewards}</h2>
                <laurel-widget view="rewards"></laurel-widget>
            </section>
        }
    });
    let refers = rules.is_some_and(|rules| rules.referral.is_some());
    let friends = refers.then(|| {
        view! {
            <section aria-labelledby="friends">
                <h2 id="friends">{own.friends}</h2>
                <laurel-widget view="refer"></laurel-widget>
            </section>
        }
    });
    let content = view! {
        <h1>{words.club}</h1>
        <p class="lead">{words.club_text}</p>
        <p><a href="#tasks" data-laurel-open="how">{words.how}</a></p>
        <section aria-labelledby="balance">
            <h2 id="balance">{words.balance}</h2>
            <laurel-widget view="balance"></laurel-widget>
        </section>
        <section aria-labelledby="tasks">
            <h2 id="tasks">{words.tasks}</h2>
            <laurel-widget view="tasks"></laurel-widget>
        </section>
        {rewards}
        {friends}
    };
    document(shop, visitor, "/club", words.club, content)
}

/// `/sign-in`
pub(super) fn sign_in(shop: &Shop, visitor: &Visitor) -> Response {
    let words = visitor.words;
    let buttons = CUSTOMERS.iter().map(|customer| {
        view! {
            <button class="person" name="customer" value=customer.id lang=customer.locale>
                <strong>{customer.name}</strong>
                " "
                <span>{customer.email}</span>
            </button>
        }
    });
    let content = view! {
        <h1>{words.sign_in}</h1>
        <p>{words.sign_in_text}</p>
        <form class="people" method="post" action="/sign-in">{buttons.collect_view()}</form>
    };
    document(shop, visitor, "/sign-in", words.sign_in, content)
}

/// Any other address.
pub(super) fn not_found(shop: &Shop, visitor: &Visitor) -> Response {
    let words = visitor.words;
    let content = view! {
        <h1>{words.not_found}</h1>
        <p>{words.not_found_text}</p>
        <p><a class="button" href="/#coffees">{words.back}</a></p>
    };
    let page = document(shop, visitor, "/", words.not_found, content);
    (StatusCode::NOT_FOUND, page).into_response()
}
