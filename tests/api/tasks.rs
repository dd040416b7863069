//! Tasks over time: links that run out, are sent again or go elsewhere, forms that are filled in
//! once, a birthday that is paid on its day.

use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::world::{World, eventually, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::{DAY, SECOND};
use server::store::ledger::Due;

const NEWSLETTER: &str = "/api/v1/tasks/tsk_newsletter/attempts";

const ASKS: &str = "Confirm your e-mail";
const DONE: &str = "Confirmed";
const USED: &str = "Already confirmed";
const EXPIRED: &str = "This link has expired";

async fn subscribe(world: &World, bearer: &str, address: &str) -> Value {
    let body = json!({ "email": address, "consent": true });
    let (status, attempt) = world.post(NEWSLETTER, bearer, &body).await;
    assert_eq!(status, StatusCode::OK, "{attempt}");
    attempt
}

async fn link(world: &World, address: &str, seen: usize) -> String {
    let letter = world.letter(address, seen).await;
    // A clock that jumps before the mail is crossed off would have it sent once more.
    eventually("an empty outbox", async || {
        (count(&world.app.store, "select count(*) from mail").await == 0).then_some(())
    })
    .await;
    letter.link().unwrap().to_owned()
}

/// The heading of the page behind a link.
async fn page(world: &World, method: Method, link: &str) -> String {
    let answer = world.http.request(method, link).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let html = scraper::Html::parse_document(&answer.text().await.unwrap());
    let heading = scraper::Selector::parse("h1").unwrap();
    html.select(&heading).next().unwrap().text().collect()
}

async fn available(world: &World) -> i64 {
    count(&world.app.store, "select available from account").await
}

async fn state(world: &World, bearer: &str, task: &str) -> String {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    let mut tasks = me["tasks"].as_array().unwrap().iter();
    let task = tasks
        .find(|standing| standing["task"]["id"] == *task)
        .unwrap();
    task["state"].as_str().unwrap().to_owned()
}

/// Everything that a link could change.
async fn all_there_is(world: &World) -> Vec<Vec<server::store::Row>> {
    let mut all = Vec::new();
    for table in [
        "select * from link order by digest",
        "select * from attempt order by id",
        "select * from transfer order by id",
        "select * from account order by member_id",
        "select * from member order by id",
        "select * from person order by member_id",
        "select * from identity order by value",
        "select * from consent order by created_at, step",
        "select * from subscription order by email",
        "select * from event order by member_id, number",
    ] {
        all.push(rows(&world.app.store, table).await);
    }
    all
}

on_both_databases! {
    async fn a_confirmation_is_sent_again_after_a_minute_and_both_links_work(world: World) {
        let bearer = world.member("42").await;
        let address = "anna@example.com";
        let first = subscribe(&world, &bearer, address).await;
        let first_link = link(&world, address, 0).await;
        world.pass(59 * SECOND);
        let same = subscribe(&world, &bearer, address).await;
        assert_eq!(same, first, "too soon: nothing is sent");
        assert_eq!(count(&world.app.store, "select count(*) from link").await, 1);
        world.pass(SECOND);
        let again = subscribe(&world, &bearer, address).await;
        assert_eq!(again["id"], first["id"]);
        assert_ne!(again["next"]["resend_at"], first["next"]["resend_at"]);
        let second_link = link(&world, address, 1).await;
        assert_ne!(first_link, second_link);
        for link in [&first_link, &second_link] {
            assert_eq!(page(&world, Method::GET, link).await, ASKS);
        }
        assert_eq!(page(&world, Method::POST, &first_link).await, DONE);
        for link in [&first_link, &second_link] {
            assert_eq!(page(&world, Method::GET, link).await, USED);
            assert_eq!(page(&world, Method::POST, link).await, USED);
        }
        assert_eq!(available(&world).await, 550);
        assert_books_balance(&world.app.store).await;
    }

    async fn no_more_than_five_confirmations_are_sent(world: World) {
        let bearer = world.member("42").await;
        for _ in 0..7 {
            subscribe(&world, &bearer, "anna@example.com").await;
            world.pass(60 * SECOND);
        }
        assert_eq!(count(&world.app.store, "select count(*) from link").await, 5);
        let last = link(&world, "anna@example.com", 4).await;
        assert_eq!(page(&world, Method::POST, &last).await, DONE);
    }

    async fn a_link_to_an_address_that_was_replaced_has_expired(world: World) {
        let bearer = world.member("42").await;
        subscribe(&world, &bearer, "old@example.com").await;
        let old = link(&world, "old@example.com", 0).await;
        world.pass(60 * SECOND);
        let attempt = subscribe(&world, &bearer, "new@example.com").await;
        assert_eq!(attempt["next"]["address"], "n•••@example.com");
        let new = link(&world, "new@example.com", 0).await;
        for method in [Method::GET, Method::POST] {
            assert_eq!(page(&world, method, &old).await, EXPIRED);
        }
        assert_eq!(available(&world).await, 50);
        assert_eq!(page(&world, Method::POST, &new).await, DONE);
        for method in [Method::GET, Method::POST] {
            assert_eq!(page(&world, method, &old).await, EXPIRED);
        }
        assert_eq!(available(&world).await, 550);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["email"], "new@example.com");
        assert_books_balance(&world.app.store).await;
    }

    async fn a_subscription_that_ran_out_may_be_begun_anew(world: World) {
        let bearer = world.member("42").await;
        let first = subscribe(&world, &bearer, "anna@example.com").await;
        let old = link(&world, "anna@example.com", 0).await;
        world.pass(DAY);
        let bearer = world.session("42").await;
        assert_eq!(state(&world, &bearer, "tsk_newsletter").await, "expired");
        for method in [Method::GET, Method::POST] {
            assert_eq!(page(&world, method, &old).await, EXPIRED);
        }
        let second = subscribe(&world, &bearer, "anna@example.com").await;
        assert_ne!(second["id"], first["id"]);
        assert_eq!(second["state"], "started");
        let path = format!("/api/v1/attempts/{}", first["id"].as_str().unwrap());
        let (_, ended) = world.get(&path, &bearer).await;
        assert_eq!((&ended["state"], &ended["reason"]["code"]), (&json!("expired"), &json!("expired")));
        let new = link(&world, "anna@example.com", 1).await;
        assert_eq!(page(&world, Method::POST, &old).await, EXPIRED, "the old link stays what it is");
        assert_eq!(page(&world, Method::POST, &new).await, DONE);
        assert_eq!(state(&world, &bearer, "tsk_newsletter").await, "earned");
        assert_eq!(available(&world).await, 550);
        assert_books_balance(&world.app.store).await;
    }

    async fn an_attempt_that_nobody_looks_at_lapses_by_itself(world: World) {
        let bearer = world.member("42").await;
        subscribe(&world, &bearer, "anna@example.com").await;
        world.pass(DAY);
        eventually("the attempt's end", async || {
            (count(&world.app.store, "select count(*) from attempt where state = 'expired'").await == 1).then_some(())
        })
        .await;
        assert_eq!(count(&world.app.store, "select count(*) from event where kind = 'attempt'").await, 2, "begun, lapsed");
    }

    async fn looking_at_a_link_changes_nothing(world: World) {
        let bearer = world.member("42").await;
        subscribe(&world, &bearer, "anna@example.com").await;
        let link = link(&world, "anna@example.com", 0).await;
        let before = all_there_is(&world).await;
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for _ in 0..3 {
                world.http.request(method.clone(), &link).send().await.unwrap();
            }
        }
        assert_eq!(all_there_is(&world).await, before);
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = world.http.request(method, &link).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        }
        assert_eq!(all_there_is(&world).await, before);
        assert_eq!(page(&world, Method::POST, &link).await, DONE);
        assert_ne!(all_there_is(&world).await, before);
        let done = all_there_is(&world).await;
        assert_eq!(page(&world, Method::POST, &link).await, USED);
        assert_eq!(all_there_is(&world).await, done, "nor does a second press of the button");
    }

    async fn a_birthday_is_paid_at_midnight_where_the_member_lives(world: World) {
        let bearer = world.session("42").await;
        let join = json!({ "version": 1, "time_zone": "Asia/Tokyo" });
        world.post("/api/v1/me/join", &bearer, &join).await;
        let (_, attempt) = world.post("/api/v1/tasks/tsk_birthday/attempts", &bearer, &json!({})).await;
        assert_eq!(attempt["next"], json!({ "kind": "form", "fields": ["birthday"] }));
        let path = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
        let (_, held) = world.post(&path, &bearer, &json!({ "birthday": "1990-05-03" })).await;
        assert_eq!((&held["state"], &held["proof"]), (&json!("held"), &json!("declared")));
        let day = held["available_at"].as_str().unwrap();
        assert!(day.ends_with("-05-02T15:00:00Z"), "midnight in Tokyo: {day}");

        let store = &world.app.store;
        let due_at: i64 = one(store, "select due_at from hold").await;
        let wait = due_at - world.now();
        assert!(wait > 29 * DAY && wait < 397 * DAY, "at least 30 days ahead, by the calendar");
        let due = |now| store.read(Due { now, after: None, limit: 9 });
        assert!(due(due_at - 1).await.unwrap().is_empty());
        assert_eq!(due(due_at).await.unwrap().len(), 1);
        world.pass(wait);
        eventually("the birthday's points", async || (available(&world).await == 250).then_some(())).await;
        let bearer = world.session("42").await;
        assert_eq!(state(&world, &bearer, "tsk_birthday").await, "earned");
        assert_books_balance(store).await;
    }

    async fn what_was_told_once_stands(world: World) {
        let bearer = world.member("42").await;
        let (_, profile) = world.post("/api/v1/tasks/tsk_profile/attempts", &bearer, &json!({})).await;
        let path = format!("/api/v1/attempts/{}/proof", profile["id"].as_str().unwrap());
        let (_, first) = world.post(&path, &bearer, &json!({ "name": "Anna" })).await;
        assert_eq!(first["state"], "earned");
        let other = json!({ "name": "Boris" });
        let (status, again) = world.post(&path, &bearer, &other).await;
        assert_eq!((status, &again), (StatusCode::OK, &first));
        let (_, begun) = world.post("/api/v1/tasks/tsk_profile/attempts", &bearer, &json!({})).await;
        assert_eq!(begun, first, "it cannot be begun anew");

        let (_, birthday) = world.post("/api/v1/tasks/tsk_birthday/attempts", &bearer, &json!({})).await;
        let path = format!("/api/v1/attempts/{}/proof", birthday["id"].as_str().unwrap());
        let (_, held) = world.post(&path, &bearer, &json!({ "birthday": "1990-05-03" })).await;
        let day = held["available_at"].as_str().unwrap();
        assert!(day.contains("-05-02T21:00:00Z"), "midnight in Moscow, which is the programme's zone: {day}");
        let (status, again) = world.post(&path, &bearer, &json!({ "birthday": "1991-06-04" })).await;
        assert_eq!((status, &again), (StatusCode::OK, &held));
        let (status, _) = world.send(Method::PATCH, "/api/v1/me", &bearer, Some(&json!({ "birthday": "1991-06-04" })), None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!((&me["name"], &me["birthday"]), (&json!("Anna"), &json!("1990-05-03")));
        assert_eq!(available(&world).await, 150);
        assert_books_balance(&world.app.store).await;
    }

    async fn a_time_zone_stands_for_thirty_days(world: World) {
        let bearer = world.member("42").await;
        let zone = |zone: &str| json!({ "time_zone": zone });
        let patch = async |bearer: &str, body: &Value| world.send(Method::PATCH, "/api/v1/me", bearer, Some(body), None).await;
        world.pass(20 * DAY);
        let bearer = { drop(bearer); world.session("42").await };
        let (status, _) = patch(&bearer, &zone("Europe/Moscow")).await;
        assert_eq!(status, StatusCode::OK, "naming the same zone is no change");
        let both = json!({ "time_zone": "Asia/Tokyo", "name": "Anna" });
        let (status, refused) = patch(&bearer, &both).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("time_zone")));
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!((&me["time_zone"], &me["name"]), (&json!("Europe/Moscow"), &json!(null)), "nothing was changed");
        assert_eq!(count(&world.app.store, "select count(*) from event where kind = 'profile'").await, 0);
        world.pass(10 * DAY);
        let bearer = world.session("42").await;
        let (status, me) = patch(&bearer, &both).await;
        assert_eq!((status, &me["time_zone"]), (StatusCode::OK, &json!("Asia/Tokyo")));
        let (status, _) = patch(&bearer, &zone("Europe/Moscow")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(count(&world.app.store, "select count(*) from event where kind = 'profile'").await, 1);
    }
}
