//! Hooks of outside services are believed in nothing. They make Laurel look now, and what it then sees decides.

use super::net::{ANNA, Mood};
use super::{Outsider, POINTS, Scene, give_secrets, tables, telegram};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, count, one, rows};
use crate::support::world::{Database, eventually};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::{DAY, SECOND};
use std::time::Duration;

const WORD: &str = "a-word_of_ours";
/// Longer than the queue is looked at when nobody rings.
const A_WHILE: Duration = Duration::from_millis(800);

/// A channel whose bot tells who comes and goes.
async fn scene(database: Database) -> Scene {
    let scene = Scene::open(database, telegram::outsider()).await;
    let more = [("hook_secret", WORD)];
    let secrets: Vec<_> = scene.outsider.secrets.iter().copied().chain(more).collect();
    give_secrets(&scene.world, "telegram", &secrets).await;
    scene
}

fn update(user: &str, chat: &str, status: &str) -> Value {
    let user: u64 = user.parse().unwrap();
    let user = json!({ "id": user, "is_bot": false, "first_name": "Anna" });
    json!({ "update_id": 7, "chat_member": {
        "chat": { "id": -1_001_234_567_890_i64, "username": chat, "type": "channel", "title": "Roast" },
        "from": user, "date": 1_795_262_400, "old_chat_member": { "user": user, "status": "left" },
        "new_chat_member": { "user": user, "status": status },
    } })
}

async fn send(scene: &Scene, word: Option<&str>, body: String) -> StatusCode {
    let url = format!("{}/hooks/demo.telegram", scene.world.url);
    let mut call = scene.world.http.post(url).body(body);
    if let Some(word) = word {
        call = call.header("X-Telegram-Bot-Api-Secret-Token", word);
    }
    call.send().await.unwrap().status()
}

/// Telegram says how Anna stands to the channel now.
async fn tell(scene: &Scene, status: &str) {
    let body = update(ANNA, "Morning_Roast", status).to_string();
    assert_eq!(send(scene, Some(WORD), body).await, StatusCode::OK);
}

/// Waits until Anna was asked about so often, and nothing is being asked. The clock stands still meanwhile.
async fn asked(scene: &Scene, tries: i64) {
    let store = &scene.world.app.store;
    eventually("the answer", async || {
        let sql =
            "select cast(coalesce(sum(tries), 0) as bigint) from verification where not taken";
        (one::<i64>(store, sql).await == tries).then_some(())
    })
    .await;
}

/// Waits until the next look is on this day again, as it was announced.
async fn looked_at_on(scene: &Scene, day: i64) {
    let store = &scene.world.app.store;
    eventually("the day", async || {
        let found = rows(store, "select due_at from verification where not taken").await;
        let found: Vec<i64> = found.iter().map(|row| row.get(0).unwrap()).collect();
        (found == [day]).then_some(())
    })
    .await;
}

