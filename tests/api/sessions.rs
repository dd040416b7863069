//! Sessions: one for one token, as long as they are used and never longer than twelve hours, for one
//! programme and its own pages alone (contract §4).

use crate::support::sql::one;
use crate::support::trust::{TEA, TEA_ORIGIN, ask, forge};
use crate::support::world::{Database, World, eventually, on_both_databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::domain::MINUTE;
use server::renewals;
use server::store::keys::KeyKind;

/// When the one session ends unless it is used.
const EXPIRES: &str = "select expires_at from session";

/// Whether the bearer opens anything.
async fn stands(world: &World, bearer: &str) -> bool {
    let (status, problem) = world.get("/api/v1/me", bearer).await;
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(problem["code"], "unauthorized");
    } else {
        assert_eq!(status, StatusCode::OK, "{problem}");
    }
    status == StatusCode::OK
}

/// A member's token that can be exchanged for an hour.
async fn token_for_an_hour(world: &World) -> String {
    world.member("42").await;
    let mut claims = world.claims("42");
    claims["exp"] = (world.now() / 1_000_000 + 3600).into();
    world.sign(&claims)
}

/// Opens a session in the other programme.
async fn tea_session(world: &World, customer: &str) -> String {
    let tea = world.tea().await;
    world
        .add_key(tea, "tea-1", KeyKind::TokenSecret, b"tea secret")
        .await;
    let mut claims = world.claims(customer);
    claims["aud"] = TEA.into();
    let header = json!({ "alg": "HS256", "kid": "tea-1" });
    let token = forge(&header, claims.to_string().as_bytes(), b"tea secret");
    let opened = world.exchange(TEA, &token).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    opened.json()["token"].as_str().unwrap().to_owned()
}

on_both_databases! {
    async fn the_same_token_is_the_same_session_until_it_is_signed_out(world: World) {
        world.member("42").await;
        let token = world.sign(&world.claims("42"));
        let first = world.exchange("demo", &token).await.json();
        world.pass(4 * MINUTE + 1);
        let second = world.exchange("demo", &token).await.json();
        assert_eq!((&first["token"], &first["ends_at"]), (&second["token"], &second["ends_at"]));
        assert!(first["expires_at"].as_str() < second["expires_at"].as_str(), "exchanging is use");
        let page = world.panel("/w/demo", &token).await;
        let bearer = second["token"].as_str().unwrap();
        assert!(page.text.contains(bearer), "the document brings the same session");

        let mut other = world.claims("42");
        other["jti"] = "2".into();
        let other = world.session_of(&world.sign(&other)).await;
        assert_ne!(bearer, other, "another token is another session");

        let (status, _) = world.send(Method::DELETE, "/api/v1/sessions/current", bearer, None, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        assert!(!stands(&world, bearer).await);
        world.exchange("demo", &token).await.assert_problem(401, "bad_token", "signed out");
        assert_eq!(world.panel("/w/demo", &token).await.status, StatusCode::UNAUTHORIZED);
        assert!(stands(&world, &other).await, "the other session goes on");
    }

    async fn the_use_of_a_session_is_written_down_by_itself(world: World) {
        let bearer = world.member("42").await;
        world.pass(5 * MINUTE);
        assert!(stands(&world, &bearer).await);
        eventually("the renewal", async || {
            let expires_at: i64 = one(&world.app.store, EXPIRES).await;
            (expires_at == world.now() + 15 * MINUTE).then_some(())
        })
        .await;
    }

    async fn a_session_ends_after_twelve_hours_however_much_it_is_used(world: World) {
        world.member("42").await;
        let bearer = world.session("42").await;
        for _ in 0..12 * 6 - 1 {
            world.pass(10 * MINUTE);
            let (status, _) = world.send(Method::POST, "/api/v1/sessions/current", &bearer, None, None).await;
            assert_eq!(status, StatusCode::NO_CONTENT);
        }
        assert!(stands(&world, &bearer).await, "ten minutes before the end");
        world.pass(10 * MINUTE);
        assert!(!stands(&world, &bearer).await);
    }

    async fn a_session_is_good_for_its_own_programme_alone(world: World) {
        let bearer = world.member("42").await;
        let (_, attempt) = world.post("/api/v1/tasks/tsk_profile/attempts", &bearer, &json!({})).await;
        let path = format!("/api/v1/attempts/{}", attempt["id"].as_str().unwrap());
        let tea = tea_session(&world, "42").await;
        // The same customer number is somebody else there.
        let (status, problem) = world.get("/api/v1/me", &tea).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("not_a_member")));
        let (status, joined) = world.post("/api/v1/me/join", &tea, &json!({ "version": 1 })).await;
        assert_eq!(status, StatusCode::OK, "{joined}");
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_ne!(joined["id"], me["id"]);
        assert_eq!(world.get(&path, &bearer).await.0, StatusCode::OK);
        assert_eq!(world.get(&path, &tea).await.0, StatusCode::NOT_FOUND);
        let (status, _) = world.post(&format!("{path}/proof"), &tea, &json!({ "name": "Eve" })).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (_, me) = world.get("/api/v1/me", &bearer).await;
        assert_eq!(me["name"], Value::Null, "nothing was written");
    }
}

