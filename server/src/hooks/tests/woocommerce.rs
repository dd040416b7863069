//! What the orders of `WooCommerce` come to in the contract's terms, its ping, and its secrets.

use super::*;
use serde_json::json;

/// An order, with some fields changed.
fn placed(changes: &Value) -> Value {
    let order = json!({
        "id": 723, "number": "723", "status": "completed", "currency": "EUR",
        "total": "29.35", "total_tax": "4.35", "shipping_total": "5.00", "discount_total": "2.00",
        "customer_id": 26, "billing": { "email": "anna@example.com", "phone": "+49 30 1" },
        "line_items": [{ "id": 315, "sku": "beans", "name": "House\tbeans", "product_id": 93, "quantity": 2,
            "total": "20.00", "total_tax": "3.40", "price": 10.0 }],
        "coupon_lines": [{ "id": 1, "code": "abcd-efgh" }], "refunds": [],
        "date_created_gmt": "2026-11-21T12:00:00", "date_modified_gmt": "2026-11-22T12:00:00",
        "date_paid_gmt": "2026-11-21T12:00:05", "date_paid": "2026-11-21T13:00:05",
    });
    with(order, changes)
}

/// The same in the contract's terms.
fn recorded(changes: &Value) -> Told {
    let body = json!({
        "id": "723",
        "customer": { "id": "26", "email": "anna@example.com", "phone": "+49 30 1" },
        "currency": "EUR", "total": 2935, "shipping": 500, "tax": 435, "discount": 200,
        "lines": [{ "id": "315", "sku": "beans", "name": "House beans", "amount": 2340, "qty": 2 }],
        "coupon_codes": ["ABCD-EFGH"], "status": "paid", "at": "2026-11-21T12:00:05Z",
    });
    order(with(body, changes))
}

/// A refund in the contract's terms.
fn given_back(id: &str, amount: i64) -> Told {
    refund(json!({ "id": id, "order_id": "723", "amount": amount, "at": "2026-11-22T12:00:00Z" }))
}

fn hears(topic: &str, changes: &Value) -> Result<Vec<Told>, Refused> {
    told("woocommerce", topic, &placed(changes))
}

#[test]
fn the_status_says_whether_an_order_stands() {
    let off = recorded(&json!({ "status": "cancelled", "at": "2026-11-22T12:00:00Z" }));
    let late = recorded(&json!({ "at": "2026-11-21T12:00:00Z" }));
    let paid = recorded(&json!({}));
    for (changes, expected) in [
        (json!({ "status": "processing" }), vec![paid.clone()]),
        (json!({ "status": "completed" }), vec![paid.clone()]),
        (json!({ "date_paid_gmt": null }), vec![late]),
        (json!({ "status": "cancelled" }), vec![off.clone()]),
        (json!({ "status": "failed" }), vec![off]),
        // It can still be paid, and being called off is for ever.
        (json!({ "status": "failed", "date_paid_gmt": null }), vec![]),
        (json!({ "status": "pending" }), vec![]),
        (json!({ "status": "on-hold" }), vec![]),
        (json!({ "status": "checkout-draft" }), vec![]),
        (json!({ "status": "shipped" }), vec![]),
    ] {
        for topic in ["order.created", "order.updated", "order.restored"] {
            let got = hears(topic, &changes);
            assert_eq!(got.as_ref(), Ok(&expected), "{topic} {changes}");
        }
    }
    for topic in ["order.deleted", "product.updated", "action.anything"] {
        let got = told("woocommerce", topic, &json!({ "id": 723 }));
        assert_eq!(got, Ok(vec![]), "{topic}");
    }
}

