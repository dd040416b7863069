//! Paying. The codes are kept for the order first, so that nobody pays less, or more, than they were told.

use super::backend::{self, Receipt};
use super::calls::{self, Failure};
use super::checkout::{self, Trouble};
use super::goods::{CURRENCY, Cart};
use super::price::{AWAY, Price};
use super::visit::{Visit, Visitor};
use super::words::Words;
use super::{Shared, Shop, codes, set};
use crate::domain::email;
use app::api::{Customer, Order, OrderStatus, QuoteLine, UseCoupon};
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Pay {
    /// Of a guest.
    #[serde(default)]
    email: String,
    /// The code of a friend, if one sent them.
    #[serde(default)]
    friend: String,
    /// What they were told that there is to pay, in kopecks.
    total: Option<i64>,
}

/// A cart that is being paid.
struct Checkout {
    /// The visit as it was, with an order's number.
    visit: Visit,
    email: String,
    told: Option<i64>,
    words: &'static Words,
}

/// `POST /pay`
pub(super) async fn pay(
    State(shop): Shared,
    mut visitor: Visitor,
    Form(form): Form<Pay>,
) -> Response {
    let friend = codes::typed(&form.friend).unwrap_or_default();
    visitor.visit.friend.clone_from(&friend);
    let address = match visitor.visit.customer {
        Some(customer) => Some(customer.email.to_owned()),
        None => email::parse(&form.email),
    };
    let Some(email) = address else {
        let trouble = Trouble::Address(form.email);
        return checkout::cart(&shop, &visitor, Some(&trouble)).await;
    };
    let next = || {
        let now = shop.backend.clock.now();
        shop.numbers.next(now).to_string()
    };
    let take = |visit: &mut Visit| begin(visit, friend, next);
    let (cookie, taken) = shop.visits.change(visitor.id.as_deref(), take);
    let (Some(visit), Some(id)) = (taken, visitor.id.clone()) else {
        return (set(cookie), Redirect::to("/thanks")).into_response();
    };
    visitor.visit = visit.clone();
    let checkout = Checkout {
        visit,
        email,
        told: form.total,
        words: visitor.words,
    };
    // A task of its own: the order is told even if the customer closes the page meanwhile.
    match tokio::spawn(settle(Arc::clone(&shop), id, checkout)).await {
        Ok(Ok(())) => (set(cookie), Redirect::to("/thanks")).into_response(),
        Ok(Err(trouble)) => checkout::cart(&shop, &visitor, Some(&trouble)).await,
        Err(error) => {
            tracing::error!(%error, "a cart could not be paid");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Takes the cart out of a visit, so that it cannot be paid twice, and the order's number, so that no other tab pays
/// under it; nothing if the cart is empty.
fn begin(visit: &mut Visit, friend: String, next: impl FnOnce() -> String) -> Option<Visit> {
    visit.friend = friend;
    if visit.cart.bags() == 0 {
        return None;
    }
    let number = visit.number.take().unwrap_or_else(next);
    let before = Visit {
        number: Some(number),
        ..visit.clone()
    };
    visit.cart = Cart::default();
    visit.kept.clear();
    Some(before)
}

/// Puts back what was not paid. The number stays the same until one is paid, so that codes which were kept for it can
/// still be used. Answers whether it is back: another tab may have put back its own.
fn put_back(visit: &mut Visit, unpaid: &Visit, kept: &[String]) -> bool {
    visit.cart.take_back(&unpaid.cart);
    let is_back = visit.number.is_none();
    if is_back {
        visit.number.clone_from(&unpaid.number);
        visit.kept = kept.to_vec();
    }
    is_back
}

/// Keeps the codes, takes the money and tells Laurel. A cart that is not paid is put back.
async fn settle(shop: Arc<Shop>, id: String, checkout: Checkout) -> Result<(), Trouble> {
    let Visit { cart, codes, .. } = &checkout.visit;
    let quote = calls::quote(&shop, &checkout.visit).await;
    let price = Price::of(cart, codes, quote.as_ref().map(|quoted| &quoted.view));
    if let Err(trouble) = keep_codes(&shop, &checkout, &price).await {
        let mut kept = left_over(&checkout.visit.kept, &price);
        kept.extend(price.good_codes().map(|code| code.code.clone()));
        let back = |visit: &mut Visit| put_back(visit, &checkout.visit, &kept);
        let (_, is_back) = shop.visits.change(Some(&id), back);
        if !is_back {
            // Nobody will pay under this number.
            let _over = let_go(&shop, &checkout, &kept).await.is_ok();
        }
        return Err(trouble);
    }
    let now = backend::moment(shop.backend.clock.now());
    let receipt = Arc::new(Receipt::new(order(&checkout, &price, now)));
    shop.visits.change(Some(&id), |visit| {
        let used = &receipt.order.coupon_codes;
        visit.codes.retain(|code| !used.contains(code));
        visit.friend.clear();
        visit.bought = Some(Arc::clone(&receipt));
    });
    backend::tell(shop, receipt).await;
    Ok(())
}

/// Keeps each code that takes something off for the order, unless the price is another than the customer was told.
async fn keep_codes(shop: &Shop, checkout: &Checkout, price: &Price) -> Result<(), Trouble> {
    if checkout.told.is_some_and(|told| told != price.total()) {
        return Err(Trouble::Changed);
    }
    // The payment would spend every code that is kept for the order.
    let_go(shop, checkout, &left_over(&checkout.visit.kept, price)).await?;
    let wanted = UseCoupon {
        order_id: number(checkout),
        lines: lines_before_codes(&checkout.visit.cart, price),
        shipping: price.delivery_before_codes(),
        other_codes: false,
        customer: Some(customer(checkout)),
    };
    let mut taken = 0;
    for code in price.good_codes() {
        let kept = calls::reserve(shop, &code.code, &wanted).await;
        let kept = kept.map_err(|failure| Trouble::Code {
            code: code.code.clone(),
            reason: match failure {
                Failure::Away => AWAY.into(),
                Failure::Refused(name) => name,
            },
        })?;
        taken += kept.shipping + kept.lines.iter().map(|line| line.amount).sum::<i64>();
    }
    if taken == price.by_codes() {
        Ok(())
    } else {
        Err(Trouble::Changed)
    }
}

/// Codes that earlier tries have kept, and that take nothing off any more.
fn left_over(kept: &[String], price: &Price) -> Vec<String> {
    let is_good = |kept: &str| price.good_codes().any(|good| good.code == kept);
    kept.iter().filter(|kept| !is_good(kept)).cloned().collect()
}

/// Lets go of codes that were kept for the order.
async fn let_go(shop: &Shop, checkout: &Checkout, codes: &[String]) -> Result<(), Trouble> {
    let order = number(checkout);
    for code in codes {
        let released = calls::release(shop, code, &order).await;
        released.map_err(|_| Trouble::Code {
            code: code.clone(),
            reason: AWAY.into(),
        })?;
    }
    Ok(())
}

/// What each line costs without any code. The tier's discount is off already.
fn lines_before_codes(cart: &Cart, price: &Price) -> Vec<QuoteLine> {
    let mut lines = cart.basket();
    for (line, price) in lines.iter_mut().zip(&price.lines) {
        line.amount = price.price - price.by_tier;
    }
    lines
}

fn number(checkout: &Checkout) -> String {
    checkout.visit.number.clone().unwrap_or_default()
}

fn customer(checkout: &Checkout) -> Customer {
    Customer {
        id: checkout.visit.customer.map(|customer| customer.id.into()),
        email: Some(checkout.email.clone()),
        phone: None,
        is_new: None,
    }
}

fn order(checkout: &Checkout, price: &Price, at: String) -> Order {
    let visit = &checkout.visit;
    Order {
        id: number(checkout),
        customer: customer(checkout),
        currency: CURRENCY.into(),
        total: price.total(),
        shipping: price.delivery_pays,
        tax: 0,
        discount: visit.cart.total() - price.total(),
        lines: price.order_lines(&visit.cart, checkout.words),
        payment_method: Some("card".into()),
        coupon_codes: price.good_codes().map(|code| code.code.clone()).collect(),
        referral_code: Some(visit.friend.clone()).filter(|code| !code.is_empty()),
        address_hash: None,
        card_hash: None,
        status: OrderStatus::Paid,
        at,
    }
}

/// `POST /order/cancel`
pub(super) async fn cancel(State(shop): Shared, visitor: Visitor) -> Response {
    if let Some(receipt) = visitor.visit.bought {
        to_the_end(backend::cancel(shop, receipt)).await;
    }
    Redirect::to("/thanks").into_response()
}

#[derive(Deserialize)]
pub(super) struct Return {
    line: String,
}

/// `POST /order/return`
pub(super) async fn give_back(
    State(shop): Shared,
    visitor: Visitor,
    Form(form): Form<Return>,
) -> Response {
    if let Some(receipt) = visitor.visit.bought {
        to_the_end(backend::give_back(shop, receipt, form.line)).await;
    }
    Redirect::to("/thanks").into_response()
}

/// Does something even if the customer closes the page meanwhile.
async fn to_the_end(what: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = tokio::spawn(what).await {
        tracing::error!(%error, "an order could not be undone");
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;
    use serde_json::json;

    /// Two bags of Guji for somebody with a tenth off by their tier and 300 roubles off by a code, and free delivery
    /// by another.
    fn checkout() -> (Checkout, Price) {
        let mut visit = Visit {
            number: Some("1043".into()),
            friend: "ANNA-7".into(),
            codes: vec!["OFF".into(), "FREE".into(), "LATE".into()],
            ..Visit::default()
        };
        visit.cart.add(0, 2);
        let line = json!({ "id": "1", "price": 300_000, "discount": 30_000, "coupons": 30_000, "points": 0,
            "pays": 240_000, "earns": 120 });
        let coupon =
            |code: &str, amount: i64| json!({ "code": code, "amount": amount, "points": 300 });
        let late = json!({ "code": "LATE", "amount": 0, "points": 0, "reason": { "code": "not_open", "detail": "" } });
        let quote = json!({ "currency": "RUB", "lines": [line], "shipping_price": 30_000, "shipping": 0, "total": 240_000,
            "coupons": [coupon("OFF", 30_000), coupon("FREE", 30_000), late],
            "spending": { "points_max": 0, "amount_max": 0, "points": 0, "amount": 0, "reasons": [] },
            "earning": { "points": 120, "hold_days": 14 } });
        let quote = serde_json::from_value(quote).unwrap();
        let price = Price::of(&visit.cart, &visit.codes, Some(&quote));
        let checkout = Checkout {
            visit,
            email: "me@example.com".into(),
            told: None,
            words: words::find("en").unwrap(),
        };
        (checkout, price)
    }

    #[test]
    fn an_order_says_what_was_paid_and_with_which_codes() {
        let (checkout, price) = checkout();
        let order = order(&checkout, &price, "2026-11-21T12:00:00Z".into());
        assert_eq!(
            (order.total, order.shipping, order.discount),
            (240_000, 0, 90_000)
        );
        assert_eq!(order.lines[0].amount, 240_000);
        assert_eq!(order.coupon_codes, ["OFF", "FREE"]);
        assert_eq!(order.referral_code.as_deref(), Some("ANNA-7"));
    }

    #[test]
    fn two_tabs_do_not_pay_under_one_number() {
        let mut visit = Visit {
            kept: vec!["OFF".into()],
            ..Visit::default()
        };
        assert!(begin(&mut visit, String::new(), || "1".into()).is_none());
        visit.cart.add(0, 1);
        let first = begin(&mut visit, String::new(), || "1".into()).unwrap();
        assert_eq!((first.number.as_deref(), first.kept.len()), (Some("1"), 1));
        assert_eq!((&visit.number, visit.kept.len()), (&None, 0));
        visit.cart.add(1, 1);
        let second = begin(&mut visit, String::new(), || "2".into()).unwrap();
        assert_eq!(second.number.as_deref(), Some("2"));
        // Neither is paid: the first that fails keeps its number, and both carts are back.
        assert!(put_back(&mut visit, &second, &["OFF".into()]));
        assert!(!put_back(&mut visit, &first, &[]));
        assert_eq!((visit.number.as_deref(), visit.cart.bags()), (Some("2"), 2));
        assert_eq!(visit.kept, ["OFF"]);
        let again = begin(&mut visit, String::new(), || "3".into()).unwrap();
        assert_eq!(again.number.as_deref(), Some("2"));
    }

    #[test]
    fn what_an_earlier_try_kept_and_this_one_does_not_use_is_left_over() {
        let (_, price) = checkout();
        let kept = ["OFF", "LATE", "GONE"].map(String::from);
        assert_eq!(left_over(&kept, &price), ["LATE", "GONE"]);
    }

    #[test]
    fn codes_are_spread_over_what_the_lines_cost_without_them() {
        let (checkout, price) = checkout();
        let lines = lines_before_codes(&checkout.visit.cart, &price);
        assert_eq!((lines.len(), lines[0].amount), (1, 270_000));
        assert_eq!(price.delivery_before_codes(), 30_000);
    }
}
