//! A NUL, which PostgreSQL cannot keep, in every text that somebody can send: an ordinary refusal or
//! none, the same on both engines, and never a failure of the server.

use crate::support::sql::{assert_books_balance, count};
use crate::support::together::request;
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const NUL: &str = "a\0b";

/// Sends it; what came back, without the parts that differ each time.
async fn status(
    world: &World,
    method: Method,
    path: &str,
    bearer: &str,
    body: Option<&Value>,
) -> u16 {
    let answer = request(world, method, path, bearer, body, None)
        .send()
        .await
        .unwrap();
    answer.status().as_u16()
}

/// `order` with a NUL at one of its places.
fn with_nul(mut order: Value, place: &str) -> Value {
    *order.pointer_mut(place).unwrap() = json!(NUL);
    order
}

on_both_databases! {
    async fn addresses_with_a_nul_name_nothing(world: World) {
        let bearer = world.member("42").await;
        let table = [
            ("/api/v1/programs/%00", "", 404),
            ("/api/v1/programs/demo%00", "", 404),
            ("/w/%00", "", 404),
            ("/w/demo?host=%00&view=%00&locale=%00&theme=%00&form=%00", "", 200),
            ("/c/%00", "", 404),
            ("/embed.js?program=%00", "", 404),
            ("/s/%00/pkg/%00", "", 404),
            ("/api/v1/attempts/%00", &bearer, 404),
            ("/api/v1/me?locale=%00", &bearer, 200),
            ("/api/v1/me/transfers?cursor=%00", &bearer, 422),
            ("/api/v1/me/panel?locale=%00&form=%00&host=%00", &bearer, 200),
            ("/api/v1/programs/demo/orders/%00", &world.api_key, 404),
            ("/api/v1/programs/%00/orders/1", &world.api_key, 401),
        ];
        for (path, bearer, expected) in table {
            assert_eq!(status(&world, Method::GET, path, bearer, None).await, expected, "{path}");
        }
        let posts = [
            ("/api/v1/tasks/%00/attempts", &bearer, 404),
            ("/api/v1/attempts/%00/proof", &bearer, 404),
            ("/api/v1/programs/%00/orders", &world.api_key, 401),
            ("/c/%00", &String::new(), 404),
        ];
        for (path, bearer, expected) in posts {
            let body = if path.ends_with("orders") { paid("1", "42", 1) } else { json!({}) };
            assert_eq!(status(&world, Method::POST, path, bearer, Some(&body)).await, expected, "{path}");
        }
    }

    async fn bodies_with_a_nul_are_refused(world: World) {
        let bearer = world.member("42").await;
        let form = async |task: &str| {
            let (_, begun) = world.post(&format!("/api/v1/tasks/tsk_{task}/attempts"), &bearer, &json!({})).await;
            format!("/api/v1/attempts/{}/proof", begun["id"].as_str().unwrap())
        };
        let (profile, birthday) = (form("profile").await, form("birthday").await);
        let (_, sent) = world.post("/api/v1/codes", "", &json!({ "program": "demo", "email": "anna@example.com" })).await;
        let unknown_key = jsonwebtoken::encode(
            &jsonwebtoken::Header { kid: Some(NUL.into()), ..jsonwebtoken::Header::default() },
            &world.claims("42"),
            &jsonwebtoken::EncodingKey::from_secret(&world.secret),
        );
        let mut stranger = world.claims("42");
        stranger["sub"] = json!(NUL);
        let table = [
            (Method::POST, "/api/v1/sessions", json!({ "program": NUL, "token": "a" }), 404),
            (Method::POST, "/api/v1/sessions", json!({ "program": "demo", "token": NUL }), 401),
            (Method::POST, "/api/v1/sessions", json!({ "program": "demo", "token": unknown_key.unwrap() }), 401),
            (Method::POST, "/api/v1/sessions", json!({ "program": "demo", "token": world.sign(&stranger) }), 401),
            (Method::POST, "/api/v1/sessions", json!({ "program": "demo", "challenge": NUL, "code": "123456" }), 422),
            (Method::POST, "/api/v1/sessions", json!({ "program": "demo", "challenge": sent["challenge"], "code": NUL }), 422),
            (Method::POST, "/api/v1/codes", json!({ "program": NUL, "email": "anna@example.com" }), 404),
            (Method::POST, "/api/v1/codes", json!({ "program": "demo", "email": "a\0@example.com" }), 422),
            (Method::POST, "/api/v1/codes", json!({ "program": "demo", "email": "boris@example.com", "locale": NUL }), 202),
            (Method::PATCH, "/api/v1/me", json!({ "name": NUL }), 422),
            (Method::PATCH, "/api/v1/me", json!({ "locale": NUL }), 422),
            (Method::PATCH, "/api/v1/me", json!({ "time_zone": NUL }), 422),
            (Method::POST, "/api/v1/tasks/tsk_newsletter/attempts", json!({ "email": "a\0@example.com", "consent": true }), 422),
            (Method::POST, &profile, json!({ "name": NUL }), 422),
            (Method::POST, &birthday, json!({ "birthday": "1990-05-03\0" }), 422),
        ];
        for (method, path, body, expected) in table {
            assert_eq!(status(&world, method, path, &bearer, Some(&body)).await, expected, "{path} {body}");
        }
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_shopper_whose_token_has_a_nul_in_it_can_still_join(world: World) {
        let mut claims = world.claims("42");
        for claim in ["name", "email", "locale"] {
            claims[claim] = json!(NUL);
        }
        claims["tags"] = json!([NUL]);
        let bearer = world.session_of(&world.sign(&claims)).await;
        let join = json!({ "version": 1, "locale": NUL, "time_zone": NUL });
        let (status, me) = world.post("/api/v1/me/join", &bearer, &join).await;
        assert_eq!(status, StatusCode::OK, "{me}");
        assert_eq!((&me["name"], &me["locale"], &me["time_zone"]), (&json!(null), &json!("en"), &json!("Europe/Moscow")));
    }

    async fn orders_with_a_nul_are_refused(world: World) {
        world.member("42").await;
        let mut order = paid("1043", "42", 240_000);
        order["customer"] = json!({ "id": "42", "email": "anna@example.com", "phone": "+49 30 1" });
        order["payment_method"] = json!("card");
        order["coupon_codes"] = json!(["A"]);
        order["referral_code"] = json!("B");
        order["lines"][0]["collections"] = json!(["coffee"]);
        for place in [
            "/id", "/customer/id", "/customer/email", "/customer/phone", "/currency", "/payment_method",
            "/coupon_codes/0", "/referral_code", "/at", "/status", "/lines/0/id", "/lines/0/sku",
            "/lines/0/collections/0",
        ] {
            let (status, problem) = world.order(&with_nul(order.clone(), place)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{place} {problem}");
        }
        assert_eq!(count(&world.app.store, "select count(*) from shop_order").await, 0);
        assert_books_balance(&world.app.store).await;
    }
}
