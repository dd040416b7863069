//! Every field at fault is named, and nothing else.

use super::*;
use app::api::OrderLine;
use serde_json::{Value, json};

fn good() -> Value {
    json!({ "id": "1043", "customer": { "id": "42" }, "currency": "RUB", "total": 240_000,
        "status": "paid", "at": "2026-11-21T12:00:00Z" })
}

/// A good order with some fields changed.
fn with(changes: &Value) -> Order {
    let mut order = good();
    for (field, value) in changes.as_object().unwrap() {
        order[field] = value.clone();
    }
    serde_json::from_value(order).unwrap()
}

fn fields(order: &Order) -> Vec<String> {
    check(order).into_iter().map(|error| error.field).collect()
}

#[test]
fn every_field_at_fault_is_named() {
    let long = "x".repeat(256);
    let table = [
        (json!({}), vec![]),
        (json!({ "id": "" }), vec!["id"]),
        (json!({ "id": " " }), vec!["id"]),
        (json!({ "id": long }), vec!["id"]),
        (json!({ "id": "a\u{0}b" }), vec!["id"]),
        (json!({ "customer": {} }), vec!["customer"]),
        (json!({ "customer": { "id": "" } }), vec!["customer.id"]),
        (json!({ "customer": { "id": "a\nb" } }), vec!["customer.id"]),
        (
            json!({ "customer": { "email": "nobody" } }),
            vec!["customer.email"],
        ),
        (
            json!({ "customer": { "phone": "" } }),
            vec!["customer.phone"],
        ),
        (json!({ "customer": { "phone": "+49 30 1" } }), vec![]),
        (json!({ "currency": "rub" }), vec!["currency"]),
        (json!({ "currency": "" }), vec!["currency"]),
        (json!({ "total": -1 }), vec!["total", "total"]),
        (json!({ "total": AMOUNT_MAX }), vec![]),
        (json!({ "total": AMOUNT_MAX + 1 }), vec!["total"]),
        (json!({ "total": i64::MIN }), vec!["total", "total"]),
        (json!({ "shipping": -1 }), vec!["shipping"]),
        (json!({ "tax": -1 }), vec!["tax"]),
        (json!({ "discount": -1 }), vec!["discount"]),
        (json!({ "shipping": 200_000, "tax": 40_000 }), vec![]),
        (json!({ "shipping": 200_000, "tax": 40_001 }), vec!["total"]),
        (
            json!({ "shipping": i64::MAX, "tax": i64::MAX }),
            vec!["shipping", "tax", "total"],
        ),
        (
            json!({ "lines": [{ "id": "1", "amount": 1, "qty": 1 }, { "id": "2", "amount": -1, "qty": -1 }] }),
            vec!["lines[1].amount", "lines[1].qty"],
        ),
        (json!({ "at": "yesterday" }), vec!["at"]),
        (json!({ "at": "2026-11-21" }), vec!["at"]),
        (json!({ "at": "2026-11-21T12:00:00+03:00" }), vec![]),
        (json!({ "coupon_codes": ["A", ""] }), vec!["coupon_codes"]),
        (json!({ "referral_code": " " }), vec!["coupon_codes"]),
        (json!({ "payment_method": "\u{7f}" }), vec!["coupon_codes"]),
        (
            json!({ "id": "", "currency": "", "at": "" }),
            vec!["id", "currency", "at"],
        ),
    ];
    for (changes, expected) in table {
        assert_eq!(fields(&with(&changes)), expected, "{changes}");
    }
}

#[test]
fn five_hundred_lines_are_enough() {
    let line = OrderLine {
        id: "1".into(),
        name: None,
        sku: None,
        amount: 0,
        qty: 1,
        collections: Vec::new(),
        on_sale: false,
    };
    let mut order = with(&json!({}));
    order.lines = vec![line.clone(); 500];
    assert_eq!(fields(&order), [""; 0]);
    order.lines.push(line);
    assert_eq!(fields(&order), ["lines"]);
}

