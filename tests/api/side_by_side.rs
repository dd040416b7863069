//! Thirty members at the same moment, at every endpoint that writes: each gets their own effect, and
//! the sums are right.

use crate::support::sql::{assert_books_balance, count};
use crate::support::together::{request, together};
use crate::support::world::{World, eventually, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const THIRTY: usize = 30;

/// Sends one request for each bearer, all at once; every one is accepted.
async fn each(
    world: &World,
    method: Method,
    path: impl Fn(usize) -> String,
    bearers: &[String],
    body: impl Fn(usize) -> Option<Value>,
) -> Vec<Value> {
    let requests = bearers.iter().enumerate().map(|(n, bearer)| {
        let body = body(n);
        request(world, method.clone(), &path(n), bearer, body.as_ref(), None)
    });
    let told = together(requests).await;
    for (status, answer) in &told {
        assert!(status.is_success(), "{status} {answer}");
    }
    told.into_iter().map(|(_, answer)| answer).collect()
}

async fn sessions(world: &World) -> Vec<String> {
    let nobody = vec![String::new(); THIRTY];
    let open = |n| {
        let token = world.sign(&world.claims(&format!("customer {n}")));
        Some(json!({ "program": "demo", "token": token }))
    };
    let told = each(
        world,
        Method::POST,
        |_| "/api/v1/sessions".into(),
        &nobody,
        open,
    )
    .await;
    told.iter()
        .map(|session| session["token"].as_str().unwrap().to_owned())
        .collect()
}

/// Begins a task for everybody; answers where each sends the proof.
async fn begin(
    world: &World,
    task: &str,
    bearers: &[String],
    body: impl Fn(usize) -> Value,
) -> Vec<String> {
    let path = |_| format!("/api/v1/tasks/{task}/attempts");
    let told = each(world, Method::POST, path, bearers, |n| Some(body(n))).await;
    told.iter()
        .map(|attempt| format!("/api/v1/attempts/{}/proof", attempt["id"].as_str().unwrap()))
        .collect()
}

on_both_databases! {
    async fn thirty_members_do_everything_at_the_same_moment(world: World) {
        let store = &world.app.store;
        let bearers = sessions(&world).await;
        assert_eq!(count(store, "select count(*) from session").await, 30);
        each(&world, Method::POST, |_| "/api/v1/sessions/current".into(), &bearers, |_| None).await;
        each(&world, Method::POST, |_| "/api/v1/me/join".into(), &bearers, |_| Some(json!({ "version": 1 }))).await;

        let name = |n: usize| Some(json!({ "name": format!("Name {n}") }));
        let told = each(&world, Method::PATCH, |_| "/api/v1/me".into(), &bearers, name).await;
        for (n, me) in told.iter().enumerate() {
            assert_eq!(me["name"], format!("Name {n}"));
        }

        let proofs = begin(&world, "tsk_profile", &bearers, |_| json!({})).await;
        let answer = |n: usize| Some(json!({ "name": format!("Full name {n}") }));
        each(&world, Method::POST, |n| proofs[n].clone(), &bearers, answer).await;
        let proofs = begin(&world, "tsk_birthday", &bearers, |_| json!({})).await;
        let answer = |n: usize| Some(json!({ "birthday": format!("1990-01-{:02}", n + 1) }));
        each(&world, Method::POST, |n| proofs[n].clone(), &bearers, answer).await;
        assert_eq!(count(store, "select count(distinct name) from person").await, 30);
        assert_eq!(count(store, "select count(distinct birthday) from person").await, 30);

        // At a big provider: thirty addresses of any other domain within an hour go to a person.
        let mailbox = |n: usize| json!({ "email": format!("m{n}@gmail.com"), "consent": true });
        begin(&world, "tsk_newsletter", &bearers, mailbox).await;
        let letters = eventually("thirty mails", async || {
            let letters = world.mailbox.letters();
            (letters.len() == THIRTY).then_some(letters)
        })
        .await;
        let confirm = together(letters.iter().map(|letter| world.http.post(letter.link().unwrap()))).await;
        assert!(confirm.iter().all(|(status, _)| *status == StatusCode::OK));

        assert_eq!(count(store, "select count(*) from subscription where subscribed").await, 30);
        let earned = 30 * (50 + 100 + 500);
        assert_eq!(count(store, "select cast(sum(available) as bigint) from account").await, earned);
        assert_eq!(count(store, "select cast(sum(held) as bigint) from account").await, 30 * 200);
        assert_eq!(count(store, "select count(*) from member where tier = 'silver'").await, 30);
        assert_books_balance(store).await;

        each(&world, Method::DELETE, |_| "/api/v1/sessions/current".into(), &bearers, |_| None).await;
        assert_eq!(count(store, "select count(*) from session where closed").await, 30);
    }
}
