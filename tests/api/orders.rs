//! What an order earns, and what does not: late, repeated, out of order, small, foreign.

use crate::support::sql::{assert_books_balance, count, news};
use crate::support::world::{World, balance, eventually, on_both_databases, paid};
use app::api::EventKind;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::DAY;

fn cancelled(mut order: Value) -> Value {
    order["status"] = json!("cancelled");
    order
}

/// Turns the clock beyond the hold and waits until the points are there; a new bearer, since the
/// session has ended by then.
async fn fall_due(world: &World, customer: &str) -> String {
    world.pass(15 * DAY);
    let bearer = world.session(customer).await;
    eventually("the hold's end", async || {
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        (me["balance"]["held"] == 0).then_some(())
    })
    .await;
    bearer
}

on_both_databases! {
    async fn what_is_called_off_while_held_is_voided(world: World) {
        let bearer = world.member("42").await;
        let order = paid("1043", "42", 240_000);
        world.order(&order).await;
        let (status, told) = world.order(&cancelled(order)).await;
        assert_eq!((status, told["points"].as_i64(), told["reason"].as_str()), (StatusCode::OK, Some(0), Some("cancelled")));
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(50, 0));
        let (_, lines) = world.get("/api/v1/me/transfers", &bearer).await;
        assert_eq!((&lines["items"][0]["amount"], &lines["items"][0]["state"]), (&json!(-120), &json!("posted")));
        assert_eq!((&lines["items"][1]["amount"], &lines["items"][1]["state"]), (&json!(120), &json!("voided")));
        fall_due(&world, "42").await;
        let store = &world.app.store;
        assert_eq!(count(store, "select available from account").await, 50, "what was voided is not posted later");
        assert_eq!(count(store, "select orders + amount_spent from account").await, 0);
        assert_books_balance(store).await;
    }

    async fn what_is_called_off_after_posting_is_taken_back_even_below_zero(world: World) {
        world.member("42").await;
        let order = paid("1043", "42", 1_000_000);
        world.order(&order).await;
        let bearer = fall_due(&world, "42").await;
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!((&me["balance"]["available"], &me["standing"]["tier"]["id"]), (&json!(550), &json!("silver")));
        let store = &world.app.store;
        world.adjust("42", -300).await;

        let (status, _) = world.order(&cancelled(order)).await;
        assert_eq!(status, StatusCode::OK);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(-250, 0));
        assert_eq!(me["standing"]["tier"]["id"], "bronze", "the tier falls with what is no longer earned");
        assert_eq!(me["standing"]["value"], 50, "spending does not lower it");
        let news = news(store).await;
        let reversed = news.iter().filter(|told| told.kind == Some(EventKind::Reversed));
        let reversed: Vec<_> = reversed.map(|told| (told.amount, told.balance)).collect();
        assert_eq!(reversed, [(Some(-300), Some(250)), (Some(-500), Some(-250))]);
        assert_eq!(count(store, "select count(*) from event where kind = 'tier' and tier = 'bronze' and down").await, 1);

        // What is earned next pays the debt first.
        world.order(&paid("1044", "42", 600_000)).await;
        let bearer = fall_due(&world, "42").await;
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"]["available"], 50);
        assert_books_balance(store).await;
    }

    async fn what_was_called_off_before_it_was_paid_never_pays(world: World) {
        let bearer = world.member("42").await;
        let order = paid("1043", "42", 240_000);
        let (status, _) = world.order(&cancelled(order.clone())).await;
        assert_eq!(status, StatusCode::OK);
        let (status, told) = world.order(&order).await;
        assert_eq!((status, told["status"].as_str(), told["points"].as_i64()), (StatusCode::OK, Some("cancelled"), Some(0)));
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(50, 0));
        assert_eq!(count(&world.app.store, "select orders + amount_spent from account").await, 0);
    }

    async fn the_same_order_told_later_gets_the_same_answer(world: World) {
        world.member("42").await;
        let mut order = paid("1043", "42", 240_000);
        let (_, first) = world.order(&order).await;
        fall_due(&world, "42").await;
        order["at"] = json!("2026-11-25T12:00:00Z");
        let (status, again) = world.order(&order).await;
        assert_eq!((status, &again), (StatusCode::OK, &first));
        let (_, shown) = world.get("/api/v1/programs/demo/orders/1043", &world.api_key).await;
        assert_eq!(shown, first);
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 3);
    }

    async fn a_paid_order_is_not_rewritten(world: World) {
        world.member("42").await;
        world.order(&paid("1043", "42", 240_000)).await;
        let mut other_currency = paid("1043", "42", 240_000);
        other_currency["currency"] = json!("EUR");
        for other in [paid("1043", "42", 250_000), paid("1043", "43", 240_000), other_currency] {
            let (status, problem) = world.order(&other).await;
            assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("order_differs")));
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select held from account").await, 120);
        assert_eq!(count(store, "select amount_spent from account").await, 240_000);
        assert_books_balance(store).await;
    }

    async fn an_order_that_earns_nothing_is_kept_with_the_reason(world: World) {
        world.member("42").await;
        let mut euros = paid("E1", "42", 240_000);
        euros["currency"] = json!("EUR");
        let mut guest = paid("G1", "nobody yet", 240_000);
        guest["customer"] = json!({ "email": "guest@example.com" });
        let table = [
            (euros, "other_currency", 0),
            (guest, "no_member", 0),
            // 5 points for 100 roubles: the first point is at 20.
            (paid("S1", "42", 1_999), "too_small", 1_999),
            (paid("S2", "42", 0), "too_small", 0),
        ];
        let mut spent = 0;
        let store = &world.app.store;
        for (order, reason, counts) in table {
            let (status, told) = world.order(&order).await;
            assert_eq!((status, told["reason"].as_str(), told["points"].as_i64()), (StatusCode::OK, Some(reason), Some(0)), "{told}");
            assert!(told["transfer"].is_null());
            spent += counts;
            assert_eq!(count(store, "select amount_spent from account").await, spent, "{reason}");
            let (_, again) = world.order(&order).await;
            assert_eq!(again, told);
            let (status, off) = world.order(&cancelled(order)).await;
            assert_eq!((status, off["reason"].as_str()), (StatusCode::OK, Some("cancelled")));
            spent -= counts;
            assert_eq!(count(store, "select amount_spent from account").await, spent, "{reason}");
            assert_eq!(count(store, "select orders from account").await, 0);
        }
        assert_eq!(count(store, "select count(*) from shop_order").await, 4);
        assert_eq!(count(store, "select count(*) from shop_order where email = 'guest@example.com'").await, 1);
        assert_eq!(count(store, "select count(*) from transfer").await, 1);
        assert_books_balance(store).await;
    }

    async fn delivery_earns_nothing_and_the_multiplier_is_rounded_once(world: World) {
        let bearer = world.member("42").await;
        let mut delivered = paid("D1", "42", 240_000);
        delivered["shipping"] = json!(40_000);
        delivered["tax"] = json!(10_000);
        let (_, told) = world.order(&delivered).await;
        assert_eq!(told["points"], 95, "5 % of 2,400 less 400 for delivery and 100 of tax");

        let start = json!({ "email": "anna@example.com", "consent": true });
        world.post("/api/v1/tasks/tsk_newsletter/attempts", &bearer, &start).await;
        let letter = world.letter("anna@example.com", 0).await;
        world.http.post(letter.link().unwrap()).send().await.unwrap();
        let table = [("M1", 3_980, 2), ("M2", 1_599, 0), ("M3", 1_600, 1), ("M4", 240_000, 150), ("M5", 239_999, 149)];
        for (id, total, points) in table {
            let (_, told) = world.order(&paid(id, "42", total)).await;
            assert_eq!(told["points"], points, "{total} at Silver, times 1.25");
        }
        assert_books_balance(&world.app.store).await;
    }

    async fn a_guests_order_is_the_members_who_proves_the_address_later(world: World) {
        world.member("42").await;
        let mut order = paid("G1", "", 240_000);
        order["customer"] = json!({ "email": "anna@example.com" });
        assert_eq!(world.order(&order).await.1["reason"], "no_member");
        let mut claims = world.claims("42");
        claims["email"] = json!("anna@example.com");
        for (is_proven, held) in [(false, 0), (true, 120)] {
            claims["email_verified"] = json!(is_proven);
            let bearer = world.session_of(&world.sign(&claims)).await;
            let (_, me) = world.get("/api/v1/me", &bearer).await;
            assert_eq!(me["balance"], balance(50, held), "proven: {is_proven}");
        }
        // From now on the address alone is enough.
        order["id"] = json!("G2");
        assert_eq!(world.order(&order).await.1["points"], 120);
        // Somebody who is no member does not become one by it.
        let mut claims = world.claims("43");
        claims["email"] = json!("boris@example.com");
        claims["email_verified"] = json!(true);
        world.session_of(&world.sign(&claims)).await;
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from member").await, 1);
        assert_books_balance(store).await;
    }

    async fn more_guests_orders_than_are_claimed_at_once_come_with_the_next_token(world: World) {
        world.member("42").await;
        for n in 0..51 {
            let mut order = paid(&format!("G{n}"), "", 2_000);
            order["customer"] = json!({ "email": "anna@example.com" });
            world.order(&order).await;
        }
        let mut claims = world.claims("42");
        claims["email"] = json!("anna@example.com");
        claims["email_verified"] = json!(true);
        for (name, held) in [("Anna", 50), ("Anna B.", 51), ("Anna C.", 51)] {
            claims["name"] = json!(name);
            let bearer = world.session_of(&world.sign(&claims)).await;
            let (_, me) = world.get("/api/v1/me", &bearer).await;
            assert_eq!(me["balance"], balance(50, held), "as {name}");
        }
    }

    async fn whoever_is_found_by_their_address_is_known_by_the_shops_number_too_from_then_on(world: World) {
        let join = json!({ "email": "anna@example.com" });
        world.post("/api/v1/programs/demo/members", &world.api_key, &join).await;
        assert_eq!(world.order(&paid("1043", "42", 240_000)).await.1["reason"], "no_member");
        let mut claims = world.claims("42");
        claims["email"] = json!("anna@example.com");
        claims["email_verified"] = json!(true);
        let bearer = world.session_of(&world.sign(&claims)).await;
        let (_, told) = world.order(&paid("1044", "42", 240_000)).await;
        assert_eq!(told["points"], 120);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(told["member"], me["id"]);
    }

    async fn an_order_by_a_proven_address_is_the_members(world: World) {
        let mut claims = world.claims("42");
        claims["email"] = json!("Anna@Example.com");
        claims["email_verified"] = json!(true);
        let bearer = world.session_of(&world.sign(&claims)).await;
        world.post("/api/v1/me/join", &bearer, &json!({ "version": 1 })).await;
        let mut order = paid("1043", "", 240_000);
        order["customer"] = json!({ "email": "ANNA@example.COM" });
        let (_, told) = world.order(&order).await;
        assert_eq!(told["points"], 120);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(told["member"], me["id"]);
    }
}
