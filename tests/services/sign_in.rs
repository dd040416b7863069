//! Signing in elsewhere to become known here: who has shown an account is its member, and nobody else is, by whatever
//! way they try.

use super::net::{ANNA, Net};
use super::{Outsider, Scene, give_secrets, tables, telegram, vk, yandex};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, rows};
use crate::support::trust::TEA;
use crate::support::world::{Database, World};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

/// Longer than a sign-in may take.
const TOO_LONG: i64 = 16 * 60 * super::SECOND;
const OVER: &str =
    "Not connected: This sign-in is over, or was used before. Start again from the panel.";
const NOT_HERE: &str =
    "Not connected: This sign-in was not begun in this browser. Start it from your own panel.";
const LET_GO: &str = "Not signed in: This account at Telegram was connected to a member here who has disconnected it. \
    Sign in as you did before, and connect it again from its task.";

/// A programme where people sign in at this service, and follow the shop there if that can be asked.
async fn scene(database: Database, outsider: Outsider) -> Scene {
    let world = World::open(database).await;
    let net = Net::open(outsider.routes).await;
    let tables = tables(&outsider, &(outsider.settings)(&net.url));
    let (connection, task) = tables.split_once("[[task]]").unwrap();
    let mut rules = format!("sign_in = [\"{}\"]\n", outsider.kind);
    rules.push_str(&PLAIN.file());
    rules.push_str(connection);
    if !outsider.target.is_empty() {
        rules.push_str("[[task]]");
        rules.push_str(task);
    }
    world.rule(&rules).await;
    give_secrets(&world, outsider.kind, outsider.secrets).await;
    Scene {
        world,
        net,
        outsider,
    }
}

/// A panel's secret, as long as those that it makes.
fn secret(name: &str) -> String {
    format!("{name:->64}")
}

/// Sends a guest's form as a page of this origin would: the status, the page, and the cookie that is left.
async fn send(
    scene: &Scene,
    secret: &str,
    origin: Option<&str>,
) -> (StatusCode, String, Option<String>) {
    let (world, kind) = (&scene.world, scene.outsider.kind);
    let url = format!("{}/auth/demo.{kind}/sign-in", world.url);
    let form = [("secret", secret), ("locale", "en")];
    let mut call = world.http.post(url).form(&form);
    if let Some(origin) = origin {
        call = call.header("origin", origin);
    }
    let answer = call.send().await.unwrap();
    let cookie = answer.headers().get(header::SET_COOKIE);
    let cookie = cookie.map(|cookie| {
        let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
        pair.to_owned()
    });
    let status = answer.status();
    (status, answer.text().await.unwrap(), cookie)
}

/// Begins in a browser: where the service is asked, and the cookie.
async fn begin(scene: &Scene, secret: &str) -> (String, String) {
    let (status, html, cookie) = send(scene, secret, Some(&scene.world.url)).await;
    assert_eq!(status, StatusCode::OK, "{html}");
    let page = scraper::Html::parse_document(&html);
    let refresh = scraper::Selector::parse("meta[http-equiv=refresh]").unwrap();
    let refresh = page.select(&refresh).next().unwrap();
    let going = refresh.attr("content").unwrap();
    let going = going.strip_prefix("0;url=").unwrap().to_owned();
    (going, cookie.unwrap())
}

/// Where the service sends whoever says yes there.
async fn back(scene: &Scene, going: &str) -> String {
    let answer = scene.world.http.get(going).send().await.unwrap();
    let back = answer.headers()[header::LOCATION].to_str().unwrap();
    back.to_owned()
}

/// Signs in, in one browser, up to the page at the end.
async fn through(scene: &Scene, secret: &str) -> (StatusCode, String) {
    let (going, cookie) = begin(scene, secret).await;
    let back = back(scene, &going).await;
    scene.come_back(&back, &cookie).await
}

/// The panel asks whether it is done.
async fn ask(scene: &Scene, program: &str, secret: &str) -> (StatusCode, Value) {
    let body = json!({ "program": program, "sign_in": secret });
    scene.world.post("/api/v1/sessions", "", &body).await
}

/// What the panel is told.
async fn told(scene: &Scene, secret: &str) -> (u16, String) {
    let (status, answer) = ask(scene, "demo", secret).await;
    let code = answer["code"].as_str().unwrap_or_default();
    (status.as_u16(), code.to_owned())
}

fn not_yet() -> (u16, String) {
    (409, "not_yet".into())
}

fn over() -> (u16, String) {
    (401, "sign_in_over".into())
}

/// Signs in from the button to the session: its bearer, and the member that it is of.
async fn sign_in(scene: &Scene, name: &str) -> (String, Value) {
    let secret = secret(name);
    let (status, said) = through(scene, &secret).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert!(said.starts_with("Signed in: You are "), "{said}");
    let (status, session) = ask(scene, "demo", &secret).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    let bearer = session["token"].as_str().unwrap().to_owned();
    (bearer, session["member"].clone())
}

