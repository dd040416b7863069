//! Referrals that a person of the shop looks at: in the API and on the owner's page, decided once.

use crate::support::friends::Friends;
use crate::support::owner::{enter, form, open};
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::together::{request, together};
use crate::support::trust::ask;
use crate::support::world::{World, on_both_databases, paid};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use server::domain::DAY;

const QUEUE: &str = "/api/v1/programs/demo/referrals";

/// A programme in which anna brings friends; answers her code.
async fn begin(world: &World) -> String {
    world.at_time("2026-11-20T12:00:00Z");
    let friends = Friends::with(world, &[("friend_points = 50", "friend_points = 100")]).await;
    friends.join("anna", None).await;
    let bearer = world.session("anna").await;
    let name = json!({ "name": "Anna <b>" });
    world
        .send(Method::PATCH, "/api/v1/me", &bearer, Some(&name), None)
        .await;
    world.pass(7 * DAY);
    one(&world.app.store, "select shown from referral_code").await
}

/// A friend's order whose address is thrown away after use; answers its referral.
async fn friend(world: &World, code: &str, number: u32) -> String {
    let mut order = paid(&format!("o{number}"), "", 200_000);
    order["customer"] = json!({
        "id": format!("friend-{number}"), "email": format!("x{number}@mailinator.com"), "is_new": true,
    });
    order["referral_code"] = json!(code);
    order["at"] = json!("2026-11-27T10:00:00Z");
    let (status, answer) = world.order(&order).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (_, list) = world.get(QUEUE, &world.api_key).await;
    let items = list["items"].as_array().unwrap();
    let mut same = items
        .iter()
        .filter(|item| item["order_id"] == format!("o{number}"));
    let found = same.next().unwrap_or_else(|| panic!("{list}"));
    found["id"].as_str().unwrap().to_owned()
}

fn path(referral: &str) -> String {
    format!("{QUEUE}/{referral}/decision")
}

fn accept() -> Value {
    json!({ "decision": "accept" })
}

fn refuse(reason: &str) -> Value {
    json!({ "decision": "refuse", "reason": reason })
}

/// Comes in to the owner's pages; answers the cookie.
async fn owner(world: &World) -> String {
    enter(world, world.demo().await, "for-the-owner").await
}

/// Sends a decision on the page; answers the page that the browser is sent to.
async fn decide(world: &World, cookie: &str, referral: &str, fields: &[(&str, &str)]) -> String {
    let path = format!("/owner/demo/referrals/{referral}");
    let told = ask(form(world, &path, cookie, fields)).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    open(world, told.header("location"), cookie).await.text
}

async fn stage(world: &World) -> String {
    one(&world.app.store, "select stage from referral").await
}

