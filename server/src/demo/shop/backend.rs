//! What the shop's backend knows of orders and tells Laurel of them, and how it says who is signed in.

use super::Shop;
use super::calls::{self, Failure, PAUSES_SECONDS};
use super::visit::Customer;
use crate::clock::Clock;
use crate::domain::{Instant, SECOND};
use app::api::{NewRefund, Order, OrderStatus, OrderView, RefundLine};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// What was undone of an order.
#[derive(Debug, Clone, Default)]
pub(super) struct Undone {
    /// Whether it was called off.
    pub(super) is_cancelled: bool,
    /// The ids of the lines that came back.
    pub(super) returned: Vec<String>,
}

/// A paid order.
#[derive(Debug)]
pub(super) struct Receipt {
    /// As Laurel is told of it.
    pub(super) order: Order,
    outcome: Mutex<Outcome>,
    undone: Mutex<Undone>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Receipt {
    /// Of an order that nobody was told of yet.
    pub(super) fn new(order: Order) -> Self {
        Self {
            order,
            outcome: Mutex::new(Outcome::Waiting),
            undone: Mutex::default(),
        }
    }

    /// What became of telling Laurel.
    pub(super) fn outcome(&self) -> Outcome {
        lock(&self.outcome).clone()
    }

    /// What was undone of it.
    pub(super) fn undone(&self) -> Undone {
        lock(&self.undone).clone()
    }

    /// Calls it off. Answers whether it stood until now, as it has to for anybody to be told.
    fn call_off(&self) -> bool {
        let mut undone = lock(&self.undone);
        let stood = !undone.is_cancelled && undone.returned.is_empty();
        undone.is_cancelled |= stood;
        stood
    }

    /// Takes a line back. Answers the money of it, unless it came back before or there is none.
    fn take_back(&self, line: &str) -> Option<i64> {
        let line = self.order.lines.iter().find(|known| known.id == line)?;
        let mut undone = lock(&self.undone);
        if undone.is_cancelled || undone.returned.contains(&line.id) || line.amount == 0 {
            return None;
        }
        undone.returned.push(line.id.clone());
        Some(line.amount)
    }
}

/// Numbers for orders. They rise, and a shop that was started again on the same data gives none
/// twice: they follow the clock, one a second.
#[derive(Debug, Default)]
pub(super) struct Numbers(AtomicI64);

impl Numbers {
    /// The next one.
    pub(super) fn next(&self, now: Instant) -> i64 {
        let by_clock = FIRST_NUMBER + (now.div_euclid(SECOND) - OPENED).max(0);
        let after = |last: i64| by_clock.max(last + 1);
        let last = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(after(last)));
        last.map_or(by_clock, after)
    }
}

/// A moment as Laurel reads it.
pub(super) fn moment(now: Instant) -> String {
    let moment = jiff::Timestamp::from_microsecond(now);
    moment.unwrap_or_default().to_string()
}

/// Tells Laurel of a paid order. If that fails it is tried again later, without the customer.
pub(super) async fn tell(shop: Arc<Shop>, receipt: Arc<Receipt>) {
    attempt(&shop, &receipt).await;
    tokio::spawn(async move {
        for pause in PAUSES_SECONDS {
            if !matches!(receipt.outcome(), Outcome::Waiting) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(pause)).await;
            attempt(&shop, &receipt).await;
        }
    });
}

async fn attempt(shop: &Shop, receipt: &Receipt) {
    // The same at every attempt, so that an answer which got lost does no harm.
    let key = format!("order-{}-paid", receipt.order.id);
    let outcome = match calls::post(shop, "orders", Some(&key), &receipt.order).await {
        Ok(view) => Outcome::Told {
            view,
            at: shop.backend.clock.now(),
        },
        Err(Failure::Away) => Outcome::Waiting,
        Err(Failure::Refused(_)) => Outcome::Refused,
    };
    *lock(&receipt.outcome) = outcome;
}

/// The customer calls an order off, and gets all of their money back.
pub(super) async fn cancel(shop: Arc<Shop>, receipt: Arc<Receipt>) {
    if !receipt.call_off() {
        return;
    }
    let order = Order {
        status: OrderStatus::Cancelled,
        at: moment(shop.backend.clock.now()),
        ..receipt.order.clone()
    };
    let key = format!("order-{}-cancelled", order.id);
    calls::tell(shop, "orders", key, json!(order)).await;
}

/// The customer sends a line of an order back, and gets its money.
pub(super) async fn give_back(shop: Arc<Shop>, receipt: Arc<Receipt>, line: String) {
    let Some(amount) = receipt.take_back(&line) else {
        return;
    };
    let order = &receipt.order.id;
    let refund = NewRefund {
        id: format!("{order}-{line}"),
        order_id: order.clone(),
        amount,
        lines: vec![RefundLine { id: line, amount }],
        at: moment(shop.backend.clock.now()),
    };
    let key = format!("refund-{}", refund.id);
    calls::tell(shop, "refunds", key, json!(refund)).await;
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

    fn receipt() -> Receipt {
        let line = |id: &str, amount: i64| json!({ "id": id, "amount": amount, "qty": 1 });
        let order = json!({
            "id": "1043", "customer": {}, "currency": "RUB", "total": 100_000, "status": "paid",
            "lines": [line("1", 100_000), line("2", 0)], "at": "2026-11-21T12:00:00Z",
        });
        Receipt::new(serde_json::from_value(order).unwrap())
    }

    #[test]
    fn an_order_is_called_off_once_and_a_line_comes_back_once() {
        let off = receipt();
        assert!(off.call_off() && !off.call_off());
        assert_eq!(off.take_back("1"), None, "there is nothing left of it");

        let back = receipt();
        assert_eq!(back.take_back("1"), Some(100_000));
        assert_eq!(back.take_back("1"), None);
        assert_eq!(back.take_back("2"), None, "it was for nothing");
        assert_eq!(back.take_back("3"), None, "there is none");
        assert!(!back.call_off(), "it has come back in part");
        assert_eq!(back.undone().returned, ["1"]);
    }
}