/// In worlds without a worker, which would write at any moment.
mod by_hand {
    use super::*;

    on_both_databases! { quiet
        async fn a_session_lasts_while_it_is_used(world: World) {
            let token = token_for_an_hour(&world).await;
            let bearer = world.session_of(&token).await;
            for _ in 0..3 {
                world.pass(14 * MINUTE);
                assert!(stands(&world, &bearer).await);
                renewals::write_down(&world.app).await;
            }
            world.pass(15 * MINUTE);
            assert!(!stands(&world, &bearer).await, "a quarter of an hour without use");
            let (status, _) = world.post("/api/v1/sessions/current", &bearer, &Value::Null).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "what is over is not renewed");
            assert_eq!(world.session_of(&token).await, bearer, "the token still stands");
            assert!(stands(&world, &bearer).await);
        }

        async fn nobody_who_uses_a_session_waits_for_its_renewal(world: World) {
            let bearer = world.member("42").await;
            let opened: i64 = one(&world.app.store, EXPIRES).await;
            world.pass(5 * MINUTE);
            let used = world.now();
            for _ in 0..2 {
                assert!(stands(&world, &bearer).await);
                assert_eq!(one::<i64>(&world.app.store, EXPIRES).await, opened, "not written yet");
            }
            // It counts from the use, however late it is written, and has not ended meanwhile.
            world.pass(11 * MINUTE);
            renewals::write_down(&world.app).await;
            assert_eq!(one::<i64>(&world.app.store, EXPIRES).await, used + 15 * MINUTE);
            assert!(stands(&world, &bearer).await);
            // Whoever signs out meanwhile stays signed out.
            let (status, _) = world.send(Method::DELETE, "/api/v1/sessions/current", &bearer, None, None).await;
            assert_eq!(status, StatusCode::NO_CONTENT);
            let expires_at: i64 = one(&world.app.store, EXPIRES).await;
            renewals::write_down(&world.app).await;
            assert_eq!(one::<i64>(&world.app.store, EXPIRES).await, expires_at);
            assert!(!stands(&world, &bearer).await);
        }

