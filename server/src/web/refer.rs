//! The page that a friend sees who opens a member's link: the shop's own, with a preview for chats. Opening it (GET)
//! counts nothing and leaves nothing in the browser; its button (POST) gives the gift, and a cookie remembers which.
//!
//! Chats and feeds open such links by the thousand, so what is the same for everybody is drawn once: the page with
//! marks where the code and the nonce belong, and the picture.

pub mod picture;

use super::handed::{languages, unknown};
use super::owner::check_origin;
use super::{Policy, cookie, nonce, page};
use crate::App;
use crate::api::Shared;
use crate::api::coupons::new_code;
use crate::api::extract::{Anyone, Query};
use crate::api::referrals::{link, place_of};
use crate::domain::referral::Referral;
use crate::domain::{Instant, SECOND, email};
use crate::error::{Error, by_status};
use crate::programs::Loaded;
use crate::store::referrals::{GiftOf, Give, Given, OfCode, StoredGift};
use app::api::{CouponState, MemberId};
use app::pages::{GiftTerms, LandingPage, LandingState, Taken};
use app::shell::{self, Assets};
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use picture::Picture;
use serde::Deserialize;
use std::sync::{Arc, OnceLock};
use tokio::sync::OnceCell;

/// The longest text that can be a code, in bytes.
const CODE_BYTES_MAX: usize = 40;
/// Stand in a page that is kept, for what differs. They are letters that no text has: Unicode gives them to nobody.
const CODE: &str = "\u{f0c0d}";
const NONCE: &str = "\u{f0ce5}";

/// What was drawn of the landing page in one language. A new version of the rules begins with nothing.
#[derive(Debug, Default)]
pub struct LandingPrints {
    page: OnceLock<String>,
    picture: OnceCell<Picture>,
}

/// A member's link.
struct Found {
    program: Arc<Loaded>,
    advocate: MemberId,
    /// As the member writes it, of letters that need no escaping.
    code: String,
}

impl Found {
    fn rule(&self) -> Option<&Referral> {
        self.program.program().referral.as_ref()
    }

    /// The page's language: what the address or the form names, else what the browser asks for.
    fn locale(&self, asked: Option<&str>, headers: &HeaderMap) -> &str {
        let asked = asked.filter(|asked| !asked.is_empty());
        self.program
            .program()
            .locale(asked.or_else(|| languages(headers)))
    }
}

/// Whether a text can be a code of a member or of a gift.
fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=CODE_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// Whose link it is, as long as the rules reward friends.
async fn find(app: &App, code: &str) -> Result<Option<Found>, Error> {
    if !is_code(code) {
        return Ok(None);
    }
    let Some(owner) = app.store.read(OfCode { code }).await? else {
        return Ok(None);
    };
    // The code goes into the page unescaped: it is the one that was looked into, but for its capitals.
    let shown = owner.shown.eq_ignore_ascii_case(code);
    let found = app.programs.by_id(owner.program).map(|program| Found {
        program,
        advocate: owner.member,
        code: if shown { owner.shown } else { code.to_owned() },
    });
    Ok(found.filter(|found| found.rule().is_some()))
}

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    locale: Option<String>,
}

/// The body of the page's form.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Wish {
    /// The friend's address, if they like.
    #[serde(default)]
    email: String,
    /// The page's language.
    #[serde(default)]
    locale: String,
}

