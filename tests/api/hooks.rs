//! Hooks of platforms: signed orders and refunds, told once, again, late, changed or by somebody else.

use crate::services::give_secrets;
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{World, on_both_databases};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::SECOND;

const OURS: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SHOPS: &str = "a secret of the shop's platform";
const CONNECTIONS: &str = "
[[connection]]
id = \"own\"
kind = \"webhooks\"

[[connection]]
id = \"woo\"
kind = \"woocommerce\"
";

const TASKS: &str = "
[[task]]
id = \"cup\"
kind = \"custom\"
points = 5
title = { en = \"Bring your own cup\", ru = \"Прийти со своей чашкой\" }
";

async fn begin(world: &World) {
    world
        .rule(&[PLAIN.file().as_str(), CONNECTIONS].concat())
        .await;
    give_secrets(world, "own", &[("hook_secret", OURS)]).await;
    give_secrets(world, "woo", &[("hook_secret", SHOPS)]).await;
    let join = json!({ "customer": "anna" });
    let (status, _) = world
        .post("/api/v1/programs/demo/members", &world.api_key, &join)
        .await;
    assert_eq!(status, StatusCode::OK);
}

fn sign(key: &[u8], text: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    STANDARD.encode(hmac::sign(&key, text))
}

/// Sends a Standard Webhook that was signed at a moment, with this secret.
async fn hear(world: &World, id: &str, body: &Value, at: i64, secret: &str) -> StatusCode {
    let (at, body) = ((at / SECOND).to_string(), body.to_string());
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let signature = sign(&key, format!("{id}.{at}.{body}").as_bytes());
    let call = world.http.post(format!("{}/hooks/demo.own", world.url));
    let call = call
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", format!("v1,{signature}"));
    call.body(body).send().await.unwrap().status()
}

fn order(total: i64) -> Value {
    let order = json!({
        "id": "1043", "customer": { "id": "anna" }, "currency": "RUB", "total": total, "status": "paid",
        "at": "2026-11-21T12:00:00Z", "lines": [{ "id": "1", "sku": "beans", "qty": 1, "amount": total }],
    });
    json!({ "type": "order.recorded", "timestamp": "2026-11-21T12:00:00Z", "data": order })
}

fn refund(amount: i64) -> Value {
    let refund =
        json!({ "id": "r1", "order_id": "1043", "amount": amount, "at": "2026-11-22T12:00:00Z" });
    json!({ "type": "refund.recorded", "timestamp": "2026-11-22T12:00:00Z", "data": refund })
}

async fn held(world: &World) -> i64 {
    one(&world.app.store, "select held from account").await
}

on_both_databases! { quiet
    async fn an_event_that_was_signed_is_paid_once(world: World) {
        world.rule(&[PLAIN.file().as_str(), CONNECTIONS, TASKS].concat()).await;
        give_secrets(&world, "own", &[("hook_secret", OURS)]).await;
        let join = json!({ "customer": "anna" });
        world.post("/api/v1/programs/demo/members", &world.api_key, &join).await;
        let now = world.now();
        let event = |id: &str, task: &str, customer: &str| {
            let data = json!({ "id": id, "task": task, "member": { "customer": customer } });
            json!({ "type": "event.recorded", "timestamp": "2026-11-21T12:00:00Z", "data": data })
        };
        for (id, status) in [("msg_1", StatusCode::OK), ("msg_1", StatusCode::OK), ("msg_2", StatusCode::OK)] {
            assert_eq!(hear(&world, id, &event("cup-1", "cup", "anna"), now, OURS).await, status);
        }
        let other = "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIu";
        assert_eq!(hear(&world, "msg_3", &event("cup-2", "cup", "anna"), now, other).await, StatusCode::UNAUTHORIZED);
        for (task, customer) in [("join", "anna"), ("cup", "nobody")] {
            let status = hear(&world, "msg_4", &event("cup-3", task, customer), now, OURS).await;
            assert_eq!(status, StatusCode::ACCEPTED, "it is logged, and sending it again mends nothing");
        }
        let available: i64 = one(&world.app.store, "select available from account").await;
        assert_eq!(available, 5, "once");
        let status = hear(&world, "msg_5", &event("cup-4", "cup", "anna"), now, OURS).await;
        assert_eq!(status, StatusCode::OK, "as often as the limit allows, and that is nobody's fault");
        let evidence: String = one(&world.app.store, "select evidence from transfer").await;
        assert_eq!(evidence, r#"{"by":"shop","event":"cup-1"}"#);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_order_that_was_signed_earns_once_and_its_refund_takes_it_back(world: World) {
        begin(&world).await;
        let now = world.now();
        assert_eq!(hear(&world, "msg_2", &refund(100_000), now, OURS).await, StatusCode::OK, "before its order");
        assert_eq!(hear(&world, "msg_1", &order(240_000), now, OURS).await, StatusCode::OK);
        assert_eq!(held(&world).await, 70, "120, less 50");
        for id in ["msg_1", "msg_3"] {
            assert_eq!(hear(&world, id, &order(240_000), now, OURS).await, StatusCode::OK, "again");
        }
        assert_eq!(hear(&world, "msg_2", &refund(100_000), now, OURS).await, StatusCode::OK);
        assert_eq!(held(&world).await, 70);
        // Another order under the number of one that is kept is no error of the sender's that sending again mends.
        assert_eq!(hear(&world, "msg_4", &order(999_000), now, OURS).await, StatusCode::ACCEPTED);
        assert_eq!(held(&world).await, 70);
        assert_books_balance(&world.app.store).await;
    }

    async fn what_is_not_signed_by_the_shop_changes_nothing(world: World) {
        begin(&world).await;
        let now = world.now();
        let other = "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIu";
        assert_eq!(hear(&world, "msg_1", &order(240_000), now, other).await, StatusCode::UNAUTHORIZED);
        for minutes in [-6, 6] {
            let at = now + minutes * 60 * SECOND;
            assert_eq!(hear(&world, "msg_1", &order(240_000), at, OURS).await, StatusCode::UNAUTHORIZED, "{minutes}");
        }
        let call = world.http.post(format!("{}/hooks/demo.own", world.url)).body(order(240_000).to_string());
        assert_eq!(call.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        for name in ["demo.nothing", "nothing.own", "demo", "demo."] {
            let call = world.http.post(format!("{}/hooks/{name}", world.url)).body("{}");
            assert_eq!(call.send().await.unwrap().status(), StatusCode::NOT_FOUND, "{name}");
        }
        let kept: i64 = one(&world.app.store, "select count(*) from shop_order").await;
        assert_eq!(kept, 0);
        // While a secret is being changed both are good; without any secret nothing is.
        give_secrets(&world, "own", &[("hook_secret", other), ("old_hook_secret", OURS)]).await;
        assert_eq!(hear(&world, "msg_1", &order(240_000), now, OURS).await, StatusCode::OK);
        give_secrets(&world, "own", &[]).await;
        assert_eq!(hear(&world, "msg_5", &order(240_000), now, OURS).await, StatusCode::UNAUTHORIZED);
    }

    async fn what_is_genuine_and_makes_no_sense_does_not_switch_the_hook_off(world: World) {
        begin(&world).await;
        let now = world.now();
        let nonsense = json!({ "type": "order.recorded", "timestamp": "2026-11-21T12:00:00Z", "data": { "id": 7 } });
        assert_eq!(hear(&world, "msg_1", &nonsense, now, OURS).await, StatusCode::ACCEPTED);
        let mut order = order(240_000);
        order["data"]["currency"] = json!("roubles");
        assert_eq!(hear(&world, "msg_2", &order, now, OURS).await, StatusCode::ACCEPTED);
        let large = json!({ "type": "x", "filling": "x".repeat(2_000_000) });
        assert_eq!(hear(&world, "msg_3", &large, now, OURS).await, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn mailchimp_finds_its_hook_before_it_sends_anything(world: World) {
        let list = "\n[[connection]]\nid = \"letters\"\nkind = \"mailchimp\"\n[connection.settings]\n\
            form = \"https://shop.example/letter\"\n";
        world.rule(&[PLAIN.file().as_str(), CONNECTIONS, list].concat()).await;
        let look = async |name: &str| {
            let url = format!("{}/hooks/{name}", world.url);
            world.http.get(url).send().await.unwrap().status()
        };
        assert_eq!(look("demo.letters?key=anything").await, StatusCode::OK);
        for name in ["demo.own", "demo.woo", "demo.nothing", "nothing.letters", "demo"] {
            assert_eq!(look(name).await, StatusCode::NOT_FOUND, "{name}");
        }
    }

    async fn woocommerce_is_heard_from_its_unsigned_ping_on(world: World) {
        begin(&world).await;
        let url = format!("{}/hooks/demo.woo", world.url);
        let ping = world.http.post(&url).form(&[("webhook_id", "12")]);
        assert_eq!(ping.send().await.unwrap().status(), StatusCode::OK);
        let body = json!({
            "id": 7, "status": "processing", "currency": "RUB", "total": "2400.00", "total_tax": "0.00",
            "shipping_total": "0.00", "shipping_tax": "0.00", "discount_total": "0.00", "customer_id": 0,
            "date_created_gmt": "2026-11-21T12:00:00", "date_modified_gmt": "2026-11-21T12:00:01",
            "date_paid_gmt": "2026-11-21T12:00:00", "billing": { "email": "guest@example.com", "phone": "" },
            "line_items": [{ "id": 1, "sku": "beans", "product_id": 3, "quantity": 1, "total": "2400.00", "total_tax": "0.00" }],
            "coupon_lines": [], "refunds": [], "payment_method": "card",
        })
        .to_string();
        let send = async |signature: String| {
            let call = world.http.post(&url).header("x-wc-webhook-topic", "order.updated");
            let call = call.header("x-wc-webhook-signature", signature).header("x-wc-webhook-id", "12");
            call.body(body.clone()).send().await.unwrap().status()
        };
        assert_eq!(send(sign(b"another", body.as_bytes())).await, StatusCode::UNAUTHORIZED);
        assert_eq!(send(sign(SHOPS.as_bytes(), body.as_bytes())).await, StatusCode::OK);
        // The order was edited since, which is not heard; the refund that comes with it is.
        let edited = body.replace("guest@example.com", "guest@example.org").replace("\"refunds\":[]",
            "\"refunds\":[{\"id\":9,\"reason\":\"\",\"total\":\"-400.00\"}]");
        let call = world.http.post(&url).header("x-wc-webhook-topic", "order.updated");
        let call = call.header("x-wc-webhook-signature", sign(SHOPS.as_bytes(), edited.as_bytes()));
        assert_eq!(call.body(edited).send().await.unwrap().status(), StatusCode::ACCEPTED);
        let refunded: i64 = one(&world.app.store, "select amount from refund").await;
        assert_eq!(refunded, 40_000);
        let kept: i64 = one(&world.app.store, "select total from shop_order").await;
        assert_eq!(kept, 240_000, "a guest's order waits for its member");
    }
}