        async fn a_use_that_is_written_late_takes_nothing_from_a_later_one(world: World) {
            let token = token_for_an_hour(&world).await;
            let bearer = world.session_of(&token).await;
            world.pass(5 * MINUTE);
            assert!(stands(&world, &bearer).await);
            world.pass(3 * MINUTE);
            assert_eq!(world.session_of(&token).await, bearer);
            assert!(renewals::write_down(&world.app).await);
            let expires_at: i64 = one(&world.app.store, "select max(expires_at) from session").await;
            assert_eq!(expires_at, world.now() + 15 * MINUTE);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_works_from_its_programmes_pages_alone() {
    let world = World::open(Database::Sqlite).await;
    let bearer = world.member("42").await;
    let tea = tea_session(&world, "7").await;
    let cases = [
        (&bearer, Some(world.shop.clone()), 200),
        (&bearer, Some(world.url.clone()), 200),
        (&bearer, None, 200),
        (&bearer, Some(TEA_ORIGIN.into()), 403),
        (&bearer, Some("https://evil.example".into()), 403),
        (&bearer, Some("null".into()), 403),
        (&bearer, Some(String::new()), 403),
        (&bearer, Some(format!("{}.evil.example", world.shop)), 403),
        (&bearer, Some(world.shop.to_uppercase()), 403),
        (&tea, Some(world.shop.clone()), 403),
    ];
    for (bearer, origin, expected) in cases {
        for path in ["/api/v1/me", "/api/v1/me/panel", "/api/v1/me/transfers"] {
            let mut request = world.http.get(world.at(path)).bearer_auth(bearer);
            if let Some(origin) = &origin {
                request = request.header("Origin", origin);
            }
            let answer = ask(request).await;
            assert_eq!(
                answer.status, expected,
                "{path} from {origin:?}: {}",
                answer.text
            );
            if expected == 403 {
                answer.assert_problem(403, "wrong_origin", path);
            }
        }
    }
    // A refused page must not have written either.
    let join = world
        .http
        .post(world.at("/api/v1/me/join"))
        .bearer_auth(&tea);
    let join = join
        .json(&json!({ "version": 1 }))
        .header("Origin", &world.shop);
    assert_eq!(ask(join).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        world.get("/api/v1/me", &tea).await.1["code"],
        "not_a_member"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_from_a_strangers_page() {
    let world = World::open(Database::Sqlite).await;
    world.tea().await;
    let token = json!({ "program": "demo", "token": world.sign(&world.claims("42")) });
    let code = json!({ "program": "demo", "email": "anna@example.com" });
    for (path, body, taken) in [
        ("/api/v1/sessions", &token, 200),
        ("/api/v1/codes", &code, 202),
    ] {
        for origin in [TEA_ORIGIN, "https://evil.example", "null", ""] {
            let request = world.http.post(world.at(path)).header("Origin", origin);
            let answer = ask(request.json(body)).await;
            answer.assert_problem(403, "wrong_origin", &format!("{path} from {origin:?}"));
        }
        let own = world
            .http
            .post(world.at(path))
            .header("Origin", &world.shop);
        assert_eq!(
            ask(own.json(body)).await.status,
            taken,
            "{path}: the refused ones left nothing behind"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cors_opens_for_known_origins_and_never_for_null() {
    let world = World::open(Database::Sqlite).await;
    world.tea().await;
    let shop = world.shop.clone();
    let cases = [
        (shop.as_str(), true),
        (TEA_ORIGIN, true),
        ("null", false),
        ("*", false),
        ("https://evil.example", false),
        ("https://tea.example.evil.example", false),
        ("http://tea.example", false),
    ];
    for (origin, known) in cases {
        let preflight = world.http.request(Method::OPTIONS, world.at("/api/v1/me"));
        let preflight = preflight
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "PATCH");
        let preflight = ask(preflight.header(
            "Access-Control-Request-Headers",
            "authorization,idempotency-key",
        ))
        .await;
        let rules = ask(world
            .http
            .get(world.at("/api/v1/programs/demo"))
            .header("Origin", origin))
        .await;
        for (what, answer) in [("the preflight", &preflight), ("the answer", &rules)] {
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(
                allowed,
                if known { origin } else { "" },
                "{what} for {origin}"
            );
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                "",
                "there are no cookies"
            );
            assert!(
                answer.header("vary").contains("origin"),
                "{what}: caches must not mix origins"
            );
        }
        let headers = preflight.header("access-control-allow-headers");
        assert!(headers.contains("authorization") && headers.contains("idempotency-key"));
        assert!(
            preflight
                .header("access-control-allow-methods")
                .contains("PATCH")
        );
    }
    let token = world.sign(&world.claims("42"));
    for (path, origin, expected) in [
        ("/w/demo", Some("null"), 200),
        ("/w/demo", Some(shop.as_str()), 200),
        ("/w/demo", Some(world.url.as_str()), 200),
        ("/w/demo", None, 200),
        ("/w/demo", Some(TEA_ORIGIN), 403),
        ("/w/demo", Some("https://evil.example"), 403),
    ] {
        let mut request = world.http.post(world.at(path)).form(&[("token", &token)]);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        let answer = ask(request).await;
        assert_eq!(answer.status, expected, "from {origin:?}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "",
            "no page may read it"
        );
        if expected == 403 {
            answer.assert_problem(403, "wrong_origin", "the panel");
        }
    }
}
