//! Hooks of mailing lists: a subscription is asked about at once, and whoever leaves keeps what they earned.

use super::lists::{ANNA, CASES, Case, KEY, settings};
use super::net::Net;
use super::{POINTS, give_secrets};
use crate::support::rules::PLAIN;
use crate::support::sql::{assert_books_balance, one};
use crate::support::world::{Database, World, eventually};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const WORD: &str = "a-key-of-ours";
const A_WHILE: Duration = Duration::from_millis(800);

/// A list, and a member who waits for an answer about it that was no at first.
struct Bed {
    world: World,
    net: Arc<Net>,
    case: &'static Case,
    anna: String,
}

impl Bed {
    async fn open(database: Database, kind: &str) -> Self {
        let case = CASES.iter().find(|case| case.kind == kind).unwrap();
        let world = World::open(database).await;
        let net = Net::open(case.routes).await;
        let tables = format!(
            "\n[[connection]]\nid = \"letters\"\nkind = \"{kind}\"\n[connection.settings]\n{}\n\
             [[task]]\nid = \"letter\"\nkind = \"subscribe\"\nconnection = \"letters\"\ntarget = \"{}\"\n\
             points = {POINTS}\ntitle = {{ en = \"Subscribe\", ru = \"Подписаться\" }}\n",
            settings(kind, &net.url),
            case.list
        );
        world.rule(&[PLAIN.file(), tables].concat()).await;
        let secrets = [(case.secret, KEY), ("hook_secret", WORD)];
        give_secrets(&world, "letters", &secrets).await;
        let mut claims = world.claims("anna");
        claims["email"] = ANNA.into();
        claims["email_verified"] = true.into();
        let anna = world.session_of(&world.sign(&claims)).await;
        let join = json!({ "version": 2 });
        world.post("/api/v1/me/join", &anna, &join).await;
        let bed = Self {
            world,
            net,
            case,
            anna,
        };
        bed.check().await;
        bed.asked_once().await;
        bed
    }

    async fn check(&self) {
        let start = "/api/v1/tasks/tsk_letter/attempts";
        let (status, attempt) = self.world.post(start, &self.anna, &json!({})).await;
        assert_eq!(status, StatusCode::OK, "{attempt}");
        let path = format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap());
        let (status, answer) = self.world.post(&path, &self.anna, &json!({})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    async fn asked_once(&self) {
        eventually("the first answer", async || {
            let sql = "select count(*) from verification where denials = 1 and not taken";
            (one::<i64>(&self.world.app.store, sql).await == 1).then_some(())
        })
        .await;
    }

    async fn standing(&self) -> Value {
        let (_, me) = self.world.get("/api/v1/me", &self.anna).await;
        me["tasks"][0].clone()
    }

    /// Sends what the service would, to this address and with this header.
    async fn send(&self, query: &str, bearer: &str, change: &str, address: &str) -> StatusCode {
        let url = format!("{}/hooks/demo.letters{query}", self.world.url);
        let mut call = self.world.http.post(url);
        if !bearer.is_empty() {
            call = call.bearer_auth(bearer);
        }
        let call = if self.case.kind == "mailchimp" {
            let kind = if change == "came" {
                "subscribe"
            } else {
                "unsubscribe"
            };
            call.form(&[
                ("type", kind),
                ("fired_at", "2026-11-21 12:00:00"),
                ("data[list_id]", self.case.list),
                ("data[email]", address),
            ])
        } else {
            let event = if change == "came" {
                "list_addition"
            } else {
                "unsubscribe"
            };
            let list: u64 = self.case.list.parse().unwrap();
            call.json(&json!({ "event": event, "email": address, "list_id": [list], "ts": 1_795_262_400 }))
        };
        call.send().await.unwrap().status()
    }
}

async fn lives(database: Database, kind: &str, query: &str, bearer: &str) {
    let bed = Bed::open(database, kind).await;
    let store = &bed.world.app.store;
    bed.net.follow(ANNA, bed.case.list);
    tokio::time::sleep(A_WHILE).await;
    let calls = bed.net.calls();
    for (query, bearer) in [
        ("", ""),
        ("?key=another", ""),
        ("", "another"),
        ("?key=", ""),
    ] {
        let status = bed.send(query, bearer, "came", ANNA).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{kind} {query} {bearer}");
    }
    let strangers = bed.send(query, bearer, "came", "boris@example.com").await;
    assert_eq!(strangers, StatusCode::OK, "{kind}");
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(bed.net.calls(), calls, "{kind}: nothing was asked");
    assert_eq!(bed.standing().await["state"], "checking", "{kind}");

    // With the capitals that it was once typed with, and again.
    let typed = ANNA.replace("anna", "Anna");
    for _ in 0..2 {
        assert_eq!(
            bed.send(query, bearer, "came", &typed).await,
            StatusCode::OK
        );
    }
    eventually("the points", async || {
        (bed.standing().await["state"] == "earned").then_some(())
    })
    .await;
    let calls = bed.net.calls();
    bed.net.unfollow(ANNA, bed.case.list);
    assert_eq!(bed.send(query, bearer, "left", ANNA).await, StatusCode::OK);
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(bed.net.calls(), calls, "{kind}: consent is free");
    let available: i64 = one(store, "select available from account").await;
    assert_eq!(available, POINTS, "{kind}");
    assert_books_balance(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_subscribes_at_mailchimp_is_paid_without_waiting() {
    let key = format!("?key={WORD}");
    lives(Database::Sqlite, "mailchimp", &key, "").await;
    lives(Database::Postgres, "mailchimp", &key, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_subscribes_at_brevo_is_paid_without_waiting() {
    lives(Database::Sqlite, "brevo", "", WORD).await;
    lives(Database::Postgres, "brevo", &format!("?key={WORD}"), "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hook_that_lies_about_a_list_pays_nothing() {
    let bed = Bed::open(Database::Sqlite, "brevo").await;
    let calls = bed.net.calls();
    assert_eq!(bed.send("", WORD, "came", ANNA).await, StatusCode::OK);
    eventually("a look", async || (bed.net.calls() > calls).then_some(())).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(bed.standing().await["state"], "checking");
    let paid: i64 = one(&bed.world.app.store, "select count(*) from transfer").await;
    assert_eq!(paid, 0);
}
