//! Work before a code: nobody meets it who asks now and then; where codes are asked for often, it comes first, and each
//! piece of it counts once, in its time, for its programme.

use crate::support::sql::{Write, count};
use crate::support::together::{request, together};
use crate::support::trust::{Answer, TEA, ask};
use crate::support::work::{ask_patiently, packed, solution, solved};
use crate::support::world::{World, on_both_databases};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::SECOND;
use server::domain::work::{FREE_PER_PROGRAM, FREE_PER_SOURCE, LIFE, NUMBER_MAX, WINDOW};
use server::store::codes::{PER_SOURCE_MAX, Sweep};

const CODES: &str = "/api/v1/codes";

/// Asks for a code, with work or without.
async fn wish(world: &World, program: &str, email: &str, altcha: Option<&str>) -> Answer {
    let body = json!({ "program": program, "email": email, "altcha": altcha });
    ask(world.http.post(world.at(CODES)).json(&body)).await
}

/// Turns the clock to the beginning of a window, so that no test meets the end of one by chance.
fn to_a_full_window(world: &World) {
    world.pass(WINDOW - world.now().rem_euclid(WINDOW));
}

/// Uses up the wishes that need no work, for addresses of this name.
async fn ask_often(world: &World, name: &str) {
    for number in 0..FREE_PER_SOURCE {
        let email = format!("{name}{number}@example.com");
        let sent = wish(world, "demo", &email, None).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{number}: {}", sent.text);
    }
}

/// The work that a refusal asks for.
fn asked(answer: &Answer, what: &str) -> Value {
    answer.assert_problem(428, "challenge_needed", what);
    let challenge = answer.json()["altcha"].clone();
    assert_eq!(challenge["algorithm"], "SHA-256", "{what}");
    challenge
}

/// How many codes were made.
async fn codes(world: &World) -> i64 {
    count(&world.app.store, "select count(*) from challenge").await
}

/// Says that so many codes of a programme were asked for in this window.
async fn already(world: &World, wishes: i64) {
    const SQL: &str = "insert into tally (name, began_at, count) values ($1, $2, $3)
        on conflict (name, began_at) do update set count = excluded.count";
    let name = format!("work/program/{}", world.demo().await);
    let began_at = world.now() - world.now().rem_euclid(WINDOW);
    let write = Write(SQL, vec![name.into(), began_at.into(), wishes.into()]);
    assert_eq!(world.app.store.write(write).await.unwrap(), 1);
}

