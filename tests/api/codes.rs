//! One-time codes by e-mail: they come by SMTP, prove an address once and soon, cannot be guessed,
//! burnt for somebody else, or used to flood a mailbox (contract §4).

use crate::support::trust::{Answer, TEA, ask};
use crate::support::work::ask_patiently;
use crate::support::world::{Database, World, on_both_databases};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::domain::{HOUR, MINUTE, SECOND};
use server::store::codes::{PER_ADDRESS_MAX, PER_PROGRAM_MAX, PER_SOURCE_MAX, TRIES_MAX};
use server::store::{Command, StoreError, Tx};

const ANNA: &str = "anna@example.com";

/// Asks for a code, from a place that the trusted proxy names, and does the work that may come first (`work.rs`).
async fn wish(world: &World, program: &str, email: &str, from: &str) -> Answer {
    let body = json!({ "program": program, "email": email, "locale": "en" });
    let request = world.http.post(world.at("/api/v1/codes"));
    ask_patiently(request.header("X-Forwarded-For", from), &body).await
}

/// Asks for a code and takes it out of the mailbox, where `seen` mails to this address were before;
/// answers the challenge and the code.
async fn code(world: &World, email: &str, seen: usize) -> (String, String) {
    let sent = wish(world, "demo", email, "203.0.113.1").await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
    let letter = world.letter(&email.to_lowercase(), seen).await;
    let code = letter.code().expect("the mail holds a code").to_owned();
    assert!(!sent.text.contains(&code), "whoever asks does not learn it");
    let challenge = sent.json()["challenge"].as_str().unwrap().to_owned();
    (challenge, code)
}

async fn enter(world: &World, program: &str, challenge: &str, code: &str) -> Answer {
    let body = json!({ "program": program, "challenge": challenge, "code": code });
    ask(world.http.post(world.at("/api/v1/sessions")).json(&body)).await
}

/// Another code.
fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// Turns the clock to the beginning of an hour, where all counts begin anew: a test that counts
/// must not meet the end of one by chance.
fn to_a_full_hour(world: &World) {
    world.pass(HOUR - world.now().rem_euclid(HOUR));
}

/// Says that a programme has sent this many codes in this hour.
struct Already(i64, i64, String);

impl Command for Already {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update tally set count = $1 where began_at = $2 and name = $3";
        let Self(count, now, name) = self;
        let began_at = now - now.rem_euclid(HOUR);
        let changed = tx
            .execute(SQL, &[(*count).into(), began_at.into(), name.into()])
            .await?;
        assert_eq!(changed, 1, "the count is there");
        Ok(())
    }
}

