//! One order with many codes: as many as are allowed, and more than that reserved and let go.

use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count};
use crate::support::world::{World, on_both_databases, paid};
use app::api::ORDER_CODES_MAX;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A member with so many codes of 100 points.
async fn codes(world: &World, customer: &str, number: usize) -> Vec<String> {
    let members = "/api/v1/programs/demo/members";
    let body = json!({ "customer": customer });
    let (status, told) = world.post(members, &world.api_key, &body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    world
        .adjust(customer, 100 * i64::try_from(number).unwrap())
        .await;
    let bearer = world.session(customer).await;
    let mut codes = Vec::new();
    for _ in 0..number {
        let path = "/api/v1/rewards/r100/redemptions";
        let (status, told) = world.send(Method::POST, path, &bearer, None, None).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        codes.push(told["coupon"]["code"].as_str().unwrap().to_owned());
    }
    codes
}

async fn available(world: &World, customer: &str) -> Value {
    let path = format!("/api/v1/programs/demo/members?customer={customer}");
    let (_, page) = world.get(&path, &world.api_key).await;
    page["items"][0]["balance"]["available"].clone()
}

on_both_databases! { quiet
    async fn as_many_codes_as_are_allowed_pay_an_order_and_come_back(world: World) {
        world.rule(&PLAIN.file()).await;
        let mut all = codes(&world, "1", ORDER_CODES_MAX / 2).await;
        all.extend(codes(&world, "2", ORDER_CODES_MAX - all.len()).await);
        let mut order = paid("A", "1", 100_000);
        order["coupon_codes"] = json!(all);
        let (status, told) = world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        assert_eq!(count(&world.app.store, "select count(*) from coupon where state = 'used'").await, 50);
        assert_eq!(available(&world, "2").await, 0);
        order["status"] = json!("cancelled");
        let (status, told) = world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        for customer in ["1", "2"] {
            assert_eq!(available(&world, customer).await, 2500);
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn one_code_more_is_too_many(world: World) {
        let mut order = paid("A", "1", 100_000);
        let codes: Vec<String> = (0..=ORDER_CODES_MAX).map(|n| format!("CODE{n}")).collect();
        order["coupon_codes"] = json!(codes);
        let (status, told) = world.order(&order).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(told["errors"], json!([{ "field": "coupon_codes", "detail": "give at most 50 codes" }]));
        assert_eq!(count(&world.app.store, "select count(*) from shop_order").await, 0);
    }

    async fn any_number_of_reserved_codes_is_let_go(world: World) {
        world.rule(&PLAIN.file()).await;
        let all = codes(&world, "1", 70).await;
        for code in &all {
            let path = format!("/api/v1/programs/demo/coupons/{code}/use");
            let body = json!({ "order_id": "A", "lines": [{ "id": "1", "amount": 700_000 }] });
            let (status, told) = world.post(&path, &world.api_key, &body).await;
            assert_eq!(status, StatusCode::OK, "{told}");
        }
        assert_eq!(available(&world, "1").await, 0);
        let mut order = paid("A", "1", 100_000);
        order["status"] = json!("cancelled");
        let (status, told) = world.order(&order).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        assert_eq!(available(&world, "1").await, 7000);
        assert_books_balance(&world.app.store).await;
    }
}
