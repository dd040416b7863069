//! Thirty equal requests at the same moment leave one effect, at every write there is, with an
//! `Idempotency-Key` and without one.

use crate::support::sql::{assert_books_balance, count, news, one, told};
use crate::support::together::{Told, request, thirty, together};
use crate::support::world::{World, balance, eventually, on_both_databases, paid};
use app::api::EventKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Without a key, and with one.
const KEYS: [Option<&str>; 2] = [None, Some("the same key")];

/// Asserts that all were told the same, well; answers what.
fn all_alike(told: &[Told]) -> &Value {
    for (status, body) in told {
        assert_eq!(*status, StatusCode::OK, "{body}");
        assert_eq!(body, &told[0].1);
    }
    &told[0].1
}

fn number_of(told: &[Told], status: StatusCode) -> usize {
    told.iter().filter(|(told, _)| *told == status).count()
}

/// Waits until every mail has left; answers how many came in.
async fn mails(world: &World) -> usize {
    eventually("an empty outbox", async || {
        (count(&world.app.store, "select count(*) from mail").await == 0).then_some(())
    })
    .await;
    world.mailbox.letters().len()
}

on_both_databases! {
    async fn one_token_opens_one_session(world: World) {
        let token = world.sign(&world.claims("42"));
        let body = json!({ "program": "demo", "token": token });
        for key in KEYS {
            let told = thirty(&world, Method::POST, "/api/v1/sessions", "", Some(&body), key).await;
            all_alike(&told);
        }
        assert_eq!(count(&world.app.store, "select count(*) from session").await, 1);
    }

    async fn one_address_is_sent_one_code(world: World) {
        let body = json!({ "program": "demo", "email": "anna@example.com" });
        for key in KEYS {
            let told = thirty(&world, Method::POST, "/api/v1/codes", "", Some(&body), key).await;
            let accepted = usize::from(key.is_none());
            assert_eq!(number_of(&told, StatusCode::ACCEPTED), accepted);
            // After three wishes of one place, work comes first.
            let refused = [StatusCode::TOO_MANY_REQUESTS, StatusCode::PRECONDITION_REQUIRED].map(|status| number_of(&told, status));
            assert_eq!(refused, if key.is_none() { [2, 27] } else { [0, 30] });
        }
        assert_eq!(count(&world.app.store, "select count(*) from challenge").await, 1);
        assert_eq!(mails(&world).await, 1);
    }

    async fn one_code_opens_one_session(world: World) {
        for (key, address) in KEYS.into_iter().zip(["anna@example.com", "boris@example.com"]) {
            let asked = json!({ "program": "demo", "email": address });
            let (_, sent) = world.post("/api/v1/codes", "", &asked).await;
            let letter = world.letter(address, 0).await;
            let body = json!({ "program": "demo", "challenge": sent["challenge"], "code": letter.code() });
            let told = thirty(&world, Method::POST, "/api/v1/sessions", "", Some(&body), key).await;
            assert_eq!(number_of(&told, StatusCode::OK), 1);
            assert_eq!(number_of(&told, StatusCode::UNAUTHORIZED), 29);
        }
        assert_eq!(count(&world.app.store, "select count(*) from session").await, 2);
    }

    async fn one_session_is_renewed_once_and_not_beyond_its_time(world: World) {
        let bearer = world.session("42").await;
        for key in KEYS {
            world.pass(5 * 60_000_000);
            let told = thirty(&world, Method::POST, "/api/v1/sessions/current", &bearer, None, key).await;
            assert_eq!(number_of(&told, StatusCode::NO_CONTENT), 30);
            let expires_at: i64 = one(&world.app.store, "select expires_at from session").await;
            assert_eq!(expires_at, world.now() + 15 * 60_000_000);
        }
    }

    async fn one_session_is_closed_once_and_for_ever(world: World) {
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let token = world.sign(&world.claims(customer));
            let bearer = world.session_of(&token).await;
            let told = thirty(&world, Method::DELETE, "/api/v1/sessions/current", &bearer, None, key).await;
            let closed = number_of(&told, StatusCode::NO_CONTENT);
            assert!(closed >= 1);
            // Those that came a moment later found no session any more.
            assert_eq!(number_of(&told, StatusCode::UNAUTHORIZED), 30 - closed);
            let again = json!({ "program": "demo", "token": token });
            let told = thirty(&world, Method::POST, "/api/v1/sessions", "", Some(&again), key).await;
            assert_eq!(number_of(&told, StatusCode::UNAUTHORIZED), 30);
        }
        assert_eq!(count(&world.app.store, "select count(*) from session where closed").await, 2);
        assert_eq!(count(&world.app.store, "select count(*) from session").await, 2);
    }

    async fn one_shopper_joins_once(world: World) {
        let body = json!({ "version": 1 });
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let mut claims = world.claims(customer);
            claims["email"] = json!(format!("{customer}@example.com"));
            claims["email_verified"] = json!(true);
            let bearer = world.session_of(&world.sign(&claims)).await;
            let told = thirty(&world, Method::POST, "/api/v1/me/join", &bearer, Some(&body), key).await;
            assert_eq!(all_alike(&told)["balance"]["available"], 50);
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from member").await, 2);
        assert_eq!(count(store, "select count(*) from account").await, 2);
        assert_eq!(count(store, "select count(*) from person").await, 2);
        assert_eq!(count(store, "select count(*) from identity").await, 4);
        assert_eq!(count(store, "select count(*) from transfer").await, 2);
        assert_eq!(count(store, "select count(*) from attempt").await, 2);
        assert_eq!(news(store).await.len(), 2);
        assert_books_balance(store).await;
    }

    async fn one_change_of_the_profile_is_told_once(world: World) {
        let body = json!({ "name": "Anna", "locale": "ru" });
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let bearer = world.member(customer).await;
            let told = thirty(&world, Method::PATCH, "/api/v1/me", &bearer, Some(&body), key).await;
            assert!(told.iter().all(|(status, me)| *status == StatusCode::OK && me["name"] == "Anna"), "{told:?}");
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from event where kind = 'profile'").await, 2);
        assert_books_balance(store).await;
    }

    async fn one_subscription_is_begun_once(world: World) {
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let bearer = world.member(customer).await;
            let body = json!({ "email": format!("{customer}@example.com"), "consent": true });
            let path = "/api/v1/tasks/tsk_newsletter/attempts";
            let told = thirty(&world, Method::POST, path, &bearer, Some(&body), key).await;
            assert_eq!(all_alike(&told)["state"], "started");
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from attempt where task = 'newsletter'").await, 2);
        assert_eq!(count(store, "select count(*) from link").await, 2);
        assert_eq!(count(store, "select count(*) from consent").await, 2);
        assert_eq!(count(store, "select count(*) from event where kind = 'attempt'").await, 2);
        assert_eq!(mails(&world).await, 2);
    }

    async fn one_form_is_begun_once_and_paid_once(world: World) {
        let forms = [("profile", json!({ "name": "Anna" }), 100), ("birthday", json!({ "birthday": "1990-05-03" }), 200)];
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let bearer = world.member(customer).await;
            for (task, proof, points) in &forms {
                let path = format!("/api/v1/tasks/tsk_{task}/attempts");
                let told = thirty(&world, Method::POST, &path, &bearer, Some(&json!({})), key.map(|_| *task)).await;
                let attempt = all_alike(&told)["id"].as_str().unwrap().to_owned();
                let path = format!("/api/v1/attempts/{attempt}/proof");
                let told = thirty(&world, Method::POST, &path, &bearer, Some(proof), key).await;
                let done = all_alike(&told);
                assert_eq!(done["points"], *points);
                assert_eq!(done["state"], if *task == "birthday" { "held" } else { "earned" });
                if key.is_some() {
                    // A key of another request is free again only for that very request.
                    let (status, refused) = world.send(Method::POST, &path, &bearer, Some(&json!({})), key).await;
                    assert_eq!((status, refused["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("idempotency_key_reused")));
                    break;
                }
            }
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from attempt where task <> 'join'").await, 3);
        assert_eq!(count(store, "select count(*) from transfer").await, 5);
        assert_eq!(count(store, "select count(*) from hold where state = 'pending'").await, 1);
        assert_eq!(news(store).await.len(), 5);
        assert_books_balance(store).await;
    }

    async fn one_link_confirms_once(world: World) {
        for (key, customer) in KEYS.into_iter().zip(["42", "43"]) {
            let bearer = world.member(customer).await;
            let address = format!("{customer}@example.com");
            let body = json!({ "email": address, "consent": true });
            world.post("/api/v1/tasks/tsk_newsletter/attempts", &bearer, &body).await;
            let letter = world.letter(&address, 0).await;
            let path = letter.link().unwrap().strip_prefix(&world.url).unwrap().to_owned();
            let told = thirty(&world, Method::POST, &path, "", None, key).await;
            assert_eq!(number_of(&told, StatusCode::OK), 30);
            let (_, me) = world.get("/api/v1/me", &bearer).await;
            assert_eq!(me["balance"]["available"], 550);
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from transfer").await, 4);
        assert_eq!(count(store, "select count(*) from subscription where subscribed").await, 2);
        assert_eq!(count(store, "select count(*) from consent where step = 'confirmed'").await, 2);
        assert_eq!(told(store, EventKind::Earned).await, 4);
        assert_eq!(count(store, "select count(*) from event where kind = 'tier'").await, 2);
        assert_books_balance(store).await;
    }

    async fn one_order_earns_once_and_is_taken_back_once(world: World) {
        let bearer = world.member("42").await;
        let path = "/api/v1/programs/demo/orders";
        for key in [None, Some("A")] {
            let order = paid(key.unwrap_or("B"), "42", 240_000);
            let told = thirty(&world, Method::POST, path, &world.api_key, Some(&order), key).await;
            assert_eq!(all_alike(&told)["points"], 120);
            let mut cancelled = order;
            cancelled["status"] = json!("cancelled");
            let told = thirty(&world, Method::POST, path, &world.api_key, Some(&cancelled), key.map(|_| "B")).await;
            assert_eq!(all_alike(&told)["points"], 0);
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from shop_order").await, 2);
        assert_eq!(count(store, "select count(*) from transfer").await, 5);
        assert_eq!(news(store).await.len(), 5);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["balance"], balance(50, 0));
        assert_eq!(count(store, "select orders from account").await, 0);
        assert_eq!(count(store, "select amount_spent from account").await, 0);
        assert_books_balance(store).await;
    }

    async fn an_order_paid_and_cancelled_at_the_same_moment_ends_cancelled(world: World) {
        world.member("42").await;
        for round in 0..5 {
            let order = paid(&round.to_string(), "42", 240_000);
            let mut cancelled = order.clone();
            cancelled["status"] = json!("cancelled");
            let orders = [order, cancelled].into_iter().cycle().take(30);
            let told = together(orders.map(|order| {
                request(&world, Method::POST, "/api/v1/programs/demo/orders", &world.api_key, Some(&order), None)
            }))
            .await;
            assert_eq!(number_of(&told, StatusCode::OK), 30, "{told:?}");
        }
        let store = &world.app.store;
        assert_eq!(count(store, "select count(*) from shop_order where status = 'cancelled'").await, 5);
        assert_eq!(count(store, "select orders from account").await, 0);
        assert_eq!(count(store, "select amount_spent from account").await, 0);
        assert_eq!(count(store, "select available from account").await, 50);
        assert_eq!(count(store, "select held from account").await, 0);
        assert_books_balance(store).await;
    }
}