on_both_databases! {
    async fn a_code_from_the_mailbox_opens_a_session_and_joining_works(world: World) {
        let (challenge, code) = code(&world, ANNA, 0).await;
        let letter = world.letter(ANNA, 0).await;
        assert!(letter.html.contains(&code) && letter.subject.contains("Morning Roast"), "{letter:?}");
        let opened = enter(&world, "demo", &challenge, &code).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
        assert_eq!(opened.json()["member"], Value::Null);
        let bearer = opened.json()["token"].as_str().unwrap().to_owned();
        let (status, me) = world.post("/api/v1/me/join", &bearer, &json!({ "version": 1 })).await;
        assert_eq!(status, StatusCode::OK, "{me}");
        assert_eq!((&me["email"], &me["balance"]["available"]), (&json!(ANNA), &json!(50)));

        // The next code finds the member again, under a bearer of its own.
        world.pass(2 * MINUTE);
        let (challenge, again) = self::code(&world, "Anna@Example.COM", 1).await;
        let second = enter(&world, "demo", &challenge, &again).await.json();
        assert_eq!(second["member"], me["id"]);
        assert_ne!(second["token"], json!(bearer));
    }

    async fn five_wrong_codes_and_it_is_gone(world: World) {
        let (challenge, code) = code(&world, ANNA, 0).await;
        for left in (1..TRIES_MAX).rev() {
            let refused = enter(&world, "demo", &challenge, &wrong(&code)).await;
            refused.assert_problem(422, "invalid", "a wrong code");
            assert_eq!(refused.fields(), ["code"]);
            let detail = refused.json()["errors"][0]["detail"].to_string();
            assert!(detail.contains(&left.to_string()), "{detail} says how many tries are left: {left}");
        }
        enter(&world, "demo", &challenge, &wrong(&code)).await.assert_problem(401, "code_gone", "the fifth");
        enter(&world, "demo", &challenge, &code).await.assert_problem(401, "code_gone", "the right one, too late");
    }

    async fn thirty_guesses_at_once_count_as_five(world: World) {
        let (challenge, code) = code(&world, ANNA, 0).await;
        let guess = wrong(&code);
        let answers = join_all((0..30).map(|_| enter(&world, "demo", &challenge, &guess))).await;
        let still = answers.iter().filter(|answer| answer.status == 422).count();
        assert_eq!(still, 4, "the fifth and all after it are told that the code is gone");
        assert!(answers.iter().all(|answer| answer.status == 422 || answer.status == 401));
        assert_eq!(enter(&world, "demo", &challenge, &code).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_code_works_once_even_when_sent_thirty_times_at_once(world: World) {
        let (challenge, code) = code(&world, ANNA, 0).await;
        let answers = join_all((0..30).map(|_| enter(&world, "demo", &challenge, &code))).await;
        let opened = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(opened, 1);
        for refused in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
            refused.assert_problem(401, "code_gone", "used");
        }
        enter(&world, "demo", &challenge, &code).await.assert_problem(401, "code_gone", "used");
    }

    async fn nobody_burns_anothers_tries(world: World) {
        let (mine, code) = code(&world, ANNA, 0).await;
        world.pass(MINUTE + SECOND);
        let theirs = wish(&world, "demo", ANNA, "198.51.100.9").await.json();
        let theirs = theirs["challenge"].as_str().unwrap();
        assert_ne!(theirs, mine);
        for _ in 0..TRIES_MAX {
            enter(&world, "demo", theirs, "000000").await;
        }
        let other = world.letter(ANNA, 1).await;
        let other = other.code().unwrap();
        enter(&world, "demo", theirs, other).await.assert_problem(401, "code_gone", "theirs");
        assert_eq!(enter(&world, "demo", &mine, &code).await.status, StatusCode::OK, "mine still works");
    }

    async fn a_code_runs_out_after_ten_minutes(world: World) {
        to_a_full_hour(&world);
        let (early, first) = code(&world, ANNA, 0).await;
        let (late, second) = code(&world, "boris@example.com", 0).await;
        world.pass(10 * MINUTE - SECOND);
        assert_eq!(enter(&world, "demo", &early, &first).await.status, StatusCode::OK);
        world.pass(SECOND);
        enter(&world, "demo", &late, &second).await.assert_problem(401, "code_gone", "run out");
    }

    async fn a_code_of_one_programme_opens_no_other(world: World) {
        world.tea().await;
        let (challenge, code) = code(&world, ANNA, 0).await;
        for _ in 0..2 * TRIES_MAX {
            enter(&world, TEA, &challenge, &code).await.assert_problem(401, "code_gone", "elsewhere");
        }
        let opened = enter(&world, "demo", &challenge, &code).await;
        assert_eq!(opened.status, StatusCode::OK, "and the tries elsewhere did not count");
    }

    async fn one_address_gets_a_code_a_minute_and_five_an_hour(world: World) {
        to_a_full_hour(&world);
        for number in 1..=PER_ADDRESS_MAX {
            let sent = wish(&world, "demo", ANNA, "203.0.113.1").await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{number}: {}", sent.text);
            for address in [ANNA, " ANNA@example.com "] {
                too_many(&wish(&world, "demo", address, "198.51.100.9").await, 1..=60);
            }
            world.pass(MINUTE);
        }
        too_many(&wish(&world, "demo", ANNA, "203.0.113.1").await, 60..=3600);
        let other = wish(&world, "demo", "boris@example.com", "203.0.113.1").await;
        assert_eq!(other.status, StatusCode::ACCEPTED, "others still get theirs");
        world.pass(HOUR);
        assert_eq!(wish(&world, "demo", ANNA, "203.0.113.1").await.status, StatusCode::ACCEPTED);
    }

    async fn known_and_unknown_addresses_get_the_same_answer(world: World) {
        let (challenge, known) = code(&world, ANNA, 0).await;
        let opened = enter(&world, "demo", &challenge, &known).await.json();
        let bearer = opened["token"].as_str().unwrap();
        world.post("/api/v1/me/join", bearer, &json!({ "version": 1 })).await;
        world.pass(2 * MINUTE);
        let answers = [
            wish(&world, "demo", ANNA, "203.0.113.1").await,
            wish(&world, "demo", "nobody@example.com", "203.0.113.1").await,
        ];
        let told = answers.each_ref().map(|answer| {
            let mut body = answer.json();
            assert!(body["challenge"].take().is_string());
            let headers: Vec<_> = answer.headers.keys().cloned().collect();
            (answer.status, headers, body)
        });
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0].0, StatusCode::ACCEPTED);
    }
}

