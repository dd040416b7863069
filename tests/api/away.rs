//! The database is away, or its disk is full: callers are told to come back, nothing that was
//! acknowledged is lost, and everything goes on by itself once it can.

use super::stream::Events;
use crate::support::postgres::Server;
use crate::support::sql::{assert_books_balance, count, one};
use crate::support::together::request;
use crate::support::world::{Database, PATIENCE, World, eventually, paid};
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use server::domain::MINUTE;
use server::store::{Command, StoreError, Tx};

/// The requests that everything depends on.
fn requests(world: &World, bearer: &str) -> Vec<RequestBuilder> {
    let order = paid("away", "42", 240_000);
    let orders = "/api/v1/programs/demo/orders";
    vec![
        request(world, Method::GET, "/api/v1/me", bearer, None, None),
        request(world, Method::GET, "/api/v1/me/events", bearer, None, None),
        request(
            world,
            Method::POST,
            orders,
            &world.api_key,
            Some(&order),
            None,
        ),
        request(world, Method::GET, "/readyz", "", None, None),
    ]
}

/// Asserts that each is told to come back, within a time.
async fn assert_sent_away(requests: Vec<RequestBuilder>) {
    for request in requests {
        let answer = tokio::time::timeout(PATIENCE, request.send()).await;
        let answer = answer.expect("an answer comes in time").unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{}",
            answer.url()
        );
        assert!(
            answer.headers().contains_key(RETRY_AFTER),
            "{}",
            answer.url()
        );
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "unavailable");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_goes_away_and_comes_back() {
    let server = Server::start(&[]);
    let url = server.database().await;
    let world = World::with(Database::Sqlite, |config| config.database_url = url).await;
    let bearer = world.member("42").await;
    let mut events = Events::open(&world, &world.url, &bearer, "locale=en", None).await;
    for number in 1..=2 {
        let (status, _) = world.order(&paid(&number.to_string(), "42", 240_000)).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(events.next().await.unwrap().id, 1 + number);
        tokio::task::block_in_place(|| server.stop());
        // While connections that are dead lie in the pool, and when they are gone.
        assert_sent_away(requests(&world, &bearer)).await;
        assert_sent_away(requests(&world, &bearer)).await;
        tokio::task::block_in_place(|| server.start_again());
        eventually("the database", async || {
            let answer = world.get("/api/v1/me", &bearer).await;
            (answer.0 == StatusCode::OK).then_some(())
        })
        .await;
    }
    let (_, me) = world.get("/api/v1/me", &bearer).await;
    assert_eq!(me["balance"]["held"], 2 * 120);
    // The stream was held through it all.
    let (status, _) = world.order(&paid("away", "42", 240_000)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(events.next().await.unwrap().id, 4);
    // And what runs by itself does so again.
    let start = json!({ "email": "anna@example.com", "consent": true });
    let path = "/api/v1/tasks/tsk_newsletter/attempts";
    let (status, _) = world.post(path, &bearer, &start).await;
    assert!(status.is_success(), "{status}");
    world.letter("anna@example.com", 0).await;
    assert_books_balance(&world.app.store).await;
}

/// One of SQLite's own settings, for the connection that writes.
struct Pragma(&'static str);

impl Command for Pragma {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        tx.query(self.0, &[]).await.map(|_| ())
    }
}

/// No disk is filled for this: the file is forbidden to grow, and SQLite then says what it says when
/// the disk is full (`SQLITE_FULL`), in the middle of whichever statement needs the next page.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_has_no_room_and_then_has_some() {
    let world = World::open(Database::Sqlite).await;
    let store = &world.app.store;
    let bearer = world.member("42").await;
    // It cannot be made smaller than it is.
    store
        .write(Pragma("pragma max_page_count = 1"))
        .await
        .unwrap();
    let mut kept = 0;
    let refused = loop {
        let order = paid(&kept.to_string(), "42", 240_000);
        let orders = "/api/v1/programs/demo/orders";
        let request = request(
            &world,
            Method::POST,
            orders,
            &world.api_key,
            Some(&order),
            None,
        );
        let answer = request.try_clone().unwrap().send().await.unwrap();
        if answer.status() != StatusCode::OK {
            break request;
        }
        kept += 1;
        assert!(kept < 10_000, "the room comes to an end");
    };
    assert_sent_away(vec![refused.try_clone().unwrap()]).await;
    // What needs no room goes on.
    let (status, me) = world.get("/api/v1/me", &bearer).await;
    assert_eq!(
        (status, &me["balance"]["held"]),
        (StatusCode::OK, &json!(kept * 120))
    );
    // And so does looking where nothing at all can be written, though the session is to last longer for it.
    let file = world.database_url.strip_prefix("sqlite:").unwrap();
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("begin immediate").unwrap();
    world.pass(5 * MINUTE);
    for _ in 0..2 {
        assert_eq!(world.get("/api/v1/me", &bearer).await.0, StatusCode::OK);
    }
    other.execute_batch("rollback").unwrap();
    eventually("the session's renewal", async || {
        let expires_at: i64 = one(store, "select expires_at from session").await;
        (expires_at == world.now() + 15 * MINUTE).then_some(())
    })
    .await;
    assert_eq!(count(store, "select count(*) from shop_order").await, kept);
    assert_books_balance(store).await;
    store
        .write(Pragma("pragma max_page_count = 1000000"))
        .await
        .unwrap();
    let answer = refused.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        count(store, "select count(*) from shop_order").await,
        kept + 1
    );
    assert_books_balance(store).await;
}
