//! Orders as the platforms' APIs show them come to the same as what their hooks told of them.

use super::*;
use serde_json::json;

fn sees(kind: &str, order: &Value) -> Vec<Told> {
    shown(kind, order.to_string().as_bytes())
        .unwrap()
        .unwrap()
        .told
}

/// An order at Shopify.
fn placed(changes: &Value) -> Value {
    let order = json!({
        "id": 450_789_469, "currency": "EUR", "financial_status": "paid", "total_price": "24.00",
        "customer": { "id": 207_119_551 }, "created_at": "2026-11-21T13:00:00+01:00",
        "line_items": [{ "id": 315, "sku": "beans", "price": "24.00", "quantity": 1 }],
    });
    with(order, changes)
}

/// What was given back of it, as it stands within the order and as a hook of its own.
fn given_back() -> Value {
    json!({
        "id": 929_361_464, "order_id": 450_789_469, "created_at": "2026-11-22T12:00:00Z",
        "transactions": [{ "kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR" }],
        "refund_line_items": [],
    })
}

#[test]
fn an_order_at_shopify_is_what_its_hooks_told() {
    let paid = told("shopify", "orders/paid", &placed(&json!({}))).unwrap();
    let refund = told("shopify", "refunds/create", &given_back()).unwrap();
    let both = [paid.as_slice(), refund.as_slice()].concat();
    assert_eq!((paid.len(), both.len()), (1, 2));
    assert_eq!(sees("shopify", &placed(&json!({}))), paid);
    for status in ["partially_refunded", "refunded"] {
        let changes = json!({ "financial_status": status, "refunds": [given_back()] });
        assert_eq!(sees("shopify", &placed(&changes)), both, "{status}");
    }
    let off = json!({ "cancelled_at": "2026-11-22T12:00:00Z", "financial_status": "voided" });
    let cancelled = told("shopify", "orders/cancelled", &placed(&off)).unwrap();
    assert_eq!(sees("shopify", &placed(&off)), cancelled);
    for status in [
        "pending",
        "authorized",
        "partially_paid",
        "voided",
        "expired",
    ] {
        let changes = json!({ "financial_status": status });
        assert_eq!(sees("shopify", &placed(&changes)), [], "{status}");
    }
    let nobodys = json!({ "customer": null, "refunds": [given_back()] });
    assert_eq!(sees("shopify", &placed(&nobodys)), []);
}

#[test]
fn an_order_at_woocommerce_is_what_its_hooks_told() {
    let order: Value = serde_json::from_str(SAMPLES[2].body).unwrap();
    let refunds = json!([{ "id": 725, "reason": "", "total": "-5.00" }]);
    for order in [order.clone(), with(order, &json!({ "refunds": refunds }))] {
        let heard = told("woocommerce", "order.updated", &order).unwrap();
        assert!(!heard.is_empty());
        assert_eq!(sees("woocommerce", &order), heard);
    }
}

#[test]
fn others_are_not_asked_for_orders() {
    for kind in ["", "standard", "telegram", "WooCommerce"] {
        assert_eq!(shown(kind, b"{}"), None, "{kind}");
    }
    let garbled = shown("woocommerce", GARBAGE.as_bytes());
    assert!(matches!(garbled, Some(Err(Refused::Unreadable(_)))));
}
