//! What the shop's backend tells Laurel: who is signed in, and what was paid.

use super::visit::{Customer, Visit};
use super::words::Words;
use super::{Shop, goods};
use crate::clock::Clock;
use crate::domain::{Instant, SECOND};
use app::api::{self, Order, OrderStatus, OrderView, ProgramView};
use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where the shop finds Laurel, and what it proves itself with.
#[derive(Clone)]
pub(in crate::demo) struct Backend {
    /// The address of the Laurel server.
    pub(in crate::demo) laurel: String,
    /// The programme's slug.
    pub(in crate::demo) program: String,
    /// What calls go with as their bearer.
    pub(in crate::demo) api_key: String,
    /// The name of the key that tokens are signed with.
    pub(in crate::demo) token_kid: String,
    /// That key.
    pub(in crate::demo) token_secret: [u8; 32],
    /// The time.
    pub(in crate::demo) clock: Clock,
}

/// How long Laurel may take to answer. The customer looks at a blank page for as long.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pauses before Laurel is told again.
const PAUSES_SECONDS: [u64; 6] = [2, 5, 15, 60, 300, 900];
/// How long a signed token is good for, in seconds.
const TOKEN_SECONDS: i64 = 300;
/// The first order's number.
const FIRST_NUMBER: i64 = 1043;
/// When the shop opened: 2026-01-01T00:00:00Z, in seconds since 1970.
const OPENED: i64 = 1_767_225_600;

/// What became of telling Laurel about an order.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It has not answered yet. It is told again.
    Waiting,
    /// It knows the order.
    Told {
        /// Its answer.
        view: OrderView,
        /// When it answered.
        at: Instant,
    },
    /// It does not want the order. Telling it again would not help.
    Refused,
}

/// A paid order.
#[derive(Debug)]
pub(super) struct Receipt {
    /// As Laurel is told of it.
    pub(super) order: Order,
    outcome: Mutex<Outcome>,
}

impl Receipt {
    /// What became of telling Laurel.
    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }
}

/// Numbers for orders. They rise, and a shop that was started again on the same data gives none
/// twice: they follow the clock, one a second.
#[derive(Debug, Default)]
pub(super) struct Numbers(AtomicI64);

impl Numbers {
    fn next(&self, now: Instant) -> i64 {
        let by_clock = FIRST_NUMBER + (now.div_euclid(SECOND) - OPENED).max(0);
        let after = |last: i64| by_clock.max(last + 1);
        let last = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(after(last)));
        last.map_or(by_clock, after)
    }
}

/// Turns the cart of a visit into a paid order; none if the cart is empty.
pub(super) fn buy(
    shop: &Shop,
    visit: &mut Visit,
    email: String,
    words: &Words,
) -> Option<Arc<Receipt>> {
    let cart = std::mem::take(&mut visit.cart);
    if cart.bags() == 0 {
        return None;
    }
    let now = shop.backend.clock.now();
    let customer = api::Customer {
        id: visit.customer.map(|customer| customer.id.into()),
        email: Some(email),
        phone: None,
        is_new: None,
    };
    let order = Order {
        id: shop.numbers.next(now).to_string(),
        customer,
        currency: goods::CURRENCY.into(),
        total: cart.total(),
        shipping: cart.delivery(),
        tax: 0,
        discount: 0,
        lines: cart.lines(words),
        payment_method: Some("card".into()),
        coupon_codes: Vec::new(),
        referral_code: None,
        address_hash: None,
        card_hash: None,
        status: OrderStatus::Paid,
        at: jiff::Timestamp::from_microsecond(now)
            .unwrap_or_default()
            .to_string(),
    };
    let outcome = Mutex::new(Outcome::Waiting);
    let receipt = Arc::new(Receipt { order, outcome });
    visit.bought = Some(Arc::clone(&receipt));
    Some(receipt)
}

/// Tells Laurel of a paid order. If that fails it is tried again later, without the customer.
pub(super) async fn tell(shop: Arc<Shop>, receipt: Arc<Receipt>) {
    receipt.set(attempt(&shop, &receipt.order).await);
    tokio::spawn(async move {
        for pause in PAUSES_SECONDS {
            if !matches!(receipt.outcome(), Outcome::Waiting) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(pause)).await;
            receipt.set(attempt(&shop, &receipt.order).await);
        }
    });
}

async fn attempt(shop: &Shop, order: &Order) -> Outcome {
    let Backend {
        laurel,
        program,
        api_key,
        clock,
        ..
    } = &shop.backend;
    let request = shop
        .client
        .post(format!("{laurel}/api/v1/programs/{program}/orders"))
        .bearer_auth(api_key)
        // The same at every attempt, so that an answer which got lost does no harm.
        .header("idempotency-key", format!("order-{}-paid", order.id))
        .json(order);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(order = order.id, %error, "the shop cannot reach Laurel");
            return Outcome::Waiting;
        }
    };
    let status = answer.status();
    if status.is_success() {
        let at = clock.now();
        return answer
            .json()
            .await
            .map_or(Outcome::Waiting, |view| Outcome::Told { view, at });
    }
    tracing::warn!(order = order.id, %status, "Laurel did not take the shop's order");
    let passes = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || passes.contains(&status) {
        Outcome::Waiting
    } else {
        Outcome::Refused
    }
}

/// The programme's public rules in a language, if Laurel answers.
pub(super) async fn rules(shop: &Shop, locale: &str) -> Option<ProgramView> {
    let Backend {
        laurel, program, ..
    } = &shop.backend;
    let url = format!("{laurel}/api/v1/programs/{program}?locale={locale}");
    let answer = shop.client.get(url).send().await.ok()?;
    answer.error_for_status().ok()?.json().await.ok()
}

/// The way to Laurel. Proxies of the environment are not for calls to a neighbour.
pub(super) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
    client.build().unwrap_or_default()
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    email: &'a str,
    email_verified: bool,
    name: &'a str,
    locale: &'a str,
}

/// Signs who is signed in.
///
/// # Errors
/// When the claims cannot be signed, which does not happen.
pub(super) fn token(
    backend: &Backend,
    customer: &Customer,
) -> Result<String, jsonwebtoken::errors::Error> {
    let iat = backend.clock.now().div_euclid(SECOND);
    let claims = Claims {
        aud: &backend.program,
        sub: customer.id,
        iat,
        exp: iat + TOKEN_SECONDS,
        email: customer.email,
        email_verified: true,
        name: customer.name,
        locale: customer.locale,
    };
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(backend.token_kid.clone());
    jsonwebtoken::encode(
        &header,
        &claims,
        &EncodingKey::from_secret(&backend.token_secret),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_also_when_the_clock_stands_or_the_shop_starts_again() {
        let at = |seconds: i64| (OPENED + seconds) * SECOND;
        let numbers = Numbers::default();
        assert_eq!(
            [numbers.next(0), numbers.next(at(0)), numbers.next(at(0))],
            [1043, 1044, 1045]
        );
        assert_eq!(numbers.next(at(60)), 1103);
        assert_eq!(Numbers::default().next(at(61)), 1104);
    }
}