async fn join(scene: &Scene, bearer: &str) {
    let join = json!({ "version": 2 });
    let (status, answer) = scene.world.post("/api/v1/me/join", bearer, &join).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// By what members are known here.
async fn identities(scene: &Scene) -> Vec<(String, String)> {
    let store = &scene.world.app.store;
    let found = rows(
        store,
        "select kind, value from identity order by kind, value",
    )
    .await;
    let read = |row: &server::store::Row| (row.get(0).unwrap(), row.get(1).unwrap());
    found.iter().map(read).collect()
}

fn known(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(kind, value): &(&str, &str)| ((*kind).to_owned(), (*value).to_owned());
    all.iter().map(owned).collect()
}

async fn members(scene: &Scene) -> i64 {
    count(&scene.world.app.store, "select count(*) from member").await
}

async fn let_go(scene: &Scene, bearer: &str) {
    let path = format!("/api/v1/me/accounts/{}", scene.outsider.kind);
    let gone = scene
        .world
        .send(Method::DELETE, &path, bearer, None, None)
        .await;
    assert_eq!(gone.0, StatusCode::NO_CONTENT);
}

/// From a guest to a member, and back again as the same one.
async fn becomes_known(scene: Scene, expected: &[(&str, &str)]) {
    let (bearer, member) = sign_in(&scene, "first").await;
    assert_eq!(member, Value::Null, "nobody joins by signing in");
    let (status, refusal) = scene.world.get("/api/v1/me", &bearer).await;
    assert_eq!(
        (status, &refusal["code"]),
        (StatusCode::FORBIDDEN, &json!("not_a_member"))
    );
    assert!(identities(&scene).await.is_empty());
    join(&scene, &bearer).await;
    assert_eq!(identities(&scene).await, known(expected));
    let (status, me) = scene.world.get("/api/v1/me", &bearer).await;
    assert_eq!(status, StatusCode::OK, "{me}");

    let (again, member) = sign_in(&scene, "second").await;
    assert_ne!(again, bearer);
    assert!(member.is_string(), "{member}");
    assert_eq!(
        scene.world.get("/api/v1/me", &again).await.0,
        StatusCode::OK
    );
    assert_eq!(members(&scene).await, 1);
    assert_eq!(identities(&scene).await, known(expected));

    scene.net.sign_in_as("1002");
    let (_, other) = sign_in(&scene, "third").await;
    assert_eq!(other, Value::Null, "another account is another person");
    assert_books_balance(&scene.world.app.store).await;
}

async fn with_telegram(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    becomes_known(scene, &[("telegram", ANNA)]).await;
}

async fn with_vk(database: Database) {
    let scene = scene(database, vk::outsider()).await;
    becomes_known(scene, &[("vk", ANNA)]).await;
}

async fn with_yandex(database: Database) {
    let scene = scene(database, yandex::outsider()).await;
    let address = format!("user-{ANNA}@yandex.ru");
    becomes_known(scene, &[("email", address.as_str()), ("yandex", ANNA)]).await;
}

async fn an_address_elsewhere_is_not_proven_by_yandex(database: Database) {
    let scene = scene(database, yandex::outsider()).await;
    scene.net.sign_in_as(yandex::ELSEWHERE);
    becomes_known(scene, &[("yandex", yandex::ELSEWHERE)]).await;
}

async fn a_secret_opens_one_session(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let mine = secret("mine");
    let (going, cookie) = begin(&scene, &mine).await;
    assert_eq!(told(&scene, &mine).await, not_yet());
    let back = back(&scene, &going).await;
    assert_eq!(told(&scene, &mine).await, not_yet());
    assert_eq!(scene.come_back(&back, &cookie).await.0, StatusCode::OK);
    let guessed = [secret("guessed"), String::new(), "x".repeat(60_000)];
    for guessed in &guessed {
        assert_eq!(told(&scene, guessed).await, not_yet());
    }
    // Two at once: one of them has it.
    let (one, two) = tokio::join!(told(&scene, &mine), told(&scene, &mine));
    let mut both = [one, two];
    both.sort();
    assert_eq!(both, [(200, String::new()), over()]);
    assert_eq!(told(&scene, &mine).await, over());
    // Nor does it begin another sign-in, and what came back once does not come back again.
    let (status, _, cookie_again) = send(&scene, &mine, Some(&scene.world.url)).await;
    assert_eq!((status, cookie_again), (StatusCode::FORBIDDEN, None));
    let again = scene.come_back(&back, &cookie).await;
    assert_eq!(again, (StatusCode::FORBIDDEN, OVER.into()));
    assert_eq!(told(&scene, &mine).await, over());
}

async fn only_a_page_of_ours_begins_with_a_secret_of_ours(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let (own, shop) = (scene.world.url.clone(), scene.world.shop.clone());
    let mine = secret("mine");
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some(&*shop),
    ] {
        let (status, _, cookie) = send(&scene, &mine, origin).await;
        assert_eq!(
            (status, cookie),
            (StatusCode::FORBIDDEN, None),
            "{origin:?}"
        );
    }
    for bad in ["", "short", &"x".repeat(201)] {
        let (status, _, cookie) = send(&scene, bad, Some(&own)).await;
        assert_eq!((status, cookie), (StatusCode::FORBIDDEN, None), "{bad}");
    }
    let begun = count(&scene.world.app.store, "select count(*) from sign_in").await;
    assert_eq!(begun, 0);
    // The guest's panel is one, and writes nothing for those who only look.
    let panel = scene.world.http.get(format!("{own}/w/demo"));
    let panel = panel.send().await.unwrap().text().await.unwrap();
    let action = "action=\"/auth/demo.telegram/sign-in\"";
    assert!(
        panel.contains(action) && panel.contains("Sign in with Telegram"),
        "{panel}"
    );
    let begun = count(&scene.world.app.store, "select count(*) from sign_in").await;
    assert_eq!(begun, 0);
}

