//! What Shopify's orders and refunds come to in the contract's terms.

use super::*;
use serde_json::json;

/// An order, with some fields changed.
fn placed(changes: &Value) -> Value {
    let order = json!({
        "id": 450_789_469, "name": "#1001", "currency": "EUR", "financial_status": "paid",
        "total_price": "30.95", "total_tax": "4.00", "total_discounts": "10.00",
        "total_shipping_price_set": money("5.95", "5.95"),
        "customer": { "id": 207_119_551, "email": "anna@example.com", "phone": null },
        "email": "other@example.com", "phone": "+49 30 1",
        "line_items": [
            { "id": 1, "sku": "beans", "title": "House beans", "name": "House beans - 1 kg", "product_id": 9, "price": "12.50", "quantity": 2,
                "total_discount": "0.00", "discount_allocations": [{ "amount": "2.50" }] },
            { "id": 2, "sku": "", "product_id": 10, "price": "7.50", "quantity": 1,
                "total_discount": "5.00" },
        ],
        "discount_codes": [{ "code": "abcd-efgh", "amount": "7.50", "type": "fixed_amount" }],
        "cancelled_at": null, "created_at": "2026-11-21T13:00:00+01:00",
        "processed_at": "2026-11-21T12:59:00+01:00",
    });
    with(order, changes)
}

/// The same in the contract's terms.
fn recorded(changes: &Value) -> Told {
    let body = json!({
        "id": "450789469",
        "customer": { "id": "207119551", "email": "anna@example.com", "phone": "+49 30 1" },
        "currency": "EUR", "total": 3095, "shipping": 595, "tax": 400, "discount": 1000,
        "lines": [
            { "id": "1", "sku": "beans", "name": "House beans", "amount": 2250, "qty": 2 },
            { "id": "2", "sku": "10", "amount": 250, "qty": 1 },
        ],
        "coupon_codes": ["ABCD-EFGH"], "status": "paid", "at": "2026-11-21T11:59:00Z",
    });
    order(with(body, changes))
}

/// An amount in euros and in dollars.
fn money(shop: &str, seen: &str) -> Value {
    json!({ "shop_money": { "amount": shop, "currency_code": "EUR" },
        "presentment_money": { "amount": seen, "currency_code": "USD" } })
}

fn hears(topic: &str, changes: &Value) -> Result<Vec<Told>, Refused> {
    told("shopify", topic, &placed(changes))
}

#[test]
fn an_order_is_told_once_it_is_paid_or_called_off() {
    let nothing = json!({});
    let off = json!({ "cancelled_at": "2026-11-22T00:00:00Z" });
    let pending = json!({ "financial_status": "pending" });
    let paid = Ok(vec![recorded(&nothing)]);
    let cancelled = json!({ "status": "cancelled", "at": "2026-11-22T00:00:00Z" });
    let cancelled = Ok(vec![recorded(&cancelled)]);
    for (topic, changes, expected) in [
        ("orders/paid", &nothing, &paid),
        ("orders/paid", &off, &cancelled),
        ("orders/create", &nothing, &paid),
        ("orders/create", &pending, &Ok(vec![])),
        ("orders/cancelled", &off, &cancelled),
        ("orders/updated", &nothing, &Ok(vec![])),
        ("customers/update", &nothing, &Ok(vec![])),
    ] {
        assert_eq!(hears(topic, changes), *expected, "{topic} {changes}");
    }
    assert_names(&hears("orders/cancelled", &nothing), "cancelled_at");
}

#[test]
fn whoever_is_known_has_ordered() {
    let nobody = json!({ "customer": null, "email": "", "phone": null });
    assert_eq!(hears("orders/paid", &nobody), Ok(vec![]));
    for (changes, customer) in [
        (
            json!({ "customer": null }),
            json!({ "email": "other@example.com", "phone": "+49 30 1" }),
        ),
        (
            json!({ "customer": { "id": 7, "email": "" }, "phone": "" }),
            json!({ "id": "7", "email": "other@example.com" }),
        ),
        (
            json!({ "customer": null, "email": "nobody" }),
            json!({ "phone": "+49 30 1" }),
        ),
    ] {
        let expected = recorded(&json!({ "customer": customer }));
        assert_eq!(
            hears("orders/paid", &changes),
            Ok(vec![expected]),
            "{changes}"
        );
    }
}

#[test]
fn delivery_is_what_it_cost_in_the_end() {
    let full = json!([{ "price": "11.90", "tax_lines": [{ "price": "1.90" }] }]);
    let free = json!([{ "price": "5.95", "discount_allocations": [{ "amount": "5.95" }] }]);
    for (changes, expected) in [
        (json!({ "shipping_lines": free }), json!({ "shipping": 0 })),
        (
            json!({ "shipping_lines": full }),
            json!({ "shipping": 1190 }),
        ),
        (
            json!({ "shipping_lines": full, "taxes_included": true }),
            json!({ "shipping": 1000 }),
        ),
        (
            json!({ "total_shipping_price_set": null }),
            json!({ "shipping": 0 }),
        ),
        // A gift card has paid for most of it.
        (
            json!({ "total_price": "5.00" }),
            json!({ "total": 500, "shipping": 100 }),
        ),
        (
            json!({ "total_price": "1.00" }),
            json!({ "total": 100, "shipping": 0, "tax": 100 }),
        ),
    ] {
        let expected = recorded(&expected);
        assert_eq!(
            hears("orders/paid", &changes),
            Ok(vec![expected]),
            "{changes}"
        );
    }
}

