//! The shop changes what it asks for, or takes it away, while something is under way.

use super::net::ANNA;
use super::{POINTS, Scene, github, tables};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{Database, eventually};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::{DAY, SECOND};

async fn scene(database: Database) -> Scene {
    let scene = Scene::open(database, github::outsider()).await;
    scene.net.follow(ANNA, "morning-roast");
    scene
}

async fn waits(scene: &Scene) -> i64 {
    one(&scene.world.app.store, "select count(*) from verification").await
}

async fn available(scene: &Scene) -> i64 {
    one(&scene.world.app.store, "select available from account").await
}

/// Whoever did what was asked then is not measured by what is asked now.
async fn another_target(database: Database) {
    let scene = scene(database).await;
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    scene.until(&anna, "earned", 0).await;
    let settings = (github::outsider().settings)(&scene.net.url);
    let rules = [PLAIN.file(), tables(&github::outsider(), &settings)].concat();
    scene
        .world
        .rule(&rules.replace("target = \"morning-roast\"", "target = \"evening-roast\""))
        .await;
    scene.net.unfollow(ANNA, "morning-roast");
    scene.world.pass(15 * DAY);
    eventually("the end of the second look", async || {
        (waits(&scene).await == 0).then_some(())
    })
    .await;
    assert_eq!(available(&scene).await, POINTS);
    let told: i64 = one(
        &scene.world.app.store,
        "select count(*) from attempt where notice_until is not null",
    )
    .await;
    assert_eq!(told, 0);
    assert_books_balance(&scene.world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_target_takes_nothing_back_on_sqlite() {
    another_target(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_target_takes_nothing_back_on_postgres() {
    another_target(Database::Postgres).await;
}

/// A task that is gone while it is checked is over, and can be begun anew once it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_task_that_is_gone_leaves_nobody_waiting_for_ever() {
    let scene = scene(Database::Sqlite).await;
    let settings = (github::outsider().settings)(&scene.net.url);
    let rules = [PLAIN.file(), tables(&github::outsider(), &settings)].concat();
    let anna = scene.member("anna").await;
    scene.net.unfollow(ANNA, "morning-roast");
    scene.sign_in(&anna).await;
    assert_eq!(scene.standing(&anna).await["state"], "checking");
    for gone in [rules.split("[[task]]").next().unwrap(), &PLAIN.file()] {
        scene.world.rule(gone).await;
        eventually("the end of its question", async || {
            scene.world.pass(50 * SECOND);
            (waits(&scene).await == 0).then_some(())
        })
        .await;
        scene.world.rule(&rules).await;
        let standing = scene.standing(&anna).await;
        assert_eq!(standing["state"], "rejected", "{standing}");
        assert_eq!(standing["attempt"]["reason"]["code"], "could_not_check");
        assert_eq!(scene.check(&anna).await.0, StatusCode::OK, "once more");
    }
}

/// Calls may cost the shop something.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_has_it_checked_again_and_again() {
    let scene = scene(Database::Sqlite).await;
    scene.net.unfollow(ANNA, "morning-roast");
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    scene.until(&anna, "rejected", 6 * SECOND).await;
    let mut asked = 0;
    let refused: Value = loop {
        let (status, answer) = scene.check(&anna).await;
        if status != StatusCode::OK {
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
            break answer;
        }
        asked += 1;
        scene.until(&anna, "rejected", 6 * SECOND).await;
        assert!(asked < 30);
    };
    assert_eq!(refused["code"], json!("too_many_requests"));
    assert!(
        (8..=20).contains(&asked),
        "about ten in an hour, and not {asked}"
    );
}