async fn a_link_that_is_sent_to_somebody_else_signs_nobody_in(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    // Mallory begins, and sends Anna the address of the service; Anna is signed in there and says yes.
    let (mallorys, annas) = (secret("mallory"), secret("anna"));
    let (going, cookie) = begin(&scene, &mallorys).await;
    scene.net.sign_in_as(ANNA);
    let sent = back(&scene, &going).await;
    assert_eq!(
        scene.come_back(&sent, "").await,
        (StatusCode::FORBIDDEN, NOT_HERE.into())
    );
    // Nor in a browser with a sign-in of her own.
    let (hers, her_cookie) = begin(&scene, &annas).await;
    assert_eq!(
        scene.come_back(&sent, &her_cookie).await,
        (StatusCode::FORBIDDEN, OVER.into())
    );
    assert_eq!(told(&scene, &mallorys).await, not_yet());
    assert_eq!(told(&scene, &annas).await, not_yet());
    // Hers ends well, and his, in his own browser, as whoever he is.
    let hers = back(&scene, &hers).await;
    assert_eq!(scene.come_back(&hers, &her_cookie).await.0, StatusCode::OK);
    assert_eq!(told(&scene, &mallorys).await, not_yet());
    assert_eq!(told(&scene, &annas).await, (200, String::new()));
    scene.net.sign_in_as("666");
    let his = back(&scene, &going).await;
    assert_eq!(scene.come_back(&his, &cookie).await.0, StatusCode::OK);
}

async fn a_quarter_of_an_hour_is_enough(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let (slow, forgotten) = (secret("slow"), secret("forgotten"));
    let (going, cookie) = begin(&scene, &slow).await;
    assert_eq!(through(&scene, &forgotten).await.0, StatusCode::OK);
    let back = back(&scene, &going).await;
    scene.world.pass(TOO_LONG);
    let late = scene.come_back(&back, &cookie).await;
    assert_eq!(late, (StatusCode::FORBIDDEN, OVER.into()));
    assert_eq!(told(&scene, &slow).await, over());
    assert_eq!(told(&scene, &forgotten).await, over());
}

async fn whoever_says_no_there_stays_a_guest(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let mine = secret("mine");
    let (going, cookie) = begin(&scene, &mine).await;
    let back = back(&scene, &going).await;
    let no = back.replace("code=", "error=access_denied&x=");
    let (status, said) = scene.come_back(&no, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(said.starts_with("Not signed in: You said no"), "{said}");
    assert_eq!(told(&scene, &mine).await, over());
}

async fn another_programme_gets_no_session_of_it(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    scene.world.tea().await;
    let mine = secret("mine");
    assert_eq!(through(&scene, &mine).await.0, StatusCode::OK);
    let (status, answer) = ask(&scene, TEA, &mine).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::CONFLICT, &json!("not_yet"))
    );
    let (status, session) = ask(&scene, "demo", &mine).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    // Neither does the other programme offer it.
    let url = format!("{}/auth/{TEA}.telegram/sign-in", scene.world.url);
    let call = scene.world.http.post(url).form(&[("secret", &mine)]);
    let answer = call.header("origin", &scene.world.url).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::NOT_FOUND);
}

async fn a_connection_for_tasks_alone_signs_nobody_in(database: Database) {
    let scene = Scene::open(database, telegram::outsider()).await;
    let (status, _, cookie) = send(&scene, &secret("mine"), Some(&scene.world.url)).await;
    assert_eq!((status, cookie), (StatusCode::NOT_FOUND, None));
}