#[test]
fn reasons_have_names_of_their_own() {
    use NoEarning::{BelowMinimum, Cancelled, NoMember, NoRule, OtherCurrency, TooSmall};
    let names = [
        NoMember,
        OtherCurrency,
        NoRule,
        TooSmall,
        BelowMinimum,
        Cancelled,
    ]
    .map(NoEarning::code);
    assert_eq!(
        names,
        [
            "no_member",
            "other_currency",
            "no_rule",
            "too_small",
            "below_minimum",
            "cancelled"
        ]
    );
}

fn refund(changes: &Value) -> NewRefund {
    let mut refund =
        json!({ "id": "R1", "order_id": "1043", "amount": 100, "at": "2026-11-21T12:00:00Z" });
    for (field, value) in changes.as_object().unwrap() {
        refund[field] = value.clone();
    }
    serde_json::from_value(refund).unwrap()
}

#[test]
fn every_field_of_a_refund_at_fault_is_named() {
    let line = |id: &str, amount: i64| json!({ "id": id, "amount": amount });
    let table = [
        (json!({}), vec![]),
        (json!({ "id": "" }), vec!["id"]),
        (json!({ "order_id": "\t" }), vec!["order_id"]),
        (json!({ "id": "x".repeat(255) }), vec![]),
        (json!({ "order_id": "x".repeat(256) }), vec!["order_id"]),
        (json!({ "amount": 0 }), vec![]),
        (json!({ "amount": -1 }), vec!["amount"]),
        (json!({ "amount": AMOUNT_MAX }), vec![]),
        (json!({ "amount": AMOUNT_MAX + 1 }), vec!["amount"]),
        (
            json!({ "lines": [line("a", 0), line("", 1), line("c", -1)] }),
            vec!["lines[1].id", "lines[2].amount"],
        ),
        (
            json!({ "lines": [line("a", AMOUNT_MAX), line("b", AMOUNT_MAX + 1)] }),
            vec!["lines[1].amount"],
        ),
        (json!({ "lines": vec![line("a", 1); 500] }), vec![]),
        (json!({ "lines": vec![line("a", 1); 501] }), vec!["lines"]),
        (json!({ "at": "soon" }), vec!["at"]),
        (
            json!({ "id": "", "order_id": "", "amount": -1, "at": "" }),
            vec!["id", "order_id", "amount", "at"],
        ),
    ];
    for (changes, expected) in table {
        let errors = check_refund(&refund(&changes)).into_iter();
        let found: Vec<_> = errors.map(|error| error.field).collect();
        assert_eq!(found, expected, "{changes}");
    }
}

#[test]
fn names_of_a_line_are_texts() {
    let line = |changes: Value| {
        let mut line = json!({ "id": "1", "amount": 1, "qty": 1 });
        for (field, value) in changes.as_object().unwrap() {
            line[field] = value.clone();
        }
        with(&json!({ "lines": [line] }))
    };
    let many = vec!["c"; 501];
    for (changes, expected) in [
        (json!({ "sku": "beans", "collections": ["coffee"] }), vec![]),
        (json!({ "collections": many[..500] }), vec![]),
        (json!({ "id": "" }), vec!["lines[0]"]),
        (json!({ "sku": "" }), vec!["lines[0]"]),
        (json!({ "collections": ["coffee", ""] }), vec!["lines[0]"]),
        (json!({ "collections": many }), vec!["lines[0]"]),
    ] {
        assert_eq!(fields(&line(changes.clone())), expected, "{changes}");
    }
}

#[test]
fn an_order_has_fifty_codes_at_most() {
    let codes = |count: usize| fields(&with(&json!({ "coupon_codes": vec!["A"; count] })));
    assert!(codes(50).is_empty());
    assert_eq!(codes(51), ["coupon_codes"]);
}

#[test]
fn no_order_was_placed_in_the_future() {
    let order = with(&json!({ "at": "2026-11-21T12:00:00Z" }));
    let told: Timestamp = order.at.parse().unwrap();
    let told = told.as_microsecond();
    for (now, expected) in [(told - 1, told - 1), (told, told), (told + 1, told)] {
        assert_eq!(placed_at(&order, now), expected);
    }
    let garbled = with(&json!({ "at": "soon" }));
    assert_eq!(placed_at(&garbled, 7), 7);
}
