//! The demo's shop: a coffee roaster who pasted one line into their pages. It knows of Laurel what
//! any merchant does, the public contract. Its one script takes a code from Laurel's panel into the cart.

mod backend;
mod calls;
mod cart_words;
mod checkout;
mod codes;
mod goods;
mod pages;
mod paying;
mod price;
mod thanks;
mod visit;
mod words;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use visit::{CUSTOMERS, Visitor};

pub(super) use backend::Backend;

/// What every request can reach.
struct Shop {
    backend: Backend,
    client: reqwest::Client,
    visits: visit::Visits,
    numbers: backend::Numbers,
    /// The policy of every page.
    policy: HeaderValue,
}

/// Every address of the shop.
pub(super) fn router(backend: Backend) -> Router {
    let shop = Arc::new(Shop {
        policy: policy(&backend.laurel),
        backend,
        client: calls::client(),
        visits: visit::Visits::default(),
        numbers: backend::Numbers::default(),
    });
    Router::new()
        .route("/", get(home))
        .route("/product/{id}", get(product))
        .route("/cart", get(cart).post(add))
        .route("/cart/remove", post(remove))
        .route("/cart/code", post(codes::apply))
        .route("/cart/code/remove", post(codes::forget))
        .route("/pay", post(paying::pay))
        .route("/thanks", get(after))
        .route("/order/cancel", post(paying::cancel))
        .route("/order/return", post(paying::give_back))
        .route("/club", get(club))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/laurel-token", get(token))
        .route("/shop.css", get(style))
        .route("/shop-cart.css", get(cart_style))
        .route("/shop.js", get(script))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&shop), guard))
        .with_state(shop)
}

/// All that a careful merchant has to grant, beside the shop's own. `form-action` may do without Laurel; with it,
/// the panel's first answer is already the customer's own.
fn policy(laurel: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self' {laurel}; frame-src {laurel}; style-src 'self'; \
         img-src 'self' data:; form-action 'self' {laurel}; connect-src 'self'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Refuses forms of other sites, keeps the gifts of friends, and gives every answer its headers.
async fn guard(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let language = visit::language_cookie(request.uri().query());
    let mut response = if request.method() == Method::POST && !is_own(request.headers()) {
        (
            StatusCode::FORBIDDEN,
            "This form was sent from another site.",
        )
            .into_response()
    } else if let Some(response) = codes::take_gift(&shop, &request) {
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, shop.policy.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Pages depend on who looks at them.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    if let Some(cookie) = language.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether a form comes from the shop's own pages. `SameSite` keeps the cookie from other sites;
/// this also tells apart what is on another port of the same host.
fn is_own(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let authority = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    authority.is_some_and(|(_, authority)| host == Some(authority))
}

type Shared = State<Arc<Shop>>;
type Cookie = AppendHeaders<[(HeaderName, String); 1]>;

fn set(cookie: String) -> Cookie {
    AppendHeaders([(header::SET_COOKIE, cookie)])
}

async fn home(State(shop): Shared, visitor: Visitor) -> Response {
    pages::home(&shop, &visitor)
}

async fn product(State(shop): Shared, visitor: Visitor, Path(id): Path<String>) -> Response {
    match goods::find(&id) {
        Some(kind) => pages::product(&shop, &visitor, kind),
        None => pages::not_found(&shop, &visitor),
    }
}

async fn cart(State(shop): Shared, visitor: Visitor) -> Response {
    checkout::cart(&shop, &visitor, None).await
}

async fn club(State(shop): Shared, visitor: Visitor) -> Response {
    let rules = calls::rules(&shop, visitor.words.tag).await;
    pages::club(&shop, &visitor, rules.as_ref())
}

async fn sign_in_page(State(shop): Shared, visitor: Visitor) -> Response {
    pages::sign_in(&shop, &visitor)
}

async fn not_found(State(shop): Shared, visitor: Visitor) -> Response {
    pages::not_found(&shop, &visitor)
}

async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("../shop.css"))
}

async fn cart_style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("../shop-cart.css"))
}

async fn script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("shop.js"))
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, text)
}

#[derive(Deserialize)]
struct Add {
    product: String,
    quantity: i64,
}

async fn add(State(shop): Shared, visitor: Visitor, Form(form): Form<Add>) -> Response {
    let Some(kind) = goods::find(&form.product) else {
        return pages::not_found(&shop, &visitor);
    };
    let put = |visit: &mut visit::Visit| visit.cart.add(kind, form.quantity);
    let (cookie, ()) = shop.visits.change(visitor.id.as_deref(), put);
    (set(cookie), Redirect::to("/cart")).into_response()
}

#[derive(Deserialize)]
struct Remove {
    product: String,
}

async fn remove(State(shop): Shared, visitor: Visitor, Form(form): Form<Remove>) -> Response {
    let Some(kind) = goods::find(&form.product) else {
        return pages::not_found(&shop, &visitor);
    };
    let take = |visit: &mut visit::Visit| visit.cart.remove(kind);
    let (cookie, ()) = shop.visits.change(visitor.id.as_deref(), take);
    (set(cookie), Redirect::to("/cart")).into_response()
}

async fn after(State(shop): Shared, visitor: Visitor) -> Response {
    let Some(receipt) = &visitor.visit.bought else {
        return Redirect::to("/cart").into_response();
    };
    let rules = match receipt.outcome() {
        backend::Outcome::Told { view, .. } if view.points > 0 => {
            calls::rules(&shop, visitor.words.tag).await
        }
        _ => None,
    };
    thanks::thanks(&shop, &visitor, receipt, rules.as_ref())
}

#[derive(Deserialize)]
struct SignIn {
    customer: String,
}

async fn sign_in(State(shop): Shared, visitor: Visitor, Form(form): Form<SignIn>) -> Response {
    let Some(customer) = CUSTOMERS
        .iter()
        .find(|customer| customer.id == form.customer)
    else {
        return pages::not_found(&shop, &visitor);
    };
    let next = if visitor.visit.cart.bags() > 0 {
        "/cart"
    } else {
        "/club"
    };
    let cookie = shop.visits.sign_in(visitor.id.as_deref(), customer);
    (set(cookie), Redirect::to(next)).into_response()
}

async fn sign_out(State(shop): Shared, visitor: Visitor) -> Response {
    let cookie = shop.visits.end(visitor.id.as_deref());
    (set(cookie), Redirect::to("/")).into_response()
}

/// What `data-token-url` names. No other site can read the answer, as it allows none to.
async fn token(State(shop): Shared, visitor: Visitor) -> Response {
    let private = [(header::CACHE_CONTROL, "no-store")];
    let Some(customer) = visitor.visit.customer else {
        let body = Json(json!({ "error": "nobody is signed in" }));
        return (StatusCode::UNAUTHORIZED, private, body).into_response();
    };
    match backend::token(&shop.backend, customer) {
        Ok(token) => (private, Json(json!({ "token": token }))).into_response(),
        Err(error) => {
            tracing::error!(%error, "the shop cannot sign a token");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
