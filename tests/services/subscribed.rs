//! A subscription to a list that another service keeps: from the card to the points, which stay when it is left,
//! since consent has to be free.

use super::lists::{ANNA, CASES, Case, KEY, settings};
use super::net::Net;
use super::{POINTS, give_secrets};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{Database, World, eventually};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::{DAY, SECOND};

async fn standing(world: &World, bearer: &str) -> Value {
    let (_, me) = world.get("/api/v1/me", bearer).await;
    me["tasks"][0].clone()
}

/// Begins the task and asks for it to be checked.
async fn check(world: &World, bearer: &str) -> (StatusCode, Value) {
    let (status, attempt) = world
        .post("/api/v1/tasks/tsk_letter/attempts", bearer, &json!({}))
        .await;
    assert_eq!(status, StatusCode::OK, "{attempt}");
    let path = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
    world.post(&path, bearer, &json!({})).await
}

async fn until(world: &World, bearer: &str, state: &str) -> Value {
    eventually(state, async || {
        world.pass(6 * SECOND);
        let standing = standing(world, bearer).await;
        (standing["state"] == state).then_some(standing)
    })
    .await
}

async fn lives(database: Database, case: &Case) {
    let world = World::open(database).await;
    let net = Net::open(case.routes).await;
    let Case { kind, list, .. } = case;
    let tables = format!(
        "\n[[connection]]\nid = \"letters\"\nkind = \"{kind}\"\n[connection.settings]\n{}\n\
         [[task]]\nid = \"letter\"\nkind = \"subscribe\"\nconnection = \"letters\"\ntarget = \"{list}\"\npoints = {POINTS}\n\
         title = {{ en = \"Subscribe\", ru = \"Подписаться\" }}\n",
        settings(kind, &net.url)
    );
    world.rule(&[PLAIN.file(), tables].concat()).await;
    give_secrets(&world, "letters", &[(case.secret, KEY)]).await;

    // Somebody whose address nobody knows cannot be asked about.
    let nameless = world.session("nameless").await;
    world
        .post("/api/v1/me/join", &nameless, &json!({ "version": 2 }))
        .await;
    let (status, refused) = check(&world, &nameless).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::CONFLICT, &json!("account_needed"))
    );

    let mut claims = world.claims("anna");
    claims["email"] = ANNA.into();
    claims["email_verified"] = true.into();
    let anna = world.session_of(&world.sign(&claims)).await;
    world
        .post("/api/v1/me/join", &anna, &json!({ "version": 2 }))
        .await;
    assert_eq!(standing(&world, &anna).await["account"], ANNA);
    assert_eq!(check(&world, &anna).await.0, StatusCode::OK);
    let not_yet = until(&world, &anna, "rejected").await;
    assert_eq!(
        not_yet["attempt"]["reason"]["code"], "not_subscribed",
        "{kind}"
    );
    net.follow(ANNA, list);
    check(&world, &anna).await;
    let paid = until(&world, &anna, "earned").await;
    assert_eq!(paid["attempt"]["proof"], "verified", "{kind}");
    let (_, history) = world.get("/api/v1/me/transfers", &anna).await;
    let how = &history["items"][0]["proof"]["how"];
    assert_eq!(
        how,
        "The service that keeps the shop's mailing list told us that your address is on it."
    );
    let evidence: String = one(&world.app.store, "select evidence from transfer").await;
    assert!(!evidence.contains('@'), "{kind}: {evidence}");

    net.unfollow(ANNA, list);
    world.pass(60 * DAY);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let available: i64 = one(
        &world.app.store,
        "select cast(sum(available) as bigint) from account",
    )
    .await;
    assert_eq!(available, POINTS, "{kind}: what was earned stays");
    assert_books_balance(&world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_subscription_there_is_paid_and_what_it_earned_stays() {
    for (number, case) in CASES.iter().enumerate() {
        lives([Database::Sqlite, Database::Postgres][number % 2], case).await;
    }
}
