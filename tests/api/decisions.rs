//! What a person of the shop decides: paid or not, once, and said to the member; taken back by a reversal.

use crate::support::sql::{assert_books_balance, count, one};
use crate::support::together::{request, together};
use crate::support::waiting::{members, rules, waiting};
use crate::support::world::{World, on_both_databases};
use app::api::AttemptId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const QUEUE: &str = "/api/v1/programs/demo/decisions";

async fn begin(world: &World, hold_days: u32) -> (String, AttemptId) {
    let [bearer] = members(world, hold_days, ["anna"]).await;
    let attempt = waiting(world, &bearer, "7 at shop.example.", "anna").await;
    (bearer, attempt)
}

fn path(attempt: impl std::fmt::Display) -> String {
    format!("/api/v1/programs/demo/attempts/{attempt}/decision")
}

async fn decide(world: &World, attempt: AttemptId, body: &Value) -> (StatusCode, Value) {
    world.post(&path(attempt), &world.api_key, body).await
}

fn accept() -> Value {
    json!({ "decision": "accept" })
}

fn refuse(reason: &str) -> Value {
    json!({ "decision": "refuse", "reason": reason })
}

/// What the member's own page says of the task, and what they have: available and held.
async fn seen(world: &World) -> (Value, i64, i64) {
    let bearer = world.session("anna").await;
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    let number = |name: &str| me["balance"][name].as_i64().unwrap();
    (
        me["tasks"][0]["attempt"].clone(),
        number("available"),
        number("held"),
    )
}