async fn who_has_shown_an_account_for_a_task_is_who_signs_in_with_it(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let anna = scene.member("anna").await;
    assert_eq!(scene.sign_in(&anna).await.0, StatusCode::OK);
    assert_eq!(identities(&scene).await, known(&[("customer", "anna")]));
    let (bearer, member) = sign_in(&scene, "guest").await;
    assert!(member.is_string(), "{member}");
    assert_eq!(
        scene.standing(&bearer).await["account"],
        format!("user_{ANNA}")
    );
    let both = known(&[("customer", "anna"), ("telegram", ANNA)]);
    assert_eq!(identities(&scene).await, both);
    assert_eq!(members(&scene).await, 1);

    // Once she lets it go, its next holder is not her.
    let_go(&scene, &anna).await;
    assert_eq!(identities(&scene).await, known(&[("customer", "anna")]));
    let mine = secret("later");
    let refused = through(&scene, &mine).await;
    assert_eq!(refused, (StatusCode::CONFLICT, LET_GO.into()));
    assert_eq!(told(&scene, &mine).await, over());
    // She herself may connect it again.
    assert_eq!(scene.sign_in(&anna).await.0, StatusCode::OK);
    let (_, member) = sign_in(&scene, "at last").await;
    assert!(member.is_string(), "{member}");
    assert_eq!(members(&scene).await, 1);
}

async fn an_account_that_was_only_shown_for_a_task_and_let_go_signs_nobody_in(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let anna = scene.member("anna").await;
    assert_eq!(scene.sign_in(&anna).await.0, StatusCode::OK);
    let_go(&scene, &anna).await;
    let mine = secret("mine");
    let refused = through(&scene, &mine).await;
    assert_eq!(refused, (StatusCode::CONFLICT, LET_GO.into()));
    assert_eq!(told(&scene, &mine).await, over());
}

async fn an_account_that_is_the_only_way_in_stays_one(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let (bearer, _) = sign_in(&scene, "first").await;
    join(&scene, &bearer).await;
    let_go(&scene, &bearer).await;
    let (_, member) = sign_in(&scene, "second").await;
    assert!(member.is_string(), "{member}");
    assert_eq!(members(&scene).await, 1);
    let (bearer, _) = sign_in(&scene, "third").await;
    let standing = scene.standing(&bearer).await;
    assert_eq!(standing["account"], Value::Null, "not connected by that");
}

async fn an_account_that_was_signed_in_with_earns_and_is_taken(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    let (bearer, _) = sign_in(&scene, "anna").await;
    join(&scene, &bearer).await;
    assert_eq!(
        scene.standing(&bearer).await["account"],
        format!("user_{ANNA}")
    );
    assert_eq!(scene.check(&bearer).await.0, StatusCode::OK);
    scene.until(&bearer, "earned", 0).await;
    assert_eq!(scene.available(&bearer).await, super::POINTS);
    let boris = scene.member("boris").await;
    assert_eq!(scene.sign_in(&boris).await.0, StatusCode::CONFLICT);
    assert_books_balance(&scene.world.app.store).await;
}

async fn panels_that_join_at_once_are_one_member(database: Database) {
    let scene = scene(database, telegram::outsider()).await;
    let mut bearers = Vec::new();
    for panel in ["one", "two", "three", "four", "five", "six"] {
        bearers.push(sign_in(&scene, panel).await.0);
    }
    // Of more than two, some find nobody and are overtaken before they write down what they are known by.
    let joins = bearers.iter().map(|bearer| join(&scene, bearer));
    join_all(joins).await;
    assert_eq!(members(&scene).await, 1);
    assert_eq!(identities(&scene).await, known(&[("telegram", ANNA)]));
    assert_books_balance(&scene.world.app.store).await;
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            use super::Database;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(Database::Sqlite).await;
            })*
        }
        mod postgres {
            use super::Database;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(Database::Postgres).await;
            })*
        }
    };
}

on_both! {
    with_telegram,
    with_vk,
    with_yandex,
    an_address_elsewhere_is_not_proven_by_yandex,
    a_secret_opens_one_session,
    only_a_page_of_ours_begins_with_a_secret_of_ours,
    a_link_that_is_sent_to_somebody_else_signs_nobody_in,
    a_quarter_of_an_hour_is_enough,
    whoever_says_no_there_stays_a_guest,
    another_programme_gets_no_session_of_it,
    a_connection_for_tasks_alone_signs_nobody_in,
    who_has_shown_an_account_for_a_task_is_who_signs_in_with_it,
    an_account_that_was_only_shown_for_a_task_and_let_go_signs_nobody_in,
    an_account_that_is_the_only_way_in_stays_one,
    an_account_that_was_signed_in_with_earns_and_is_taken,
    panels_that_join_at_once_are_one_member,
}