async fn joining(database: Database) {
    let scene = scene(database).await;
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    asked(&scene, 1).await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(
        scene.standing(&anna).await["state"],
        "checking",
        "it waits for its next look"
    );
    for _ in 0..3 {
        tell(&scene, "member").await;
    }
    let paid = scene.until(&anna, "earned", 0).await;
    assert_eq!(paid["attempt"]["proof"], "verified");
    tell(&scene, "member").await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(scene.available(&anna).await, POINTS, "once");
    assert_books_balance(&scene.world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_joins_is_paid_without_waiting_on_sqlite() {
    joining(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_joins_is_paid_without_waiting_on_postgres() {
    joining(Database::Postgres).await;
}

async fn notice(scene: &Scene, bearer: &str) {
    eventually("the notice", async || {
        let standing = scene.standing(bearer).await;
        (standing["attempt"]["reason"]["code"] == "notice").then_some(())
    })
    .await;
}

async fn leaving(database: Database) {
    let scene = scene(database).await;
    let anna = scene.member("anna").await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.sign_in(&anna).await;
    scene.until(&anna, "earned", 0).await;
    scene.net.unfollow(ANNA, scene.outsider.target_id);
    tell(&scene, "left").await;
    notice(&scene, &anna).await;
    assert_eq!(scene.available(&anna).await, POINTS);
    // Told again it takes nothing any sooner.
    tell(&scene, "kicked").await;
    scene.world.pass(2 * DAY);
    let anna = scene.world.session("anna").await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(scene.available(&anna).await, POINTS, "there are three days");
    scene.world.pass(DAY + SECOND);
    let anna = scene.world.session("anna").await;
    let undone = scene.until(&anna, "reversed", 0).await;
    assert_eq!(undone["attempt"]["reason"]["code"], "not_kept");
    assert_eq!(scene.available(&anna).await, 0);
    assert_books_balance(&scene.world.app.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_leaves_is_told_at_once_and_has_three_days_on_sqlite() {
    leaving(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_leaves_is_told_at_once_and_has_three_days_on_postgres() {
    leaving(Database::Postgres).await;
}

/// The second look stays where it was announced, however often somebody came and went before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_comes_back_is_believed_at_once_and_looked_at_on_the_day() {
    let scene = scene(Database::Sqlite).await;
    let store = &scene.world.app.store;
    let anna = scene.member("anna").await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.sign_in(&anna).await;
    scene.until(&anna, "earned", 0).await;
    let day: i64 = one(store, "select due_at from verification").await;
    scene.net.unfollow(ANNA, scene.outsider.target_id);
    tell(&scene, "left").await;
    notice(&scene, &anna).await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    tell(&scene, "member").await;
    eventually("the end of the notice", async || {
        let told = "select count(*) from attempt where notice_until is not null";
        (count(store, told).await == 0).then_some(())
    })
    .await;
    looked_at_on(&scene, day).await;
    scene.net.unfollow(ANNA, scene.outsider.target_id);
    scene.world.pass(15 * DAY);
    let anna = scene.world.session("anna").await;
    notice(&scene, &anna).await;
    assert_books_balance(store).await;
}

/// Whoever knows the word can still neither earn nor take.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hook_that_lies_pays_nothing_and_takes_nothing() {
    let scene = scene(Database::Postgres).await;
    let store = &scene.world.app.store;
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    asked(&scene, 1).await;
    tell(&scene, "member").await;
    asked(&scene, 2).await;
    assert_eq!(scene.available(&anna).await, 0);
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.until(&anna, "earned", 31 * SECOND).await;
    let day: i64 = one(store, "select due_at from verification").await;
    let calls = scene.net.calls();
    tell(&scene, "left").await;
    eventually("a look", async || (scene.net.calls() > calls).then_some(())).await;
    looked_at_on(&scene, day).await;
    assert_eq!(scene.available(&anna).await, POINTS);
    assert_eq!(
        scene.standing(&anna).await["attempt"]["reason"],
        Value::Null
    );
    assert_books_balance(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_not_telegrams_or_about_nobody_here_changes_nothing() {
    let scene = scene(Database::Sqlite).await;
    let store = &scene.world.app.store;
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    asked(&scene, 1).await;
    let calls = scene.net.calls();
    let due: i64 = one(store, "select due_at from verification").await;
    let good = update(ANNA, "morning_roast", "member").to_string();
    for (word, body, status) in [
        (None, good.clone(), StatusCode::UNAUTHORIZED),
        (Some(""), good.clone(), StatusCode::UNAUTHORIZED),
        (Some("another-word"), good.clone(), StatusCode::UNAUTHORIZED),
        (Some(&WORD[1..]), good.clone(), StatusCode::UNAUTHORIZED),
        (Some(WORD), good[..20].to_owned(), StatusCode::ACCEPTED),
        (
            Some(WORD),
            update("4040", "morning_roast", "member").to_string(),
            StatusCode::OK,
        ),
        (
            Some(WORD),
            update(ANNA, "evening_roast", "member").to_string(),
            StatusCode::OK,
        ),
        (
            Some(WORD),
            update(ANNA, "morning_roast", "founder").to_string(),
            StatusCode::OK,
        ),
        (
            Some(WORD),
            update(ANNA, "morning_roast", "left").to_string(),
            StatusCode::OK,
        ),
        (
            Some(WORD),
            json!({ "update_id": 8, "message": {} }).to_string(),
            StatusCode::OK,
        ),
    ] {
        assert_eq!(
            send(&scene, word, body.clone()).await,
            status,
            "{word:?} {body}"
        );
    }
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(
        one::<i64>(store, "select due_at from verification").await,
        due
    );
    assert_eq!(scene.net.calls(), calls);
    // Without a word of the shop's own nobody is listened to.
    give_secrets(&scene.world, "telegram", scene.outsider.secrets).await;
    assert_eq!(
        send(&scene, Some(WORD), good.clone()).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(send(&scene, Some(""), good).await, StatusCode::UNAUTHORIZED);
}

/// What takes nothing back is not looked at either.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_task_that_takes_nothing_back_asks_nothing_of_who_leaves() {
    for more in ["clawback = false", "recheck_days = 0"] {
        let scene = scene(Database::Sqlite).await;
        let outsider: Outsider = telegram::outsider();
        let settings = (outsider.settings)(&scene.net.url);
        let tasks = tables(&outsider, &settings);
        let tasks = tasks.replace("kind = \"follow\"", &format!("kind = \"follow\"\n{more}"));
        scene.world.rule(&[PLAIN.file(), tasks].concat()).await;
        let bearer = scene.world.session("anna").await;
        let join = json!({ "version": 3 });
        let (status, _) = scene.world.post("/api/v1/me/join", &bearer, &join).await;
        assert_eq!(status, StatusCode::OK);
        scene.net.follow(ANNA, scene.outsider.target_id);
        scene.sign_in(&bearer).await;
        scene.until(&bearer, "earned", 0).await;
        let calls = scene.net.calls();
        scene.net.unfollow(ANNA, scene.outsider.target_id);
        tell(&scene, "left").await;
        tokio::time::sleep(A_WHILE).await;
        assert_eq!(scene.net.calls(), calls, "{more}");
        assert_eq!(scene.available(&bearer).await, POINTS, "{more}");
    }
}

/// A question that is being asked is nobody else's, also when a hook comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_being_asked_is_not_asked_twice() {
    let scene = scene(Database::Postgres).await;
    let anna = scene.member("anna").await;
    scene.sign_in(&anna).await;
    asked(&scene, 1).await;
    scene.net.follow(ANNA, scene.outsider.target_id);
    scene.net.be(Mood::Slow(Duration::from_millis(1500)));
    let calls = scene.net.calls();
    tell(&scene, "member").await;
    eventually("the question", async || {
        (scene.net.calls() > calls).then_some(())
    })
    .await;
    for _ in 0..3 {
        tell(&scene, "member").await;
    }
    scene.until(&anna, "earned", 0).await;
    assert_eq!(scene.net.calls(), calls + 1);
}