on_both_databases! { quiet
    async fn what_is_accepted_is_paid_once_with_what_showed_it(world: World) {
        let (_, attempt) = begin(&world, 0).await;
        let (shown, available, _) = seen(&world).await;
        assert_eq!((&shown["state"], &shown["reason"]["code"], available), (&json!("checking"), &json!("person_looks"), 0));
        assert_eq!(shown["reason"]["text"], "A person at the shop looks at this first. You will see the result here.");
        let (status, list) = world.get(QUEUE, &world.api_key).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        let item = &list["items"][0];
        assert_eq!((&item["attempt"], &item["task"], &item["points"]), (&json!(attempt), &json!("tsk_profile"), &json!(100)));
        assert_eq!((&item["queue"], &item["signals"][0]["code"]), (&json!("signals"), &json!("velocity")));
        assert_eq!((&item["evidence"], &item["review"]), (&json!(r#"{"by":"form","account":"anna"}"#), &Value::Null));
        for _ in 0..2 {
            let (status, paid) = decide(&world, attempt, &accept()).await;
            assert_eq!((status, &paid["state"], &paid["reason"]), (StatusCode::OK, &json!("earned"), &Value::Null), "{paid}");
        }
        assert_eq!(seen(&world).await.1, 100);
        assert_eq!(world.get(QUEUE, &world.api_key).await.1["items"], json!([]));
        let proof: String = one(&world.app.store, "select evidence from transfer").await;
        let proof: Value = serde_json::from_str(&proof).unwrap();
        assert_eq!(proof, json!({ "by": "form", "account": "anna", "decided": "accepted" }));
        let by: String = one(&world.app.store, "select decided_by from decision").await;
        assert_eq!(by, "demo-api-1");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_refusal_says_why_and_leaves_nothing_in_the_ledger(world: World) {
        let (_, attempt) = begin(&world, 0).await;
        let wrong = [json!({ "decision": "refuse" }), refuse(" "), refuse(&"ж".repeat(501)), refuse("a\u{0}b"),
            json!({ "decision": "accept", "reason": "Nice" })];
        for body in wrong {
            let (status, told) = decide(&world, attempt, &body).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason")), "{told}");
        }
        assert_eq!(decide(&world, attempt, &json!({ "decision": "maybe" })).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(seen(&world).await.0["state"], "checking", "nothing was decided");
        for reason in [" It is <b>not</b> you. ", "another"] {
            let (status, told) = decide(&world, attempt, &refuse(reason)).await;
            assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("rejected")), "{told}");
            assert_eq!(told["reason"], json!({ "code": "refused", "text": "It is <b>not</b> you." }), "the first reason stands");
        }
        let (shown, available, held) = seen(&world).await;
        assert_eq!((&shown["reason"]["text"], available, held), (&json!("It is <b>not</b> you."), 0, 0));
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 0);
        let (status, told) = decide(&world, attempt, &accept()).await;
        assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("decided_otherwise")));
        let bearer = world.session("anna").await;
        let (status, again) = world.post("/api/v1/tasks/tsk_profile/attempts", &bearer, &json!({})).await;
        assert_eq!((status, &again["state"]), (StatusCode::OK, &json!("started")), "it may be begun anew");
        assert_ne!(again["id"], json!(attempt));
        assert_books_balance(&world.app.store).await;
    }

    async fn what_was_paid_is_taken_back_and_that_is_final(world: World) {
        for hold_days in [0, 7] {
            let (_, attempt) = if hold_days == 0 {
                begin(&world, 0).await
            } else {
                world.rule(&rules(hold_days)).await;
                let bearer = world.session("anna").await;
                (String::new(), waiting(&world, &bearer, "9", "anna").await)
            };
            let (_, paid) = decide(&world, attempt, &accept()).await;
            let (_, available, held) = seen(&world).await;
            if hold_days == 0 {
                assert_eq!((&paid["state"], available, held), (&json!("earned"), 100, 0));
            } else {
                assert_eq!((&paid["state"], available, held), (&json!("held"), 0, 100));
            }
            let (status, told) = decide(&world, attempt, &refuse("Not yours.")).await;
            assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("reversed")), "{told}");
            assert_eq!(told["reason"], json!({ "code": "refused", "text": "Not yours." }));
            assert_eq!(decide(&world, attempt, &refuse("Again.")).await.0, StatusCode::OK);
            let (status, told) = decide(&world, attempt, &accept()).await;
            assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("decided_otherwise")));
            let (_, available, held) = seen(&world).await;
            assert_eq!((available, held), (0, 0));
            assert_books_balance(&world.app.store).await;
        }
    }

    async fn what_nobody_asked_about_can_be_taken_back_but_not_accepted(world: World) {
        let [bearer] = members(&world, 0, ["anna"]).await;
        let start = "/api/v1/tasks/tsk_profile/attempts";
        let (_, begun) = world.post(start, &bearer, &json!({})).await;
        let attempt: AttemptId = begun["id"].as_str().unwrap().parse().unwrap();
        for body in [accept(), refuse("No.")] {
            let (status, told) = decide(&world, attempt, &body).await;
            assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("not_waiting")));
        }
        let proof = format!("/api/v1/attempts/{attempt}/proof");
        let (_, paid) = world.post(&proof, &bearer, &json!({ "name": "Anna" })).await;
        assert_eq!(paid["state"], "earned");
        assert_eq!(decide(&world, attempt, &accept()).await.0, StatusCode::CONFLICT);
        let (status, told) = decide(&world, attempt, &refuse("That is no name.")).await;
        assert_eq!((status, &told["state"], &told["reason"]["text"]), (StatusCode::OK, &json!("reversed"), &json!("That is no name.")));
        assert_eq!(seen(&world).await.1, 0);
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_who_decide_at_once_a_refusal_stands(world: World) {
        let (_, attempt) = begin(&world, 0).await;
        let bodies = [accept(), refuse("No.")];
        let all = (0..30).map(|n| request(&world, Method::POST, &path(attempt), &world.api_key, Some(&bodies[n % 2]), None));
        for (n, (status, told)) in together(all).await.into_iter().enumerate() {
            let expected = if n % 2 == 1 { vec![StatusCode::OK] } else { vec![StatusCode::OK, StatusCode::CONFLICT] };
            assert!(expected.contains(&status), "{n}: {told}");
        }
        let (shown, available, held) = seen(&world).await;
        let state = shown["state"].as_str().unwrap();
        assert!(["rejected", "reversed"].contains(&state), "{shown}");
        assert_eq!((available, held), (0, 0));
        let paid = count(&world.app.store, "select count(*) from transfer").await;
        assert_eq!(paid, if state == "rejected" { 0 } else { 2 }, "paid once at most, and taken back");
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_who_accept_at_once_one_pays(world: World) {
        let (_, attempt) = begin(&world, 0).await;
        let body = accept();
        let all = (0..30).map(|_| request(&world, Method::POST, &path(attempt), &world.api_key, Some(&body), None));
        for (status, told) in together(all).await {
            assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("earned")));
        }
        assert_eq!(seen(&world).await.1, 100);
        assert_books_balance(&world.app.store).await;
    }

    async fn nobody_else_decides(world: World) {
        let (bearer, attempt) = begin(&world, 0).await;
        let poor = world.api_key_with(world.demo().await, "poor", "orders members").await;
        let tea = world.api_key_with(world.tea().await, "tea", "decisions").await;
        for (status, code, told) in [
            (403, "missing_scope", world.post(&path(attempt), &poor, &accept()).await),
            (403, "missing_scope", world.get(QUEUE, &poor).await),
            (401, "unauthorized", world.post(&path(attempt), &tea, &accept()).await),
            (401, "unauthorized", world.post(&path(attempt), &bearer, &accept()).await),
            (404, "not_found", world.post(&path(attempt).replace("/demo/", "/tea/"), &tea, &accept()).await),
            (404, "not_found", world.post(&path("att_x"), &world.api_key, &accept()).await),
            (404, "not_found", world.post(&path(AttemptId([7; 16])), &world.api_key, &accept()).await),
        ] {
            assert_eq!((told.0.as_u16(), &told.1["code"]), (status, &json!(code)), "{}", told.1);
        }
        let of_tea = world.get(&QUEUE.replace("/demo/", "/tea/"), &tea).await;
        assert_eq!(of_tea, (StatusCode::OK, json!({ "items": [], "next_cursor": null })));
        assert_eq!(seen(&world).await.0["state"], "checking");
    }

    async fn what_waits_for_a_task_that_is_gone_can_only_be_refused(world: World) {
        let (_, attempt) = begin(&world, 0).await;
        world.rule(&crate::support::rules::PLAIN.file()).await;
        let (status, told) = decide(&world, attempt, &accept()).await;
        assert_eq!((status, &told["detail"]), (StatusCode::NOT_FOUND, &json!("There is no such task.")));
        let (status, told) = decide(&world, attempt, &refuse("It is over.")).await;
        assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("rejected")), "{told}");
        assert_eq!(told["reason"]["text"], "It is over.");
        assert_eq!(count(&world.app.store, "select count(*) from transfer").await, 0);
    }

    async fn the_list_goes_on_where_it_ended(world: World) {
        let bearers = members(&world, 0, ["anna", "boris", "vera"]).await;
        let mut all = Vec::new();
        for bearer in &bearers {
            all.push(json!(waiting(&world, bearer, "1", "anna").await));
        }
        // They began at the same moment, so their ids say who is first.
        all.sort_by_key(ToString::to_string);
        let mut found = Vec::new();
        let mut page = format!("{QUEUE}?limit=2");
        loop {
            let (status, list) = world.get(&page, &world.api_key).await;
            assert_eq!(status, StatusCode::OK, "{list}");
            let items = list["items"].as_array().unwrap();
            found.extend(items.iter().map(|item| item["attempt"].clone()));
            let Some(cursor) = list["next_cursor"].as_str() else { break };
            page = format!("{QUEUE}?limit=2&cursor={cursor}");
        }
        assert_eq!(found, all);
        for (wrong, field) in [("limit=0", "limit"), ("limit=101", "limit"), ("cursor=x", "cursor"), ("cursor=1.att_x", "cursor")] {
            let (status, told) = world.get(&format!("{QUEUE}?{wrong}"), &world.api_key).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{wrong}");
        }
    }
}