/// `GET /r/{code}`: changes nothing, since whatever previews links opens them.
#[utoipa::path(get, path = "/r/{code}", operation_id = "show_referral_link", tag = "anyone with the link",
    params(("code" = String, Path), ("locale" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(found) = find(&app, &code).await? else {
        return Ok(unknown(&app, &headers));
    };
    let locale = found.locale(asked.locale.as_deref(), &headers);
    if let Some(gift) = kept(&app, &found.program, &headers).await? {
        return Ok(given(&app, &found, locale, &gift, None));
    }
    let nonce = nonce();
    let print = found.program.landing(Some(locale));
    let print = print.page.get_or_init(|| {
        let state = LandingState::Offer {
            email: "",
            is_bad: false,
        };
        html(&app, &found.program, locale, (CODE, NONCE), state)
    });
    let html = print.replace(CODE, &found.code).replace(NONCE, &nonce);
    Ok(respond(html, &nonce))
}

/// `GET /r/{code}/gift`: for who loads the page anew that the form led to.
#[utoipa::path(get, path = "/r/{code}/gift", operation_id = "back_to_referral_link", tag = "anyone with the link",
    params(("code" = String, Path)),
    responses((status = 303), (status = 404, content_type = "text/html", body = String)))]
pub async fn back(
    State(app): Shared,
    _: Anyone,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    if is_code(&code) {
        Redirect::to(&format!("/r/{code}")).into_response()
    } else {
        unknown(&app, &headers)
    }
}

/// `POST /r/{code}/gift`: gives the friend their gift, and the same one again to the same browser. What is answered does
/// not depend on the address: nobody learns who buys here.
#[utoipa::path(post, path = "/r/{code}/gift", operation_id = "take_referral_gift", tag = "anyone with the link",
    params(("code" = String, Path)),
    request_body(content = Wish, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, body = app::api::Problem),
        (status = 404, content_type = "text/html", body = String),
        (status = 422, content_type = "text/html", body = String), (status = 429, content_type = "text/html", body = String)))]