#[test]
fn what_cannot_be_read_of_an_order_is_named() {
    let line = |field: &str, value: Value| {
        let mut line = json!({ "id": 1, "price": "1.00", "quantity": 1 });
        line[field] = value;
        json!({ "line_items": [line] })
    };
    for (changes, field) in [
        (json!({ "id": "x" }), "id"),
        (json!({ "currency": "EURO" }), "currency"),
        (json!({ "total_price": "30.955" }), "total_price"),
        (json!({ "total_price": null }), "total_price"),
        (json!({ "total_tax": "-1.00" }), "total_tax"),
        (json!({ "customer": { "id": "x" } }), "customer.id"),
        (json!({ "processed_at": "soon" }), "processed_at"),
        (
            json!({ "processed_at": null, "created_at": "2026-11-21" }),
            "created_at",
        ),
        (line("price", json!("1.005")), "line_items[0].price"),
        (line("quantity", json!(-1)), "line_items[0].quantity"),
        (line("quantity", json!(0.5)), "line_items[0].quantity"),
        (line("quantity", json!(i64::MAX)), "line_items[0].quantity"),
        (
            line("total_discount", json!("x")),
            "line_items[0].total_discount",
        ),
    ] {
        assert_names(&hears("orders/paid", &changes), field);
    }
    let mut order = placed(&json!({}));
    order.as_object_mut().unwrap().remove("total_price");
    let got = told("shopify", "orders/paid", &order);
    let missing = unreadable("body", "missing field `total_price`");
    assert_eq!(got, Err(missing));
}

/// A refund of one line and the delivery, with some fields changed.
fn refunds(changes: &Value) -> Result<Vec<Told>, Refused> {
    let refund = json!({
        "id": 509_562_969, "order_id": 450_789_469, "created_at": "2026-11-25T10:00:00+01:00",
        "transactions": [
            transaction("success", "11.00", "EUR"),
            transaction("failure", "11.00", "EUR"),
            { "kind": "capture", "status": "success", "amount": "1.00", "currency": "EUR" },
        ],
        "refund_line_items": [{ "line_item_id": 1, "quantity": 1, "subtotal": 10.99 }],
    });
    told("shopify", "refunds/create", &with(refund, changes))
}

fn transaction(status: &str, amount: &str, currency: &str) -> Value {
    json!({ "kind": "refund", "status": status, "amount": amount, "currency": currency })
}

/// What a refund comes to.
fn given_back(amount: i64, lines: &Value) -> Told {
    let body = json!({ "id": "509562969", "order_id": "450789469", "amount": amount,
        "lines": lines, "at": "2026-11-25T09:00:00Z" });
    refund(body)
}

#[test]
fn a_refund_is_what_its_transactions_moved() {
    let line = json!([{ "id": "1", "amount": 1099 }]);
    let got = refunds(&json!({}));
    assert_eq!(got, Ok(vec![given_back(1100, &line)]));
    let two = json!({ "transactions": [transaction("success", "4.00", "EUR"),
        transaction("success", "7.50", "EUR")] });
    assert_eq!(refunds(&two), Ok(vec![given_back(1150, &line)]));
    let none = json!([]);
    let no_lines = json!({ "refund_line_items": none });
    assert_eq!(refunds(&no_lines), Ok(vec![given_back(1100, &none)]));
    for waiting in [none, json!([transaction("pending", "11.00", "EUR")])] {
        let changes = json!({ "transactions": waiting });
        assert_eq!(refunds(&changes), Ok(vec![]), "{changes}");
    }
}

#[test]
fn a_refund_in_the_customers_currency_is_told_in_the_shops() {
    let dollars = json!([transaction("success", "1.80", "USD")]);
    let line = json!([{ "line_item_id": 1, "subtotal": 60.93,
        "subtotal_set": money("60.93", "0.90") }]);
    let delivery = json!([{ "subtotal_amount_set": money("60.93", "0.90") }]);
    let adjusted = json!([{ "amount_set": money("-60.93", "-0.90") }]);
    let changes = json!({ "transactions": dollars, "refund_line_items": line,
        "refund_shipping_lines": delivery, "order_adjustments": adjusted });
    let expected = json!([{ "id": "1", "amount": 6093 }]);
    let expected = given_back(12_186, &expected);
    assert_eq!(refunds(&changes), Ok(vec![expected]));
    let dollars = json!([transaction("success", "0.50", "USD")]);
    let adjusted = json!([{ "amount_set": money("-33.84", "-0.50") }]);
    let changes = json!({ "transactions": dollars, "refund_line_items": [],
        "order_adjustments": adjusted });
    let expected = given_back(3384, &json!([]));
    assert_eq!(refunds(&changes), Ok(vec![expected]));
}

#[test]
fn what_cannot_be_read_of_a_refund_is_named() {
    let moved = |amount: &str, currency: &str| json!({ "transactions": [transaction("success", amount, currency)] });
    let mixed = json!({ "transactions": [transaction("success", "1.00", "EUR"),
        transaction("success", "1.00", "USD")] });
    let for_nothing = json!([{ "line_item_id": 1, "subtotal_set": money("9.00", "0") }]);
    let no_rate = json!({ "refund_line_items": for_nothing });
    let no_rate = with(moved("1.00", "USD"), &no_rate);
    for (changes, field) in [
        (moved("1.005", "EUR"), "transactions[].amount"),
        (moved("-1.00", "EUR"), "transactions[].amount"),
        (moved("1.00", "EURO"), "transactions[].currency"),
        (mixed, "transactions[].currency"),
        (no_rate, "transactions[].amount"),
        (json!({ "order_id": null }), "order_id"),
        (json!({ "created_at": "soon" }), "created_at"),
        (
            json!({ "refund_line_items": [{ "line_item_id": 1 }] }),
            "refund_line_items[0].subtotal",
        ),
    ] {
        assert_names(&refunds(&changes), field);
    }
}
