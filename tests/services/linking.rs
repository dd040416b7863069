//! Whose account it is: nobody gets another's, by whatever way they try.

use super::net::ANNA;
use super::{Scene, github};
use crate::support::sql::one;
use crate::support::world::{Database, eventually};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

async fn scene(database: Database) -> Scene {
    Scene::open(database, github::outsider()).await
}

/// Where the service sends the shopper back to, once they have said yes.
async fn back(scene: &Scene, going: &str) -> String {
    let answer = scene.world.http.get(going).send().await.unwrap();
    answer.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

async fn accounts(scene: &Scene) -> i64 {
    one(
        &scene.world.app.store,
        "select count(*) from outside_account",
    )
    .await
}

const NOT_HERE: &str =
    "Not connected: This sign-in was not begun in this browser. Start it from your own panel.";
const OVER: &str =
    "Not connected: This sign-in is over, or was used before. Start again from the panel.";

/// Sends the panel's form as a page of this origin would.
async fn begin_from(scene: &Scene, bearer: &str, origin: Option<&str>) -> (StatusCode, bool) {
    let url = format!("{}/auth/demo.github", scene.world.url);
    let mut call = scene
        .world
        .http
        .post(url)
        .form(&[("bearer", bearer), ("asked", "")]);
    if let Some(origin) = origin {
        call = call.header("origin", origin);
    }
    let answer = call.send().await.unwrap();
    let leads_on = answer.headers().contains_key(header::SET_COOKIE);
    (answer.status(), leads_on)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_in_link_sent_to_somebody_else_binds_nothing() {
    let scene = scene(Database::Sqlite).await;
    let mallory = scene.member("mallory").await;
    // Mallory begins, and sends Anna the address of the service; Anna is signed in there and says yes.
    let (going, cookie) = scene.begin(&mallory).await;
    scene.net.sign_in_as(ANNA);
    let back = back(&scene, &going).await;
    // Anna's browser has no cookie, or one of a sign-in of her own.
    assert_eq!(
        scene.come_back(&back, "").await,
        (StatusCode::FORBIDDEN, NOT_HERE.into())
    );
    let anna = scene.member("anna").await;
    let (_, hers) = scene.begin(&anna).await;
    assert_eq!(
        scene.come_back(&back, &hers).await,
        (StatusCode::FORBIDDEN, OVER.into())
    );
    assert_eq!(accounts(&scene).await, 0);
    // And where it began, it still ends well.
    assert_eq!(scene.come_back(&back, &cookie).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_of_a_stranger_cannot_begin_a_sign_in() {
    let scene = scene(Database::Sqlite).await;
    let mallory = scene.member("mallory").await;
    // A stranger's page may send a form with a bearer that it knows: its own.
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some(scene.world.shop.as_str()),
    ] {
        let begun = begin_from(&scene, &mallory, origin).await;
        assert_eq!(begun, (StatusCode::FORBIDDEN, false), "{origin:?}");
    }
    let own = scene.world.url.clone();
    for bearer in ["", "nobody's", &"x".repeat(5000)] {
        assert_eq!(
            begin_from(&scene, bearer, Some(&own)).await,
            (StatusCode::FORBIDDEN, false)
        );
    }
    assert_eq!(
        begin_from(&scene, &mallory, Some(&own)).await,
        (StatusCode::OK, true)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_came_back_once_does_not_come_back_again() {
    let scene = scene(Database::Postgres).await;
    let anna = scene.member("anna").await;
    let (going, cookie) = scene.begin(&anna).await;
    let back = back(&scene, &going).await;
    assert_eq!(scene.come_back(&back, &cookie).await.0, StatusCode::OK);
    assert_eq!(
        scene.come_back(&back, &cookie).await,
        (StatusCode::FORBIDDEN, OVER.into())
    );
    // Nor later than a quarter of an hour.
    let (going, cookie) = scene.begin(&anna).await;
    let late = self::back(&scene, &going).await;
    scene.world.pass(16 * 60 * super::SECOND);
    assert_eq!(
        scene.come_back(&late, &cookie).await,
        (StatusCode::FORBIDDEN, OVER.into())
    );
    let broken = back.replace("state=", "state=x");
    assert_eq!(
        scene.come_back(&broken, &cookie).await,
        (StatusCode::FORBIDDEN, OVER.into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_says_no_there_is_told_that_it_is_fine() {
    let scene = scene(Database::Sqlite).await;
    let anna = scene.member("anna").await;
    let (going, cookie) = scene.begin(&anna).await;
    let back = back(&scene, &going).await;
    let no = back.replace("code=", "error=access_denied&x=");
    let (status, said) = scene.come_back(&no, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        said.ends_with(
            "You said no, and that is fine. You can start again from the panel at any time."
        ),
        "{said}"
    );
    assert_eq!(accounts(&scene).await, 0);
}

/// One account, two members: it is the first one's for ever, also after it was let go.
async fn one_account_for_one(database: Database) {
    const TAKEN: &str = "Not connected: This account at GitHub already belongs to another member here. \
        Each account can earn for one person only.";
    let scene = scene(database).await;
    scene.net.follow(ANNA, "morning-roast");
    let anna = scene.member("anna").await;
    assert_eq!(scene.sign_in(&anna).await.0, StatusCode::OK);
    scene.until(&anna, "earned", 0).await;
    let boris = scene.member("boris").await;
    assert_eq!(
        scene.sign_in(&boris).await,
        (StatusCode::CONFLICT, TAKEN.into())
    );
    assert_eq!(scene.standing(&boris).await["state"], "available");

    let (method, path) = (reqwest::Method::DELETE, "/api/v1/me/accounts/github");
    let gone = scene
        .world
        .send(method.clone(), path, &anna, None, None)
        .await;
    assert_eq!(gone, (StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(
        scene.world.send(method, path, &anna, None, None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(scene.standing(&anna).await["account"], Value::Null);
    assert_eq!(
        scene.sign_in(&boris).await,
        (StatusCode::CONFLICT, TAKEN.into())
    );
    // Its owner may have it back.
    assert_eq!(scene.sign_in(&anna).await.0, StatusCode::OK);
    assert_eq!(
        scene.standing(&anna).await["account"],
        format!("user-{ANNA}")
    );
    let paid: i64 = one(&scene.world.app.store, "select count(*) from transfer").await;
    assert_eq!(paid, 1, "and earns nothing twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_one_members_for_ever_on_sqlite() {
    one_account_for_one(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_is_one_members_for_ever_on_postgres() {
    one_account_for_one(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_was_let_go_is_missed_at_the_second_look() {
    let scene = scene(Database::Sqlite).await;
    scene.net.follow(ANNA, "morning-roast");
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    scene.until(&anna, "earned", 0).await;
    let path = "/api/v1/me/accounts/github";
    scene
        .world
        .send(reqwest::Method::DELETE, path, &anna, None, None)
        .await;
    scene.world.pass(15 * super::DAY);
    let anna = scene.world.session("anna").await;
    eventually("the notice", async || {
        let standing = scene.standing(&anna).await;
        (standing["attempt"]["reason"]["code"] == "notice").then_some(())
    })
    .await;
    scene.world.pass(4 * super::DAY);
    let anna = scene.world.session("anna").await;
    let undone = scene.until(&anna, "reversed", 0).await;
    assert_eq!(undone["attempt"]["reason"]["code"], "unlinked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_that_is_set_up_wrongly_is_the_shops_to_mend() {
    let scene = scene(Database::Sqlite).await;
    super::give_secrets(&scene.world, "github", &[("client_secret", "an old one")]).await;
    let anna = scene.member("anna").await;
    let (status, said) = scene.sign_in(&anna).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        said.contains("The shop's connection to GitHub does not work at the moment."),
        "{said}"
    );
    assert_eq!(accounts(&scene).await, 0);
    let missing = scene
        .world
        .http
        .get(format!("{}/auth/demo.nothing/callback", scene.world.url));
    assert_eq!(
        missing.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        scene.world.get("/auth/demo.github/client.json", "").await.1["code"],
        json!("not_found")
    );
}
