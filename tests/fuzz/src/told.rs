//! What holds for all that a hook tells.

use crate::delivery::NOW;
use crate::standard;
use app::api::{NewEvent, NewRefund, ORDER_CODES_MAX, Order};
use jiff::Timestamp;
use serde_json::json;
use server::domain::order::{self, AMOUNT_MAX, is_text};
use server::domain::{SECOND, email};
use server::hooks::{Heard, Hint, Review, Told, Who};

/// What contract §5 says of orders and refunds holds for all that the check lets pass; hints and reviews are about
/// somebody who can have proven to be it.
pub fn is_sound(heard: &Heard) {
    for told in &heard.told {
        match told {
            Told::Order(order) => order_is_sound(order),
            Told::Refund(refund) => refund_is_sound(refund),
            Told::Event(event) => {
                let again = serde_json::from_value::<NewEvent>(json!(event));
                assert_eq!(again.ok().as_ref(), Some(event));
            }
            Told::Hint(Hint { who, .. }) => match who {
                Who::Account(id) => assert!(id.parse::<i64>().is_ok(), "{id}"),
                Who::Address(address) => is_kept(address),
            },
            Told::Review(review) => {
                let Review {
                    id,
                    product,
                    address,
                    ..
                } = review;
                assert!(is_number(id) && is_number(product), "{review:?}");
                is_kept(address);
            }
        }
    }
}

fn is_kept(address: &str) {
    assert_eq!(email::parse(address).as_deref(), Some(address));
}

fn order_is_sound(order: &Order) {
    assert!(order::placed_at(order, NOW) <= NOW, "{order:?}");
    let faults = order::check(order);
    if !faults.is_empty() {
        let mut named = faults.iter();
        assert!(named.all(|fault| !fault.field.is_empty() && !fault.detail.is_empty()));
        return;
    }
    is_somebodys(order);
    let whole = [order.total, order.shipping, order.tax, order.discount];
    let lines = order.lines.iter().flat_map(|line| [line.amount, line.qty]);
    assert!(whole.into_iter().chain(lines).all(is_amount), "{order:?}");
    assert!(order.shipping + order.tax <= order.total, "{order:?}");
    assert!(order.lines.len() <= 500 && order.coupon_codes.len() <= ORDER_CODES_MAX);
    let ids = order.lines.iter().map(|line| &line.id).chain([&order.id]);
    let lines = order.lines.iter();
    let said = lines.flat_map(|line| line.sku.iter().chain(&line.name).chain(&line.collections));
    let all = ids.chain(said).chain(&order.coupon_codes);
    assert!(all.into_iter().all(|text| is_text(text)), "{order:?}");
    assert!(order.at.parse::<Timestamp>().is_ok(), "{order:?}");
}

fn refund_is_sound(refund: &NewRefund) {
    let faults = order::check_refund(refund);
    if !faults.is_empty() {
        let mut named = faults.iter();
        assert!(named.all(|fault| !fault.field.is_empty() && !fault.detail.is_empty()));
        return;
    }
    let lines = refund.lines.iter().map(|line| line.amount);
    assert!(lines.chain([refund.amount]).all(is_amount), "{refund:?}");
    assert!(is_text(&refund.id) && is_text(&refund.order_id) && refund.lines.len() <= 500);
    assert!(refund.at.parse::<Timestamp>().is_ok(), "{refund:?}");
}

fn is_amount(amount: i64) -> bool {
    (0..=AMOUNT_MAX).contains(&amount)
}

fn is_somebodys(order: &Order) {
    let customer = &order.customer;
    let known = [&customer.id, &customer.email, &customer.phone];
    assert!(known.into_iter().any(Option::is_some), "{order:?}");
}

/// What a platform's words come to, whether or not the check lets it pass: money is never below zero, what the
/// contract wants in one form is in that form, and a backend that tells the same is heard the same.
pub fn is_translated(heard: &Heard) {
    for told in &heard.told {
        let event = match told {
            Told::Order(order) => {
                order_is_translated(order);
                json!({ "type": "order.recorded", "data": order })
            }
            Told::Refund(refund) => {
                let lines = refund.lines.iter().map(|line| line.amount);
                let mut amounts = lines.chain([refund.amount]);
                assert!(amounts.all(|amount| amount >= 0), "{refund:?}");
                assert!(
                    is_number(&refund.order_id) && is_in_utc(&refund.at),
                    "{refund:?}"
                );
                json!({ "type": "refund.recorded", "data": refund })
            }
            _ => panic!("a shop's platform tells of orders and refunds: {told:?}"),
        };
        let (body, now) = (event.to_string(), (NOW / SECOND).to_string());
        let got = standard::with(b"1", now.as_bytes(), body.as_bytes(), |it| it.send());
        assert_eq!(
            got.map(|heard| heard.told).as_deref(),
            Ok(std::slice::from_ref(told))
        );
    }
}

fn order_is_translated(order: &Order) {
    is_somebodys(order);
    let whole = [order.total, order.shipping, order.tax, order.discount];
    let mut amounts = whole
        .into_iter()
        .chain(order.lines.iter().map(|line| line.amount));
    assert!(amounts.all(|amount| amount >= 0), "{order:?}");
    assert!(order.shipping <= order.total - order.tax, "{order:?}");
    let customer = &order.customer;
    assert!(customer.id.as_deref().is_none_or(is_number), "{order:?}");
    assert!(
        customer
            .email
            .as_deref()
            .is_none_or(|text| email::parse(text).is_some())
    );
    let names = order
        .lines
        .iter()
        .flat_map(|line| line.sku.iter().chain(&line.name));
    assert!(
        names.chain(&customer.phone).all(|name| is_text(name)),
        "{order:?}"
    );
    for code in &order.coupon_codes {
        let is_small = |c: char| c.is_ascii_lowercase();
        assert!(
            is_text(code) && code.trim() == code && !code.contains(is_small),
            "{code:?}"
        );
    }
    assert!(
        order.id.parse::<u64>().is_ok() && is_in_utc(&order.at),
        "{order:?}"
    );
}

/// Platforms number what they have, from 1.
fn is_number(id: &str) -> bool {
    id.parse::<u64>()
        .is_ok_and(|number| number.to_string() == id)
}

fn is_in_utc(at: &str) -> bool {
    at.ends_with('Z') && at.parse::<Timestamp>().is_ok()
}