on_both_databases! { quiet
    async fn what_waits_is_listed_with_what_speaks_against_it(world: World) {
        let code = begin(&world).await;
        friend(&world, &code, 1).await;
        world.pass(1_000_000);
        friend(&world, &code, 2).await;
        let (status, list) = world.get(QUEUE, &world.api_key).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        let item = &list["items"][0];
        assert_eq!((&item["order_id"], &item["stage"], &item["by"]), (&json!("o1"), &json!("checking"), &json!("code")), "{list}");
        assert_eq!(item["friend_email"], "x•••@mailinator.com");
        assert_eq!((&item["points"], &item["friend_points"]), (&json!(300), &json!(100)));
        assert_eq!((&item["signals"][0]["code"], &item["signals"][0]["source"]), (&json!("disposable_address"), &json!("list")));
        let (score, threshold) = (item["score"].as_i64().unwrap(), item["threshold"].as_i64().unwrap());
        let weights = item["signals"].as_array().unwrap().iter().map(|signal| signal["weight"].as_i64().unwrap());
        assert!(score >= threshold && score == weights.sum::<i64>(), "{item}");
        let (_, first) = world.get(&format!("{QUEUE}?limit=1"), &world.api_key).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let (_, second) = world.get(&format!("{QUEUE}?limit=1&cursor={cursor}"), &world.api_key).await;
        assert_eq!((&first["items"][0]["order_id"], &second["items"][0]["order_id"]), (&json!("o1"), &json!("o2")));
        assert_eq!(second["next_cursor"], Value::Null);
        for wrong in ["limit=0", "limit=101", "cursor=x", "cursor=1.ref_x"] {
            let (status, told) = world.get(&format!("{QUEUE}?{wrong}"), &world.api_key).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {told}");
        }
    }

    async fn a_decision_is_made_once_and_a_refusal_says_why(world: World) {
        let code = begin(&world).await;
        let first = friend(&world, &code, 1).await;
        let wrong = [json!({ "decision": "refuse" }), refuse(" "), refuse("a\u{0}b"), json!({ "decision": "accept", "reason": "Nice" })];
        for body in wrong {
            let (status, told) = world.post(&path(&first), &world.api_key, &body).await;
            assert_eq!((status, &told["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason")), "{told}");
        }
        assert_eq!(stage(&world).await, "checking", "nothing was decided");
        for _ in 0..2 {
            let (status, told) = world.send(Method::POST, &path(&first), &world.api_key, Some(&refuse("Not new.")), Some("k1")).await;
            assert_eq!((status, &told["stage"], &told["reason"]), (StatusCode::OK, &json!("refused"), &json!("decided")), "{told}");
        }
        for body in [accept(), refuse("Again.")] {
            let (status, told) = world.post(&path(&first), &world.api_key, &body).await;
            assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("not_waiting")));
        }
        assert_eq!(world.get(QUEUE, &world.api_key).await.1["items"], json!([]));
        let second = friend(&world, &code, 2).await;
        let (status, told) = world.post(&path(&second), &world.api_key, &accept()).await;
        assert_eq!((status, &told["stage"]), (StatusCode::OK, &json!("waiting")), "{told}");
        let by = "select count(*) from referral where decided_by = 'demo-api-1'";
        assert_eq!(count(&world.app.store, by).await, 2);
        assert_books_balance(&world.app.store).await;
    }

    async fn nobody_else_decides(world: World) {
        let code = begin(&world).await;
        let first = friend(&world, &code, 1).await;
        let poor = world.api_key_with(world.demo().await, "poor", "orders members").await;
        let tea = world.api_key_with(world.tea().await, "tea", "decisions").await;
        let elsewhere = format!("/api/v1/programs/tea/referrals/{first}/decision");
        for (status, code, told) in [
            (403, "missing_scope", world.post(&path(&first), &poor, &accept()).await),
            (403, "missing_scope", world.get(QUEUE, &poor).await),
            (401, "unauthorized", world.post(&path(&first), &tea, &accept()).await),
            (404, "not_found", world.post(&elsewhere, &tea, &accept()).await),
            (404, "not_found", world.post(&path("ref_x"), &world.api_key, &accept()).await),
        ] {
            assert_eq!((told.0.as_u16(), &told.1["code"]), (status, &json!(code)), "{}", told.1);
        }
        assert_eq!(stage(&world).await, "checking");
    }

    async fn of_twenty_who_decide_at_once_one_does(world: World) {
        let code = begin(&world).await;
        let first = path(&friend(&world, &code, 1).await);
        let bodies = [accept(), refuse("No.")];
        let all = (0..20).map(|n| request(&world, Method::POST, &first, &world.api_key, Some(&bodies[n % 2]), None));
        let told = together(all).await;
        let done = told.iter().filter(|(status, _)| *status == StatusCode::OK).count();
        let late = told.iter().filter(|(status, _)| *status == StatusCode::CONFLICT).count();
        assert_eq!((done, late), (1, 19));
        assert!(["waiting", "refused"].contains(&&*stage(&world).await));
    }

    async fn the_owners_page_shows_them_and_its_buttons_decide(world: World) {
        let code = begin(&world).await;
        let first = friend(&world, &code, 1).await;
        let cookie = owner(&world).await;
        let page = open(&world, "/owner/demo", &cookie).await;
        for said in [
            "Anna &lt;b&gt; brings a friend",
            "x•••@mailinator.com",
            ">o1<",
            "is of a kind that is thrown away after use",
            "on a public list of domains for throwaway addresses",
            "From 50 on, a person looks",
            "+300\u{a0}beans, and +100\u{a0}beans for the friend",
            "href=\"#referrals\"",
        ] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        let foreign = world.http.post(world.at(&format!("/owner/demo/referrals/{first}"))).form(&[("decision", "accept")]);
        let foreign = foreign.header(header::COOKIE, &cookie).header(header::ORIGIN, "https://evil.example");
        assert_eq!(ask(foreign).await.status, StatusCode::FORBIDDEN);
        let signed_out = form(&world, &format!("/owner/demo/referrals/{first}"), "", &[("decision", "accept")]);
        assert_eq!(ask(signed_out).await.status, StatusCode::FORBIDDEN);
        let page = decide(&world, &cookie, &first, &[("decision", "refuse"), ("reason", " ")]).await;
        assert!(page.contains("Give a reason of 1 to 500 characters"), "{page}");
        assert_eq!(stage(&world).await, "checking");
        let page = decide(&world, &cookie, &first, &[("decision", "accept")]).await;
        assert!(page.contains("It counts for Anna &lt;b&gt;."), "{page}");
        assert_eq!(stage(&world).await, "waiting");
        let page = decide(&world, &cookie, &first, &[("decision", "refuse"), ("reason", "No.")]).await;
        assert!(page.contains("no longer waits for anybody"), "{page}");
        let by: String = one(&world.app.store, "select decided_by from referral").await;
        assert_eq!((stage(&world).await, by), ("waiting".to_owned(), "owner".to_owned()));
        let page = decide(&world, &cookie, "ref_nothing", &[("decision", "accept")]).await;
        assert!(page.contains("no longer here"), "{page}");
    }

    async fn what_was_refused_on_the_page_is_said_there(world: World) {
        let code = begin(&world).await;
        let first = friend(&world, &code, 1).await;
        let cookie = owner(&world).await;
        let page = decide(&world, &cookie, &first, &[("decision", "refuse"), ("reason", "Not new.")]).await;
        assert!(page.contains("It does not count. Anna &lt;b&gt; reads your reason."), "{page}");
        assert!(!page.contains("brings a friend"), "{page}");
        let note: String = one(&world.app.store, "select note from referral").await;
        assert_eq!((stage(&world).await, note), ("refused".to_owned(), "Not new.".to_owned()));
    }
}