on_both_databases! {
    async fn the_first_codes_need_nothing_and_then_work_comes_first(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let refused = wish(&world, "demo", "anna@example.com", None).await;
        let challenge = asked(&refused, "the fourth");
        assert_eq!(challenge["maxnumber"], NUMBER_MAX);
        assert!(challenge["salt"].as_str().unwrap().ends_with('&'), "{challenge}");
        assert_eq!(codes(&world).await, FREE_PER_SOURCE, "nothing was made");

        let sent = wish(&world, "demo", "anna@example.com", Some(&solved(&challenge))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
        let letter = world.letter("anna@example.com", 0).await;
        let enter = json!({ "program": "demo", "challenge": sent.json()["challenge"], "code": letter.code() });
        let (status, session) = world.post("/api/v1/sessions", "", &enter).await;
        assert_eq!(status, StatusCode::OK, "{session}");

        // The fifth has work of its own to do; in the next window there is none.
        let fifth = asked(&wish(&world, "demo", "boris@example.com", None).await, "the fifth");
        assert_ne!(fifth["challenge"], challenge["challenge"]);
        world.pass(WINDOW);
        let later = wish(&world, "demo", "boris@example.com", None).await;
        assert_eq!(later.status, StatusCode::ACCEPTED, "{}", later.text);
    }

    async fn work_counts_once(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let challenge = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let solved = solved(&challenge);
        let sent = wish(&world, "demo", "anna@example.com", Some(&solved)).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
        let again = asked(&wish(&world, "demo", "boris@example.com", Some(&solved)).await, "again");
        assert_ne!(again["challenge"], challenge["challenge"], "there is other work to do");
        // The same number, packed in another way.
        let loose = STANDARD.decode(&solved).unwrap();
        let loose = STANDARD.encode([b" ", &loose[..]].concat());
        asked(&wish(&world, "demo", "boris@example.com", Some(&loose)).await, "packed anew");
        // The sweep does not forget it before its time is over.
        world.pass(LIFE - SECOND);
        world.app.store.write(Sweep { now: world.now() }).await.unwrap();
        asked(&wish(&world, "demo", "boris@example.com", Some(&solved)).await, "a second before its end");
        assert_eq!(codes(&world).await, FREE_PER_SOURCE + 1);
    }

    async fn twenty_wishes_at_once_with_the_same_work_send_one_mail(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let challenge = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let solved = solved(&challenge);
        let told = together((0..20).map(|number| {
            let body = json!({ "program": "demo", "email": format!("b{number}@example.com"), "altcha": solved });
            request(&world, Method::POST, CODES, "", Some(&body), None)
        }))
        .await;
        let told_of = |status: StatusCode| told.iter().filter(|(told, _)| *told == status).count();
        assert_eq!(told_of(StatusCode::ACCEPTED), 1);
        assert_eq!(told_of(StatusCode::PRECONDITION_REQUIRED), 19);
        assert_eq!(codes(&world).await, FREE_PER_SOURCE + 1);
    }

    async fn work_counts_in_its_time(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let early = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let late = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        world.pass(LIFE - SECOND);
        let in_time = wish(&world, "demo", "anna@example.com", Some(&solved(&early))).await;
        assert_eq!(in_time.status, StatusCode::ACCEPTED, "{}", in_time.text);
        // The next window is as busy, so work is needed there too.
        world.pass(SECOND);
        ask_often(&world, "b").await;
        let refused = wish(&world, "demo", "boris@example.com", Some(&solved(&late))).await;
        let fresh = asked(&refused, "its time is over");
        let sent = wish(&world, "demo", "boris@example.com", Some(&solved(&fresh))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
    }

    async fn work_for_one_programme_is_none_for_another(world: World) {
        to_a_full_window(&world);
        world.tea().await;
        ask_often(&world, "a").await;
        let challenge = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let solved = solved(&challenge);
        let elsewhere = wish(&world, TEA, "anna@example.com", Some(&solved)).await;
        let theirs = asked(&elsewhere, "for the other programme");
        let mut renamed = theirs.clone();
        renamed["salt"] = challenge["salt"].clone();
        renamed["challenge"] = challenge["challenge"].clone();
        renamed["number"] = solution(&challenge)["number"].clone();
        asked(&wish(&world, TEA, "anna@example.com", Some(&packed(&renamed))).await, "mixed of both");
        let sent = wish(&world, TEA, "anna@example.com", Some(&self::solved(&theirs))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
        let sent = wish(&world, "demo", "anna@example.com", Some(&solved)).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "elsewhere it was not used up: {}", sent.text);
    }

    async fn work_that_was_spoilt_is_none(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let challenge = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let good = solution(&challenge);
        let (salt, number) = (good["salt"].as_str().unwrap(), good["number"].as_u64().unwrap());
        let other = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
        let mut spoilt = Vec::new();
        for (field, value) in [
            ("number", json!(number + 1)),
            ("number", json!(-1)),
            ("number", json!(1e300)),
            ("number", json!(number.to_string())),
            ("number", Value::Null),
            ("salt", json!(salt.replace("expires=1", "expires=9"))),
            ("salt", json!(format!("{salt}&"))),
            ("salt", other["salt"].clone()),
            ("salt", json!("\0")),
            ("signature", other["signature"].clone()),
            ("signature", json!("")),
            ("challenge", other["challenge"].clone()),
            ("algorithm", json!("SHA-1")),
            ("algorithm", json!("none")),
        ] {
            let mut payload = good.clone();
            payload[field] = value;
            spoilt.push(packed(&payload));
        }
        for payload in [json!(null), json!([]), json!({}), json!("x"), challenge.clone()] {
            spoilt.push(packed(&payload));
        }
        spoilt.extend(["", "nope", "\0", "😀"].map(str::to_owned));
        spoilt.push("A".repeat(40_000));
        spoilt.push(STANDARD.encode("[".repeat(10_000)));
        for payload in &spoilt {
            let refused = wish(&world, "demo", "anna@example.com", Some(payload)).await;
            asked(&refused, payload.get(..200).unwrap_or(payload));
        }
        assert_eq!(codes(&world).await, FREE_PER_SOURCE);
        let body = json!({ "program": "demo", "email": "anna@example.com", "altcha": 5 });
        ask(world.http.post(world.at(CODES)).json(&body)).await.assert_field("altcha", "a number");
        let sent = wish(&world, "demo", "anna@example.com", Some(&packed(&good))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "the good one: {}", sent.text);
    }

    async fn a_digit_cannot_be_moved_from_the_number_into_the_salt(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        // A number whose second digit is not 0, so that the digest stays the same.
        let good = loop {
            let challenge = asked(&wish(&world, "demo", "anna@example.com", None).await, "too often");
            let good = solution(&challenge);
            let digits = good["number"].to_string();
            if digits.len() > 1 && !digits[1..].starts_with('0') {
                break good;
            }
        };
        let digits = good["number"].to_string();
        let (first, others) = digits.split_at(1);
        let mut moved = good.clone();
        moved["salt"] = json!(format!("{}{first}", good["salt"].as_str().unwrap()));
        moved["number"] = others.parse::<u64>().unwrap().into();
        asked(&wish(&world, "demo", "anna@example.com", Some(&packed(&moved))).await, "moved");
        let sent = wish(&world, "demo", "anna@example.com", Some(&packed(&good))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
    }

    async fn work_opens_none_of_the_caps(world: World) {
        world.pass(6 * WINDOW - world.now().rem_euclid(6 * WINDOW));
        let ask_for = async |email: &str| {
            let body = json!({ "program": "demo", "email": email });
            ask_patiently(world.http.post(world.at(CODES)), &body).await
        };
        for number in 0..PER_SOURCE_MAX {
            let sent = ask_for(&format!("a{number}@example.com")).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{number}: {}", sent.text);
        }
        let refused = ask_for("anna@example.com").await;
        refused.assert_problem(429, "too_many_requests", "the place's cap");
        // Its own work grows, as it asks on and on.
        for number in PER_SOURCE_MAX + 1..8 * FREE_PER_SOURCE {
            ask_for(&format!("a{number}@example.com")).await.assert_problem(429, "too_many_requests", "and on");
        }
        let harder = asked(&wish(&world, "demo", "anna@example.com", None).await, "without work");
        assert_eq!(harder["maxnumber"], 4 * NUMBER_MAX);
        assert_eq!(codes(&world).await, PER_SOURCE_MAX);

        // And one address gets one in a minute, also by work.
        world.pass(6 * WINDOW);
        ask_often(&world, "b").await;
        let refused = ask_for("b0@example.com").await;
        refused.assert_problem(429, "too_many_requests", "the address's cap");
    }

    async fn a_busy_programme_asks_everybody_and_spares_the_others(world: World) {
        to_a_full_window(&world);
        world.tea().await;
        already(&world, FREE_PER_PROGRAM - 1).await;
        let last = wish(&world, "demo", "anna@example.com", None).await;
        assert_eq!(last.status, StatusCode::ACCEPTED, "{}", last.text);
        let challenge = asked(&wish(&world, "demo", "boris@example.com", None).await, "a busy programme");
        assert_eq!(challenge["maxnumber"], NUMBER_MAX);
        let other = wish(&world, TEA, "boris@example.com", None).await;
        assert_eq!(other.status, StatusCode::ACCEPTED, "{}", other.text);
        let sent = wish(&world, "demo", "boris@example.com", Some(&solved(&challenge))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);

        already(&world, 8 * FREE_PER_PROGRAM).await;
        let harder = asked(&wish(&world, "demo", "clara@example.com", None).await, "a very busy programme");
        assert_eq!(harder["maxnumber"], 4 * NUMBER_MAX);
        let sent = wish(&world, "demo", "clara@example.com", Some(&solved(&harder))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
    }

    async fn shoppers_whose_browser_cannot_work_read_why_in_their_language(world: World) {
        to_a_full_window(&world);
        ask_often(&world, "a").await;
        let body = json!({ "program": "demo", "email": "anna@example.com" });
        for (locale, wanted) in [("en", "try again in ten minutes"), ("ru", "через десять минут")] {
            let request = world.http.post(world.at(CODES)).header("X-Laurel-Locale", locale);
            let refused = ask(request.json(&body)).await;
            asked(&refused, locale);
            let detail = refused.json()["detail"].to_string();
            assert!(detail.contains(wanted), "{detail}");
        }
    }
}
