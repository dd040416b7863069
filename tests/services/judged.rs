//! Reviews on Judge.me, signed as <https://judge.me/help/en/articles/8299679-verifying-webhooks-from-judge-me> says.

use super::give_secrets;
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::together::together;
use crate::support::world::{World, on_both_databases, paid};
use aws_lc_rs::hmac;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::crypto::hex;
use server::domain::program_file;

const SECRET: &str = "a private token of the shop's";
const TABLES: &str = "
[[connection]]
id = \"judgeme\"
kind = \"judgeme\"

[[task]]
id = \"review\"
kind = \"review\"
connection = \"judgeme\"
url = \"https://shop.example/reviews\"
points = 100
title = { en = \"Review what you bought\", ru = \"Оценить покупку\" }
";

/// Anna, whose address is proven.
async fn begin(world: &World) -> String {
    world.rule(&[PLAIN.file().as_str(), TABLES].concat()).await;
    give_secrets(world, "judgeme", &[("hook_secret", SECRET)]).await;
    let mut claims = world.claims("anna");
    claims["email"] = "anna@example.com".into();
    claims["email_verified"] = true.into();
    let bearer = world.session_of(&world.sign(&claims)).await;
    let join = json!({ "version": 2 });
    let (status, answer) = world.post("/api/v1/me/join", &bearer, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    bearer
}

async fn buy(world: &World, id: &str, customer: &str) {
    let (status, answer) = world.order(&paid(id, customer, 240_000)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

fn review(id: u64, product: u64, more: &Value) -> String {
    let mut review = json!({
        "id": id, "rating": 1, "title": "", "body": "Bitter", "product_external_id": product, "curated": "not-yet",
        "hidden": false, "reviewer": { "id": 5, "email": "Anna@Example.com", "name": "Anna" },
    });
    for (name, value) in more.as_object().unwrap() {
        review[name] = value.clone();
    }
    json!({ "review": review }).to_string()
}

fn call(world: &World, body: &str, secret: &str) -> RequestBuilder {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hex(hmac::sign(&key, body.as_bytes()).as_ref());
    let call = world.http.post(format!("{}/hooks/demo.judgeme", world.url));
    call.header("JUDGEME-HMAC-SHA256", signature)
        .body(body.to_owned())
}

async fn tell(world: &World, body: &str) {
    let answer = call(world, body, SECRET).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{body}");
}

async fn available(world: &World) -> i64 {
    one(
        &world.app.store,
        "select cast(sum(available) as bigint) from account",
    )
    .await
}

on_both_databases! { quiet
    async fn a_review_by_who_has_bought_earns_once_however_many_stars_it_has(world: World) {
        let anna = begin(&world).await;
        tell(&world, &review(1, 3, &json!({}))).await;
        assert_eq!(available(&world).await, 0, "nothing was bought yet");
        buy(&world, "1043", "anna").await;
        for stars in [1, 5] {
            tell(&world, &review(1, 3, &json!({ "rating": stars }))).await;
        }
        assert_eq!(available(&world).await, 100);
        // Another one of the same product, the same one moved to another product, and one that earns.
        tell(&world, &review(2, 3, &json!({}))).await;
        tell(&world, &review(1, 4, &json!({}))).await;
        assert_eq!(available(&world).await, 100);
        tell(&world, &review(3, 4, &json!({}))).await;
        assert_eq!(available(&world).await, 100, "no more reviews than orders");
        buy(&world, "1044", "anna").await;
        tell(&world, &review(3, 4, &json!({ "hidden": true }))).await;
        assert_eq!(available(&world).await, 200);
        let (_, history) = world.get("/api/v1/me/transfers", &anna).await;
        let proof = &history["items"][0]["proof"];
        assert_eq!(proof["level"], "confirmed", "{history}");
        assert_eq!(proof["how"], "The service that keeps the shop's reviews sent us a signed note of yours, and your \
            order shows that you have bought here.");
        let evidence: String = one(&world.app.store, "select evidence from transfer where amount = 100 order by seq limit 1").await;
        assert_eq!(evidence, "{\"by\":\"judgeme\",\"review\":\"1\",\"product\":\"3\"}");
        assert_books_balance(&world.app.store).await;
    }

    async fn of_thirty_at_once_one_earns(world: World) {
        begin(&world).await;
        buy(&world, "1043", "anna").await;
        let same = (0..15).map(|_| call(&world, &review(1, 3, &json!({})), SECRET));
        let others = (2..17).map(|id| call(&world, &review(id, 3, &json!({})), SECRET));
        let told = together(same.chain(others)).await;
        assert!(told.iter().all(|(status, _)| *status == StatusCode::OK), "{told:?}");
        assert_eq!(available(&world).await, 100);
        assert_eq!(count(&world.app.store, "select count(*) from outside_review").await, 1);
        assert_books_balance(&world.app.store).await;
    }

    async fn spam_earns_nothing_and_gives_back_what_it_earned(world: World) {
        let anna = begin(&world).await;
        buy(&world, "1043", "anna").await;
        let spam = json!({ "curated": "spam" });
        tell(&world, &review(1, 3, &spam)).await;
        assert_eq!(available(&world).await, 0);
        tell(&world, &review(2, 3, &json!({}))).await;
        assert_eq!(available(&world).await, 100);
        // That the shop hides it, perhaps for its stars, takes nothing.
        tell(&world, &review(2, 3, &json!({ "hidden": true, "curated": "ok" }))).await;
        assert_eq!(available(&world).await, 100);
        for _ in 0..2 {
            tell(&world, &review(2, 3, &spam)).await;
        }
        assert_eq!(available(&world).await, 0);
        let (_, me) = world.get("/api/v1/me", &anna).await;
        assert_eq!(me["tasks"][0]["state"], "reversed");
        assert_eq!(me["tasks"][0]["attempt"]["reason"]["code"], "review_spam");
        assert_books_balance(&world.app.store).await;
    }

    async fn what_is_not_signed_or_by_nobody_who_bought_earns_nothing(world: World) {
        begin(&world).await;
        let good = review(1, 3, &json!({}));
        // A stranger has bought, and Anna's own order was given back whole.
        buy(&world, "1042", "boris").await;
        buy(&world, "1043", "anna").await;
        let refund = json!({ "id": "r1", "order_id": "1043", "amount": 240_000, "at": "2026-11-22T12:00:00Z" });
        let path = "/api/v1/programs/demo/refunds";
        assert_eq!(world.post(path, &world.api_key, &refund).await.0, StatusCode::OK);
        tell(&world, &good).await;
        assert_eq!(available(&world).await, 0);
        buy(&world, "1044", "anna").await;
        let url = format!("{}/hooks/demo.judgeme", world.url);
        let unsigned = world.http.post(&url).body(good.clone());
        assert_eq!(unsigned.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        let others = call(&world, &good, "another secret");
        assert_eq!(others.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        let tampered = call(&world, &good, SECRET).body(good.replace("Anna@", "boris@"));
        assert_eq!(tampered.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        for body in [
            review(1, 3, &json!({ "reviewer": { "email": "stranger@example.com" } })),
            review(1, 3, &json!({ "reviewer": { "email": "nobody" } })),
            review(1, 3, &json!({ "product_external_id": null })),
        ] {
            tell(&world, &body).await;
        }
        let garbled = call(&world, "{}", SECRET).send().await.unwrap();
        assert_eq!(garbled.status(), StatusCode::ACCEPTED);
        assert_eq!(available(&world).await, 0);
        tell(&world, &good).await;
        assert_eq!(available(&world).await, 100);
    }

    async fn the_card_leads_there_and_nobody_begins_it_here(world: World) {
        let anna = begin(&world).await;
        let (_, me) = world.get("/api/v1/me", &anna).await;
        let task = &me["tasks"][0];
        assert_eq!((&task["state"], &task["products"]), (&json!("available"), &json!([])));
        assert_eq!(task["task"]["elsewhere"]["url"], "https://shop.example/reviews");
        let begun = world.post("/api/v1/tasks/tsk_review/attempts", &anna, &json!({})).await;
        assert_eq!(begun.0, StatusCode::NOT_FOUND, "{begun:?}");
        buy(&world, "1043", "anna").await;
        tell(&world, &review(1, 3, &json!({}))).await;
        let (_, me) = world.get("/api/v1/me", &anna).await;
        assert_eq!(me["tasks"][0]["state"], "available", "there may be another");
    }
}

#[test]
fn a_review_elsewhere_has_a_page_and_a_service_that_tells_of_it() {
    let faults = |from: &str, to: &str| -> Vec<String> {
        let source = [PLAIN.file(), TABLES.replace(from, to)].concat();
        let found = program_file::parse(&source).unwrap_err();
        let fault = |fault: program_file::Fault| fault.field;
        found.into_iter().map(fault).collect()
    };
    assert_eq!(faults("https://shop", "http://shop"), ["task[0].url"]);
    assert_eq!(
        faults("connection = \"judgeme\"", "connection = \"other\""),
        ["task[0].connection"]
    );
    assert_eq!(
        faults(
            "points = 100",
            "points = 100\ntarget = \"x\"\nclawback = true"
        ),
        ["task[0].target", "task[0].clawback"]
    );
    assert_eq!(
        faults("kind = \"review\"", "kind = \"event\""),
        ["task[0].connection", "task[0].url"]
    );
}
