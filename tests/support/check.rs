//! The foundations hold: a failure here explains all others.

use super::browser::Browser;
use super::postgres;
use super::world::eventually;

#[tokio::test]
async fn every_database_is_new_and_empty() {
    let (first, second) = tokio::join!(postgres::database(), postgres::database());
    assert_ne!(first.url, second.url);
    for lent in [&first, &second] {
        let (client, connection) = tokio_postgres::connect(&lent.url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let tables = "select count(*) from pg_tables where schemaname = 'public'";
        assert_eq!(
            client
                .query_one(tables, &[])
                .await
                .unwrap()
                .get::<_, i64>(0),
            0
        );
        client
            .batch_execute("create table t (n bigint)")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_database_goes_when_nobody_needs_it() {
    let (kept, lent) = tokio::join!(postgres::database(), postgres::database());
    let (client, connection) = tokio_postgres::connect(&kept.url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let name = lent.url.rsplit('/').next().unwrap().to_owned();
    // Somebody is still connected.
    let other = tokio_postgres::connect(&lent.url, tokio_postgres::NoTls)
        .await
        .unwrap();
    drop(lent);
    eventually("the end of a database", async || {
        let there = "select count(*) from pg_database where datname = $1";
        let row = client.query_one(there, &[&name]).await.unwrap();
        (row.get::<_, i64>(0) == 0).then_some(())
    })
    .await;
    drop(other);
}

#[tokio::test]
async fn the_browser_obeys() {
    let browser = Browser::open(360, 640, &[]).await;
    browser.slow_processor(4.0).await;
    browser.slow_network(150, 200_000, 90_000).await;
    browser
        .goto("data:text/html,<title>Hello</title><p>Hello")
        .await
        .unwrap();
    assert_eq!(browser.title().await.unwrap(), "Hello");
    let size = browser
        .execute("return [innerWidth, innerHeight]", vec![])
        .await
        .unwrap();
    assert_eq!(size.json(), &serde_json::json!([360, 640]));
    assert!(
        browser
            .screenshot_as_png()
            .await
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}