/// Asserts a 429 that says when to come back.
fn too_many(answer: &Answer, wait: std::ops::RangeInclusive<u64>) {
    answer.assert_problem(429, "too_many_requests", "flooding");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!(wait.contains(&seconds), "wait {seconds} s");
    assert!(
        answer.header("ratelimit").contains("r=0"),
        "{}",
        answer.header("ratelimit")
    );
}

/// A world whose tests can come from many places.
async fn behind_a_proxy() -> World {
    let world = World::with(Database::Sqlite, |config| {
        config.trusted_proxies = vec!["127.0.0.1".into()];
    })
    .await;
    to_a_full_hour(&world);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn one_place_gets_twenty_codes_an_hour() {
    let world = behind_a_proxy().await;
    for number in 0..PER_SOURCE_MAX {
        let address = format!("anna{number}@example.com");
        let sent = wish(&world, "demo", &address, "203.0.113.1").await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{number}: {}", sent.text);
    }
    too_many(&wish(&world, "demo", ANNA, "203.0.113.1").await, 60..=3600);
    assert_eq!(
        wish(&world, "demo", ANNA, "203.0.113.2").await.status,
        StatusCode::ACCEPTED
    );
    world.pass(HOUR);
    let later = wish(&world, "demo", "boris@example.com", "203.0.113.1").await;
    assert_eq!(later.status, StatusCode::ACCEPTED, "the next hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_whole_network_is_one_place() {
    let world = behind_a_proxy().await;
    for number in 0..PER_SOURCE_MAX {
        let (address, from) = (
            format!("anna{number}@example.com"),
            format!("2001:db8:1:2::{number:x}"),
        );
        let sent = wish(&world, "demo", &address, &from).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{number}: {}", sent.text);
    }
    too_many(
        &wish(&world, "demo", ANNA, "2001:db8:1:2:3:4:5:6").await,
        60..=3600,
    );
    let neighbour = wish(&world, "demo", ANNA, "2001:db8:1:3::1").await;
    assert_eq!(neighbour.status, StatusCode::ACCEPTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_programme_has_a_cap_that_spares_the_others() {
    let world = behind_a_proxy().await;
    let program = world.demo().await;
    world.tea().await;
    assert_eq!(
        wish(&world, "demo", ANNA, "203.0.113.1").await.status,
        StatusCode::ACCEPTED
    );
    let already = Already(
        PER_PROGRAM_MAX - 1,
        world.now(),
        format!("code/program/{program}"),
    );
    world.app.store.write(already).await.unwrap();
    assert_eq!(
        wish(&world, "demo", "b@example.com", "203.0.113.2")
            .await
            .status,
        StatusCode::ACCEPTED
    );
    too_many(
        &wish(&world, "demo", "c@example.com", "203.0.113.3").await,
        60..=3600,
    );
    assert_eq!(
        wish(&world, TEA, "c@example.com", "203.0.113.3")
            .await
            .status,
        StatusCode::ACCEPTED
    );
}