pub async fn give(
    State(app): Shared,
    Anyone(place): Anyone,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Result<axum::Form<Wish>, FormRejection>,
) -> Result<Response, Error> {
    check_origin(&app, &headers)?;
    let axum::Form(wish) = body.map_err(|refused| match refused.status() {
        StatusCode::UNPROCESSABLE_ENTITY => Error::field("email", "send this field, once"),
        status => by_status(status),
    })?;
    let Some(found) = find(&app, &code).await? else {
        return Ok(unknown(&app, &headers));
    };
    let locale = found.locale(Some(&wish.locale), &headers);
    if let Some(gift) = kept(&app, &found.program, &headers).await? {
        return Ok(given(&app, &found, locale, &gift, None));
    }
    let typed = wish.email.trim();
    let email = email::parse(typed);
    if email.is_none() && !typed.is_empty() {
        let state = LandingState::Offer {
            email: typed,
            is_bad: true,
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(refused(&app, &found, locale, status, state));
    }
    let command = Give {
        rules: Arc::clone(&found.program.rules),
        advocate: found.advocate,
        // Begins as no coupon of a member does.
        code: format!("G-{}", new_code()),
        email: email.as_deref().map(email::canonical),
        source: Some(place_of(&app, place)),
        stamp: app.clock.stamp(),
    };
    match app.store.write(command).await? {
        Given::Done(gift) => {
            let masked = email.as_deref().map(email::masked);
            Ok(given(&app, &found, locale, &gift, masked.as_deref()))
        }
        Given::TooMany(until) => Ok(too_many(&app, &found, locale, until)),
    }
}

/// The page of a link that has given too many, and when it may be asked again.
fn too_many(app: &App, found: &Found, locale: &str, until: Instant) -> Response {
    let shop = &found.rule().map_or_else(String::new, front);
    let (status, state) = (
        StatusCode::TOO_MANY_REQUESTS,
        LandingState::TooMany { shop },
    );
    let mut response = refused(app, found, locale, status, state);
    let seconds = (until - app.clock.now()).max(0) / SECOND + 1;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The shop's front page, for who goes there without a gift.
fn front(rule: &Referral) -> String {
    let url = reqwest::Url::parse(&rule.address("-"));
    url.map_or_else(
        |_| String::new(),
        |url| format!("{}/", url.origin().ascii_serialization()),
    )
}

/// The whole page, with this code and this nonce.
fn html(
    app: &App,
    program: &Loaded,
    locale: &str,
    (code, nonce): (&str, &str),
    state: LandingState<'_>,
) -> String {
    let view = program.view(Some(locale));
    let (Some(rule), Some(rules)) = (&program.program().referral, &view.referral) else {
        return String::new();
    };
    let (slug, version, terms) = (&view.slug, view.version, &rule.gift.terms);
    let shown = LandingPage {
        program: &view,
        rules,
        title: rule.title.get(&view.locale),
        text: rule.text.get(&view.locale),
        terms: GiftTerms {
            minimum: terms.minimum,
            on_sale: terms.on_sale,
            with_other_codes: terms.with_other_codes,
        },
        code,
        link: &link(app, code),
        picture: &format!("{}/p/{slug}/{version}-{}.png", app.public_url, view.locale),
        state,
    };
    let assets = Assets {
        css: &app.css,
        pkg: "",
        nonce,
    };
    shell::landing(&shown, &assets)
}

fn respond(html: String, nonce: &str) -> Response {
    let policy = Policy {
        nonce,
        scripts: false,
        ancestors: &[],
    };
    let mut response = page(html, &policy);
    let varies = HeaderValue::from_static("accept-language, cookie");
    response.headers_mut().insert(header::VARY, varies);
    response
}

/// The page in a state that is not kept.
fn refused(
    app: &App,
    found: &Found,
    locale: &str,
    status: StatusCode,
    state: LandingState<'_>,
) -> Response {
    let nonce = nonce();
    let html = html(app, &found.program, locale, (&found.code, &nonce), state);
    let mut response = respond(html, &nonce);
    *response.status_mut() = status;
    response
}

/// The page with a gift, which the browser remembers from now on.
fn given(
    app: &App,
    found: &Found,
    locale: &str,
    gift: &StoredGift,
    email: Option<&str>,
) -> Response {
    let now = app.clock.now();
    let rule = found.rule();
    let front = rule.map_or_else(String::new, front);
    let shop = rule.map_or_else(String::new, |rule| rule.address(&gift.code));
    // An order that is not paid yet has one that is reserved: whoever comes back to it needs the code.
    let is_theirs = match gift.state_at(now) {
        CouponState::Open => true,
        CouponState::Reserved => now < gift.expires_at,
        _ => false,
    };
    let state = if is_theirs {
        LandingState::Taken(Taken {
            name: gift.name.get(locale),
            code: &gift.code,
            expires_at: gift.expires_at,
            now,
            shop: &shop,
            email,
        })
    } else {
        LandingState::Used { shop: &front }
    };
    let mut response = refused(app, found, locale, StatusCode::OK, state);
    let seconds = (gift.expires_at - now).max(0) / SECOND;
    let name = cookie_name(app, &found.program);
    if let Some(cookie) = cookie::set(app, (&name, &gift.code), ("/r/", "Lax"), seconds) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The gift that the browser remembers, unless its time is over: then there may be another.
async fn kept(
    app: &App,
    program: &Loaded,
    headers: &HeaderMap,
) -> Result<Option<StoredGift>, Error> {
    let name = cookie_name(app, program);
    let Some(code) = cookie::find(headers, &name).filter(|code| is_code(code)) else {
        return Ok(None);
    };
    let of = GiftOf {
        program: program.rules.id,
        code,
    };
    let gift = app.store.read(of).await?;
    let now = app.clock.now();
    let holds = |gift: &StoredGift| {
        matches!(
            gift.state_at(now),
            CouponState::Open | CouponState::Reserved | CouponState::Used
        )
    };
    Ok(gift.filter(holds))
}

/// One for each programme: a friend may know several of a server's shops.
fn cookie_name(app: &App, program: &Loaded) -> String {
    let slug = &program.program().slug;
    let prefix = if cookie::is_secure(app) {
        "__Secure-"
    } else {
        ""
    };
    format!("{prefix}laurel-gift-{slug}")
}