#[test]
fn refunds_come_with_their_order() {
    let paid = recorded(&json!({}));
    let two = json!([{ "id": 725, "total": "-5.00" }, { "id": 726, "total": "-1.35" }]);
    let first = given_back("725", 500);
    let second = given_back("726", 135);
    for (changes, expected) in [
        (
            json!({ "refunds": two }),
            vec![paid.clone(), first.clone(), second.clone()],
        ),
        (
            json!({ "refunds": two, "status": "refunded" }),
            vec![paid.clone(), first, second, given_back("723/rest", 2300)],
        ),
        (
            json!({ "status": "refunded" }),
            vec![paid.clone(), given_back("723/rest", 2935)],
        ),
        (
            json!({ "refunds": [{ "id": 727, "total": "-29.35" }], "status": "refunded" }),
            vec![paid, given_back("727", 2935)],
        ),
    ] {
        assert_eq!(hears("order.updated", &changes), Ok(expected), "{changes}");
    }
    let two = json!({ "refunds": two, "customer_id": 0, "billing": null });
    let got = hears("order.updated", &two);
    assert_eq!(got, Ok(vec![]), "nobody is known to have ordered");
}

#[test]
fn deliveries_are_told_apart_by_what_they_say() {
    let id = |changes: &Value| {
        let body = placed(changes).to_string();
        let signature = STANDARD.encode(mac(OTHER.as_bytes(), &[body.as_bytes()]));
        let headers = [
            ("x-wc-webhook-signature", signature.as_str()),
            ("x-wc-webhook-topic", "order.updated"),
        ];
        send("woocommerce", &[OTHER], &headers, &body, NOW)
            .unwrap()
            .id
    };
    let refunds = json!([{ "id": 725, "total": "-5.00" }, { "id": 726, "total": "-1.35" }]);
    for (changes, expected) in [
        (json!({}), "723/completed/0/2026-11-22T12:00:00"),
        (
            json!({ "status": "pending" }),
            "723/pending/0/2026-11-22T12:00:00",
        ),
        (
            json!({ "refunds": refunds }),
            "723/completed/635/2026-11-22T12:00:00",
        ),
    ] {
        assert_eq!(id(&changes), expected);
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let line = |field: &str, value: Value| {
        let mut line = json!({ "id": 315, "quantity": 1, "total": "1.00" });
        line[field] = value;
        json!({ "line_items": [line] })
    };
    for (changes, field) in [
        (json!({ "id": null }), "id"),
        (json!({ "currency": "" }), "currency"),
        (json!({ "total": "29,35" }), "total"),
        (json!({ "shipping_total": "x" }), "shipping_total"),
        (json!({ "date_paid_gmt": "soon" }), "date_paid_gmt"),
        (
            json!({ "date_paid_gmt": "2026-11-21T12:00:05Z" }),
            "date_paid_gmt",
        ),
        (
            json!({ "date_modified_gmt": "2026-11-21T12:00:05+01:00" }),
            "date_modified_gmt",
        ),
        (
            json!({ "refunds": [{ "id": 725, "total": "--5.00" }] }),
            "refunds[].total",
        ),
        (line("total", json!("1.005")), "line_items[0].total"),
        (line("total_tax", json!("-1")), "line_items[0].total_tax"),
        (line("quantity", json!("1")), "line_items[0].quantity"),
    ] {
        assert_names(&hears("order.updated", &changes), field);
    }
}

#[test]
fn only_the_ping_goes_without_a_signature() {
    let unsigned = |body: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        send("woocommerce", &[OTHER], &headers, body, NOW)
    };
    let ping = Heard {
        id: "ping/12".to_owned(),
        told: vec![],
    };
    assert_eq!(unsigned("webhook_id=12"), Ok(ping));
    for body in [
        "",
        "webhook_id=",
        "webhook_id=x",
        "webhook_id=12&id=723",
        "webhook_id=12\n",
        " webhook_id=12",
        "webhook_id=-12",
        "webhook_id=123456789012345678901",
        r#"{"webhook_id":12}"#,
        SAMPLES[2].body,
    ] {
        assert_eq!(unsigned(body), Err(Refused::Unsigned), "{body}");
    }
}

#[test]
fn a_secret_may_be_written_as_a_page_would() {
    let [_, _, sample] = &SAMPLES;
    for (secret, is_heard) in [
        ("salt & pepper <3", true),
        ("salt &amp; pepper &lt;3", true),
        ("salt &amp; pepper <3", true),
        ("salt &amp;amp; pepper &lt;3", false),
    ] {
        let got = sample.send(&[secret], Some(sample.signed), sample.body);
        assert_eq!(got.is_ok(), is_heard, "{secret}");
    }
}
